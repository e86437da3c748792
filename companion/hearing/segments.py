"""From probabilities to stretches of one voice: hysteresis, onsets dated back, short silences closed, tiny pieces dropped."""

from __future__ import annotations

from collections import deque

import numpy as np

from companion.hearing.features import HOP
from companion.hearing.heard import Segment
from companion.partner import Partner
from companion.timeline import Sample, samples

ON, OFF = 0.5, 0.35
BACK = 12 * HOP
"""How far an onset may be dated back to where the probability rose above OFF: 0.19 s."""

CLOSE = samples(0.15)
DROP = samples(0.08)
_KEPT = 256  # pitches kept for the median


class Track:
    """The stretches of one voice. Frames go in one by one; `segment` is what is going on, `settled` how far that is final."""

    def __init__(self, by: Partner | None, at: Sample) -> None:
        self.by = by
        self.settled = at
        self._rise: Sample | None = None  # where the probability rose above OFF, not yet above ON
        self._start: Sample | None = None  # of the stretch in hand
        self._end = at  # of the stretch in hand, as far as it is known
        self._speaking = False
        self._forget()

    def _forget(self) -> None:
        self._n = 0
        self._sums = np.zeros(4)
        self._like, self._likes = 0.0, 0
        self._pitches: deque[float] = deque(maxlen=_KEPT)

    def feed(
        self,
        at: Sample,
        p: float,
        laugh: float = 0.0,
        level: float = -26.0,
        f0: float | None = None,
        hum: float = 0.0,
        like: float | None = None,
    ) -> Segment | None:
        """One frame from `at` on. Returns the stretch that closed with it, if one did.

        `like`: nats by which its voice is more this one's than the other's, in frames of speech.
        """
        closed = None
        end = at + HOP
        if self._speaking:
            if p < OFF:
                self._speaking = False
            else:
                self._end = end
        elif p >= OFF:
            self._rise = at if self._rise is None else max(self._rise, at - BACK)
            if p >= ON:
                closed = self._begin(self._rise)
                self._end = end
        else:
            self._rise = None
        if self._speaking:
            self._n += 1
            self._sums += (p, laugh, level, hum)
            if f0 is not None:
                self._pitches.append(f0)
            if like is not None:
                self._like, self._likes = self._like + like, self._likes + 1
        elif closed is None and self._start is not None and (self._rise or end) - self._end >= CLOSE:
            closed = self._close()
        self.settled = max(self.settled, self._final(end))
        return closed

    def _begin(self, start: Sample) -> Segment | None:
        """Speech again: the stretch in hand goes on, or closes and the next begins."""
        self._speaking, self._rise = True, None
        if self._start is not None and start - self._end < CLOSE:
            return None
        closed = self._close()
        self._start = start
        return closed

    def _final(self, end: Sample) -> Sample:
        if self._start is not None and (not self._speaking or self._end - self._start < DROP):
            return self._start if self._end - self._start < DROP else self._end
        return end if self._rise is None else max(self._rise, end - BACK)

    @property
    def segment(self) -> Segment | None:
        """The stretch in hand, once it is long enough to be one."""
        return None if self._start is None or self._end - self._start < DROP else self._report(True)

    @property
    def speaking(self) -> bool:
        """Whether the newest frame was speech."""
        return self._speaking

    def finish(self) -> Segment | None:
        """Close what is open."""
        self._speaking, self._rise = False, None
        return self._close()

    def _report(self, is_open: bool) -> Segment:
        assert self._start is not None
        n = max(1, self._n)
        confidence, laugh, level, hum = (float(x) / n for x in self._sums)
        middle = float(np.median(self._pitches)) if self._pitches else None
        likeness = self._like / self._likes if self._likes else None
        return Segment(self.by, self._start, self._end, is_open, confidence, laugh, hum, level, middle, likeness)

    def _close(self) -> Segment | None:
        done = None
        if self._start is not None and self._end - self._start >= DROP:
            done = self._report(False)
        self._start = None
        self._forget()
        return done
