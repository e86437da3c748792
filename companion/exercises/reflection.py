"""The ladder of a reflection: how a listener who does not know how to begin is helped, one rung at a time.

The listener reflects, never the machine; no word of what was said is ever spoken back in this version. A list of words with their
confidences may be handed in by the hearing one day (`hints_of`), and is then judged before anything is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Rung = Literal["shape", "scaffold", "hint", "source"]

LINES: dict[Rung, str] = {"shape": "c_shape", "scaffold": "c_scaffold", "hint": "c_no_hint", "source": "c_source"}
"""The line of each rung. The hint rung has no word to give yet and sends the listener to the source."""


class Hints(Protocol):
    """Whoever can say which words may be offered as a hint."""

    def hints_of(self) -> Sequence[str]:
        """At most two words, as they were said, that nothing forbids to speak; none in doubt."""


class Ladder:
    """One rung at a time, from the top; no rung twice."""

    def __init__(self) -> None:
        self._used: set[Rung] = set()

    def silent(self) -> Rung | None:
        """The listener has been silent for long: the shape of a beginning, then its scaffold, then the source."""
        return self._first("shape", "scaffold", "source")

    def helped(self) -> Rung | None:
        """The listener asked for help."""
        return self._first("shape", "scaffold", "source")

    def hinted(self) -> Rung | None:
        """The listener asked for a hint, which is never offered."""
        rung = self._first("hint", "source")
        if rung == "hint":
            self._used.add("source")  # its line already sends the listener there
        return rung

    def _first(self, *rungs: Rung) -> Rung | None:
        rung = next((each for each in rungs if each not in self._used), None)
        if rung is not None:
            self._used.add(rung)
        return rung
