"""`joint`, `rounds`, `quiet`, `private`, `rest`: steps in which nobody's floor is guarded, or nobody speaks."""

from __future__ import annotations

from typing import ClassVar

from companion.effects import FloorKind, GiveFloor, Mode
from companion.events import Exit
from companion.exercises.cue_desk import Custom, News
from companion.exercises.cues import OWED, Cue
from companion.exercises.step_spec import JointSpec, PrivateSpec, QuietSpec, RestSpec, RoundsSpec
from companion.exercises.steps.question import AT_LONGEST, Question, Reply
from companion.exercises.steps.step import LINE, NO_CUES, Beat, Leave, Scene, Spoken, Wish
from companion.exercises.steps.watch import FloorWatch
from companion.partner import Partner
from companion.timeline import Sample, samples

LAPSE = 2.0
"""Seconds of silence after the budget that end a joint talk."""
EASED = 1.5
"""From this many times the budget on, half a second will do."""
HARD = 2.0
ROUND_END = 1.2
"""Silence that ends a round once something has been said in it."""
PRIVATE_MOST = 180.0


def _prompt(scene: Scene, prompt: str | None, ring: str | None, at: Sample) -> Spoken:
    cues = [scene.owed(prompt, at, "prompt")] if prompt else []
    text = scene.script.opener(ring, scene.slots(), scene.level) if ring else None
    if text:
        cues.append(scene.owed(ring or "", at, "opener", text=text))
    return Spoken(cues)


class Joint:
    """Both talk as they like."""

    ours: ClassVar[frozenset[str]] = frozenset({"next", "done", "another"})
    custom = NO_CUES

    def __init__(self, spec: JointSpec, scene: Scene) -> None:
        self.mode = Mode.JOINT
        self.holder: Partner | None = None
        self.budget = scene.budget(spec.budget.of(scene.size))
        self.longest = round(HARD * self.budget) + samples(3 * LINE)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._since: Sample | None = None

    def enter(self, at: Sample) -> list[Wish]:
        """Say the prompt, and leave them to it."""
        self._spoken = _prompt(self._scene, self._spec.prompt, self._spec.openers, at)
        listen = self._scene.ear.listen(self.mode, "joint")
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Done at a lapse after the budget, or on "next"."""
        wishes = self._spoken.on(beat.news, beat.now)
        if beat.ordered("next", "done") or beat.pressed:
            return "done"
        if not self._spoken.over:
            return wishes
        if self._since is None:
            self._since = beat.clock
            wishes = [*wishes, GiveFloor(FloorKind.JOINT)]
        used, quiet = beat.clock - self._since, beat.moment.quiet_for
        if used >= HARD * self.budget:
            return "timeout"
        if used >= EASED * self.budget and quiet >= samples(0.5):
            return "done"
        return "done" if used >= self.budget and quiet >= samples(LAPSE) else wishes

    def seconds_left(self, clock: Sample) -> int:
        """Samples left of the budget."""
        return self.budget if self._since is None else max(0, self._since + self.budget - clock)

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []


class Rounds:
    """Short turns in alternation, first partner first."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "swap", "next"})

    def __init__(self, spec: RoundsSpec, scene: Scene) -> None:
        self.mode = scene.mode(spec.listen)
        self.holder: Partner | None = scene.roles.first
        self.count = spec.count.of(scene.size)
        self.each = scene.budget(spec.each.of(scene.size))
        self.breath = samples(spec.breath.of(scene.size))
        self.budget = self.count * (self.each + self.breath)
        self.longest = self.count * (round(HARD * self.each) + self.breath + samples(LINE)) + samples(3 * LINE)
        self.custom = Custom(cues=spec.listen is Mode.FLOOR, play=spec.cues == "play")
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._round = 0
        self._since: Sample | None = None
        self._now: Sample = 0
        self._said_before = 0
        self._breathing = False
        self._watch = FloorWatch(scene, scene.roles.first, soft=False)

    def enter(self, at: Sample) -> list[Wish]:
        """Say what to do."""
        self._spoken = _prompt(self._scene, self._spec.prompt, self._spec.openers, at)
        listen = self._scene.ear.listen(self.mode, "rounds", holder=self.holder)
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """One round after the other."""
        wishes = self._spoken.on(beat.news, beat.now)
        if beat.ordered("next"):
            return "done"
        if not self._spoken.over:
            return wishes
        if self._since is None:
            return [*wishes, *self._begin(beat)]
        if self._breathing:
            return [*wishes, *self._breathe(beat)]
        wishes += self._watch.on(beat, self._now) if self.custom.cues else []
        if not self._round_over(beat):
            return wishes
        self._round += 1
        self._since = None
        return wishes if self._round < self.count else "done"

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _begin(self, beat: Beat) -> list[Wish]:
        roles = self._scene.roles
        self.holder = roles.first if self._round % 2 == 0 else roles.second
        self._since, self._now, self._breathing = beat.clock, beat.now, self.breath > 0
        self._watch = FloorWatch(self._scene, self.holder, soft=False)
        soon = 0 < self._spec.soon_before_last == self.count - self._round
        chime = [Cue(OWED, beat.now, tag="soon", chime="soon", chimes=1)] if soon else []
        return [*chime, *(self._give(beat) if not self._breathing else [GiveFloor(FloorKind.NOBODY)])]

    def _give(self, beat: Beat) -> list[Wish]:
        self._said_before = self._said()
        kind = FloorKind.JOINT if self.mode is Mode.JOINT else FloorKind.HOLDER
        return [GiveFloor(kind, self.holder if kind is FloorKind.HOLDER else None)]

    def _breathe(self, beat: Beat) -> list[Wish]:
        if beat.clock - (self._since or 0) < self.breath:
            return []
        self._breathing, self._since, self._now = False, beat.clock, beat.now
        return [Cue(OWED, beat.now, tag="breath", chime="soon", chimes=1, gap=0.3), *self._give(beat)]

    def _said(self) -> int:
        """Samples spoken by whose round it is; by either, where the floor is both's."""
        talk, pair = self._scene.talk, self._scene.pair
        return sum(talk.of(who).spoken for who in pair) if self.mode is Mode.JOINT else talk.of(self.holder).spoken

    def _round_over(self, beat: Beat) -> bool:
        used, quiet = beat.clock - (self._since or 0), beat.moment.quiet_for
        said = self._said() - self._said_before
        if beat.ordered("done", "swap") or beat.pressed or used >= HARD * self.each:
            return True
        if used >= self.each:
            return quiet >= samples(self._scene.manners.chime_gap)
        return said >= samples(0.5) and quiet >= samples(ROUND_END)


