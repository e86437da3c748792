"""An utterance taken apart: the sayings it holds, longest first, and what turns them round.

A saying is content (`answers.yaml`); `*` in it stands for up to three words: "you * nailed it".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from companion.exercises.commands import folded
from companion.exercises.content import AnswerTable, Idiom

ANY = "*"
MOST_BETWEEN = 3
"""Words that `*` may stand for, at most."""
TURNS_ROUND = 5
"""Words that a negator reaches over, at most: "I don't think that that's it"."""


@dataclass(frozen=True, slots=True)
class Part:
    """An idiom (`idiom`), or one word that belongs to none. `negated`: a negator stands before it; `softened`: "not quite"."""

    text: str
    idiom: Idiom | None
    negated: bool = False
    softened: bool = False


class Idioms:
    """Finds the sayings of one language's table."""

    def __init__(self, table: AnswerTable) -> None:
        self._lists: Mapping[str, frozenset[str]] = {name: frozenset(words) for name, words in table.lists.items()}
        self._plain: dict[str, Idiom] = {}
        self._open: dict[str, list[tuple[tuple[str, ...], Idiom]]] = {}
        for idiom in table.idioms:
            words = tuple(ANY if word == ANY else folded(word) for word in idiom.said.split())
            if ANY in words:
                self._open.setdefault(words[0], []).append((words, idiom))
            else:
                self._plain[" ".join(words)] = idiom
        self._add_long_forms(dict(pair.split(" = ") for pair in table.lists.get("long_forms", ())))
        words_known = {word for each in (*self._plain, *table.lists.get("negators", ())) for word in each.split()}
        short = {word.replace("'", ""): word for word in words_known if "'" in word}
        self._short = {bare: word for bare, word in short.items() if bare not in words_known or word in self._list("negators")}
        self._longest = max((len(said.split()) for said in self._plain), default=1)

    def _add_long_forms(self, long: Mapping[str, str]) -> None:
        """ "I'd like that" is said "I would like that" too; a long form that is listed itself stays as it is."""
        for said, idiom in [*self._plain.items()]:
            fuller = " ".join(long.get(word, word) for word in said.split())
            if fuller != said:
                self._plain.setdefault(fuller, idiom)
                if said in self._list("whole_only"):
                    self._lists = {**self._lists, "whole_only": self._list("whole_only") | {fuller}}
        for words, idiom in [pair for pairs in self._open.values() for pair in pairs]:
            longer = tuple(part for word in words for part in long.get(word, word).split())
            if longer != words:
                self._open.setdefault(longer[0], []).append((longer, idiom))

    def spelt(self, words: Sequence[str]) -> list[str]:
        """Short forms with their apostrophe, where one was left out and it is no word of its own: `isnt`, `thats`."""
        return [self._short.get(word, word) for word in words]

    def whole(self, words: Sequence[str]) -> Idiom | None:
        """The idiom that these words are, as they stand or said over and over."""
        for said in (" ".join(words), _once(words)):
            if said in self._plain:
                return self._plain[said]
        for pattern, idiom in self._open.get(words[0], ()) if words else ():
            softened = set(words) & self._list("softeners") - set(pattern)
            if _matched(pattern, words) == len(words) and self._fits(pattern, idiom, words) and not softened:
                return idiom
        return None

    def _fits(self, pattern: Sequence[str], idiom: Idiom, words: Sequence[str]) -> bool:
        """Whether what stands for the stars leaves an open saying what it is: no reservation hides in a yes."""
        if idiom.check != "yes" or set(pattern) & self._list("negators"):
            return True
        between = set(words) - set(pattern)
        return not any(between & self._list(name) for name in ("lesser", "blaming", "negators", "breakers"))

    def leaning(self, words: Sequence[str]) -> Literal["yes", "partly", "no"] | None:
        """Which way single words lean where no saying is known: praise, blame, parts of a whole, or a bare denial."""
        found: set[Literal["yes", "partly", "no"]] = set()
        last: Literal["yes", "partly", "no"] | None = None
        denied, denials, softened = 0, 0, False
        for word in words:
            if word in self._list("negators") or word in self._list("denials"):
                denied, denials = TURNS_ROUND + 1, denials + 1
            elif word in self._list("breakers"):
                denied = 0
            softened = softened or (denied > 0 and word in self._list("softeners"))
            if word in self._list("lesser"):
                found.add("partly")
            elif word in self._list("praising"):
                last = "no" if denied else "yes"
            elif word in self._list("blaming"):
                last = "yes" if denied else "no"
            denied = max(0, denied - 1)
        if found or softened:
            return "partly"
        if denials and set(words) & self._list("raising"):
            return None  # "never been so", "nobody better": praise as likely as blame
        return last or ("no" if denials else None)

    def starts(self, words: Sequence[str]) -> int:
        """How many words the saying has that they begin with; 0 where they begin with none."""
        match = self._at(words, 0)
        return 0 if match is None else match[1]

    def parts(self, words: Sequence[str]) -> Iterator[Part]:
        """Idioms, longest first from the left; what a negator before them turns round is marked."""
        index, denied, softened = 0, 0, False
        while index < len(words):
            match = self._at(words, index)
            if match is None:
                word = words[index]
                if word in self._list("negators"):
                    denied, softened = TURNS_ROUND + 1, False
                elif word in self._list("breakers"):
                    denied = 0
                softened = softened or word in self._list("softeners")
                denied = max(0, denied - 1)
                yield Part(word, None)
                index += 1
                continue
            idiom, length = match
            said = words[index : index + length]
            denied = 0 if said[0] in self._list("breakers") else denied
            inside = ANY in idiom.said and all(
                any(word in self._list(name) for word in said) for name in ("softeners", "negators")
            )
            yield Part(" ".join(said), idiom, denied > 0, inside or (denied > 0 and softened))
            denied, softened = (TURNS_ROUND if said[-1] in self._list("negators") else 0), False
            index += length

    def _at(self, words: Sequence[str], index: int) -> tuple[Idiom, int] | None:
        for length in range(min(self._longest, len(words) - index), 0, -1):
            said = " ".join(words[index : index + length])
            plain = None if said in self._list("whole_only") else self._plain.get(said)
            if plain is not None:
                break
        else:
            plain, length = None, 0
        best, literal, reach = plain, length, length
        for pattern, idiom in self._open.get(words[index], ()):
            matched, fixed = _matched(pattern, words[index:]), len(pattern) - pattern.count(ANY)
            if matched and (fixed, matched) > (literal, reach) and self._fits(pattern, idiom, words[index : index + matched]):
                best, literal, reach = idiom, fixed, matched
        return None if best is None else (best, reach)

    def _list(self, name: str) -> frozenset[str]:
        return self._lists.get(name, frozenset())


def _matched(pattern: Sequence[str], words: Sequence[str]) -> int:
    """How many of the words a pattern covers, from the first on; 0 where it does not fit. `*` takes as few as it can."""
    if not pattern:
        return 0
    if pattern[0] != ANY:
        if not words or words[0] != pattern[0]:
            return 0
        if len(pattern) == 1:
            return 1
        rest = _matched(pattern[1:], words[1:])
        return rest + 1 if rest or pattern[1:] == (ANY,) else 0
    if len(pattern) == 1:
        return min(MOST_BETWEEN, len(words))
    for skipped in range(min(MOST_BETWEEN, len(words)) + 1):
        rest = _matched(pattern[1:], words[skipped:])
        if rest:
            return rest + skipped
    return 0


def _once(words: Sequence[str]) -> str:
    """`yes yes yes` is `yes`."""
    for length in range(1, len(words) // 2 + 1):
        if len(words) % length == 0 and list(words) == list(words[:length]) * (len(words) // length):
            return " ".join(words[:length])
    return " ".join(words)
