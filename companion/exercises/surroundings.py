"""What happens beside the step: voices learnt, noise, a third voice, a very long silence."""

from __future__ import annotations

from collections.abc import Sequence

from companion.effects import Mode
from companion.events import Enrolled, Event, Noise, ThirdVoice
from companion.exercises.course import Course
from companion.exercises.cue_desk import CueDesk
from companion.exercises.cues import unasked
from companion.exercises.ear import CommandEar
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.exercises.tonight import Tonight
from companion.timeline import Sample, samples

WORTH_SAYING = 15.0
"""Seconds after which it is no longer said that it has become loud."""
THIRD_VOICE = 30.0
"""Seconds a third voice stays before a pause is offered."""


class Surroundings:
    """Notices, and proposes the cues that belong to no step. `idle`: the evening is about to wait for the two."""

    def __init__(self, tonight: Tonight, course: Course, desk: CueDesk, mouth: Mouth, ear: CommandEar) -> None:
        self.idle = False
        self._tonight, self._course, self._desk, self._mouth, self._ear = tonight, course, desk, mouth, ear
        self._third: Sample | None = None
        self._noisy: Sample | None = None
        self._stirred: Sample = 0

    def notice(self, moment: Moment, events: Sequence[Event]) -> None:
        """Take in what this block brought."""
        tonight = self._tonight
        for event in events:
            if isinstance(event, Enrolled) and event.trouble is None:
                tonight.enrolled.add(event.by)
            elif isinstance(event, Noise):
                self._desk.deaf = event.loud
                self._noisy = moment.now if event.loud else None
            elif isinstance(event, ThirdVoice):
                self._third = moment.now if event.present else None
                self._desk.company = event.present
        if self._noisy is not None and not self._asking():
            late = moment.now - self._noisy > samples(WORTH_SAYING)
            tonight.out += [] if late else self._desk.propose(unasked("c_noise", moment.now))
            self._noisy = None
        if self._third is not None and not self._asking() and moment.now - self._third >= samples(THIRD_VOICE):
            self._third = None
            tonight.out += self._desk.propose(unasked("c_third", moment.now))

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
