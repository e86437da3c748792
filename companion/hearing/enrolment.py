"""Learning who the two partners are: a voice and a place each, from 10 to 20 seconds of speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from companion.hearing.alone import Parting, Spots, parted_by_place, parted_by_voice, spots
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of an enrolment. A recording cannot be made again while somebody waits, so less is asked of it.

    `noisy_db`: speech over noise; `blind_db`: the same where the activity model takes it for no speech. `two_voices` (nats a
    frame) and `two_places` (degrees): as far as two groups of half-seconds may lie apart, each with `share` of them or more.
    `same_voice` (nats a frame): by so much a voice must explain its own other half better than the partner's voice does.
    """

    noisy_db: float
    blind_db: float
    two_voices: float
    two_places: float
    same_voice: float
    share: float = 0.25


LIVE = Limits(noisy_db=8.0, blind_db=15.0, two_voices=2.0, two_places=28.0, same_voice=0.45)
RECORDED = Limits(noisy_db=-3.0, blind_db=4.0, two_voices=4.0, two_places=35.0, same_voice=0.25)
"""Measured on 80 enrolments of simulated dinners at 5 to 40 dB.

- Half-seconds of one person part by at most 1.45 nats and 19 degrees (102 people reading alone: 2.4 for one, 1.8 and less for all
  others; synthetic voices up to 2.9, so a recording is refused from 4 on only); of two who take turns by 1.7 to 5.8 nats at 20 dB
  (at 5 dB by no more than one person's: there only places tell) and by 24 to 71 degrees.
- Two people differ by 0.39 nats at 5 dB and by 1 to 5 at 10 dB and more, one person at two times by 0.35 (median) and up to 1.3:
  by voice alone the same person often passes.
- Profiles from 5 dB still work, hence the -3 dB. Music and a crying baby stand 3 to 6 dB out of their pauses, the few voices that
  the activity model is blind to 16 and more at 10 dB of noise."""

BLIND_VOICES = 1.7
"""What the activity model is blind to must part no further than this: music and crying part by 2 nats and more."""

ONE_PLACE, ONE_PLACE_SHARE, ONE_PLACE_VOICES = 20.0, 0.1, 6.0
"""Degrees, share of the half-seconds, and nats. What comes from one place, as two microphones hear it, is refused as two voices
only from here on: one person parts by up to 19 degrees, two at a table by 24 and more, and some voices alone (synthetic ones
without noise above all) by up to 4.9 nats."""

SAME_PITCH = 0.2
"""Octaves: people whose middle pitches differ by more are two people, whatever else is alike (ours; one person's moods move the
middle of ten seconds less)."""

SAME_PLACE = 20.0
"""Degrees of phase: two enrolments from places further apart are of two people (measured: one person at two times 6 to 31, median
13; two people at a table 22 to 82)."""

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
    between the places (two microphones only). `remedy`: what would help where both are low.
    """

    voice: float
    place_degrees: float | None
    remedy: Literal["turn", "alike"] | None

    @property
    def advice(self) -> str | None:
        """The remedy as a sentence for the partners."""
        return None if self.remedy is None else ADVICE[self.remedy]


ADVICE: dict[Literal["turn", "alike"], str] = {
    "turn": "You two sound alike to me: turn me so that my ends point at you.",
    "alike": "You two sound alike to me: a second microphone would help.",
}


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

    def trouble(self, mixture: Mixture, limits: Limits) -> str | None:
        """Why this cannot become a profile: short, clipped, noisy (music, too) or two-voices; None where it can."""
        speech = self.speech
        if self.seconds < SHORTEST:
            return "short"
        if self._full > CLIPPED * self._samples:
            return "clipped"
        if speech.snr_db < (limits.noisy_db if speech.sighted else limits.blind_db):
            return "noisy"
        voices = parted_by_voice(mixture, speech.rows, speech.f0)
        places = parted_by_place(speech.spots) if speech.spots is not None else Parting()
        far = limits.two_voices if speech.sighted else min(BLIND_VOICES, limits.two_voices)
        one_place = speech.spots is not None and (places.apart <= ONE_PLACE or places.share < ONE_PLACE_SHARE)
        if one_place and speech.sighted:
            far = max(far, ONE_PLACE_VOICES)
        two = (voices.apart > far and voices.share >= limits.share) or (
            places.apart > limits.two_places and places.share >= limits.share
        )
        return "two-voices" if two else None

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
    spots: Spots | None = None  # with two microphones: where each half-second came from
    sighted: bool = True  # the activity model takes it for speech

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
    return Chosen(voice_rows, f0, places.place(), snr, _spots_of(heard, rows), sighted)


def _spots_of(heard: list[Frames], rows: NDArray[np.bool_]) -> Spots | None:
    seen = [(f.phase, f.weight) for f in heard if f.phase is not None and f.weight is not None]
    if len(seen) < len(heard) or not rows.any():
        return None
    return spots(np.concatenate([p for p, _ in seen])[rows], np.concatenate([w for _, w in seen])[rows])


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


def same_person(mixture: Mixture, a: Enrolment, b: Enrolment, limits: Limits) -> bool:
    """Whether two enrolments seem to be of one person: same voice, same pitch and, as far as it can be told, same place."""
    mine, theirs = compared(mixture, a, b)
    if float(mine.mean() + theirs.mean()) / 2 >= limits.same_voice:
        return False
    x, y = a.speech, b.speech
    if len(x.pitches) and len(y.pitches) and abs(float(np.median(x.pitches) - np.median(y.pitches))) > SAME_PITCH:
        return False
    return x.place is None or y.place is None or degrees_apart(x.place, y.place) <= SAME_PLACE


VOICES_ALIKE, PLACES_ALIKE = 1.5, 25.0
"""Below both, the two are hard to tell apart (standard deviations, degrees; ours, from attribution on simulated dinners)."""


def separability(mixture: Mixture, a: Enrolment, b: Enrolment) -> Separability:
    """How far apart two enrolments are, and what to do about it."""
    x, y = compared(mixture, a, b)
    spread = float(np.sqrt((x.var() + y.var()) / 2)) + 1e-3
    distance = round(float(x.mean() + y.mean()) / spread, 2)
    places = a.speech.place, b.speech.place
    degrees = round(degrees_apart(places[0], places[1]), 1) if places[0] and places[1] else None
    remedy: Literal["turn", "alike"] | None = None
    if distance < VOICES_ALIKE and (degrees is None or degrees < PLACES_ALIKE):
        remedy = "alike" if degrees is None else "turn"
    return Separability(distance, degrees, remedy)
