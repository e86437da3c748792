"""Whose speech is it: all the evidence of a frame, put together by a trained net or by hand."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import degrees_apart, directions
from companion.hearing.enrolment import Profile
from companion.hearing.features import FRAMES_A_SECOND, Frames
from companion.hearing.fusion import Fusion, Net
from companion.hearing.seats import Seats
from companion.hearing.smoothing import LAG, FixedLag
from companion.hearing.voices import Mixture, VoiceScores

Floats = NDArray[np.float32]

COMMON, EACH = 31, 9
"""How many numbers of evidence a frame has: of nobody in particular, and of each partner."""


_FORGET = np.exp(-1 / (np.array([0.2, 0.8], np.float32) * np.float32(FRAMES_A_SECOND)))
"""With one microphone, voices are also averaged over about 0.2 and 0.8 s of speech."""


class Evidence:
    """Frames to numbers near 1. What is said of the first partner is said of the second in the same words.

    The places in `each` that hold direction with two microphones hold means of the voice over some time with one.
    """

    def __init__(self, mixture: Mixture, one: Profile, two: Profile, colour: Floats, voices_apart: float = np.inf) -> None:
        """`voices_apart`: as `Seats` wants it; without it seats are never thought exchanged."""
        self._voices = VoiceScores(mixture, one.voice, two.voice, colour)
        self.seats = Seats(one.place, two.place, voices_apart) if one.place and two.place else None
        v = (one.voice, two.voice)
        self._pitches = np.array([[x.pitch] for x in v], np.float32)
        self._sharpness = 1 / np.array([[x.pitch_spread] for x in v], np.float32)
        apart = abs(v[0].pitch - v[1].pitch) / (v[0].pitch_spread + v[1].pitch_spread)
        degrees = degrees_apart(*self.seats.places) / 60 if self.seats else 0.0
        self._sums: Floats = np.zeros((2, 2, 2), np.float32)
        self._weights: Floats = np.zeros(2, np.float32)
        self._pair = np.array([1.0 if self.seats else 0.0, degrees, min(apart, 4.0), min(one.fit, two.fit)], np.float32)

    def feed(self, frames: Frames) -> tuple[Floats, Floats]:
        """(n, COMMON) evidence of nobody in particular, and (2, n, EACH) of the first and second partner."""
        n = len(frames.vad)
        common, each = np.zeros((n, COMMON), np.float32), np.zeros((2, n, EACH), np.float32)
        p = np.clip(frames.vad, 0.002, 0.998)
        common[:, 0] = np.log(p / (1 - p)) / 3
        common[:, 1] = frames.db / 15
        common[:, 2] = frames.voiced
        common[:, 3:7] = self._pair
        common[:, 7:27] = np.clip(frames.bands.reshape(n, 20, 2).mean(axis=2), -5, 45) / 15
        colour, pitch = self._voices.feed(frames)
        each[:, :, 0] = colour.T / 4
        each[:, :, 1] = pitch.T / 2
        z = (frames.f0 - self._pitches) * self._sharpness
        each[:, :, 8] = np.clip(z, -3, 3) * np.clip((frames.voiced - 0.4) * 3, 0, 1) / 2
        best = colour.max(axis=1)
        common[:, 27] = np.clip(best, -20, 20) / 4
        if self.seats and frames.phase is not None:
            d = directions(frames, *self.seats.places)
            if self.seats.exchanged(d, colour, frames.vad):
                d = directions(frames, *self.seats.places)
            common[:, 28] = (d.blend - d.bands.sum(axis=2).max(axis=0)) / 10
            common[:, 29] = d.unclaimed
            common[:, 30] = d.weight / 50
            each[:, :, 2:5] = d.bands / 8
            each[:, :, 5] = d.share
            each[:, :, 6] = d.bands.sum(axis=2) / 20
            each[:, :, 7] = (d.share > 0.2) * np.clip(colour.T, -10, 10) / 4
        elif self.seats is None:
            each[:, :, 2:8] = self._remembered(frames, colour, pitch)
        return common, each

    def _remembered(self, frames: Frames, colour: Floats, pitch: Floats) -> Floats:
        """(2, n, 6): colour over both times, pitch over both, and how far ahead of the partner the colour is, over both."""
        w = 1 / (1 + np.exp(np.float32(2) - frames.db / 3))
        out = np.empty((len(w), 6, 2), np.float32)
        now = np.stack([np.clip(colour, -15, 15) / 4, pitch / 2], axis=1)  # (n, 2, 2)
        for i in range(len(w)):
            self._sums = _FORGET[:, None, None] * self._sums + w[i] * now[i]
            self._weights = _FORGET * self._weights + w[i]
            mean = self._sums / (self._weights + 1)[:, None, None]  # (time, colour or pitch, partner)
            out[i, 0:2], out[i, 2:4] = mean[:, 0], mean[:, 1]
            out[i, 4:6] = 2 * (mean[:, 0] - mean[:, 0, ::-1])
        return out.transpose(2, 0, 1)


class ByNet:
    """The evidence weighed by a trained recurrent net."""

    def __init__(
        self, mixture: Mixture, one: Profile, two: Profile, colour: Floats, net: Net, voices_apart: float = np.inf
    ) -> None:
        self._evidence = Evidence(mixture, one, two, colour, voices_apart)
        self._fusion = Fusion(net)
        self.lag = net.lag
        self._waiting: deque[Frames] = deque()  # heard, not yet told

    def feed(self, frames: Frames) -> Floats:
        """(n, 2, 4): each partner speaks, laughs, hums, somebody else speaks; for the frames `lag` before these."""
        told = self._fusion.feed(*self._evidence.feed(frames))
        if self._evidence.seats is not None:
            self._waiting.append(frames)
            if len(self._waiting) > self.lag // len(frames.vad):
                self._evidence.seats.follow(self._waiting.popleft(), told[:, :, 0])
        return told


class ByHand:
    """Weighted log likelihoods of silence, one, two and both, smoothed with a fixed lag. The baseline: no training."""

    lag = LAG

    def __init__(self, mixture: Mixture, one: Profile, two: Profile, colour: Floats) -> None:
        self._voices = VoiceScores(mixture, one.voice, two.voice, colour)
        self._places = (one.place, two.place) if one.place and two.place else None
        self._smooth = FixedLag()

    def feed(self, frames: Frames) -> Floats:
        """As `ByNet.feed`; laughs, hums and others are never told."""
        vad = np.clip(frames.vad, 0.01, 0.99)
        speech, silence = np.log(vad), np.log(1 - vad)
        colour, pitch = self._voices.feed(frames)
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
        out = np.zeros((len(vad), 2, 4), np.float32)
        out[:, :, 0] = p[:, 1:3] + p[:, 3:]
        return out
