"""Learning who the two partners are: a voice and a place each, from 10 to 20 seconds of speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import Place, PlaceLearner, degrees_apart
from companion.hearing.features import FRAMES_A_SECOND, Frames
from companion.hearing.voices import Mixture, Voice, VoiceScores, voice
from companion.timeline import Sample, seconds

Floats = NDArray[np.float32]

LONGEST = 60.0
"""Seconds of speech kept; more teaches nothing new."""

SHORTEST = 3.0
"""Seconds of speech below which a voice cannot be told (ours)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one partner."""

    voice: Voice
    place: Place | None
    fit: float  # how much better the voice explains its own enrolment than the background does, nats a frame


class Enrolment:
    """Collects one partner's speech. Memory is bounded by `LONGEST`."""

    def __init__(self) -> None:
        self._rows: list[Floats] = []
        self._f0: list[Floats] = []
        self.frames = 0  # of speech
        self._places = PlaceLearner()

    def feed(self, frames: Frames) -> None:
        """Whatever of these frames is clear speech is theirs."""
        rows = (frames.vad > 0.6) & (frames.db > 6)
        if not rows.any() or self.seconds >= LONGEST:
            return
        self._rows.append(frames.voice[rows])
        self._f0.append(frames.f0[rows & (frames.voiced > 0.7)])
        self.frames += int(rows.sum())
        self._places.feed(frames, rows)

    @property
    def seconds(self) -> float:
        """Seconds of speech so far."""
        return self.frames / FRAMES_A_SECOND

    @property
    def rows(self) -> Floats:
        """(n, 38): the colour of all speech frames."""
        return np.concatenate(self._rows) if self._rows else np.zeros((0, 38), np.float32)

    def profile(self, mixture: Mixture, colour: Floats) -> Profile:
        """Their voice against everybody's, with the colour of the room taken off; and their place."""
        f0 = np.concatenate(self._f0) if self._f0 else np.zeros(0, np.float32)
        rows = self.rows - colour
        v = voice(mixture, rows, f0)
        fit = VoiceScores(mixture, v, v, np.zeros_like(colour)).ratios(rows)[:, 0]
        return Profile(v, self._places.place(), float(fit.mean()) if len(rows) else 0.0)


def colour_of(a: Enrolment, b: Enrolment) -> Floats:
    """The mean of both enrolments: what room and microphone do to every voice. The same whoever comes first."""
    total = a.rows.sum(axis=0, dtype=np.float64) + b.rows.sum(axis=0, dtype=np.float64)
    return (total / max(1, a.frames + b.frames)).astype(np.float32)
