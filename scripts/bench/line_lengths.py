"""How long every line of the content is when it is spoken: rendered, not counted in words.

    python -m scripts.bench.line_lengths

Renders the lines whose length is not known yet, with the companion's own voice at its own speed and the names Alex and Sam, keeps
the lengths in `tests/exercises/line_lengths.tsv` and prints a table by sort of line. The test of line lengths reads that file
and renders only what is missing in it.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from companion.adapters.espeak_voice import EspeakVoice
from companion.evening.house import voice_settings
from companion.evening.settings import Settings
from companion.exercises.content import Library
from companion.exercises.lint_wording import Sort, exercise_texts, shared_texts
from companion.exercises.loader import load_library
from companion.exercises.wording import filled, slots_of
from companion.timeline import PLAYBACK_RATE

KNOWN = Path(__file__).resolve().parents[2] / "tests" / "exercises" / "line_lengths.tsv"
NAMES = {"first": "Alex", "second": "Sam", "holder": "Alex", "listener": "Sam", "source": "Alex", "other": "Sam"}
WORDS = {
    "w1": "garden", "w2": "morning", "word": "proud", "a": "worried", "b": "tired", "emergency": "nine one one",
    "crisis_line": "nine eight eight", "abuse_line": "one eight hundred, seven nine nine, seven two three three",
    "bedtime": "ten",
}  # fmt: skip
MOST: dict[Sort, float] = {"set-up": 8.0, "in-flow": 3.0, "opener": 6.0, "frame": 12.0, "help": 8.0, "challenge": 8.0}
"""Seconds that a line of a sort may take: one breath each, choices of ours."""


def spoken(library: Library) -> Iterator[tuple[str, Sort]]:
    """Every line and opener of a library as it would be spoken, once, with its sort."""
    everything = [text for each in (*library.exercises.values(), *library.frames.values()) for text in exercise_texts(each)]
    seen = set()
    for text in (*everything, *shared_texts(library.lines, "lines.yaml")):
        said = filled(text.text, NAMES | {slot: WORDS.get(slot, slot) for slot in slots_of(text.text) - set(NAMES)})
        if (said, text.sort) not in seen:
            seen.add((said, text.sort))
            yield said, text.sort


def known(file: Path = KNOWN) -> dict[str, float]:
    """The lengths measured before, in seconds, by text."""
    if not file.exists():
        return {}
    rows = (row.partition("\t") for row in file.read_text(encoding="utf-8").splitlines())
    return {text: float(length) for length, _, text in rows if text}


def measured(texts: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Each text with its length in seconds, rendered now."""
    voice = EspeakVoice(voice_settings(Settings()))
    for text in texts:
        yield text, len(voice.render(text)) / PLAYBACK_RATE


def keep(lengths: Mapping[str, float], file: Path = KNOWN) -> None:
    """Write the lengths, one a line, in the order of their texts."""
    file.write_text("".join(f"{lengths[text]:.2f}\t{text}\n" for text in sorted(lengths)), encoding="utf-8")


def too_long(texts: Sequence[tuple[str, Sort]], lengths: Mapping[str, float], sort: Sort) -> list[str]:
    """The texts of a sort that take longer than they may; a help card, spoken when asked for, takes what its numbers take."""
    timed = [text for text, each in texts if each == sort and lengths[text] > MOST[sort]]
    return [text for text in timed if not text.startswith("Emergency: ")]


def main() -> int:
    """Measure what is missing and print the table; 1 where a line is too long."""
    library, _ = load_library()
    texts = list(spoken(library))
    wanted = {text for text, _ in texts}
    lengths = {text: length for text, length in known().items() if text in wanted}
    missing = sorted(wanted - set(lengths))
    for done, (text, length) in enumerate(measured(missing), 1):
        lengths[text] = length
        if done % 100 == 0 or done == len(missing):
            keep(lengths)
            print(f"{done} of {len(missing)} rendered", file=sys.stderr, flush=True)
    keep(lengths)
    print("| sort | lines | median, s | 95 %, s | longest, s | too long |\n|---|---|---|---|---|---|")
    over = []
    for sort in MOST:
        timed = sorted(lengths[text] for text, each in texts if each == sort)
        over += [(lengths[text], text) for text in too_long(texts, lengths, sort)]
        row = (statistics.median(timed), timed[int(0.95 * (len(timed) - 1))], timed[-1])
        print(
            f"| {sort} | {len(timed)} | "
            + " | ".join(f"{each:.1f}" for each in row)
            + f" | {len(too_long(texts, lengths, sort))} |"
        )
    for length, text in sorted(over, reverse=True):
        print(f"{length:5.2f}  {text}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
