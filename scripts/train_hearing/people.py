"""Voices for training: recordings cut into phrases, and small sounds made from them. Split by person, never by file."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile as sf
from scipy.signal import butter, resample_poly, sosfilt

RATE = 16_000
HOP = 160
_HIGHPASS = butter(2, 70, "high", fs=RATE, output="sos")


@dataclass
class Phrase:
    """A piece of sound and where in it there is speech, in seconds from its start."""

    sound: np.ndarray
    speech: list[tuple[float, float]]
    small: Literal["", "hum", "laugh"] = ""

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE


def level(x: np.ndarray, window: int = 320) -> np.ndarray:
    """dB every 10 ms."""
    power = np.concatenate([[0.0], np.cumsum(x.astype("f8") ** 2)])
    i = np.arange(max(0, (len(x) - window) // HOP + 1)) * HOP
    return 10 * np.log10((power[i + window] - power[i]) / window + 1e-10)


def spoken(x: np.ndarray) -> list[tuple[float, float]]:
    """Where a clean recording holds speech: well above its floor, pauses under 0.15 s closed, pieces under 0.08 s dropped."""
    e = level(x)
    if not len(e):
        return []
    top, floor = np.percentile(e, 95), np.percentile(e, 8)
    on = np.concatenate([[0], (e > max(top - 32, min(floor + 9, top - 12))).astype(int), [0]])
    edge = np.flatnonzero(np.diff(on)) * HOP / RATE + 0.008
    out: list[tuple[float, float]] = []
    for a, b in zip(edge[::2], edge[1::2], strict=True):
        if out and a - out[-1][1] < 0.15:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return [(a, b) for a, b in out if b - a >= 0.08]


@dataclass
class Person:
    """Their phrases in order: the first ones are the enrolment."""

    name: str
    files: list[Path]

    def phrases(self, speed: float) -> list[Phrase]:
        """All phrases of 0.3 to 5 s, levelled; `speed` makes another voice of it (pitch, formants and pace together)."""
        out = []
        for f in self.files:
            x = sosfilt(_HIGHPASS, sf.read(f, dtype="float32")[0]).astype("f4")
            if speed != 1:
                x = resample_poly(x, 100, round(100 * speed)).astype("f4")
            spans = spoken(x)
            if not spans:
                continue
            loud = np.concatenate([x[int(a * RATE) : int(b * RATE)] for a, b in spans])
            out += _cut(x * (0.05 / (np.sqrt(np.mean(loud**2)) + 1e-9)), spans)
        return out


def _cut(x: np.ndarray, spans: list[tuple[float, float]]) -> list[Phrase]:
    groups: list[list[tuple[float, float]]] = []
    for a, b in spans:
        if groups and a - groups[-1][-1][1] < 0.22 and b - groups[-1][0][0] < 5:
            groups[-1].append((a, b))
        else:
            groups.append([(a, b)])
    out = []
    for g in groups:
        a0, b0 = max(0.0, g[0][0] - 0.03), min(len(x) / RATE, g[-1][1] + 0.05)
        y = x[int(a0 * RATE) : int(b0 * RATE)].copy()
        if len(y) < 0.3 * RATE:
            continue
        y[:240] *= np.linspace(0, 1, 240)
        y[-400:] *= np.linspace(1, 0, 400)
        out.append(Phrase(y, [(a - a0, b - a0) for a, b in g]))
    return out


def people(data: Path, held_out: bool) -> list[Person]:
    """LibriSpeech people of 8 s or more, and half of AN4's (the other half stays for tests). A fifth of them is held out."""
    found = {f.stem: [f] for f in sorted((data / "speech").glob("ls*.ogg")) if sf.info(f).duration > 8}
    for folder in sorted((data / "commands" / "an4").iterdir()):
        if folder.is_dir() and zlib.crc32(folder.name.encode()) % 2 == 0:
            found[folder.name] = sorted(folder.glob("*.ogg"))
    return [Person(n, f) for n, f in found.items() if (zlib.crc32(b"held" + n.encode()) % 5 == 0) == held_out]


