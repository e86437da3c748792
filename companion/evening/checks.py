"""The doctor: what this machine has for an evening, and what to do about what it lacks."""

from __future__ import annotations

import shutil
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from companion.adapters.devices import list_devices, present
from companion.adapters.voices import choose_voice
from companion.adapters.vosk_recognizer import vocabulary_of
from companion.evening import folders, house, models
from companion.evening.in_force import in_force
from companion.exercises.commands import vocabulary
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, RATE
from companion.trouble import Trouble

BUDGET = 0.5
"""Share of one core that hearing may take: the other half is for sound, speech and the system."""

LEAST_FREE = 200e6
"""Bytes of free disk below which logs and rendered speech are at risk."""

WORDS_MISSED = 0.2
"""Share of the words listened for that a model may lack before it is probably for another language. A choice of ours."""

Verdict = Literal["good", "so-so", "bad"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what to do where it is not good."""

    name: str
    verdict: Verdict
    found: str
    do: str = ""


def examine() -> Iterator[Check]:
    """Look at everything, one check after the other; never raises."""
    for name, look in _LOOKS:
        try:
            yield from look()
        except Trouble as trouble:
            yield Check(name, "bad", str(trouble), "")
        except Exception as broken:
            yield Check(name, "bad", f"{type(broken).__name__}: {broken}", "This is a fault of ours; please report it.")


def _machine() -> Iterator[Check]:
    bits = struct.calcsize("P") * 8
    python = ".".join(str(n) for n in sys.version_info[:3])
    good = bits == 64 and sys.version_info >= (3, 11)
    yield Check(
        "machine",
        "good" if good else "bad",
        f"{bits}-bit, Python {python}",
        "" if good else "Use a 64-bit system with Python 3.11 or later.",
    )


def _settings() -> Iterator[Check]:
    file, notes = folders.settings_file(), in_force().notes
    for note in notes:
        yield Check("settings", "so-so", note.removeprefix(f"{file}: "), f"Mend it in {file}.")
    if not notes:
        yield Check("settings", "good", "yours can be used" if file.exists() else "none of your own")


def _sound() -> Iterator[Check]:
    settings = in_force().settings
    microphone, speaker, sentence = present(settings.microphone, settings.speaker)
    names = ", ".join(sorted({device.plain for device in list_devices()})) if microphone or speaker else ""
    yield Check("microphone", "good" if microphone else "bad", names if microphone else "none", "" if microphone else sentence)
    told = sentence if microphone else "As for the microphone."  # one hint is enough for both
    yield Check("speaker", "good" if speaker else "bad", names if speaker else "none", "" if speaker else told)


def _voice() -> Iterator[Check]:
    settings = in_force().settings
    start = time.monotonic()
    _, sentence = choose_voice(house.voice_settings(settings), folders.rendered_speech())
    yield Check("voice", "good", f"{sentence} ({time.monotonic() - start:.1f} s)")


def _words() -> Iterator[Check]:
    settings = in_force().settings
    named = Path(settings.speech_model) if settings.speech_model else None
    folder = models.in_force(named, settings.language)
    if folder is None or house.recognizer(named, language=settings.language) is None:
        yield Check("speech model", "so-so", "none", house.without_words(settings.language))
        return
    words, wanted = vocabulary_of(folder), vocabulary(house.library(settings.language))
    unknown = wanted - words
    if len(unknown) > WORDS_MISSED * len(wanted):
        known = len(wanted) - len(unknown)
        told = f"It knows {known} of the {len(wanted)} words that are listened for: is it for {settings.language!r}?"
        yield Check("speech model", "so-so", f"{folder.name}: {len(words)} words", told)
        return
    looked = models.looked_at(folder)
    good_for = "commands, answers and hints" if models.good_enough(looked, models.Feature.HINTS) else "commands and answers"
    yield Check(
        "speech model",
        "good",
        f"{folder.name}: {len(words)} words; good for {good_for}",
        models.bigger(looked, settings.language),
    )


def _content() -> Iterator[Check]:
    library, problems = house.content(in_force().settings.language)
    found = f"{len(library.exercises)} exercises, {len(library.evenings)} evenings"
    yield Check("content", "so-so" if problems else "good", found, house.left_out(problems))


def _disk() -> Iterator[Check]:
    place = folders.evenings()
    existing = next(parent for parent in [place, *place.parents] if parent.exists())
    free = shutil.disk_usage(existing).free
    good = free > LEAST_FREE
    yield Check("disk", "good" if good else "bad", f"{free / 1e9:.1f} GB free at {existing}", "" if good else "Free some space.")


def _speed() -> Iterator[Check]:
    ears = house.ears(Pair(Partner("one"), Partner("two")), 2, None)
    rng = np.random.default_rng(0)
    for who in (Partner("one"), Partner("two")):
        ears.hearing.learn(who, (0.1 * rng.standard_normal((4 * RATE, 2))).astype(np.float32))
    blocks = 5 * RATE // BLOCK
    sound = (0.05 * rng.standard_normal((blocks, BLOCK, 2))).astype(np.float32)
    start = time.process_time()
    for number in range(blocks):
        ears.feed(number * BLOCK, sound[number])
    share = (time.process_time() - start) / (blocks * BLOCK / RATE)
    good = share < BUDGET
    yield Check(
        "speed",
        "good" if good else "bad",
        f"hearing takes {100 * share:.1f} % of one core",
        "" if good else "Close other programs, or use a faster machine.",
    )


_LOOKS: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
    ("machine", _machine), ("settings", _settings), ("sound", _sound), ("voice", _voice), ("speech model", _words),
    ("content", _content), ("disk", _disk), ("speed", _speed),
)  # fmt: skip
