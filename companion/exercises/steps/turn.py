"""`turn`: one partner has the floor, by the clock, and silence belongs to them."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from companion.effects import FloorKind, GiveFloor
from companion.events import Exit
from companion.exercises.cue_desk import Custom, News
from companion.exercises.cues import Cue, unasked
from companion.exercises.step_spec import TurnSpec
from companion.exercises.steps.step import LINE, Beat, Scene, Spoken, Wish, Withdraw
from companion.exercises.steps.watch import FloorWatch
from companion.timeline import Sample, samples

LAST_THOUGHT = 1.2
"""Seconds of silence after which a last thought that was begun is taken as said."""
NO_LAST_THOUGHT = 3.0
"""Seconds of silence after the wrap, or at the end of the budget, after which there is none."""
OFFER = 10.0
"""Seconds in which a turn whose time is up does not end by silence after "another, or pass, or just sit"."""
LONG_PAUSE = 0.5
"""After "let's leave room" the floor passes at a pause of this length, without a word."""
OVERRUN = 15.0
"""Seconds after the hard end in which the turn is taken away even from a holder who never pauses."""
SHORT_OF = 0.25
"""A turn handed over before this share of its budget is told that there is more time, once an exercise."""
MORE_WITHIN = 3.0
"""Seconds in which a holder who was offered more time may take it up."""
LESS_OF = 0.6
MORE_THAN = 60.0
"""Who has used less than this share of the time the other has used, if that was more than a minute, is offered more."""
SOON_WORTH_IT = 40.0
"""Budgets below this get no soft chime: it would come less than eight seconds before the wrap, which sounds the same chime."""
ANSWERED = 5.0
"""Seconds of the other's turn from which "and you?" asks the question again that they have just answered."""
NAMED = "named"
"""The tag of an opener that hands over with a name."""
TOO_SHORT_TO_ADD = 20.0
"""Budgets below this are not offered what is left of them."""