# --- small sounds -------------------------------------------------------------------------------------------------


def _voiced(p: Phrase) -> tuple[float, np.ndarray]:
    """Pitch and harmonic amplitudes of a loud, voiced moment of a phrase."""
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
    return f0, np.array([spec[max(0, int(h * 4096 / RATE) - 4) : int(h * 4096 / RATE) + 5].max() for h in harmonics])


def _sing(f0: np.ndarray, amp: np.ndarray, env: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(f0 * (1 + 0.01 * rng.standard_normal())) / RATE
    y = sum(a * np.sin((k + 1) * phase + rng.uniform(0, 6)) for k, a in enumerate(amp) if (k + 1) * f0.max() < 7000)
    return np.asarray(y * env)


def hum(p: Phrase, rng: np.random.Generator) -> Phrase:
    """Mm, mhm, uh-huh: one to three murmurs with a moving pitch, nasal or open."""
    f0, amp = _voiced(p)
    if rng.random() < 0.7:
        amp = amp / (1 + (np.arange(1, len(amp) + 1) * f0 / rng.uniform(300, 700)) ** 2)
    parts = []
    for _ in range(int(rng.choice([1, 2, 2, 3]))):
        n = int(rng.uniform(0.12, 0.4) * RATE)
        bend = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, 3), rng.uniform(0.85, 1.2, 3))
        parts += [_sing(f0 * bend, amp, np.sin(np.linspace(0, np.pi, n)) ** rng.uniform(0.4, 1), rng)]
        parts += [np.zeros(int(rng.uniform(0.02, 0.1) * RATE))]
    return _levelled(np.concatenate(parts[:-1]), 0.05 * 10 ** (rng.uniform(-10, 0) / 20), "hum")


def laugh(p: Phrase, rng: np.random.Generator) -> Phrase:
    """Bursts at 3.5 to 6.5 a second, voiced, breathy or both, falling or level, some with a long in-breath."""
    f0, amp = _voiced(p)
    rate, breathy = rng.uniform(3.5, 6.5), rng.uniform(0, 1) ** 2
    parts = []
    for i in range(int(rng.integers(2, 10))):
        n = int(RATE / rate * rng.uniform(0.85, 1.15))
        v = int(n * rng.uniform(0.35, 0.7))
        bend = (
            rng.uniform(1.1, 1.9) * (1 - rng.uniform(0, 0.06) * i) * np.linspace(rng.uniform(0.95, 1.1), rng.uniform(0.85, 1), v)
        )
        burst = np.zeros(n)
        burst[:v] = _sing(np.maximum(60, f0 * bend), amp, np.hanning(v) ** rng.uniform(0.5, 1), rng)
        air = np.convolve(rng.standard_normal(n), np.hanning(int(rng.integers(3, 15))), "same") * np.hanning(n)
        burst = (1 - breathy) * burst / (np.std(burst) + 1e-9) + (0.2 + breathy) * air / (np.std(air) + 1e-9)
        parts.append(burst * rng.uniform(0.8, 0.98) ** i)
    return _levelled(np.concatenate(parts), 0.05 * 10 ** (rng.uniform(-10, 2) / 20), "laugh")


def word(p: Phrase, rng: np.random.Generator) -> Phrase:
    """A word-long piece of speech, as short answers are."""
    a = p.speech[0][0]
    end = min(p.seconds, a + rng.uniform(0.22, 0.8))
    n = int(end * RATE)
    y = p.sound[:n].copy()
    fade = min(500, n)
    y[-fade:] *= np.linspace(1, 0, fade)
    return Phrase(y * np.float32(10 ** (rng.uniform(-8, 0) / 20)), [(s, min(t, end)) for s, t in p.speech if s < end - 0.04])


def _levelled(x: np.ndarray, rms: float, small: Literal["hum", "laugh"]) -> Phrase:
    x = (x * (rms / (np.sqrt(np.mean(x**2)) + 1e-9))).astype("f4")
    return Phrase(x, [(0.0, len(x) / RATE)], small)
