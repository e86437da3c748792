"""The course of the evening: exercise after exercise, step after step, by the exits the steps leave by."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from companion.conversation.manners import MANNERS
from companion.effects import Mode, Prepare
from companion.events import EveningChosen, ExerciseEnded, ExerciseStarted, Exit, Mishap, StepEntered, StepLeft
from companion.exercises.ahead import lines_ahead
from companion.exercises.chooser import choose
from companion.exercises.composing import LITTLE_LEFT
from companion.exercises.content import LEVELS, Evening, Exercise, Library, PlanItem, Size
from companion.exercises.cue_desk import CueDesk
from companion.exercises.cues import OWED, Cue
from companion.exercises.diary import Past
from companion.exercises.gates import Wish as EveningWish
from companion.exercises.path import Elsewhere, Facts, Path, Place
from companion.exercises.playing import Playing
from companion.exercises.script import Script
from companion.exercises.shelf import Shelf
from companion.exercises.steps.play import played
from companion.exercises.steps.step import Answers, Beat, Ear, Leave, Scene, Step, Wish, Withdraw
from companion.exercises.talk import Talk
from companion.exercises.tonight import Tonight
from companion.partner import Partner

STATES = {"welcome": "welcome", "go-on": "welcome", "close": "closing", "time-out": "resting"}
"""States of the evening that frames bring with them; in everything else it is running."""
WHO = "who-is-who"
"""The frame played between two steps when we have lost track of the voices, at most twice an evening."""
WHO_MOST = 2
WHICH = "which-evening"
"""The frame that asks what the evening is to be; its answers name a theme and minutes."""
WORTH_BEGINNING = 0.5
"""An exercise is left out when less than this share of its length is left of the evening."""


class Course:
    """Where we are. `over`: how it ended, once it has: done or declined."""

    def __init__(
        self, evening: Evening, library: Library, tonight: Tonight, script: Script, desk: CueDesk, talk: Talk, ear: Ear,
        answers: Answers, wish: EveningWish,
    ) -> None:  # fmt: skip
        self.playing: Playing | None = None
        self.over: str | None = None
        self._evening, self._library, self._tonight = evening, library, tonight
        self._script, self._desk, self._talk, self._ear, self._answers = script, desk, talk, ear, answers
        self._shelf = Shelf(library.word_lists.get("feelings", {}))
        self._plan: deque[PlanItem] = deque(evening.plan)
        self._played: set[str] = set()
        self._exercises = 0
        self._done: list[str] = []
        self._passed: set[str] = set()
        self._form = ""
        self._wish = wish
        self._later: tuple[Playing, Place] | None = None  # what an interlude keeps waiting

    @property
    def step(self) -> Step | None:
        """The step that is being played."""
        return self.playing.step if self.playing else None

    @property
    def kind(self) -> str:
        """The kind of the present step, or "" where there is none."""
        return self.playing.place.spec.kind if self.playing and self.playing.place else ""

    @property
    def state(self) -> str:
        """The state of the evening that the present exercise brings with it."""
        exercise = self.playing.exercise if self.playing else None
        return STATES.get(exercise.slug, "running") if exercise and exercise.frame else "running"

    @property
    def turned(self) -> bool:
        """Whether somebody has had a turn in this exercise."""
        return self.playing is not None and self.playing.last_holder is not None

    # --- moving on

    def go_on(self) -> None:
        """Play the next thing of the plan; when nothing is left, the evening is over."""
        while self._plan:
            item = self._plan.popleft()
            if item.condition is not None and not item.condition.holds(self._facts()):
                continue
            exercise = self._library.played(item)
            size = self._tonight.size or item.size
            if not exercise.frame and self._too_late_for(exercise, size):
                continue
            if not self._fit_for(exercise):
                if exercise.instead is None or self._comes(exercise.instead):
                    continue
                exercise, size = self._library.exercise(exercise.instead), "short"
            self._form = item.form or ""
            self._begin(exercise, size)
            return
        self.over = self.over or "done"

    def leave(self, exit: Exit) -> None:
        """The step is over; go where its exit leads."""
        playing = self.playing
        if playing is None or playing.place is None or playing.step is None:
            return
        step, place = playing.step, playing.place
        if exit == "pass" and not playing.exercise.frame:
            self._passed.add(playing.exercise.slug)
        self.close(exit)
        playing.declined = place.spec.kind == "ask" and exit == "no" and not self.turned
        if step.answer is not None:
            self._settle(place, step.answer)
        if place.spec.kind == "turn":
            playing.last_holder = step.holder
            used = getattr(step, "used", None)
            playing.used[place.twin] = used(self._tonight.clock) if used is not None else 0
            opener, ring = getattr(step, "opener", None), getattr(place.spec, "openers", None)
            if opener and ring:
                playing.openers[ring], playing.last_teller = opener, step.holder
        self._enter(playing.path.leave(place, exit, step.answer))

    def close(self, exit: Exit) -> None:
        """The step is over, and nothing follows yet."""
        playing = self.playing
        if playing is None or playing.place is None or playing.step is None:
            return
        step, place, playing.step = playing.step, playing.place, None
        try:
            self.perform(step.leave())
        except Exception as trouble:  # a bug of ours in one step must not end the evening
            self._mishap(place, trouble)
        tonight = self._tonight
        tonight.out += self._desk.clear(tonight.now)
        tonight.out.append(StepLeft(tonight.now, tonight.now, place.name, place.spec.kind, exit))

    def again(self) -> None:
        """Begin the step that was cut once more."""
        if self.playing is None or self.playing.place is None:
            self.go_on()
        else:
            self._tonight.turn_to(self.state)
            self._enter(self.playing.place)

    def exchange(self) -> bool:
        """Who was to start and who was not change places; a first turn that is being announced begins again. False: too late."""
        playing = self.playing
        if playing is None or getattr(playing.step, "begun", False):
            return False
        playing.path.exchange()
        if self.kind == "turn":
            self.close("pass")
            self._enter(playing.path.here())
        return True

    def go_to(self, frame: str) -> None:
        """Leave the exercise for a frame."""
        if self.playing is not None and frame in self._library.frames and self.playing.exercise.slug != frame:
            self.close("pass")
            self._leave_exercise(frame)

    def end(self, outcome: Exit) -> None:
        """Nothing more is played."""
        self._plan.clear()
        if self.playing is not None:
            self.close(outcome)
            tonight = self._tonight
            tonight.out.append(ExerciseEnded(tonight.now, tonight.now, self.playing.exercise.slug, outcome))
            if self._later is not None:
                tonight.out.append(ExerciseEnded(tonight.now, tonight.now, self._later[0].exercise.slug, outcome))
            self.playing = self._later = None

    def past(self, day: int, openers: Sequence[str]) -> Past:
        """What a diary would hold of this evening so far."""
        passed = tuple(sorted(self._passed))
        return Past(self._evening.slug, day, tuple(self._done), passed, tuple(openers), str(self._next_first()))

    def _next_first(self) -> Partner:
        """Who starts the next exercise, tonight or another evening: the two take turns."""
        first = self._tonight.first
        return first if self._exercises % 2 == 0 else self._tonight.pair.other(first)

    # --- playing

    def play(self, beat: Beat) -> None:
        """A block of the present step. Every step ends within its longest time, and by `pass` if it breaks."""
        playing = self.playing
        if playing is None or playing.step is None or playing.place is None:
            return
        if beat.clock - playing.since > playing.step.longest:
            self.leave("timeout")
            return
        try:
            wanted = playing.step.on(beat)
        except Exception as trouble:  # as above
            self._mishap(playing.place, trouble)
            self.leave("pass")
            return
        if isinstance(wanted, str):
            self.leave(wanted)
        else:
            self.perform(wanted)

    def perform(self, wishes: Sequence[Wish]) -> None:
        """Do what a step wants."""
        tonight = self._tonight
        for wish in wishes:
            if isinstance(wish, Cue):
                tonight.out += self._desk.propose(wish)
            elif isinstance(wish, Withdraw):
                tonight.out += self._desk.withdraw(wish.name, wish.why, tonight.now)
            elif isinstance(wish, Leave):
                self.leave(wish.exit)
                return
            else:
                tonight.out.append(wish)

    def spoken(self, text: str) -> None:
        """Something was said aloud: whoever it named knows that they are meant."""
        if self.playing is not None:
            self.playing.named |= {who for who in self._tonight.pair if who in text}

    def _begin(self, exercise: Exercise, size: Size) -> None:
        tonight = self._tonight
        first = tonight.first if exercise.frame else self._next_first()
        if not exercise.frame:
            self._exercises += 1
            self._done.append(exercise.slug)
        self._script.exercise = exercise
        self._script.forget_drafts()
        self._desk.begin_exercise()
        self.playing = Playing(exercise, size, Path(exercise, size, first, tonight.pair.other(first), self._facts))
        tonight.turn_to(self.state)
        tonight.out.append(ExerciseStarted(tonight.now, tonight.now, exercise.slug, size, first))
        self._enter(self.playing.path.begin())

    def _enter(self, place: Place | Elsewhere) -> None:
        playing, tonight = self.playing, self._tonight
        if playing is None:
            return
        if isinstance(place, Elsewhere):
            self._leave_exercise(place.to)
            return
        playing.place = place
        if tonight.lost_track and self._ask_who(playing, place):
            return
        self._talk.begin()
        try:
            scene = self._scene(playing, place)
            step = played(place.spec, scene)
            wishes = step.enter(tonight.now)
        except Exception as trouble:  # as above
            playing.step = None
            self._mishap(place, trouble)
            self._enter(playing.path.leave(place, "pass"))
            return
        playing.step, playing.since = step, tonight.clock
        tonight.out += self._desk.begin_step(step.custom, tonight.now)
        entered = StepEntered(tonight.now, tonight.now, place.name, place.spec.kind, step.mode, step.holder, step.budget)
        tonight.out.append(entered)
        self.perform(wishes)
        self._prepare(playing, place, scene)

    def _prepare(self, playing: Playing, place: Place, scene: Scene) -> None:
        """Have the voice ready for the lines that may be needed soon."""
        following = playing.path.peek(place)
        texts = lines_ahead(scene, following if isinstance(following, Place) else None)
        if texts:
            self._tonight.out.append(Prepare(texts))

    def _scene(self, playing: Playing, place: Place) -> Scene:
        ring = getattr(place.spec, "openers", None)
        recalled = playing.openers.get(ring) if ring and place.half else None
        tonight = self._tonight
        following = playing.path.peek(place)
        return Scene(
            place=place, pair=tonight.pair, size=playing.size, level=tonight.level, manners=tonight.manners, script=self._script,
            talk=self._talk, ear=self._ear, answers=self._answers, words=tonight.words, names=tonight.names,
            enrolled=tonight.known, last_holder=playing.last_holder,
            last_teller=playing.last_teller, recalled=recalled,
            used=playing.used.get(place.twin, 0) if place.half else 0,
            thanks_follow=isinstance(following, Place) and following.spec.kind == "thank", named=frozenset(playing.named),
            recollection=tonight.recall, shelf=self._shelf,
        )  # fmt: skip

    # --- leaving

    def _leave_exercise(self, to: str) -> None:
        playing, self.playing = self.playing, None
        tonight = self._tonight
        if playing is None:
            return
        declined = to == "finish" and tonight.state == "welcome"
        tonight.out.append(ExerciseEnded(tonight.now, tonight.now, playing.exercise.slug, "no" if declined else "done"))
        self._played.add(playing.exercise.slug)
        later, self._later = self._later, None
        if later is not None and to != "end":  # an interlude that leads away takes with it what it kept waiting
            tonight.out.append(ExerciseEnded(tonight.now, tonight.now, later[0].exercise.slug, "done"))
        if playing.exercise.slug == "time-out":
            tonight.unsettled = tonight.now
        if to == "finish":
            self._plan.clear()
            self.over = "declined" if declined else "done"
            return
        if later is not None and to == "end":
            self.playing, place = later
            self._script.exercise = self.playing.exercise
            self._enter(place)
            return
        self._follow(playing, to)
        self.go_on()

    def _follow(self, playing: Playing, to: str) -> None:
        """What comes because of how the exercise was left: a frame, a landing, or something light where it was declined."""
        if to not in ("end", "next"):
            if to == "close":  # nothing is ever played after it
                self._plan.clear()
            self._plan.appendleft(PlanItem(frame=to))
        elif playing.exercise.slug == WHICH:
            self._take_up(choose(self._library, self._wish))
        elif playing.declined:
            instead = playing.exercise.instead
            if instead is not None and not self._comes(instead):
                self._plan.appendleft(PlanItem(exercise=instead, size="short"))
        elif playing.exercise.after == "soft-landing":
            self._plan.appendleft(PlanItem(frame="soft-landing"))

    def _take_up(self, evening: Evening) -> None:
        """Play the evening that was chosen; its welcome has been."""
        if evening.slug == LITTLE_LEFT:
            now = self._tonight.now
            self._tonight.out += self._desk.propose(Cue(OWED, now, line="little_left", tag="little_left", id="line"))
        plan = " ".join(f"{item.slug}/{item.size}" for item in evening.plan)
        self._tonight.out.append(EveningChosen(self._tonight.now, self._tonight.now, evening.slug, plan, evening.time))
        self._plan = deque(item for item in evening.plan if item.frame != "welcome")
        self._evening = evening.model_copy(update={"time": evening.time + self._tonight.elapsed})
        self._tonight.level = LEVELS[self._wish.deepest]

    def _ask_who(self, playing: Playing, place: Place) -> bool:
        """Between two steps, when we have lost track of the voices: each says a sentence, then the exercise goes on."""
        tonight, who = self._tonight, self._library.frames.get(WHO)
        if who is None or playing.exercise.frame or tonight.asked_who >= WHO_MOST or not tonight.names:
            return False
        tonight.lost_track = False
        tonight.asked_who += 1
        self._later = (playing, place)
        self._begin(who, "short")
        return True

    def _fit_for(self, exercise: Exercise) -> bool:
        """Whether the evening is calm enough, and the two alone enough, for something as tender as this."""
        if exercise.frame or exercise.level == "light":
            return True
        return self._tonight.between_two and (self._tonight.calm or "calm" not in exercise.gates)

    def _comes(self, slug: str) -> bool:
        """Whether this is still to be played tonight anyway."""
        return any(item.exercise == slug for item in self._plan)

    def _settle(self, place: Place, answer: str) -> None:
        """What some answers switch on for the rest of the evening."""
        sets = getattr(place.spec, "sets", None)
        if sets == "diary" and answer == "yes":
            self._tonight.keep = not self._tonight.forgotten
        elif sets == "manner" and answer in MANNERS:
            self._tonight.manners = self._desk.manners = MANNERS[answer]
        elif sets in ("theme", "minutes"):
            self._wish = self._wish.answered(sets, answer)

    def _too_late_for(self, exercise: Exercise, size: Size) -> bool:
        left = self._evening.time - self._tonight.elapsed
        return self._evening.if_time_short == "drop-last" and left < WORTH_BEGINNING * exercise.lasts.of(size)

    def _facts(self) -> Facts:
        tonight, playing = self._tonight, self.playing
        facts: dict[str, str | float | bool] = {
            "size": playing.size if playing else "medium", "level": tonight.level, "setting": tonight.manners.name,
            "minutes_left": max(0.0, self._evening.time - tonight.elapsed) / 60.0,
            "evenings_done": float(tonight.evenings_done), "recogniser": tonight.recogniser,
            "channels": float(tonight.channels), "night": tonight.night, "diary_on": tonight.diary_on, "form": self._form,
            "words_ahead": self._words_ahead(), "voices_known": tonight.known,
            "first_time": playing is None or playing.exercise.slug not in self._played,
        }  # fmt: skip
        if playing is not None and playing.path.answer is not None:
            facts["answer"] = playing.path.answer
        return facts

    def _words_ahead(self) -> bool:
        """Whether words may still be listened for tonight; where the evening is not chosen yet, they may."""
        ahead = (item.frame == WHICH or Mode.WORDS in self._library.played(item).modes() for item in self._plan)
        return self._tonight.words and any(ahead)

    def _mishap(self, place: Place, trouble: Exception) -> None:
        now = self._tonight.now
        self._tonight.out.append(Mishap(now, now, f"step {place.name} failed: {type(trouble).__name__}: {trouble}"))
