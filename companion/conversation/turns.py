"""The log of turns: which is open, what each one spanned, and the gaps between them."""

from __future__ import annotations

from companion.events import Gap, TurnEnded, TurnStarted
from companion.partner import Partner
from companion.timeline import Sample

TurnEvent = TurnStarted | TurnEnded | Gap


class Turns:
    """At most one turn is open; a partner's turns never overlap each other, turns of different partners may.

    Between two turns of different partners lies either their overlap or exactly one gap, so that turns and gaps, less overlaps
    of turns, add up to the time from the first word to the last (between turns of the same partner lies a lapse).
    """

    def __init__(self) -> None:
        self.by: Partner | None = None
        self.start: Sample = 0
        self.end: Sample = 0
        self._ends: dict[Partner, Sample] = {}
        self._last: tuple[Partner, Sample] | None = None

    @property
    def last_end(self) -> Sample:
        """Where the latest turn that is over ended; 0 before the first."""
        return self._last[1] if self._last else 0

    def open(self, by: Partner, start: Sample, end: Sample, now: Sample) -> list[TurnEvent]:
        """A turn of `by` has begun at `start` and reaches to `end` so far. One that was open must have been closed."""
        if self.by is not None:
            raise ValueError(f"{self.by} is still in a turn")
        start = max(start, self._ends.get(by, 0))
        self.by, self.start, self.end = by, start, max(start, end)
        out: list[TurnEvent] = [TurnStarted(start, now, by)]
        if self._last and self._last[0] != by and self._last[1] < start:
            out.append(Gap(self._last[1], start, now, self._last[0], by))
        return out

    def reach(self, end: Sample) -> None:
        """The open turn goes on to `end` at least."""
        self.end = max(self.end, end)

    def close(self, now: Sample, end: Sample | None = None) -> list[TurnEvent]:
        """The open turn is over, at `end` or where its last word was; nothing if none is open."""
        if self.by is None:
            return []
        by, self.by = self.by, None
        end = max(self.start, self.end if end is None else end)
        self._ends[by] = end
        self._last = (by, end)
        return [TurnEnded(self.start, end, now, by)]
