"""Likeness: whether speech sounds like the partner it is put down to, by voice alone, here and tonight.

With one microphone only voices tell the partners apart. In noise two voices of one sex hardly differ, and the holder's own voice
is at times put down to the partner who is silent. While one partner holds the floor nearly all speech is theirs, so how much
either voice sounds like its owner in this room is learned from the stints, and what is put down to the listener is held
against it.
"""

from __future__ import annotations

from companion.conversation.utterances import Utterance
from companion.hearing.heard import Segment
from companion.partner import Pair, Partner
from companion.timeline import RATE

PRIOR, PRIOR_S = 0.5, 1.0
"""Likeness of a voice to its owner before anything is known, nats, and how many seconds of speech that weighs. Measured: 0.4 in
babble at 5 dB, 1 to 3 at 20 dB."""

MEMORY_S = 90.0
"""Seconds of speech over which a voice's likeness is averaged (a choice of ours: some four stints)."""

ALIKE, APART = 1.5, 2.5
"""Nats by which both voices together differ: up to the first what is unlike is in full doubt, from the second on not at all.
Measured with one microphone: pairs that are confused 0.8 to 1.7, others mostly above 2."""

UNLIKE, LIKE = 0.0, 0.6
"""Nats beyond the middle between both voices: down to the first in full doubt, from the second on in none. Measured: the holder's
voice taken for the listener's lies at 0.04 (median; a tenth above 0.4), the listener's own at 1.2 (a quarter below 0.6)."""


class Likeness:
    """What is known of both voices so far. Memory does not grow."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._mean = {who: PRIOR for who in pair}
        self._weight = {who: PRIOR_S for who in pair}

    def learn(self, holder: Partner, segment: Segment) -> None:
        """A stretch of speech that is over, whoever it was put down to, while `holder` has the floor."""
        if segment.likeness is None or segment.by is None:
            return
        value = segment.likeness if segment.by == holder else -segment.likeness
        length = (segment.end - segment.start) / RATE
        self._weight[holder] = min(MEMORY_S, self._weight[holder] + length)
        self._mean[holder] += (value - self._mean[holder]) * min(1.0, length / self._weight[holder])

    def doubt(self, utterance: Utterance, by: Partner) -> float:
        """How doubtful it is by its voice that this is `by`: 0 (not at all, or voices are not all there is) to 1."""
        like = utterance.likeness
        if like is None:
            return 0.0
        own, other = self._mean[by], self._mean[self._pair.other(by)]
        beyond = like - (own - other) / 2
        unlike = min(1.0, max(0.0, (LIKE - beyond) / (LIKE - UNLIKE)))
        return unlike * min(1.0, max(0.0, (APART - own - other) / (APART - ALIKE)))
