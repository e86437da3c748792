"""Learning who the two partners are: a voice and a place each, from 10 to 20 seconds of speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import Place, PlaceLearner, degrees_apart
from companion.hearing.features import FRAMES_A_SECOND, Frames
from companion.hearing.voices import Mixture, Voice, VoiceScores, voice

Floats = NDArray[np.float32]

LONGEST = 60.0
"""Seconds of speech kept; more teaches nothing new."""

SHORTEST = 3.0
"""Seconds of speech below which a voice cannot be told (ours)."""

CLIPPED = 0.002
"""Share of full-scale samples from which a recording counts as clipped (ours)."""

NOISY_DB = 8.0
"""Speech over noise below which a profile would be half noise (ours)."""

TWO_VOICES_OCTAVES = 0.45
"""Two groups of pitch this far apart, each with a quarter of the voiced frames and little between them, are two people."""

SAME_VOICE = 0.35
"""Nats a frame by which a voice explains its own other half better than the partner's voice does. Between one person enrolled twice
and the two most alike people of the training set; measured with scripts/train_hearing/alike.py."""

CHUNK = 62
"""Frames of speech in about a second of it: the unit in which voices are compared."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one partner."""

    voice: Voice
    place: Place | None
    fit: float  # how much better the voice explains its own enrolment than the background does, nats a frame


@dataclass(frozen=True, slots=True)
class Separability:
    """How well the two can be told apart.

    `voice`: distance of one-second stretches of both under both voices, in standard deviations. `place_degrees`: mean phase between
    the places (two microphones only). `advice`: a sentence for the partners where both are low.
    """

    voice: float
    place_degrees: float | None
    advice: str | None


class Enrolment:
    """Collects one partner's speech. Memory is bounded by `LONGEST`."""

    def __init__(self) -> None:
        self._rows: list[Floats] = []
        self._f0: list[Floats] = []
        self._speech, self._rest = [0.0, 0], [0.0, 0]  # power and frames
        self._samples, self._full = 0, 0
        self.frames = 0  # of speech
        self._places = PlaceLearner()

    def listen(self, sound: Floats) -> None:
        """The raw sound, for clipping."""
        self._samples += sound.size
        self._full += int((np.abs(sound) >= 0.999).sum())

    def feed(self, frames: Frames) -> None:
        """Whatever of these frames is clear speech is theirs."""
        rows = (frames.vad > 0.6) & (frames.db > 6)
        quiet = frames.vad < 0.15
        power = 10 ** (frames.level / 10)
        self._rest[0] += float(power[quiet].sum())
        self._rest[1] += int(quiet.sum())
        if not rows.any() or self.seconds >= LONGEST:
            return
        self._speech[0] += float(power[rows].sum())
        self._speech[1] += int(rows.sum())
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

    @property
    def pitches(self) -> Floats:
        """Log2 Hz of the clearly voiced frames."""
        return np.concatenate(self._f0) if self._f0 else np.zeros(0, np.float32)

    @property
    def snr_db(self) -> float:
        """Speech over what sounds in the pauses, dB; 60 where there is no pause or no noise."""
        if not self._speech[1] or not self._rest[0]:
            return 60.0
        speech, rest = self._speech[0] / self._speech[1], self._rest[0] / self._rest[1]
        return float(10 * np.log10(max(speech - rest, 1e-3 * speech) / rest))

    @property
    def trouble(self) -> str | None:
        """Why this cannot become a profile: short, clipped, noisy or two-voices; None where it can."""
        if self.seconds < SHORTEST:
            return "short"
        if self._full > CLIPPED * self._samples:
            return "clipped"
        if self.snr_db < NOISY_DB:
            return "noisy"
        return "two-voices" if two_pitches(self.pitches) else None

    def profile(self, mixture: Mixture, colour: Floats) -> Profile:
        """Their voice against everybody's, with the colour of the room taken off; and their place."""
        rows = self.rows - colour
        v = voice(mixture, rows, self.pitches)
        fit = VoiceScores(mixture, v, v, np.zeros_like(colour)).ratios(rows)[:, 0]
        return Profile(v, self._places.place(), float(fit.mean()) if len(rows) else 0.0)


def two_pitches(f0: Floats) -> bool:
    """Whether voiced frames fall into two groups of pitch with a gap between: a woman and a man, not one lively voice."""
    if len(f0) < 2 * CHUNK:
        return False
    low, high = np.percentile(f0, [15, 85])
    for _ in range(10):
        cut = (low + high) / 2
        below, above = f0[f0 < cut], f0[f0 >= cut]
        if min(len(below), len(above)) < 0.25 * len(f0):
            return False
        low, high = float(np.median(below)), float(np.median(above))
    valley = float(np.mean(np.abs(f0 - (low + high) / 2) < 0.08))
    return high - low > TWO_VOICES_OCTAVES and valley < 0.06


def colour_of(a: Enrolment, b: Enrolment) -> Floats:
    """The mean of both enrolments: what room and microphone do to every voice. The same whoever comes first."""
    total = a.rows.sum(axis=0, dtype=np.float64) + b.rows.sum(axis=0, dtype=np.float64)
    return (total / max(1, a.frames + b.frames)).astype(np.float32)


def _halves(e: Enrolment, colour: Floats) -> tuple[Floats, Floats]:
    """Odd and even seconds of speech."""
    rows = e.rows - colour
    odd = (np.arange(len(rows)) // CHUNK) % 2 == 1
    return rows[~odd], rows[odd]


def _compared(mixture: Mixture, mine: tuple[Floats, Floats], theirs: tuple[Floats, Floats]) -> Floats:
    """By how many nats a frame each second of `mine` is explained better by its other half than by a half of `theirs`."""
    no_pitch = np.zeros(0, np.float32)
    zero = np.zeros(mixture.mean.shape[1], np.float32)
    out = []
    for k in (0, 1):
        own, other = voice(mixture, mine[1 - k], no_pitch), voice(mixture, theirs[k], no_pitch)
        r = VoiceScores(mixture, own, other, zero).ratios(mine[k])
        d = r[:, 0] - r[:, 1]
        out += [float(c.mean()) for c in np.array_split(d, max(1, len(d) // CHUNK))]
    return np.array(out, np.float32)


def compared(mixture: Mixture, a: Enrolment, b: Enrolment) -> tuple[Floats, Floats]:
    """For both: how much better than by the partner's voice each second of their speech is explained by their own, nats a frame."""
    colour = colour_of(a, b)
    x, y = _halves(a, colour), _halves(b, colour)
    return _compared(mixture, x, y), _compared(mixture, y, x)


VOICES_ALIKE, PLACES_ALIKE = 1.5, 25.0
"""Below both, the two are hard to tell apart (standard deviations, degrees; ours, from attribution on simulated dinners)."""


def separability(mixture: Mixture, a: Enrolment, b: Enrolment) -> Separability:
    """How far apart two enrolments are, and what to do about it."""
    x, y = compared(mixture, a, b)
    spread = float(np.sqrt((x.var() + y.var()) / 2)) + 1e-3
    distance = round(float(x.mean() + y.mean()) / spread, 2)
    places = a._places.place(), b._places.place()
    degrees = round(degrees_apart(places[0], places[1]), 1) if places[0] and places[1] else None
    advice = None
    if distance < VOICES_ALIKE and degrees is None:
        advice = "You two sound alike to me: a second microphone would help."
    elif distance < VOICES_ALIKE and degrees is not None and degrees < PLACES_ALIKE:
        advice = "You two sound alike to me: turn me so that my ends point at you."
    return Separability(distance, degrees, advice)
