"""The words the evening will say: lines found by name, their phrasings drawn ahead of need so that the voice can be ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from companion.exercises.content import Exercise, Level, Library
from companion.exercises.wording import NAME_SLOTS, Phrasebook, slots_of
from companion.trouble import Trouble

Slots = Mapping[str, str]

DRAWS = 4
"""So often a wording is drawn anew at most, should it be the one that was spoken last."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A wording as it will be spoken, and as it is written: `phrasing` of the line known to the phrasebook as `key`."""

    text: str
    key: str
    phrasing: str


class Words(Protocol):
    """What the cue desk needs of the content: the words of a line, as they will be spoken now."""

    def words(self, line: str, slots: Slots, *, role_free: bool) -> str | None:
        """The next phrasing of a line, filled; None where the content has no line that can be said now."""


class Script:
    """Lines and openers of the exercise that is played (`exercise`), else the shared ones."""

    def __init__(self, library: Library, book: Phrasebook, *, names: bool = True, friends: bool = False) -> None:
        self.library = library
        self.exercise: Exercise | None = None
        self._book = book
        self._names = names
        self._friends = friends
        self._drafts: dict[tuple[str, tuple[tuple[str, str], ...], bool], Drawn] = {}
        self._openers: dict[tuple[str, tuple[tuple[str, str], ...], bool], str] = {}
        self._spoken: dict[str, str] = {}  # by line, the phrasing that was spoken last: drafts may be spoken late, or never

    @property
    def asked(self) -> tuple[str, ...]:
        """The openers of this evening so far, as written."""
        return tuple(self._book.state["asked"])

    def words(self, line: str, slots: Slots, *, role_free: bool) -> str | None:
        """The next phrasing of a line: the one drafted ahead, if there is one."""
        role_free = role_free or not self._names
        drawn = self._drafts.pop(self._draft_key(line, slots, role_free), None) or self._draw(line, slots, role_free)
        for _ in range(DRAWS):
            if drawn is None or self._spoken.get(drawn.key) != drawn.phrasing:
                break
            drawn = self._draw(line, slots, role_free)
        if drawn is None:
            return None
        self._spoken[drawn.key] = drawn.phrasing
        return drawn.text

    def draft(self, line: str, slots: Slots, *, role_free: bool = False) -> str | None:
        """Choose the phrasing that `words` will give next for this line and these slots, without speaking it yet."""
        role_free = role_free or not self._names
        key = self._draft_key(line, slots, role_free)
        if key not in self._drafts:
            drawn = self._draw(line, slots, role_free)
            if drawn is None:
                return None
            self._drafts[key] = drawn
        return self._drafts[key].text

    def can_say(self, line: str, slots: Slots) -> bool:
        """Whether some wording of this line can be filled."""
        return self.draft(line, slots) is not None

    def names_someone(self, line: str) -> bool:
        """Whether every wording of a line says a name, so that nobody need ask whose turn it is."""
        try:
            found = self.library.line(line, self.exercise)
        except Trouble:
            return False
        return self._names and all(slots_of(text) & NAME_SLOTS for text in found.phrasings)

    def opener(self, ring: str, slots: Slots, level: Level) -> str | None:
        """The next opener of a ring of this exercise, filled: the drafted one, if there is one. None: no such ring."""
        drafted = self._openers.pop(self._draft_key(f"openers/{ring}", slots, False), None)
        return drafted if drafted is not None else self._draw_opener(ring, slots, level)

    def draft_opener(self, ring: str, slots: Slots, level: Level) -> str | None:
        """Choose the opener that will come next, without asking it yet."""
        key = self._draft_key(f"openers/{ring}", slots, False)
        if key not in self._openers:
            text = self._draw_opener(ring, slots, level)
            if text is None:
                return None
            self._openers[key] = text
        return self._openers[key]

    def _draw_opener(self, ring: str, slots: Slots, level: Level) -> str | None:
        openers = self.exercise.openers.get(ring, ()) if self.exercise else ()
        if not openers or self.exercise is None:
            return None
        return self._book.opener(f"{self.exercise.slug}/{ring}", openers, slots, level, friends=self._friends)

    def forget_drafts(self) -> None:
        """A new exercise begins: what was drafted for the last one is not needed."""
        self._drafts.clear()
        self._openers.clear()

    def _draw(self, line: str, slots: Slots, role_free: bool) -> Drawn | None:
        try:
            found = self.library.line(line, self.exercise)
        except Trouble:
            return None
        own = self.exercise is not None and line in self.exercise.lines
        key = f"{self.exercise.slug}/{line}" if own and self.exercise else line
        try:
            text = self._book.say(key, found, slots, role_free)
            return Drawn(text, key, self._book.last(key))
        except KeyError:  # every wording needs something that is not known tonight, such as a number of the help card
            return None

    def _draft_key(self, line: str, slots: Slots, role_free: bool) -> tuple[str, tuple[tuple[str, str], ...], bool]:
        return (f"{self.exercise.slug if self.exercise else ''}/{line}", tuple(sorted(slots.items())), role_free)
