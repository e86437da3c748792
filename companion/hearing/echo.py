"""Taking the companion's own voice out of the microphone signal, linearly, so that people in it stay whole.

A partitioned frequency-domain Kalman filter (Enzner & Vary 2006; partitioned form: Kuech, Mabande & Enzner 2014) learns the path
from loudspeaker to microphone. Being linear it leaves the partners' voices as they are, and its gain falls by itself while
somebody talks over the companion, so it needs no double-talk detector.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import BLOCK

Floats = NDArray[np.float32]

PARTITIONS = 10
"""Blocks of echo path that are modelled: 0.32 s, the tail of a dining room with T60 0.5 s down to -35 dB."""

CLIPPED = 0.98
"""A sample this near full scale says nothing about the path any more."""

FEW_CLIPPED = 8
"""Clipped samples of a block that do no harm; with more nothing is learnt from it (our choice)."""

LOUDEST = 4.0
"""What is fed is bounded to this: 12 dB over full scale."""

_FORGET = 0.9998  # how fast the path may change, a block; heads and hands move slowly
_SMOOTH = 0.8  # of the near-end spectrum
_EPS = 1e-8
_DOUBT, _DOUBT_FALLS = 5.0, 0.3  # squared gain that the path may have, and its share from one partition to the next
_MOST = 30.0  # of any bin of the path: a loudspeaker 30 dB louder at the microphone than its own signal


class EchoCanceller:
    """Microphone and reference in, microphone without echo out. State bounded; cost a block in scripts/bench/own_voice.py."""

    def __init__(self) -> None:
        bins = BLOCK + 1
        self._spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._path = np.zeros((PARTITIONS, bins), np.complex64)
        self._near: Floats = np.full(bins, 1e-3, np.float32)
        self._before = np.zeros(BLOCK, np.float32)
        self._doubt: Floats = np.zeros((PARTITIONS, bins), np.float32)
        self.echo = np.zeros(BLOCK, np.float32)
        """The echo expected in the last block."""
        self.doubt_again()

    def doubt_again(self) -> None:
        """The path is another one: what was learnt is a guess from now on, and is learnt anew as fast as at first."""
        falls = _DOUBT_FALLS ** np.arange(PARTITIONS, dtype=np.float32)
        self._doubt = np.maximum(self._doubt, _DOUBT * falls[:, None]).astype(np.float32)

    def feed(self, microphone: Floats, reference: Floats, learn: bool = True) -> Floats:
        """One block of 512 samples each, aligned on the sample clock; returns 512 samples of what is left."""
        self.play(reference)
        microphone = np.clip(microphone, -LOUDEST, LOUDEST)
        self.echo = np.fft.irfft((self._spectra * self._path).sum(0))[BLOCK:].astype(np.float32)
        left = (microphone - self.echo).astype(np.float32)
        if learn and int(np.count_nonzero(np.abs(microphone) >= CLIPPED)) <= FEW_CLIPPED:
            self._learn(np.fft.rfft(np.concatenate([np.zeros(BLOCK, np.float32), left])).astype(np.complex64))
        return left

    def play(self, reference: Floats) -> None:
        """One block of reference without a look at the microphone: for a past that was not fed, or fed at another shift."""
        reference = np.clip(reference, -LOUDEST, LOUDEST).astype(np.float32)
        window = np.concatenate([self._before, reference])
        self._before = reference
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = np.fft.rfft(window)

    def _learn(self, error: NDArray[np.complex64]) -> None:
        power = np.abs(self._spectra) ** 2
        self._near = (_SMOOTH * self._near + (1 - _SMOOTH) * np.abs(error) ** 2).astype(np.float32)
        if float(power.sum()) < _EPS:
            return
        gain = self._doubt * self._spectra.conj() / ((power * self._doubt).sum(0) + 2 * self._near + _EPS)
        step = np.fft.irfft(gain * error, axis=1)
        step[:, BLOCK:] = 0.0
        path = (self._path + np.fft.rfft(step, axis=1)).astype(np.complex64)
        size = np.abs(path)
        self._path = (path * np.minimum(1.0, _MOST / np.maximum(size, _MOST))).astype(np.complex64)
        shrink = 1.0 - 0.5 * np.clip((gain * self._spectra).real, 0.0, 1.0)
        self._doubt = (_FORGET**2 * shrink * self._doubt + (1 - _FORGET**2) * np.abs(self._path) ** 2).astype(np.float32)
