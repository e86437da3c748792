"""The conversation: who speaks becomes turns, gaps, overlaps, small sounds and interruptions."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from companion.conversation.balance import Balance
from companion.conversation.floor import Floor
from companion.conversation.free_talk import FreeTalk
from companion.conversation.held_floor import HeldFloor
from companion.conversation.likeness import Likeness
from companion.conversation.manners import STANDARD, Manners
from companion.conversation.overlaps import Overlaps
from companion.conversation.patience import Patience
from companion.conversation.turns import Turns
from companion.effects import FloorKind, GiveFloor
from companion.events import TAGS, Event, FloorChanged, Laugh, SpeechEnded, SpeechStarted
from companion.hearing.heard import Heard, Segment
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples

RECENT = samples(5.0)
"""A segment that ended this recently may still be needed by a floor that begins; far more than any look-ahead."""

_ORDER = {kind: i for i, kind in enumerate(TAGS)}


class Conversation:
    """Labels in, turns out; one call a block. State is bounded: a day of talk takes no more room than an hour.

    Nothing in it depends on which partner comes first in `pair`. Before the first `give_floor` the floor is nobody's.
    """

    def __init__(self, pair: Pair, manners: Manners = STANDARD) -> None:
        self.pair = pair
        self.manners = manners
        self.floor = Floor(FloorKind.NOBODY, None, 0)
        self.balance = Balance(pair)
        self._given = False
        self._now: Sample = 0
        self._settled: Sample = 0
        self._last_voice: Sample = 0
        self._open: dict[tuple[Partner | None, Sample], Segment] = {}
        self._recent: deque[Segment] = deque()
        self._last: dict[Partner, Segment] = {}
        self._patience = {who: Patience(manners.patience) for who in pair}
        self._overlaps = Overlaps(pair)
        self._turns = Turns()
        self._likeness = Likeness(pair)
        self._stage: HeldFloor | FreeTalk = self._stage_for(self.floor)
        self._next: deque[Floor] = deque()

    # --- told by the core

    def give_floor(self, floor: GiveFloor, at: Sample) -> list[Event]:
        """The floor changes at `at`. The turn that this ends is reported when everything before `at` has been heard.

        Giving the floor as it stands already changes nothing. Raises ValueError for a holder who is not of the pair.
        """
        given = Floor.given(floor, at, self.pair)
        current = self._next[-1] if self._next else self.floor
        if self._given and given.same_right(current):
            return []
        self._given = True
        given = replace(given, since=max(at, current.since))
        self._next.append(given)
        return [FloorChanged(at, max(at, self._now), given.kind, given.holder)]

    def feed(self, heard: Heard) -> list[Event]:
        """One block. Events in order of when they happened; all are noticed at `heard.now`."""
        self._now, self._settled = heard.now, heard.settled
        if heard.anyone:
            self._last_voice = heard.now
        if isinstance(self._stage, HeldFloor):
            self._stage.words(heard.so_far, heard.said)
        out = self._speech(heard.segments)
        out += self._overlaps.feed(heard.segments, heard.now)
        out += self._talk(heard.segments)
        return sorted(out, key=lambda e: (e.at, _ORDER[type(e)]))

    def finish(self, now: Sample) -> list[Event]:
        """The evening or the recording is over: everything still open ends."""
        self._now = self._settled = max(now, self._now)
        rest = tuple(replace(s, open=False) for s in sorted(self._open.values(), key=lambda s: (s.start, s.by or "")))
        out = self._speech(rest)
        out += self._overlaps.feed(rest, self._now)
        out += self._talk(rest)
        out += self._stage.close(self._now)
        return sorted(out, key=lambda e: (e.at, _ORDER[type(e)]))

    # --- asked by the exercises

    def quiet_for(self) -> int:
        """How long nobody at all has spoken, in samples; 0 while anyone speaks."""
        return max(0, self._now - self._last_voice)

    def speaking(self) -> frozenset[Partner]:
        """Who of the two is speaking, as far as labels are settled."""
        return frozenset(by for by, _ in self._open if by is not None)

    def spoke_for(self, who: Partner, since: Sample) -> int:
        """Speech of `who` since a moment, in samples; what goes on included."""
        return self.balance.spoken(who, since)

    def last_speech_end(self, who: Partner) -> Sample | None:
        """The end of the last speech of `who`, as far as known; None before the first."""
        return self._last[who].end if who in self._last else None

    def patience(self, who: Partner) -> float:
        """By how much to scale limits on the silence of `who`: learned from their own pauses."""
        return self._patience[who].scale

    def talk_share(self, who: Partner) -> float:
        """The part of all speech so far that is `who`'s. Never spoken aloud."""
        return self.balance.share(who)

    # --- the parts

    def _speech(self, segments: tuple[Segment, ...]) -> list[Event]:
        out: list[Event] = []
        for segment in segments:
            key = (segment.by, segment.start)
            if key not in self._open:
                out.append(SpeechStarted(min(segment.start, self._now), self._now, segment.by))
                self._pause_before(segment)
            self._open[key] = segment
            self._last_voice = max(self._last_voice, min(segment.end, self._now))
            self.balance.feed(segment)
            if segment.by in self.pair:
                self._last[Partner(str(segment.by))] = segment
            if not segment.open:
                del self._open[key]
                self._recent.append(segment)
                out.append(SpeechEnded(segment.start, segment.end, self._now, segment.by, segment.confidence))
                if segment.by is not None and segment.laugh >= self.manners.laugh_at:
                    out.append(Laugh(segment.start, segment.end, self._now, segment.by))
        while self._recent and self._recent[0].end < self._settled - RECENT:
            self._recent.popleft()
        return out

    def _pause_before(self, segment: Segment) -> None:
        """A pause is silence inside one partner's talk: nobody else may have spoken in it."""
        who = segment.by
        if who is None or who not in self._last or self._turns.by != who:
            return
        other = self._last.get(self.pair.other(who))
        before = self._last[who].end
        if other is None or other.end <= before:
            self._patience[who].feed(segment.start - before)

    def _talk(self, segments: tuple[Segment, ...]) -> list[Event]:
        """Turns and interruptions. A floor that was given begins once everything before it has been heard."""
        out: list[Event] = []
        while self._next and self._next[0].since <= self._settled:
            floor = self._next.popleft()
            out += self._stage.feed(_until(segments, floor.since), floor.since, self._now)
            out += self._stage.close(self._now)
            self.floor = floor
            self._stage = self._stage_for(floor)
            segments = (*(s for s in self._recent if s.end > floor.since and s not in segments), *segments)
        upto = self._next[0].since if self._next else None
        return out + self._stage.feed(_until(segments, upto), self._settled, self._now)

    def _stage_for(self, floor: Floor) -> HeldFloor | FreeTalk:
        if floor.holder is not None:
            return HeldFloor(self.pair, floor.holder, floor.since, floor.questions, self.manners, self._turns, self._likeness)
        return FreeTalk(self.pair, floor.since, floor.kind is FloorKind.JOINT, self.manners, self._turns)


def _until(segments: tuple[Segment, ...], end: Sample | None) -> tuple[Segment, ...]:
    """What of the segments lies before `end`."""
    if end is None:
        return segments
    return tuple(s if s.end <= end else replace(s, end=end) for s in segments if s.start < end)
