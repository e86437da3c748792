"""Noises of a kitchen and a laid table, made from noise and ringing: no recording is needed, so no licence either.

Each is a stretch at 16 kHz of no particular level; `kitchen` draws one. What they imitate and the numbers inside are
choices of ours by ear and by spectrum, not fitted to any recording that the bench uses.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from .clips import RATE_HZ

Floats = NDArray[np.float32]


def level(sound: Floats) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(sound), dtype=np.float64))) + 1e-6


def _band(low_hz: float, high_hz: float, length: int, rng: np.random.Generator) -> Floats:
    """Noise between two frequencies, level 1."""
    sound = sosfilt(butter(2, (low_hz, high_hz), "band", fs=RATE_HZ, output="sos"), rng.standard_normal(length))
    return np.asarray(sound / level(sound), np.float32)


def _wavering(length: int, depth: float, pace_hz: float, rng: np.random.Generator) -> Floats:
    """A slow random gain around 1."""
    points = max(3, int(length / RATE_HZ * pace_hz) + 2)
    gains = np.exp(depth * rng.standard_normal(points))
    return np.asarray(np.interp(np.linspace(0, points - 1, length), np.arange(points), gains), np.float32)


def _scattered(length: int, per_s: float, make: Callable[[], Floats], rng: np.random.Generator) -> Floats:
    """Many short sounds at random moments, of very different strengths."""
    sound = np.zeros(length, np.float32)
    for _ in range(max(1, rng.poisson(length / RATE_HZ * per_s))):
        start = int(rng.integers(0, length))
        one = make()[: length - start]
        sound[start : start + len(one)] += one * float(rng.lognormal(0, 0.8))
    return sound


def _ringing(tones_hz: NDArray[np.float64], decay: float, length_s: float, rng: np.random.Generator) -> Floats:
    time = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    phases, strengths = rng.uniform(0, 6.3, (len(tones_hz), 1)), rng.uniform(0.2, 1, (len(tones_hz), 1))
    sound = (strengths * np.sin(2 * np.pi * tones_hz[:, None] * time + phases)).sum(0) * np.exp(-time * decay)
    return np.asarray(sound, np.float32)


def cutlery(length: int, rng: np.random.Generator) -> Floats:
    """Short ringing hits of thin metal."""

    def hit() -> Floats:
        return _ringing(rng.uniform(1500, 7500, 4), rng.uniform(20, 90), rng.uniform(0.02, 0.25), rng)

    return _scattered(length, rng.uniform(0.5, 5), hit, rng)


def clatter(length: int, rng: np.random.Generator) -> Floats:
    """Plates and pans set down, pushed, stacked: a dull knock, then a few low tones that ring, in bursts."""

    def knock() -> Floats:
        ring = _ringing(rng.uniform(250, 4500, 6), rng.uniform(8, 60), rng.uniform(0.1, 0.5), rng)
        thud = rng.standard_normal(int(0.015 * RATE_HZ)).astype(np.float32) * np.hanning(int(0.015 * RATE_HZ))
        ring[: len(thud)] += rng.uniform(0.5, 4) * np.asarray(thud, np.float32)
        return ring

    return _scattered(length, rng.uniform(0.7, 8), knock, rng)


def boiling(length: int, rng: np.random.Generator) -> Floats:
    """A rumble, and bubbles: short tones that rise."""
    pitch = rng.uniform(200, 700)

    def bubble() -> Floats:
        time = np.arange(int(rng.uniform(0.01, 0.05) * RATE_HZ)) / RATE_HZ
        tone = np.sin(2 * np.pi * (pitch * rng.uniform(0.5, 2.5) * time * (1 + 6 * time)))
        return np.asarray(tone * np.hanning(len(time)), np.float32)

    bubbles = _scattered(length, rng.uniform(20, 120), bubble, rng)
    return bubbles / level(bubbles) + rng.uniform(0.3, 2) * _band(50, rng.uniform(400, 3000), length, rng)


def frying(length: int, rng: np.random.Generator) -> Floats:
    """A sizzle that wavers, and crackles."""

    def crackle() -> Floats:
        burst = rng.standard_normal(int(rng.uniform(0.0005, 0.004) * RATE_HZ) + 2)
        return np.asarray(burst, np.float32)

    crackles = _scattered(length, rng.uniform(30, 300), crackle, rng)
    sizzle = _band(rng.uniform(800, 3000), rng.uniform(5000, 7900), length, rng) * _wavering(length, 0.3, 3, rng)
    return crackles / level(crackles) * rng.uniform(0.2, 1.5) + sizzle


def tap(length: int, rng: np.random.Generator) -> Floats:
    """Water that runs into a sink: broad noise with a splash in it."""
    jet = _band(rng.uniform(150, 1500), rng.uniform(4000, 7900), length, rng) * _wavering(length, 0.15, 8, rng)
    splash = _band(rng.uniform(300, 800), rng.uniform(1500, 3500), length, rng) * _wavering(length, 0.5, 15, rng)
    return jet + rng.uniform(0.1, 1.5) * splash


def fan(length: int, rng: np.random.Generator) -> Floats:
    """An extractor, a dishwasher, a refrigerator: steady low noise and the tones of a motor."""
    sound = lfilter([1], [1, -rng.uniform(0.6, 0.98)], rng.standard_normal(length))
    sound /= level(sound)
    blade = rng.uniform(45, 400)
    tones = blade * np.arange(1, 6)[:, None] * np.arange(length) / RATE_HZ + rng.uniform(0, 1, (5, 1))
    sound += (np.sin(2 * np.pi * tones) * rng.uniform(0, 0.6, (5, 1))).sum(0)
    return np.asarray(sound * _wavering(length, 0.1, 2, rng), np.float32)


def chopping(length: int, rng: np.random.Generator) -> Floats:
    """Dull knocks on a board in a row, over something quieter."""
    sound = 0.05 * fan(length, rng)
    pace = rng.uniform(0.15, 0.6)
    tones_hz, at = rng.uniform(120, 1800, 5), rng.uniform(0, 0.5)
    while at * RATE_HZ < length - 800:
        knock = _ringing(tones_hz * rng.uniform(0.95, 1.05), rng.uniform(40, 120), 0.12, rng)
        start = int(at * RATE_HZ)
        sound[start : start + len(knock)] += knock[: length - start] * float(rng.uniform(0.4, 1))
        at += pace * rng.uniform(0.8, 1.3)
    return sound


KINDS = (cutlery, clatter, clatter, boiling, frying, tap, fan, chopping)


def kitchen(length: int, rng: np.random.Generator) -> Floats:
    """One kind of kitchen noise, sometimes two at once, level 1."""
    sound = KINDS[rng.integers(len(KINDS))](length, rng)
    sound = sound / level(sound)
    if rng.random() < 0.3:
        other = KINDS[rng.integers(len(KINDS))](length, rng)
        sound = sound + other / level(other) * float(rng.uniform(0.2, 1))
    return np.asarray(sound / level(sound), np.float32)
