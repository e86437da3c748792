"""Turns as a recogniser would give them, from written sentences: with pauses where the writing has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from companion.exercises.turn_words import TurnWord

HERE = Path(__file__).parent
EACH = 0.36
PAUSES = {",": 0.2, ".": 0.7, "!": 0.7, "?": 0.7, "…": 0.6, ":": 0.4, ";": 0.4}
"""Seconds of silence after each mark; a comma is below the 0.35 s that end a clause."""


BEFORE = "So yesterday I came home and it was late and we had tea and then we sat down and the kettle was on and"
AFTER = "And then we washed up and went to bed and the light was on in the hall and it was nice."
"""Talk around a short text, so that without pauses nobody seems to breathe for a long while."""


def said(text: str, *, pauses: bool = True, confidence: float = 0.95, seed: int | None = None) -> list[TurnWord]:
    """The words of a text. Without `pauses` all is said in one breath. `seed`: confidences from 0.86 to 1 by chance."""
    made, now, random = [], 1.0, Random(seed)
    for token in text.split():
        word = re.sub(r"[^\w'’-]", "", token).lower()
        if word:
            sure = confidence if seed is None else random.uniform(0.86, 1.0)
            made.append(TurnWord(word, now, now + 0.3, sure))
            now += EACH
        if pauses:
            now += PAUSES.get(token[-1], 0.0)
    return made


def rows(name: str) -> list[list[str]]:
    """The rows of one of the tables beside this file."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def forms(text: str) -> Iterator[list[TurnWord]]:
    """A text in the ways a recogniser may give it: with pauses, without, without apostrophes, and amid talk without a breath."""
    yield said(text)
    yield said(text, pauses=False)
    yield said(text.replace("'", ""), pauses=False)
    yield said(text.replace("'", " "))
    yield said(f"{BEFORE} {text} {AFTER}", pauses=False)
