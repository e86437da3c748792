"""Two made-up people for tests: buzzes with different pitch, vowels and seats. Deterministic, and no recording needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from companion.adapters.silero_activity import SileroActivity
from companion.hearing.background import Background
from companion.hearing.heard import Heard, Segment
from companion.hearing.hearing import Hearing
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, RATE

ROOT = Path(__file__).resolve().parents[2]
ALEX, SAM = Partner("Alex"), Partner("Sam")
Sound = NDArray[np.float32]


@cache
def background() -> Background:
    return Background.load(ROOT / "models" / "hearing")


@cache
def activity() -> SileroActivity:
    return SileroActivity(ROOT / "models" / "silero" / "silero_16k.npz")


def voice(seconds: float, pitch: float, vowels: list[tuple[float, float, float]], seed: int) -> Sound:
    """Syllables of about 0.2 s: a buzz through three resonances, with a moving pitch and a few hisses."""
    rng, out = np.random.default_rng(seed), []
    while sum(map(len, out)) < seconds * RATE:
        n = int(rng.uniform(0.14, 0.26) * RATE)
        f0 = pitch * np.linspace(rng.uniform(0.9, 1.15), rng.uniform(0.85, 1.1), n)
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        formants = vowels[int(rng.integers(len(vowels)))]
        x = np.zeros(n)
        for k in range(1, int(5000 / pitch)):
            gain = sum(1 / (1 + ((k * pitch - f) / (60 + 0.04 * f)) ** 2) for f in formants) / k**0.5
            x += gain * np.sin(k * phase)
        x *= np.hanning(n) ** 0.4
        hiss = np.diff(rng.standard_normal(int(0.05 * RATE) + 1)) * 0.3 * np.hanning(int(0.05 * RATE))
        out += [x, hiss if rng.random() < 0.5 else np.zeros(len(hiss))]
    y = np.concatenate(out)[: int(seconds * RATE)]
    return (0.05 * y / np.std(y)).astype(np.float32)


def alex(seconds: float, seed: int = 1) -> Sound:
    return voice(seconds, 110, [(700, 1150, 2500), (300, 2200, 2900), (450, 900, 2400)], seed)


def sam(seconds: float, seed: int = 2) -> Sound:
    return voice(seconds, 205, [(850, 1500, 2900), (350, 2700, 3300), (550, 1100, 2800)], seed)


def real(name: str) -> Sound:
    """30 s of a speaker of AN4, levelled. Skips where the recordings are not at hand."""
    folder = ROOT.parent / "shared" / "data" / "commands" / "an4" / name
    if not folder.is_dir():
        pytest.skip("no recordings of people beside the checkout")
    x = np.concatenate([sf.read(f, dtype="float32")[0] for f in sorted(folder.glob("*.ogg"))])[: 30 * RATE]
    noise = np.random.default_rng(1).standard_normal(len(x)).astype(np.float32)
    return np.asarray(0.05 * x / np.std(x) + 0.0005 * noise, np.float32)


def seat(x: Sound, samples_apart: int) -> Sound:
    """At two microphones: the second hears it `samples_apart` later (or earlier)."""
    return np.stack([x, np.roll(x, samples_apart)], axis=1)


def table(seed: int = 5, channels: int = 2) -> Sound:
    """12 s: Alex, a pause, Sam, both, Alex; over a little noise."""
    rng = np.random.default_rng(seed)
    x = (0.0005 * rng.standard_normal((12 * RATE, 2))).astype(np.float32)
    for start, who, apart in ((1.0, alex(2.5, 11), 3), (4.2, sam(2.8, 12), -3), (6.4, alex(1.2, 13), 3), (8.4, alex(2.5, 14), 3)):
        a = int(start * RATE)
        x[a : a + len(who)] += seat(who, apart)
    return x[:, :channels]


def enrolment(who: Partner, channels: int = 2, seconds: float = 9.0, seed: int = 21) -> Sound:
    x = seat(alex(seconds, seed), 3) if who == ALEX else seat(sam(seconds, seed + 1), -3)
    noise = 0.0005 * np.random.default_rng(7).standard_normal((len(x) + 2 * RATE, 2))
    noise[RATE : RATE + len(x)] += x
    return noise[:, :channels].astype(np.float32)


def hearing(channels: int = 2, pair: Pair | None = None, enrolled: bool = True) -> Hearing:
    h = Hearing(pair or Pair(ALEX, SAM), activity(), background(), channels)
    for who in h.pair if enrolled else ():
        assert h.learn(who, enrolment(who, channels)).trouble is None
    return h


def blocks(x: Sound) -> list[Sound]:
    return [x[i : i + BLOCK] for i in range(0, len(x) - BLOCK + 1, BLOCK)]


def run(h: Hearing, x: Sound) -> list[Heard]:
    return [*(h.feed(b) for b in blocks(x)), h.finish()]


def closed(heard: list[Heard]) -> list[Segment]:
    return [s for h in heard for s in h.segments if not s.open]


def plain(segments: list[Segment]) -> list[tuple[str | None, int, int]]:
    return [(s.by, s.start, s.end) for s in segments]
