"""The words of a line at the moment it is spoken: which phrasing, with whose names, and which opener comes next.

No phrasing comes twice running, and each comes before any comes again. The order is drawn from a seed: a rehearsal repeats.
"""

from __future__ import annotations

import random
import string
from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict

from companion.exercises.content import LEVELS, Level, Line, Opener

NAME_SLOTS: frozenset[str] = frozenset({"first", "second", "holder", "listener", "source", "other"})
"""Slots that take a first name."""
OTHER_SLOTS: frozenset[str] = frozenset({"w1", "w2", "word", "a", "b", "crisis_line", "emergency", "abuse_line", "bedtime"})
"""Slots that take something else: hinted words, families of feeling, numbers of the help card, the hour."""


def slots_of(text: str) -> frozenset[str]:
    """The slots of a text, `{holder}` and the like. Raises ValueError where a brace is left open or a slot is no plain name."""
    found = set()
    for _, slot, spec, conversion in string.Formatter().parse(text):
        if slot is None:
            continue
        if not slot.isidentifier() or spec or conversion:
            raise ValueError(f"{{{slot}}} is no slot; expected a name in braces such as {{holder}}")
        found.add(slot)
    return frozenset(found)


def filled(text: str, slots: Mapping[str, str]) -> str:
    """The text with its slots filled. Raises KeyError for a slot without a value."""
    return text.format_map(dict(slots))


class BookState(TypedDict):
    """What a phrasebook remembers, as plain data: by line what was said in this round, last, and how often; openers asked."""

    said: dict[str, list[str]]
    last: dict[str, str]
    counts: dict[str, int]
    asked: list[str]


class Phrasebook:
    """Chooses phrasings and openers for one evening. Its `state` can be written out and taken up again after a power cut."""

    def __init__(self, seed: int, heard_before: Collection[str] = ()) -> None:
        """`heard_before`: openers of the last evenings, not to come again while others are left."""
        self._seed = seed
        self._heard = frozenset(heard_before)
        self._said: dict[str, tuple[str, ...]] = {}
        self._last: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._asked: dict[str, None] = {}  # in the order asked

    @property
    def state(self) -> BookState:
        """All it remembers."""
        said = {key: list(texts) for key, texts in self._said.items()}
        return {"said": said, "last": dict(self._last), "counts": dict(self._counts), "asked": list(self._asked)}

    def restore(self, state: BookState) -> None:
        """Take up what `state` gave."""
        self._said = {key: tuple(texts) for key, texts in state["said"].items()}
        self._last, self._counts = dict(state["last"]), dict(state["counts"])
        self._asked = dict.fromkeys(state["asked"])

    def say(self, key: str, line: Line, slots: Mapping[str, str], role_free: bool = False) -> str:
        """The next phrasing of `line`, filled. `key` tells lines apart; role-free where asked, or where a name is missing.

        A phrasing that needs a slot nobody filled is passed over. Raises KeyError if none is left.
        """
        usable = self._usable(line, slots, role_free)
        text = self._next(key, usable)
        return filled(text, slots)

    def last(self, key: str) -> str:
        """The phrasing that was drawn last for this line, as it is written. Raises KeyError where none was."""
        return self._last[key]

    def opener(
        self, key: str, ring: Sequence[Opener], slots: Mapping[str, str], level: Level = "deep", cannot: Collection[str] = (),
        friends: bool = False,
    ) -> str:  # fmt: skip
        """The next opener of a ring, filled: not more tender than `level`, without needs that are in `cannot`.

        None again before all have been asked, and none of `heard_before` while others are left.
        """
        fitting = [
            each.text
            for each in ring
            if LEVELS.index(each.level or "light") <= LEVELS.index(level)
            and not set(each.needs) & set(cannot)
            and not (friends and each.romantic)
            and slots_of(each.text) <= set(slots)
        ] or [each.text for each in ring]
        fresh = [text for text in fitting if text not in self._heard and text not in self._asked]
        if not fresh:
            self._asked = {text: None for text in self._asked if text not in fitting}
            fresh = [text for text in fitting if text not in self._heard] or fitting
        text = random.Random(f"{self._seed}/{key}/{len(self._asked)}").choice(fresh)
        self._asked[text] = None
        return filled(text, slots)

    def _usable(self, line: Line, slots: Mapping[str, str], role_free: bool) -> list[str]:
        known = set(slots)
        every = (*line.role_free, *line.phrasings)
        plain = [text for text in every if not slots_of(text) & NAME_SLOTS and slots_of(text) <= known]
        named = [text for text in line.phrasings if slots_of(text) <= known]
        if role_free and plain:
            return list(dict.fromkeys(plain))
        usable = named or plain
        if not usable:
            missing = sorted(slots_of(line.phrasings[0]) - known)
            raise KeyError(f"nobody filled {', '.join(missing)} in {line.phrasings[0]!r}")
        return usable

    def _next(self, key: str, usable: list[str]) -> str:
        said, last, count = self._said.get(key, ()), self._last.get(key), self._counts.get(key, 0)
        left = [text for text in usable if text not in said]
        if not left:
            said, left = (), usable
        fresh = [text for text in left if text != last] or [text for text in usable if text != last] or usable
        text = random.Random(f"{self._seed}/{key}/{count}").choice(fresh)
        self._said[key] = (*said, text)
        self._last[key], self._counts[key] = text, count + 1
        return text
