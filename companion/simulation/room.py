"""A room with a table, two seats, the device between them, and how sound gets from each place to each microphone.

Image sources of a box for the first 60 ms (Allen & Berkley 1979), a decaying noise of the same energy after that: early
reflections carry direction and colour, the late tail only length. Small enough to build in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.timeline import RATE, samples

Response = NDArray[np.float64]
"""Impulse responses from one place to the microphones: (channels, taps)."""

Place = NDArray[np.float64]

SOUND_M_S = 343.0
SPOTS = 4
"""Places of a head around its seat: people lean back, and in."""

_EARLY = samples(0.060)
_MIX_FROM = samples(0.025)
_HALF = 16  # taps on either side of a fractional delay


@dataclass(frozen=True)
class Spot:
    """One place a sound can come from: its responses, and the whole samples sound takes to the first microphone."""

    response: Response
    delay: int
    distance_m: float

    @property
    def loudness(self) -> float:
        """Gain from the dry sound to the first microphone, in RMS, for a broad-band sound."""
        return float(np.sqrt(np.sum(self.response[0] ** 2)))


@dataclass(frozen=True)
class Room:
    """Where everybody sits. `seats[k]` are the spots of partner k's head; `speaker` the companion's loudspeaker."""

    size_m: tuple[float, float, float]
    rt60_s: float
    microphones_m: float
    seats: tuple[tuple[Spot, ...], tuple[Spot, ...]]
    speaker: Spot
    around: tuple[Spot, ...]


def build(
    rng: np.random.Generator,
    *,
    channels: int,
    rt60_s: tuple[float, float] = (0.25, 0.45),
    distance_m: tuple[float, float] = (0.5, 1.1),
    microphones_m: tuple[float, float] = (0.06, 0.14),
    walls: bool = True,
) -> Room:
    """A kitchen drawn from the generator: seats face each other across the device, whose ends point at them.

    `walls` False: the same seats outdoors; sound takes the straight way alone.
    """
    size = rng.uniform([3.8, 3.4, 2.4], [6.0, 5.0, 2.8])
    middle = np.array([*rng.uniform([1.7, 1.6], size[:2] - [1.7, 1.6]), rng.uniform(0.78, 0.84)])
    facing = rng.uniform(0, 2 * np.pi)
    apart = np.pi + rng.uniform(-0.35, 0.35)
    reach = rng.uniform(*distance_m, 2)
    seats = [
        middle + reach[k] * np.array([np.cos(a), np.sin(a), 0.0]) + [0, 0, rng.uniform(0.28, 0.42)]
        for k, a in enumerate((facing, facing + apart))
    ]
    turned = facing + rng.uniform(-0.3, 0.3)
    axis = np.array([np.cos(turned), np.sin(turned), 0.0])
    space = float(rng.uniform(*microphones_m))
    ears = [middle + axis * space / 2, middle - axis * space / 2][:channels]
    box = middle + np.array([-axis[1], axis[0], 0.0]) * 0.09 - [0, 0, 0.04]
    rt60 = float(rng.uniform(*rt60_s))
    house = _Box(size, rt60, ears, rng, walls)
    heads = tuple(tuple(house.spot(seat + rng.normal(0, [0.03, 0.03, 0.02])) for _ in range(SPOTS)) for seat in seats)
    around = tuple(house.spot(rng.uniform([0.3, 0.3, 0.9], size - 0.3)) for _ in range(2))
    return Room((float(size[0]), float(size[1]), float(size[2])), rt60, space, (heads[0], heads[1]), house.spot(box), around)


class _Box:
    """A shoebox of one absorption all over, by Eyring from its reverberation time."""

    def __init__(self, size: Place, rt60: float, ears: Sequence[Place], rng: np.random.Generator, walls: bool) -> None:
        self._size, self._rt60, self._ears, self._rng, self._walls = size, rt60, ears, rng, walls
        volume = float(np.prod(size))
        surface = 2 * float(size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
        self._beta = float(np.sqrt(np.exp(-0.161 * volume / (surface * rt60))))
        reach = _EARLY / RATE * SOUND_M_S
        order = [int(np.ceil(reach / (2 * side))) for side in size]
        grid = np.meshgrid(*[np.arange(-o, o + 1) for o in order], *[[0, 1]] * 3, indexing="ij")
        self._n = np.stack([g.ravel() for g in grid[:3]], axis=1)
        self._p = np.stack([g.ravel() for g in grid[3:]], axis=1)
        self._bounces = np.sum(np.abs(2 * self._n - self._p), axis=1)

    def spot(self, place: Place) -> Spot:
        place = np.clip(place, 0.1, self._size - 0.1)
        images = (1 - 2 * self._p) * place + 2 * self._n * self._size if self._walls else place[None]
        gain = self._beta**self._bounces if self._walls else np.ones(1)
        taps = samples(min(0.4, self._rt60 * 0.75))
        response = _rumble_off(np.stack([self._one(images, gain, ear, taps) for ear in self._ears]))
        away = float(np.linalg.norm(place - self._ears[0]))
        return Spot(response, round(away / SOUND_M_S * RATE), away)

    def _one(self, images: Place, gain: Place, ear: Place, taps: int) -> NDArray[np.float64]:
        away = np.linalg.norm(images - ear, axis=1)
        near = away / SOUND_M_S * RATE < _EARLY
        away, gain = away[near], gain[near] / np.maximum(away[near], 0.05)
        late = away / SOUND_M_S * RATE
        whole = np.floor(late).astype(int)
        k = np.arange(-_HALF + 1, _HALF + 1)
        x = k[None, :] - (late - whole)[:, None]
        kernel = np.sinc(x) * np.cos(np.pi * x / (2 * _HALF)) ** 2
        out = np.zeros(max(taps, _EARLY) + 2 * _HALF)
        at = whole[:, None] + k[None, :]
        inside = at >= 0
        np.add.at(out, at[inside], (gain[:, None] * kernel)[inside])
        return self._with_tail(out, int(late.min())) if self._walls else out

    def _with_tail(self, out: NDArray[np.float64], first: int) -> NDArray[np.float64]:
        """Cross-fade from the images to a noise that decays as the room does, at the images' energy of 35-60 ms."""
        t = np.arange(len(out)) / RATE
        decay = np.exp(-6.91 * t / self._rt60)
        noise = self._rng.standard_normal(len(out))
        noise = np.convolve(noise, [0.25, 0.5, 0.25], "same") * decay
        window = slice(samples(0.035), _EARLY)
        noise *= np.sqrt(np.sum(out[window] ** 2) / (np.sum(noise[window] ** 2) + 1e-12))
        mix = np.clip((np.arange(len(out)) - first - _MIX_FROM) / (_EARLY - _MIX_FROM), 0, 1)
        return out * np.sqrt(1 - mix) + noise * np.sqrt(mix)


def _rumble_off(response: Response) -> Response:
    """A first-order high-pass at 70 Hz, as small microphones have; without it the images add up below the room's first mode."""
    n = 2 * response.shape[1]
    f = np.fft.rfftfreq(n, 1 / RATE) / 70.0
    return np.asarray(np.fft.irfft(np.fft.rfft(response, n) * (1j * f / (1 + 1j * f)), n)[:, : response.shape[1]])
