"""How texts read and sound: short enough to hear, fit to be spoken, and kind. Rules L10 to L15 and L20 to L27."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from companion.exercises.commands import folded, masked
from companion.exercises.content import Exercise, Library, Line
from companion.exercises.finding import Finding
from companion.exercises.lint_lines import uses
from companion.exercises.wording import NAME_SLOTS, slots_of

Sort = Literal["set-up", "in-flow", "frame", "help", "opener", "challenge"]

MOST_WORDS: dict[Sort, int] = {"set-up": 20, "in-flow": 7, "frame": 30, "help": 20, "opener": 14, "challenge": 20}
"""Words a line may have. Rendered at 165 words a minute that is at most 8 s, 3 s, 12 s, 8 s, 6 s and 8 s on our own lines."""
LONGEST = 300
PHRASINGS = 3
OPENERS = 20
ONCE = (
    "c_police", "c_selfharm", "c_selfharm_line", "c_medical", "c_medical_unset", "help_card", "help_card_none", "two_is_plenty",
)  # fmt: skip
"""Shared lines that come at most once, and whose words are fixed."""

_ABBREVIATION = re.compile(r"\b(?:[A-Z]{2,}|(?:[A-Za-z]\.){2,}|(?:Mr|Mrs|Ms|Dr|St|vs|etc|approx|min|sec)\.)")
_MARKUP = re.compile(r"<[^>]*>|https?:|www\.|[\[\]<>|*_#~^=\\]|[()]")
_SIBILANT = re.compile(r"^(?:s|z|c[eiy]|ch|sh)", re.IGNORECASE)
_LAST_NAME = re.compile(r"\b(?:to|for|with|from|of|by|at)\s+\{(?:first|second|holder|listener|source|other)\}\W*$", re.IGNORECASE)


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
    """Everything wrong or doubtful in one text."""
    unsaid = library.word_lists.get("unsaid", {}) if library else {}
    for rule, severity, sentence in (*_length(text), *_speakable(text, unsaid), *_kind(text, unsaid), *_asked(text)):
        yield Finding(text.file, text.line, rule, severity, f"{_short(text.text)}: {sentence}")
    if library is not None and text.sort not in ("opener", "challenge"):
        words = folded(text.text).split()
        early = masked(" ".join(words[: (len(words) + 1) // 2]), library)
        if early:
            found = ", ".join(sorted(early))
            said = f"{_short(text.text)}: found the command {found} in the first half; let the line end with it"
            yield Finding(text.file, text.line, "L15", "warning", said)


def exercise_texts(exercise: Exercise) -> Iterator[Text]:
    """Every text of an exercise or frame."""
    file = exercise.where or exercise.slug
    for name, line in exercise.lines.items():
        sort: Sort = "frame" if exercise.frame else "set-up" if name.startswith("set_up") else "in-flow"
        for text in (*line.phrasings, *line.role_free):
            yield Text(text, sort, file, line.line_no, exercise.level)
    for name, ring in exercise.openers.items():
        for opener in ring:
            sort = "challenge" if name.startswith("challenge") else "opener"
            stem = opener.text.rstrip().endswith(("…", "..."))
            yield Text(opener.text, sort, file, opener.line_no, opener.level or exercise.level, stem)


def shared_texts(lines: Mapping[str, Line], file: str) -> Iterator[Text]:
    """Every text of lines.yaml."""
    for name, line in lines.items():
        sort: Sort = "help" if name.startswith(("help", "c_selfharm", "c_medical", "c_police", "t_")) else "in-flow"
        for text in (*line.phrasings, *line.role_free):
            yield Text(text, sort, file, line.line_no)


def phrasing_findings(exercise: Exercise) -> Iterator[Finding]:
    """L11 and L12: enough wordings for what is said again, enough openers, none of them alike."""
    file = exercise.where or exercise.slug
    again = {use.name for use in uses(exercise) if use.again and not use.ring}
    for name, line in exercise.lines.items():
        yield from _alike(name, line, file)
        if len(line.phrasings) >= PHRASINGS or (exercise.frame and name not in again):
            continue
        severity: Literal["error", "warning"] = "error" if name in again else "warning"
        said = f"the line {name!r} has {len(line.phrasings)} wordings; expected at least {PHRASINGS}"
        yield Finding(file, line.line_no, "L11", severity, said)
    for name, ring in exercise.openers.items():
        if len(ring) < OPENERS:
            at = ring[0].line_no if ring else exercise.line_no
            yield Finding(file, at, "L12", "warning", f"the ring {name!r} has {len(ring)} openers; expected at least {OPENERS}")


def shared_phrasing_findings(lines: Mapping[str, Line], file: str) -> Iterator[Finding]:
    """L11 for lines.yaml."""
    for name, line in lines.items():
        yield from _alike(name, line, file)
        if len(line.phrasings) < PHRASINGS and name not in ONCE:
            said = f"the line {name!r} has {len(line.phrasings)} wordings; expected at least {PHRASINGS}"
            yield Finding(file, line.line_no, "L11", "error", said)
        names = all(slots_of(text) & NAME_SLOTS for text in line.phrasings)
        if names and not line.role_free:
            said = f"the line {name!r} has a name in every wording; expected role_free twins"
            yield Finding(file, line.line_no, "L11", "error", said)


def _alike(name: str, line: Line, file: str) -> Iterator[Finding]:
    for texts in (line.phrasings, line.role_free):
        if len({folded(text) for text in texts}) < len(texts):
            yield Finding(file, line.line_no, "L11", "error", f"the line {name!r} has the same wording twice")


# --- the rules of one text


Verdict = tuple[str, Literal["error", "warning"], str]


def _length(text: Text) -> Iterator[Verdict]:
    words, most = len(text.text.split()), MOST_WORDS[text.sort]
    if words > most:
        yield "L10", "error", f"found {words} words; expected at most {most} in this {text.sort} line"


def _speakable(text: Text, unsaid: Mapping[str, tuple[str, ...]]) -> Iterator[Verdict]:
    said = text.text
    if not said.strip():
        yield "L13", "error", "found nothing to say"
    if len(said) > LONGEST:
        yield "L13", "error", f"found {len(said)} characters; expected at most {LONGEST}"
    for character in said:
        wrong = _unspeakable(character)
        if wrong:
            yield "L13", "error", f"found {wrong} (U+{ord(character):04X}); expected plain letters and punctuation"
            break
    plain = re.sub(r"\{\w+\}", "Ada", said)
    if _MARKUP.search(plain) or re.search(r"\w/\w| / ", plain):
        yield "L13", "error", "found markup, brackets, a slash or an address; expected words"
    if any(int(number) > 10 for number in re.findall(r"\d{1,9}", plain)):
        yield "L13", "error", "found digits above ten; write the number out"
    short = _ABBREVIATION.search(plain)
    if short and folded(short.group()) not in unsaid.get("say-as", ()):
        yield "L13", "error", f"found the short form {short.group()!r}; write it out as it is spoken"
    if text.sort == "in-flow" and _LAST_NAME.search(said):
        yield "L14", "warning", "ends on a small word and a name; end on the action"
    heads = plain.split()
    if any(all(_SIBILANT.match(word) for word in heads[index : index + 3]) for index in range(len(heads) - 2)):
        yield "L14", "warning", "found three words in a row that begin with a hiss; hard to say and to hear"


def _kind(text: Text, unsaid: Mapping[str, tuple[str, ...]]) -> Iterator[Verdict]:
    plain = folded(re.sub(r"\{\w+\}", " ", text.text))
    rules: list[tuple[str, str, Literal["error", "warning"], str]] = [
        ("never-said", "L20", "error", "the companion never says"),
        ("brands", "L21", "error", "found a brand, method or name:"),
        ("accusations", "L22", "error", "found an accusation:"),
        ("detection", "L23", "error", "found a claim to notice something:"),
        ("gendered", "L24", "error", "found a word that presumes who they are:"),
    ]
    if text.sort in ("opener", "challenge"):
        rules.append(("presumptions", "L26", "warning", "found something not everybody has:"))
    if text.level == "light":
        rules.append(("tender", "L27", "warning", "found a tender word in a light exercise:"))
    for words, rule, severity, told in rules:
        if rule == "L23" and text.stem:
            continue
        listed = [phrase for phrase in unsaid.get(words, ()) if not (text.stem and phrase.startswith("i "))]
        found = next((phrase for phrase in listed if _said(phrase, plain, text.text)), None)
        if found is not None:
            yield rule, severity, f"{told} {found!r}"


def _said(phrase: str, plain: str, text: str) -> bool:
    if phrase.endswith("!"):
        return phrase in text.lower()
    return f" {folded(phrase)} " in f" {plain} "


def _asked(text: Text) -> Iterator[Verdict]:
    plain = folded(text.text)
    if re.match(r"^why\b", plain):
        yield "L25", "warning", "begins with why, which asks for a defence"
    if text.text.count("?") > 1 and text.sort == "opener":
        yield "L25", "warning", "asks two questions; expected one"
    if re.search(r"\b(?:don't|didn't|isn't|aren't|won't|can't) you\b", plain) and "?" in text.text:
        yield "L25", "warning", "a question in the negative; ask it plainly"


def _unspeakable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return "an invisible character"
    if category.startswith("C"):
        return "a control character"
    if category in ("So", "Sk", "Sm", "Sc", "Mn"):
        return "a symbol"
    if category.startswith("L") and not unicodedata.name(character, "").startswith("LATIN"):
        return "a letter of another script"
    return ""


def _short(text: str) -> str:
    clean = "".join(character if character.isprintable() else "?" for character in text)
    return repr(clean if len(clean) <= 60 else f"{clean[:57]}…")
