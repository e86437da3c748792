"""Sounds of a table that no voice makes: laughter, cutlery, a fan, soft music. All from formulas and a seeded generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import RATE, Span, samples

Sound = NDArray[np.float32]

_FLOOR_DB = 35.0
"""A sound begins and ends where its level is this far below its loudest 10 ms: below that nobody hears it across a table."""


def active(sound: Sound) -> Span:
    """From the first to the last audible sample of a dry sound; an empty span at 0 for silence."""
    frame = samples(0.010)
    count = len(sound) // frame
    if count == 0:
        return Span(0, len(sound))
    level = np.sqrt(np.mean(sound[: count * frame].reshape(count, frame).astype(np.float64) ** 2, axis=1))
    if level.max() <= 0:
        return Span(0, 0)
    loud = np.flatnonzero(level > level.max() * 10 ** (-_FLOOR_DB / 20))
    return Span(int(loud[0]) * frame, min(len(sound), (int(loud[-1]) + 1) * frame))


def levelled(sound: Sound, dbfs: float = -20.0) -> Sound:
    """The same sound with its audible part at `dbfs` RMS."""
    heard = active(sound)
    power = float(np.mean(sound[heard.start : heard.end].astype(np.float64) ** 2)) if heard.length else 0.0
    if power <= 0:
        return sound
    return np.asarray(sound * (10 ** (dbfs / 20) / np.sqrt(power)), np.float32)


def faded(sound: Sound, over: int) -> Sound:
    """The sound with a raised-cosine rise and fall of `over` samples."""
    out = sound.copy()
    n = min(over, len(out) // 2)
    if n:
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)).astype(np.float32)
        out[:n] *= ramp
        out[-n:] *= ramp[::-1]
    return out


def laugh(pitch_hz: float, rng: np.random.Generator) -> Sound:
    """A laugh of three to six calls: breathy voiced bursts at some five a second, falling in pitch and loudness."""
    calls = int(rng.integers(3, 7))
    every = rng.uniform(0.17, 0.23)
    out = np.zeros(samples(calls * every + 0.25), np.float64)
    for call in range(calls):
        n = samples(rng.uniform(0.09, 0.13))
        t = np.arange(n) / RATE
        f0 = pitch_hz * rng.uniform(1.3, 1.6) * (1 - 0.05 * call)
        phase = 2 * np.pi * np.cumsum(f0 * (1 - 0.8 * t)) / RATE
        voiced = sum(np.sin(h * phase) * _ah(h * f0) for h in range(1, int(5000 / f0)))
        breath = rng.standard_normal(n) * 0.25
        burst = (voiced + breath) * np.hanning(n) * 0.85**call
        start = samples(call * every + rng.uniform(0, 0.015))
        aspiration = rng.standard_normal(samples(0.05)) * 0.12 * np.hanning(samples(0.05))
        out[start : start + len(aspiration)] += aspiration * 0.85**call
        at = start + samples(0.03)
        out[at : at + n] += burst[: len(out) - at]
    return levelled(out.astype(np.float32))


def _ah(hz: float) -> float:
    """Loudness of a harmonic in an open vowel: three formants over a falling source."""
    formants = ((750, 110, 1.0), (1250, 130, 0.6), (2600, 200, 0.25))
    return float(sum(a / (1 + ((hz - f) / w) ** 2) for f, w, a in formants) / (1 + (hz / 900) ** 1.0) + 0.02)


def clink(rng: np.random.Generator) -> Sound:
    """Cutlery on a plate: five damped partials between 1.5 and 7 kHz, a quarter of a second."""
    t = np.arange(samples(0.25)) / RATE
    ring = sum(
        rng.uniform(0.2, 1) * np.exp(-t * rng.uniform(25, 90)) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6.28))
        for f in rng.uniform(1500, 7000, 5)
    )
    return np.asarray(ring * 10 ** rng.uniform(-1.0, 0.0), np.float32)


def coloured(n: int, slope: float, rng: np.random.Generator) -> Sound:
    """Noise whose power falls with frequency as f to the minus `slope` (1: pink), at unit RMS."""
    f = np.fft.rfftfreq(n, 1 / RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n)) / np.maximum(f, 40.0) ** (slope / 2)
    out = np.fft.irfft(spectrum, n)
    return (out / np.std(out)).astype(np.float32)


def hum_of_a_fan(n: int, at: int, rng: np.random.Generator) -> Sound:
    """An extractor fan: rushing air and the hum of its motor, whose phase goes on from `at`; some unit RMS."""
    t = (at + np.arange(n)) / RATE
    motor = sum(a * np.sin(2 * np.pi * f * t) for f, a in ((100.0, 0.5), (200.0, 0.3), (300.0, 0.15)))
    return (coloured(n, 1.4, rng) + 0.5 * motor).astype(np.float32)


def music(n: int, rng: np.random.Generator) -> Sound:
    """Soft plucked notes on a pentatonic scale, at some unit RMS."""
    out = np.zeros(n + 2 * RATE, np.float64)
    t = np.arange(samples(1.8)) / RATE
    at = 0
    while at < n:
        for step in rng.choice([0, 2, 4, 7, 9, 12, 16, 19], int(rng.integers(1, 3)), replace=False):
            f = 146.8 * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * f * h * t) / h**1.7 for h in range(1, 6)) * np.exp(-2.5 * t)
            out[at : at + len(t)] += note * np.minimum(1, t / 0.01) * rng.uniform(0.3, 1)
        at += samples(rng.uniform(0.25, 0.6))
    return (out[:n] / (np.std(out[:n]) + 1e-9)).astype(np.float32)
