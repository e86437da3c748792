"""A number as people say it: seven, about twenty-one, nine out of ten, a couple, the third one. The words are content.

It is one whole number and nothing else: halves, ranges, two numbers and talk that has a number in it are none. A time is in
minutes ("half an hour"); a reason may follow ("three, because I slept badly").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from companion.exercises.commands import folded

MOST = 10**9
"""Larger numbers are none: nobody answers so."""


class SpokenNumbers:
    """Reads numbers by one language's words."""

    def __init__(self, small: Mapping[str, int], lists: Mapping[str, Sequence[str]], names: Collection[str] = ()) -> None:
        """`small`: the numbers that may be asked for. `names`: first names, small, which may stand around. `lists`:
        `numbers_large`, `numbers_ordinal` ("eleven 11"), `numbers_times` ("half an hour 30"), and the words that may stand around
        a number, correct it, follow it, or make it none.
        """
        self._values = {**small, **_valued(lists.get("numbers_large", ())), **_valued(lists.get("numbers_ordinal", ()))}
        self._ordinals = frozenset(_valued(lists.get("numbers_ordinal", ())))
        self._pronoun = list(lists.get("numbers_pronoun", ())[:1])
        self._lists = {name: frozenset(words) for name, words in lists.items()}
        self._scales = sorted(lists.get("numbers_scale", ()), key=len, reverse=True)
        self._none = sorted(lists.get("numbers_none", ()), key=len, reverse=True)
        self._times = sorted(_valued(lists.get("numbers_times", ())).items(), key=lambda pair: -len(pair[0]))
        self._corrections = sorted((each for each in lists.get("corrections", ()) if " " in each), key=len, reverse=True)
        self._correction = next((each for each in lists.get("corrections", ()) if " " not in each), "")
        self._small = frozenset(small.values())
        self._around = self._list("numbers_around") | frozenset(names)

    def read(self, text: str, most: int | None = None) -> int | None:
        """The number, or None. `most`: none above it, and none that is not asked for."""
        if re.search(r"\d[.,]\d(?!\d\d(?!\d))|[-−]\s*\d|\d\s*[-–]\s*\d", text):
            return None  # 7.5, -3, 2-3
        plain = folded(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", re.sub(r"(\d)\s*/\s*\d+", r"\1", text)))
        plain = re.sub(r"\b(\d+)(st|nd|rd|th)\b", r"\1", plain)
        plain = " ".join(word.removesuffix("'s") if word.removesuffix("'s") in self._values else word for word in plain.split())
        for time, value in self._times:
            plain = re.sub(rf"\b{re.escape(time)}\b", f" {value} ", plain)
        for correction in self._corrections:
            plain = re.sub(rf"\b{re.escape(correction)}\b", self._correction, plain)
        plain = self._without_reason(plain)
        for scale in self._scales:
            plain = re.sub(rf"\b{re.escape(scale)}\b", " ", plain)
        if any(f" {none} " in f" {' '.join(plain.split())} " for none in self._none):
            return None
        found = self._found(plain.split())
        if found is None or not 0 <= found <= MOST:
            return None
        return None if most is not None and (found > most or found not in self._small) else found

    def _without_reason(self, plain: str) -> str:
        words = plain.split()
        valued = next((at for at, word in enumerate(words) if self._value(word) is not None), len(words))
        reasons = (at for at, word in enumerate(words) if at > valued and word in self._list("numbers_reasons"))
        return " ".join(words[: next(reasons, len(words))])

    def _found(self, words: Sequence[str]) -> int | None:
        found: list[int] = []
        corrected = False
        for group in self._groups(words):
            if isinstance(group, int):
                found = [group] if corrected or group in found else [*found, group]
                corrected = False
            elif group in self._list("corrections"):
                corrected = bool(found)
            elif group in self._list("numbers_refused") or group not in self._around:
                return None
        return found[0] if len(found) == 1 else None

    def _groups(self, words: Sequence[str]) -> Iterator[int | str]:
        """Rows of number words as numbers; every other word as it is."""
        index = 0
        while index < len(words):
            value, index = self._number(words, index)
            if value is None:
                yield words[index]
                index += 1
            else:
                yield value
                pronoun = words[index - 1] in self._ordinals and words[index : index + 1] == self._pronoun
                index += pronoun  # the third one

    def _number(self, words: Sequence[str], start: int) -> tuple[int | None, int]:
        """The number that begins at a word, and the word after it: `two hundred and fifty`, `twenty one`, `a hundred`."""
        total = current = 0
        last: int | None = None  # of the row so far
        index = start
        while index < len(words):
            value = self._value(words[index])
            follows = self._value(words[index + 1]) if index + 1 < len(words) else None
            if value is None:
                joined = words[index] in self._list("numbers_joined") and last is not None and last >= 100 and follows is not None
                if not joined or follows is None or follows >= 100:
                    break
            elif value >= 100 and last is not None and last < value:
                current = (current or 1) * value
                if value >= 1000:
                    total, current = total + current, 0
                last = value
            elif last is None or (last >= 20 and value < last and (last >= 100 or value < 10)):
                current, last = current + value, value
            else:
                break
            index += 1
        return (None, start) if last is None else (total + current, index)

    def _value(self, word: str) -> int | None:
        if word in self._values:
            return self._values[word]
        return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None

    def _list(self, name: str) -> frozenset[str]:
        return self._lists.get(name, frozenset())


def _valued(entries: Sequence[str]) -> dict[str, int]:
    """`["eleven 11", …]` as words with their values."""
    pairs = (entry.rsplit(maxsplit=1) for entry in entries)
    return {word: int(value) for word, value in pairs}
