"""Rooms to hear clips in: half of them built from image sources, half from shaped noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .clips import RATE_HZ

Floats = NDArray[np.float32]


def noise_room(rng: np.random.Generator) -> Floats:
    """Direct sound, a few early reflections, an exponentially decaying coloured tail."""
    from scipy.signal import lfilter

    decay_s = rng.uniform(0.12, 0.75)
    length = int(decay_s * RATE_HZ * 0.8)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / (decay_s * RATE_HZ))
    tail = lfilter([1], [1, -rng.uniform(0, 0.6)], tail)
    tail[: int(rng.uniform(0.002, 0.02) * RATE_HZ)] *= 0.2
    direct_over_tail_db = rng.uniform(-2, 16)
    tail *= 10 ** (-direct_over_tail_db / 20) / np.sqrt((tail**2).sum())
    for _ in range(rng.integers(3, 9)):
        tail[rng.integers(10, min(length, 600))] += rng.uniform(-0.5, 0.5)
    tail[0] = 1.0
    return np.asarray(tail, np.float32)


def image_room(rng: np.random.Generator, distance_m: tuple[float, float] = (0.5, 3.5)) -> Floats:
    """A dining room of 8 to 45 m², a talker at a distance from the microphone on the table."""
    import pyroomacoustics as acoustics

    size = np.array([rng.uniform(2.8, 7.0), rng.uniform(2.8, 6.5), rng.uniform(2.3, 3.2)])
    decay_s = rng.uniform(0.2, 0.7)
    absorption, order = acoustics.inverse_sabine(decay_s, size)
    room = acoustics.ShoeBox(size, fs=RATE_HZ, materials=acoustics.Material(min(absorption, 0.9)), max_order=min(order, 12))
    table = size * [rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7), 0] + [0, 0, rng.uniform(0.7, 1.0)]
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(*distance_m)
    mouth = table + np.array([distance * np.cos(angle), distance * np.sin(angle), rng.uniform(0.2, 0.7)])
    room.add_source(np.clip(mouth, 0.2, size - 0.2))
    room.add_microphone(table)
    room.compute_rir()
    response = np.asarray(room.rir[0][0], np.float32)
    arrival = int(np.argmax(np.abs(response) > 0.2 * np.abs(response).max()))
    response = response[arrival : arrival + int(0.8 * RATE_HZ)]
    return np.asarray(response / np.abs(response).max(), np.float32)


def draw_rooms(count: int, rng: np.random.Generator) -> list[Floats]:
    """`count` impulse responses at 16 kHz, each starting with its direct sound."""
    try:
        import pyroomacoustics  # noqa: F401
    except ImportError:
        print("pyroomacoustics is not installed: rooms are made of shaped noise only")
        return [noise_room(rng) for _ in range(count)]
    return [(image_room if number % 2 else noise_room)(rng) for number in range(count)]
