"""Recognising phrases in clips: the same acceptance as at the table, for anyone who wants to measure it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from companion.adapters.wav_files import Recording
from companion.evening import house
from companion.hearing.words import judge
from companion.timeline import RATE, samples, seconds
from companion.trouble import Trouble

ACCEPT = 0.7
"""Lowest word confidence of an accepted phrase."""

BEFORE, AFTER = samples(0.3), samples(0.5)
"""Near-silence put around a clip, so that its first and last sound are whole; 2 of 32768 in level, like a quiet microphone."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One clip: the phrase it is (or None), how sure, where, what the recogniser said, and what it cost."""

    clip: str
    phrase: str | None
    confidence: float
    start: float | None
    end: float | None
    raw: str
    cpu_ms: float


def recognize(clips: Sequence[Path], phrases_file: Path, unknown: bool = True, model: Path | None = None) -> Iterator[Recognised]:
    """Each clip in order. Raises Trouble for a missing model, an unreadable clip, or a phrase the model cannot hear."""
    try:
        phrases = [line.strip().lower() for line in phrases_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as bad:
        raise Trouble(f"I can't read the phrases in {phrases_file}; give me a text file, one phrase a line.") from bad
    if not phrases:
        raise Trouble(f"{phrases_file} holds no phrases; write one a line.")
    recognizer = house.recognizer(model, unknown=unknown)
    if recognizer is None:
        raise Trouble("No speech model is installed; see companion doctor.")
    recognizer.listen_for(phrases)
    allowed = frozenset(" ".join(phrase.split()) for phrase in phrases)
    rng = np.random.default_rng(0)
    for clip in clips:
        sound = Recording(clip).whole(most_seconds=600.0)[:, 0]
        hush = [(2 / 32768 * rng.standard_normal(n)).astype(np.float32) for n in (BEFORE, AFTER)]
        began = time.process_time()
        recognizer.begin(-BEFORE)
        recognizer.feed(np.concatenate([hush[0], sound, hush[1]]))
        words = recognizer.end()
        cost = 1000 * (time.process_time() - began)
        phrase, confidence = judge(words, allowed)
        accepted = phrase if confidence >= ACCEPT else None
        known = [word for word in words if not word.text.startswith("[")]
        yield Recognised(
            str(clip), accepted, round(confidence, 3),
            round(max(0.0, seconds(known[0].start)), 3) if known else None,
            round(min(len(sound) / RATE, seconds(known[-1].end)), 3) if known else None,
            " ".join(word.text for word in words), round(cost, 2),
        )  # fmt: skip
