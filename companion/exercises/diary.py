"""What is behind a pair, when both wanted it remembered: evenings, what was done and passed, openers, who starts next.

Nothing here says how an evening went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OPENERS_REST = 20
"""Evenings within which no opener comes again."""


@dataclass(frozen=True, slots=True)
class Past:
    """One evening. `day`: as an ordinal number. `exercises`, `passed`: slugs. `openers`: as written. `starts_next`: a name."""

    evening: str
    day: int
    exercises: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    openers: tuple[str, ...] = ()
    starts_next: str = ""


@dataclass(frozen=True, slots=True)
class Diary:
    """The evenings behind a pair, oldest first; empty where none is kept."""

    evenings: tuple[Past, ...] = ()

    @property
    def done(self) -> int:
        """How many."""
        return len(self.evenings)

    @property
    def starts(self) -> str | None:
        """Who starts the next one; None where nobody knows."""
        return self.evenings[-1].starts_next or None if self.evenings else None

    def heard_lately(self) -> frozenset[str]:
        """The openers that have to rest."""
        return frozenset(text for past in self.evenings[-OPENERS_REST:] for text in past.openers)

    def played_lately(self, evenings: int) -> frozenset[str]:
        """What was played in the last so many evenings."""
        return frozenset(slug for past in self.evenings[-evenings:] for slug in past.exercises) if evenings else frozenset()

    def passed_since(self, day: int) -> frozenset[str]:
        """What was passed on this day or later."""
        return frozenset(slug for past in self.evenings if past.day >= day for slug in past.passed)

    def played_since(self, day: int) -> frozenset[str]:
        """What was played on this day or later."""
        return frozenset(slug for past in self.evenings if past.day >= day for slug in past.exercises)

    def ago(self, slugs: Sequence[str]) -> int:
        """How many evenings ago one of these was played last; one more than there are evenings where none ever was."""
        for back, past in enumerate(reversed(self.evenings), 1):
            if set(slugs) & set(past.exercises):
                return back
        return self.done + 1

    def with_evening(self, past: Past) -> Diary:
        """The diary with one more evening."""
        return Diary((*self.evenings, past))
