"""A question put to one partner, or to whoever answers: asked, waited for, asked once more, then given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from companion.events import AnswerHeard, PhraseHeard, SomethingHeard, SpeechEnded
from companion.exercises.cue_desk import News
from companion.exercises.cues import Cue
from companion.exercises.steps.step import LINE, Beat, Scene, Spoken, Wish
from companion.partner import Partner
from companion.timeline import Sample, samples

EARLY = 0.5
"""An answer may begin this many seconds before its question has ended; people do."""
LATE = 2.0
"""Answers that begin later than this lean one step down where they are hedged (Pomerantz 1984; Kendrick & Torreira 2015)."""
TOLD_MORE = 3.0
"""Speech this long that is no answer is the source telling more: partly."""
SAID_ALL = 3.0
"""Seconds of silence after something that was no answer: it was meant as one, and is asked for again."""
AT_LONGEST = 3.0
"""An answer window ends at the latest after this many times its length, however much is spoken in it."""

Heard = Literal["yes", "partly", "no", "unsure", "repeat", "next"]
Reading = Callable[[PhraseHeard, bool], str | None]
"""What a phrase means as an answer here, given whether it came late: an answer, "unsure", "repeat", or None."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, "" where nothing was; by whom, as far as that is known; and the phrase that said it, if one did."""

    answer: str
    by: Partner | None = None
    phrase: PhraseHeard | None = None

    def heard(self, now: Sample, *, name: bool = True) -> AnswerHeard:
        """The event; `name` False: nobody can find out later whose it was."""
        start, end = (self.phrase.start, self.phrase.end) if self.phrase else (now, now)
        return AnswerHeard(start, end, max(now, end), self.answer, self.by if name else None)


class Question:
    """One question. `on` gives wishes until there is a `Reply`.

    `of`: the partner it is put to; None: either. `again`: the line with which it is asked once more. `lenient`: speech that is
    no phrase counts (in a check, three seconds of it mean "partly"); otherwise it only asks again. `insist` False: it asks again
    only where somebody said something; nobody may be there.
    """

    def __init__(
        self, scene: Scene, cue: Cue, read: Reading, *, of: Partner | None, again: str, wait: float, tries: int,
        lenient: bool = False, insist: bool = True,
    ) -> None:  # fmt: skip
        self.of = of
        self.longest = samples(AT_LONGEST * wait * tries + LINE * (tries + 2))
        self._scene = scene
        self._cue = cue
        self._read = read
        self._again = again
        self._wait = samples(wait)
        self._tries = tries
        self._lenient = lenient
        self._insist = insist
        self._unusable = False
        self._spoken = Spoken([cue])
        self._asked_at: Sample | None = None  # on the evening's clock
        self._asked_clock: Sample = 0
        self._asked = 1
        self._redirected = False
        self._early: list[PhraseHeard] = []
        self._latest: Sample | None = None
        self._more = 0

    def begin(self, at: Sample) -> list[Wish]:
        """Ask."""
        return self._spoken.on(News(), at)

    def on(self, beat: Beat) -> list[Wish] | Reply:
        """A block later: what is wanted now, or the reply."""
        heard = [event for event in beat.events if isinstance(event, PhraseHeard)]
        if not self._spoken.over:
            wishes = self._spoken.on(beat.news, beat.now)
            self._early += heard
            if beat.pressed:
                return Reply("yes", self.of)
            if not self._spoken.over:
                return wishes
            self._asked_at, self._asked_clock = beat.now, beat.clock
            since = beat.now - samples(EARLY)
            heard = [phrase for phrase in self._early if phrase.start >= since]
            self._early = []
        if beat.pressed:
            return Reply("yes", self.of)
        for phrase in heard:
            taken = self._take(phrase, beat)
            if taken is not None:
                return taken
        return self._wait_on(beat)

    def _take(self, phrase: PhraseHeard, beat: Beat) -> list[Wish] | Reply | None:
        late = self._asked_at is not None and phrase.start - self._asked_at > samples(LATE)
        answer = self._read(phrase, late)
        if answer is None:
            return None
        by = phrase.by if phrase.attribution >= self._scene.manners.attribution else None
        if self.of is not None and by is not None and by != self.of and not self._redirected:
            self._redirected = True
            self._asked_clock = beat.clock
            return self._say("ask_the_source", beat) if self._lenient else []
        if answer == "repeat":
            return self._once_more(beat, self._cue.line)
        if answer in ("unsure", "ask-again"):
            return self._once_more(beat, self._again)
        return Reply(answer, by if self.of is None else (by or self.of), phrase)

    def _wait_on(self, beat: Beat) -> list[Wish] | Reply:
        """Nothing usable yet: let a speaker finish, and ask again when the window is over."""
        waited = beat.clock - self._asked_clock
        if self._lenient:
            self._more += sum(self._telling(event) for event in beat.events)
            if self._more >= samples(TOLD_MORE):
                return Reply("partly", self.of)
        unusable = any(isinstance(event, SomethingHeard) for event in beat.events)
        self._unusable = self._unusable or unusable
        if self._lenient and self._unusable and beat.moment.silent and beat.moment.quiet_for >= samples(SAID_ALL):
            return self._once_more(beat, self._again)
        if unusable and not self._lenient and waited >= samples(1.0):
            return self._once_more(beat, self._again)
        over = waited >= self._wait and beat.moment.silent
        if over and not self._insist:
            return Reply("")
        if over or waited >= AT_LONGEST * self._wait:
            return self._once_more(beat, self._again)
        return []

    def _telling(self, event: object) -> int:
        """Samples of the source's speech that is no answer."""
        if not isinstance(event, SpeechEnded) or self._asked_at is None or event.start < self._asked_at:
            return 0
        return event.end - event.start if event.by in (self.of, None) else 0

    def _once_more(self, beat: Beat, line: str) -> list[Wish] | Reply:
        if self._asked >= self._tries:
            return Reply("")
        self._asked += 1
        return self._say(line, beat)

    def _say(self, line: str, beat: Beat) -> list[Wish]:
        id = line if line.startswith("c_") else "line"
        cue = self._scene.owed(line, beat.now, f"again{self._asked}{line}", id=id, holder=self.of)
        self._spoken = Spoken([cue])
        self._more, self._unusable = 0, False
        return self._spoken.on(News(), beat.now)
