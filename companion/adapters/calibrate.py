"""How much later than it was played a sound comes back in the microphone: measured once with a chime."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone
from companion.timeline import PLAYBACK_RATE, RATE, Sample
from companion.trouble import Trouble

MOST_LATENCY = 0.6
"""Seconds searched: the slowest path measured (blocks of 32 ms, latency 0.1) took 0.26 s; a radio speaker may take twice that."""

FOUND = 0.3
"""Correlation of chime and microphone from which the chime counts as found. Noise alone stays under it
(tests/adapters/test_devices.py); a choice of ours."""


def whistle() -> NDArray[np.float32]:
    """The sound to measure with: 0.6 s at 48 kHz gliding from 300 to 3000 Hz, soft at both ends, peak 0.25 (-12 dBFS).

    Its correlation has one sharp peak. A chime of two lasting notes is found up to 40 ms late in an echoing room, this
    within 1 ms (tests/adapters/test_devices.py).
    """
    length = 0.6
    t = np.arange(round(length * PLAYBACK_RATE)) / PLAYBACK_RATE
    phase = 2 * np.pi * (300 * t + (3000 - 300) * t**2 / (2 * length))
    ends = np.minimum(1.0, np.minimum(t, length - t) / 0.03)
    return np.asarray(0.25 * np.sin(phase) * np.sin(np.pi / 2 * ends) ** 2, np.float32)


@dataclass(frozen=True, slots=True)
class Echo:
    """Where a sound was found again: `latency` in microphone samples, `likeness` 0…1 (normalised correlation)."""

    latency: int
    likeness: float


def find_echo(played: NDArray[np.float32], recorded: NDArray[np.float32], most: int = round(MOST_LATENCY * RATE)) -> Echo | None:
    """Where in `recorded` (n,) the sound `played` (m,) begins, both mono at one rate; None where it is not to be found.

    Searches starts 0…`most` samples by normalised cross-correlation, so that loud noise elsewhere does not win. Raises
    ValueError when `recorded` is shorter than `played`.
    """
    if len(recorded) < len(played):
        raise ValueError(f"{len(recorded)} samples can't hold an echo of {len(played)}")
    wanted = played.astype(np.float64)
    heard = recorded.astype(np.float64)
    size = 1 << (len(heard) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    starts = min(most, len(heard) - len(wanted)) + 1
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    under = np.maximum(energy[len(wanted) : len(wanted) + starts] - energy[:starts], 0.0)
    floor = 1e-12 + float(under.max()) * 1e-6
    likeness = np.abs(products[:starts]) / np.sqrt(np.maximum(under, floor) * max(float(wanted @ wanted), 1e-12))
    best = int(np.argmax(likeness))
    if likeness[best] < FOUND:
        return None
    return Echo(best, float(min(1.0, likeness[best])))


def calibrate(
    microphone: Microphone,
    loudspeaker: Loudspeaker,
    chime48k: NDArray[np.float32] | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Echo:
    """Play `chime48k` (mono, 48 kHz; None for `whistle`) and find it in the microphone.

    The echo's latency runs from `clock.sample_at(heard_at)` to its arrival there. Add
    `latency` to what `SampleClock.sample_at` says of a report of this loudspeaker. Takes the chime's length and two seconds.
    Both devices must be running, with nothing being played. Raises `Trouble` when the chime isn't heard.
    """
    chime48k = whistle() if chime48k is None else chime48k
    chime = np.asarray(soxr.resample(chime48k, PLAYBACK_RATE, RATE), np.float32)
    blocks: list[NDArray[np.float32]] = []
    first: Sample | None = None
    heard_at: float | None = None
    loudspeaker.events()
    loudspeaker.play(0, chime48k)
    until = now() + len(chime) / RATE + 2.0
    while now() < until:
        block = microphone.read(0.1)
        if block is not None:
            first = block[0] if first is None else first
            blocks.append(block[1].mean(axis=1))
        for how, _, at in loudspeaker.events():
            heard_at = at if how == "started" else heard_at
    if first is None or heard_at is None:
        raise Trouble("I could not measure the sound's delay: microphone or speaker gave no sign of life. Run: companion doctor")
    recorded = np.concatenate(blocks)
    start = max(0, microphone.clock.sample_at(heard_at) - first)
    echo = find_echo(chime, recorded[start:]) if len(recorded) - start >= len(chime) else None
    if echo is None:
        raise Trouble(
            f"I don't hear my own chime in the microphone {microphone.name!r}. "
            f"Turn the speaker {loudspeaker.name!r} up, then try again"
        )
    return echo
