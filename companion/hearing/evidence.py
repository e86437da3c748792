"""Everything that speaks for and against each partner in a frame, as numbers near 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import EDGES, degrees_apart, directions
from companion.hearing.enrolment import Profile
from companion.hearing.features import BANDS, CEPSTRA, FRAMES_A_SECOND, SETTLING, Frames
from companion.hearing.seats import Seats
from companion.hearing.voices import Mixture, VoiceScores

Floats = NDArray[np.float32]

COMMON = 12 + BANDS
"""How many numbers a frame has of nobody in particular. The last three are of direction: zero with one microphone."""

PLACED = len(EDGES) + 3
EACH = 9 + 2 * CEPSTRA + PLACED
"""And of each partner. The last `PLACED` are of direction."""

_FORGET = np.exp(-1 / (np.array([0.2, 0.8], np.float32) * np.float32(FRAMES_A_SECOND)))
"""Voices are also averaged over about 0.2 and 0.8 s of speech."""

_FIRST = 15.0
"""The loud level is first taken to be this much over the very first sound, dB (ours)."""

_LOUDER, _FALL, _MOST_FALL = 0.1, 0.002, 0.005
"""The loud level: a tenth of the way to a louder frame, down by a share of the difference and at most 0.3 dB a second (ours)."""


MOST_LIKE = 8.0
"""No frame counts for more than this in a stretch's likeness, nats (ours)."""


def likeness(colour: Floats) -> Floats:
    """(n, 2) log likelihood ratios of the voices to (n,) nats by which a frame is more the first one's."""
    more: Floats = np.clip(colour[:, 0] - colour[:, 1], -MOST_LIKE, MOST_LIKE)
    return more


class Loudness:
    """How far each frame lies under the loud ones of the last while. Voices at the table are loud, those behind it are not."""

    def __init__(self) -> None:
        self._loud: float | None = None
        self._fed = 0

    def feed(self, level: Floats, over: Floats) -> Floats:
        """(n,) dBFS to (n,) dB over the loud level, mostly negative. The same whatever the recording level.

        `over`: (n,) dB over the noise. What hardly stands out of it, or is known to be nobody's speech (0), is never loud.
        """
        out = np.empty_like(level)
        loud = float(level[0]) + _FIRST if self._loud is None else self._loud
        for i, (x, stands_out) in enumerate(zip(level.tolist(), over > 3, strict=True)):
            self._fed += 1
            if self._fed <= SETTLING:
                loud = x + _FIRST
            elif x <= loud:
                loud -= min(_MOST_FALL, _FALL * (loud - x))
            elif stands_out:
                loud += _LOUDER * (x - loud)
            out[i] = x - loud
        self._loud = loud
        return out


class Evidence:
    """Frames to numbers near 1. What is said of the first partner is said of the second in the same words."""

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
        self._loudness = Loudness()
        self.likeness: Floats | None = None  # of the frames just heard; None where places tell, too

    def feed(self, frames: Frames) -> tuple[Floats, Floats]:
        """(n, COMMON) evidence of nobody in particular, and (2, n, EACH) of the first and second partner."""
        n = len(frames.vad)
        common, each = np.zeros((n, COMMON), np.float32), np.zeros((2, n, EACH), np.float32)
        p = np.clip(frames.vad, 0.002, 0.998)
        common[:, 0] = np.log(p / (1 - p)) / 3
        common[:, 1] = frames.db / 15
        common[:, 2] = frames.voiced
        common[:, 3:7] = self._pair
        common[:, 7] = np.clip(self._loudness.feed(frames.level, frames.db), -50, 10) / 15
        common[:, 9 : 9 + BANDS] = np.clip(frames.bands, -5, 45) / 15
        colour, pitch, parts = self._voices.detailed(frames)
        self.likeness = None if self.seats else likeness(colour)
        common[:, 8] = np.clip(colour.max(axis=1), -20, 20) / 4
        each[:, :, 0] = colour.T / 4
        each[:, :, 1] = pitch.T / 2
        z = (frames.f0 - self._pitches) * self._sharpness
        each[:, :, 2] = np.clip(z, -3, 3) * np.clip((frames.voiced - 0.4) * 3, 0, 1) / 2
        each[:, :, 3:9] = self._remembered(frames, colour, pitch)
        each[:, :, 9 : 9 + 2 * CEPSTRA] = np.clip(parts, -8, 8)
        if self.seats:
            self._placed(frames, colour, common[:, -3:], each[:, :, -PLACED:])
        return common, each

    def _placed(self, frames: Frames, colour: Floats, common: Floats, each: Floats) -> None:
        """Fill in what direction says."""
        assert self.seats is not None
        if frames.phase is None:
            return
        d = directions(frames, *self.seats.places)
        if self.seats.exchanged(d, colour, frames.vad):
            d = directions(frames, *self.seats.places)
        whole = d.bands.sum(axis=2)
        common[:, 0] = (d.blend - whole.max(axis=0)) / 10
        common[:, 1] = d.unclaimed
        common[:, 2] = d.weight / 50
        each[:, :, : len(EDGES)] = d.bands / 4
        each[:, :, -3] = d.share
        each[:, :, -2] = whole / 20
        each[:, :, -1] = (d.share > 0.2) * np.clip(colour.T, -10, 10) / 4

    def _remembered(self, frames: Frames, colour: Floats, pitch: Floats) -> Floats:
        """(2, n, 6): colour over both times, pitch over both, and how far ahead of the partner the colour is, over both."""
        w = 1 / (1 + np.exp(np.float32(2) - frames.db / 3))
        now = np.empty((len(w), 2, 2), np.float32)
        now[:, 0], now[:, 1] = np.clip(colour, -15, 15) / 4, pitch / 2
        sums, weights = np.empty((len(w), 2, 2, 2), np.float32), np.empty((len(w), 2), np.float32)
        add, keep, s, t = w[:, None, None] * now, _FORGET[:, None, None], self._sums, self._weights
        for i in range(len(w)):
            s = keep * s + add[i]
            t = _FORGET * t + w[i]
            sums[i], weights[i] = s, t
        self._sums, self._weights = s, t
        mean = sums / (weights + 1)[:, :, None, None]  # (n, time, colour or pitch, partner)
        ahead = 2 * (mean[:, :, 0] - mean[:, :, 0, ::-1])
        out = np.concatenate([mean[:, :, 0], mean[:, :, 1], ahead], axis=1)  # (n, 6, partner)
        return np.ascontiguousarray(out.transpose(2, 0, 1))
