"""Phrases: which isolated utterance was exactly one phrase of the grammar in force.

The recogniser runs only while somebody speaks, and only for as long as the utterance may still be a phrase; it never times turns.
A grammar of a recogniser is a web of word pairs, not a list, so what it says counts only if it is exactly one of the phrases.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from companion.effects import ListenFor, Mode
from companion.hearing.heard import SoFar, Word
from companion.hearing.ports import Recognizer, SaysSoFar
from companion.partner import Partner
from companion.timeline import BLOCK, Sample, Span, samples

ON, OFF = 0.5, 0.35
"""Speech probability at which an utterance begins, and below which it may be over."""

PRE_ROLL = samples(0.40) // BLOCK
"""Blocks kept from before the onset, so that the first word is whole."""

ENOUGH_SILENCE = samples(0.45) // BLOCK
"""Blocks of silence that end an utterance: a little over the 0.35 s that isolate a command."""

BEFORE = samples(0.35)
"""Silence before an utterance that makes it isolated."""

CLINK = 3
"""Blocks (0.1 s) of sound in a silence before it counts as speech: a plate that is set down does not join two utterances."""

LONGEST = samples(3.6)
"""No phrase lasts longer; the longest of ours, spoken slowly, takes 3 s."""

Allowances = Mapping[str, float]
"""Phrase → what is added to its confidence, -1..1, for one partner (`companion enroll --words`)."""

SURE = 0.8
"""Attribution from which an utterance counts as a partner's own way of saying it (a choice of ours)."""

LEAST_CONFIDENCE = 0.5
"""Below this nothing is a phrase. Each command may ask for more."""

MANY, SLURRED = 3, 0.2
"""From so many words on, one of them may be so much less sure than the phrase: the "a" of "hold on a moment" was heard at 0.5,
between words at 1.0. Choices of ours; the false accepts of `scripts/bench/recognition.py` are the same with and without."""

BREATH, A_BREATH = 0.3, samples(0.3)
"""A first word less sure and shorter than this is a breath. Choices of ours; the false accepts in talk are the same."""

LOOK_AFTER, LOOK_EVERY = samples(0.4), samples(0.16) // BLOCK
"""Words so far are looked at from so much of an utterance on, and so often (blocks)."""

_SETTLED = samples(0.16) // BLOCK
"""After so much silence an utterance that is broken off counts as finished: longer than a stop inside a word."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance, judged: `phrase` None where it was none of the grammar."""

    start: Sample
    end: Sample
    noticed: Sample
    phrase: str | None
    confidence: float
    isolated: bool


