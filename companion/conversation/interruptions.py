"""Interruptions: how sure we are of one, and of which kind it is."""

from __future__ import annotations

from dataclasses import dataclass

from companion.conversation.manners import Manners
from companion.conversation.utterances import Utterance, Voice
from companion.events import Interruption, InterruptionEnded, InterruptionKind
from companion.partner import Partner
from companion.timeline import Sample, samples

OVER_WORDS = 0.97
"""How often speech that came in over the holder's words, with sure labels, is one; choices of ours, as the next two."""

IN_PAUSE = 0.93
"""The same for speech that came in during a pause of the holder's turn."""

BEFORE_THE_FIRST_WORD = 0.6
"""The same for speech before the holder has said a word: it may be about the prompt."""

BOTH_SPEAK = samples(0.5)
"""Both speak at least this long in a butt-in over the holder's words; a completion overlaps less."""

AT_ONCE = samples(0.8)
"""After a completion the holder is back within this; gaps centre on 0.2 s (Stivers et al. 2009)."""

STOPPED = samples(0.2)
"""A holder silent for this long while the other speaks has stopped; shorter silences are closures inside words."""

COVERED = 0.7
"""The holder who speaks during this share of it or more has not lost the floor."""


SURE, DOUBTED = 0.75, 0.5
"""Words are sure from the one on and as doubtful as can be from the other down (`Utterance.sure`). Measured on the benchmark's
`dev` set: speech lies at 0.94 (a twentieth below 0.7), noise and echoes of the partner taken for a voice at 0.5 to 0.6."""


REFUSED = 0.6
"""Doubt by the voice from which on no length is enough. Measured on 114 minutes of dinners of our own: 4.7 false alarms an
hour; with 0.4 they are 4.2 and recall is 0.8 points lower, with 0.7 (and `LIKE` 0.5) they are 7.4 and it is 0.4 higher."""


def enough(utterance: Utterance, least: int, manners: Manners, unlike: float = 0.0) -> bool:
    """Whether there are words enough in it to interrupt: `least` samples where they are sure, more the more they are in doubt.

    What may be a laugh or another's voice is waited for as long as a laugh lasts; a wrong report costs more than a late one.
    `unlike`: how doubtful its voice makes it, 0 to 1 (`Likeness.doubt`); what is wholly unlike is never enough.
    """
    if unlike >= REFUSED:
        return False
    doubt = max(unlike, min(1.0, max(0.0, (SURE - utterance.sure) / (SURE - DOUBTED))))
    longer = max(0, samples(manners.interruption_doubt) - samples(manners.interruption_min))
    return utterance.talk >= least + doubt * longer


@dataclass(slots=True)
class Incoming:
    """An interruption that was told and may still go on."""

    by: Partner
    of: Partner
    start: Sample
    end: Sample

    def ended(self, kind: InterruptionKind, now: Sample) -> InterruptionEnded:
        """The event that settles its kind."""
        return InterruptionEnded(self.start, self.end, now, self.by, self.of, kind)


def told(
    utterance: Utterance, by: Partner, of: Partner, holder: Voice, likely: float, manners: Manners, now: Sample
) -> Interruption:
    """The event for an utterance that has become an interruption just now. `likely`: how often speech so placed is one."""
    confidence = utterance.confidence
    probability = likely * confidence * (1.0 - utterance.laugh)
    return Interruption(
        start=utterance.start,
        end=utterance.end,
        noticed=now,
        by=by,
        of=of,
        kind=kind_so_far(utterance.start, utterance.end, holder, manners),
        probability=round(probability, 4),
        confidence=round(confidence, 4),
        quiet=probability >= manners.interruption_probability and confidence >= manners.attribution,
    )


def over_words(start: Sample, holder: Voice) -> bool:
    """Whether the holder was speaking when the other came in."""
    return holder.spoken(start - samples(0.1), start + samples(0.3)) > samples(0.2)


def kind_so_far(start: Sample, end: Sample, holder: Voice, manners: Manners) -> InterruptionKind:
    """A first guess while it goes on: the floor is lost when the holder, who was speaking, has stopped."""
    last = holder.last_end
    if over_words(start, holder) and last is not None and last <= end - STOPPED:
        return "takeover"
    return "butt-in"


def kind_settled(start: Sample, end: Sample, holder: Voice, manners: Manners) -> InterruptionKind:
    """What it was, with what the holder did during it and just after.

    takeover: the holder was speaking, stopped, and the other went on. completion: short, begun at the end of the holder's words,
    and the holder, who waited, is back at once (Lerner 1991). butt-in: everything else, the floor was kept.
    """
    length = end - start
    during = holder.spoken(start, end)
    if length <= samples(manners.completion_max) and during < BOTH_SPEAK:
        just_before = holder.spoken(start - samples(0.25), start + BOTH_SPEAK) > 0
        if just_before and holder.spoken(end, end + AT_ONCE) > 0 and holder.spoken(end - samples(0.2), end) == 0:
            return "completion"
    covered = holder.spoken(start + samples(0.3), end)
    if length >= samples(manners.takeover_min) and covered < COVERED * length and over_words(start, holder):
        return "takeover"
    return "butt-in"
