"""A small table to talk at: stretches of speech in seconds become what hearing would pass on, and that becomes events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from companion.conversation.conversation import Conversation
from companion.conversation.manners import STANDARD, Manners
from companion.effects import FloorKind, GiveFloor
from companion.events import Event, PhraseHeard
from companion.hearing.heard import Heard, Segment, SoFar
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")
PAIR = Pair(ALEX, SAM)
AHEAD = samples(0.19)

Floors = Sequence[tuple[float, GiveFloor]]


def said(by: Partner | None, start: float, end: float, laugh: float = 0.0, confidence: float = 1.0, hum: float = 0.0) -> Segment:
    """A stretch of one voice, in seconds."""
    return Segment(by, samples(start), samples(end), open=False, laugh=laugh, hum=hum, confidence=confidence)


@dataclass(frozen=True)
class Recognised:
    """What the recogniser makes of an utterance from `start` to `end`: what it may be while it goes on, and the phrase it was."""

    start: float
    end: float
    kind: Literal["phrase", "small"]
    phrase: str = ""

    def in_block(self, block: Heard) -> Heard:
        """The block with what was recognised by then: words so far from 0.4 s on, the phrase 0.45 s after the end."""
        start, end, over = samples(self.start), samples(self.end), samples(self.end + 0.45)
        if start + samples(0.4) <= block.now < over:
            return replace(block, so_far=SoFar(start, self.kind))
        if self.phrase and over <= block.now < over + BLOCK:
            return replace(block, said=(PhraseHeard(start, end, block.now, self.phrase, 0.9, SAM, 0.9),))
        return block


def holds(who: Partner, questions: bool = False) -> GiveFloor:
    """The floor is `who`'s."""
    return GiveFloor(FloorKind.HOLDER, who, questions)


JOINT = GiveFloor(FloorKind.JOINT)
NOBODY = GiveFloor(FloorKind.NOBODY)


def heard(segments: Iterable[Segment], length: Sample, ahead: Sample = AHEAD) -> Iterator[Heard]:
    """Block by block: a segment is open from 0.08 s after its start until 0.15 s after its end, all behind by the look-ahead."""
    waiting = sorted(segments, key=lambda s: (s.start, s.by or ""))
    going: list[Segment] = []
    for now in range(BLOCK, length + BLOCK, BLOCK):
        settled = now - ahead
        while waiting and waiting[0].start + samples(0.08) <= settled:
            going.append(waiting.pop(0))
        shown = [replace(s, end=min(s.end, settled), open=settled < s.end + samples(0.15)) for s in going]
        going = [s for s, seen in zip(going, shown, strict=True) if seen.open]
        anyone = any(s.start < now and s.end > now - BLOCK for s in [*going, *waiting])
        yield Heard(now, settled, tuple(shown), anyone=anyone)


@dataclass
class Evening:
    """A conversation and everything it said."""

    talk: Conversation
    events: list[Event]

    def of(self, kind: type) -> list[Event]:
        return [e for e in self.events if isinstance(e, kind)]


def sit(
    *segments: Segment, floor: GiveFloor | None = None, floors: Floors = (), seconds: float = 0.0, pair: Pair = PAIR,
    manners: Manners = STANDARD, finish: bool = True, recognised: Recognised | None = None,
) -> Evening:  # fmt: skip
    """Let them talk: `floor` from the start, or `floors` at their moments; `seconds` at least."""
    talk = Conversation(pair, manners)
    waiting = [(samples(t), f) for t, f in floors] or ([(0, floor)] if floor else [])
    length = max([samples(seconds), *(s.end + samples(1.5) for s in segments)])
    out: list[Event] = []
    for block in heard(segments, length):
        while waiting and waiting[0][0] < block.now:
            at, given = waiting.pop(0)
            out += talk.give_floor(given, at)
        out += talk.feed(recognised.in_block(block) if recognised else block)
    if finish:
        out += talk.finish(length)
    return Evening(talk, out)
