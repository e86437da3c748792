"""Utterances: one partner's segments, joined over short silences, as they come in; and what in them is talk."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from companion.conversation.manners import Manners
from companion.hearing.heard import Segment
from companion.timeline import Sample, Span, samples

MEMORY = samples(30.0)
"""How far back a voice remembers where it spoke. No decision looks back further, so a day takes no more room than a minute."""


AFTER_ALL: Sample = 1 << 62
"""A moment later than any: labels settled up to it make everything be over."""


DOUBTFUL = samples(1.0)
"""A piece of doubtful attribution that goes on for this long is talk after all: noise that is taken for a voice comes in bits."""


def is_talk(piece: Segment, manners: Manners) -> bool:
    """Whether a piece is words: no laughter, no murmur, and surely this partner's, or long."""
    if piece.laugh >= manners.laugh_at or piece.hum >= manners.hum_at:
        return False
    return piece.confidence >= manners.believed or piece.end - piece.start >= DOUBTFUL


@dataclass(slots=True)
class Utterance:
    """One partner's speech without a silence of `ipu_join` inside. Laughter, murmurs and what may be noise are no talk."""

    manners: Manners
    pieces: deque[Segment] = field(default_factory=deque)
    before: int = 0  # talk in pieces no longer remembered
    begun: Sample = 0

    def take(self, piece: Segment) -> None:
        """Add a piece, or what is now known of the last one."""
        if not self.pieces:
            self.begun = piece.start
        if self.pieces and self.pieces[-1].start == piece.start:
            self.pieces[-1] = piece
        else:
            self.pieces.append(piece)
        while len(self.pieces) > 1 and self.pieces[1].start < piece.end - MEMORY:
            self.before += self._talk(self.pieces.popleft())

    def _talk(self, piece: Segment) -> int:
        return piece.end - piece.start if is_talk(piece, self.manners) else 0

    @property
    def start(self) -> Sample:
        """Its first word; its first sound if there is no word."""
        if self.before:
            return self.begun
        return next((p.start for p in self.pieces if self._talk(p)), self.begun)

    @property
    def end(self) -> Sample:
        """As far as it is known to reach."""
        return self.pieces[-1].end

    @property
    def talk(self) -> int:
        """Words in it, in samples."""
        return self.before + sum(map(self._talk, self.pieces))

    @property
    def longest(self) -> int:
        """The longest stretch of talk in it, in samples."""
        return max(map(self._talk, self.pieces), default=0)

    @property
    def word_end(self) -> Sample:
        """The end of its last word; of its last sound if there is no word."""
        return next((p.end for p in reversed(self.pieces) if self._talk(p)), self.end)

    @property
    def span(self) -> Span:
        """From its first word to its last."""
        return Span(self.start, self.end)

    @property
    def confidence(self) -> float:
        """How sure the attribution of its talk is, weighted by length."""
        return self._mean([(p.confidence, self._talk(p)) for p in self.pieces], 1.0)

    @property
    def laugh(self) -> float:
        """Probability of laughter over its talk, weighted by length."""
        return self._mean([(p.laugh, self._talk(p)) for p in self.pieces], 0.0)

    @property
    def sure(self) -> float:
        """How sure it is that these are words of this partner: attribution, and neither laughter nor a murmur."""
        return self._mean([(p.confidence * (1 - p.laugh) * (1 - p.hum), self._talk(p)) for p in self.pieces], 0.0)

    @property
    def likeness(self) -> float | None:
        """Nats a frame by which its voice is more this partner's than the other's; None where that is not asked."""
        known = [(p.likeness, self._talk(p)) for p in self.pieces if p.likeness is not None]
        return self._mean(known, 0.0) if known else None

    @staticmethod
    def _mean(weighted: list[tuple[float, int]], otherwise: float) -> float:
        weight = sum(w for _, w in weighted)
        return sum(x * w for x, w in weighted) / weight if weight else otherwise


EDGE_SURE, EDGE_LONG = 0.7, samples(1.5)
"""An utterance less sure than this and shorter neither begins a turn nor lengthens it: noise before and after talk would. A
choice of ours, between what noise gets (0.65) and speech (0.95)."""


def believable(utterance: Utterance, least: int = 0) -> bool:
    """Whether it is words enough of this partner, and surely theirs, to begin or lengthen their turn."""
    return utterance.talk >= max(1, least) and (utterance.sure >= EDGE_SURE or utterance.talk >= EDGE_LONG)


class Voice:
    """What one partner says: segments in, utterances out.

    A silence of `manners.ipu_join` parts two utterances. `since`: what was said before it is cut away.
    """

    def __init__(self, manners: Manners, since: Sample = 0) -> None:
        self._join = samples(manners.ipu_join)
        self._manners = manners
        self._since = since
        self._spans: deque[Segment] = deque()
        self._over: deque[Utterance] = deque()
        self.current: Utterance | None = None

    def feed(self, segments: Iterable[Segment], settled: Sample) -> list[Utterance]:
        """Take in what is known of this voice up to `settled`; the utterances that are over now, in order."""
        over: list[Utterance] = []
        for segment in segments:
            start = max(segment.start, self._since)
            if segment.end <= start:
                continue
            piece = segment if start == segment.start else _cut(segment, start)
            self._remember(piece)
            if self.current and piece.start >= self.current.end + self._join:
                over.append(self._close(self.current))
            if self.current is None:
                self.current = Utterance(self._manners)
            self.current.take(piece)
        if self.current and not self.current.pieces[-1].open and settled >= self.current.end + self._join:
            over.append(self._close(self.current))
        return over

    def _close(self, utterance: Utterance) -> Utterance:
        self.current = None
        self._over.append(utterance)
        while self._over[0].end < utterance.end - MEMORY:
            self._over.popleft()
        return utterance

    def _remember(self, piece: Segment) -> None:
        if self._spans and self._spans[-1].start == piece.start:
            self._spans[-1] = piece
        else:
            self._spans.append(piece)
        while self._spans[0].end < piece.end - MEMORY:
            self._spans.popleft()

    @property
    def last_end(self) -> Sample | None:
        """The end of its last speech, as far as known; laughter counts."""
        return self._spans[-1].end if self._spans else None

    @property
    def last_word_end(self) -> Sample | None:
        """The end of its last word, as far as known."""
        return next((s.end for s in reversed(self._spans) if is_talk(s, self._manners)), None)

    @property
    def utterances(self) -> list[Utterance]:
        """Its latest utterances with words in them, in order, the one going on included."""
        known = [*self._over, self.current] if self.current else [*self._over]
        return [u for u in known if u.talk]

    def utterance_at(self, at: Sample, slack: int = 0) -> Utterance | None:
        """The utterance during which it was `at`, or that had ended `slack` samples before at most."""
        return next((u for u in reversed(self.utterances) if u.start <= at < u.end + slack), None)

    def spoken(self, since: Sample, until: Sample, laughter: bool = False) -> int:
        """Speech inside a stretch, in samples; not further back than MEMORY."""
        where = Span(since, until)
        return sum(Span(s.start, s.end).overlap(where) for s in self._spans if laughter or is_talk(s, self._manners))

    def spans(self, since: Sample, until: Sample) -> list[Span]:
        """Where it spoke words between two moments, cut to them."""
        words = (s for s in self._spans if is_talk(s, self._manners) and s.end > since and s.start < until)
        return [Span(max(s.start, since), min(s.end, until)) for s in words]


def _cut(segment: Segment, start: Sample) -> Segment:
    return replace(segment, start=start)
