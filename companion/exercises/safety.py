"""What stands in front of everything: a stop, and the few plain phrases after which the companion must not go on.

It is courtesy, not detection: nothing here is sensed, inferred or kept. All endings look alike in the log.
"""

from __future__ import annotations

from dataclasses import dataclass

from companion.events import PhraseHeard
from companion.exercises.commands import DangerClass, danger_of, unaddressed
from companion.exercises.content import Library
from companion.timeline import Sample, samples

SAID_AGAIN = 10.0
"""Seconds within which a phrase that came with laughter must be said again to count."""
TWICE_WITHIN = 120.0
"""The same for phrases that people also say of a staircase or a bad film, and that count only when said twice."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the evening is ended: the lines spoken, one after the other, and whether "carry on" takes it back.

    `unset`: said where none of the lines can be, since the numbers of the country are not known.
    """

    lines: tuple[str, ...]
    may_carry_on: bool
    unset: str | None = None


STOP = Ending(("c_stop",), True)
ENDINGS: dict[DangerClass, Ending] = {
    "afraid": STOP,
    "police": Ending(("c_police",), False),
    "own_life": Ending(("c_selfharm", "c_selfharm_line"), False),
    "body": Ending(("c_medical",), False, "c_medical_unset"),
}


class Safety:
    """Hears every phrase first. Anyone's, from any state, whoever said it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._stop = library.commands.get("stop")
        self._once: dict[str, Sample] = {}

    def hear(self, phrase: PhraseHeard) -> Ending | None:
        """The ending this phrase calls for, or None."""
        if not phrase.isolated:
            return None
        said = unaddressed(phrase.phrase, self._library)
        if self._stop is not None and said in self._stop.phrases and phrase.confidence >= self._stop.threshold:
            return STOP if not phrase.laughed or self._again("stop", phrase.end) else None
        danger = self._library.danger
        if danger is None or phrase.confidence < danger.threshold:
            return None
        found = danger_of(said, self._library)
        if found is None:
            return None
        if said in danger.twice and not self._again(said, phrase.end, TWICE_WITHIN):
            return None
        if phrase.laughed and said not in danger.twice and not self._again(said, phrase.end):
            return None
        return ENDINGS[found]

    def _again(self, what: str, at: Sample, within: float = SAID_AGAIN) -> bool:
        """Whether it was said before, at most so many seconds ago."""
        last = self._once.get(what)
        self._once[what] = at
        return last is not None and at - last <= samples(within)
