"""Where a rehearsal takes place, at one of three fidelities: the same people and the same companion in three airs.

- `room`: a kitchen with walls, noise and the companion's own echo; what the microphones hear goes through the whole real ear.
- `tracks`: the same seats with no walls, no noise but the microphones' own, and no echo: clean voices through the whole real ear.
  A fault that is here too is no fault of the room.
- `events`: no sound at all; lines have lengths, and the ear is told who speaks (`told_ears`). For hundreds of evenings a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from companion.simulation import room as rooms
from companion.simulation.air import FADE, Air, Wave
from companion.simulation.bed import Bed
from companion.simulation.room import Response, Room, Spot
from companion.simulation.scenario import Scenario
from companion.simulation.sounds import Sound
from companion.timeline import Sample

Fidelity = Literal["events", "tracks", "room"]

AT_THE_MICROPHONE_DBFS = -28.0
"""The partners' mean level at the first microphone, as a small USB microphone with its gain half up has it."""

SELF_NOISE_DB = 35.0
"""How far the own noise of a good microphone lies below talk at a table, all there is at the fidelity of tracks: 29 dB SPL where
its data sheet says 65 dB (re 94 dB SPL), and talk at a metre has some 60 to 65."""


class CarriesSound(Protocol):
    """Air, as people and the companion use it."""

    def sound(self, dry: Sound, at: Sample, response: Response) -> Wave:
        """Let `dry` begin to sound at `at`."""
        ...

    def cut(self, wave: Wave, at: Sample) -> None:
        """Let it die from `at` on."""
        ...

    def take(self, n: int) -> NDArray[np.float64]:
        """The next `n` samples at the microphones: (n, channels)."""
        ...


class Stillness:
    """Air that carries nothing: sounds have a length in it, and no sound."""

    def __init__(self, channels: int) -> None:
        self._channels = channels

    def sound(self, dry: Sound, at: Sample, response: Response) -> Wave:
        """It begins at `at`; nobody hears it."""
        return Wave(dry, at, response)

    def cut(self, wave: Wave, at: Sample) -> None:
        """It ends with `at`, and a fade as in real air."""
        wave.dry = wave.dry[: max(at, wave.at) - wave.at + FADE]

    def take(self, n: int) -> NDArray[np.float64]:
        """Silence."""
        return np.zeros((n, self._channels))


@dataclass(frozen=True)
class Stage:
    """Everything between mouths and microphones. Gains take a sound of -20 dBFS to its level at the first microphone."""

    fidelity: Fidelity
    air: CarriesSound
    room: Room
    bed: Bed | None
    gain: float
    echo_gain: float
    echo_db: float
    snr_db: float

    def fill(self, until: Sample) -> None:
        """Have the noise of the place in the air."""
        if self.bed is not None and isinstance(self.air, Air):
            self.bed.fill(self.air, until)


def build(
    scenario: Scenario,
    fidelity: Fidelity,
    channels: int,
    rooms_way: np.random.Generator,
    noise_way: np.random.Generator,
    bed_way: np.random.Generator,
    echo_way: np.random.Generator,
) -> Stage:
    """The stage of a scenario. Every fidelity draws the same numbers, so that people do the same on each."""
    plan = scenario.room
    snr_db = float(noise_way.uniform(*scenario.noise.snr_db))
    echo_db = float(echo_way.uniform(0.0, 6.0))
    if fidelity == "events":
        return Stage(fidelity, Stillness(channels), _nowhere(channels), None, 1.0, 1.0, echo_db, snr_db)
    room = rooms.build(rooms_way, channels=channels, rt60_s=plan.rt60_s, distance_m=plan.distance_m,
                       microphones_m=plan.microphones_m, walls=fidelity == "room")  # fmt: skip
    spots = [spot for seat in room.seats for spot in seat]
    level = 10 ** ((AT_THE_MICROPHONE_DBFS + 20) / 20)
    gain = level / float(np.mean([spot.loudness for spot in spots]))
    if fidelity == "tracks":
        bed = Bed("pink", AT_THE_MICROPHONE_DBFS - SELF_NOISE_DB, room, bed_way)
        return Stage(fidelity, Air(channels), room, bed, gain, 0.0, echo_db, SELF_NOISE_DB)
    bed = Bed(scenario.noise.kind, AT_THE_MICROPHONE_DBFS - snr_db, room, bed_way)
    echo_gain = level * 10 ** (echo_db / 20) / room.speaker.loudness
    return Stage(fidelity, Air(channels), room, bed, gain, echo_gain, echo_db, snr_db)


def _nowhere(channels: int) -> Room:
    """Seats without a place: sound takes no time."""
    here = Spot(np.ones((channels, 1)), 0, 0.0)
    seat = (here,) * rooms.SPOTS
    return Room((0.0, 0.0, 0.0), 0.0, 0.0, (seat, seat), here, (here, here))
