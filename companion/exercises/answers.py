"""What an answer means: yes, partly or no; a consent; a number; a command. The words are content, the rules are here.

Two readings of the same words, because the costs differ. To "is that it?" a false no shames the listener and a false yes swallows
a correction: between no and partly it is partly, and a reservation makes a yes into partly. To "shall we?" anything less than a
plain yes is no. In both, the last of yes and no counts ("yeah, no" is no), and dispreferred answers that come late and prefaced
lean one step down (Pomerantz 1984; Kendrick & Torreira 2015).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from companion.exercises.commands import exact_command, folded
from companion.exercises.content import AnswerTable, Idiom, Library
from companion.trouble import Trouble

Check = Literal["yes", "partly", "no", "unsure", "repeat", "next"]
Consent = Literal["yes", "no", "ask-again", "repeat"]

TELLS_ON = 6
"""So many words without an answer among them are the source telling more: partly. About three seconds of speech."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance taken apart: its idioms in order, the words between them, and what was heard besides words."""

    words: tuple[str, ...]
    parts: tuple[_Part, ...]
    laughed: bool
    chewing: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """An idiom (`idiom`), or one word that belongs to none."""

    text: str
    idiom: Idiom | None
    negated: bool = False


class Answers:
    """Reads answers by one language's table."""

    def __init__(self, table: AnswerTable) -> None:
        self._table = table
        self._idioms = {folded(idiom.said): idiom for idiom in table.idioms}
        self._longest = max(len(said.split()) for said in self._idioms)

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
        if whole is not None:
            return whole.consent or "no"
        return self._consent(said)

    def number(self, text: str) -> int | None:
        """The one number it gives, or None: for halves, for two numbers, for talk."""
        plain = folded(text)
        if re.search(r"\d[.,]\d|[-−]\d", text):
            return None
        for scale in self._list("numbers_scale"):
            plain = plain.replace(scale, " ")
        found: list[int] = []
        corrected = False
        for word in self._without_fillers(plain.split()):
            value = self._table.numbers.get(word, int(word) if word.isascii() and word.isdigit() else None)
            if value is not None:
                found = [value] if corrected or value in found else [*found, value]
                corrected = False
            elif word in self._list("corrections"):
                corrected = bool(found)
            elif word in self._list("numbers_refused") or word not in self._list("numbers_around"):
                return None
        known = set(self._table.numbers.values())
        return found[0] if len(found) == 1 and found[0] in known else None

    # --- the readings

    def _check(self, said: _Said) -> Check:
        if not said.words:
            return "unsure"
        whole = self._whole(said)
        if whole is not None:
            return whole.check or "unsure"
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
            return "partly" if self._reserved(said, answers) else "yes"
        if polar[-1] == "no" and "yes" in polar and self._reserved(said, answers):
            return "partly"
        return "no" if polar[-1] == "no" and "partly" not in polar else "partly"

    def _without_polar(self, said: _Said, answers: list[str]) -> Check:
        plain = " ".join(said.words)
        if any(_within(praise, plain) for praise in self._list("praise")):
            return "yes"
        if "unsure" in answers:
            return "unsure"
        if any(_within(word, plain) for word in self._list("reservations")) or len(said.words) >= TELLS_ON:
            return "partly"
        return "unsure"

    def _reserved(self, said: _Said, answers: list[str]) -> bool:
        """A reservation after the first yes."""
        start = answers.index("yes") + 1
        rest = " ".join(part.text for part in said.parts[start:])
        return any(_within(word, rest) for word in self._list("reservations"))

    def _consent(self, said: _Said) -> Consent:
        plain = " ".join(said.words)
        answers = [_agreed(part) for part in said.parts if part.idiom is not None]
        if answers[:1] == ["repeat"] and "yes" not in answers and "no" not in answers:
            return "repeat"
        less = (*self._list("doubts"), *self._list("refusals"), *self._list("reservations"))
        if "no" in answers or any(_within(word, plain) for word in less):
            return "no"
        if any(part.text in self._list("negators") for part in said.parts):
            return "no"
        if "yes" not in answers:
            return "ask-again" if "ask-again" in answers else "no"
        rest = " ".join(part.text for part in said.parts if part.idiom is None)
        for word in sorted(self._list("polite"), key=len, reverse=True):
            rest = re.sub(rf"\b{re.escape(word)}\b", " ", rest)
        return "ask-again" if "ask-again" in answers or rest.strip() else "yes"

    # --- taking it apart

    def _taken_apart(self, text: str, laughed: bool) -> _Said:
        besides = " ".join(re.findall(r"\(([^)]*)\)", text)).lower()
        spoken = re.sub(r"([^\W\d])\1{2,}", r"\1", folded(re.sub(r"\([^)]*\)", " ", text)))  # "yesss" is yes
        laughs = any(_within(word, besides) for word in self._list("laughs"))
        chewing = any(_within(word, besides) for word in self._list("chewing"))
        words = tuple(spoken.split())
        return _Said(words, tuple(self._parts(words)), laughed or laughs, chewing)

    def _whole(self, said: _Said) -> Idiom | None:
        """The idiom the whole utterance is, as it stands, or without fillers, or said over and over."""
        if said.chewing:
            return None
        for words in (said.words, tuple(self._without_fillers(list(said.words)))):
            plain = " ".join(words)
            if plain in self._idioms:
                return self._idioms[plain]
            once = _once(words)
            if once in self._idioms:
                return self._idioms[once]
        return None

    def _parts(self, words: tuple[str, ...]) -> Iterator[_Part]:
        """Idioms, longest first from the left; a negator just before a yes turns it round."""
        index, negated, left = 0, False, self._without_fillers(list(words))
        while index < len(left):
            match = self._at(left, index)
            if match is None:
                word = left[index]
                negated = word in self._list("negators") or (negated and word in self._list("between"))
                yield _Part(word, None)
                index += 1
                continue
            idiom, length = match
            yield _Part(" ".join(left[index : index + length]), idiom, negated)
            negated = False
            index += length

    def _at(self, words: list[str], index: int) -> tuple[Idiom, int] | None:
        for length in range(min(self._longest, len(words) - index), 0, -1):
            idiom = self._idioms.get(" ".join(words[index : index + length]))
            if idiom is not None:
                return idiom, length
        return None

    def _without_fillers(self, words: list[str]) -> list[str]:
        """Fillers at the start are dropped, all of them; hesitations anywhere."""
        fillers = sorted((filler.split() for filler in self._list("fillers")), key=len, reverse=True)
        left = list(words)
        while True:
            filler = next((filler for filler in fillers if left[: len(filler)] == filler and len(left) > len(filler)), None)
            if filler is None:
                break
            left = left[len(filler) :]
        return [word for index, word in enumerate(left) if index == 0 or word not in self._hesitations]

    @cached_property
    def _hesitations(self) -> frozenset[str]:
        return frozenset(self._list("hesitations"))

    def _list(self, name: str) -> tuple[str, ...]:
        return self._table.lists.get(name, ())


