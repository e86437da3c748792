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

NOISY_DB, NOISY_RECORDING_DB = 8.0, -3.0
"""Speech over noise below which a partner is asked to say it again, and below which a recording is refused (ours): a recording
cannot be repeated, and profiles from 5 dB still work (scripts/bench/hearing.py)."""

TWO_VOICES_OCTAVES = 0.45
"""Two groups of pitch this far apart, each with a fifth of the half-seconds, may be two people."""

TWO_VOICES = 1.0
"""And they are when each group explains itself better than the other does by this much, nats a frame (ours)."""

SAME_VOICE = 0.45
"""Nats a frame by which a voice explains its own other half better than the partner's voice does: at most 0.33 for one person
enrolled twice, at least 0.55 for two people, in twelve simulated dinners of scripts/bench/hearing.py."""

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

    `voice`: distance of one-second stretches of both under both voices, in standard deviations. `place_degrees`: mean phase
    between the places (two microphones only). `advice`: a sentence for the partners where both are low.
    """

    voice: float
    place_degrees: float | None
    advice: str | None


class Enrolment:
    """Collects one partner's speech. Memory is bounded by `LONGEST`."""

    def __init__(self) -> None:
        self._heard: list[Frames] = []
        self._samples, self._full = 0, 0
        self._chosen: Chosen | None = None

    def listen(self, sound: Floats) -> None:
        """The raw sound, for clipping."""
        self._samples += sound.size
        self._full += int((np.abs(sound) >= 0.999).sum())

    def feed(self, frames: Frames) -> None:
        """Some frames in which nobody else speaks."""
        if len(self._heard) * len(frames.vad) < LONGEST * FRAMES_A_SECOND:
            self._heard.append(frames)
            self._chosen = None

    @property
    def speech(self) -> Chosen:
        """Those of all frames that are clearly this partner's speech."""
        if self._chosen is None:
            self._chosen = choose(self._heard)
        return self._chosen

    @property
    def frames(self) -> int:
        """Frames of speech."""
        return len(self.speech.rows)

    @property
    def seconds(self) -> float:
        """Seconds of speech."""
        return self.frames / FRAMES_A_SECOND

    @property
    def rows(self) -> Floats:
        """(n, 38): the colour of all speech frames."""
        return self.speech.rows

    def trouble(self, mixture: Mixture, noisy_db: float) -> str | None:
        """Why this cannot become a profile: short, clipped, noisy (below `noisy_db`) or two-voices; None where it can."""
        if self.seconds < SHORTEST:
            return "short"
        if self._full > CLIPPED * self._samples:
            return "clipped"
        if self.speech.snr_db < noisy_db:
            return "noisy"
        return "two-voices" if two_voices(mixture, self.speech) else None

    def profile(self, mixture: Mixture, colour: Floats) -> Profile:
        """Their voice against everybody's, with the colour of the room taken off; and their place."""
        rows = self.rows - colour
        v = voice(mixture, rows, self.speech.pitches)
        fit = VoiceScores(mixture, v, v, np.zeros_like(colour)).ratios(rows)[:, 0]
        return Profile(v, self.speech.place, float(fit.mean()) if len(rows) else 0.0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The speech of an enrolment: colour (n, 38), pitch (log2 Hz), the place, and speech over the rest in dB."""

    rows: Floats
    f0: Floats  # (n,) of each row; nan where it is not clearly voiced
    place: Place | None
    snr_db: float

    @property
    def pitches(self) -> Floats:
        """Of the voiced rows."""
        return self.f0[~np.isnan(self.f0)]


NEAR_TOP_DB = 22.0
"""Speech lies within this of the loudest twentieth of an enrolment (ours; the range of vowels and strong consonants)."""


def choose(heard: list[Frames]) -> Chosen:
    """Pick the speech out of frames in which one person speaks.

    Loud, well above the noise, and either speech to the activity model or voiced. Some voices in some rooms are no speech to the
    activity model at all; where it is blind to most of the loud voiced frames it is not asked.
    """
    if not heard:
        return Chosen(np.zeros((0, 38), np.float32), np.zeros(0, np.float32), None, 60.0)
    vad, db, level, voiced = (np.concatenate([getattr(f, k) for f in heard]) for k in ("vad", "db", "level", "voiced"))
    loud = (db > 6) & (level > np.percentile(level, 95) - NEAR_TOP_DB)
    vowel = loud & (voiced > 0.6)
    near = np.convolve(vowel, np.ones(9), "same") > 0  # consonants beside vowels
    sighted = float(np.mean(vad[vowel] > 0.5)) > 0.6 if vowel.any() else True
    rows = loud & (vad > 0.5 if sighted else near)
    rest = ~(np.convolve(rows, np.ones(15), "same") > 0)
    power = 10 ** (level / 10)
    snr = 60.0
    if rows.any() and rest.any():
        speech, noise = float(power[rows].mean()), float(power[rest].mean())
        snr = float(np.clip(10 * np.log10(max(speech - noise, 1e-3 * speech) / max(noise, 1e-20)), -30, 60))
    places, at = PlaceLearner(), 0
    for f in heard:
        places.feed(f, rows[at : at + len(f.vad)])
        at += len(f.vad)
    voice_rows, f0 = (np.concatenate([getattr(f, k) for f in heard])[rows] for k in ("voice", "f0"))
    f0[voiced[rows] <= 0.7] = np.nan
    return Chosen(voice_rows, f0, places.place(), snr)


def two_voices(mixture: Mixture, speech: Chosen) -> bool:
    """Whether the half-seconds of an enrolment fall into two groups of pitch that also sound different: two people, not one
    lively voice (nor one whose pitch is heard an octave off at times)."""
    n = len(speech.rows) // (CHUNK // 2)
    if n < 6:
        return False
    parts = np.array_split(np.arange(len(speech.rows)), n)
    voiced = [p for p in parts if np.isfinite(speech.f0[p]).sum() > 5]
    middles = np.array([np.nanmedian(speech.f0[p]) for p in voiced])
    if len(middles) < 6:
        return False
    low, high = float(middles.min()), float(middles.max())
    for _ in range(10):
        above = middles >= (low + high) / 2
        if not 0.2 <= above.mean() <= 0.8:
            return False
        low, high = float(np.median(middles[~above])), float(np.median(middles[above]))
    if high - low < TWO_VOICES_OCTAVES:
        return False
    rows = speech.rows - speech.rows.mean(axis=0)
    sides = [np.concatenate([p for p, a in zip(voiced, above, strict=True) if a == up]) for up in (False, True)]
    groups = [_odd_and_even(rows[side]) for side in sides]
    apart = [_compared(mixture, groups[i], groups[1 - i]).mean() for i in (0, 1)]
    return float(np.mean(apart)) > TWO_VOICES


def colour_of(a: Enrolment, b: Enrolment) -> Floats:
    """The mean of both enrolments: what room and microphone do to every voice. The same whoever comes first."""
    total = a.rows.sum(axis=0, dtype=np.float64) + b.rows.sum(axis=0, dtype=np.float64)
    mean: Floats = (total / max(1, a.frames + b.frames)).astype(np.float32)
    return mean


def _odd_and_even(rows: Floats) -> tuple[Floats, Floats]:
    """Every other second of speech."""
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
    better: Floats = np.array(out, np.float32)
    return better


def compared(mixture: Mixture, a: Enrolment, b: Enrolment) -> tuple[Floats, Floats]:
    """For both: how much better each second of their speech is explained by their own voice than by the other, nats a frame."""
    colour = colour_of(a, b)
    x, y = _odd_and_even(a.rows - colour), _odd_and_even(b.rows - colour)
    return _compared(mixture, x, y), _compared(mixture, y, x)


VOICES_ALIKE, PLACES_ALIKE = 1.5, 25.0
"""Below both, the two are hard to tell apart (standard deviations, degrees; ours, from attribution on simulated dinners)."""


def separability(mixture: Mixture, a: Enrolment, b: Enrolment) -> Separability:
    """How far apart two enrolments are, and what to do about it."""
    x, y = compared(mixture, a, b)
    spread = float(np.sqrt((x.var() + y.var()) / 2)) + 1e-3
    distance = round(float(x.mean() + y.mean()) / spread, 2)
    places = a.speech.place, b.speech.place
    degrees = round(degrees_apart(places[0], places[1]), 1) if places[0] and places[1] else None
    advice = None
    if distance < VOICES_ALIKE and degrees is None:
        advice = "You two sound alike to me: a second microphone would help."
    elif distance < VOICES_ALIKE and degrees is not None and degrees < PLACES_ALIKE:
        advice = "You two sound alike to me: turn me so that my ends point at you."
    return Separability(distance, degrees, advice)
