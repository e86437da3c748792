"""`clarify`, `guess`, `thank`: short exchanges in which the floor is the listener's, and the source answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from companion.effects import FloorKind, GiveFloor, Mode
from companion.events import Exit
from companion.exercises.cue_desk import Custom, News
from companion.exercises.cues import ASKED, RUNG, Cue
from companion.exercises.shelf import Kind
from companion.exercises.step_spec import ClarifySpec, GuessSpec, ThankSpec
from companion.exercises.steps.step import LINE, Beat, Scene, Spoken, Wish
from companion.partner import Partner
from companion.timeline import Sample, samples

HARD = 2.0
"""A part of an exchange ends at this many times its budget, even without a pause."""
ASKED_END = 1.2
"""Silence after a question or a guess."""
ANSWERED_END = 2.5
"""Silence after an answer or a correction, which may come in pieces."""
SHELF = "c_guess_shelf"
A_WORD = 0.3
"""Seconds of speech below which nothing has been said."""
THANKED = 0.4
"""Seconds of speech that are a thank-you."""


@dataclass(slots=True)
class _Part:
    """One partner's part of the exchange. `free`: the other may begin theirs by speaking."""

    by: Partner
    budget: int
    end: float
    prompt: str | None = None


class Exchange:
    """Parts played one after the other, each ended by a pause, by the other's turn, or by its budget."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "next", "help", "hint"})
    mode: Mode

    def __init__(
        self, scene: Scene, kind: str, parts: list[_Part], helped: tuple[str, ...] = (), shelf: Kind | None = None
    ) -> None:
        self.holder: Partner | None = parts[0].by
        self.budget = sum(part.budget for part in parts)
        self.longest = round(HARD * self.budget) + samples(LINE * (3 * len(parts) + 2))
        self.custom = Custom(cues=True, play=True)
        self.answer: str | None = None
        self._scene = scene
        self._kind = kind
        self._parts = parts
        self._helped = list(helped)
        self._examples = shelf  # what may be named on request, once
        self._spoken = Spoken([])
        self._since: Sample | None = None
        self._before: dict[Partner, int] = {}

    def enter(self, at: Sample) -> list[Wish]:
        """Begin the first part."""
        listen = self._scene.ear.listen(self.mode, self._kind, holder=self.holder)
        return [listen, *self._begin(at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Go on with the part; after the last, leave."""
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        if self._since is None:
            self._since = beat.clock
            self._before = {who: self._scene.talk.of(who).spoken for who in self._scene.pair}
        if not self._part_over(beat):
            return [*wishes, *self._help(beat)]
        self._parts.pop(0)
        return [*wishes, *self._begin(beat.now)] if self._parts else "done"

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _begin(self, at: Sample) -> list[Wish]:
        part, scene = self._parts[0], self._scene
        self._since = None
        lines = [scene.owed(part.prompt, at, "prompt", holder=scene.pair.other(part.by))] if part.prompt else []
        self._spoken = Spoken(lines)
        return [GiveFloor(FloorKind.HOLDER, part.by, questions=True), *self._spoken.on(News(), at)]

    def _part_over(self, beat: Beat) -> bool:
        part, quiet = self._parts[0], beat.moment.quiet_for
        used = beat.clock - (self._since if self._since is not None else beat.clock)
        said = self._said(part.by)
        if beat.ordered("done", "next") or beat.pressed or used >= HARD * part.budget:
            return True
        if said < samples(A_WORD):
            return used >= part.budget and beat.moment.silent
        if used >= part.budget and quiet > 0:
            return True
        other = self._scene.pair.other(part.by)
        answered = len(self._parts) > 1 and self._scene.talk.of(other).run >= samples(1.0) and self._said(other) > 0
        return quiet >= samples(part.end) or answered

    def _said(self, who: Partner) -> int:
        return self._scene.talk.of(who).spoken - self._before.get(who, 0)

    def _help(self, beat: Beat) -> list[Wish]:
        """The rungs of this exchange, on request or after ten seconds of silence."""
        asked = beat.ordered("help", "hint") is not None
        wait = samples(self._scene.manners.reflect_wait)
        begun = self._since if self._since is not None else beat.clock
        waited = beat.moment.quiet_for >= wait and beat.clock - begun >= wait and self._said(self._parts[0].by) < samples(A_WORD)
        if not (asked or waited):
            return []
        source = self._scene.pair.other(self._parts[0].by)
        named = self._named(source, beat) if asked and "c_guess_shape" not in self._helped else []
        if named or not self._helped:
            return named
        line, self._since = self._helped.pop(0), beat.clock
        slots = self._scene.slots(source)
        return [Cue(ASKED, beat.now, line=line, tag=line, id=line, slots=slots)] if asked else [
            Cue(RUNG, beat.now, line=line, tag=line, id=line, slots=slots)
        ]  # fmt: skip

    def _named(self, source: Partner, beat: Beat) -> list[Wish]:
        """Two families as examples: on request, after the shape of a beginning, once in a step."""
        examples, self._examples = self._examples, None
        if examples is None or self._scene.shelf is None:
            return []
        names = self._scene.shelf.take(examples)
        if names is None:
            return []
        slots = self._scene.slots(source) | names
        return [Cue(ASKED, beat.now, line=SHELF, tag=SHELF, id=SHELF, slots=slots)]


