"""Clips as a microphone on a dinner table would hear them: rooms, noises, channels, levels. All drawn from a seed.

Used by the step `augment` (see `features.py`), which turns such sounds into features at once: the sounds are not kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from .clips import RATE_HZ
from .kitchen import cutlery, level

Floats = NDArray[np.float32]


def hiss(length: int, rng: np.random.Generator) -> Floats:
    """Coloured noise, sometimes with the hum of a machine."""
    sound = lfilter([1], [1, -rng.uniform(0, 0.98)], rng.standard_normal(length))
    sound /= level(sound)
    if rng.random() < 0.3:
        tones = rng.choice([50, 60, 100, 120]) * np.arange(1, 5)[:, None]
        phases, strengths = rng.uniform(0, 6.3, (4, 1)), rng.uniform(0, 0.8, (4, 1))
        sound += (np.sin(2 * np.pi * tones * np.arange(length) / RATE_HZ + phases) * strengths).sum(0)
    return np.asarray(sound, np.float32)


def tones(length: int, rng: np.random.Generator) -> Floats:
    """Something like music: a few notes that come and go."""
    time = np.arange(length) / RATE_HZ
    sound = 0.02 * rng.standard_normal(length)
    for _ in range(rng.integers(3, 8)):
        swell = np.clip(np.sin(2 * np.pi * rng.uniform(0.2, 2) * time + rng.uniform(0, 6.3)), 0, 1)
        sound += np.sin(2 * np.pi * 110 * 2 ** (rng.integers(0, 40) / 12) * time) * swell
    return np.asarray(sound, np.float32)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may sound around a clip: impulse responses, recorded noises, voices for babble, made kitchens; all at 16 kHz."""

    rooms: list[Floats]
    recorded: list[Floats]
    babble: Floats
    kitchen: list[Floats]

    def noise(self, length: int, rng: np.random.Generator) -> Floats:
        """A stretch of one kind of noise, at no particular level."""
        kind = rng.random()
        if kind < 0.2:
            voices = [self._stretch(self.babble, length, rng) * rng.uniform(0.3, 1) for _ in range(rng.integers(1, 7))]
            return np.asarray(np.sum(voices, axis=0), np.float32)
        if kind < 0.38 and self.recorded:
            return self._stretch(self.recorded[rng.integers(len(self.recorded))], length, rng)
        if kind < 0.72:
            return self._stretch(self.kitchen[rng.integers(len(self.kitchen))], length, rng)
        if kind < 0.84:
            return hiss(length, rng)
        if kind < 0.93:
            return cutlery(length, rng) + 0.05 * hiss(length, rng)
        return tones(length, rng)

    @staticmethod
    def _stretch(sound: Floats, length: int, rng: np.random.Generator) -> Floats:
        if len(sound) <= length:
            sound = np.tile(sound, length // len(sound) + 2)
        start = int(rng.integers(0, len(sound) - length))
        return sound[start : start + length]


def channel(sound: Floats, rng: np.random.Generator) -> Floats:
    """A microphone's colour, sometimes a telephone's band."""
    if rng.random() < 0.5:
        sound = lfilter([1, rng.uniform(-0.5, 0.5)], [1, rng.uniform(-0.3, 0.3)], sound)
    if rng.random() < 0.5:
        sound = sosfilt(butter(1, rng.uniform(40, 250), "high", fs=RATE_HZ, output="sos"), sound)
    draw = rng.random()
    if draw < 0.2:
        sound = sosfilt(butter(8, rng.uniform(3300, 3900), "low", fs=RATE_HZ, output="sos"), sound)
    elif draw < 0.3:
        sound = sosfilt(butter(4, rng.uniform(4500, 7500), "low", fs=RATE_HZ, output="sos"), sound)
    return sound


@dataclass(frozen=True, slots=True)
class Conditions:
    """Where the clips of a shard are heard. `untouched`, `easy`, `room`: shares of clips; `snr_db`: voice over noise.

    `room` is the share of the clips that are neither untouched nor easy. The voice's level is that of its own stretch in
    the room, not of the silence around it: a short command in a long recording is as hard as it sounds.
    """

    untouched: float
    easy: float
    room: float
    snr_db: tuple[float, float]


GENTLE = Conditions(untouched=0.10, easy=0.17, room=0.7, snr_db=(4, 30))
"""For a flat start, which learns nothing from clips that nobody understands."""
HARD = Conditions(untouched=0.05, easy=0.15, room=0.85, snr_db=(-1, 20))
"""For a network that hears already. The bench asks for 20, 10 and 5 dB; the range covers what a dinner has beyond."""


def heard(speech: Floats, lead: int, tail: int, around: Surroundings, where: Conditions, rng: np.random.Generator) -> Floats:
    """The clip with `lead` and `tail` samples around it, as a microphone would hear it, in the 16-bit range.

    Some are left as they are, between true zeros, some are nearly clean; the others get a room, noise and a channel.
    """
    sound = np.concatenate([np.zeros(lead, np.float32), speech, np.zeros(tail, np.float32)])
    said = slice(lead, lead + len(speech))
    sound /= level(sound[said])
    loudness_db = rng.uniform(-40, -15)
    draw = rng.random()
    if draw < where.untouched:
        return _quantised(sound, loudness_db)
    easy = draw < where.untouched + where.easy
    if not easy and rng.random() < where.room:
        sound = fftconvolve(sound, around.rooms[rng.integers(len(around.rooms))])[: len(sound)]
        sound /= level(sound[said])
    snr_db = rng.uniform(25, 55) if easy else rng.uniform(*where.snr_db)
    noise = around.noise(len(sound), rng)
    sound = channel(sound + noise / level(noise) * 10 ** (-snr_db / 20), rng)
    sound /= level(sound)
    if rng.random() < 0.03:
        sound = np.clip(sound, -rng.uniform(1, 3), rng.uniform(1, 3))
    if rng.random() < 0.6:
        sound = sound + rng.standard_normal(len(sound)) * 10 ** (rng.uniform(-70, -50) / 20)
    return _quantised(np.asarray(sound, np.float32), loudness_db)


def _quantised(sound: Floats, loudness_db: float) -> Floats:
    return np.asarray(np.rint(np.clip(sound * (32768 * 10 ** (loudness_db / 20)), -32768, 32767)), np.float32)
