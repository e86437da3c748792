"""Taking the companion's own voice out of the microphone signal, linearly, so that people in it stay whole.

A partitioned frequency-domain Kalman filter (Enzner & Vary 2006; partitioned form: Kuech, Mabande & Enzner 2014) learns the path
from loudspeaker to microphone. Being linear it leaves the partners' voices as they are, and its gain falls by itself while
somebody talks over the companion, so it needs no double-talk detector.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import BLOCK

PARTITIONS = 10
"""Blocks of echo path that are modelled: 0.32 s, the tail of a dining room with T60 0.5 s down to -35 dB."""

_FORGET = 0.9998  # how fast the path may change, a block; heads and hands move slowly
_SMOOTH = 0.8  # of the near-end spectrum
_EPS = 1e-8


class EchoCanceller:
    """Microphone and reference in, microphone without echo out; state bounded, some 0.3 ms a block."""

    def __init__(self) -> None:
        bins = BLOCK + 1
        self._spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._path = np.zeros((PARTITIONS, bins), np.complex64)
        self._doubt = np.ones((PARTITIONS, bins), np.float32) * 0.5
        self._near: NDArray[np.float32] = np.full(bins, 1e-3, np.float32)
        self._before = np.zeros(BLOCK, np.float32)

    def feed(self, microphone: NDArray[np.float32], reference: NDArray[np.float32]) -> NDArray[np.float32]:
        """One block of 512 samples each, aligned on the sample clock; returns 512 samples of what is left."""
        window = np.concatenate([self._before, reference])
        self._before = reference
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = np.fft.rfft(window)
        echo = np.fft.irfft((self._spectra * self._path).sum(0))[BLOCK:]
        left = (microphone - echo).astype(np.float32)
        error = np.fft.rfft(np.concatenate([np.zeros(BLOCK, np.float32), left])).astype(np.complex64)
        self._learn(error)
        return left

    def _learn(self, error: NDArray[np.complex64]) -> None:
        power = np.abs(self._spectra) ** 2
        self._near = (_SMOOTH * self._near + (1 - _SMOOTH) * np.abs(error) ** 2).astype(np.float32)
        if float(power.sum()) < _EPS:
            return
        gain = self._doubt * self._spectra.conj() / ((power * self._doubt).sum(0) + 2 * self._near + _EPS)
        step = np.fft.irfft(gain * error, axis=1)
        step[:, BLOCK:] = 0.0
        self._path = (self._path + np.fft.rfft(step, axis=1)).astype(np.complex64)
        shrink = 1.0 - 0.5 * np.clip((gain * self._spectra).real, 0.0, 1.0)
        self._doubt = (_FORGET**2 * shrink * self._doubt + (1 - _FORGET**2) * np.abs(self._path) ** 2).astype(np.float32)
