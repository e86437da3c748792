"""Speech of both at once that labels have hidden.

Labels that name mostly one voice at a time make of two people who speak together a quick alternation without silences. People
do not alternate like that: gaps between turns centre on 0.2 s with a wide spread (Stivers et al. 2009; Heldner & Edlund 2010).
So a short hole in one voice that the other fills edge to edge is taken for speech that was not heard, and is closed before
overlap is measured. With perfect labels next to nothing changes.
"""

from __future__ import annotations

from companion.conversation.utterances import Voice
from companion.timeline import Sample, Span, samples

SEAM = samples(0.1)
"""Silence at the two edges of a hole together, at most; a choice of ours: the precision of labels, well below a usual gap."""

HOLE = samples(0.8)
"""A longer hole may be a turn of the other; a choice of ours, below the shortest speech that is more than a backchannel."""


def unbroken(voice: Voice, other: Voice, since: Sample, until: Sample) -> list[Span]:
    """Where `voice` spoke between two moments, holes that `other` fills edge to edge closed."""
    out: list[Span] = []
    for span in voice.spans(since, until):
        hole = span.start - out[-1].end if out else HOLE
        if out and hole < HOLE and hole - other.spoken(out[-1].end, span.start) <= SEAM:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def together(holder: Voice, other: Voice, start: Sample, end: Sample, join: int) -> int:
    """How long the holder, who was speaking at `start`, went on while the other spoke, until `end`; hidden speech included.

    A silence of `join` ends it: what the holder says after that is a reaction. All in samples.
    """
    went_on: list[Span] = []
    last = start
    for span in unbroken(holder, other, start - SEAM, end):
        if span.start - last >= join:
            break
        went_on.append(span)
        last = span.end
    theirs = unbroken(other, holder, start, end)
    return sum(a.overlap(b) for a in went_on for b in theirs)
