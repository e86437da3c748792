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

MOST_CLIPPED = 0.001
"""Share of samples that may stand at full scale."""

SHORTEST, LONGEST, SLACK_S = 0.5, 1.8, 0.4
"""Bounds on the length, as factors of the expected one, and seconds on top of the longest."""


def expected_seconds(text: str, rate: int) -> float:
    """About how long espeak speaks `text` at its nominal `rate`: fitted on 40 lines from "Yes." to 15 words with numbers.

    85 ms a letter at a rate of 140; a digit counts as seven letters, `& % $ +` as three; 0.3 s at each comma or stop inside.
    """
    letters = len(re.findall(r"[^\W\d_]", text)) + 7 * len(re.findall(r"\d", text)) + 3 * len(re.findall(r"[&%$+]", text))
    pauses = len(re.findall(r"[,.;:!?](?=\s)", text))
    return 0.35 + letters * 0.085 * 140 / rate + 0.3 * pauses


def checked(wav: bytes, text: str, rate: int, volume: float = 1.0) -> tuple[NDArray[np.int16], int]:
    """The samples of `wav` and their rate. Raises `VoiceError` when it is not 16-bit mono as long as it says, of about the
    right length for `text` at espeak's `rate`, audible, and unclipped.
    """
    samples, hz = _samples(wav, text)
    expected = expected_seconds(text, rate)
    seconds = samples.size / hz
    if not SHORTEST * expected <= seconds <= LONGEST * expected + SLACK_S:
        raise VoiceError(f"{text!r} took {seconds:.2f} s to say where about {expected:.2f} s were expected: run companion doctor.")
    loudest = _loudest(samples, hz) / volume
    if decibels(loudest) < LEAST_LEVEL_DB:
        raise VoiceError(f"The engine spoke {text!r} too softly to be real: choose another voice in the settings.")
    if np.mean(np.abs(samples.astype(np.int32)) >= 32767) > MOST_CLIPPED:
        raise VoiceError(f"The engine clipped {text!r}: lower the voice's volume in the settings.")
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
