"""An ear that is told what was said: the rehearsal's hearing at the fidelity of events, where there is no sound at all.

It fills `companion.core.Hears` as the real ear does, and makes what the real ear would make of perfect labels: segments behind by
a look-ahead, nobody while the companion sounds, phrases only of the grammar in force, an answer when its speaker has stopped.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from companion.effects import Enrol, ListenFor, Mode
from companion.events import Enrolled, Noise, PhraseHeard, SomethingHeard, ThirdVoice
from companion.hearing.heard import Heard, Notice, Segment, SoFar, Word
from companion.hearing.heard import Said as Understood
from companion.partner import Pair, Partner
from companion.simulation.truth import Role, Said
from companion.timeline import BLOCK, RATE, Sample, Span, samples

LOOK_AHEAD = 6 * BLOCK
"""Labels are this far behind, as the real ear's are (0.19 s)."""

_CLOSED = samples(0.15)  # silences shorter than this are part of a segment
_SHORTEST = samples(0.08)  # of a segment
_TAIL = samples(0.25)  # after the companion's own sound nobody is heard for so long
_OVER = samples(0.2)  # of speech over the companion that is a barge-in
_PHRASE_ENDS = samples(0.45)  # silence that ends an utterance
_SETTLED = samples(0.16)  # silence after which what was said is judged when the companion begins to sound
_LONGEST_PHRASE = samples(3.6)
_LAUGH_NEAR = samples(1.0)
_ENROLLED_BY = samples(3.0)  # speech that teaches a voice
_LOUD_AFTER = samples(15.0)
_LOUD_DB = 5.0
_THIRD_AFTER, _THIRD_GONE = samples(3.0), samples(10.0)


@dataclass
class _Open:
    """A segment that is open. `by`: the label it got at its start."""

    voice: Partner
    by: Partner | None
    start: Sample
    end: Sample
    role: Role

    def segment(self, open: bool) -> Segment:
        sound = {"laugh": float(self.role == "laugh"), "hum": float(self.role == "hum")}
        return Segment(self.by, self.start, self.end, open, **sound)


@dataclass
class _Utterance:
    start: Sample
    last: Sample
    parts: list[Said] = field(default_factory=list)


