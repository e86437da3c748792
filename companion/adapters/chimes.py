"""The five chimes: one family of soft mallet notes, made by formula, told apart by rhythm as well as by pitch.

| kind  | means                          | sounds like                                             |
| ----- | ------------------------------ | ------------------------------------------------------- |
| hello | the evening starts             | three rising notes                                      |
| soon  | time is nearly up; heard, done | one low note, short                                     |
| floor | one of you holds the floor     | two quick equal notes, a tap on a glass                 |
| swap  | the other one's turn           | two slow notes, the first gliding down, the second up   |
| rest  | a pause begins; quiet, or the evening, ends | one low note, long                         |

Fundamentals lie between 350 and 700 Hz: audible with hearing loss from age, and on a 5 cm loudspeaker. No partial lies above
3 kHz. Attacks of 20 ms and more: noticed, not startling. While they sound they are 6 to 8 dB below a spoken line, by RMS: with
equal peaks less they were as loud as a word, and broke into talk (heard so in rehearsals, `scripts/bench/listening.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion.adapters.loudness import Sound, amplitude
from companion.effects import ChimeKind
from companion.timeline import PLAYBACK_RATE

PEAK_DB = -19.0
"""Highest sample of every chime, dBFS."""

_PARTIALS = ((1.0, 1.0, None), (2.0, 0.25, 0.12), (3.0, 0.08, 0.06))
"""(times the fundamental, strength, seconds in which it dies by 1/e; None: with the note)."""

_RELEASE_S = 0.060
"""The end of a chime is eased out over this."""


@dataclass(frozen=True, slots=True)
class _Note:
    """`start` and `attack` in seconds; `hertz` glides to `to_hertz`; `decay` is the time to 1/e."""

    start: float
    hertz: float
    to_hertz: float
    attack: float
    decay: float


_CHIMES: dict[ChimeKind, tuple[float, tuple[_Note, ...]]] = {
    "hello": (
        0.62,
        (_Note(0.0, 392, 392, 0.024, 0.09), _Note(0.14, 523, 523, 0.024, 0.09), _Note(0.28, 659, 659, 0.024, 0.18)),
    ),
    "soon": (0.35, (_Note(0.0, 392, 392, 0.030, 0.20),)),
    "floor": (0.40, (_Note(0.0, 587, 587, 0.024, 0.06), _Note(0.15, 587, 587, 0.024, 0.06))),
    "swap": (0.75, (_Note(0.0, 587, 440, 0.030, 0.14), _Note(0.38, 440, 587, 0.030, 0.20))),
    "rest": (0.80, (_Note(0.0, 349.5, 349.5, 0.050, 0.60),)),
}

_GLIDE_S = 0.15
"""A gliding note reaches its second pitch after this."""


def chime(kind: ChimeKind) -> Sound:
    """The chime as mono float32 at 48 kHz, 0.35-0.8 s, peak -19 dBFS; the same samples each time. KeyError for another kind."""
    length_s, notes = _CHIMES[kind]
    sound = np.zeros(round(length_s * PLAYBACK_RATE))
    for note in notes:
        at = round(note.start * PLAYBACK_RATE)
        sound[at:] += _struck(note, sound.size - at)
    release = round(_RELEASE_S * PLAYBACK_RATE)
    sound[-release:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, release + 1) / release)
    return np.asarray(sound * (amplitude(PEAK_DB) / np.abs(sound).max()), np.float32)


def _struck(note: _Note, size: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """`size` samples of one note: raised-cosine attack, exponential decay, partials that die before the fundamental."""
    t = np.arange(size) / PLAYBACK_RATE
    way = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, t / _GLIDE_S))
    phase = 2 * np.pi * np.cumsum(note.hertz + (note.to_hertz - note.hertz) * way) / PLAYBACK_RATE
    tone = np.zeros(size)
    for times, strength, dies in _PARTIALS:
        tone += strength * np.sin(times * phase) * (np.exp(-t / dies) if dies else 1.0)
    attack = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, t / note.attack))
    return np.asarray(tone * attack * np.exp(-t / note.decay))
