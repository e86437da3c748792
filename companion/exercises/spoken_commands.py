"""A command as people say it: listed word for word, or asked for ("could you say that again, please?"). The words are content.

The whole utterance is the command: nothing is ever found inside talk. asked.yaml lists the ways of asking under each command's
name: `word`, `one/other` for either, `perhaps?` for what may be left out, `<list>` for any of the ways in another of its lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from companion.exercises.commands import folded, unaddressed
from companion.exercises.content import Library

MOST_POLITE = 4
"""Words like please and okay that may stand around a command, at most so many (a choice of ours)."""
MOST_WORDS = 20
"""A longer utterance is talk; the longest way of asking that is listed takes a dozen."""
MOST_TIMES = 4
"""So often a command may be said over: "stop, stop, stop"."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One place of a way of asking: one of these words, or one of these ways; `optional`: or nothing."""

    words: frozenset[str]
    ways: tuple[tuple[_Piece, ...], ...] = ()
    optional: bool = False


@dataclass(slots=True)
class SpokenCommands:
    """Reads commands by the phrases and ways of asking of one library."""

    library: Library
    _listed: dict[str, str] = field(init=False)
    _asked: list[tuple[str, tuple[_Piece, ...]]] = field(init=False)
    _before: tuple[str, ...] = field(init=False)
    _after: tuple[str, ...] = field(init=False)
    _lists: Mapping[str, Sequence[str]] = field(init=False)
    _same: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        around = self.library.answers.lists if self.library.answers is not None else {}
        self._lists = self.library.word_lists.get("asked", {})
        self._listed = {phrase: name for name, command in self.library.commands.items() for phrase in command.phrases}
        self._asked = [(name, tuple(self._pieces(way))) for name in self.library.commands for way in self._lists.get(name, ())]
        called = (self.library.address, *self._lists.get("names", ()))
        self._before = _told((*around.get("command_before", ()), *self._lists.get("before", ()), *called))
        self._after = _told((*around.get("command_after", ()), *self._lists.get("after", ()), *called))
        self._same = around.get("command_same", ())

    def read(self, text: str) -> str | None:
        """The command that a whole utterance is, said once or over and over, with a please or a name around it; else None."""
        said = unaddressed(folded(text), self.library)
        if said.count(" ") >= MOST_WORDS * MOST_TIMES:
            return None
        clauses = [clause for clause in re.split(r"[,.;:!?–—]+", text) if folded(clause)]
        return self._alone(said) or self._together(clauses)

    def _alone(self, said: str) -> str | None:
        for plain in self._plainer(said):
            name = self._whole(plain.split())
            if name is not None:
                return name
        return None

    def _together(self, clauses: Sequence[str]) -> str | None:
        """One command in two ways: "I missed that, could you repeat it?"."""
        if not 1 < len(clauses) <= MOST_TIMES:
            return None
        polite = {*self._before, *self._after}
        said = [unaddressed(folded(clause), self.library) for clause in clauses]
        names = {self._alone(each) for each in said if each not in polite}
        return names.pop() if len(names) == 1 else None

    def _whole(self, words: Sequence[str]) -> str | None:
        for times in range(1, MOST_TIMES + 1):
            once = words[: len(words) // times]
            if once and list(once) * times == list(words):
                name = self._listed.get(" ".join(once)) or self._request(once)
                if name is not None:
                    return name
        return None

    def _request(self, words: Sequence[str]) -> str | None:
        if len(words) > MOST_WORDS:
            return None
        return next((name for name, way in self._asked if len(words) in _ends(way, words, frozenset({0}))), None)

    def _pieces(self, way: str) -> Iterator[_Piece]:
        for place in way.split():
            optional = place.endswith("?")
            bare = place.removesuffix("?")
            if bare.startswith("<") and bare.endswith(">"):
                listed = self._lists.get(bare[1:-1], ())
                yield _Piece(frozenset(), tuple(tuple(self._pieces(each)) for each in listed), optional)
            else:
                yield _Piece(frozenset(bare.split("/")), (), optional)

    def _plainer(self, said: str) -> Iterator[str]:
        """What was said, then the same with fewer of the polite words around it; long and short forms are one."""
        short = f" {said} "
        for same in self._same:
            long, _, instead = same.partition(" = ")
            short = short.replace(f" {long} ", f" {instead} ")
        left = list(dict.fromkeys((said, short.strip())))
        for _ in range(MOST_POLITE + 1):
            yield from left
            fewer = {plain.removeprefix(f"{word} ") for plain in left for word in self._before}
            fewer |= {plain.removesuffix(f" {word}") for plain in left for word in self._after}
            left = sorted(fewer - set(left))


def _told(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _ends(way: Sequence[_Piece], words: Sequence[str], starts: frozenset[int]) -> frozenset[int]:
    """Where a way of asking can end that begins at one of `starts`."""
    for piece in way:
        after = {at + 1 for at in starts if at < len(words) and words[at] in piece.words}
        for inner in piece.ways:
            after |= _ends(inner, words, starts)
        if piece.optional:
            after |= starts
        starts = frozenset(after)
        if not starts:
            break
    return starts
