"""Rooms and noises for training: walls, seats, angles and distances drawn wider than life; image sources up to order 17."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pyroomacoustics as pra
import soundfile as sf
from scipy.signal import butter, oaconvolve, sosfilt

RATE = 16_000
CUT = 40  # pyroomacoustics delays every response by half its fractional-delay filter

SHIPPABLE = (
    "music_jazz", "music_song", "rain", "fire_crackling", "clock_tick", "sneezes", "baby_cry", "dog_bark", "coughs",
    "dishes_long", "tap_long",
)  # fmt: skip
"""Recordings whose licences let weights trained on them be shipped."""


def ring(deg: float) -> np.ndarray:
    return np.array([np.cos(np.radians(deg)), np.sin(np.radians(deg)), 0.0])


class Room:
    """Impulse responses at two microphones: `of[name][spot]` is (2, taps); `late[name][spot]` the direct sound's delay in s."""

    def __init__(self, spots: int, rng: np.random.Generator) -> None:
        while True:
            size = rng.uniform([3, 2.6, 2.2], [8, 6, 3.4])
            mid = np.array([*(size[:2] * rng.uniform(0.25, 0.75, 2)), rng.uniform(0.7, 0.95)])
            az, apart = rng.uniform(0, 360), rng.choice([rng.uniform(50, 130), rng.uniform(130, 180)])
            far = np.exp(rng.uniform(np.log(0.35), np.log(1.7), 2))
            seats = [mid + r * ring(a) + [0, 0, rng.uniform(0.15, 0.5)] for r, a in zip(far, (az, az + apart), strict=True)]
            if all((s[:2] > 0.3).all() and (s[:2] < size[:2] - 0.3).all() for s in seats):
                break
        along = seats[0] - seats[1]
        axis = ring(float(np.degrees(np.arctan2(along[1], along[0]))) + rng.choice([0, rng.uniform(-75, 75)]))
        half = rng.uniform(0.045, 0.16) / 2
        mics = np.stack([mid + axis * half, mid - axis * half]).T
        anywhere = lambda: rng.uniform(0.25, size - 0.25)  # noqa: E731
        places = {str(i): [s + rng.normal(0, [0.06, 0.06, 0.03]) for _ in range(spots + 1)] for i, s in enumerate(seats)}
        places["2"] = [anywhere()]
        places["tv"] = [anywhere()]
        places["noise"] = [anywhere() for _ in range(4)]
        places["box"] = [mid + [0, 0, -0.04] + 0.1 * ring(rng.uniform(0, 360))]
        absorption, order = pra.inverse_sabine(float(rng.uniform(0.18, 0.65)), size)
        room = pra.ShoeBox(size, fs=RATE, materials=pra.Material(min(0.95, absorption)), max_order=min(order, 22))
        flat = [(n, p) for n, ps in places.items() for p in ps]
        for _, p in flat:
            room.add_source(np.clip(p, 0.08, size - 0.08))
        room.add_microphone_array(mics)
        room.compute_rir()
        gain = 10 ** (rng.uniform(-1.5, 1.5) / 20)  # the two microphones differ
        self.of: dict[str, list[np.ndarray]] = {}
        self.late: dict[str, list[float]] = {}
        for i, (n, p) in enumerate(flat):
            taps = min(len(room.rir[0][i]), len(room.rir[1][i]))
            both = np.stack([room.rir[0][i][CUT:taps], gain * room.rir[1][i][CUT:taps]]).astype("f4")
            self.of.setdefault(n, []).append(both)
            self.late.setdefault(n, []).append(float(np.linalg.norm(p - mics[:, 0]) / 343))

    def put(self, out: np.ndarray, x: np.ndarray, name: str, spot: int, at: float) -> None:
        """Add a sound at `at` seconds to (2, n)."""
        y = oaconvolve(x[None], self.of[name][spot], axes=1)
        a = round(at * RATE)
        n = min(y.shape[1], out.shape[1] - a)
        if n > 0:
            out[:, a : a + n] += y[:, :n]


def coloured(n: int, rng: np.random.Generator) -> np.ndarray:
    """Noise with a slope between white and brown; goes round after 16 s."""
    m = 1 << 18
    f = np.fft.rfftfreq(m, 1 / RATE)
    x = np.fft.irfft(np.fft.rfft(rng.standard_normal(m)) / np.maximum(f, 50) ** (rng.uniform(0, 2) / 2), m)
    return np.resize(x, n)


