"""The exercise engine: plays an evening, exercise by exercise, step by step, and keeps everybody's way out open.

It interprets content; it decides nothing about sound and nothing about when to speak (the cue desk does). Safety and the
commands that work everywhere stand in front of the step. Every step ends within its longest time, whatever is heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from companion.conversation.manners import MANNERS, Manners
from companion.effects import Adjust, Effect, Finish, FloorKind, GiveFloor, ListenFor, Mode, Show
from companion.events import (
    CommandHeard,
    CueGiven,
    Enrolled,
    EveningEnded,
    EveningStarted,
    Event,
    ExerciseEnded,
    ExerciseStarted,
    Exit,
    Mishap,
    Noise,
    PhraseHeard,
    StateChanged,
    StepEntered,
    StepLeft,
    ThirdVoice,
)  # fmt: skip
from companion.exercises.answers import answers_of
from companion.exercises.content import Evening, Exercise, Level, Library, PlanItem, Size
from companion.exercises.cue_desk import CueDesk, CueVoice, Custom, Out
from companion.exercises.cues import ASKED, KINDS, Cue, unasked
from companion.exercises.ear import CommandEar, Hearkening
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.exercises.path import Elsewhere, Facts, Path, Place
from companion.exercises.safety import STOP, Ending, Safety
from companion.exercises.script import Script
from companion.exercises.steps.play import played
from companion.exercises.steps.step import Answers, Beat, Leave, Order, Scene, Step, Wish, Withdraw
from companion.exercises.talk import Talk
from companion.exercises.wording import Phrasebook
from companion.inputs import Button, DeviceBack, DeviceLost, PlaybackEnded, PlaybackStarted
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples, seconds

REPEAT_AFTER = 30.0
"""Seconds of pause after which the prompt of the step is said again."""
DEAF_FOR = 180.0
"""The microphone comes back on by itself after this."""
THIRD_VOICE = 30.0
"""Seconds a third voice stays before a pause is offered."""
LAST_WORDS = 12.0
"""Seconds the last line of an evening may take before the evening ends without it."""
NAMELESS = frozenset({"stop", "pass", "time-out"})
"""Commands that nobody can find out afterwards who gave."""


@dataclass(slots=True)
class _Playing:
    """The exercise that is being played, and where in it we are."""

    exercise: Exercise
    size: Size
    path: Path
    first: Partner
    place: Place | None = None
    step: Step | None = None
    since: Sample = 0  # when the step began, on the clock that stands still in pauses
    openers: dict[str, str] = field(default_factory=dict)
    last_holder: Partner | None = None
    turned: bool = False
    helped: bool = False


class Engine:
    """One evening. `start` once, then `feed` a block at a time and `tell` what the world reports, until `finished`.

    `enrolled`: the voices are known already. `words`: a recogniser is present that may give words. `first`: who starts (the first
    of the pair if not given). `size`: overrides the evening's own lengths. `evenings_done`, `diary_on`: of the diary.
    """

    def __init__(
        self, evening: Evening, library: Library, pair: Pair, manners: Manners, *, seed: int, enrolled: bool, words: bool,
        answers: Answers | None = None, first: Partner | None = None, size: Size | None = None, cue_voice: CueVoice = "spoken",
        names: bool = True, friends: bool = False, evenings_done: int = 0, diary_on: bool = False, night: bool = False,
        channels: int = 1, level: Level = "light", heard_before: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.finished = False
        self._evening, self._library, self._pair, self._manners = evening, library, pair, manners
        self._enrolled, self._words, self._names = set(pair) if enrolled else set(), words, names
        self._recogniser = "embedded" if words else "none"
        self._size, self._level = size, level
        self._first = first or pair.one
        self._evenings_done, self._diary_on, self._night, self._channels = evenings_done, diary_on, night, channels
        self._script = Script(library, Phrasebook(seed, heard_before), names=names, friends=friends)
        self._mouth = Mouth()
        self._desk = CueDesk(manners, self._script, self._mouth, cue_voice, names=names)
        self._ear = CommandEar(library)
        self._safety = Safety(library)
        self._answers = answers or answers_of(library)
        self._talk = Talk(pair)
        self._plan: deque[PlanItem] = deque(evening.plan)
        self._playing: _Playing | None = None
        self._played: set[str] = set()
        self._exercises = 0
        self._form = ""
        self._state = "waiting"
        self._now: Sample = 0
        self._began: Sample = 0
        self._held = 0  # samples lost to pauses
        self._hold: Sample | None = None
        self._hold_state = ""
        self._listening: ListenFor | None = None
        self._floor = GiveFloor(FloorKind.NOBODY)
        self._last_line: tuple[str, str] | None = None
        self._cut = False
        self._saved: tuple[Hearkening, Partner | None, GiveFloor] = (self._ear.now, None, self._floor)
        self._deadline: Sample | None = None
        self._ending: Ending | None = None
        self._end_outcome: str = "stopped"
        self._end_tag: str | None = None
        self._time_outs = 0
        self._given: dict[str, Sample] = {}
        self._pressed: str | None = None
        self._idle = False
        self._third: Sample | None = None
        self._keep = False
        self._shown: int | None = None
        self._out: list[Out] = []

    # --- what the core calls

    def start(self, at: Sample) -> list[Event | Effect]:
        """The evening begins at `at`."""
        self._now = self._began = at
        self._out = [EveningStarted(at, at, self._evening.slug, (str(self._pair.one), str(self._pair.two)))]
        self._turn_to("welcome")
        self._next_item()
        return self._taken()

    def feed(self, moment: Moment, events: Sequence[Event]) -> list[Event | Effect]:
        """One block has passed, with what was noticed in it."""
        if self.finished:
            return []
        self._now = moment.now
        step = self._playing.step if self._playing else None
        self._talk.feed(moment, step.holder if step else None, len(self._enrolled) == 2)
        self._notice(moment, events)
        orders = self._understood(events)
        if not self.finished and self._ending is None:
            self._play(moment, tuple(events), orders)
        if not self.finished:
            self._out += self._desk.feed(moment, events)
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
        out, self._out = self._out, []
        for each in out:
            if isinstance(each, CueGiven) and each.spoken and each.asked and not each.id.startswith("help"):
                self._last_line = (each.id, each.text)
            elif isinstance(each, ListenFor):
                self._listening = each
            elif isinstance(each, GiveFloor):
                self._floor = each
        return out

    # --- the way through the evening

    def _next_item(self) -> None:
        """Play the next thing of the plan; when nothing is left, the evening is over."""
        while self._plan:
            item = self._plan.popleft()
            if item.condition is not None and not item.condition.holds(self._facts()):
                continue
            exercise = self._library.played(item)
            size = self._size or item.size
            if not exercise.frame and self._too_late_for(exercise, size):
                continue
            self._form = item.form or ""
            self._begin_exercise(exercise, size)
            return
        self._finish("done")

    def _too_late_for(self, exercise: Exercise, size: Size) -> bool:
        left = self._evening.time - seconds(self._clock() - self._began)
        return self._evening.if_time_short == "drop-last" and left < exercise.lasts.of(size) / 2

    def _begin_exercise(self, exercise: Exercise, size: Size) -> None:
        first = self._first if exercise.frame or self._exercises % 2 == 0 else self._pair.other(self._first)
        self._exercises += 0 if exercise.frame else 1
        state = {"welcome": "welcome", "close": "closing", "time-out": "resting"}.get(exercise.slug if exercise.frame else "")
        self._turn_to(state or "running")
        self._script.exercise = exercise
        self._script.forget_drafts()
        self._desk.begin_exercise()
        path = Path(exercise, size, first, self._pair.other(first), self._facts)
        self._playing = _Playing(exercise, size, path, first)
        self._out.append(ExerciseStarted(self._now, self._now, exercise.slug, size, first))
        self._enter(path.begin())

    def _enter(self, place: Place | Elsewhere) -> None:
        playing = self._playing
        if playing is None:
            return
        if isinstance(place, Elsewhere):
            self._leave_exercise(place.to)
            return
        playing.place, playing.helped = place, False
        self._talk.begin()
        try:
            step = played(place.spec, self._scene(playing, place))
            wishes = step.enter(self._now)
        except Exception as trouble:  # a bug of ours in one step must not end the evening
            playing.step = None
            self._mishap(place, trouble)
            self._enter(playing.path.leave(place, "pass"))
            return
        playing.step, playing.since = step, self._clock()
        self._out += self._desk.begin_step(step.custom, self._now)
        holder = step.holder
        self._out.append(StepEntered(self._now, self._now, place.name, place.spec.kind, step.mode, holder, step.budget))
        self._shown = None
        self._perform(wishes)

    def _scene(self, playing: _Playing, place: Place) -> Scene:
        ring = getattr(place.spec, "openers", None)
        recalled = playing.openers.get(ring) if ring and place.half else None
        return Scene(
            place, self._pair, playing.size, self._level, self._manners, self._script, self._talk, self._ear, self._answers,
            self._words, len(self._enrolled) == 2, playing.last_holder, recalled,
        )  # fmt: skip

    def _leave(self, exit: Exit) -> None:
        """The step is over; go where its exit leads."""
        playing = self._playing
        if playing is None or playing.place is None or playing.step is None:
            return
        step, place = playing.step, playing.place
        playing.step = None
        self._close_step(step, place, exit)
        if step.answer is not None:
            self._settle_answer(place, step.answer)
        if place.spec.kind == "turn":
            playing.last_holder, playing.turned = step.holder, True
            opener, ring = getattr(step, "opener", None), getattr(place.spec, "openers", None)
            if opener and ring:
                playing.openers[ring] = opener
        self._enter(playing.path.leave(place, exit, step.answer))

    def _close_step(self, step: Step, place: Place, exit: Exit) -> None:
        try:
            self._perform(step.leave())
        except Exception as trouble:
            self._mishap(place, trouble)
        self._out += self._desk.clear(self._now)
        self._out.append(StepLeft(self._now, self._now, place.name, place.spec.kind, exit))

    def _settle_answer(self, place: Place, answer: str) -> None:
        """What some answers switch on for the rest of the evening."""
        sets = getattr(place.spec, "sets", None)
        if sets == "diary" and answer == "yes":
            self._keep = True
        elif sets == "manner" and answer in MANNERS:
            self._manners = self._desk.manners = MANNERS[answer]

    def _leave_exercise(self, to: str) -> None:
        playing, self._playing = self._playing, None
        if playing is None:
            return
        welcome = self._state == "welcome"
        outcome: Exit = "no" if to == "finish" and welcome else "done"
        self._out.append(ExerciseEnded(self._now, self._now, playing.exercise.slug, outcome))
        self._played.add(playing.exercise.slug)
        if to == "finish":
            self._finish("declined" if welcome else "done")
            return
        follows = to if to not in ("end", "next") else ("soft-landing" if playing.exercise.after == "soft-landing" else None)
        if follows is not None and follows in self._library.frames:
            self._plan.appendleft(PlanItem(frame=follows))
        self._next_item()

    def _finish(self, outcome: str) -> None:
        self._out += self._desk.silence(self._now) if outcome != "done" else self._desk.clear(self._now)
        if self._playing is not None:
            slug, self._playing = self._playing.exercise.slug, None
            self._out.append(ExerciseEnded(self._now, self._now, slug, "stop"))
        self._out += [ListenFor(Mode.OFF), GiveFloor(FloorKind.NOBODY)]
        self._turn_to("finished")
        self._out.append(EveningEnded(self._now, self._now, outcome))
        self._out.append(Finish(outcome, self._keep and outcome == "done"))  # type: ignore[arg-type]
        self.finished = True

    def _turn_to(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self._out.append(StateChanged(self._now, self._now, state))

    def _facts(self) -> Facts:
        playing = self._playing
        left = max(0.0, self._evening.time - seconds(self._clock() - self._began)) / 60.0
        facts: dict[str, str | float | bool] = {
            "size": playing.size if playing else "medium", "level": self._level, "setting": self._manners.name,
            "minutes_left": left, "evenings_done": float(self._evenings_done), "recogniser": self._recogniser,
            "channels": float(self._channels), "night": self._night, "diary_on": self._diary_on, "form": self._form,
            "words_ahead": self._words_ahead(), "voices_known": len(self._enrolled) == 2,
            "first_time": playing is None or playing.exercise.slug not in self._played,
        }  # fmt: skip
        if playing is not None and playing.path.answer is not None:
            facts["answer"] = playing.path.answer
        return facts

    def _words_ahead(self) -> bool:
        return self._words and any(Mode.WORDS in self._library.played(item).modes() for item in self._plan)

    # --- a block of a step

    def _clock(self) -> Sample:
        """The clock of the steps: it stands still while the evening is paused."""
        return (self._hold if self._hold is not None else self._now) - self._held

    def _play(self, moment: Moment, events: tuple[Event, ...], orders: tuple[Order, ...]) -> None:
        news = self._desk.news()
        if self._idle and "c_idle" in news.over | news.dropped:
            self._idle = False
            self._pause()
        if self._hold is not None:
            self._held_still()
            return
        playing = self._playing
        if playing is None or playing.step is None:
            return
        pressed, self._pressed = self._pressed == "short", None
        self._watch_silence(moment)
        if self._clock() - playing.since > playing.step.longest:
            self._leave("timeout")
            return
        beat = Beat(moment, self._clock(), events, orders, pressed, news)
        try:
            wanted = playing.step.on(beat)
        except Exception as trouble:  # as above
            if playing.place is not None:
                self._mishap(playing.place, trouble)
            self._leave("pass")
            return
        if isinstance(wanted, str):
            self._leave(wanted)
        else:
            self._perform(wanted)
        self._show()

    def _perform(self, wishes: Sequence[Wish]) -> None:
        for wish in wishes:
            if isinstance(wish, Cue):
                self._out += self._desk.propose(wish)
            elif isinstance(wish, Withdraw):
                self._out += self._desk.withdraw(wish.name, wish.why, self._now)
            elif isinstance(wish, Leave):
                self._leave(wish.exit)
                return
            else:
                self._out.append(wish)

    def _mishap(self, place: Place, trouble: Exception) -> None:
        self._out.append(Mishap(self._now, self._now, f"step {place.name} failed: {type(trouble).__name__}: {trouble}"))

    def _show(self) -> None:
        """The status line, once a second."""
        playing = self._playing
        if playing is None or playing.step is None or playing.place is None:
            return
        left = getattr(playing.step, "seconds_left", None)
        remaining = seconds(left(self._clock())) if left is not None else None
        key = round(remaining) if remaining is not None else -1
        if key != self._shown:
            self._shown = key
            text = f"{playing.exercise.title}: {playing.place.spec.kind}"
            self._out.append(Show(text, playing.step.holder, playing.step.mode, remaining))

    # --- what is noticed beside the step

    def _notice(self, moment: Moment, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Enrolled) and event.trouble is None:
                self._enrolled.add(event.by)
            elif isinstance(event, Noise):
                self._desk.deaf = event.loud
                if event.loud:
                    self._out += self._desk.propose(unasked("c_noise", moment.now))
            elif isinstance(event, ThirdVoice):
                self._third = moment.now if event.present else None
                self._desk.company = event.present
        if self._third is not None and moment.now - self._third >= samples(THIRD_VOICE):
            self._third = None
            self._out += self._desk.propose(unasked("c_third", moment.now))

    def _watch_silence(self, moment: Moment) -> None:
        """Ninety seconds of silence in any step but the quiet ones: the evening waits."""
        playing = self._playing
        if playing is None or playing.step is None or self._idle or self._mouth.busy:
            return
        if playing.step.mode in (Mode.QUIET, Mode.OFF) or (playing.place and playing.place.spec.kind == "rest"):
            return
        since = max(self._mouth.over_at or 0, self._entered_at())
        if min(moment.quiet_for, moment.now - since) >= samples(self._manners.idle):
            self._idle = True
            cue = unasked("c_idle", moment.now)
            self._out += self._desk.propose(cue)

    def _entered_at(self) -> Sample:
        playing = self._playing
        return 0 if playing is None else playing.since + self._held

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
        last = self._given.get(name)
        if last is not None and phrase.end - last <= samples(self._manners.command_again):
            return []
        self._given[name] = phrase.end
        by = phrase.by if phrase.attribution >= 0.6 and name not in NAMELESS else None
        self._out.append(CommandHeard(phrase.start, phrase.end, max(self._now, phrase.end), name, by))
        step = self._playing.step if self._playing else None
        invited = getattr(step, "invites", None) == name
        if self._ending is not None:
            if name == "resume" and self._ending.may_carry_on:
                self._carry_on()
            return []
        if self._hold is not None:
            if name == "resume":
                self._resume()
            elif name == "time-out":
                self._time_out()
            return []
        if step is not None and (invited or name in step.ours):
            return [Order(name, by)]
        self._everywhere(name)
        return []

    def _everywhere(self, name: str) -> None:
        """The commands that mean the same in every step."""
        simple: dict[str, Callable[[], None]] = {
            "pause": self._pause, "time-out": self._time_out, "pass": lambda: self._leave("pass"), "repeat": self._repeat,
            "help": self._help, "how-long": self._how_long, "quiet-cues": self._quiet_cues, "no-words": self._no_words,
            "microphone-off": self._go_deaf, "you-first": self._you_first, "forget": self._forget,
            "help-card": lambda: self._tell_line("help_card_none"), "soft-landing": lambda: self._go_to("soft-landing"),
        }  # fmt: skip
        adjust = {
            "louder": Adjust(louder=1), "softer": Adjust(louder=-1), "slower": Adjust(faster=-1), "faster": Adjust(faster=1),
        }  # fmt: skip
        if name in adjust:
            self._out.append(adjust[name])
            self._acknowledge()
        elif name in simple:
            simple[name]()

    def _acknowledge(self) -> None:
        self._out += self._desk.propose(Cue(ASKED, self._now, tag="yes", id="line", chime="soon", chimes=1))

    def _tell_line(self, line: str) -> None:
        self._out += self._desk.propose(Cue(ASKED, self._now, line=line, tag=line, id=line, slots=self._slots()))

    def _slots(self) -> dict[str, str]:
        return {"first": self._first, "second": self._pair.other(self._first)}

    def _repeat(self) -> None:
        if self._last_line is not None:
            id, text = self._last_line
            self._out += self._desk.propose(Cue(ASKED, self._now, text=text, tag="repeat", id=id))

    def _help(self) -> None:
        playing = self._playing
        if playing is None or playing.place is None:
            return
        kind = {"check": "ask", "clarify": "turn", "rounds": "turn"}.get(playing.place.spec.kind, playing.place.spec.kind)
        line = f"help_{kind}" if f"help_{kind}" in self._library.lines else "help_other"
        self._tell_line("help_again" if playing.helped else line)
        playing.helped = True

    def _how_long(self) -> None:
        left = getattr(self._playing.step, "seconds_left", None) if self._playing else None
        if left is None:
            self._tell_line("time_open")
            return
        remaining = seconds(left(self._clock()))
        limits = ((30.0, "time_nearly"), (90.0, "time_one"), (150.0, "time_two"))
        self._tell_line(next((line for limit, line in limits if remaining < limit), "time_few"))

    def _quiet_cues(self) -> None:
        self._desk.cue_voice = "chimes"
        self._acknowledge()

    def _no_words(self) -> None:
        self._words, self._recogniser = False, "none"
        if self._listening is not None and self._listening.mode is Mode.WORDS:
            heard = self._ear.now.listening
            self._out.append(self._ear.listen(Mode.FLOOR, heard.kind, answers=heard.answers))
        self._acknowledge()

    def _you_first(self) -> None:
        playing = self._playing
        if playing is not None and not playing.turned and not playing.exercise.frame:
            playing.path.exchange()
            self._acknowledge()

    def _forget(self) -> None:
        self._keep = False
        self._tell_line("forget_done")

    def _go_to(self, frame: str) -> None:
        playing = self._playing
        if playing is None or frame not in self._library.frames or playing.exercise.slug == frame:
            return
        if playing.step is not None and playing.place is not None:
            step, playing.step = playing.step, None
            self._close_step(step, playing.place, "pass")
        self._leave_exercise(frame)

    # --- pause, time-out, microphone off

    def _pause(self) -> None:
        if self._hold is not None or self._playing is None:
            return
        self._cut = self._desk.waiting
        self._out += self._desk.silence(self._now)
        self._hold, self._hold_state = self._now, self._state
        self._deadline = self._now + samples(self._manners.gone)
        self._saved = (self._ear.now, self._listening.holder if self._listening else None, self._floor)
        self._turn_to("paused")
        self._out += self._desk.begin_step(Custom(), self._now)
        self._out += [self._ear.listen(Mode.CMD, "", state="paused"), GiveFloor(FloorKind.NOBODY)]
        self._acknowledge()

    def _held_still(self) -> None:
        """Paused, or deaf: wait for resume, the button or the clock."""
        if self._pressed == "short":
            self._pressed = None
            self._resume()
        elif self._deadline is not None and self._now >= self._deadline:
            if self._state == "deaf":
                self._resume()
            else:
                self._end_with("c_gone", "gone")

    def _resume(self) -> None:
        if self._hold is None:
            return
        away = self._now - self._hold
        self._held += away
        self._hold, self._deadline = None, None
        self._out += self._desk.clear(self._now)
        self._turn_to(self._hold_state)
        heard, holder, floor = self._saved
        step = self._playing.step if self._playing else None
        self._out += self._desk.begin_step(step.custom if step else Custom(), self._now)
        self._out += [self._ear.again(heard, holder), floor]
        if self._cut or away > samples(REPEAT_AFTER):
            self._repeat()

    def _go_deaf(self) -> None:
        self._pause()
        self._turn_to("deaf")
        self._deadline = self._now + samples(DEAF_FOR)
        self._tell_line("microphone_off")
        self._out.append(self._ear.listen(Mode.OFF, "private"))

    def _time_out(self) -> None:
        if self._state == "resting" or "time-out" not in self._library.frames:
            return
        if self._hold is not None:
            self._held += self._now - self._hold
            self._hold = None
        self._time_outs += 1
        if self._time_outs >= 2:
            self._end_with("two_is_plenty", "done")
            return
        self._out += self._desk.silence(self._now)
        self._go_to("time-out")

    # --- endings

    def _stop(self, ending: Ending, phrase: PhraseHeard | None) -> None:
        """Fall silent at once, say one thing, and leave."""
        if self._ending is not None and self._ending.may_carry_on is False:
            return
        if phrase is not None:
            self._out.append(CommandHeard(phrase.start, phrase.end, max(self._now, phrase.end), "stop", None))
        if self._ending is not None:
            self._finish("stopped")
            return
        playing = self._playing
        self._out += self._desk.silence(self._now)
        if playing is not None and playing.step is not None and playing.place is not None:
            step, playing.step = playing.step, None
            self._close_step(step, playing.place, "stop")
        self._release()
        self._ending, self._end_outcome = ending, "stopped"
        self._turn_to("stopped")
        state = "after-stop" if ending.may_carry_on else "stopped"
        self._out += [self._ear.listen(Mode.CMD, "", state=state), GiveFloor(FloorKind.NOBODY)]
        for line in ending.lines:
            kind = KINDS["c_stop"]
            self._out += self._desk.propose(Cue(kind, self._now, line=line, tag=line, id="c_stop", slots=self._slots()))
        self._deadline = self._now + samples(self._manners.undo_stop)

    def _release(self) -> None:
        if self._hold is not None:
            self._held += self._now - self._hold
            self._hold = None

    def _carry_on(self) -> None:
        """A stop is taken back: the step it cut is begun again."""
        self._ending, self._deadline = None, None
        self._out += self._desk.silence(self._now)
        playing = self._playing
        if playing is None or playing.place is None:
            self._next_item()
            return
        frames = {"welcome": "welcome", "close": "closing", "time-out": "resting"}
        self._turn_to(frames.get(playing.exercise.slug, "running"))
        self._enter(playing.place)

    def _end_with(self, line: str, outcome: str) -> None:
        """One last line, then the end."""
        playing = self._playing
        self._out += self._desk.silence(self._now)
        if playing is not None and playing.step is not None and playing.place is not None:
            step, playing.step = playing.step, None
            self._close_step(step, playing.place, "timeout")
        self._release()
        self._ending, self._end_outcome, self._end_tag = Ending((line,), False), outcome, line
        self._deadline = self._now + samples(LAST_WORDS)
        self._out += [self._ear.listen(Mode.CMD, "", state="stopped"), GiveFloor(FloorKind.NOBODY)]
        self._tell_line(line)

    def _watch_ending(self, moment: Moment) -> None:
        if self._ending is None:
            return
        news = self._desk.news()
        if self._end_tag is not None and self._end_tag in news.over | news.dropped:
            self._deadline = moment.now
        if self._deadline is not None and moment.now >= self._deadline and (not self._mouth.busy or self._end_tag is None):
            self._finish(self._end_outcome)

    # --- button and devices

    def _press(self, button: Button) -> None:
        self._now = max(self._now, button.at)
        if button.press == "long":
            self._stop(STOP, None)
        elif button.press == "double" and self._hold is None and self._ending is None:
            self._leave("pass")
        else:
            self._pressed = button.press

    def _lost(self, lost: DeviceLost) -> None:
        self._now = max(self._now, lost.at)
        self._out.append(Mishap(self._now, self._now, f"{lost.device} lost"))
        if lost.device == "recogniser":
            self._words, self._recogniser = False, "none"
            self._tell_line("t_no_recogniser")
        elif lost.device in ("microphone", "speaker"):
            self._pause()
            if lost.device == "microphone":
                self._tell_line("t_microphone_lost")

    def _back(self, back: DeviceBack) -> None:
        self._now = max(self._now, back.at)
        if back.device in ("microphone", "speaker") and self._hold is not None and self._state == "paused":
            self._resume()
            if back.device == "microphone":
                self._tell_line("t_microphone_back")
