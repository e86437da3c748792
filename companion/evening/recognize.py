"""Recognising phrases in clips: the same acceptance as at the table, for anyone who wants to measure it."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from companion.adapters.wav_files import Recording
from companion.evening import house
from companion.exercises.commands import folded
from companion.hearing.ports import Recognizer
from companion.hearing.words import judge
from companion.timeline import RATE, samples, seconds
from companion.trouble import Trouble

ACCEPT = 0.7
"""Lowest word confidence of an accepted phrase."""

BEFORE, AFTER = samples(0.3), samples(0.5)
"""Near-silence put around a clip, so that its first and last sound are whole; 2 of 32768 in level, like a quiet microphone."""

RATES = (1_000, 1_000_000)
"""Sample rates of clips; below 8 kHz little is understood, but that is for whoever measures to see."""

MOST_SECONDS = 120.0
"""Of a clip no more than this is listened to; a phrase lasts 4 s at most."""

LOUDER = 4.0
"""The second channel is taken where it is so many times (12 dB) as loud as the first: somebody spoke into the other one."""

_COMMENT = "#"


@dataclass(frozen=True, slots=True)
class Recognised:
    """One clip: the phrase it is (or None), how sure, where, what the recogniser said, and what it cost.

    `error`: the sentence that says why a clip could not be listened to.
    """

    clip: str
    phrase: str | None = None
    confidence: float = 0.0
    start: float | None = None
    end: float | None = None
    raw: str = ""
    cpu_ms: float = 0.0
    error: str | None = None

    def record(self) -> dict[str, object]:
        """For JSON; `error` only where there is one."""
        return {name: value for name, value in asdict(self).items() if name != "error" or value is not None}


def recognize(clips: Sequence[Path], phrases_file: Path, unknown: bool = True, model: Path | None = None) -> Iterator[Recognised]:
    """Each clip in order; one that cannot be listened to has an `error`, and the others go on.

    Raises Trouble for a missing model, for phrases that cannot be read, or words the model cannot hear.
    """
    written = _phrases(phrases_file)
    recognizer = house.recognizer(model, unknown=unknown)
    if recognizer is None:
        raise Trouble("No speech model is installed; companion models list shows what there is.")
    spoken = _spoken(written, recognizer.vocabulary, phrases_file)
    recognizer.listen_for(tuple(spoken))
    rng = np.random.default_rng(0)
    for clip in clips:
        try:
            yield _recognised(clip, recognizer, spoken, rng)
        except Trouble as trouble:
            yield Recognised(str(clip), error=str(trouble))


def _recognised(clip: Path, recognizer: Recognizer, spoken: dict[str, str], rng: np.random.Generator) -> Recognised:
    sound = _sound(clip)
    hush = [(2 / 32768 * rng.standard_normal(n)).astype(np.float32) for n in (BEFORE, AFTER)]
    began = time.process_time()
    recognizer.begin(-BEFORE)
    recognizer.feed(np.concatenate([hush[0], sound, hush[1]]))
    words = recognizer.end()
    cost = 1000 * (time.process_time() - began)
    phrase, confidence = judge(words, frozenset(spoken))
    known = [word for word in words if not word.text.startswith("[")]
    return Recognised(
        str(clip),
        spoken[phrase] if phrase is not None and confidence >= ACCEPT else None,
        round(confidence, 3),
        round(max(0.0, seconds(known[0].start)), 3) if known else None,
        round(max(0.0, min(len(sound) / RATE, seconds(known[-1].end))), 3) if known else None,
        " ".join(word.text for word in words),
        round(cost, 2),
    )


def _sound(clip: Path) -> NDArray[np.float32]:
    """One channel at 16 kHz; a clip of no length is no sound. Raises Trouble."""
    try:
        recording = Recording(clip, RATES)
    except Trouble:
        if _of_no_length(clip):
            return np.zeros(0, np.float32)
        raise
    sound = recording.whole(MOST_SECONDS)
    power = np.mean(np.square(sound, dtype=np.float64), axis=0) if len(sound) else np.zeros(1)
    return np.ascontiguousarray(sound[:, 1 if len(power) > 1 and power[1] > LOUDER**2 * power[0] else 0])


def _of_no_length(clip: Path) -> bool:
    try:
        return int(sf.info(clip).frames) == 0
    except (RuntimeError, OSError):
        return False


def _phrases(file: Path) -> list[str]:
    """The lines of the file, each once, in small letters; blank ones and comments left out. Raises Trouble."""
    try:
        raw = file.read_bytes()
        wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as bad:
        raise Trouble(f"I can't read the phrases in {file}; give me a text file in UTF-8, one phrase a line.") from bad
    lines = (" ".join(line.lower().split()) for line in text.splitlines())
    phrases = list(dict.fromkeys(line for line in lines if line and not line.startswith(_COMMENT)))
    if not phrases:
        raise Trouble(f"{file} holds no phrases; write one a line.")
    return phrases


def _spoken(written: list[str], vocabulary: frozenset[str], file: Path) -> dict[str, str]:
    """Each phrase as the recogniser knows it → as it was written. Raises Trouble that names every word it cannot hear."""
    spoken: dict[str, str] = {}
    strange: dict[str, str] = {}
    for phrase in written:
        said = phrase if all(word in vocabulary for word in phrase.split()) else folded(phrase)
        strange |= {word: phrase for word in said.split() or [phrase] if word not in vocabulary}
        spoken.setdefault(said, phrase)
    if strange:
        phrase = next(iter(strange.values()))
        named = ", ".join(repr(one) for one in list(strange)[:10]) + (" and more" if len(strange) > 10 else "")
        raise Trouble(f"The speech model cannot hear {named} (as in {phrase!r} in {file}); choose other words.")
    return spoken