class Words:
    """Follows speech block by block and asks the recogniser about each utterance that may be a phrase."""

    def __init__(
        self,
        recognizer: Recognizer | None,
        allowances: Mapping[Partner, Allowances] | None = None,
        attribution: Callable[[Span], tuple[Partner | None, float]] = lambda span: (None, 0.0),
    ) -> None:
        """`allowances`: what each partner's way of saying the phrases is allowed; `attribution`: who spoke in a span."""
        self._recognizer = recognizer
        self._allowances, self._attribution = allowances or {}, attribution
        self._phrases: frozenset[str] = frozenset()
        self._mode = Mode.OFF
        self._before: deque[tuple[Sample, NDArray[np.float32]]] = deque(maxlen=PRE_ROLL)
        self._start: Sample | None = None
        self._last_speech: Sample = -BEFORE
        self._quiet = self._run = 0
        self._asking = False
        self._isolated = True
        self._small: frozenset[str] = frozenset()
        self._so_far: SoFar | None = None
        self._held: list[tuple[Sample, NDArray[np.float32]]] = []

    @property
    def held(self) -> int:
        """Blocks kept: before an utterance, or of the one under way. Never more than LONGEST and the pre-roll together."""
        return len(self._before) + len(self._held)

    def listen_for(self, what: ListenFor) -> None:
        """A new grammar. An utterance under way is judged by the new one, from its beginning: people answer early."""
        held = self._held if self._start is not None and self._asking else []
        if self._asking and self._recognizer is not None:
            self._recognizer.end()
        self._mode = what.mode
        self._small = frozenset(word for decoy in what.decoys for word in (decoy, *decoy.split()))
        self._phrases = frozenset(self._hearable(what.phrases)) if what.mode is not Mode.OFF else frozenset()
        if self._recognizer is not None:
            self._recognizer.listen_for(tuple(sorted(self._phrases)), what.decoys)
        if not self._phrases:
            self._start, self._asking, self._held = None, False, []
        elif held and self._recognizer is not None:
            self._recognizer.begin(held[0][0])
            for _, block in held:
                self._recognizer.feed(block)

    def _hearable(self, phrases: Sequence[str]) -> Iterator[str]:
        """Phrases that the model knows all words of; a bigger or smaller model must not stop an evening."""
        known = self._recognizer.vocabulary if self._recognizer is not None else frozenset()
        return (phrase for phrase in phrases if phrase.strip() and all(word in known for word in phrase.split()))

    @property
    def so_far(self) -> SoFar | None:
        """What the utterance under way may be, by its words so far."""
        return self._so_far if self._start is not None and self._asking else None

    def _look(self, start: Sample) -> None:
        words: tuple[str, ...] = self._recognizer.so_far() if isinstance(self._recognizer, SaysSoFar) else ()
        said = " ".join(words)
        if said and any(phrase == said or phrase.startswith(f"{said} ") for phrase in self._phrases):
            self._so_far = SoFar(start, "phrase")
        elif said and all(word in self._small for word in words):
            self._so_far = SoFar(start, "small")
        else:
            self._so_far = None

    def forget(self) -> None:
        """Drop the utterance under way: what comes next is another signal."""
        if self._asking and self._recognizer is not None:
            self._recognizer.end()
        self._start, self._asking, self._quiet, self._held = None, False, 0, []
        self._before.clear()

    def close(self, now: Sample) -> Utterance | None:
        """Something else begins to sound: judge the utterance under way if its speaker has just fallen silent."""
        return self._finish(now) if self._start is not None and self._quiet >= _SETTLED else None

    def feed(self, at: Sample, block: NDArray[np.float32], speech: float) -> Utterance | None:
        """One mono block with its speech probability; an utterance when one has ended with it."""
        if self._mode is Mode.OFF or not self._phrases:
            return None
        now = at + len(block)
        if self._start is None:
            if speech < ON:
                self._before.append((at, block))
                return None
            self._begin(at)
        if self._asking and self._recognizer is not None:
            self._recognizer.feed(block)
            self._held.append((at, block))
            begun = at if self._start is None else self._start
            if now - begun >= LOOK_AFTER and len(self._held) % LOOK_EVERY == 0:
                self._look(begun)
            if now - begun > LONGEST:
                self._asking, self._held = False, []
                self._recognizer.end()
        self._run = self._run + 1 if speech >= OFF else 0
        if self._run and (self._quiet == 0 or self._run >= CLINK):
            self._quiet, self._last_speech = 0, now
        else:
            self._quiet += 1
        if self._quiet >= ENOUGH_SILENCE:
            return self._finish(now)
        return None

    def _begin(self, at: Sample) -> None:
        self._isolated = at - self._last_speech >= BEFORE
        self._so_far = None
        self._start = at
        self._quiet, self._run = 0, 0
        self._asking = self._recognizer is not None
        self._held = list(self._before)
        if self._recognizer is not None:
            self._recognizer.begin(self._before[0][0] if self._before else at)
            for _, earlier in self._before:
                self._recognizer.feed(earlier)
        self._before.clear()

    def _finish(self, now: Sample) -> Utterance:
        start = self._start if self._start is not None else now
        words = self._recognizer.end() if self._asking and self._recognizer is not None else ()
        self._start, self._asking, self._quiet, self._held = None, False, 0, []
        phrase, confidence = judge(words, self._phrases, self._allowed(Span(start, self._last_speech)) if words else {})
        return Utterance(start, self._last_speech, now, phrase, confidence, self._isolated)

    def _allowed(self, span: Span) -> Allowances:
        """What the one who spoke is allowed; nothing where that is unsure, or nobody is allowed anything."""
        if not self._allowances:
            return {}
        by, sure = self._attribution(span)
        return self._allowances.get(by, {}) if by is not None and sure >= SURE else {}


def judge(
    words: tuple[Word, ...], phrases: frozenset[str], allowances: Allowances = MappingProxyType({})
) -> tuple[str | None, float]:
    """The phrase that the words are, exactly and wholly (or the same phrase said over again), and how sure that is (0..1).

    `allowances` are added to the confidence, so that every threshold after this one holds for this partner's way of saying it.
    """
    words = _without_a_breath(words)
    if not words:
        return None, 0.0
    sure = _sure([word.confidence for word in words])
    phrase = _phrase([word.text for word in words], phrases)
    if phrase is not None:
        sure = min(1.0, max(0.0, sure + allowances.get(phrase, 0.0)))
    return (phrase if sure >= LEAST_CONFIDENCE else None), sure


def _without_a_breath(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words less a first one that is hardly any: a breath or a click before them, heard as "the" at 0.17."""
    if len(words) > 1 and words[0].confidence < BREATH and words[0].end - words[0].start < A_BREATH and "[" not in words[0].text:
        return words[1:]
    return words


def _sure(confidences: list[float]) -> float:
    """The lowest confidence; of three words and more their mean, up to SLURRED above the lowest: one word may be slurred."""
    lowest = min(confidences)
    return lowest if len(confidences) < MANY else min(lowest + SLURRED, sum(confidences) / len(confidences))


def _phrase(said: list[str], phrases: frozenset[str]) -> str | None:
    for times in (1, 2, 3):
        once = len(said) // times
        if once * times == len(said) and said == said[:once] * times and " ".join(said[:once]) in phrases:
            return " ".join(said[:once])
    return None