class Quiet:
    """Nobody needs to speak; a chime ends it."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "next"})
    custom = NO_CUES

    def __init__(self, spec: QuietSpec, scene: Scene) -> None:
        self.mode = Mode.QUIET
        self.holder: Partner | None = None
        self.budget = samples(spec.budget.of(scene.size))
        self.longest = self.budget + samples(3 * LINE)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._since: Sample | None = None
        self._done = 0
        self._chimed = False

    def enter(self, at: Sample) -> list[Wish]:
        """Say the prompt."""
        self._spoken = _prompt(self._scene, self._spec.prompt, None, at)
        listen = self._scene.ear.listen(self.mode, "quiet")
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Done when the time is over, or both have said so; the chime tells them."""
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        if self._chimed:
            return "done" if "rest" in beat.news.over | beat.news.dropped else wishes
        self._since = beat.clock if self._since is None else self._since
        self._done += 1 if beat.ordered("done") else 0
        if beat.ordered("next") or beat.pressed or self._done >= 2 or beat.clock - self._since >= self.budget:
            self._chimed = True
            return [*wishes, Cue(OWED, beat.now, tag="rest", chime=self._spec.ends, chimes=1, gap=0.3)]
        return wishes

    def seconds_left(self, clock: Sample) -> int:
        """Samples left of the budget."""
        return self.budget if self._since is None else max(0, self._since + self.budget - clock)

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []


