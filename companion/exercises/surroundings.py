"""What happens beside the step: voices learnt or lost, noise, a third voice, a pace, a very long silence."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from companion.effects import Mode
from companion.events import Enrolled, Event, Noise, SpeechEnded, ThirdVoice
from companion.exercises.course import Course
from companion.exercises.cue_desk import CueDesk, News
from companion.exercises.cues import unasked
from companion.exercises.ear import CommandEar
from companion.exercises.holding import Aside, Holding
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.exercises.pace import Pace
from companion.exercises.tonight import Tonight
from companion.timeline import Sample, samples

WORTH_SAYING = 15.0
"""Seconds after which it is no longer said that it has become loud."""
THIRD_VOICE = 30.0
"""Seconds a third voice stays before a pause is offered."""
AGAIN_WITHIN = 600.0
"""Seconds after an offer to slow down in which the next one offers a time-out."""
SLOWED = 2
"""So many offers to slow down taken up lead to the soft landing."""
LOST_OVER = 60.0
"""Seconds of speech whose voices we were on the whole unsure of: then we ask who is who."""


class Surroundings:
    """Notices, and proposes the cues that belong to no step. `idle`: the evening is about to wait for the two."""

    def __init__(self, tonight: Tonight, course: Course, desk: CueDesk, mouth: Mouth, ear: CommandEar) -> None:
        self.idle = False
        self._tonight, self._course, self._desk, self._mouth, self._ear = tonight, course, desk, mouth, ear
        self._third: Sample | None = None
        self._noisy: Sample | None = None
        self._stirred: Sample = 0
        self._pace = Pace(tuple(tonight.pair))
        self._paces = True  # offers about pace may be made
        self._offered: Sample | None = None
        self._slowed = 0
        self._sure: deque[tuple[int, float]] = deque()  # lengths of speech, and how sure we were of the voice

    def notice(self, moment: Moment, events: Sequence[Event]) -> None:
        """Take in what this block brought."""
        tonight = self._tonight
        for event in events:
            if isinstance(event, Enrolled) and event.trouble is None:
                tonight.enrolled.add(event.by)
                self._sure.clear()
                if event.advice == "alike":
                    tonight.names = self._desk.names = False
            elif isinstance(event, Noise):
                self._desk.deaf = event.loud
                self._noisy = moment.now if event.loud else None
            elif isinstance(event, ThirdVoice):
                self._third = moment.now if event.present else None
                self._desk.company = event.present
            elif isinstance(event, SpeechEnded) and tonight.known:
                self._keep_track(event)
        if self._desk.company:
            tonight.company = moment.now
        self._pace.notice(moment, events)
        if self._noisy is not None and not self._asking():
            late = moment.now - self._noisy > samples(WORTH_SAYING)
            tonight.out += [] if late else self._desk.propose(unasked("c_noise", moment.now))
            self._noisy = None
        if self._third is not None and not self._asking() and moment.now - self._third >= samples(THIRD_VOICE):
            self._third = None
            tonight.out += self._desk.propose(unasked("c_third", moment.now))

    def ask(self, news: News, holding: Holding, time_out: Callable[[], None]) -> None:
        """Wait for the answer to an offer that has just been made."""
        if "c_heat" in news.given:
            self._offered = self._tonight.unsettled = self._tonight.now
            holding.ask(Aside("c_heat", yes=lambda: self._slow(holding)))
        if "c_heat2" in news.given:
            self._tonight.unsettled = self._tonight.now
            holding.ask(Aside("c_heat2", yes=time_out, no=self._no_more_of_it, mode=Mode.CMD))
        if "c_third" in news.given:
            holding.ask(Aside("c_third", yes=lambda: holding.pause(heard=False)))

    def watch_pace(self, moment: Moment) -> None:
        """Offer a moment of quiet where talk has become fast, in a step whose floor is guarded and that is no play."""
        step, tonight = self._course.step, self._tonight
        if step is None or not step.custom.cues or step.custom.play or step.custom.soft or self._desk.deaf or not self._paces:
            return
        id = "c_heat" if self._offered is None or moment.now - self._offered > samples(AGAIN_WITHIN) else "c_heat2"
        if self._pace.calm(moment.now):
            tonight.out += self._desk.withdraw(id, "mended", moment.now)
        elif self._pace.signals(moment.now) >= tonight.manners.pace_signals:
            self._pace.begin_again()
            tonight.out += self._desk.propose(unasked(id, moment.now))

    def _slow(self, holding: Holding) -> None:
        self._slowed += 1
        if self._slowed >= SLOWED:
            self._course.go_to("soft-landing")
        else:
            holding.slow()

    def _no_more_of_it(self) -> None:
        self._paces = False

    def _keep_track(self, speech: SpeechEnded) -> None:
        """Whether we still know who is who, by the last minute of speech."""
        self._sure.append((speech.end - speech.start, 0.0 if speech.by is None else speech.confidence))
        spoken = sum(length for length, _ in self._sure)
        while self._sure and spoken - self._sure[0][0] >= samples(LOST_OVER):
            spoken -= self._sure.popleft()[0]
        mean = sum(length * sure for length, sure in self._sure) / max(1, spoken)
        self._tonight.lost_track = spoken >= samples(LOST_OVER) and mean < self._tonight.manners.attribution

    def _asking(self) -> bool:
        """Whether somebody is being asked something: then they are not told something else."""
        listening = self._ear.now.mode
        return listening in (Mode.YN, Mode.NUM)

    def stirred(self, at: Sample) -> None:
        """Somebody did something without a word: pressed the button, came back from a pause."""
        self._stirred = at

    def watch_silence(self, moment: Moment) -> None:
        """A long silence of both in any step but the quiet ones: the evening waits."""
        step = self._course.step
        if step is None or step.mode in (Mode.QUIET, Mode.OFF) or self._course.kind == "rest":
            self._stirred = moment.now
        elif self.idle or self._mouth.busy:
            return
        elif min(moment.quiet_for, moment.now - self._stirred) >= samples(self._tonight.manners.idle):
            self.idle, self._stirred = True, moment.now
            self._tonight.out += self._desk.propose(unasked("c_idle", moment.now))
