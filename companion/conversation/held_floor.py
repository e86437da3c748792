"""A floor that one partner holds: the other's speech beyond backchannels and laughs interrupts.

Written for *holder* and *listener*. The floor is given by the step and never won by speaking; silence belongs to the holder.
"""

from __future__ import annotations

from collections.abc import Sequence

from companion.conversation.interruptions import (
    BEFORE_THE_FIRST_WORD,
    IN_PAUSE,
    OVER_WORDS,
    Incoming,
    enough,
    kind_settled,
    over_words,
    told,
)
from companion.conversation.likeness import Likeness
from companion.conversation.manners import Manners
from companion.conversation.said_words import Meaning, SaidWords
from companion.conversation.turns import Turns
from companion.conversation.utterances import AFTER_ALL, Utterance, Voice, believable
from companion.events import Backchannel, ContestedStart, Event
from companion.hearing.heard import Said, Segment, SoFar
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples

WORDS_WITHIN = samples(0.5)
"""A phrase is recognised within this after its end: the silence that ends a command, and a little."""


class HeldFloor:
    """One stint of one holder, from `since` until the floor changes."""

    def __init__(
        self, pair: Pair, holder: Partner, since: Sample, questions: bool, manners: Manners, turns: Turns, likeness: Likeness
    ) -> None:
        self._holder = holder
        self._listener = pair.other(holder)
        self._since = since
        self._manners = manners
        self._turns = turns
        self._likeness = likeness
        self._need = samples(manners.question_max if questions else manners.interruption_min)
        self._mine = Voice(manners, since)
        self._theirs = Voice(manners)
        self._first_word: Sample | None = None
        self._incoming: Incoming | None = None
        self._told_until: Sample | None = None  # the end of the last interruption that is over
        self._contest: Sample | None = None  # the start of the listener's utterance that began with the holder's turn
        self._small: list[Utterance] = []  # over, too short to interrupt; a backchannel unless more follows
        self._words = SaidWords()
        self._withheld: tuple[Utterance, Meaning] | None = None  # long enough, but its words may make it something else

    def words(self, so_far: SoFar | None, said: Sequence[Said]) -> None:
        """What the recogniser knows after this block; told before `feed`."""
        self._words.feed(so_far, said)

    def feed(self, segments: Sequence[Segment], settled: Sample, now: Sample) -> list[Event]:
        """Take in segments up to `settled`; what they mean, in order."""
        out: list[Event] = []
        for s in segments:
            if not s.open and s.start >= self._since:
                self._likeness.learn(self._holder, s)
        over = self._mine.feed([s for s in segments if s.by == self._holder], settled)
        for utterance in [*over, self._mine.current]:
            if utterance:
                out += self._holder_says(utterance, now)
        grace = self._since + samples(self._manners.interruption_grace)
        over = self._theirs.feed([s for s in segments if s.by == self._listener and s.start >= grace], settled)
        for utterance in [*over, self._theirs.current]:
            if utterance and utterance.talk:
                out += self._listener_says(utterance, now)
        self._small += [u for u in over if u.talk and not self._is_incoming(u)]
        return out + self._what_is_over(settled, now)

    def close(self, now: Sample) -> list[Event]:
        """The floor is given to somebody else: everything that is still open ends."""
        out: list[Event] = []
        for voice in (self._mine, self._theirs):
            for utterance in voice.feed([], AFTER_ALL):
                if voice is self._theirs and utterance.talk and not self._is_incoming(utterance):
                    self._small.append(utterance)
        out += self._what_is_over(AFTER_ALL, now)
        return out + list(self._turns.close(now))

    # --- the holder

    def _holder_says(self, utterance: Utterance, now: Sample) -> list[Event]:
        if not utterance.talk:
            return []
        if self._first_word is None:
            if not believable(utterance, samples(self._manners.first_segment)):
                return []
            self._first_word = utterance.start
            return list(self._turns.open(self._holder, utterance.start, utterance.end, now))
        if believable(utterance):
            self._turns.reach(utterance.word_end)
        return []

    # --- the listener

    def _listener_says(self, utterance: Utterance, now: Sample) -> list[Event]:
        same = samples(self._manners.interruption_same)
        if self._incoming and utterance.start - self._incoming.end < same:
            self._incoming.end = max(self._incoming.end, utterance.end)
            return []
        unlike = self._likeness.doubt(utterance, self._listener)
        if not enough(utterance, self._need, self._manners, unlike) or self._still_the_last(utterance):
            return []
        likely = self._likely(utterance)
        if likely is None:
            return self._contested(utterance, now)
        if self._withholds(utterance):
            return []
        return self._interrupts(utterance, likely, now)

    def _interrupts(self, utterance: Utterance, likely: float, now: Sample) -> list[Event]:
        self._withheld = None
        out: list[Event] = []
        if self._incoming:
            out += self._incoming_over(now)
        self._incoming = Incoming(self._listener, self._holder, utterance.start, utterance.end)
        self._small.clear()
        return [*out, told(utterance, self._listener, self._holder, self._mine, likely, self._manners, now)]

    def _still_the_last(self, utterance: Utterance) -> bool:
        """Whether it goes on with an interruption that seemed over: the holder has not said a word since."""
        since = self._told_until
        if since is None or utterance.start - since >= samples(self._manners.interruption_still):
            return False
        if self._mine.spoken(since, utterance.start):
            return False
        self._told_until = max(since, utterance.end)
        return True

    def _withholds(self, utterance: Utterance) -> bool:
        """Whether to wait for its words: a command to the companion is no interruption, nor are small sounds however many."""
        meaning = self._words.meaning(utterance)
        if meaning == "command":
            self._withheld = (utterance, meaning)
            return True
        if meaning is not None and utterance.talk < samples(self._manners.interruption_doubt):
            self._withheld = (utterance, meaning)
            return True
        return self._withheld is not None and self._withheld[0] is utterance and not utterance.pieces[-1].open

    def _words_settled(self, settled: Sample, now: Sample) -> list[Event]:
        """The utterance that was withheld is over, and whatever it was has been recognised."""
        if self._withheld is None or settled - self._withheld[0].end < WORDS_WITHIN:
            return []
        (utterance, meaning), self._withheld = self._withheld, None
        likely = self._likely(utterance)
        if likely is None or meaning != "phrase" or self._words.meaning(utterance) == "command":
            return []
        return self._interrupts(utterance, likely, now)

    def _likely(self, utterance: Utterance) -> float | None:
        """How often speech placed like this interrupts; None: it does not."""
        first = self._first_word
        if first is None and self._mine.current and self._mine.current.talk:
            first = self._mine.current.start
        if first is None:
            patient = self._since + samples(self._manners.remark_before)
            return BEFORE_THE_FIRST_WORD if utterance.start >= patient else None
        if abs(utterance.start - first) < samples(self._manners.contest_within):
            return None
        if utterance.start < first:
            return None
        return OVER_WORDS if over_words(utterance.start, self._mine) else IN_PAUSE

    def _contested(self, utterance: Utterance, now: Sample) -> list[Event]:
        first, both = self._first_word, samples(self._manners.contest_for)
        if first is None or self._contest is not None or abs(utterance.start - first) >= samples(self._manners.contest_within):
            return []
        if min(utterance.talk, self._mine.spoken(first, now)) < both:
            return []
        self._contest = utterance.start
        return [ContestedStart(min(first, utterance.start), max(utterance.end, self._mine.last_end or first), now, None)]

    def _is_incoming(self, utterance: Utterance) -> bool:
        incoming = self._incoming
        return incoming is not None and incoming.start <= utterance.start <= incoming.end

    # --- time passes

    def _what_is_over(self, settled: Sample, now: Sample) -> list[Event]:
        out = self._words_settled(settled, now)
        same = samples(self._manners.interruption_same)
        if self._incoming and settled - self._incoming.end >= same and not self._theirs_goes_on(self._incoming.end):
            out += self._incoming_over(now)
        waiting: list[Utterance] = []
        for utterance in self._small:
            if settled - utterance.end < same:
                waiting.append(utterance)
            elif utterance.talk <= samples(self._manners.backchannel_max) and self._words.meaning(utterance) != "command":
                out.append(Backchannel(utterance.start, utterance.end, now, self._listener))
        self._small = waiting
        return out

    def _theirs_goes_on(self, after: Sample) -> bool:
        current = self._theirs.current
        return current is not None and current.end > after

    def _incoming_over(self, now: Sample) -> list[Event]:
        incoming, self._incoming = self._incoming, None
        if incoming is None:
            return []
        self._told_until = incoming.end
        return [incoming.ended(kind_settled(incoming.start, incoming.end, self._mine, self._manners), now)]