class Private:
    """The microphone is off for a while; it was announced."""

    ours: ClassVar[frozenset[str]] = frozenset()
    custom = NO_CUES

    def __init__(self, spec: PrivateSpec, scene: Scene) -> None:
        self.mode = Mode.OFF
        self.holder: Partner | None = None
        self.budget = samples(min(PRIVATE_MOST, spec.budget.of(scene.size)))
        self.longest = self.budget + samples(3 * LINE)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._since: Sample | None = None

    def enter(self, at: Sample) -> list[Wish]:
        """Announce it; the microphone goes off when that has been said."""
        self._spoken = Spoken([self._scene.owed(self._spec.told, at, "told")])
        listen = self._scene.ear.listen(Mode.CMD, "private")
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Ended by the clock or the button."""
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        if self._since is None:
            self._since = beat.clock
            return [*wishes, self._scene.ear.listen(Mode.OFF, "private")]
        return "done" if beat.pressed or beat.clock - self._since >= self.budget else wishes

    def leave(self) -> list[Wish]:
        """The microphone comes back with the next step."""
        return []


ASKED_BACK = 3
"""Times that "ready?" is asked of people who say something which is no answer. Where nobody says anything it is asked once."""


class Rest:
    """A break with a promised return: the chime, and a question to both."""

    ours: ClassVar[frozenset[str]] = frozenset({"resume"})
    custom = NO_CUES

    def __init__(self, spec: RestSpec, scene: Scene) -> None:
        self.mode = Mode.CMD
        self.holder: Partner | None = None
        self.budget = samples(spec.budget.of(scene.size))
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._since: Sample | None = None
        self._calls = 0
        self._yeses: set[Partner | None] = set()
        self._question: Question | None = None
        self._after = Spoken([])
        self._refused = False
        asking = samples(2 * (AT_LONGEST * spec.wait * ASKED_BACK + LINE * (ASKED_BACK + 2)))  # both of them
        self.longest = self.budget + (spec.chimes + 1) * (samples(spec.apart) + asking) + samples(4 * LINE)

    def enter(self, at: Sample) -> list[Wish]:
        """Rest."""
        return [self._scene.ear.listen(self.mode, "rest", state="paused"), GiveFloor(FloorKind.NOBODY)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Wait, chime, ask; and again a few times where nobody answers."""
        if self._refused:
            wishes = self._after.on(beat.news, beat.now)
            return "no" if self._after.over else wishes
        if self._question is not None:
            return self._answered(beat, self._question)
        self._since = beat.clock if self._since is None else self._since
        wait = self.budget if self._calls == 0 else samples(self._spec.apart)
        if beat.ordered("resume") or beat.pressed or beat.clock - self._since >= wait:
            return self._call(beat)
        return []

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _call(self, beat: Beat) -> list[Wish]:
        self._calls += 1
        cue = self._scene.owed(self._spec.back, beat.now, f"back{self._calls}")
        cue = Cue(cue.kind, beat.now, line=cue.line, tag=cue.tag, id=cue.id, slots=cue.slots, chime="rest", chimes=1)
        return self._put(cue, None, beat)

    def _put(self, cue: Cue, of: Partner | None, beat: Beat) -> list[Wish]:
        self._question = Question(
            self._scene, cue, lambda phrase, late: self._scene.answers.consent(phrase.phrase, laughed=phrase.laughed),
            of=of, again="c_unheard_consent", wait=self._spec.wait, tries=ASKED_BACK, insist=False,
        )  # fmt: skip
        listen = self._scene.ear.listen(Mode.YN, "ask")
        return [listen, *self._question.begin(beat.now)]

    def _answered(self, beat: Beat, question: Question) -> list[Wish] | Exit:
        replied = question.on(beat)
        if not isinstance(replied, Reply):
            return replied
        self._question = None
        self._since = beat.clock
        if replied.answer == "no":
            self.answer, self._refused = "no", True
            self._after = Spoken([self._scene.owed(self._spec.on_no, beat.now, "no")] if self._spec.on_no else [])
            return self._after.on(News(), beat.now)
        if replied.answer != "yes":
            if self._calls > self._spec.chimes:
                return "timeout"
            return [self._scene.ear.listen(self.mode, "rest", state="paused")]
        self._yeses.add(question.of or replied.by)
        missing = [who for who in self._scene.pair if who not in self._yeses]
        if missing:
            who = missing[0]
            return self._put(self._scene.owed("", beat.now, f"{who}?", text=f"{who}?", holder=who), who, beat)
        self.answer = "yes"
        return [Leave("yes")]