class Clarify(Exchange):
    """The listener asks, the source answers."""

    def __init__(self, spec: ClarifySpec, scene: Scene) -> None:
        self.mode = scene.mode(spec.listen)
        asker = scene.roles.named(spec.by)
        asks, answers = scene.budget(spec.budget.of(scene.size)), scene.budget(spec.answer.of(scene.size))
        parts = []
        for number in range(spec.count):
            parts.append(_Part(asker, asks, ASKED_END, spec.prompt if number == 0 else None))
            if answers:
                parts.append(_Part(scene.pair.other(asker), answers, ANSWERED_END))
        super().__init__(scene, "clarify", parts)


class Guess(Exchange):
    """The listener guesses, the source corrects."""

    def __init__(self, spec: GuessSpec, scene: Scene) -> None:
        self.mode = scene.mode(spec.listen)
        guesser = scene.roles.named(spec.by)
        budget = scene.budget(spec.budget.of(scene.size))
        parts = [
            _Part(guesser, budget, ASKED_END, spec.prompt),
            _Part(scene.pair.other(guesser), budget, ANSWERED_END),
        ]
        super().__init__(scene, "guess", parts, ("c_guess_shape", "c_guess_source"), spec.family if spec.shelf else None)


class Thank:
    """A thank-you: the line, then room for the partner's own."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "next"})
    custom = Custom(cues=True, play=True)

    def __init__(self, spec: ThankSpec, scene: Scene) -> None:
        self.mode = scene.mode(spec.listen)
        self.by = None if spec.by == "both" else scene.roles.named(spec.by)
        self.holder: Partner | None = self.by
        self.budget = samples(spec.budget.of(scene.size))
        self.longest = self.budget + samples(2 * LINE + 10.0)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._spoken = Spoken([])
        self._since: Sample | None = None
        self._before = 0

    def enter(self, at: Sample) -> list[Wish]:
        """Say the line, where there is one."""
        scene = self._scene
        self._spoken = Spoken([scene.owed(self._spec.say, at, "line")] if self._spec.say else [])
        return [scene.ear.listen(self.mode, "thank"), GiveFloor(FloorKind.JOINT), *self._spoken.on(News(), at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Done when somebody has said something and come to a rest, or after a while."""
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        if self._since is None:
            self._since = beat.clock
            self._before = self._said()
        if beat.ordered("done", "next") or beat.pressed:
            return "done"
        used = beat.clock - self._since
        thanked = self._said() - self._before >= samples(THANKED)
        if thanked and beat.moment.quiet_for >= samples(self._scene.manners.swap_gap):
            return "done"
        return "done" if used >= self.budget and (beat.moment.silent or used >= self.budget + samples(10.0)) else wishes

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _said(self) -> int:
        return sum(self._scene.talk.of(who).spoken for who in self._scene.pair)
