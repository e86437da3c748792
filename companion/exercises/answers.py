"""What an answer means: yes, partly or no; a consent; a number; a command. The words are content, the rules are here.

Two readings of the same words, because the costs differ. To "is that it?" a false no shames the listener and a false yes swallows
a correction: between no and partly it is partly, and a reservation makes a yes into partly. To "shall we?" anything less than a
plain yes is no. In both, the last of yes and no counts ("yeah, no" is no), and dispreferred answers that come late and prefaced
lean one step down (Pomerantz 1984; Kendrick & Torreira 2015).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from companion.exercises.commands import folded
from companion.exercises.content import AnswerTable, Idiom, Library
from companion.exercises.idioms import Idioms, Part
from companion.exercises.spoken_commands import SpokenCommands
from companion.exercises.spoken_numbers import SpokenNumbers
from companion.trouble import Trouble

Check = Literal["yes", "partly", "no", "unsure", "repeat", "next"]
Consent = Literal["yes", "no", "ask-again", "repeat"]

EARS_FOR = 60
"""Words at either end of a long utterance that are looked at."""
TELLS_ON = 6
"""So many words without an answer among them are the source telling more: partly. About three seconds of speech."""
ASKED_FOR = 10
"""The largest number that is ever asked for."""
ADDS = 2
"""More words than this after "yes, and" are something of their own."""
ALL, NEXT_TO_NOTHING = 98, 10
"""Of a hundred: from here on it is a yes, up to here a no, and partly between. A choice of ours."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance taken apart: its idioms in order, the words between them, and what was heard besides words."""

    words: tuple[str, ...]
    parts: tuple[Part, ...]
    laughed: bool
    chewing: bool
    asked: bool  # written with a question mark