class ToldEars:
    """Hears `said` (the rehearsal's own list, which grows) exactly. `words` False: no phrase is ever understood.

    `snr_db`: what it says of the room; at 5 dB or less it finds the room too loud to follow after 15 s.
    """

    def __init__(self, pair: Pair, said: Sequence[Said], *, words: bool = True, snr_db: float = 30.0) -> None:
        self._pair, self._all, self._words, self._snr_db = pair, said, words, snr_db
        self._next = 0  # of `said`
        self._live: deque[Said] = deque()
        self._known: set[Partner] = set()
        self._learning: Partner | None = None
        self._learnt = 0
        self._open: dict[Partner, _Open] = {}
        self._closed: list[Segment] = []
        self._grammar = ListenFor(Mode.OFF)
        self._playing = False
        self._ended: Sample = -_TAIL
        self._own = deque([False] * (LOOK_AHEAD // BLOCK), LOOK_AHEAD // BLOCK + 1)  # of the blocks not settled yet
        self._own_before = False
        self._over = 0
        self._utterance: _Utterance | None = None
        self._laughed: Sample = -_LAUGH_NEAR
        self._loud = False
        self._third, self._third_heard, self._third_last = False, 0, 0
        self._notices: list[Notice] = []
        self._now: Sample = 0

    # --- what the core tells it

    @property
    def enrolled(self) -> bool:
        """Whether both voices are known."""
        return len(self._known) == 2

    def listen_for(self, what: ListenFor) -> None:
        """A new mode and grammar."""
        self._grammar = what

    def enrol(self, what: Enrol) -> None:
        """Begin or end learning a voice: all speech between is theirs."""
        self._close_all()
        if not what.done:
            self._learning, self._learnt = what.who, 0
            self._known.discard(what.who)
        elif self._learning == what.who:
            self._learning = None
            enough = self._learnt >= _ENROLLED_BY
            if enough:
                self._known.add(what.who)
            trouble = None if enough else "short"
            self._notices.append(Enrolled(self._now, self._now + BLOCK, what.who, self._learnt / RATE, trouble))

    def playback_started(self, at: Sample, sound: NDArray[np.float32] | None, text: str) -> None:
        """The companion sounds."""
        self._playing = True

    def playback_ended(self, at: Sample) -> None:
        """It fell silent."""
        self._playing, self._ended = False, at

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Heard:
        """One block; the sound in it is not looked at."""
        self._now = now = at + BLOCK
        while self._next < len(self._all) and self._all[self._next].span.start < now:
            self._live.append(self._all[self._next])
            self._next += 1
        own = self._playing or at < self._ended + _TAIL
        self._own.append(own)
        if not (self._live or self._open or self._closed or self._utterance or self._notices):
            self._own_before, self._over = own, 0
            self._own.popleft()
            notices = tuple(self._of_the_room(now))
            return Heard(now, now - LOOK_AHEAD, own_voice=own, snr_db=self._snr_db, notices=notices)
        deaf = self._grammar.mode is Mode.OFF
        speaking = [] if deaf else [one for one in self._live if one.span.start < now and one.span.end > at]
        self._over = self._over + BLOCK if own and speaking else 0
        said = [] if deaf else self._understand(at, now, speaking, own)
        settled = now - LOOK_AHEAD
        masked = self._own.popleft() or deaf
        segments, words = self._segments(Span(settled - BLOCK, settled), masked)
        self._forget(settled)
        notices = (*self._notices, *self._of_the_room(now))
        self._notices.clear()
        return Heard(
            now, settled, segments, anyone=bool(speaking) and not own, own_voice=own, barge_in=self._over >= _OVER,
            snr_db=self._snr_db, said=tuple(said), notices=notices, words=words, so_far=self._so_far(now),
        )  # fmt: skip

    def finish(self) -> Heard:
        """The evening is over: what was still open is closed."""
        self._close_all()
        segments, self._closed = tuple(self._closed), []
        return Heard(self._now, self._now, segments, snr_db=self._snr_db)

    # --- who speaks

    def _segments(self, where: Span, masked: bool) -> tuple[tuple[Segment, ...], tuple[Word, ...]]:
        words: list[Word] = []
        for one in self._live:
            span = Span(max(one.span.start, where.start), min(one.span.end, where.end))
            if span.length and not masked:
                self._speak(one, span)
                if one.span.end <= where.end:
                    words += self._words_of(one)
        out, self._closed = self._closed, []
        for voice in sorted(self._open):
            one_open = self._open[voice]
            still = where.end - one_open.end < _CLOSED
            if one_open.end - one_open.start >= _SHORTEST:
                out.append(one_open.segment(still))
            if not still:
                del self._open[voice]
        return tuple(sorted(out, key=lambda s: (s.start, s.by or ""))), tuple(words)

    def _speak(self, one: Said, span: Span) -> None:
        role: Role = one.role if one.role in ("laugh", "hum") else "talk"
        known = self._open.get(one.by)
        if known is not None and (span.start - known.end >= _CLOSED or known.role != role):
            self._shut(one.by)
            known = None
        if known is None:
            self._open[one.by] = _Open(one.by, self._label(one), span.start, span.end, role)
        else:
            known.end = max(known.end, span.end)
        if self._learning is not None and role != "laugh":
            self._learnt += span.length
        if one.role == "guest":
            self._third_heard, self._third_last = self._third_heard + span.length, span.end

    def _label(self, one: Said) -> Partner | None:
        if self._learning is not None:
            return self._learning
        return one.by if self.enrolled and one.by in self._pair else None

    def _shut(self, voice: Partner) -> None:
        gone = self._open.pop(voice)
        if gone.end - gone.start >= _SHORTEST:
            self._closed.append(gone.segment(False))

    def _close_all(self) -> None:
        for voice in sorted(self._open):
            self._shut(voice)

    def _forget(self, settled: Sample) -> None:
        while self._live and self._live[0].span.end < settled - _PHRASE_ENDS:
            self._live.popleft()

    # --- what is said

    def _understand(self, at: Sample, now: Sample, speaking: Sequence[Said], own: bool) -> list[Understood]:
        if any(one.role == "laugh" for one in speaking):
            self._laughed = now
        if speaking:
            self._own_before = own
            if self._utterance is None:
                self._utterance = _Utterance(min(one.span.start for one in speaking), now)
            self._utterance.parts += [one for one in speaking if not any(one is each for each in self._utterance.parts)]
            self._utterance.last = min(now, max(one.span.end for one in speaking))
            return []
        one_over, begins = self._utterance, own and not self._own_before  # the companion has just begun to sound
        self._own_before = own
        if one_over is None or now - one_over.last < (_SETTLED if begins else _PHRASE_ENDS):
            return []
        self._utterance = None
        phrases = self._grammar.over_voice if own and not begins else self._grammar.phrases
        return [self._judged(one_over, now, phrases)] if self._words and phrases else []

    def _so_far(self, now: Sample) -> SoFar | None:
        """What the utterance that goes on may become, by the words that are out."""
        going = self._utterance
        if going is None or not self._words or not self._grammar.phrases or len({one.by for one in going.parts}) > 1:
            return None
        one = going.parts[-1]
        words = folded(one.text).split()
        out = " ".join(words[: math.ceil(len(words) * (now - one.span.start) / max(1, one.span.length))])
        if len(going.parts) == 1 and any(f"{phrase} ".startswith(f"{out} ") for phrase in self._grammar.phrases):
            return SoFar(going.start, "phrase")
        return SoFar(going.start, "small") if all(part.role == "hum" for part in going.parts) else None

    def _judged(self, over: _Utterance, now: Sample, phrases: Sequence[str]) -> Understood:
        said = {folded(one.text) for one in over.parts}
        by = {one.by for one in over.parts}
        who = self._label(over.parts[0]) if len(by) == 1 else None
        alike = {"".join(phrase.split()): phrase for phrase in phrases}  # "someday" sounds as "some day" does
        phrase = alike.get("".join(said.pop().split())) if len(said) == 1 and len(by) == 1 else None
        broken = any(one.cut for one in over.parts) or over.last - over.start > _LONGEST_PHRASE
        if phrase is None or broken:
            return SomethingHeard(over.start, over.last, now, who)
        laughed = now - self._laughed < _LAUGH_NEAR
        return PhraseHeard(over.start, over.last, now, phrase, 0.95, who, 1.0 if who else 0.0, True, laughed)

    def _words_of(self, one: Said) -> list[Word]:
        """Its words, spread evenly: in a WORDS step, of whoever has the floor."""
        if not self._words or self._grammar.mode is not Mode.WORDS or one.by != self._grammar.holder or one.role == "laugh":
            return []
        texts = folded(one.text).split()
        each = one.span.length / max(1, len(texts))
        starts = [one.span.start + round(k * each) for k in range(len(texts) + 1)]
        return [Word(text, starts[k], starts[k + 1], 0.95) for k, text in enumerate(texts) if starts[k] < one.span.end]

    # --- the room

    def _of_the_room(self, now: Sample) -> list[Notice]:
        out: list[Notice] = []
        if self._snr_db <= _LOUD_DB and not self._loud and now >= _LOUD_AFTER:
            self._loud = True
            out.append(Noise(0, now, True, round(self._snr_db, 1)))
        if not self._third and self._third_heard >= _THIRD_AFTER:
            self._third = True
            out.append(ThirdVoice(self._third_last, now, True))
        elif self._third_last and now - self._third_last >= _THIRD_GONE:
            if self._third:
                out.append(ThirdVoice(self._third_last, now, False))
            self._third, self._third_heard, self._third_last = False, 0, 0
        return out


def folded(text: str) -> str:
    """As a recogniser writes it: small letters, apostrophes, no other marks."""
    small = text.lower().replace("’", "'")
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in small).split())
