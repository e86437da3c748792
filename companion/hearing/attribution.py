"""Whose speech is it: all the evidence of a frame, put together by a trained net or by hand."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import directions
from companion.hearing.enrolment import Profile
from companion.hearing.evidence import Evidence, likeness
from companion.hearing.features import Frames
from companion.hearing.fusion import SPEAKS, Fusion, Net
from companion.hearing.smoothing import LAG, FixedLag
from companion.hearing.voices import Mixture, VoiceScores

Floats = NDArray[np.float32]


class ByNet:
    """The evidence weighed by a trained recurrent net."""

    def __init__(
        self, mixture: Mixture, one: Profile, two: Profile, colour: Floats, net: Net, voices_apart: float = np.inf
    ) -> None:
        self._evidence = Evidence(mixture, one, two, colour, voices_apart)
        self._fusion = Fusion(net)
        self.lag = net.lag
        self.likeness: Floats | None = None  # of the frames just heard, as `Evidence.likeness`
        self._waiting: deque[Frames] = deque()  # heard, not yet told
        self._told: Floats = np.zeros((-net.lag % 2, 2), np.float32)  # of a block whose other half is not yet told

    def feed(self, frames: Frames) -> Floats:
        """(n, 2, 5): each partner speaks, laughs, hums, somebody else speaks, both speak; for the frames `lag` before these."""
        told = self._fusion.feed(*self._evidence.feed(frames))
        self.likeness = self._evidence.likeness
        if self._evidence.seats is not None:
            n = len(frames.vad)
            speaks = np.concatenate([self._told, told[:, :, SPEAKS]])
            self._told = speaks[n:]
            self._waiting.append(frames)
            if len(self._waiting) > -(-self.lag // n):
                self._evidence.seats.follow(self._waiting.popleft(), speaks[:n])
        return told


class ByHand:
    """Weighted log likelihoods of silence, one, two and both, smoothed with a fixed lag. The baseline: no training."""

    lag = LAG

    def __init__(self, mixture: Mixture, one: Profile, two: Profile, colour: Floats) -> None:
        self._voices = VoiceScores(mixture, one.voice, two.voice, colour)
        self._places = (one.place, two.place) if one.place and two.place else None
        self._smooth = FixedLag()
        self.likeness: Floats | None = None

    def feed(self, frames: Frames) -> Floats:
        """As `ByNet.feed`; laughs, hums and others are never told."""
        vad = np.clip(frames.vad, 0.01, 0.99)
        speech, silence = np.log(vad), np.log(1 - vad)
        colour, pitch = self._voices.feed(frames)
        self.likeness = None if self._places else likeness(colour)
        v = np.float32(0.12) * colour + np.float32(0.2) * pitch
        blend = np.logaddexp(v[:, 0], v[:, 1]) - np.float32(np.log(2) + 0.5)
        whose = np.concatenate([v, blend[:, None]], axis=1)
        if self._places and frames.phase is not None:
            d = directions(frames, *self._places)
            whose = whose + np.float32(0.12) * np.stack([*d.bands.sum(axis=2), d.blend], axis=1)
        scores = np.empty((len(vad), 4), np.float32)
        scores[:, 0] = silence
        scores[:, 1:] = speech[:, None] + frames.vad[:, None] * whose
        scores[:, 3] -= 1.5
        p = self._smooth.feed(scores)
        out = np.zeros((len(vad), 2, 5), np.float32)
        out[:, :, 0] = p[:, 1:3] + p[:, 3:]
        out[:, :, 4] = p[:, 3:]
        return out
