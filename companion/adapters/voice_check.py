"""Whether what a speech worker wrote is the sentence it was asked for: no engine is believed about its own success."""

from __future__ import annotations

import io
import re
import wave

import numpy as np
from numpy.typing import NDArray

from companion.adapters.loudness import decibels
from companion.adapters.voice_settings import VoiceError

LEAST_LEVEL_DB = -35.0
"""The loudest 0.3 s of any real sentence lies above this, at the engine's full volume (measured: whispered variants too)."""

_SILENT = 100
"""Samples up to here (-50 dBFS) are the engine's silence before and after."""

MOST_CLIPPED = 0.001
"""Share of samples that may stand at full scale."""

SHORTEST, LONGEST, SLACK_S = 0.5, 2.5, 1.0
"""Bounds on the length, as factors of the expected one, and seconds (at a rate of 140) on top of the longest.

Over 26 sentences from "Oh." to 18 words, three voices and rates from 95 to 260, speech took 0.53 to 2.0 times the expected. The
upper bound is wide: a name the voice has to spell out must not silence the line.
"""

_FEWEST, _MOST = 2, 9
"""Letters a digit is worth: in "1000000", and in "1777"."""


def expected_seconds(text: str, rate: int, letters_a_digit: int) -> float:
    """About how long espeak speaks `text` at its nominal `rate`, silence around it not counted.

    63 ms a letter at a rate of 140, a quarter of a second on top, half a second at each comma or stop inside; measured with
    both workers. `& % $ +` are short words; capitals in a row are spelled.
    """
    letters = len(re.findall(r"[^\W\d_]", text)) + letters_a_digit * len(re.findall(r"\d", text))
    letters += 3 * len(re.findall(r"[&%$+]", text)) + 3 * sum(len(word) for word in re.findall(r"\b[A-Z]{2,}\b", text))
    pauses = len(re.findall(r"[,.;:!?](?=\s)", text))
    return (0.25 + 0.063 * letters + 0.5 * pauses) * 140 / rate


def checked(wav: bytes, text: str, rate: int, volume: float = 1.0) -> tuple[NDArray[np.int16], int]:
    """The samples of `wav` and their rate. Raises `VoiceError` when it is not 16-bit mono as long as it says, of about the
    right length for `text` at espeak's `rate`, audible, and unclipped.
    """
    samples, hz = _samples(wav, text)
    sounding = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENT * volume)
    seconds = (int(sounding[-1]) - int(sounding[0]) + 1) / hz if sounding.size else 0.0
    least = SHORTEST * expected_seconds(text.lower(), rate, _FEWEST)
    most = LONGEST * expected_seconds(text, rate, _MOST) + SLACK_S * 140 / rate
    if not least <= seconds <= most:
        raise VoiceError(f"{text!r} took {seconds:.2f} s to say, not {least:.2f} to {most:.2f} s: run companion doctor.")
    loudest = _loudest(samples, hz) / volume
    if decibels(loudest) < LEAST_LEVEL_DB:
        raise VoiceError(
            f"The engine spoke {text!r} too softly to be real: choose another voice, as in companion settings voice=en-us."
        )
    if np.mean(np.abs(samples.astype(np.int32)) >= 32767) > MOST_CLIPPED:
        raise VoiceError(f"The engine clipped {text!r}: choose another voice, as in companion settings voice=en-us.")
    return samples, hz


def _samples(wav: bytes, text: str) -> tuple[NDArray[np.int16], int]:
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            form = sound.getnchannels(), sound.getsampwidth()
            hz, promised = sound.getframerate(), sound.getnframes()
            raw = sound.readframes(promised)
    except (EOFError, wave.Error) as bad:
        raise VoiceError(f"The engine wrote no usable sound for {text!r} ({bad}): run companion doctor.") from bad
    if form != (1, 2) or promised == 0 or len(raw) != 2 * promised or hz <= 0:
        raise VoiceError(f"The engine's sound for {text!r} is empty, cut short or not 16-bit mono: run companion doctor.")
    return np.frombuffer(raw, np.int16), hz


def _loudest(samples: NDArray[np.int16], hz: int) -> float:
    """RMS of the loudest 0.3 s piece, 1.0 = full scale."""
    step = max(1, round(0.3 * hz))
    return max(float(np.sqrt(np.mean((samples[i : i + step] / 32768.0) ** 2))) for i in range(0, samples.size, step))
