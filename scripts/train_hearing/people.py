"""Voices for training: recordings cut into phrases. Split by person, never by file."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass
from functools import lru_cache
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

    def until(self, end: float, fade: float = 0.04) -> Phrase:
        """Broken off at `end` seconds."""
        n = min(len(self.sound), int(end * RATE))
        f = min(n, int(fade * RATE))
        y = self.sound[:n].copy()
        y[n - f :] *= np.linspace(1, 0, f, dtype="f4")
        return Phrase(y, [(a, min(b, end)) for a, b in self.speech if a < end - 0.03], self.small)


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
    sex: str
    files: list[Path]
    seconds: float

    @lru_cache(maxsize=2000)  # noqa: B019  (they live as long as the program)
    def phrases(self, speed: float) -> tuple[Phrase, ...]:
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
        return tuple(out)

    def __hash__(self) -> int:
        return hash(self.name)


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
    """LibriSpeech people of 6 s or more, LJ, and half of AN4's (the other half stays for tests). A fifth of them is held out."""
    found: list[Person] = []
    for row in csv.DictReader((data / "speech" / "speakers.csv").open()):
        if row["source"].startswith(("LibriSpeech", "LJ")) and float(row["seconds"]) > 6:
            found.append(Person(row["speaker"], row["sex"], [data / "speech" / row["file"]], float(row["seconds"])))
    for row in csv.DictReader((data / "commands" / "an4" / "speakers.csv").open()):
        if zlib.crc32(row["speaker"].encode()) % 2 == 0:
            files = sorted((data / "commands" / "an4" / row["speaker"]).glob("*.ogg"))
            found.append(Person(row["speaker"], row["sex"], files, sum(sf.info(f).duration for f in files)))
    return [p for p in found if (zlib.crc32(b"held" + p.name.encode()) % 5 == 0) == held_out]


def passers_by(data: Path, held_out: bool) -> list[Person]:
    """Voices that only ever make babble or sit in a television: spoken orders."""
    files = sorted((data / "commands" / "orders").glob("*.ogg"))
    return [Person(f.stem, "", [f], sf.info(f).duration) for i, f in enumerate(files) if (i % 5 == 0) == held_out]
