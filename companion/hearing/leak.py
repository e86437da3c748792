"""How much of the companion's own voice the echo canceller lets through, and whether there is more than that.

What is left is compared, band by band, with what was just played: as long as only the companion sounds, their distance keeps
below a mark that is learnt as it goes. A partner goes beyond that mark in several bands.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.timeline import BLOCK, RATE

Floats = NDArray[np.float32]

KNOWN_AFTER = 45
"""Blocks with sound (1.4 s) before the mark means anything."""

BEYOND_DB = 6.0
"""So far beyond the mark, in the mean of its best bands, is somebody else (measured with scripts/bench/own_voice.py)."""

_KEPT = 94  # blocks (3 s) over which the mark is taken
_EVERY = 8  # blocks from one reckoning of the mark to the next
_BANDS = 12
_BEST = 4
_QUANTILE = 92
_ROOM_DB = 3.0  # a block: what was played dies away in a room with T60 0.6 s
_NOISE_DB = 9.0  # over the noise floor of a band: chance of a noise exceeding it in four bands at once is small
_RISES_DB = 0.06  # a block: the noise floor
_ACTIVE_DB = -70.0  # of the reference in a band: below that it says nothing
_LEAST = 1e-10


def _band_edges() -> NDArray[np.intp]:
    mel = np.linspace(1127 * np.log1p(200 / 700), 1127 * np.log1p(6500 / 700), _BANDS + 1)
    return np.round(700 * np.expm1(mel / 1127) / RATE * BLOCK).astype(np.intp)


class Leak:
    """Follows one block after the other; bounded."""

    def __init__(self) -> None:
        self._edges = _band_edges()
        self._window = np.hanning(BLOCK).astype(np.float32)
        self._played = np.full(_BANDS, -120.0)
        self._noise = np.full(_BANDS, -120.0)
        self._heard_noise = False
        self._past: deque[NDArray[np.float64]] = deque(maxlen=_KEPT)
        self._mark: NDArray[np.float64] | None = None
        self._since = 0
        self.beyond_db = 0.0
        """How far the last block went beyond the mark."""

    def forget(self) -> None:
        """The path is another one."""
        self._past.clear()
        self._mark = None

    @property
    def known(self) -> bool:
        """Whether the mark means anything yet."""
        return len(self._past) >= KNOWN_AFTER

    def silence(self, block: Floats) -> None:
        """A block without own voice: what the room sounds like by itself."""
        self._listen(self._bands(block))

    def feed(self, left: Floats, reference: Floats) -> bool:
        """Is there more left than the companion alone leaves? False until that can be known."""
        now, played = self._bands(left), self._bands(reference)
        self._played = np.maximum(played, self._played - _ROOM_DB)
        self._listen(now)
        sounding = self._played > _ACTIVE_DB
        mark = self._mark if self._mark is not None else np.full(_BANDS, 60.0)
        expected = np.maximum(np.where(sounding, self._played + mark, -120.0), self._noise + _NOISE_DB)
        over = np.sort(np.clip(now - expected, -20.0, 20.0))[-_BEST:]
        self.beyond_db = float(over.mean()) if self.known else 0.0
        beyond = self.known and self.beyond_db > BEYOND_DB
        if sounding.sum() >= _BANDS // 2 and not beyond:
            self._past.append(np.where(sounding, now - self._played, np.nan))
            self._since += 1
            if self.known and (self._mark is None or self._since >= _EVERY):
                self._since = 0
                self._mark = np.nan_to_num(np.nanpercentile(np.array(self._past), _QUANTILE, axis=0), nan=0.0)
        return beyond

    def _listen(self, bands: NDArray[np.float64]) -> None:
        if not self._heard_noise:
            self._noise, self._heard_noise = bands.copy(), True
        self._noise = np.minimum(self._noise + _RISES_DB, 0.9 * self._noise + 0.1 * bands)

    def _bands(self, block: Floats) -> NDArray[np.float64]:
        power = np.abs(np.fft.rfft(block * self._window)) ** 2
        return 10 * np.log10(np.add.reduceat(power, self._edges)[:_BANDS] / BLOCK**2 + _LEAST)
