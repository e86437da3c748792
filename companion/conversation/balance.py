"""Balance: how much each partner has spoken, ever and lately. A talk share is never spoken aloud without a yes of both."""

from __future__ import annotations

from bisect import bisect_right

from companion.hearing.heard import Segment
from companion.partner import Pair, Partner
from companion.timeline import Sample, Span

KEPT = 1024
"""So many segments a partner are remembered one by one (some twenty minutes of talk); at twice that the older half goes."""


class _Spoken:
    """Finished segments of one partner, with running sums."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.before: list[int] = []  # speech before each span
        self.whole = 0

    def add(self, span: Span) -> None:
        self.spans.append(span)
        self.before.append(self.whole)
        self.whole += span.length
        if len(self.spans) >= 2 * KEPT:
            del self.spans[:KEPT], self.before[:KEPT]

    def since(self, at: Sample) -> int:
        i = bisect_right(self.spans, at, key=lambda s: s.end)
        if i == len(self.spans):
            return 0
        cut = max(0, at - self.spans[i].start)
        return self.whole - self.before[i] - cut


class Balance:
    """Adds up speech per partner."""

    def __init__(self, pair: Pair) -> None:
        self._spoken = {who: _Spoken() for who in pair}
        self._open: dict[Partner, Span] = {}

    def feed(self, segment: Segment) -> None:
        """Count a segment, as far as it is known; an unknown voice counts for nobody."""
        who = segment.by
        if who is None or who not in self._spoken:
            return
        span = Span(segment.start, segment.end)
        if segment.open:
            self._open[who] = span
        else:
            self._open.pop(who, None)
            self._spoken[who].add(span)

    def spoken(self, who: Partner, since: Sample = 0) -> int:
        """Samples of speech of `who` since a moment; exact for some twenty minutes of their talk and from the start."""
        done = self._spoken[who].whole if since <= 0 else self._spoken[who].since(since)
        now = self._open.get(who)
        return done + (max(0, now.end - max(now.start, since)) if now else 0)

    def share(self, who: Partner) -> float:
        """The part of all partner speech that is `who`'s, 0..1; half while nobody has spoken."""
        whole = sum(self.spoken(p) for p in self._spoken)
        return self.spoken(who) / whole if whole else 0.5
