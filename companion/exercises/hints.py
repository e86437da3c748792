"""Which words may come back as a hint: at most two, said by the holder, and only what nothing forbids.

A hint is known x repeated x recent: in the language's list of harmless words, said at least twice and surely, not long before the
end of the turn, and plainly affirmed each time (`affirmed`). A feeling is quoted on narrower terms. Say less than we know: one
wrong word put into somebody's mouth costs more than ten helpful ones gain. The figures are choices of ours, checked by
`tests/exercises/test_hints.py` on turns written for it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from companion.exercises.affirmed import Affirmed
from companion.exercises.content import Library
from companion.exercises.turn_words import LONGEST, TurnWord, in_order, median_confidence, turn_end

SURE = 0.85
"""Confidence of each time the word was said."""
CERTAIN = 0.95
"""Confidence at which a feeling that was said only once may be quoted."""
APART = 1.5
"""Seconds between two times: a word said over again in one breath is said once."""
TIMES = 2
"""It was said at least so often."""
MOST_TIMES = 3
"""Saying it more often than this makes it no better."""
RECENT = 60.0
"""Seconds before the end of the turn in which it was last said."""
FADES = 30.0
"""Seconds in which a word's worth falls to 1/e."""
WORTH = 0.8
"""Least worth: times (up to three) x exp(-age / 30 s)."""
AT_MOST = 2
"""Words of a hint."""
CLEAR = 0.75
"""Median confidence of the turn below which nothing of it is used."""
LETTERS = 4
"""Shorter words are too easily something else."""
PLURALS = (("ies", "y"), ("es", ""), ("s", ""))


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be given: `words` in the order in which they were first said, as they were said; or, where there are none, a
    `feeling` to be quoted. Both empty: the listener is sent to the source.
    """

    words: tuple[str, ...] = ()
    feeling: str | None = None


NOTHING = Offer()


class Hints:
    """Judges the words of turns. Holds no words of anybody."""

    def __init__(self, library: Library, known: Collection[str] | None = None, unspoken: Collection[str] = ()) -> None:
        """`known`: the words the recogniser can hear, where that is known. `unspoken`: never given either, as names are."""
        lists, blocked = library.word_lists.get("hints", {}), library.word_lists.get("blocked", {})
        never = {word for name, words in blocked.items() if name in NEVER or name.startswith("private_") for word in words}
        never.update(part for group in blocked.get("confusables", ()) for part in group.split())
        never.update(each.lower() for each in unspoken)
        self._affirmed = Affirmed(blocked)
        self._hintable = frozenset(
            word
            for word in lists.get("words", ())
            if len(word) >= LETTERS and not {word, *_singulars(word)} & never and (known is None or word in known)
        )
        self._pairs = [set(pair.split()) for pair in lists.get("pairs", ())]
        feelings = library.word_lists.get("feelings", {})
        named = {word for family, words in feelings.items() if not family.startswith("need-") for word in (family, *words)}
        self._feelings = (
            named - never - set(blocked.get("shame", ())) - set(blocked.get("not_quoted", ())) - set(blocked.get("aversion", ()))
        )
        self._frames = [tuple(frame.split()) for frame in blocked.get("own_feeling", ())]

    def offered(self, turn: Sequence[TurnWord], *, deep: bool = False) -> Offer:
        """What may be given of this turn. `deep`: the exercise is tender, no feeling is named."""
        if not turn or not in_order(turn) or median_confidence(turn) < CLEAR:
            return NOTHING
        end = turn_end(turn)
        if math.isnan(end) or end - min(word.start for word in turn if word.timed) > LONGEST:
            turn = [word for word in turn if word.timed and word.start >= end - LONGEST]
        unfit = self._affirmed.unfit(turn)
        words = self._words(turn, unfit, end)
        if words or deep:
            return Offer(words)
        return Offer(feeling=self._feeling(turn, unfit, end))

    def fitting(self, turn: Sequence[TurnWord]) -> frozenset[str]:
        """Every word of the turn that might be given, in the singular; not only the best two."""
        end = turn_end(turn)
        if not turn or math.isnan(end) or not in_order(turn) or median_confidence(turn) < CLEAR:
            return frozenset()
        return frozenset(self._worth(turn, self._affirmed.unfit(turn), end))

    def named(self, turn: Sequence[TurnWord]) -> frozenset[str]:
        """Every word of the list that was said at all, in the singular."""
        return frozenset(self._said(turn))

    # --- words

    def _words(self, turn: Sequence[TurnWord], unfit: frozenset[int], end: float) -> tuple[str, ...]:
        worth = self._worth(turn, unfit, end)
        best = sorted(worth, key=lambda word: (-worth[word][0], worth[word][1]))[:AT_MOST]
        if any(pair == set(best) for pair in self._pairs):
            best = best[:1]
        return tuple(worth[word][2] for word in sorted(best, key=lambda word: worth[word][1]))

    def _worth(self, turn: Sequence[TurnWord], unfit: frozenset[int], end: float) -> dict[str, tuple[float, float, str]]:
        """By word: its worth, when it was first said, and how it was said last."""
        worth: dict[str, tuple[float, float, str]] = {}
        for word, places in self._said(turn).items():
            if any(place in unfit for place in places):
                continue
            sure = list(_apart([turn[place] for place in places if turn[place].confidence >= SURE and self._given(turn[place])]))
            if len(sure) < TIMES or end - sure[-1].end > RECENT:
                continue
            value = min(len(sure), MOST_TIMES) * math.exp(-max(0.0, end - sure[-1].end) / FADES)
            if value >= WORTH:
                worth[word] = (value, sure[0].start, sure[-1].bare)
        return worth

    def _said(self, turn: Sequence[TurnWord]) -> dict[str, list[int]]:
        """Where each word that may be hinted occurs, in whatever number or form."""
        found: dict[str, list[int]] = {}
        for place, word in enumerate(turn):
            for part in word.plain:
                bare = part.removesuffix("'s")
                known = next((each for each in (*_singulars(bare), bare) if each in self._hintable), None)
                if known is not None:
                    found.setdefault(known, []).append(place)
        return found

    def _given(self, word: TurnWord) -> bool:
        """Whether this very form may be spoken: one word of the list, with times."""
        return word.timed and word.plain == (word.bare.lower(),) and word.bare.lower() in self._hintable

    # --- a feeling

    def _feeling(self, turn: Sequence[TurnWord], unfit: frozenset[int], end: float) -> str | None:
        """The last feeling said of oneself, in so many words, twice or very surely; None where there is any doubt."""
        places: dict[str, list[int]] = {}
        for place, word in enumerate(turn):
            if len(word.plain) == 1 and word.plain[0] in self._feelings:
                places.setdefault(word.plain[0], []).append(place)
        fit = []
        for feeling, found in places.items():
            if any(place in unfit or not turn[place].timed for place in found):
                continue
            sure = list(_apart([turn[place] for place in found if turn[place].confidence >= SURE and self._own(turn, place)]))
            once = len(sure) == 1 and sure[0].confidence >= CERTAIN and len(found) == 1
            if (len(sure) >= TIMES or once) and end - sure[-1].end <= RECENT:
                fit.append((sure[-1].end, feeling))
        return max(fit)[1] if fit else None

    def _own(self, turn: Sequence[TurnWord], place: int) -> bool:
        """Whether "I was", "I felt so" or the like stands right before it."""
        before = tuple(word.plain[0] if word.plain else "" for word in turn[max(0, place - 6) : place])
        return any(before[-len(frame) :] == frame for frame in self._frames)


NEVER = ("kin", "insults", "shame", "blame", "fillers")
"""Lists of `blocked` whose words are never spoken, besides what is private and what sounds like something else."""


def _apart(said: Sequence[TurnWord]) -> Iterator[TurnWord]:
    """The times a word was said, those in one breath taken for one."""
    last = -math.inf
    for word in said:
        if word.start - last >= APART:
            last = word.start
            yield word


def _singulars(word: str) -> Iterator[str]:
    """What a word may be the plural of."""
    for ending, instead in PLURALS:
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead
