"""What rehearsed people say, dealt out by seed: each partner gets their own stories, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML


class Topic(BaseModel):
    """A story, sentence by sentence, and what a good listener gives back of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    story: tuple[str, ...] = Field(min_length=6)
    back: tuple[str, ...] = Field(min_length=2)


class ToCompanion(BaseModel):
    """What people say to the companion in a language, and how they take its questions.

    `accents`: espeak-ng voices of the first and the second partner. `commands`: name → phrases, the usual one first. `either`:
    words before the last option of a question. `source_again`: what the source says when asked once more. `given_back`: what a
    listener makes of a turn that told no story.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accents: tuple[str, str]
    commands: dict[str, tuple[str, ...]]
    yes: str
    no: str
    either: tuple[str, ...]
    source_again: str
    given_back: tuple[str, ...]

    def command(self, name: str, nth: int = 0) -> str:
        """How this command is said; `nth`: in other words, where there are some."""
        phrases = self.commands[name]
        return phrases[min(nth, len(phrases) - 1)]

    def wanted(self, phrase: str) -> str:
        """The command that a phrase asks for; the phrase itself where it is none we know."""
        small = phrase.lower()
        return next((name for name, said in self.commands.items() if small in (one.lower() for one in said)), small)

    def all_commands(self) -> tuple[str, ...]:
        """Every phrase of every command."""
        return tuple(phrase for phrases in self.commands.values() for phrase in phrases)


class Bank(BaseModel):
    """All sayings of one language: `sayings/<language>.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to_companion: ToCompanion
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


BASE = "en"
"""What people speak where nobody has written sayings in the language of the evening."""


def spoken_here(language: str) -> str:
    """The language people speak in a rehearsal of an evening in `language`: the same, or else English."""
    return language if _file(language).is_file() else BASE


@cache
def bank(language: str = BASE) -> Bank:
    """The sayings of a language, or those in English."""
    text = _file(spoken_here(language)).read_text(encoding="utf-8")
    return Bank.model_validate(YAML(typ="safe", pure=True).load(text))


def _file(language: str) -> Traversable:
    return files("companion.simulation").joinpath("sayings", f"{language}.yaml")


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
    to_companion: ToCompanion

    def next(self, kind: str) -> str:
        """The next saying of a kind of the bank, such as "hums"."""
        return self.rings[kind].next()

    def texts(self) -> tuple[str, ...]:
        """All of it, in the order in which it may be needed."""
        quick = [t for kind in ("yes", "day", "arriving", "hums") if kind in self.rings for t in self.rings[kind].texts]
        told = [t for mine, theirs in zip(self.stories, self.others, strict=True) for t in (*mine.story, *theirs.back)]
        rest = [t for ring in self.rings.values() for t in ring.texts]
        return tuple(dict.fromkeys([*quick, *told, *rest]))


def deal(rng: np.random.Generator, language: str = BASE) -> tuple[Hand, Hand]:
    """Two hands from the bank of a language: no story is told by both."""
    sayings = bank(language)
    names = list(sayings.topics)
    order = [names[i] for i in rng.permutation(len(names))]
    half = len(order) // 2
    stories = (order[:half], order[half : 2 * half])
    hands = []
    for k in (0, 1):
        rings = {}
        for kind in Bank.model_fields:
            if kind in _NOT_DEALT:
                continue
            texts: tuple[str, ...] = getattr(sayings, kind)
            one_by_one = kind == "in_a_word"  # dealt like cards
            rings[kind] = Ring(texts[k::2] if one_by_one else _share(texts, k, rng, kind))
        mine, others = (tuple(sayings.topics[name] for name in stories[who]) for who in (k, 1 - k))
        hands.append(Hand(mine, others, rings, sayings.to_companion))
    return hands[0], hands[1]


_NOT_DEALT = frozenset({"to_companion", "topics", "visiting"})

_IN_ORDER = {"day": 8, "thanks": 4}
"""Sayings that belong together in runs of this many."""


def _share(texts: tuple[str, ...], k: int, rng: np.random.Generator, kind: str) -> list[str]:
    """Short lists go to both; longer ones are parted, runs kept whole."""
    run = _IN_ORDER.get(kind, 1)
    runs = [texts[i : i + run] for i in range(0, len(texts), run)]
    mine = runs if len(texts) < 8 else runs[k::2]
    return [text for i in rng.permutation(len(mine)) for text in mine[i]]