def gusts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Water, frying, chairs, wind: a band of noise that swells and ebbs, slowly or in scrapes."""
    low = float(np.exp(rng.uniform(np.log(80), np.log(2500))))
    x = sosfilt(butter(2, [low, min(7500, low * rng.uniform(2, 8))], "band", fs=RATE, output="sos"), rng.standard_normal(n))
    knots = np.arange(0, n + RATE, int(RATE * np.exp(rng.uniform(np.log(0.1), np.log(3)))))
    swell = np.interp(np.arange(n), knots, 10 ** (rng.uniform(0, 14) * rng.standard_normal(len(knots)) / 20))
    return np.asarray(x * swell)


def hits(n: int, rng: np.random.Generator) -> np.ndarray:
    """Cutlery, glasses, plates put down, chopping."""
    x = np.zeros(n + RATE)
    k = np.arange(int(0.3 * RATE)) / RATE
    kinds = []
    for _ in range(6):
        f = rng.uniform(300, 7500, int(rng.integers(2, 8)))[:, None]
        partials = rng.uniform(0.2, 1, f.shape) * np.exp(-k * rng.uniform(10, 150, f.shape)) * np.sin(2 * np.pi * f * k)
        kinds.append(partials.sum(0) + rng.uniform(0, 1) * np.exp(-k * rng.uniform(30, 300)) * rng.standard_normal(len(k)))
    for t in rng.integers(0, n, max(1, rng.poisson(rng.uniform(5, 90) * n / RATE / 60))):
        x[t : t + len(k)] += kinds[int(rng.integers(6))] * 10 ** rng.uniform(-1, 0)
    return x[:n]


def band(n: int, rng: np.random.Generator) -> np.ndarray:
    """Something like music: chords and a melody of harmonic notes over a beat."""
    x, root, beat = np.zeros(n + 4 * RATE), 82 * 2 ** rng.uniform(0, 1.5), rng.uniform(0.15, 0.7)
    decay, tilt = rng.uniform(0.5, 5), rng.uniform(1, 2)
    k = np.arange(3 * RATE) / RATE
    steps, notes = [0, 3, 4, 5, 7, 9, 12, 14, 16, 19, 24], {}
    for step in steps:
        f = root * 2 ** (step / 12)
        notes[step] = np.exp(-decay * k) * sum(np.sin(2 * np.pi * f * h * k) / h**tilt for h in range(1, 9) if f * h < 7000)
    for t in np.arange(0, n, int(beat * RATE)):
        for step in rng.choice(steps, int(rng.integers(1, 5)), replace=False):
            x[t : t + len(k)] += rng.uniform(0.2, 1) * notes[step]
    return x[:n]


def singing(n: int, rng: np.random.Generator) -> np.ndarray:
    """A tune with vibrato, on two formants that wander: singing, a violin, a horn."""
    beat = rng.uniform(0.2, 0.8)
    notes = np.repeat(rng.choice([0, 2, 4, 5, 7, 9, 11, 12], int(n / RATE / beat) + 2), int(beat * RATE))[:n]
    notes = np.convolve(notes, np.ones(800) / 800, "same")
    t = np.arange(n) / RATE
    f0 = rng.uniform(90, 350) * 2 ** ((notes + rng.uniform(0, 0.5) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t)) / 12)
    phase, x = np.cumsum(2 * np.pi * f0 / RATE), np.zeros(n)
    centre = [rng.uniform(350, 900) * (1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.2, 2) * t)), rng.uniform(1000, 2400)]
    for h in range(1, 14):
        x += np.sin(h * phase) * (0.03 + sum(np.exp(-(((h * f0 - c) / 300) ** 2)) for c in centre)) * (h * f0 < 7000)
    knots = np.arange(0, n + RATE, int(beat * RATE))
    return np.asarray(x * np.interp(np.arange(n), knots, rng.choice([0.05, 1, 1, 0.6], len(knots))))


@cache
def recording(data: Path, name: str) -> np.ndarray:
    return np.asarray(sf.read(data / "noise" / f"{name}.ogg", dtype="float32")[0])


def recorded(data: Path, n: int, rng: np.random.Generator) -> np.ndarray:
    x = recording(data, str(rng.choice(SHIPPABLE)))
    return np.resize(np.roll(x, -int(rng.integers(len(x)))), n)


def cough(data: Path, rng: np.random.Generator) -> np.ndarray:
    """One to three coughs of one of sixteen people."""
    x = recording(data, "coughs")
    n = int(rng.uniform(0.25, 1.5) * RATE)
    a = int(rng.integers(len(x) - n))
    y = x[a : a + n].copy()
    y[:400] *= np.linspace(0, 1, 400)
    y[-1600:] *= np.linspace(1, 0, 1600)
    return np.asarray(y / (np.std(y) + 1e-9) * 0.05 * 10 ** (rng.uniform(-6, 6) / 20), "f4")
