"""A turn from which the holder's voice is learnt: a little talk, tried once more if it was too short or too loud."""

from __future__ import annotations

from typing import ClassVar

from companion.effects import Enrol, FloorKind, GiveFloor
from companion.events import Enrolled, Exit
from companion.exercises.cue_desk import News
from companion.exercises.step_spec import TurnSpec
from companion.exercises.steps.step import LINE, NO_CUES, Beat, Leave, Scene, Spoken, Wish
from companion.timeline import Sample, samples

AT_LEAST = 8.0
"""Seconds of speech after which a pause ends it; voices are best learnt from 10 s and more."""
ENDED_BY = 1.5
GIVEN_UP_BY = 5.0
"""Seconds of silence after less speech than that."""
ANSWER_WITHIN = 2.0
"""Seconds hearing may take to say whether the voice was learnt."""
ADVICE = {"turn": "t_turn_me", "alike": "t_voices_alike"}
LINES = {
    "short": "t_enrol_short", "noisy": "t_enrol_noisy", "clipped": "t_enrol_noisy", "two-voices": "t_enrol_two_voices",
    "same-voice": "t_enrol_same_voice",
}  # fmt: skip


class EnrolTurn:
    """`turn` with `enrol`: the clock counts speech, not time; at most two tries, then the evening goes on without names."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "swap"})
    custom = NO_CUES

    def __init__(self, spec: TurnSpec, scene: Scene) -> None:
        self.holder = scene.roles.named(spec.holder)
        self.mode = scene.mode(spec.listen)
        self.budget = samples(spec.budget.of(scene.size))
        self.longest = 2 * (3 * self.budget + samples(GIVEN_UP_BY + ANSWER_WITHIN + 2 * LINE)) + samples(2 * LINE)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._since: Sample | None = None
        self._before = 0
        self._told: Sample | None = None
        self._tries = 1
        self._advised = False
        self._learning = False

    def enter(self, at: Sample) -> list[Wish]:
        """Ask for a little talk."""
        line = self._spec.prompt or ""
        self._spoken = Spoken([self._scene.owed(line, at, "prompt", holder=self.holder)] if line else [])
        listen = self._scene.ear.listen(self.mode, "turn", holder=self.holder)
        return [listen, GiveFloor(FloorKind.NOBODY), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Listen until there is enough, then wait for the verdict."""
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        if self._advised:
            return [Leave("done")]
        if self._told is not None:
            return self._judged(beat)
        if self._since is None:
            self._since, self._learning = beat.clock, True
            self._before = self._scene.talk.of(self.holder).spoken
            return [*wishes, Enrol(self.holder), GiveFloor(FloorKind.JOINT)]
        if not self._enough(beat, beat.clock - self._since):
            return wishes
        self._told, self._learning = beat.clock, False
        return [*wishes, Enrol(self.holder, done=True), GiveFloor(FloorKind.NOBODY)]

    def leave(self) -> list[Wish]:
        """Stop learning."""
        return [Enrol(self.holder, done=True)] if self._learning else []

    def _enough(self, beat: Beat, used: int) -> bool:
        said = self._scene.talk.of(self.holder).spoken - self._before
        quiet = beat.moment.quiet_for
        if beat.ordered("done", "swap") or beat.pressed or used >= 3 * self.budget:
            return True
        if said >= self.budget or used >= 2 * self.budget:
            return quiet >= samples(0.5)
        if said >= samples(AT_LEAST):
            return quiet >= samples(ENDED_BY)
        return used >= samples(GIVEN_UP_BY) and quiet >= samples(GIVEN_UP_BY) and (said > 0 or used >= self.budget)

    def _judged(self, beat: Beat) -> list[Wish]:
        verdict = next((each for each in beat.events if isinstance(each, Enrolled) and each.by == self.holder), None)
        if verdict is None:
            late = beat.clock - (self._told or 0) >= samples(ANSWER_WITHIN)
            return [Leave("timeout")] if late else []
        if verdict.trouble is None and verdict.advice is not None:
            self._advised = True
            return self._says(ADVICE[verdict.advice], "advice", beat.now)
        if verdict.trouble is None or self._tries >= 2:
            return [Leave("done" if verdict.trouble is None else "timeout")]
        self._tries += 1
        self._told = self._since = None
        return self._says(LINES.get(verdict.trouble, "t_enrol_short"), f"again{self._tries}", beat.now)

    def _says(self, line: str, key: str, now: Sample) -> list[Wish]:
        cue = self._scene.owed(line, now, key, id=line, holder=self.holder, first=self.holder)
        self._spoken = Spoken([cue])
        return self._spoken.on(News(), now)
