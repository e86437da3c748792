"""The exercise engine: plays an evening, and keeps everybody's way out open.

It interprets content; it decides nothing about sound and nothing about when to speak (the cue desk does). Safety and the
commands that work everywhere stand in front of the step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from companion.conversation.manners import Manners
from companion.effects import Effect, Finish, FloorKind, GiveFloor, Mode, Show
from companion.events import (
    CommandHeard,
    CueGiven,
    EveningEnded,
    EveningStarted,
    Event,
    Mishap,
    PhraseHeard,
)  # fmt: skip
from companion.exercises.answers import answers_of
from companion.exercises.content import Evening, Level, Library
from companion.exercises.course import Course
from companion.exercises.cue_desk import CueDesk, CueVoice
from companion.exercises.cues import KINDS, Cue
from companion.exercises.diary import Past
from companion.exercises.ear import CommandEar
from companion.exercises.gates import Wish, deepest
from companion.exercises.hints import Hints
from companion.exercises.holding import Aside, Holding
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.exercises.recall import Recall
from companion.exercises.requests import Requests
from companion.exercises.safety import STOP, Ending, Safety
from companion.exercises.script import Script
from companion.exercises.step_spec import Size
from companion.exercises.steps.step import Answers, Beat, Order
from companion.exercises.surroundings import Surroundings
from companion.exercises.talk import Talk
from companion.exercises.tonight import Tonight
from companion.exercises.wording import Phrasebook
from companion.inputs import Button, DeviceBack, DeviceLost, PlaybackEnded, PlaybackStarted
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples

Outcome = Literal["done", "declined", "stopped", "gone", "failed"]

LAST_WORDS = 12.0
"""Seconds the last line of an evening may take before the evening ends without it."""
OURS_AT = 0.6
"""Attribution from which a command counts as that partner's."""
NAMELESS = frozenset({"stop", "pass", "time-out"})
"""Commands that nobody can find out afterwards who gave."""


