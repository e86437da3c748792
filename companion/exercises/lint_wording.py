"""How texts read and sound: short enough to hear, fit to be spoken, and kind. Rules L10 to L15 and L20 to L27."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from companion.exercises.commands import folded, masked
from companion.exercises.content import Exercise, Library, Line
from companion.exercises.finding import Finding, counted
from companion.exercises.lint_lines import uses
from companion.exercises.wording import NAME_SLOTS, slots_of

Lists = Mapping[str, tuple[str, ...]]
Sort = Literal["set-up", "in-flow", "frame", "help", "opener", "challenge"]

MOST_WORDS: dict[Sort, int] = {"set-up": 20, "in-flow": 7, "frame": 30, "help": 20, "opener": 14, "challenge": 20}
"""Words a line may have. Rendered at 165 words a minute that is at most 8 s, 3 s, 12 s, 8 s, 6 s and 8 s on our own lines."""
MOST_SECONDS: dict[Sort, float] = {"set-up": 8.0, "in-flow": 3.0, "frame": 12.0, "help": 8.0, "opener": 6.0, "challenge": 8.0}
"""Seconds a line may last as it is rendered. A choice of ours: a listener waits so long without impatience."""
LONGEST = 300
TITLE_WORDS = 6
"""A choice of ours: three titles in a row are told in one breath."""
PHRASINGS = 3
OPENERS = 20
ONCE = (
    "c_police", "c_selfharm", "c_selfharm_line", "c_medical", "c_medical_unset", "help_card", "help_card_none", "two_is_plenty",
)  # fmt: skip
"""Shared lines that come at most once, and whose words are fixed."""

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_MARKUP = re.compile(r"<[^>]*>|https?:\S*|www\.\S*|\S+@\S+|[^\W\d_]{2,}\.[^\W\d_]{2,}|[\[\]<>|*_#~^=\\()@&%]|\w+/\w+| / ")
"""Markup, addresses, brackets, slashes; also words with a full stop and no space between them, which are read as an address."""
_LAST_NAME = re.compile(r"([^\W\d_]+)\s+\{(?:first|second|holder|listener|source|other)\}\W*$")


@dataclass(frozen=True, slots=True)
class Text:
    """One thing to be spoken, and where it stands."""

    text: str
    sort: Sort
    file: str
    line: int
    level: str = "light"
    stem: bool = False  # the holder finishes it, so it is their sentence


def text_findings(text: Text, library: Library | None) -> Iterator[Finding]:
    """Everything wrong or doubtful in one text. The words each rule looks for are those of the library's language."""
    if len(text.text) > LONGEST:
        told = f"{_short(text.text)}: found {len(text.text)} characters; expected at most {LONGEST}"
        yield Finding(text.file, text.line, "L13", "error", told)
        return  # the rest can be judged when it is a line
    lists, scripts = _spoken_in(library)
    for rule, severity, sentence in (
        *_length(text),
        *_speakable(text, lists, scripts),
        *_kind(text, lists),
        *_asked(text, lists),
    ):
        yield Finding(text.file, text.line, rule, severity, f"{_short(text.text)}: {sentence}")
    if library is not None and text.sort not in ("opener", "challenge"):
        words = folded(text.text).split()
        early = masked(" ".join(words[: (len(words) + 1) // 2]), library)
        if early:
            found = ", ".join(sorted(early))
            said = f"{_short(text.text)}: found the command {found} in the first half; expected it at the end of the line"
            yield Finding(text.file, text.line, "L15", "warning", said)


def _spoken_in(library: Library | None) -> tuple[Lists, tuple[str, ...]]:
    """The lists of words that the rules of a language look for, and its alphabets."""
    lists = library.word_lists.get("unsaid", {}) if library else {}
    return lists, library.about.scripts if library and library.about else ("LATIN",)


def aloud_findings(text: Text, seconds: float) -> Iterator[Finding]:
    """L10, by the ear: a text that lasted so long as it was rendered."""
    most = MOST_SECONDS[text.sort]
    if seconds > most:
        told = f"{_short(text.text)}: lasts {seconds:.1f} s; expected at most {most:g} s in this {text.sort} line"
        yield Finding(text.file, text.line, "L10", "warning", told)


def exercise_texts(exercise: Exercise) -> Iterator[Text]:
    """Every text of an exercise or frame."""
    file = exercise.where or exercise.slug
    for name, line in exercise.lines.items():
        sort: Sort = "frame" if exercise.frame else "set-up" if name.startswith("set_up") else "in-flow"
        for text, at in _placed(line):
            yield Text(text, sort, line.where or file, at, exercise.level)
    for name, ring in exercise.openers.items():
        for opener in ring:
            sort = "challenge" if name.startswith("challenge") else "opener"
            stem = opener.text.rstrip().endswith(("…", "..."))
            yield Text(opener.text, sort, opener.where or file, opener.line_no, opener.level or exercise.level, stem)


def _placed(line: Line) -> Iterator[tuple[str, int]]:
    """Every wording of a line, with where it stands."""
    for key, texts in (("phrasings", line.phrasings), ("role_free", line.role_free)):
        yield from ((text, line.at(key, index)) for index, text in enumerate(texts))


def title_findings(title: str, file: str, at: int, library: Library | None) -> Iterator[Finding]:
    """A title is spoken where one chooses: L10 and L13 hold for it, too."""
    for rule, severity, sentence in _speakable(Text(title, "opener", file, at), *_spoken_in(library)):
        if rule == "L13":
            yield Finding(file, at, rule, severity, f"title {_short(title)}: {sentence}")
    words = len(title.split())
    if words > TITLE_WORDS:
        told = f"title {_short(title)}: found {words} words; expected at most {TITLE_WORDS}, since it is spoken among others"
        yield Finding(file, at, "L10", "warning", told)


def shared_texts(lines: Mapping[str, Line], file: str) -> Iterator[Text]:
    """Every text of lines.yaml."""
    for name, line in lines.items():
        sort: Sort = "help" if name.startswith(("help", "c_selfharm", "c_medical", "c_police", "t_")) else "in-flow"
        for text, at in _placed(line):
            yield Text(text, sort, file, at)


def phrasing_findings(exercise: Exercise) -> Iterator[Finding]:
    """L11 and L12: enough wordings for what is said again, enough openers, none of them alike."""
    file = exercise.where or exercise.slug
    again = {use.name for use in uses(exercise) if use.again and not use.ring}
    for name, line in exercise.lines.items():
        yield from _alike(name, line, line.where or file)
        if 0 < len(line.role_free) < PHRASINGS and name in again:
            few = counted(len(line.role_free), "wording")
            said = f"the line {name!r} has {few} under role_free; expected at least {PHRASINGS}"
            yield Finding(line.where or file, line.at("role_free"), "L11", "error", said)
        if len(line.phrasings) >= PHRASINGS or (exercise.frame and name not in again):
            continue
        severity: Literal["error", "warning"] = "error" if name in again else "warning"
        said = f"the line {name!r} has {counted(len(line.phrasings), 'wording')}; expected at least {PHRASINGS}"
        yield Finding(line.where or file, line.line_no, "L11", severity, said)
    for name, ring in exercise.openers.items():
        if len(ring) < OPENERS:
            where = (ring[0].where if ring else "") or file
            said = f"the ring {name!r} has {counted(len(ring), 'opener')}; expected at least {OPENERS}"
            yield Finding(where, exercise.at("openers", name), "L12", "warning" if ring else "error", said)


def shared_phrasing_findings(lines: Mapping[str, Line], file: str) -> Iterator[Finding]:
    """L11 for lines.yaml."""
    for name, line in lines.items():
        yield from _alike(name, line, file)
        if len(line.phrasings) < PHRASINGS and name not in ONCE:
            said = f"the line {name!r} has {counted(len(line.phrasings), 'wording')}; expected at least {PHRASINGS}"
            yield Finding(file, line.line_no, "L11", "error", said)
        names = all(slots_of(text) & NAME_SLOTS for text in line.phrasings)
        if names and not line.role_free:
            said = f"the line {name!r} has a name in every wording; expected role_free twins"
            yield Finding(file, line.line_no, "L11", "error", said)


def _alike(name: str, line: Line, file: str) -> Iterator[Finding]:
    for key, texts in (("phrasings", line.phrasings), ("role_free", line.role_free)):
        seen: set[str] = set()
        for index, text in enumerate(texts):
            if folded(text) in seen:
                said = f"the line {name!r} has the wording {_short(text)} twice; expected each wording once"
                yield Finding(file, line.at(key, index), "L11", "error", said)
                break
            seen.add(folded(text))


# --- the rules of one text


Verdict = tuple[str, Literal["error", "warning"], str]


def _length(text: Text) -> Iterator[Verdict]:
    words, most = len(text.text.split()), MOST_WORDS[text.sort]
    if words > most:
        yield "L10", "error", f"found {words} words; expected at most {most} in this {text.sort} line: keep one thought"


def _speakable(text: Text, lists: Lists, scripts: tuple[str, ...]) -> Iterator[Verdict]:
    said = text.text
    plain = re.sub(r"\{[^{}]*\}", "Ada", said)
    if not any(character.isalnum() for character in plain):
        yield "L13", "error", "found nothing to say; expected words"
        return
    markup = _MARKUP.search(plain)
    strange = next((each for each in said if _unspeakable(each, scripts)), "")
    if markup:
        yield "L13", "error", f"found {markup.group().strip()!r}: markup, brackets, a slash or an address; expected words"
    elif strange:
        told = f"found {_unspeakable(strange, scripts)} (U+{ord(strange):04X}); expected plain letters and punctuation"
        yield "L13", "error", told
    number = next((each for each in re.findall(r"\d{1,9}", plain) if int(each) > 10), None)
    if number:
        yield "L13", "error", f"found the digits {number}, above ten; expected the number written out in words"
    short = _short_form(plain, lists)
    if short:
        yield "L13", "error", f"found the short form {short!r}; expected it written out, as it is spoken"
    last = _LAST_NAME.search(said) if text.sort == "in-flow" else None
    if last and last.group(1).lower() in lists.get("small-words", ()):
        yield "L14", "warning", "ends on a small word and a name; expected it to end on the action"
    heads, hisses = folded(plain).split(), lists.get("hisses", ())
    if hisses and any(all(word.startswith(hisses) for word in heads[at : at + 3]) for at in range(len(heads) - 2)):
        yield (
            "L14",
            "warning",
            "found three words in a row that begin with a hiss; expected words that are easier to say and to hear",
        )


def _short_form(plain: str, lists: Lists) -> str | None:
    """The first short form that the voice cannot say: capitals, letters with dots, or one of the language's own."""
    dotted = _DOTTED.search(plain)
    if dotted:
        return dotted.group()
    for word in re.findall(r"[^\W\d_]+\.?", plain):
        letters = word.rstrip(".")
        if folded(word) in lists.get("say-as", ()):
            continue
        if (len(letters) > 1 and letters.isupper()) or (word != letters and letters.lower() in lists.get("short-forms", ())):
            return str(word)
    return None


RULES: tuple[tuple[str, str, Literal["error", "warning"], str, str], ...] = (
    ("never-said", "L20", "error", "the companion never says", "expected an invitation, or plainly what comes now"),
    ("brands", "L21", "error", "found a brand, method or name:", "expected everyday words for it"),
    ("accusations", "L22", "error", "found an accusation:", "expected an invitation to what comes next"),
    ("detection", "L23", "error", "found a claim to notice something:", "expected a question; the companion detects nothing"),
    ("gendered", "L24", "error", "found a word that presumes who they are:", "expected {holder}, {listener}, or you two"),
)
"""The lists of unsaid.yaml that hold for every text: list, rule, severity, what was found, what was expected."""


def _kind(text: Text, lists: Lists) -> Iterator[Verdict]:
    plain = folded(re.sub(r"\{\w+\}", " ", text.text))
    rules = list(RULES)
    if text.sort in ("opener", "challenge"):
        told = "expected something that everybody can answer"
        rules.append(("presumptions", "L26", "warning", "found something not everybody has:", told))
    if text.level == "light":
        told = "expected a lighter word, or level: open"
        rules.append(("tender", "L27", "warning", "found a tender word in a light exercise:", told))
    mine = tuple(f"{word} " for word in lists.get("i", ()))
    for words, rule, severity, told, expected in rules:
        if rule == "L23" and text.stem:
            continue
        listed = [phrase for phrase in lists.get(words, ()) if not (text.stem and phrase.startswith(mine))]
        found = next((phrase for phrase in listed if _said(phrase, plain, text.text)), None)
        if found is not None:
            yield rule, severity, f"{told} {found!r}; {expected}"


def _said(phrase: str, plain: str, text: str) -> bool:
    if phrase.endswith("!"):
        return phrase in text.lower()
    return f" {folded(phrase)} " in f" {plain} "


def _asked(text: Text, lists: Lists) -> Iterator[Verdict]:
    plain = f"{folded(text.text)} "
    if plain.startswith(tuple(f"{word} " for word in lists.get("why", ()))):
        yield "L25", "warning", "begins with why, which asks for a defence; expected what, which or how"
    if text.text.count("?") > 1 and text.sort == "opener":
        yield "L25", "warning", "asks two questions; expected one"
    if "?" in text.text and any(_said(phrase, plain.strip(), text.text) for phrase in lists.get("negative-questions", ())):
        yield "L25", "warning", "a question in the negative; expected it asked plainly"


def _unspeakable(character: str, scripts: tuple[str, ...]) -> str:
    category = unicodedata.category(character)
    if character in "\n\r\t":
        return "a tab" if character == "\t" else "a line break"
    if category == "Cf":
        return "an invisible character"
    if category.startswith("C"):
        return "a control character"
    if category in ("So", "Sk", "Sm", "Sc", "Mn", "Me", "No"):
        return "a symbol or emoji"
    if category.startswith("L") and unicodedata.name(character, "").split(" ")[0] not in scripts:
        return "a letter of another script"
    return ""


def _short(text: str) -> str:
    clean = "".join(character if character.isprintable() else "?" for character in text)
    return repr(clean if len(clean) <= 60 else f"{clean[:57]}…")
