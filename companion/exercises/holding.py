"""The step held still: paused, deaf, slowed down for half a minute, or asked something that belongs to no step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from companion.effects import FloorKind, GiveFloor, ListenFor, Mode
from companion.events import AnswerHeard, Event, PhraseHeard
from companion.exercises.course import Course
from companion.exercises.cue_desk import CueDesk, Custom, News
from companion.exercises.cues import ASKED, Cue
from companion.exercises.ear import CommandEar, Hearkening
from companion.exercises.moment import Moment
from companion.exercises.requests import Requests
from companion.exercises.steps.step import Answers
from companion.exercises.tonight import Tonight
from companion.partner import Partner
from companion.timeline import Sample, samples

REPEAT_AFTER = 30.0
"""Seconds of pause after which the prompt of the step is said again."""
DEAF_FOR = 180.0
"""The microphone comes back on by itself after this."""
QUIET_FOR = 30.0
"""Seconds of quiet for two who said yes to slowing down."""

GAP_LEFT = 3.0
"""Seconds of silence that are left of a pause when the step goes on: more than any line waits for, less than any cue."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A question that belongs to no step, asked of both, answered by either.

    `tag`: of the cue that asks it. `mode` YN takes yes and no, CMD takes "carry on" for a no; no answer within `wait` seconds is
    a no. `yes`, `no`: what follows, once the step has gone on.
    """

    tag: str
    yes: Callable[[], None]
    no: Callable[[], None] = lambda: None
    mode: Mode = Mode.YN
    wait: float = 8.0


class Holding:
    """Holds the step's clock and takes everything up again where it was."""

    def __init__(
        self, tonight: Tonight, course: Course, desk: CueDesk, ear: CommandEar, requests: Requests, answers: Answers,
        stirred: Callable[[Sample], None],
    ) -> None:  # fmt: skip
        """`stirred`: to be told that somebody came back without a word."""
        self._tonight, self._course, self._desk, self._ear = tonight, course, desk, ear
        self._requests, self._answers, self._stirred = requests, answers, stirred
        self._floor = GiveFloor(FloorKind.NOBODY)
        self._holder: Partner | None = None  # whose words were listened for
        self._saved: tuple[Hearkening, Partner | None, GiveFloor] = (ear.now, None, self._floor)
        self._owed: tuple[Cue, ...] = ()  # lines that a pause kept from being said
        self._missed = News()  # what became of cues meanwhile
        self._deadline: Sample | None = None
        self._then: Callable[[], None] | None = None  # at the deadline, where it is not the end
        self._aside: Aside | None = None
        self._asked: Sample = 0
        self._back: Sample = 0  # when the step last went on

    @property
    def asking(self) -> bool:
        """Whether a question that belongs to no step waits for its answer."""
        return self._aside is not None

    def seen(self, effect: object) -> None:
        """Remember whose floor and words it was."""
        if isinstance(effect, ListenFor):
            self._holder = effect.holder
        elif isinstance(effect, GiveFloor):
            self._floor = effect

    def pause(self, *, heard: bool = True) -> None:
        """Hold everything. `heard`: somebody asked for it, and is told so by a chime."""
        tonight = self._tonight
        if tonight.hold is not None or self._course.playing is None:
            return
        self._owed = self._desk.owed
        tonight.out += self._desk.silence(tonight.now)
        self._hold(self._ear.now)
        self._deadline, self._then = tonight.now + samples(tonight.manners.gone), None
        tonight.turn_to("paused")
        tonight.out += [self._ear.listen(Mode.CMD, "", state="paused"), GiveFloor(FloorKind.NOBODY)]
        if heard:
            self._requests.acknowledge("rest")

    def deafen(self) -> None:
        """The microphone goes off when that has been said; on again by the button or the clock."""
        self.pause(heard=False)
        self._requests.tell_line("microphone_off")
        self._tonight.turn_to("deaf")
        self._deadline, self._then = self._tonight.now + samples(DEAF_FOR), self.resume
        self._tonight.out.append(self._ear.listen(Mode.OFF, ""))

    def slow(self) -> None:
        """Half a minute in which nobody needs to say anything; a chime ends it, and the step's question comes again."""
        self.pause(heard=False)
        self._tonight.out.append(self._ear.listen(Mode.QUIET, "quiet"))
        self._deadline, self._then = self._tonight.now + samples(QUIET_FOR), self._after_quiet

    def ask(self, aside: Aside) -> None:
        """The step stands still while a question that was just put is answered. Its line has been proposed to the desk."""
        tonight = self._tonight
        if tonight.hold is not None or self._course.playing is None:
            return
        self._aside, self._asked = aside, tonight.now
        self._owed = tuple(cue for cue in self._desk.owed if cue.tag != aside.tag)
        self._hold(self._ear.now)
        self._deadline = None
        state = "running" if aside.mode is Mode.YN else "offer"
        tonight.out.append(self._ear.listen(aside.mode, "ask" if aside.mode is Mode.YN else "", state=state))

    def still(self, moment: Moment, events: Sequence[Event], news: News, pressed: bool) -> bool:
        """A block in which the step stands still. True when nobody came back."""
        owed = {cue.tag for cue in self._owed}
        self._missed = self._missed.and_then(news, but=frozenset(owed))
        if self._aside is not None:
            self._wait_for(self._aside, moment, events, news, pressed)
        elif pressed:
            self.resume()
        elif self._deadline is not None and self._tonight.now >= self._deadline:
            if self._then is None:
                return True
            self._then()
        return False

    def resume(self, *, repeat: bool = True) -> None:
        """Go on where we were; after a long pause (`repeat`) the prompt is said again. While an aside is asked: that is a no."""
        if self._aside is not None:
            self._answered(self._aside, "no", None)
            return
        tonight, step = self._tonight, self._course.step
        if tonight.hold is None:
            return
        away = self._let_go()
        self._stirred(tonight.now)
        tonight.out += self._desk.silence(tonight.now)
        tonight.turn_to(self._course.state)
        tonight.out += self._desk.begin_step(step.custom if step else Custom(), tonight.now)
        self._take_up()
        if repeat and not self._owed and away > samples(REPEAT_AFTER):
            self._requests.obey("repeat")
        self._owed = ()

    def release(self) -> None:
        """Something else begins: what was held is not taken up again."""
        self._tonight.release()
        self._aside, self._deadline, self._owed, self._missed = None, None, (), News()

    def missed(self, news: News) -> News:
        """These news, and what became of cues while the step stood still."""
        whole, self._missed = self._missed.and_then(news), News()
        return whole

    def awake(self, moment: Moment) -> Moment:
        """The moment without the silence of a pause, which is nobody's hesitation. Enough is left for lines to find their gap."""
        quiet = max(samples(GAP_LEFT), moment.now - self._back)
        return moment if moment.quiet_for <= quiet or not self._back else replace(moment, quiet_for=quiet)

    # --- inside

    def _hold(self, heard: Hearkening) -> None:
        tonight = self._tonight
        tonight.hold, self._missed = tonight.now, News()
        self._saved = (heard, self._holder, self._floor)
        if self._aside is None:
            tonight.out += self._desk.begin_step(Custom(), tonight.now)

    def _let_go(self) -> int:
        self._deadline, self._then, self._back = None, None, self._tonight.now
        return self._tonight.release()

    def _take_up(self) -> None:
        tonight = self._tonight
        heard, holder, floor = self._saved
        tonight.out += [self._ear.again(heard, holder), floor]
        for cue in self._owed:
            tonight.out += self._desk.propose(replace(cue, at=tonight.now))

    def _after_quiet(self) -> None:
        self.resume(repeat=False)
        cue = Cue(ASKED, self._tonight.now, tag="rest", id="line", chime="rest", chimes=1)
        self._tonight.out += self._desk.propose(cue)
        self._requests.obey("repeat")

    def _wait_for(self, aside: Aside, moment: Moment, events: Sequence[Event], news: News, pressed: bool) -> None:
        if aside.tag in news.dropped:
            self._answered(aside, "no", None)
            return
        if aside.tag in news.over:
            self._deadline = moment.now + samples(aside.wait)
        if pressed:
            self._answered(aside, "yes", None)
            return
        for event in events:
            if isinstance(event, PhraseHeard) and aside.mode is Mode.YN and event.start >= self._asked:
                said = self._answers.consent(event.phrase, laughed=event.laughed)
                if said in ("yes", "no"):
                    self._answered(aside, said, event)
                    return
        if self._deadline is not None and moment.now >= self._deadline and (moment.silent or aside.mode is Mode.CMD):
            self._answered(aside, "no", None)

    def _answered(self, aside: Aside, answer: str, phrase: PhraseHeard | None) -> None:
        """The step goes on, then what the answer calls for happens."""
        tonight, self._aside = self._tonight, None
        if phrase is not None:
            tonight.out.append(AnswerHeard(phrase.start, phrase.end, tonight.now, answer, None))
        self._let_go()
        self._take_up()
        self._owed = ()
        (aside.yes if answer == "yes" else aside.no)()