class Answers:
    """Reads answers by one language's table."""

    def __init__(self, table: AnswerTable, names: Sequence[str] = ()) -> None:
        """`names`: first names, small, by which people call each other within an answer."""
        self._table = table
        self._names = frozenset(names)
        self._idioms = Idioms(table)
        self._numbers = SpokenNumbers(table.numbers, table.lists, self._names)

    def check(self, text: str, laughed: bool = False, late: bool = False) -> Check:
        """What it says to "is that it?". `late`: it came more than two seconds after the question."""
        said = self._taken_apart(text, laughed)
        answer = self._check(said)
        if answer == "no" and said.laughed:
            return "unsure"
        if late and said.words and said.words[0] in self._list("late"):
            return {"yes": "partly", "partly": "no"}.get(answer, answer)  # type: ignore[return-value]
        return answer

    def consent(self, text: str, laughed: bool = False) -> Consent:
        """What it says to "shall we?"."""
        said = self._taken_apart(text, laughed)
        if not said.words:
            return "ask-again" if said.chewing else "no"
        whole = self._whole(said)
        answer = (whole.consent or "no") if whole is not None else self._consent(said)
        return "ask-again" if answer == "yes" and said.asked and not self._asks_for_show(said) else answer

    def _asks_for_show(self, said: _Said) -> bool:
        """ "Why not?" is a question by its form alone."""
        last = next((part.text for part in reversed(said.parts) if part.idiom is not None), "")
        return last in self._list("asked_back")

    def number(self, text: str, most: int | None = ASKED_FOR) -> int | None:
        """The one number it gives, or None: for halves, for two numbers, for talk, and for more than `most`."""
        return self._numbers.read(text, most)

    # --- the readings

    def _check(self, said: _Said) -> Check:
        if not said.words:
            return "unsure"
        whole = self._whole(said)
        if whole is not None:
            return whole.check or "unsure"
        if self._in_jest(said):
            return "unsure"
        share = self._share(said)
        if share is not None:
            return share
        answers = [_heard_as(part) for part in said.parts]
        polar = [answer for answer in answers if answer in ("yes", "partly", "no")]
        if "next" in answers:
            return "next"
        if answers[0] == "repeat" and not polar:
            return "repeat"
        if not polar:
            return self._without_polar(said, answers)
        if polar[-1] == "no" and _unsure_after_all(said.parts[-1]):
            return "unsure"
        if "partly" in polar and polar[-1] != "no":
            return "partly"
        if polar[-1] == "yes":
            if self._doubted(said, answers):
                return "unsure"
            return "partly" if self._reserved(said, answers) else "yes"
        if polar[-1] == "no" and "yes" in polar and (self._reserved(said, answers) or self._contrasts(said, answers)):
            return "partly"
        if set(polar) == {"no"} and self._kindly(said):
            return "yes"
        return "no" if polar[-1] == "no" and "partly" not in polar else "partly"

    def _in_jest(self, said: _Said) -> bool:
        """Praise that means the opposite, by its words: "sure, if you say so". Its tone is not heard."""
        plain = " ".join(said.words)
        marked = any(_within(word, plain) for word in self._list("sarcasm"))
        last = said.parts[-1]
        return marked or (len(said.parts) > 1 and last.idiom is None and last.text in self._list("sarcasm_end"))

    def _share(self, said: _Said) -> Check | None:
        """So much of a hundred, where that is what was said."""
        plain = " ".join(said.words)
        for sign in self._list("percent"):
            before, found, after = f" {plain} ".partition(f" {sign} ")
            if not found or any(_within(word, after) for word in self._list("reservations")):
                continue
            words = before.split()
            values = (self._numbers.read(" ".join(words[start:])) for start in range(max(0, len(words) - 3), len(words)))
            value = next((value for value in values if value is not None), None)
            if value is not None:
                return "yes" if value >= ALL else "no" if value <= NEXT_TO_NOTHING else "partly"
        return None

    def _doubted(self, said: _Said, answers: list[str]) -> bool:
        """A doubt just before the yes: "I'm not sure that's right"."""
        last = len(answers) - 1 - answers[::-1].index("yes")
        before = [part for part in said.parts[:last] if part.idiom is not None]
        doubted = bool(before) and _unsure_after_all(before[-1]) and before[-1].text in self._list("doubts_after")
        return doubted and said.parts[last].text.split()[0] in self._list("doubting")

    def _without_polar(self, said: _Said, answers: list[str]) -> Check:
        plain = " ".join(said.words)
        if (said.words[0] in self._list("asking") and len(said.words) > 1) or said.asked or self._aside(said):
            return "unsure"  # they ask back, or speak of dinner
        if any(_within(praise, plain) for praise in self._list("praise")):
            return "yes"
        if "unsure" in answers:
            return "unsure"
        if any(_within(word, plain) for word in (*self._list("reservations"), *self._list("own_side"))):
            return "partly"
        if len(said.words) >= TELLS_ON:
            return "partly"
        return self._idioms.leaning(said.words) or "unsure"

    def _aside(self, said: _Said) -> bool:
        """Something about the table, and nothing of what one of them felt or meant."""
        plain = " ".join(said.words)
        near = any(_within(thing, plain) for thing in self._list("table_talk"))
        return near and not any(_within(word, plain) for word in self._list("own_telling"))

    def _reserved(self, said: _Said, answers: list[str]) -> bool:
        """A reservation after the first yes, or a part of the whole anywhere."""
        start = answers.index("yes") + 1 if "yes" in answers else 0
        rest = " ".join(part.text for part in said.parts[start:] if _heard_as(part) != "yes" or part.softened)
        if any(_within(word, rest) for word in self._list("reservations")) or self._tells_more(rest):
            return True
        loose = " ".join(part.text for part in said.parts if part.idiom is None)
        return any(_within(word, loose) for word in self._list("portions"))

    def _contrasts(self, said: _Said, answers: list[str]) -> bool:
        """Yes to one thing and no to another: "right about the job, wrong about the house"."""
        places = [place for place, answer in enumerate(answers) if answer in ("yes", "no")]
        followed = [said.parts[place + 1].text for place in places if place + 1 < len(said.parts)]
        return len(followed) >= 2 and all(word in self._list("contrasting") for word in followed)

    def _kindly(self, said: _Said) -> bool:
        """A "no" that is the beginning of praise: "no, that was great"."""
        denials = self._list("denials")
        count = next((index for index, word in enumerate(said.words) if word not in denials), 0)
        rest = said.words[count:]
        opens = any(" ".join(rest).startswith(f"{word} ") for word in self._list("pointing"))
        return count > 0 and opens and self._idioms.leaning(rest) == "yes" and not set(rest) & set(self._list("negators"))

    def _tells_more(self, rest: str) -> bool:
        """Something of their own after the yes: "yes, and the dog was there"."""
        for word in self._list("goes_on"):
            before, found, after = f" {rest} ".partition(f" {word} ")
            if found and not before.strip() and len(after.split()) > ADDS and self._idioms.leaning(after.split()) != "yes":
                return True
        return False

    def _consent(self, said: _Said) -> Consent:
        plain = " ".join(said.words)
        answers = [_agreed(part) for part in said.parts if part.idiom is not None]
        answers = self._after_polite_no(said, answers)
        if answers[:1] == ["repeat"] and "no" not in answers and not (said.parts[0].idiom is None and "yes" in answers):
            return "repeat"
        if self._in_jest(said):
            return "no"
        less = (*self._list("doubts"), *self._list("refusals"), *self._list("reservations"))
        loose = " ".join("|" if _agreed(part) == "yes" else part.text for part in said.parts)
        asks = said.asked or said.words[0] in self._list("asking")
        ideas = ((part, _agreed(part)) for part in said.parts if part.idiom is not None)
        answered = any(answer != "ask-again" for part, answer in ideas if part.text not in self._list("only_polite"))
        if asks and not answered and self._aside(said):
            return "ask-again"
        if "no" in answers or any(_within(word, loose) for word in less):
            return "no"
        if any(part.text in self._list("negators") for part in said.parts) and not self._settles(said):
            return "no"
        if "yes" not in answers:
            told = any(_within(word, plain) for word in self._list("told"))
            return "ask-again" if "ask-again" in answers or told or asks or self._aside(said) else "no"
        rest = " ".join(part.text for part in said.parts if part.idiom is None)
        for word in sorted(self._list("polite"), key=len, reverse=True):
            rest = re.sub(rf"\b{re.escape(word)}\b", " ", rest)
        asked = [part.idiom for part in said.parts if part.idiom is not None and part.idiom.consent == "ask-again"]
        hummed = any(idiom.check not in ("yes", None) for idiom in asked)
        agreed = "ask-again" not in answers or (not hummed and answers[-1] == "yes")
        return "yes" if agreed and not rest.strip() else "ask-again"

    def _settles(self, said: _Said) -> bool:
        """An invitation at the very end, of its own: "I can't find a reason not to. Yes." but not "don't make me say yes"."""
        before = said.parts[-2].text if len(said.parts) > 1 else ""
        return said.parts[-1].text in self._list("invitations") and before not in self._list("spoken_of")

    def _after_polite_no(self, said: _Said, answers: list[str]) -> list[str]:
        """ "No, no, go ahead": a bare no before an invitation objects to nothing."""
        ideas = [part for part in said.parts if part.idiom is not None]
        start = next((index for index, part in enumerate(ideas) if part.text not in self._list("bare_no")), len(ideas))
        rest = answers[start:]
        polite = set(rest) <= {"yes", "ask-again"} and rest[-1:] == ["yes"] and ideas[-1].text in self._list("invitations")
        return rest if polite else answers

    # --- taking it apart

    def _taken_apart(self, text: str, laughed: bool) -> _Said:
        besides = " ".join(re.findall(r"\(([^)]*)\)", text)).lower()
        bare = re.sub(r"\([^)]*\)", " ", text.replace("%", f" {''.join(self._list('percent')[:1])} "))
        spoken = re.sub(r"([^\W\d])\1{2,}", r"\1", folded(bare))  # "yesss" is yes
        laughs = any(_within(word, besides) for word in self._list("laughs"))
        chewing = any(_within(word, besides) for word in self._list("chewing"))
        words = tuple(self._idioms.spelt(spoken.split()))
        if len(words) > 2 * EARS_FOR:  # the beginning and the end say it all
            words = (*words[:EARS_FOR], *words[-EARS_FOR:])
        words = self._corrected(self._without_names(words))
        parts = tuple(self._idioms.parts(self._without_tag(self._without_fillers(list(words)))))
        return _Said(words, parts, laughed or laughs, chewing, bare.rstrip().endswith("?"))

    def _without_names(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Whom they speak to, at either end or after what is an answer by itself: "yes Alex that's how it felt"."""

        def calls(at: int) -> bool:
            ends = at in (0, len(words) - 1)
            return words[at] in self._names and len(words) > 1 and (ends or self._idioms.whole(words[:at]) is not None)

        return tuple(word for at, word in enumerate(words) if not calls(at))

    def _corrected(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """What they settle on where they correct themselves, if that holds an answer: "partly, no, actually, yes"."""
        for at in range(len(words) - 2, -1, -1):
            for marker in self._markers:
                rest = words[at + len(marker) :]
                if words[at : at + len(marker)] != marker or not rest:
                    continue
                settled = (_heard_as(part) for part in self._idioms.parts(list(rest)))
                if any(answer in ("yes", "partly", "no") for answer in settled):
                    return rest
        return words

    @cached_property
    def _markers(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(marker.split()) for marker in self._list("self_corrections"))

    def _whole(self, said: _Said) -> Idiom | None:
        """The idiom the whole utterance is, as it stands, or without fillers, or said over and over."""
        if said.chewing:
            return None
        return self._idioms.whole(said.words) or self._idioms.whole(self._without_fillers(list(said.words)))

    def _without_tag(self, words: list[str]) -> list[str]:
        """ "That's it, isn't it" is "that's it"; a tag alone is left."""
        for tag in (tag.split() for tag in self._list("tags")):
            if len(words) > len(tag) and words[-len(tag) :] == tag and self._idioms.whole(words) is None:
                return words[: -len(tag)]
        return words

    def _without_fillers(self, words: list[str]) -> list[str]:
        """Fillers at the start are dropped, all of them; hesitations anywhere."""
        fillers = sorted((filler.split() for filler in self._list("fillers")), key=len, reverse=True)
        left = list(words)
        while True:
            filler = next((filler for filler in fillers if left[: len(filler)] == filler and len(left) > len(filler)), None)
            if filler is None or self._idioms.starts(left) > len(filler):
                break
            left = left[len(filler) :]
        return [word for index, word in enumerate(left) if index == 0 or word not in self._hesitations]

    @cached_property
    def _hesitations(self) -> frozenset[str]:
        return frozenset(self._list("hesitations"))

    def _list(self, name: str) -> tuple[str, ...]:
        return self._table.lists.get(name, ())


def _unsure_after_all(part: Part) -> bool:
    return part.idiom is not None and part.idiom.check == "unsure" and part.idiom.consent == "no"


def _heard_as(part: Part) -> str:
    """The answer of an idiom among others; one that is denied is turned round, but "not wrong" is no yes."""
    if part.idiom is None:
        return ""
    answer = part.idiom.check or ""
    if not part.negated:
        return "partly" if part.softened and answer == "no" else answer
    if answer == "yes":
        return "partly" if part.softened else "no"
    return {"partly": "no", "no": "partly"}.get(answer, answer)


def _agreed(part: Part) -> str:
    """What an idiom among others says to "shall we?": praise and thanks say nothing, what answers neither way is no yes."""
    if part.idiom is None or part.negated:
        return "no"
    return part.idiom.consent or ("" if part.idiom.check == "yes" else "no")


def _within(phrase: str, text: str) -> bool:
    return f" {phrase} " in f" {text} "


# --- as the command line asks it


def answers_of(library: Library) -> Answers:
    """The reader of a library's answers. Raises Trouble where the language has none."""
    if library.answers is None:
        raise Trouble(f"There is no answers.yaml for the language {library.language!r}; add it to its content folder.")
    return Answers(library.answers, library.word_lists.get("asked", {}).get("names", ()))


def interpret_yes_partly_no(text: str, answers: Answers) -> Literal["yes", "partly", "no", "unsure"]:
    """What an answer says to "is that it?"; requests to repeat or to move on are no answer: unsure."""
    answer = answers.check(text)
    return "unsure" if answer == "repeat" or answer == "next" else answer


def interpret_consent(text: str, answers: Answers) -> Consent:
    """What an answer says to "shall we?"."""
    return answers.consent(text)


def interpret_yes_no(text: str, answers: Answers) -> Literal["yes", "no", "unsure"]:
    """The same for the command line: what would be asked again is unsure."""
    answer = answers.consent(text)
    return "unsure" if answer == "ask-again" or answer == "repeat" else answer


def interpret_number(text: str, answers: Answers) -> int | None:
    """The number an answer gives, or None."""
    return answers.number(text, most=None)


def interpret_command(text: str, library: Library) -> str | None:
    """The command a whole utterance is, or None."""
    return SpokenCommands(library).read(text)
