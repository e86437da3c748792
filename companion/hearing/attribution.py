"""Whose speech is it: all the evidence of a frame, put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import direction_scores
from companion.hearing.enrolment import Profile
from companion.hearing.features import HOP, Frames
from companion.hearing.smoothing import LAG, FixedLag
from companion.hearing.voices import Background, VoiceScores

Floats = NDArray[np.float32]


class ByHand:
    """Weighted log likelihoods of silence, one, two and both, smoothed with a fixed lag. No training."""

    late = LAG * HOP

    def __init__(self, background: Background, one: Profile, two: Profile, colour: Floats) -> None:
        self._voices = VoiceScores(background, one.voice, two.voice, colour)
        self._places = (one.place, two.place) if one.place and two.place else None
        self._smooth = FixedLag()

    def feed(self, frames: Frames) -> Floats:
        """(n, 2): probability that the first and that the second partner speaks, `late` samples before these frames."""
        vad = np.clip(frames.vad, 0.01, 0.99)
        speech, silence = np.log(vad), np.log(1 - vad)
        colour, pitch = self._voices.feed(frames)
        v = np.float32(0.12) * colour + np.float32(0.2) * pitch
        blend = np.logaddexp(v[:, 0], v[:, 1]) - np.float32(np.log(2) + 0.5)
        whose = np.concatenate([v, blend[:, None]], axis=1)
        if self._places and frames.phase is not None:
            whose = whose + np.float32(0.12) * direction_scores(frames, *self._places)
        scores = np.empty((len(vad), 4), np.float32)
        scores[:, 0] = silence
        scores[:, 1:] = speech[:, None] + frames.vad[:, None] * whose
        scores[:, 3] -= 1.5
        p = self._smooth.feed(scores)
        return (p[:, 1:3] + p[:, 3:]).astype(np.float32)
