"""The ear as a whole: who speaks, over the companion's own voice too, and which phrases. One block in, one `Heard` out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from companion.effects import Enrol, ListenFor, Mode
from companion.events import PhraseHeard, SomethingHeard
from companion.hearing.heard import Heard, Said
from companion.hearing.hearing import Hearing
from companion.hearing.own_voice import OwnVoice
from companion.hearing.words import Utterance, Words
from companion.timeline import Sample, Span, samples

LAUGH_NEAR = samples(1.0)
"""A laugh this close to a phrase makes it doubtful."""


class Ears:
    """Hearing, the own-voice side path and the phrases, in one chain."""

    def __init__(self, hearing: Hearing, own_voice: OwnVoice, words: Words) -> None:
        self.hearing = hearing
        self._own = own_voice
        self._words = words
        self._grammar = ListenFor(Mode.OFF)
        self._speaking = False
        self._spoken_text = ""
        self._laughed: Sample = -LAUGH_NEAR

    def listen_for(self, what: ListenFor) -> None:
        """A new mode and grammar, from the next block on."""
        self._grammar = what
        self._words.listen_for(self._over_voice() if self._speaking else what)

    def enrol(self, what: Enrol) -> None:
        """Begin or end learning a voice by talk."""
        self.hearing.enrol(what)

    def playback_started(self, at: Sample, sound: NDArray[np.float32] | None, text: str) -> None:
        """The companion began to sound; `text` is what it says (nothing for a chime)."""
        self._own.started(at, sound)
        self._spoken_text = text

    def playback_ended(self, at: Sample) -> None:
        """It fell silent."""
        self._own.ended(at)

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Heard:
        """One block: float32 (512, channels), its first sample at `at`."""
        mono = np.ascontiguousarray(block[:, 0])
        side = self._own.feed(at, mono)
        if side.own != self._speaking:
            self._speaking = side.own
            self.hearing.own_voice(side.own)
            self._words.listen_for(self._over_voice() if side.own else self._grammar)
        heard = self.hearing.feed(block)
        if any(segment.laugh > 0.5 for segment in heard.segments):
            self._laughed = heard.now
        speech = side.speech if side.own else float(heard.anyone)
        utterance = self._words.feed(at, side.left, speech)
        said = () if utterance is None else (self._said(utterance, heard.now, side.own),)
        return replace(heard, own_voice=side.own, barge_in=side.barge_in, said=(*heard.said, *said))

    def _said(self, utterance: Utterance, now: Sample, over_voice: bool) -> Said:
        by, sure = (None, 0.0) if over_voice else self.hearing.attribution(Span(utterance.start, utterance.end))
        if utterance.phrase is None:
            return SomethingHeard(utterance.start, utterance.end, now, by)
        laughed = now - self._laughed < LAUGH_NEAR
        return PhraseHeard(
            utterance.start, utterance.end, now, utterance.phrase, utterance.confidence, by, sure, utterance.isolated, laughed
        )

    def _over_voice(self) -> ListenFor:
        """While the companion speaks only a few phrases are live, less those that it is saying itself."""
        text = " ".join("".join(c if c.isalnum() or c == "'" else " " for c in self._spoken_text.lower()).split())
        live = tuple(phrase for phrase in self._grammar.over_voice if f" {phrase} " not in f" {text} ")
        return ListenFor(Mode.CMD, live, self._grammar.decoys)