class Turn:
    """Prompt, then the holder's own time: soft chime, wrap at a pause, a hard end at twice the budget."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "swap", "another"})

    def __init__(self, spec: TurnSpec, scene: Scene) -> None:
        self.holder = scene.roles.named(spec.holder)
        self.mode = scene.mode(spec.listen)
        self.budget = scene.budget(spec.budget.of(scene.size))
        self.custom = Custom(cues=True, soft=spec.soft, play=spec.cues == "play")
        self.answer: str | None = None
        hard = round(self.budget * scene.manners.hard_at)
        self.longest = hard + samples(scene.manners.turn_starts_after + OVERRUN + 6 * LINE)
        self.opener: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._stage: str = "prompt"
        self._watch = FloorWatch(scene, self.holder, soft=spec.soft)
        self._asked_at: Sample | None = None  # end of the prompt, on the step's clock
        self._asked_now: Sample = 0  # the same on the evening's clock
        self._started: Sample | None = None
        self._wrapped: Sample | None = None
        self._since: Sample = 0
        self._floor = False
        self._offer = ""
        self._offered_at: Sample | None = None  # when a silent holder was offered another question, or to sit
        self._given: set[str] = set()
        self._proposed: set[str] = set()

    def enter(self, at: Sample) -> list[Wish]:
        """Hand over, ask, and listen."""
        self._spoken = Spoken(self._prompts(at))
        listen = self._scene.ear.listen(self.mode, "turn", holder=self.holder, state="before-turn")
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Go on with the prompt, then with the turn."""
        self._given |= beat.news.given
        if "c_stuck" in beat.news.given:
            self._offered_at = beat.clock
        if self._stage == "prompt":
            return self._prompting(beat)
        wishes = [*self._give_floor(), *self._watch.on(beat, self._asked_now)]
        ended = self._handed_over(beat)
        if isinstance(ended, str):
            return ended
        clocked = self._by_the_clock(beat)
        return clocked if isinstance(clocked, str) else [*wishes, *ended, *clocked]

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    @property
    def begun(self) -> bool:
        """Whether the holder has had the floor."""
        return self._floor

    def used(self, clock: Sample) -> int:
        """Samples of the turn so far."""
        return 0 if self._started is None else clock - self._started

    def seconds_left(self, clock: Sample) -> int:
        """Samples left of the budget."""
        return self.budget if self._started is None else max(0, self._started + self.budget - clock)

    # --- the prompt

    def _prompts(self, at: Sample) -> list[Cue]:
        scene, spec, swap = self._scene, self._spec, self._swap()
        cues = [self._hand_over(at)] if swap in ("line", "same") else []
        if spec.prompt is not None:
            cues.append(scene.owed(spec.prompt, at, "prompt", holder=self.holder))
        if swap == "same":
            self.opener = scene.recalled
            return cues
        return [*cues, *self._opening(at, handing_over=swap == "opener")]

    def _swap(self) -> Literal["", "line", "opener", "same"]:
        """How the holder is told that it is their turn now: not at all, where it was already, or where a prompt names them; by a
        line; by their name before the opener; or by the line alone, where the other has just answered the same question.
        """
        scene, spec = self._scene, self._spec
        named = spec.prompt is not None and scene.script.names_someone(spec.prompt)
        retold = spec.openers is not None and scene.last_teller not in (None, self.holder)  # who spoke last only replied
        if named or scene.last_holder is None or (scene.last_holder == self.holder and not retold):
            return ""
        if spec.prompt is not None or spec.openers is None:
            return "line"
        if spec.same_opener and scene.recalled is not None and scene.used >= samples(ANSWERED):
            return "same"
        return "opener" if scene.names else "line"

    def _hand_over(self, at: Sample) -> Cue:
        scene = self._scene
        before = scene.pair.other(self.holder)
        swap = scene.owed("c_swap", at, "c_swap", id="c_swap", holder=before, gap=scene.manners.swap_gap)
        return self._with_chime(swap)

    def _with_chime(self, swap: Cue) -> Cue:
        return replace(swap, chime="swap", chimes=1) if self._scene.manners.swap_chime else swap

    def _opening(self, at: Sample, *, handing_over: bool = False) -> list[Cue]:
        scene, spec = self._scene, self._spec
        if spec.openers is None:
            return []
        if spec.same_opener and scene.recalled is not None and self.opener is None:
            self.opener = scene.recalled
        else:
            self.opener = scene.script.opener(spec.openers, scene.slots(self.holder), scene.level)
        if self.opener is None:
            return []
        if handing_over:
            return [self._with_chime(self._ask(f"{self.holder}. {self.opener}", at, NAMED, gap=scene.manners.swap_gap))]
        nobody_knows = scene.names and scene.last_holder is None and self.holder not in scene.named and spec.prompt is None
        return [self._ask(f"{self.holder}. {self.opener}" if nobody_knows else self.opener, at, "opener")]

    def _ask(self, text: str, at: Sample, tag: str, gap: float | None = None) -> Cue:
        return self._scene.owed(self._spec.openers or "", at, tag, text=text, holder=self.holder, gap=gap)

    def _prompting(self, beat: Beat) -> list[Wish] | Exit:
        wishes = self._spoken.on(beat.news, beat.now)
        current = self._spoken.current
        if self._knows(beat) and current is not None and current.tag == "c_swap":
            wishes += self._spoken.drop_current()
        elif self._knows(beat) and current is not None and current.tag == NAMED and NAMED not in self._given and self.opener:
            wishes += self._spoken.drop_current()
            self._spoken = Spoken([self._ask(self.opener, beat.now, "opener")])
            wishes += self._spoken.on(News(), beat.now)
        if beat.ordered("done", "swap") and self._by_holder(beat):
            return "done"
        if self._spoken.over:
            self._stage, self._asked_now = "talk", beat.now
            self._asked_at = beat.clock if self._asked_at is None else self._asked_at
            wishes += self._give_floor()
        return wishes

    def _knows(self, beat: Beat) -> bool:
        """The new holder has begun without being told."""
        scene = self._scene
        return scene.enrolled and scene.talk.of(self.holder).run >= samples(scene.manners.first_segment)

    def _give_floor(self) -> list[Wish]:
        if self._floor:
            return []
        self._floor = True
        return [GiveFloor(FloorKind.HOLDER, self.holder, questions=self._spec.questions != "no")]

    # --- the turn

    def _by_holder(self, beat: Beat) -> bool:
        """Whether "done" counts: it is the holder's, rather the holder's, or of a voice unknown while the other has been silent
        for a second. Where both seem to have spoken, a turn that the holder wants to end weighs more than one ended too early."""
        order = beat.ordered("done", "swap")
        if beat.pressed:
            return True
        if order is None:
            return False
        if order.by is not None or order.perhaps is not None:
            return self.holder == (order.by or order.perhaps)
        other = self._scene.pair.other(self.holder)
        silent = self._scene.talk.silent_for(other, beat.now)
        hardly = self._scene.talk.of(other).run < samples(self._scene.manners.first_segment)
        return silent is None or silent >= samples(1.0) or hardly

    def _handed_over(self, beat: Beat) -> list[Wish] | Exit:
        if beat.ordered("another") and self._spec.openers is not None:
            self._spoken, self._stage = Spoken(self._opening(beat.now)), "prompt"
            return self._spoken.on(News(), beat.now)
        if self._stage == "short":
            return self._offered_more(beat)
        if not self._by_holder(beat):
            return []
        self._offer = "c_short" if self._handed_early(beat) else "c_more" if self._had_less(beat) else ""
        if not self._offer:
            return "done"
        self._stage, self._since = "short", beat.clock
        slots = self._scene.slots(self.holder) | {"second": self.holder}
        return [unasked(self._offer, beat.now, holder=self.holder, slots=slots)]

    def _handed_early(self, beat: Beat) -> bool:
        if not self._scene.manners.short_and_more or self._spec.soft or self.budget < samples(TOO_SHORT_TO_ADD):
            return False
        return self.seconds_left(beat.clock) > (1 - SHORT_OF) * self.budget

    def _had_less(self, beat: Beat) -> bool:
        """Whether the other has used far more time in this exercise. No figure of it is ever spoken."""
        theirs = self._scene.used
        if not self._scene.manners.short_and_more or self._spec.soft or theirs <= samples(MORE_THAN):
            return False
        return self.used(beat.clock) < LESS_OF * theirs

    def _offered_more(self, beat: Beat) -> list[Wish] | Exit:
        if self._offer in beat.news.dropped or self._by_holder(beat):
            return "done"
        if self._offer in beat.news.over:
            self._since = beat.clock
        if self._scene.talk.of(self.holder).run >= samples(self._scene.manners.first_segment) and beat.moment.quiet_for == 0:
            self._stage = "talk"
            return [Withdraw(self._offer)]
        return "done" if beat.clock - self._since >= samples(MORE_WITHIN) and beat.moment.silent else []

    # --- the clock

    def _start(self, beat: Beat) -> None:
        voice, manners = self._scene.talk.of(self.holder), self._scene.manners
        waited = beat.clock - (self._asked_at if self._asked_at is not None else beat.clock)
        if voice.run >= samples(manners.first_segment):
            self._started = beat.clock - voice.run
        elif waited >= samples(manners.turn_starts_after):
            self._started = beat.clock

    def _by_the_clock(self, beat: Beat) -> list[Wish] | Exit:
        if self._started is None:
            self._start(beat)
        if self._started is None or self._stage == "short":
            return []
        used, manners, quiet = beat.clock - self._started, self._scene.manners, beat.moment.quiet_for
        if used >= manners.hard_at * self.budget:
            over = used - manners.hard_at * self.budget
            return "timeout" if quiet > 0 or over >= samples(OVERRUN) else []
        if "c_wrap" in beat.news.over:
            self._wrapped, self._since = beat.now, beat.clock
        if self._finished(beat, used):
            return "done"
        return self._time_cues(used, beat)

    def _finished(self, beat: Beat, used: int) -> bool:
        """Whether time is up and the holder has come to a rest."""
        quiet = beat.moment.quiet_for
        if self._wrapped is not None:
            spoke = beat.now - quiet > self._wrapped
            return quiet >= samples(LAST_THOUGHT) if spoke else beat.now - self._wrapped >= samples(NO_LAST_THOUGHT)
        if used >= self._long_at() and "c_long" in self._given:
            return quiet >= samples(LONG_PAUSE)
        if "c_wrap" in self._given:
            return False  # it is being said
        said_something = self._scene.talk.of(self.holder).spoken > 0
        if self._offered_at is not None and beat.clock - self._offered_at < samples(OFFER):
            return False  # "or just sit" is not taken back at once
        return used >= self.budget and said_something and quiet >= samples(NO_LAST_THOUGHT)

    def _long_at(self) -> float:
        manners = self._scene.manners
        return min(self.budget + samples(manners.long_after), manners.long_at * self.budget)

    def _time_cues(self, used: int, beat: Beat) -> list[Wish]:
        manners = self._scene.manners
        soft = max(self.budget - samples(manners.soft_before), round(0.8 * self.budget))
        wishes: list[Wish] = []
        for id, due in (("c_soft", soft), ("c_wrap", self.budget), ("c_long", self._long_at())):
            if used < due or id in self._proposed:
                continue
            self._proposed.add(id)
            if id == "c_soft" and self.budget < samples(SOON_WORTH_IT):
                continue
            if id == "c_wrap":
                wishes.append(Withdraw("c_soft", "outranked"))
            if id == "c_long":
                if self._wrapped is not None:
                    continue
                wishes.append(Withdraw("c_wrap", "outranked"))
            wishes.append(unasked(id, beat.now, holder=self.holder, slots=self._scene.slots(self.holder)))
        return wishes
