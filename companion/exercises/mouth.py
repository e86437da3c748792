"""The companion's mouth: what it is sounding now, numbered, and how we know that it is over."""

from __future__ import annotations

from dataclasses import dataclass

from companion.effects import Chime, ChimeKind, Hush, Say
from companion.inputs import PlaybackEnded, PlaybackStarted
from companion.timeline import Sample, samples

START_WITHIN = 2.0
"""Seconds after which a sound that was asked for counts as begun, heard of or not: a dead voice never hangs the evening."""
A_CHARACTER = 0.12
"""Seconds a character may take at most; espeak-ng at 150 words a minute takes about half of it."""
A_CHIME = 1.5


@dataclass(slots=True)
class Sound:
    """One sound on its way: asked for at `asked`, begun at `started`, taken as over at `give_up` at the latest."""

    cue: int
    asked: Sample
    longest: int
    give_up: Sample
    started: Sample | None = None
    ended: Sample | None = None
    cut: bool = False
    unheard: bool = False


class Mouth:
    """One sound at a time. `say` and `chime` number it; `told` and `beat` notice its end."""

    def __init__(self) -> None:
        self._next = 1
        self.sound: Sound | None = None
        self.over_at: Sample | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being sounded, or is about to be."""
        return self.sound is not None

    def say(self, line: str, text: str, now: Sample, *, urgent: bool = False) -> Say:
        """Speak now. The fall-back end is 2 s and 0.12 s a character away."""
        return Say(self._begin(now, samples(A_CHARACTER * len(text))), line, text, urgent)

    def chime(self, kind: ChimeKind, now: Sample) -> Chime:
        """Chime now."""
        return Chime(self._begin(now, samples(A_CHIME)), kind)

    def hush(self) -> Hush:
        """Fall silent; the sound's end comes back as `PlaybackEnded`, or is taken for granted in 0.5 s."""
        if self.sound is not None:
            self.sound.cut = True
            self.sound.give_up = min(self.sound.give_up, self.sound.asked)
        return Hush()

    def forget(self, now: Sample) -> None:
        """Whatever was sounding no longer matters."""
        if self.sound is not None:
            self.sound = None
            self.over_at = now

    def told(self, given: PlaybackStarted | PlaybackEnded) -> None:
        """The loudspeaker began or ended a sound; other sounds' news are old and ignored."""
        if self.sound is None or given.cue != self.sound.cue:
            return
        if isinstance(given, PlaybackStarted):
            self.sound.started = given.at
            self.sound.give_up = given.at + self.sound.longest + samples(START_WITHIN)
        else:
            self.sound.ended = given.at
            self.sound.cut = self.sound.cut or given.cut

    def beat(self, now: Sample) -> Sound | None:
        """The sound that has just come to its end, if one has. `unheard`: nobody told us; its time was up."""
        if self.sound is None:
            return None
        if self.sound.ended is None and now < self.sound.give_up:
            return None
        over, self.sound = self.sound, None
        over.unheard = over.ended is None and not over.cut
        self.over_at = now if over.ended is None else over.ended
        return over

    def _begin(self, now: Sample, longest: int) -> int:
        if self.sound is not None:
            raise RuntimeError("two sounds at once")
        cue, self._next = self._next, self._next + 1
        self.sound = Sound(cue, now, longest, now + longest + samples(START_WITHIN))
        return cue
