"""The words of one who tells something, in steps that listen for words: a recogniser of full vocabulary beside that for phrases.

It exists only while such a step listens to somebody: in every other step there is none that could make a word. It never times
turns and never gives a command. What was said in an overlap, by the other, while the companion sounded or beside a laugh leaves a
hole: a word without a text, so that nobody takes what stands around it for a whole sentence.
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
AROUND = samples(0.16)
"""Attribution of a word is that of its span and so much on either side: a short word alone has few frames to go by (ours)."""
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

    def close(self) -> None:
        """Let it go, with all that it has heard; it is not used again."""


@runtime_checkable
class HearsFreely(Protocol):
    """What a recogniser may be able to do besides: hear talk beside phrases."""

    @property
    def hears_talk(self) -> bool:
        """Whether the model knows the words of ordinary talk. Where not, `freely` gives None."""

    def freely(self) -> FreeRecognizer | None:
        """Another ear on the same model that hears any word, to be closed after use; None where it cannot be had."""


Attribution = Callable[[Span], tuple[Partner | None, float]]
"""Who spoke in a span, and how sure that is."""


class Telling:
    """Follows speech block by block, in WORDS mode only; in any other it holds nothing and hears nothing."""

    def __init__(self, freely: Callable[[], FreeRecognizer | None] | None, attribution: Attribution) -> None:
        """`freely` makes a recogniser for each stretch in which somebody's words are wanted; None: there never are words."""
        self._freely = freely
        self._attribution = attribution
        self._ear: FreeRecognizer | None = None
        self._holder: Partner | None = None
        self._before: deque[tuple[Sample, NDArray[np.float32]]] = deque(maxlen=PRE_ROLL)
        self._start: Sample | None = None
        self._quiet = 0
        self._laughed: Sample | None = None
        self._unsettled: deque[Word] = deque()

    @property
    def listening(self) -> bool:
        """Whether words come in now."""
        return self._ear is not None

    @property
    def held(self) -> int:
        """Words that wait until it is known who said them. Never more than those of `LONGEST` and the look-ahead."""
        return len(self._unsettled)

    def listen_for(self, what: ListenFor) -> None:
        """A new mode. The recogniser is let go, and what is under way dropped, where it was another's or words are not listened
        for any more.
        """
        holder = what.holder if what.mode is Mode.WORDS else None
        if holder == self._holder:
            return
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()  # what it was hearing is not asked for: the answer could take seconds, and nobody wants it
        self.forget(self._start or 0)
        self._unsettled.clear()
        self._holder = holder
        self._ear = self._freely() if holder is not None and self._freely is not None else None

    def forget(self, now: Sample) -> None:
        """Drop what is under way; it leaves a hole up to `now`."""
        if self._start is not None and self._ear is not None:
            self._ear.end()
            self._unsettled.append(Word("", self._start, max(self._start, now), 0.0, 0.0))
        self._start, self._quiet = None, 0
        self._before.clear()

    def laughed(self, now: Sample) -> None:
        """Somebody laughs."""
        self._laughed = now

    def feed(self, at: Sample, block: NDArray[np.float32], speech: float, settled: Sample | None = None) -> tuple[Word, ...]:
        """One mono block with its speech probability; the holder's words, once a stretch is over and it is known who spoke.

        `settled`: how far it is known who spoke; None: up to now.
        """
        if self._ear is None:
            return ()
        now = at + len(block)
        self._hear(self._ear, at, block, speech)
        return self.due(now if settled is None else settled)

    def due(self, settled: Sample) -> tuple[Word, ...]:
        """Words of which it is known by now who said them."""
        due: list[Word] = []
        while self._unsettled and self._unsettled[0].end + AROUND <= settled:
            due.append(self._judged(self._unsettled.popleft()))
        return tuple(due)

    def _hear(self, ear: FreeRecognizer, at: Sample, block: NDArray[np.float32], speech: float) -> None:
        if self._start is None:
            self._before.append((at, block))
            if speech < ON:
                return
            self._start, self._quiet = self._before[0][0], 0
            ear.begin(self._start)
            for _, earlier in self._before:
                ear.feed(earlier)
            self._before.clear()
            return
        ear.feed(block)
        self._quiet = 0 if speech >= OFF else self._quiet + 1
        if self._quiet >= ENOUGH_SILENCE or at + len(block) - self._start >= LONGEST:
            self._start, self._quiet = None, 0
            self._unsettled.extend(ear.end())

    def _judged(self, word: Word) -> Word:
        """The word with how sure it is the holder's; a hole where it is not, or cannot be used."""
        by, sure = self._attribution(Span(max(0, word.start - AROUND), word.end + AROUND))
        theirs = by == self._holder and sure >= LEAST_SURE
        in_jest = self._laughed is not None and word.start - LAUGH_NEAR <= self._laughed <= word.end + LAUGH_NEAR
        if theirs and not in_jest and word.text not in UNKNOWN:
            return replace(word, holder_confidence=sure)
        return Word("", word.start, word.end, 0.0, 0.0)
