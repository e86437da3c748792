"""Lines of an event log as the score reads them: dicts with times in seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from companion.timeline import Span, seconds

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` in seconds; by and of whom, and which command or answer, where the line says so."""

    start: float
    end: float
    by: str | None = None
    of: str | None = None
    what: str | None = None

    @property
    def length(self) -> float:
        """Seconds."""
        return max(0.0, self.end - self.start)

    def overlap(self, other: Stretch) -> float:
        """Seconds both share."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def near(self, other: Stretch, slack: float) -> bool:
        """Whether they overlap, or lie less than `slack` seconds apart."""
        return self.start < other.end + slack and other.start < self.end + slack


def of_span(span: Span) -> Stretch:
    """A span in seconds."""
    return Stretch(seconds(span.start), seconds(span.end))


def stretches(rows: Sequence[Row], *events: str) -> list[Stretch]:
    """All lines of these events."""
    return [
        Stretch(float(row["start"]), float(row["end"]), row.get("by"), row.get("of"), row.get("command", row.get("answer")))
        for row in rows
        if row["event"] in events
    ]


def answering(rows: Sequence[Row], said: Stretch) -> list[Stretch]:
    """The answers that were taken from what was said: told from its start to its endpoint, 1.2 s after a hedge, and a little."""
    return [one for one in stretches(rows, "answer") if said.start <= one.end <= said.end + 2.0]


def cues(rows: Sequence[Row]) -> list[Row]:
    """All cues that were given."""
    return [row for row in rows if row["event"] == "cue"]


def heard_by(segment: Stretch, others: Iterable[Stretch]) -> float:
    """The part of a segment that others cover (those do not overlap much among themselves)."""
    return sum(segment.overlap(one) for one in others) / segment.length


def named(text: str, partners: Iterable[str]) -> list[str]:
    """The partners a text names."""
    return [who for who in partners if re.search(rf"\b{re.escape(who)}\b", text)]
