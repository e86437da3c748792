"""Step `text`: the prompts that made voices read aloud, drawn from a seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

from . import lexicon, places

N_ESPEAK, N_FLITE = 9000, 4500
N_HELD = 1200
CONTENT_READINGS = 3
"""How often every phrase of the evening is read, besides those drawn."""
SEED = 20
LONGEST_RANDOM = 7
"""Words in a string of random words: long enough for every pair of sounds, short enough to align from a flat start."""


class Prompts:
    """Draws prompts: phrases of the evening, numbers, sentence frames and strings of random words."""

    def __init__(self, words: Sequence[str], rng: random.Random) -> None:
        self.rng = rng
        self.words = list(words)
        self.common = list(words[-lexicon.N_COMMON_WORDS :])
        self.phrases = list(dict.fromkeys([*lexicon.own_phrases(), *lexicon.content_phrases()]))
        self.short = [line for line in lexicon.text_lines("commands") if len(line.split()) <= 2]
        self.twins = _words("twins")
        self.frames = lexicon.text_lines("frames")
        self.fillings = {"f": _words("feelings"), "n": _words("needs"), "d": _words("numbers")[:29], "w": self.common}

    def phrase(self) -> str:
        pool = self.phrases if self.rng.random() < 0.65 else self.short
        said = self.rng.choice(pool)
        draw = self.rng.random()
        if draw < 0.08:
            return f"companion {said}"
        if draw < 0.16:
            return f"{said} {self.rng.choice(self.phrases)}"
        return said

    def number(self) -> str:
        return " ".join(self.rng.choices(self.fillings["d"], k=self.rng.randint(1, 5)))

    def near_twins(self) -> str:
        return " ".join(self.rng.choices(self.twins, k=self.rng.randint(1, 3)))

    def frame(self) -> str:
        frame = self.rng.choice(self.frames)
        return re.sub(r"\{(\w)\}", lambda found: self.rng.choice(self.fillings[found[1]]), frame)

    def random_words(self) -> str:
        return " ".join(self.rng.choices(self.words, k=self.rng.randint(2, LONGEST_RANDOM)))

    def draw(self) -> str:
        kinds = (self.phrase, self.number, self.near_twins, self.frame, self.random_words)
        return self.rng.choices(kinds, weights=(42, 6, 8, 18, 26))[0]()


def _words(name: str) -> list[str]:
    return list(dict.fromkeys(word for line in lexicon.text_lines(name) for word in line.split()))


def run() -> None:
    """Write `prompts.json`: for each engine, and for the voices kept aside, what it reads."""
    words = places.work("vocabulary.txt").read_text(encoding="utf8").split()
    rng = random.Random(SEED)
    prompts = Prompts(words, rng)
    phrases = prompts.phrases
    texts = {
        "espeak": [*phrases, *(prompts.draw() for _ in range(N_ESPEAK))],
        "flite": [*(prompts.draw() for _ in range(N_FLITE))],
        "content": [phrase for phrase in phrases for _ in range(CONTENT_READINGS)],
        "held": [rng.choice(phrases) for _ in range(N_HELD)],
    }
    rng.shuffle(texts["espeak"])
    rng.shuffle(texts["flite"])
    places.work("prompts.json").write_text(json.dumps(texts, indent=0), encoding="utf8")
    print({engine: len(lines) for engine, lines in texts.items()}, "prompts;", len(phrases), "phrases")
