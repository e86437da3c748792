"""Who has spoken how much in this step: the little a step needs to know about the talk it guards."""

from __future__ import annotations

from dataclasses import dataclass

from companion.exercises.moment import Moment
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, samples

BREATH = samples(0.3)
"""A silence this short does not end a run of speech; most pauses inside an utterance are shorter (Heldner & Edlund 2010)."""
UNKNOWN = samples(1.0)
"""Speech that stays unattributed this long is taken for whoever is expected to speak; shorter is hearing's look-ahead."""


@dataclass(slots=True)
class Voice:
    """One partner in this step. `spoken`: samples of speech. `run`: of which in the present run. `began`: that run's start."""

    spoken: int = 0
    run: int = 0
    began: Sample | None = None
    heard: Sample | None = None  # last


class Talk:
    """Counts, block by block, from the beginning of a step."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._voices = {who: Voice() for who in pair}
        self._unknown = 0

    def begin(self) -> None:
        """A step begins: everybody has said nothing yet."""
        self._voices = {who: Voice() for who in self._pair}
        self._unknown = 0

    def feed(self, moment: Moment, expected: Partner | None, enrolled: bool) -> None:
        """Take a block in. Before the voices are known, and where one stays unknown, it is that of `expected`."""
        speaking = set(moment.speaking)
        if moment.quiet_for == 0 and not speaking:
            self._unknown += BLOCK
            if expected is not None and (not enrolled or self._unknown >= UNKNOWN):
                speaking.add(expected)
        else:
            self._unknown = 0
        for who in self._pair:
            self._take(self._voices[who], who in speaking, moment.now)

    def forget(self, who: Partner | None, length: int) -> None:
        """`length` samples of what was just said were a command, and no part of what the step listens to."""
        last = max(self._pair, key=lambda each: self._voices[each].heard or -1)
        voice = self._voices[who if who is not None else last]
        voice.spoken, voice.run = max(0, voice.spoken - length), max(0, voice.run - length)

    def of(self, who: Partner | None) -> Voice:
        """This partner's voice in the step; an empty one for nobody."""
        return Voice() if who is None else self._voices[who]

    def speaks(self, who: Partner | None, now: Sample) -> bool:
        """Whether this partner spoke in the last block."""
        return who is not None and self._voices[who].heard == now

    def silent_for(self, who: Partner, now: Sample) -> int | None:
        """Samples since this partner was last heard in this step; None where they have not been."""
        heard = self._voices[who].heard
        return None if heard is None else now - heard

    @staticmethod
    def _take(voice: Voice, speaks: bool, now: Sample) -> None:
        if speaks:
            if voice.began is None or voice.heard is None or now - voice.heard > BREATH:
                voice.began, voice.run = now - BLOCK, 0
            voice.spoken += BLOCK
            voice.run += BLOCK
            voice.heard = now
