"""What rehearsed people say, dealt out by seed: each partner gets their own stories, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML


class Topic(BaseModel):
    """A story, sentence by sentence, and what a good listener gives back of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    story: tuple[str, ...] = Field(min_length=6)
    back: tuple[str, ...] = Field(min_length=2)


class Bank(BaseModel):
    """All sayings of `sayings.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: dict[str, Topic]
    day: tuple[str, ...]
    arriving: tuple[str, ...]
    thanks: tuple[str, ...]
    taking: tuple[str, ...]
    coming_in: tuple[str, ...]
    together: tuple[str, ...]
    adding: tuple[str, ...]
    asking: tuple[str, ...]
    guessing: tuple[str, ...]
    thanking: tuple[str, ...]
    hums: tuple[str, ...]
    yes: tuple[str, ...]
    close: tuple[str, ...]
    partly: tuple[str, ...]
    no: tuple[str, ...]
    in_a_word: tuple[str, ...]
    visiting: tuple[str, ...]


@cache
def bank() -> Bank:
    """The sayings that come with the package."""
    text = files("companion.simulation").joinpath("sayings.yaml").read_text(encoding="utf-8")
    return Bank.model_validate(YAML(typ="safe", pure=True).load(text))


class Ring:
    """Sayings in order, begun again when all have been said."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        self._next = 0

    def next(self) -> str:
        """The next one."""
        text = self.texts[self._next % len(self.texts)]
        self._next += 1
        return text


@dataclass(frozen=True)
class Hand:
    """What one partner has to say this evening."""

    stories: tuple[Topic, ...]
    others: tuple[Topic, ...]  # the other's stories: this partner gives them back
    rings: dict[str, Ring]

    def next(self, kind: str) -> str:
        """The next saying of a kind of the bank, such as "hums"."""
        return self.rings[kind].next()

    def texts(self) -> tuple[str, ...]:
        """All of it, in the order in which it may be needed."""
        quick = [t for kind in ("yes", "day", "arriving", "hums") if kind in self.rings for t in self.rings[kind].texts]
        told = [t for mine, theirs in zip(self.stories, self.others, strict=True) for t in (*mine.story, *theirs.back)]
        rest = [t for ring in self.rings.values() for t in ring.texts]
        return tuple(dict.fromkeys([*quick, *told, *rest]))


def deal(rng: np.random.Generator) -> tuple[Hand, Hand]:
    """Two hands from one bank: no story is told by both."""
    sayings = bank()
    names = list(sayings.topics)
    order = [names[i] for i in rng.permutation(len(names))]
    half = len(order) // 2
    stories = (order[:half], order[half : 2 * half])
    hands = []
    for k in (0, 1):
        rings = {}
        for kind in Bank.model_fields:
            texts: tuple[str, ...] = getattr(sayings, kind) if kind != "topics" else ()
            if kind == "in_a_word":  # dealt like cards, one by one
                rings[kind] = Ring(texts[k::2])
            elif kind not in ("topics", "visiting"):
                rings[kind] = Ring(_share(texts, k, rng, kind))
        mine, others = (tuple(sayings.topics[name] for name in stories[who]) for who in (k, 1 - k))
        hands.append(Hand(mine, others, rings))
    return hands[0], hands[1]


_IN_ORDER = {"day": 8, "thanks": 4}
"""Sayings that belong together in runs of this many."""


def _share(texts: tuple[str, ...], k: int, rng: np.random.Generator, kind: str) -> list[str]:
    """Short lists go to both; longer ones are parted, runs kept whole."""
    run = _IN_ORDER.get(kind, 1)
    runs = [texts[i : i + run] for i in range(0, len(texts), run)]
    mine = runs if len(texts) < 8 else runs[k::2]
    return [text for i in rng.permutation(len(mine)) for text in mine[i]]
