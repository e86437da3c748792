"""Overlaps: where both partners speak at once, told when each is over."""

from __future__ import annotations

from collections import deque

from companion.events import Overlap
from companion.hearing.heard import Segment
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples

LEAST = samples(0.05)
"""Shorter overlaps are below what labels of 16 ms frames can tell; a choice of ours."""

MEMORY = samples(60.0)
"""How long a segment that has ended is kept to be met by one of the other partner."""


class Overlaps:
    """Meets each segment of one partner with each of the other."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._known: dict[Partner, deque[Segment]] = {who: deque() for who in pair}
        self._told: set[tuple[Sample, Sample]] = set()

    def feed(self, segments: tuple[Segment, ...], now: Sample) -> list[Overlap]:
        """Overlaps that are over with these segments, in order of their start."""
        ours = [(s.by, s) for s in segments if s.by is not None and s.by in self._pair]
        for by, segment in ours:
            self._know(self._known[by], segment)
        out: list[Overlap] = []
        for by, segment in ours:
            for other in self._known[self._pair.other(by)]:
                first = min(segment, other, key=lambda s: (s.end, s.open))
                start = max(segment.start, other.start)
                pair = (segment.start, other.start) if self._pair.index(by) == 0 else (other.start, segment.start)
                if first.open or first.end - start < LEAST or pair in self._told:
                    continue
                self._told.add(pair)
                out.append(Overlap(start, first.end, now))
        self._forget(now)
        return sorted(out, key=lambda o: (o.start, o.end))

    @staticmethod
    def _know(spans: deque[Segment], segment: Segment) -> None:
        if spans and spans[-1].start == segment.start:
            spans[-1] = segment
        else:
            spans.append(segment)

    def _forget(self, now: Sample) -> None:
        gone = False
        for spans in self._known.values():
            while spans and not spans[0].open and spans[0].end < now - MEMORY:
                spans.popleft()
                gone = True
        if gone:
            starts = [{s.start for s in spans} for spans in self._known.values()]
            self._told = {(a, b) for a, b in self._told if a in starts[0] and b in starts[1]}
