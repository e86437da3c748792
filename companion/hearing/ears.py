"""The ear as a whole: who speaks, over the companion's own voice too, and which phrases. One block in, one `Heard` out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from companion.effects import Enrol, ListenFor, Mode
from companion.events import PhraseHeard, SomethingHeard
from companion.hearing.heard import Heard, Said, Word
from companion.hearing.hearing import Hearing
from companion.hearing.own_voice import OwnVoice
from companion.hearing.telling import FreeRecognizer, Telling
from companion.hearing.words import Utterance, Words
from companion.timeline import Sample, Span, samples

LAUGH_AT = 0.25
"""Mean probability from which a segment counts as laughter (the net gives laughs 0.4, speech 0.01)."""

LAUGH_NEAR = samples(1.0)
"""A laugh this close to a phrase makes it doubtful."""

MASKED_AFTER = samples(0.3)
"""A phrase of the companion's own line is not believed for this long after it, either."""

WELL_CANCELLED_DB = 25.0
"""Unless this much of the echo is taken out: then nothing of it is recognised as a word (our choice)."""


class Ears:
    """Hearing, the own-voice side path and the phrases, in one chain."""

    def __init__(
        self, hearing: Hearing, own_voice: OwnVoice, words: Words, freely: Callable[[], FreeRecognizer | None] | None = None
    ) -> None:
        """`freely` makes a recogniser of full vocabulary beside that of `words`, for as long as words of a turn are wanted."""
        self.hearing = hearing
        self.own_voice = own_voice
        self._words = words
        self._telling = Telling(freely, hearing.attribution)
        self._grammar = ListenFor(Mode.OFF)
        self._speaking = self._chiming = False
        self._few = False  # only the phrases that are live over our own voice are listened for
        self._spoken_text = ""
        self._laughed: Sample = -LAUGH_NEAR
        self._silent_since: Sample = -MASKED_AFTER

    @property
    def enrolled(self) -> bool:
        """Whether both voices are known."""
        return self.hearing.enrolled

    def finish(self) -> Heard:
        """The sound is over: what was still open is closed."""
        return self.hearing.finish()

    def listen_for(self, what: ListenFor) -> None:
        """A new mode and grammar, from the next block on."""
        self._grammar = what
        self._telling.listen_for(what)
        self._words.listen_for(self._over_voice() if self._few else what)

    def enrol(self, what: Enrol) -> None:
        """Begin or end learning a voice by talk."""
        self.hearing.enrol(what)

    def playback_started(self, at: Sample, sound: NDArray[np.float32] | None, text: str) -> None:
        """The companion began to sound; `text` is what it says (nothing for a chime)."""
        self.own_voice.started(at, sound)
        said = _folded(text)
        if said or not self._few:  # a chime in the tail of a line: what the line said may still ring
            self._spoken_text = said
        if self._speaking and said:
            self._chiming, self._few = False, True
            self._words.listen_for(self._over_voice())

    def playback_ended(self, at: Sample) -> None:
        """It fell silent."""
        self.own_voice.ended(at)

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Heard:
        """One block: float32 (512, channels), its first sample at `at`."""
        mono = np.ascontiguousarray(block[:, 0])
        side = self.own_voice.feed(at, mono)
        utterances = [self._turn(at, side.own)] if side.own != self._speaking else []
        heard = self.hearing.feed(block)
        if any(segment.laugh > LAUGH_AT for segment in heard.segments):
            self._laughed = heard.now
            self._telling.laughed(heard.now)
        if self._chiming:
            utterances.append(self._words.feed(at, side.left, side.sounds_like_speech))
        elif side.clean:
            utterances.append(self._words.feed(at, side.left, side.speech if side.own else float(heard.anyone)))
        else:
            self._words.forget()
        told = self._told(at, mono, heard, side.own)
        said = tuple(self._said(one, heard.now) for one in utterances if one is not None)
        so_far = None if side.own else self._words.so_far
        return replace(heard, own_voice=side.own, barge_in=side.barge_in, said=(*heard.said, *said), so_far=so_far, words=told)

    def _told(self, at: Sample, mono: NDArray[np.float32], heard: Heard, own: bool) -> tuple[Word, ...]:
        """Words of the holder where a step listens for them; none while the companion sounds."""
        if own:
            self._telling.forget(at)
            return self._telling.due(heard.settled)
        return self._telling.feed(at, mono, float(heard.anyone), heard.settled)

    def _turn(self, at: Sample, own: bool) -> Utterance | None:
        """The companion begins to sound, or its echo has died away. An utterance that was just over is judged before that.

        A chime hides no word: it is short, its echo is no speech, and people often say "I'm done" just as it sounds.
        """
        self._chiming = own and not self._spoken_text
        self._speaking = own
        self._silent_since = at
        self.hearing.own_voice(own)
        if self._chiming or not (own or self._few):
            return None
        finished = self._words.close(at) if own else None
        self._few = own
        self._words.listen_for(self._over_voice() if own else self._grammar)
        return finished

    def _said(self, utterance: Utterance, now: Sample) -> Said:
        by, sure = self.hearing.attribution(Span(utterance.start, utterance.end))
        if self._speaking or 2 * self._silent_since > utterance.start + utterance.end:
            by, sure = None, 0.0  # who speaks is not asked while the companion sounds: what is left of it tells nothing
        if utterance.phrase is None or self._may_be_ours(utterance.phrase, utterance.start):
            return SomethingHeard(utterance.start, utterance.end, now, by)
        laughed = now - self._laughed < LAUGH_NEAR
        return PhraseHeard(
            utterance.start, utterance.end, now, utterance.phrase, utterance.confidence, by, sure, utterance.isolated, laughed
        )

    def _may_be_ours(self, phrase: str, start: Sample) -> bool:
        """Is it in the line that sounds, or sounded a moment before, and the echo not well cancelled?"""
        if not self._speaking and start >= self._silent_since + MASKED_AFTER:
            return False
        return self._saying(phrase) and self.own_voice.erle_db < WELL_CANCELLED_DB

    def _saying(self, phrase: str) -> bool:
        return f" {phrase} " in f" {self._spoken_text} "

    def _over_voice(self) -> ListenFor:
        """While the companion speaks only a few phrases are live, less those that it is saying itself."""
        live = tuple(phrase for phrase in self._grammar.over_voice if not self._saying(phrase))
        return ListenFor(Mode.CMD, live, self._grammar.decoys)


def _folded(text: str) -> str:
    """As a recogniser would write it."""
    small = text.lower().replace("’", "'")
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in small).split())