def _unsure_after_all(part: _Part) -> bool:
    return part.idiom is not None and part.idiom.check == "unsure" and part.idiom.consent == "no"


def _heard_as(part: _Part) -> str:
    if part.idiom is None:
        return ""
    answer = part.idiom.check or ""
    if part.negated and answer == "yes":
        return "no"
    return "no" if part.negated and answer == "partly" else answer


def _agreed(part: _Part) -> str:
    """What an idiom among others says to "shall we?": praise and thanks say nothing, what answers neither way is no yes."""
    if part.idiom is None or part.negated:
        return "no"
    return part.idiom.consent or ("" if part.idiom.check == "yes" else "no")


def _within(phrase: str, text: str) -> bool:
    return f" {phrase} " in f" {text} "


def _once(words: tuple[str, ...]) -> str:
    """`yes yes yes` is `yes`."""
    for length in range(1, len(words) // 2 + 1):
        if len(words) % length == 0 and words == words[:length] * (len(words) // length):
            return " ".join(words[:length])
    return " ".join(words)


# --- as the command line asks it


def answers_of(library: Library) -> Answers:
    """The reader of a library's answers. Raises Trouble where the language has none."""
    if library.answers is None:
        raise Trouble(f"There is no answers.yaml for the language {library.language!r}; add it to its content folder.")
    return Answers(library.answers)


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
    return answers.number(text)


def interpret_command(text: str, library: Library) -> str | None:
    """The command a whole utterance is, or None."""
    return exact_command(text, library)
