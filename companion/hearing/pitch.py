"""Pitch by normalised autocorrelation over 64 ms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import RATE

Floats = NDArray[np.float32]

WINDOW = 1024
LOWEST, HIGHEST = 232, 45
"""Lags searched, in samples: 69 to 355 Hz, the range of adult speech."""

_HANN = np.hanning(WINDOW).astype(np.float32)
_BIAS = np.fft.irfft(np.abs(np.fft.rfft(_HANN, 2 * WINDOW)) ** 2)[:LOWEST]
_BIAS = (_BIAS / _BIAS[0]).astype(np.float32)


def pitch(sound: Floats) -> tuple[Floats, Floats]:
    """Log2 of the pitch in Hz, and how voiced the sound is (0..1), of each row: (n, 1024) at 16 kHz."""
    spectrum = np.fft.rfft(sound * _HANN, 2 * WINDOW, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    ac = np.fft.irfft(power, axis=1)[:, :LOWEST]
    ac = ac / (ac[:, :1] + 1e-30) / _BIAS
    best = HIGHEST + np.argmax(ac[:, HIGHEST:], axis=1)
    voiced = np.clip(ac[np.arange(len(ac)), best], 0, 1)
    return np.log2(RATE / best).astype(np.float32), voiced.astype(np.float32)
