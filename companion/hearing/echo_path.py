"""Is the way from loudspeaker to microphone still the one that was learnt: shifted in time, or another one altogether?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import BLOCK, samples

Floats = NDArray[np.float32]

FURTHEST = samples(0.042)
"""Two playback stamps, each off by 20 ms at most, differ by no more than this."""

EXPLAINED = 0.35
"""When this share of what is left could be made from the expected echo, it is echo on a new path. In the rooms of
scripts/bench/own_voice.py independent sound explains some 0.16 by chance (98 % of blocks below 0.35), a moved device 0.4 up."""

_PEAK = 6.0  # standard deviations by which the best shift must stand out: lines in rooms have 9 to 20, chance 5
_SMOOTH = 0.75
_FIRST = 4  # blocks before a share is told
_LOW, _HIGH = 6, 160  # bins of 31 Hz: 200 to 5000 Hz
_EPS = 1e-12


def shift_of(microphone: Floats, echo: Floats) -> int:
    """Samples by which the sound in `microphone` comes later than in `echo`, both of one length; 0 where it cannot be told."""
    size = 2 * len(echo)
    cross = np.fft.rfft(microphone, size) * np.conj(np.fft.rfft(echo, size))
    strength = np.abs(cross)
    if float(strength.max()) < _EPS:
        return 0
    likely = np.fft.irfft(cross / (strength + 0.01 * strength.max()))
    near = np.concatenate([likely[-FURTHEST:], likely[: FURTHEST + 1]])
    best = int(np.argmax(near))
    return best - FURTHEST if near[best] > _PEAK * float(np.std(near)) else 0


class Resemblance:
    """The share of what is left that looks like the expected echo, over some seven blocks."""

    def __init__(self) -> None:
        self._window = np.hanning(BLOCK).astype(np.float32)
        self.forget()

    def forget(self) -> None:
        """Begin afresh."""
        bins = _HIGH - _LOW
        self._cross = np.zeros(bins, np.complex64)
        self._left = np.zeros(bins, np.float32)
        self._echo = np.zeros(bins, np.float32)
        self._fed = 0

    def feed(self, left: Floats, echo: Floats) -> float:
        """One block; 0 until enough was fed."""
        a, b = self._spectrum(left), self._spectrum(echo)
        if a is None or b is None:
            return 0.0
        self._fed += 1
        self._cross = (_SMOOTH * self._cross + (1 - _SMOOTH) * a * b.conj()).astype(np.complex64)
        self._left = (_SMOOTH * self._left + (1 - _SMOOTH) * np.abs(a) ** 2).astype(np.float32)
        self._echo = (_SMOOTH * self._echo + (1 - _SMOOTH) * np.abs(b) ** 2).astype(np.float32)
        if self._fed < _FIRST:
            return 0.0
        return float((np.abs(self._cross) ** 2 / (self._echo + _EPS)).sum() / (self._left.sum() + _EPS))

    def _spectrum(self, block: Floats) -> NDArray[np.complex64] | None:
        """Of equal power in each block, or the loudest would be compared with itself alone."""
        spectrum = np.fft.rfft(block * self._window)[_LOW:_HIGH].astype(np.complex64)
        power = float(np.sum(np.abs(spectrum) ** 2))
        return (spectrum / np.sqrt(power)).astype(np.complex64) if power > 1e-7 else None
