"""The words of one turn as a hint sees them: folded, timed, with how sure the recogniser was. They live in memory only."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 360.0
"""Seconds of a turn that are kept, at most: words are forgotten after six minutes (a choice of ours)."""

_ENDS = re.compile(r"[.?!;:][\"')\]]*$")
_ASIDE = re.compile(r"^[^\w']+|[^\w']+$", re.UNICODE)
_INNER = re.compile(r"[^\w']+", re.UNICODE)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛ʼʻʹ′´`＇", "'") | {"_": " "})
"""However a keyboard or a recogniser writes it: "don´t" is "don't"."""


@dataclass(frozen=True, slots=True)
class TurnWord:
    """One word: as it was said (`text`), from `start` to `end` in seconds, and how sure that is (0..1).

    A time that is not known is NaN, a confidence that is not known 0. An empty text is a hole: something was said there that
    nobody may use.
    """

    text: str
    start: float
    end: float
    confidence: float

    @property
    def timed(self) -> bool:
        """Whether it is known when it was said."""
        return math.isfinite(self.start) and math.isfinite(self.end) and 0.0 <= self.start <= self.end

    @property
    def bare(self) -> str:
        """The text without punctuation around it."""
        return _ASIDE.sub("", self.text.translate(_APOSTROPHES)).strip("'")

    @property
    def plain(self) -> tuple[str, ...]:
        """Small letters, without punctuation: what the lists are compared with. More than one where it holds several words; none
        where it is a hole, or no writing that anybody reads as it stands (control signs, letters of two scripts in one word).
        """
        if _disguised(self.text):
            return ()
        small = unicodedata.normalize("NFKC", self.text.translate(_APOSTROPHES)).lower()
        return tuple(part for each in _INNER.sub(" ", small).split() if (part := each.strip("'") or ""))

    @property
    def ends_sentence(self) -> bool:
        """Whether it was written with the end of a sentence."""
        return _ENDS.search(self.text.strip()) is not None


def _disguised(text: str) -> bool:
    """Whether it may look like another word than it is."""
    if text.isascii() and text.isprintable():
        return False
    if any(unicodedata.category(sign).startswith("C") for sign in text):
        return True
    letters = unicodedata.normalize("NFKC", text)
    return len({unicodedata.name(sign, "?").split()[0] for sign in letters if sign.isalpha()}) > 1


HOLE = ""
"""The text of a word that was dropped: in an overlap, of somebody else, unknown to the recogniser."""


def in_order(words: Iterable[TurnWord]) -> bool:
    """Whether the words that have times come one after the other; where not, nothing can be said about what belongs together."""
    timed = [word for word in words if word.timed]
    return all(before.start <= after.start for before, after in pairwise(timed))


def turn_end(words: Iterable[TurnWord]) -> float:
    """When the last word ended, in seconds; NaN where no time is known."""
    return max((word.end for word in words if word.timed), default=math.nan)


def median_confidence(words: Iterable[TurnWord]) -> float:
    """The middle confidence of all that was said; 0 for nothing."""
    found = sorted(word.confidence for word in words)
    if not found:
        return 0.0
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2
