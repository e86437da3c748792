"""What the recogniser has to say about an utterance: a command to the companion, a phrase that may become one, small sounds.

The words themselves never come here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

from companion.conversation.utterances import Utterance
from companion.events import PhraseHeard
from companion.hearing.heard import Said, SoFar
from companion.timeline import Span, samples

NEAR = samples(0.35)
"""The recogniser's utterance and ours are the same if they begin within this: its onset is raw activity, ours a settled label.
The silence that makes a command isolated is as long."""

KEPT = 8
"""Phrases heard lately that are remembered; more cannot fall into one utterance."""

Meaning = Literal["command", "phrase", "small"]


class SaidWords:
    """Remembers what was recognised lately."""

    def __init__(self) -> None:
        self._so_far: SoFar | None = None
        self._phrases: deque[Span] = deque(maxlen=KEPT)

    def feed(self, so_far: SoFar | None, said: Iterable[Said]) -> None:
        """What the recogniser knows after this block."""
        self._so_far = so_far
        self._phrases.extend(Span(p.start, p.end) for p in said if isinstance(p, PhraseHeard) and p.isolated)

    def meaning(self, utterance: Utterance) -> Meaning | None:
        """`command`: it was a phrase of the grammar. `phrase`: it may still become one. `small`: nothing but small sounds so far.

        None where words say that it is none of these, or nothing.
        """
        whole = utterance.span
        if any(2 * phrase.overlap(whole) >= whole.length for phrase in self._phrases):
            return "command"
        if self._so_far is not None and abs(self._so_far.start - utterance.start) <= NEAR:
            return self._so_far.kind
        return None
