"""Features as libvosk (Kaldi) computes them: 40 MFCC at 100 frames a second, and its running mean.

Proved against libvosk itself by `probe.py`: sums over frames agree to six digits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .clips import RATE_HZ

Floats = NDArray[np.float32]

WINDOW, HOP, FFT = 400, 160, 512
N_MEL = N_CEPSTRA = 40
LOW_HZ, HIGH_HZ = 20.0, 7600.0
BEND_HZ = 6200.0
"""Up to here a vocal-tract warp is linear; above, it bends back to the band's edge."""
SUBSAMPLING = 3
"""Feature frames for one frame of the network's output."""
PRE_EMPHASIS, LIFTER = 0.97, 22.0
MEAN_WINDOW, PRIOR_FRAMES = 600, 200
"""Kaldi's OnlineCmvn defaults: the mean of the last 6 s; while there is less, the global mean counts as up to 2 s."""

MFCC_CONF = """--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--dither=0
--allow-downsample=true
--allow-upsample=true
"""


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(hertz, np.float64) / 700.0)


def _cosines() -> Floats:
    row, column = np.arange(N_CEPSTRA)[:, None], np.arange(N_MEL)[None]
    cosines = np.sqrt(2.0 / N_MEL) * np.cos(np.pi / N_MEL * (column + 0.5) * row)
    cosines[0] = np.sqrt(1.0 / N_MEL)
    lift = 1.0 + 0.5 * LIFTER * np.sin(np.pi * np.arange(N_CEPSTRA) / LIFTER)
    return np.asarray((cosines * lift[:, None]).T, np.float32)


def mel_bank(warp: float = 1.0) -> Floats:
    """Triangular filters [256 bins, 40]; `warp` above 1 sounds like a shorter vocal tract."""
    hertz = np.arange(FFT // 2) * RATE_HZ / FFT
    bend = BEND_HZ / max(1.0, warp)
    top = RATE_HZ / 2
    above = bend * warp + (hertz - bend) * (top - bend * warp) / (top - bend)
    mel, edges = _mel(np.where(hertz < bend, hertz * warp, above)), np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), N_MEL + 2)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    slope = np.where(mel <= centre, (mel - left) / (centre - left), (right - mel) / (right - centre))
    return np.asarray(np.where((mel > left) & (mel < right), slope, 0.0).T, np.float32)


_POVEY = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype(np.float32)
_COSINES = _cosines()
_BANK = mel_bank()


def mfcc(samples: Floats, bank: Floats = _BANK) -> Floats:
    """Samples in the 16-bit range → [frames, 40], frames = 1 + (n − 400) / 160."""
    if len(samples) < WINDOW:
        return np.zeros((0, N_CEPSTRA), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, np.float32), WINDOW)[::HOP].copy()
    frames -= frames.mean(1, keepdims=True)
    frames[:, 1:] -= PRE_EMPHASIS * frames[:, :-1].copy()
    frames[:, 0] *= 1 - PRE_EMPHASIS
    spectrum = np.fft.rfft(frames * _POVEY, FFT)[:, : FFT // 2]
    power = spectrum.real**2 + spectrum.imag**2
    energies = np.maximum(power.astype(np.float32) @ bank, np.finfo(np.float32).eps)
    return np.asarray(np.log(energies) @ _COSINES, np.float32)


def without_mean(features: Floats, global_mean: Floats) -> Floats:
    """Subtract the running mean that libvosk would have at each frame, starting afresh at the first."""
    sums = np.vstack([np.zeros(features.shape[1]), np.cumsum(features, 0, dtype=np.float64)])
    ends = np.arange(1, len(features) + 1)
    starts = np.maximum(ends - MEAN_WINDOW, 0)
    count = (ends - starts)[:, None]
    prior = np.clip(MEAN_WINDOW - count, 0, PRIOR_FRAMES)
    mean = (sums[ends] - sums[starts] + prior * global_mean) / (count + prior)
    return np.asarray(features - mean, np.float32)
