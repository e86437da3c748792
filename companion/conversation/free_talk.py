"""Free talk: the floor is with whoever spoke last, alone, for longer than a backchannel.

Written for *holder* (who has the turn) and *other*; both are found out from the talk itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.conversation.interruptions import AT_ONCE, OVER_WORDS, Incoming, enough, kind_settled, told
from companion.conversation.manners import Manners
from companion.conversation.turns import Turns
from companion.conversation.utterances import AFTER_ALL, Utterance, Voice, believable
from companion.conversation.woven import SEAM, together
from companion.events import Backchannel, ContestedStart, Event, InterruptionKind
from companion.hearing.heard import Segment
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples


@dataclass(slots=True)
class _Side:
    """One partner in free talk."""

    voice: Voice
    run: Sample = 0  # start of the utterances that follow each other within a second
    run_end: Sample = 0
    small: list[Utterance] = field(default_factory=list)  # over, too short to claim the floor, not yet settled what they were


class FreeTalk:
    """Talk in which nobody was given the floor. `interruptions` False: turns are logged, nothing is an interruption."""

    def __init__(self, pair: Pair, since: Sample, interruptions: bool, manners: Manners, turns: Turns) -> None:
        self._pair = pair
        self._manners = manners
        self._turns = turns
        self._with_interruptions = interruptions
        self._sides = {who: _Side(Voice(manners, since)) for who in pair}
        self._ahead: Partner | None = None  # who spoke last, alone, for longer than a backchannel
        self._incoming: Incoming | None = None
        self._contested: Sample = -1

    def feed(self, segments: Sequence[Segment], settled: Sample, now: Sample) -> list[Event]:
        """Take in segments up to `settled`; what they mean, in order."""
        heard: list[tuple[Utterance, Partner, bool]] = []
        for who, side in self._sides.items():
            over = side.voice.feed([s for s in segments if s.by == who], settled)
            heard += [(u, who, True) for u in over if u.talk]
            if side.voice.current and side.voice.current.talk:
                heard.append((side.voice.current, who, False))
        out: list[Event] = []
        for utterance, who, over_now in sorted(heard, key=lambda h: (h[0].start, h[0].end)):
            out += self._says(utterance, who, over_now, now)
        for who in sorted(self._pair, key=lambda p: self._sides[p].run):
            if not self._long_enough_alone(who, settled):
                continue
            self._ahead = who
            if who != self._turns.by and not self._may_yet_be_a_butt_in(who, settled):
                out += self._hand_over(who, self._alone_since(who), now)
        return out + self._what_is_over(settled, now)

    def close(self, now: Sample) -> list[Event]:
        """A floor is given, or the evening is over: everything that is still open ends."""
        return [*self.feed([], AFTER_ALL, now), *self._turns.close(now)]

    # --- somebody speaks

    def _says(self, utterance: Utterance, who: Partner, over: bool, now: Sample) -> list[Event]:
        side = self._sides[who]
        if utterance.start > side.run_end + samples(self._manners.interruption_same):
            side.run = utterance.start
        side.run_end = max(side.run_end, utterance.end)
        if who == self._turns.by and believable(utterance):
            self._turns.reach(utterance.word_end)
        out = self._comes_in(utterance, who, now)
        part = self._incoming is not None and self._incoming.by == who and utterance.start >= self._incoming.start
        if over and who != self._turns.by and not part:
            side.small.append(utterance)
        return out

    def _long_enough_alone(self, who: Partner, settled: Sample) -> bool:
        """Whether `who` has spoken since the other's last word for longer than a backchannel, or at all if nobody has a turn."""
        side, other = self._sides[who], self._sides[self._pair.other(who)]
        since = max(side.run, other.voice.last_word_end or 0)
        least = self._manners.interruption_min
        if self._turns.by is None:
            least, since = self._manners.min_turn, max(since, self._turns.last_end)
        return side.voice.spoken(since, settled) >= samples(least)

    def _may_yet_be_a_butt_in(self, who: Partner, settled: Sample) -> bool:
        """Whether `who` came in over the other's words, not for long so far, and the other may still come back at once.

        The holder who goes on at once has kept the floor, so the turn is not logged as theirs before that is known.
        """
        incoming = self._incoming
        if self._turns.by is None or incoming is None or incoming.by != who:
            return False
        short = incoming.end - incoming.start <= samples(self._manners.butt_in_max)
        return short and settled - incoming.end < AT_ONCE

    def _alone_since(self, who: Partner) -> Sample:
        """The start of the utterance in which `who` was left alone, or began alone."""
        side, other = self._sides[who], self._sides[self._pair.other(who)]
        since = max(side.run, other.voice.last_word_end or 0)
        return next((u.start for u in side.voice.utterances if u.end > since), since)

    def _hand_over(self, who: Partner, start: Sample, now: Sample) -> list[Event]:
        side, other = self._sides[who], self._sides[self._pair.other(who)]
        out: list[Event] = []
        if self._turns.by is not None:
            # Small sounds of the last holder, made while the other was on the way to the floor, are no longer its turn.
            words = [u for u in other.voice.utterances if u.end > self._turns.start]
            late = [u for u in words if u.start > start and u.talk < samples(self._manners.interruption_min)]
            ends = [u.end for u in words if u not in late]
            out += self._turns.close(now, max(ends) if ends else min(start, self._turns.end))
            other.small += late
        side.small = [u for u in side.small if u.start < start]
        return [*out, *self._turns.open(who, start, side.run_end, now)]

    # --- interruptions and contested starts

    def _comes_in(self, utterance: Utterance, who: Partner, now: Sample) -> list[Event]:
        incoming = self._incoming
        if incoming and incoming.by == who and utterance.start - incoming.end < samples(self._manners.interruption_same):
            incoming.end = max(incoming.end, utterance.end)
            return []
        holder = self._sides[self._pair.other(who)].voice
        if not self._with_interruptions or not enough(utterance, samples(self._manners.interruption_min), self._manners):
            return []
        within = samples(self._manners.contest_within)
        rival = next((u for u in holder.utterances if abs(u.start - utterance.start) < within), None)
        if rival is not None:
            return self._contest(utterance, rival, now)
        if self._ahead in (None, who) or utterance.longest < samples(self._manners.first_segment):
            return []
        begun = holder.utterance_at(utterance.start, SEAM)
        if begun is None or utterance.start - begun.start < samples(self._manners.free_inside):
            return []
        join = samples(self._manners.ipu_join)
        both = together(holder, self._sides[who].voice, utterance.start, utterance.end, join)
        if both < samples(self._manners.free_overlap):
            return []
        self._incoming = Incoming(who, self._pair.other(who), utterance.start, utterance.end)
        out: list[Event] = [incoming.ended(self._kind(incoming), now)] if incoming else []
        return [*out, told(utterance, who, self._incoming.of, holder, OVER_WORDS, self._manners, now)]

    def _contest(self, one: Utterance, two: Utterance, now: Sample) -> list[Event]:
        start = min(one.start, two.start)
        if start == self._contested or min(one.talk, two.talk) < samples(self._manners.contest_for):
            return []
        self._contested = start
        return [ContestedStart(start, min(one.end, two.end), now, None)]

    def _kind(self, incoming: Incoming) -> InterruptionKind:
        if self._turns.by == incoming.by:
            return "takeover"
        kind = kind_settled(incoming.start, incoming.end, self._sides[incoming.of].voice, self._manners)
        return "butt-in" if kind == "takeover" else kind

    # --- time passes

    def _what_is_over(self, settled: Sample, now: Sample) -> list[Event]:
        out: list[Event] = []
        same = samples(self._manners.interruption_same)
        for who, side in self._sides.items():
            waiting: list[Utterance] = []
            for utterance in side.small:
                if settled - utterance.end < same:
                    waiting.append(utterance)
                elif self._is_a_short_turn(utterance, who):
                    out += self._hand_over(who, utterance.start, now)
                elif self._turns.by is not None and utterance.talk <= samples(self._manners.backchannel_max):
                    out.append(Backchannel(utterance.start, utterance.end, now, who))
            side.small = waiting
        incoming = self._incoming
        if incoming and settled - incoming.end >= same:
            self._incoming = None
            out.append(incoming.ended(self._kind(incoming), now))
        return out + self._lapse(settled, now)

    def _is_a_short_turn(self, utterance: Utterance, who: Partner) -> bool:
        """An answer too short to win the floor, given into silence and followed by silence; "go on" is followed by going on."""
        if utterance.talk < samples(self._manners.min_turn) or self._turns.by in (None, who):
            return False
        silence = samples(self._manners.turn_over)
        spoken = self._sides[self._pair.other(who)].voice.spoken
        return not spoken(utterance.start - silence, utterance.end + samples(self._manners.interruption_same))

    def _lapse(self, settled: Sample, now: Sample) -> list[Event]:
        ends = [side.voice.last_end or 0 for side in self._sides.values()]
        if self._turns.by is not None and settled - max(ends) >= samples(self._manners.lapse):
            return list(self._turns.close(now))
        return []
