"""The noise of a room, without end and without memory: made ahead in overlapping pieces of four seconds."""

from __future__ import annotations

from typing import Literal

import numpy as np

from companion.simulation.air import Air
from companion.simulation.room import Room
from companion.simulation.sounds import Sound, clink, coloured, hum_of_a_fan, music
from companion.timeline import RATE, Sample, samples

NoiseKind = Literal["kitchen", "music", "pink"]

_PIECE, _LAP = samples(4.0), samples(0.25)
_CLINKS_A_MINUTE = 10.0


class Bed:
    """Keeps the air filled with noise of `kind`, `dbfs` RMS at the microphones, from two places in the room."""

    def __init__(self, kind: NoiseKind, dbfs: float, room: Room, rng: np.random.Generator) -> None:
        self._kind, self._room, self._rng = kind, room, rng
        self._until: Sample = 0
        self._level = 1.0
        trial = Air(room.speaker.response.shape[0])
        self.fill(trial, _PIECE)
        self._level = 10 ** (dbfs / 20) / float(np.sqrt(np.mean(trial.take(_PIECE) ** 2)))
        self._until = 0

    def fill(self, air: Air, until: Sample) -> None:
        """Have noise in the air up to `until` at least."""
        while self._until - _LAP < until:
            at = max(0, self._until - _LAP)
            for place, spot in enumerate(self._room.around):
                piece = self._piece(place, at) * _lapped(at == 0)
                air.sound((piece * self._level).astype(np.float32), at, spot.response)
            self._until = at + _PIECE

    def _piece(self, place: int, at: Sample) -> Sound:
        steady = coloured(_PIECE, 1.0, self._rng)
        if self._kind == "pink":
            return steady
        if self._kind == "music":
            notes = 0.95 * music(_PIECE, self._rng) if place else 0.0
            return (0.3 * steady + notes).astype(np.float32)
        out = hum_of_a_fan(_PIECE, at, self._rng) if place == 0 else (0.5 * steady).astype(np.float32)
        if place == 1:
            for _ in range(int(self._rng.poisson(_CLINKS_A_MINUTE * _PIECE / RATE / 60))):
                hit = clink(self._rng) * 6.0
                start = int(self._rng.integers(0, _PIECE - len(hit)))
                out[start : start + len(hit)] += hit
        return out


def _lapped(first: bool) -> Sound:
    """Equal-power ends, so that independent pieces join without a dip; the very first one begins at once."""
    out = np.ones(_PIECE, np.float32)
    rise = np.sin(0.5 * np.pi * (np.arange(_LAP) + 0.5) / _LAP).astype(np.float32)
    if not first:
        out[:_LAP] = rise
    out[-_LAP:] = rise[::-1]
    return out
