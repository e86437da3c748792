"""Steps in which only the companion sounds: `say` and `chime`."""

from __future__ import annotations

from typing import ClassVar

from companion.effects import FloorKind, GiveFloor, Mode
from companion.events import Exit
from companion.exercises.cue_desk import News
from companion.exercises.cues import OWED, Cue
from companion.exercises.step_spec import ChimeSpec, SaySpec
from companion.exercises.steps.step import LINE, NO_CUES, Beat, Scene, Spoken, Wish
from companion.partner import Partner
from companion.timeline import Sample, samples


class Say:
    """A line, and where it invites a command to be tried, a while for it: then `yes` if it came, else `timeout`."""

    ours: ClassVar[frozenset[str]] = frozenset({"next"})
    custom = NO_CUES

    def __init__(self, spec: SaySpec, scene: Scene) -> None:
        self.mode = Mode.CMD
        self.holder: Partner | None = None
        self.budget = samples(spec.wait)
        self.longest = samples(spec.wait + LINE)
        self.answer: str | None = None
        self.invites = spec.invites
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._until: Sample | None = None
        self._tried = False

    def enter(self, at: Sample) -> list[Wish]:
        """Owe the line."""
        scene, spec = self._scene, self._spec
        about = None if spec.to == "both" else scene.roles.named(spec.to)
        holder = scene.pair.other(about) if about is not None and spec.to == "listener" else about
        self._spoken = Spoken([scene.owed(spec.line, at, "line", holder=holder)])
        listen = scene.ear.listen(self.mode, "say")
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Done when it has been said, and when what it invites was tried or not."""
        wishes = self._spoken.on(beat.news, beat.now)
        if self._tried:
            return "yes" if self._spoken.over else wishes
        if self.invites and beat.ordered(self.invites):
            return self._praised(beat)
        if beat.ordered("next"):
            return "done"
        if not self._spoken.over:
            return wishes
        if not self.invites:
            return "done"
        self._until = beat.clock + self.budget if self._until is None else self._until
        if beat.pressed or (beat.clock >= self._until and beat.moment.silent):
            return "timeout"
        return wishes

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _praised(self, beat: Beat) -> list[Wish] | Exit:
        """The command was tried: say so."""
        self._tried = True
        if self._spec.on_yes is None:
            return "yes"
        dropped = self._spoken.drop()
        self._spoken = Spoken([self._scene.owed(self._spec.on_yes, beat.now, "after")])
        return [*dropped, *self._spoken.on(News(), beat.now)]


class Chime:
    """One of the five chimes, once or a few times."""

    ours: ClassVar[frozenset[str]] = frozenset()
    custom = NO_CUES

    def __init__(self, spec: ChimeSpec, scene: Scene) -> None:
        self.mode = Mode.CMD
        self.holder: Partner | None = None
        self.budget = 0
        self.longest = samples(LINE)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene

    def enter(self, at: Sample) -> list[Wish]:
        """Owe the chime."""
        spec = self._spec
        cue = Cue(OWED, at, tag="chime", id="line", chime=spec.which, chimes=spec.times)
        return [self._scene.ear.listen(self.mode, "chime"), GiveFloor(FloorKind.NOBODY), cue]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Done when it has sounded."""
        return "done" if "chime" in beat.news.over | beat.news.dropped else []

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []
