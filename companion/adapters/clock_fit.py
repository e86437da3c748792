"""Which microphone sample belongs to which moment of the computer's monotonic clock."""

from __future__ import annotations

from collections import deque
from statistics import median

from companion.timeline import RATE, Sample

WINDOW = 10.0
"""Seconds of blocks the fit looks at. Two clocks differ by up to 100 ppm (1 ms in this time), while single blocks come up to
tens of ms late; a choice of ours."""

GAP = 0.1
"""Seconds that blocks must come later than before until samples count as lost: more than any burst measured here (92 ms)."""

SETTLE = 1.0
"""Seconds for which they must stay late. A late block is followed by early ones; lost samples never come back."""


class SampleClock:
    """Fits monotonic seconds to microphone samples from the arrival of blocks.

    A block that ends at sample `n` and arrives at `t` has the lag `t - n / RATE`. The median lag of the last ten seconds is
    the fit: drift between the clocks is followed, late blocks are not. `sample_at(t)` is thus the sample that *arrives* at
    `t`; a sound in the room at `t` sits a device latency later in the stream (`companion.adapters.calibrate`).
    Memory is bounded by the window.
    """

    def __init__(self) -> None:
        self._lags: deque[tuple[float, float]] = deque(maxlen=2048)
        self._fit: float | None = None

    @property
    def known(self) -> bool:
        """Whether a block has ever arrived."""
        return self._fit is not None or bool(self._lags)

    def note(self, at: float, end: Sample) -> None:
        """A block whose last sample is `end - 1` arrived at `at` monotonic seconds."""
        self._lags.append((at, at - end / RATE))
        while self._lags[0][0] < at - WINDOW:
            self._lags.popleft()
        self._fit = None

    def missing(self) -> int:
        """Samples that must have been lost: blocks have come more than `GAP` later than before for `SETTLE` seconds.

        0 as long as less than one and a half `SETTLE` has been heard. After filling a gap call `filled`.
        """
        if not self._lags or self._lags[-1][1] - min(lag for _, lag in self._lags) <= GAP:
            return 0
        since = self._lags[-1][0] - SETTLE
        before = [lag for at, lag in self._lags if at < since - SETTLE / 2]
        lately = [lag for at, lag in self._lags if at >= since]
        if not before:
            return 0
        late = min(lately) - median(before)
        return round(late * RATE) if late > GAP else 0

    def filled(self, samples: int) -> None:
        """The stream was made longer by `samples` of silence: the late blocks belong that much later."""
        late = samples / RATE
        middle = median(lag for _, lag in self._lags) if self._lags else 0.0
        self._lags = deque(
            ((at, lag - late if lag - middle > late / 2 else lag) for at, lag in self._lags), maxlen=self._lags.maxlen
        )
        self._fit = None

    def sample_at(self, at: float) -> Sample:
        """The microphone sample that arrives at `at` monotonic seconds, by the fit; 0 while nothing has ever arrived."""
        return round((at - self._lag()) * RATE) if self.known else 0

    def when(self, sample: Sample) -> float:
        """Monotonic seconds at which `sample` arrives, by the fit. Raises ValueError while nothing has ever arrived."""
        if not self.known:
            raise ValueError("no block has arrived yet")
        return sample / RATE + self._lag()

    def restart(self, at: float, end: Sample) -> None:
        """Forget the past and take `end` for the sample that arrives at `at`: a new stream has begun."""
        self._lags.clear()
        self.note(at, end)

    def _lag(self) -> float:
        if self._fit is None:
            self._fit = median(lag for _, lag in self._lags)
        return self._fit