class Engine:
    """One evening. `start` once, then `feed` a block at a time and `tell` what the world reports, until `finished`.

    `enrolled`: the voices are known already. `words`: a recogniser is present that may give the words of a turn. `phrases`: one
    that hears commands and answers, as whoever gives words does if nothing else is said. `first`: who starts (the
    first of the pair if not given). `size`: overrides the evening's own lengths. `evenings_done`, `diary_on`: of the diary.
    `level`: nothing more tender is asked; as tender as the plan, if not given.
    `wish`: what is behind them, for the question what tonight is to be.
    `card`: numbers of the help card as they are to be said (emergency, abuse_line, crisis_line), where the country is set.
    `hints`: which words may come back, where the recogniser knows the words of ordinary talk.
    Raises Trouble where the library has no answers.
    """

    def __init__(
        self, evening: Evening, library: Library, pair: Pair, manners: Manners, *, seed: int, enrolled: bool, words: bool,
        answers: Answers | None = None, first: Partner | None = None, size: Size | None = None, cue_voice: CueVoice = "spoken",
        names: bool = True, friends: bool = False, evenings_done: int = 0, diary_on: bool = False, night: bool = False,
        channels: int = 1, level: Level | None = None, heard_before: Collection[str] = (), card: Mapping[str, str] | None = None,
        wish: Wish | None = None, hints: Hints | None = None, phrases: bool | None = None,
    ) -> None:  # fmt: skip
        self.finished = False
        self._evening, self._library = evening, library
        self._tonight = Tonight(
            pair, manners, first or pair.one, words, names, set(pair) if enrolled else set(), size,
            level or deepest(evening.plan, library), evenings_done, diary_on, night, channels,
            phrases=words if phrases is None else phrases,
        )  # fmt: skip
        self._recall = Recall(hints, pair)
        self._tonight.recall = self._recall
        self._script = script = Script(library, Phrasebook(seed, heard_before), names=names, friends=friends)
        self._mouth = Mouth()
        self._desk = CueDesk(manners, script, self._mouth, cue_voice, names=names)
        self._ear = CommandEar(library, words)
        self._safety = Safety(library)
        self._talk = Talk(pair)
        self._course = Course(
            evening, library, self._tonight, script, self._desk, self._talk, self._ear, answers or answers_of(library),
            wish or Wish(evenings_done=evenings_done),
        )  # fmt: skip
        self._requests = Requests(self._tonight, self._course, self._desk, self._ear, library, card or {})
        self._surroundings = Surroundings(self._tonight, self._course, self._desk, self._mouth, self._ear)
        self._holding = Holding(
            self._tonight, self._course, self._desk, self._ear, self._requests, answers or answers_of(library),
            self._surroundings.stirred,
        )  # fmt: skip
        self._deadline: Sample | None = None
        self._ending: Ending | None = None
        self._end_outcome: Outcome = "stopped"
        self._end_tag: str | None = None
        self._time_outs = 0
        self._given: dict[str, Sample] = {}
        self._pressed = False
        self._shown: tuple[str, int] | None = None

    def past(self, day: int) -> Past | None:
        """What a diary would hold of this evening, and nothing of how it went; None where somebody wanted it forgotten."""
        return None if self._tonight.forgotten else self._course.past(day, self._script.asked)

    # --- what the core calls

    def start(self, at: Sample) -> list[Event | Effect]:
        """The evening begins at `at`."""
        tonight = self._tonight
        tonight.now = tonight.began = at
        tonight.out.append(EveningStarted(at, at, self._evening.slug, (str(tonight.pair.one), str(tonight.pair.two))))
        tonight.turn_to("welcome")
        self._course.go_on()
        return self._taken()

    def feed(self, moment: Moment, events: Sequence[Event]) -> list[Event | Effect]:
        """One block has passed, with what was noticed in it."""
        if self.finished:
            return []
        tonight, step = self._tonight, self._course.step
        tonight.now = moment.now
        self._recall.feed(moment)
        self._talk.feed(moment, step.holder if step else None, tonight.known)
        self._surroundings.notice(moment, events)
        orders = self._understood(events)
        if not self.finished and self._ending is None:
            self._play(moment, tuple(events), orders)
        if not self.finished:
            tonight.out += self._desk.feed(moment, events)
            self._watch_ending(moment)
        return self._taken()

    def tell(self, given: PlaybackStarted | PlaybackEnded | Button | DeviceLost | DeviceBack) -> list[Event | Effect]:
        """What the loudspeaker, the button or a device reports."""
        if self.finished:
            return []
        match given:
            case PlaybackStarted() | PlaybackEnded():
                self._desk.told(given)
            case Button():
                self._press(given)
            case DeviceLost():
                self._lost(given)
            case DeviceBack():
                self._back(given)
        return self._taken()

    def _taken(self) -> list[Event | Effect]:
        out = list(self._tonight.out)
        self._tonight.out.clear()
        for each in out:
            if isinstance(each, CueGiven) and each.spoken:
                self._course.spoken(each.text)
                self._requests.spoken(each)
            else:
                self._holding.seen(each)
            self._recall.notice(each)
        if not self._tonight.words:
            self._recall.switch_off()
        return out

    # --- a block

    def _play(self, moment: Moment, events: tuple[Event, ...], orders: tuple[Order, ...]) -> None:
        tonight, news = self._tonight, self._desk.news()
        if self._surroundings.idle and "c_idle" in news.over | news.dropped:
            self._surroundings.idle = False
            self._holding.pause(heard=False)
        self._surroundings.ask(news, self._holding, self._time_out)
        pressed, self._pressed = self._pressed, False
        if tonight.hold is not None:
            if self._holding.still(moment, events, news, pressed):
                self._end_with("c_gone", "gone")
            return
        news, moment = self._holding.missed(news), self._holding.awake(moment)
        self._surroundings.watch_silence(moment)
        self._surroundings.watch_pace(moment)
        self._course.play(Beat(moment, tonight.clock, events, orders, pressed, news))
        if self._course.over is not None and self._ending is None:
            self._finish("declined" if self._course.over == "declined" else "done")
        else:
            self._show()

    def _show(self) -> None:
        """The status line, once a second."""
        playing, step = self._course.playing, self._course.step
        if playing is None or step is None or playing.place is None:
            return
        left = self._requests.seconds_left()
        key = (playing.place.name, -1 if left is None else round(left))
        if key != self._shown:
            self._shown = key
            text = f"{playing.exercise.title}: {self._course.kind}"
            self._tonight.out.append(Show(text, step.holder, step.mode, left))

    # --- commands

    def _understood(self, events: Sequence[Event]) -> tuple[Order, ...]:
        """Safety first, then the commands that work everywhere; what is left is the step's."""
        orders: list[Order] = []
        for event in events:
            if not isinstance(event, PhraseHeard) or self.finished:
                continue
            ending = self._safety.hear(event)
            if ending is not None:
                self._stop(ending, event)
                continue
            command = self._ear.command(event)
            if command is not None:
                orders += self._obey(command, event)
        return tuple(orders)

    def _obey(self, name: str, phrase: PhraseHeard) -> list[Order]:
        tonight, last = self._tonight, self._given.get(name)
        self._talk.forget(phrase.by, phrase.end - phrase.start)
        if last is not None and phrase.end - last <= samples(tonight.manners.command_again):
            return []
        self._given[name] = phrase.end
        by = phrase.by if phrase.attribution >= OURS_AT and name not in NAMELESS else None
        tonight.out.append(CommandHeard(phrase.start, phrase.end, max(tonight.now, phrase.end), name, by))
        step = self._course.step
        if self._ending is not None:
            if name == "resume" and self._ending.may_carry_on:
                self._carry_on()
        elif tonight.hold is not None:
            self._obey_held(name)
        elif step is not None and (getattr(step, "invites", None) == name or name in step.ours):
            return [Order(name, by, None if name in NAMELESS else phrase.by)]
        elif name == "pause":
            self._holding.pause()
        elif name == "time-out":
            self._time_out()
        elif name == "stop-listening":
            self._holding.deafen()
        elif name == "forget":
            self._requests.tell_line("forget_sure")
            self._holding.ask(Aside("forget_sure", yes=self._requests.forget))
        else:
            self._requests.obey(name)
        return []

    def _obey_held(self, name: str) -> None:
        """While the step stands still there is only going on, and the ways out."""
        if name == "resume":
            self._holding.resume()
        elif name == "time-out":
            self._time_out()
        elif name == "pause" and self._holding.asking:
            self._holding.resume()
            self._holding.pause()

    def _time_out(self) -> None:
        tonight = self._tonight
        if tonight.state == "resting" or "time-out" not in self._library.frames:
            return
        self._holding.release()
        self._deadline, tonight.unsettled = None, tonight.now
        self._time_outs += 1
        if self._time_outs >= 2:
            self._end_with("two_is_plenty", "done")
            return
        tonight.out += self._desk.silence(tonight.now)
        self._course.go_to("time-out")

    # --- endings

    def _stop(self, ending: Ending, phrase: PhraseHeard | None) -> None:
        """Fall silent at once, say one thing, and leave. Said again while we are leaving: leave now."""
        tonight = self._tonight
        if phrase is not None:
            tonight.out.append(CommandHeard(phrase.start, phrase.end, max(tonight.now, phrase.end), "stop", None))
        if self._ending is not None:
            self._finish(self._end_outcome)
            return
        self._quit("stop", ending, "stopped")
        slots = self._requests.slots()
        lines = [line for line in ending.lines if self._script.can_say(line, slots)] or [ending.unset or "c_stop"]
        for line in lines:
            tonight.out += self._desk.propose(Cue(KINDS["c_stop"], tonight.now, line=line, tag=line, id="c_stop", slots=slots))
        self._deadline = tonight.now + samples(tonight.manners.undo_stop)

    def _quit(self, exit: Literal["stop", "timeout"], ending: Ending, outcome: Outcome) -> None:
        """The step is over and nothing follows; only what the ending allows is still heard."""
        tonight = self._tonight
        tonight.out += self._desk.silence(tonight.now)
        self._course.close(exit)
        self._holding.release()
        self._surroundings.idle = False
        self._ending, self._end_outcome = ending, outcome
        if exit == "stop":
            tonight.turn_to("stopped")
        state = "after-stop" if ending.may_carry_on else "stopped"
        tonight.out += [self._ear.listen(Mode.CMD, "", state=state), GiveFloor(FloorKind.NOBODY)]

    def _carry_on(self) -> None:
        """A stop is taken back: the step it cut is begun again."""
        self._ending, self._deadline = None, None
        self._tonight.out += self._desk.silence(self._tonight.now)
        self._course.again()

    def _end_with(self, line: str, outcome: Outcome) -> None:
        """One last line, then the end."""
        self._quit("timeout", Ending((line,), False), outcome)
        self._end_tag = line
        self._deadline = self._tonight.now + samples(LAST_WORDS)
        self._requests.tell_line(line)

    def _watch_ending(self, moment: Moment) -> None:
        if self._ending is None or self._deadline is None:
            return
        news = self._desk.news()
        if self._end_tag is not None and self._end_tag in news.over | news.dropped:
            self._deadline = moment.now
        if moment.now >= self._deadline:
            self._finish(self._end_outcome)

    def _finish(self, outcome: Outcome) -> None:
        tonight = self._tonight
        self._course.end("stop")
        tonight.out += self._desk.silence(tonight.now)
        tonight.out += [self._ear.listen(Mode.OFF, ""), GiveFloor(FloorKind.NOBODY)]
        tonight.turn_to("finished")
        tonight.out.append(EveningEnded(tonight.now, tonight.now, outcome))
        tonight.out.append(Finish(outcome, tonight.keep and outcome == "done"))
        self.finished = True

    # --- button and devices

    def _press(self, button: Button) -> None:
        tonight = self._tonight
        tonight.now = max(tonight.now, button.at)
        self._surroundings.stirred(tonight.now)
        if button.press == "long":
            self._stop(STOP, None)
        elif button.press == "double":
            if tonight.hold is None and self._ending is None:
                self._course.leave("pass")
        else:
            self._pressed = True

    def _lost(self, lost: DeviceLost) -> None:
        tonight = self._tonight
        tonight.now = max(tonight.now, lost.at)
        tonight.out.append(Mishap(tonight.now, tonight.now, f"{lost.device} lost"))
        if lost.device == "recogniser":
            tonight.words = tonight.phrases = self._ear.words = False
            self._requests.once("t_no_recogniser")
        elif lost.device in ("microphone", "speaker"):
            self._holding.pause(heard=False)
            if lost.device == "microphone":
                self._requests.once("t_microphone_lost")

    def _back(self, back: DeviceBack) -> None:
        tonight = self._tonight
        tonight.now = max(tonight.now, back.at)
        if back.device in ("microphone", "speaker") and tonight.state == "paused":
            self._holding.resume()
            if back.device == "microphone":
                self._requests.once("t_microphone_back")
