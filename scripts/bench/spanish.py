"""How well the words of `models/embedded-es` are heard: made voices only, since no labelled Spanish recordings were at hand.

    python -m scripts.bench.spanish                    the voices that nothing was chosen on: what docs/recognition.md shows
    python -m scripts.bench.spanish --chosen-on        the others, on which the English phones for Spanish sounds were chosen
    python -m scripts.bench.spanish --every 1          every voice says every phrase, not each fourth one
    python -m scripts.bench.spanish --parts heard      the first table alone
    python -m scripts.bench.spanish --language en      English phrases and voices the same way, to compare with

All phrases of the content are allowed at once, weighted against its decoys as at the table, which is harder than any moment of
an evening. Talk is people's, where it lies beside the checkout: read English and Italian, Spanish words alone. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vosk

from companion.adapters.vosk_recognizer import PHRASE_WEIGHT
from companion.evening.models import embedded
from companion.exercises.commands import _answers_in, danger_phrases, small_sounds
from companion.exercises.content import Library
from companion.exercises.loader import load_library
from scripts.train_model import people, places
from scripts.train_model.bench_sets import _pieces, _volunteers, in_room
from scripts.train_model.clips import RATE_HZ, Clip
from scripts.train_model.graphs import UNKNOWN
from scripts.train_model.recognizers import ACCEPT_CONFIDENCE, Vosk
from scripts.train_model.voices import Espeak

CHOSEN_ON = ("es+m1", "es-419+m3", "es+f1", "es-419+f3", "es+Alex", "es-419+Andrea", "es+klatt2", "es-419+steph", "es+grandma",
             "es-419+m8")  # fmt: skip
REPORTED = ("es", "es-419", "es+m4", "es-419+f2", "es+f5", "es-419+Michael", "es+Andy", "es-419+Alicia", "es-419+m7", "es+f4")
"""Of these f5, Michael, Andy and Alicia never spoke in training, not even English."""
PACES = (125, 150, 175, 195)
PARTS = ("heard", "talk")


class AtTheTable(Vosk):
    """As the companion asks libvosk: phrases weighted against decoys."""

    def __init__(self, folder: Path, decoys: Sequence[str]) -> None:
        super().__init__(folder, unknown=True)
        self._decoys = decoys

    def recognizer(self, phrases: Sequence[str], rate_hz: int = RATE_HZ) -> Any:
        grammar = json.dumps([*list(phrases) * PHRASE_WEIGHT, *self._decoys, UNKNOWN], ensure_ascii=False)
        made = vosk.KaldiRecognizer(self._model, rate_hz, grammar)
        made.SetWords(True)
        return made


def phrases_of(library: Library) -> list[str]:
    """Everything that is listened for at any moment."""
    found = [phrase for command in library.commands.values() for phrase in command.phrases]
    if library.answers is not None:
        found += [*library.answers.spoken, *library.answers.numbers]
    found += danger_phrases(library)
    for exercise in (*library.exercises.values(), *library.frames.values()):
        found += _answers_in(exercise.steps)
    return list(dict.fromkeys(found))


def decoys_of(library: Library) -> list[str]:
    """What draws mishearings off."""
    accepted = set(phrases_of(library))
    twins = [decoy for command in library.commands.values() for decoy in command.decoys]
    return [decoy for decoy in dict.fromkeys([*twins, *small_sounds(library)]) if decoy not in accepted]


@cache
def _espeak() -> Espeak:
    return Espeak()  # one a process


def said(phrases: Sequence[str], voices: Sequence[str], every: int, seed: int = 21) -> list[Clip]:
    """Each voice says each `every`-th phrase, at one of four paces and at a pitch of its own."""
    rng = random.Random(seed)
    return [
        Clip(_espeak().say(phrase, voice, rng.choice(PACES), rng.randint(35, 65)), phrase, voice)
        for number, voice in enumerate(voices)
        for phrase in phrases[number % every :: every]
    ]


def heard(engine: AtTheTable, phrases: Sequence[str], sets: Iterator[tuple[str, list[Clip]]]) -> None:
    """Print the shares understood, accepted, and accepted for something else; and what was most often missed."""
    print(
        f"| set (clips, phrases) | understood | accepted at ≥ {ACCEPT_CONFIDENCE} | wrong, accepted |\n| --- | --- | --- | --- |"
    )
    missed: Counter[tuple[str, str]] = Counter()
    for name, clips in sets:
        pairs = list(zip(clips, engine.hear(clips, phrases), strict=True))
        right = sum(result.said == clip.text for clip, result in pairs)
        accepted = [(clip, result) for clip, result in pairs if result.accepted(phrases)]
        taken = sum(result.said == clip.text for clip, result in accepted)
        shares = " | ".join(f"{n} = {100 * n / len(clips):.1f} %" for n in (right, taken, len(accepted) - taken))
        print(f"| {name} ({len(clips)}, {len(phrases)}) | {shares} |", flush=True)
        missed.update((clip.text, result.said) for clip, result in pairs if result.said != clip.text)
    worst = ", ".join(f"{text} → {taken_for or '–'} {count}" for (text, taken_for), count in missed.most_common(10))
    print(f"\nMost often missed: {worst}.\nCPU per second of sound: {engine.cost.ms_per_s:.1f} ms.", flush=True)


def talk(half: int) -> Iterator[tuple[str, list[Clip]]]:
    """What nobody means for the companion; `half` 0 is reported."""
    if not people.available():
        return
    rows = people.rows(places.HUMAN_DATA / "speech" / "speakers.csv")
    italian = sorted(row["file"] for row in rows if row["source"] == "VoxForge Italian")
    yield "read English (VoxForge)", _pieces("speech", _volunteers()[half::2])[:24]
    yield "read Italian (VoxForge)", _pieces("speech", italian[half::2])
    yield "Spanish words said alone (Mycroft)", _pieces("foreign", ["mycroft_es.ogg"])[half::2]


def false_accepts(engine: AtTheTable, phrases: Sequence[str], sets: Iterator[tuple[str, list[Clip]]]) -> None:
    """Print how often talk is taken for a phrase."""
    print(f"\n| talk | minutes | one phrase | and ≥ {ACCEPT_CONFIDENCE} | which |\n| --- | --- | --- | --- | --- |")
    for name, clips in sets:
        parts = [part for result in engine.hear(clips, phrases) for part in result.parts if part[0] in phrases]
        sure = [part for part in parts if part[1] >= ACCEPT_CONFIDENCE]
        which = ", ".join(f"{phrase} {confidence:.2f}" for phrase, confidence in sure[:10])
        print(f"| {name} | {sum(c.seconds for c in clips) / 60:.1f} | {len(parts)} | {len(sure)} | {which} |", flush=True)


def _in_english(voice: str) -> str:
    accent, plus, variant = voice.partition("+")
    return f"{'en-us' if accent == 'es-419' else 'en'}{plus}{variant}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chosen-on", action="store_true", help="the voices and talk that parameters were chosen on")
    parser.add_argument("--every", type=int, default=4, help="each voice says each how-many-th phrase (default 4)")
    parser.add_argument("--language", choices=("es", "en"), default="es", help="content, model and voices of this language")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    library = load_library(language=options.language)[0]
    phrases, engine = phrases_of(library), AtTheTable(embedded(options.language), decoys_of(library))
    voices: tuple[str, ...] = CHOSEN_ON if options.chosen_on else REPORTED
    if options.language == "en":
        voices = tuple(_in_english(voice) for voice in voices)
    if "heard" in options.parts:
        in_the_room = in_room(said(phrases, voices, options.every, seed=22), 20.0)
        heard(engine, phrases, iter([("clean", said(phrases, voices, options.every)), ("room, 20 dB", in_the_room)]))
    if "talk" in options.parts:
        false_accepts(engine, phrases, talk(int(options.chosen_on)))


if __name__ == "__main__":
    main()
