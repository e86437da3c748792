"""The words of one who tells something, in steps that listen for words: a recogniser of full vocabulary beside that for phrases.

It never times turns and never gives a command. What was said in an overlap, by the other, while the companion sounded or beside a
laugh leaves a hole: a word without a text, so that nobody takes what stands around it for a whole sentence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from companion.effects import ListenFor, Mode
from companion.hearing.heard import Word
from companion.partner import Partner
from companion.timeline import BLOCK, Sample, Span, samples

ON, OFF = 0.5, 0.35
"""Speech probability at which an utterance begins, and below which it may be over (those of the phrases)."""
PRE_ROLL = samples(0.40) // BLOCK
"""Blocks kept from before the onset."""
ENOUGH_SILENCE = samples(0.35) // BLOCK
"""Blocks of silence that end an utterance: whatever command follows is set off by as much, so that no words are lost to it."""
LONGEST = samples(15.0)
"""So much of an utterance is recognised at a time, however long it goes on."""
LAUGH_NEAR = samples(1.5)
"""A word so near a laugh may be meant the other way round (a choice of ours)."""
LEAST_SURE = 0.8
"""Attribution below which a word is nobody's (a choice of ours)."""

UNKNOWN = ("[unk]", "<unk>")


class FreeRecognizer(Protocol):
    """Hears any word of its vocabulary."""

    def begin(self, at: Sample) -> None:
        """An utterance begins: what is fed next starts at `at`."""

    def feed(self, sound: NDArray[np.float32]) -> None:
        """More of it: mono, 16 kHz, full scale ±1."""

    def end(self) -> tuple[Word, ...]:
        """The utterance is over: its words with spans and confidences."""


@runtime_checkable
class HearsFreely(Protocol):
    """What a recogniser may be able to do besides: hear talk beside phrases."""

    def freely(self) -> FreeRecognizer | None:
        """Another ear on the same model that hears any word; None where the model knows too few words for talk."""


Attribution = Callable[[Span], tuple[Partner | None, float]]
"""Who spoke in a span, and how sure that is."""


class Telling:
    """Follows speech block by block, in WORDS mode only; in any other it holds nothing and hears nothing."""

    def __init__(self, recognizer: FreeRecognizer | None, attribution: Attribution) -> None:
        self._recognizer = recognizer
        self._attribution = attribution
        self._holder: Partner | None = None
        self._before: deque[tuple[Sample, NDArray[np.float32]]] = deque(maxlen=PRE_ROLL)
        self._start: Sample | None = None
        self._quiet = 0
        self._laughed: Sample | None = None

    @property
    def listening(self) -> bool:
        """Whether words come in now."""
        return self._holder is not None

    def listen_for(self, what: ListenFor) -> None:
        """A new mode. What is under way is dropped where it was another's, or words are not listened for any more."""
        holder = what.holder if what.mode is Mode.WORDS and self._recognizer is not None else None
        if holder != self._holder:
            self.forget()
        self._holder = holder

    def forget(self) -> None:
        """Drop what is under way."""
        if self._start is not None and self._recognizer is not None:
            self._recognizer.end()
        self._start, self._quiet = None, 0
        self._before.clear()

    def laughed(self, now: Sample) -> None:
        """Somebody laughs."""
        self._laughed = now

    def feed(self, at: Sample, block: NDArray[np.float32], speech: float) -> tuple[Word, ...]:
        """One mono block with its speech probability; the holder's words when a stretch of them has ended with it."""
        if self._holder is None or self._recognizer is None:
            return ()
        if self._start is None:
            self._before.append((at, block))
            if speech < ON:
                return ()
            self._start = self._before[0][0]
            self._recognizer.begin(self._start)
            for _, earlier in self._before:
                self._recognizer.feed(earlier)
            self._before.clear()
            self._quiet = 0
            return ()
        self._recognizer.feed(block)
        self._quiet = 0 if speech >= OFF else self._quiet + 1
        now = at + len(block)
        if self._quiet < ENOUGH_SILENCE and now - self._start < LONGEST:
            return ()
        self._start, self._quiet = None, 0
        return tuple(self._judged(word) for word in self._recognizer.end())

    def _judged(self, word: Word) -> Word:
        """The word with how sure it is the holder's; a hole where it is not, or cannot be used."""
        by, sure = self._attribution(Span(word.start, max(word.end, word.start + 1)))
        theirs = by == self._holder and sure >= LEAST_SURE
        in_jest = self._laughed is not None and word.start - LAUGH_NEAR <= self._laughed <= word.end + LAUGH_NEAR
        if theirs and not in_jest and word.text not in UNKNOWN:
            return replace(word, holder_confidence=sure)
        return Word("", word.start, word.end, 0.0, 0.0)
