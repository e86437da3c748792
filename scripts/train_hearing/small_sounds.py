"""What listeners do: hums, laughs and words, in wide variety, made from a speaker's own voice."""

from __future__ import annotations

from typing import Literal

import numpy as np
from people import HOP, RATE, Phrase, level
from scipy.signal import butter, resample_poly, sosfilt


def _voiced(p: Phrase) -> tuple[float, np.ndarray, int]:
    """Pitch, harmonic amplitudes and place (sample) of a loud, voiced moment of a phrase."""
    e = level(p.sound, 1024)
    best = (0.0, 150.0, 0)
    for i in np.argsort(e)[-12:]:
        seg = p.sound[i * HOP : i * HOP + 1024] * np.hanning(1024)
        ac = np.fft.irfft(np.abs(np.fft.rfft(seg, 2048)) ** 2)[:232]
        k = 45 + int(np.argmax(ac[45:]))
        best = max(best, (float(ac[k] / (ac[0] + 1e-12)), RATE / k, int(i)))
    _, f0, i = best
    spec = np.abs(np.fft.rfft(p.sound[i * HOP : i * HOP + 1024] * np.hanning(1024), 4096))
    harmonics = np.arange(1, int(4000 / f0)) * f0
    amp = np.array([spec[max(0, int(h * 4096 / RATE) - 4) : int(h * 4096 / RATE) + 5].max() for h in harmonics])
    return f0, amp, i * HOP


def _sing(f0: np.ndarray, amp: np.ndarray, env: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A voice with the harmonics `amp`, unsteady in pitch."""
    knots = np.arange(0, len(f0) + 300, 300)
    shaky = 1 + rng.uniform(0.002, 0.015) * np.interp(np.arange(len(f0)), knots, rng.standard_normal(len(knots)))
    phase = np.cumsum(2 * np.pi * f0 * shaky / RATE)
    keep = np.arange(1, len(amp) + 1) * f0.max() < 7000
    k = np.arange(1, len(amp) + 1)[keep, None]
    y = (amp[keep, None] * np.sin(k * phase + rng.uniform(0, 6, (len(k), 1)))).sum(0)
    return np.asarray(y * env)


def _hill(k: np.ndarray, at: float, wide: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * ((k - at) / wide) ** 2))


def hum(p: Phrase, rng: np.random.Generator) -> Phrase:
    """Mm, mhm, uh-huh, aha: one to three murmurs with a moving pitch, nasal or open, some with a breath between."""
    f0, amp, _ = _voiced(p)
    k = np.arange(1, len(amp) + 1) * f0
    if rng.random() < 0.7:
        amp = amp / (1 + (k / rng.uniform(250, 800)) ** 2)
    elif rng.random() < 0.5:
        amp = _hill(k, rng.uniform(400, 900), 300) + 0.3 * _hill(k, rng.uniform(1000, 2200), 400)
    parts, lift = [], rng.uniform(0.8, 1.25)
    for _ in range(int(rng.choice([1, 1, 2, 2, 2, 3]))):
        n = int(rng.uniform(0.1, 0.42) * RATE)
        bend = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, 3), lift * rng.uniform(0.85, 1.2, 3))
        parts.append(_sing(f0 * bend, amp, np.sin(np.linspace(0, np.pi, n)) ** rng.uniform(0.3, 1), rng))
        m = int(rng.uniform(0.02, 0.12) * RATE)
        air = rng.standard_normal(m) * np.std(parts[-1]) * rng.choice([0, rng.uniform(0.02, 0.2)])
        parts.append(air * np.hanning(m))
    return _levelled(np.concatenate(parts[:-1]), 0.05 * 10 ** (rng.uniform(-12, 0) / 20), "hum")


def laugh(p: Phrase, rng: np.random.Generator) -> Phrase:
    """Bursts at 3.3 to 7 a second: sung on the voice's harmonics, cut out of its vowels, chuckled behind closed lips or only
    breathed; falling or level, with a cry before or a long breath after, slowing down or not."""
    f0, amp, at = _voiced(p)
    way = rng.choice(["sung", "vowel", "closed", "breath"], p=[0.4, 0.33, 0.15, 0.12])
    if way == "closed":
        amp = amp / (1 + (np.arange(1, len(amp) + 1) * f0 / rng.uniform(300, 600)) ** 2)
    elif way == "sung" and rng.random() < 0.5:
        k = np.arange(1, len(amp) + 1) * f0
        amp = _hill(k, rng.uniform(500, 950), 250) + 0.6 * _hill(k, rng.uniform(1000, 2000), 350)
    rate, breathy = rng.uniform(3.3, 7), rng.uniform(0, 1) ** 2
    slowing, fall, dying = rng.uniform(-0.01, 0.05), rng.uniform(0, 0.06), rng.uniform(0.8, 1.0)
    high, share = rng.uniform(1.0, 2.1), rng.uniform(0.3, 0.75)
    colour = butter(2, sorted(rng.uniform([300, 1500], [1200, 7000])), "band", fs=RATE, output="sos")
    parts = []
    if rng.random() < 0.25:  # a cry or a held note first
        n = int(rng.uniform(0.1, 0.4) * RATE)
        bend = np.linspace(1, rng.uniform(0.8, 1.3), n)
        parts.append(_unit(_sing(np.maximum(60, f0 * high * bend), amp, np.hanning(n) ** 0.6, rng)))
    for i in range(int(rng.integers(2, 14))):
        n = int(RATE / rate * rng.uniform(0.85, 1.15) * (1 + slowing * i))
        v = int(n * share * rng.uniform(0.85, 1.15))
        pitch = max(0.5, high * (1 - fall * i)) * rng.uniform(0.94, 1.06)
        burst = np.zeros(n)
        if way == "vowel":
            grain = p.sound[max(0, at - 200) : at + int(v * pitch) + 200]
            grain = resample_poly(grain, 100, max(50, round(100 * min(1.6, pitch))))[:v].astype("f8")
            burst[: len(grain)] = grain * np.hanning(len(grain)) ** rng.uniform(0.4, 0.8)
        elif way != "breath":
            bend = np.linspace(rng.uniform(0.95, 1.12), rng.uniform(0.82, 1), v)
            burst[:v] = _sing(np.maximum(60, f0 * pitch * bend), amp, np.hanning(v) ** rng.uniform(0.4, 1), rng)
        air = sosfilt(colour, rng.standard_normal(n)) * np.hanning(n)
        much = 1.0 if way == "breath" else breathy
        parts.append(((1 - much) * _unit(burst) + (0.1 + much) * rng.uniform(0.3, 1) * _unit(air)) * dying**i)
    if rng.random() < 0.3:  # breathing in
        n = int(rng.uniform(0.15, 0.5) * RATE)
        parts.append(_unit(sosfilt(colour, rng.standard_normal(n)) * np.linspace(0, 1, n) ** 2) * rng.uniform(0.1, 0.5))
    return _levelled(np.concatenate(parts), 0.05 * 10 ** (rng.uniform(-12, 3) / 20), "laugh")


def word(p: Phrase, rng: np.random.Generator) -> Phrase:
    """A word-long piece of speech, as short answers are, cut where the voice dips."""
    a = p.speech[0][0]
    low = min(p.seconds - 0.02, a + rng.uniform(0.2, 0.5))
    dip = level(p.sound[int(low * RATE) : int((low + 0.35) * RATE)], 480)
    end = min(p.seconds, low + (int(np.argmin(dip)) * HOP / RATE + 0.015 if len(dip) else 0.1))
    short = p.until(end)
    return Phrase(short.sound * np.float32(10 ** (rng.uniform(-8, 0) / 20)), short.speech)


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / (np.std(x) + 1e-9))


def _levelled(x: np.ndarray, rms: float, small: Literal["hum", "laugh"]) -> Phrase:
    x = (x * (rms / (np.sqrt(np.mean(x**2)) + 1e-9))).astype("f4")
    return Phrase(x, [(0.0, len(x) / RATE)], small)
