"""The way through an exercise: blocks unfolded, roles exchanged, exits followed. It knows steps as written, not as played."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from companion.events import Exit
from companion.exercises.content import Exercise
from companion.exercises.step_spec import MirroredSpec, RepeatSpec, SaySpec, Size, Spec, SwapSpec, WhenSpec
from companion.partner import Partner

Facts = Mapping[str, str | float | bool]

MOST_JUMPS = 12
"""Exits that lead elsewhere than on, in one exercise; after them every exit leads on. No exercise of ours needs more than two."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is who in this stretch of the exercise. In the second half of a mirrored block both have changed places."""

    first: Partner
    second: Partner
    swapped: bool = False

    @property
    def holder(self) -> Partner:
        """Who has the floor by default, and whose meaning a reflection gives back: the first of this stretch."""
        return self.second if self.swapped else self.first

    @property
    def listener(self) -> Partner:
        """The other one."""
        return self.first if self.swapped else self.second

    def named(self, role: str) -> Partner:
        """The partner in a role of the content: first, second, holder, listener or source."""
        by_role = {"first": self.first, "second": self.second, "holder": self.holder, "listener": self.listener}
        return by_role.get(role, self.holder)

    def other(self, who: Partner) -> Partner:
        """The other partner."""
        return self.second if who == self.first else self.first

    def exchanged(self) -> Roles:
        """The same stretch with both in each other's place."""
        return Roles(self.second, self.first)


@dataclass(frozen=True, slots=True)
class Place:
    """A step to be played now: as written, under a name of its own, in these roles. `half`: 1 in a second half."""

    spec: Spec
    name: str
    roles: Roles
    half: int = 0

    @property
    def twin(self) -> str:
        """The name of the same step in the first half of its mirrored block."""
        before, bracket, after = self.name.rpartition("[1]") if self.half else (self.name, "", "")
        return f"{before}[0]{after}" if bracket else self.name


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The way leads out of the exercise: to its `end`, to the `finish` of the evening, or to the frame of this name."""

    to: str


@dataclass(slots=True)
class _Level:
    steps: tuple[Spec, ...]
    prefix: str
    roles: Roles
    index: int = 0
    turn: int = 0  # which pass through these steps
    passes: int = 1
    mirrored: bool = False
    until: str | None = None
    block: str = ""


class Path:
    """Gives one step after another. `facts` is asked at each `when`."""

    def __init__(self, exercise: Exercise, size: Size, first: Partner, second: Partner, facts: Callable[[], Facts]) -> None:
        self._exercise = exercise
        self._size: Size = size
        self._facts = facts
        self._levels = [_Level(exercise.steps, "", Roles(first, second))]
        self._jumps = 0
        self._said: set[str] = set()
        self.answer: str | None = None

    def begin(self) -> Place | Elsewhere:
        """The first step."""
        return self._settle()

    def leave(self, place: Place, exit: Exit, answer: str | None = None) -> Place | Elsewhere:
        """The step after this one, left by this exit; `answer`: what its question was answered."""
        if answer is not None:
            self.answer = answer
        target = place.spec.exits.get(exit, "next")
        if target in ("end", "finish"):
            return Elsewhere(target)
        if target != "next" and self._jumps < MOST_JUMPS:
            self._jumps += 1
            return self._settle() if self._jump(target) else Elsewhere(target)
        self._levels[-1].index += 1
        if answer is not None:
            self._break_out(answer)
        return self._settle()

    def peek(self, place: Place) -> Place | Elsewhere:
        """The step that would follow if this one were done."""
        twin = copy.copy(self)
        twin._levels = [replace(level) for level in self._levels]
        twin._said = set(self._said)
        return twin.leave(place, "done")

    def exchange(self) -> None:
        """Whoever was to start does not: first and second change places from here on."""
        for level in self._levels:
            level.roles = level.roles.exchanged()

    def here(self) -> Place | Elsewhere:
        """The present step, in the present roles."""
        return self._settle()

    def _break_out(self, answer: str) -> None:
        for depth in range(len(self._levels) - 1, 0, -1):
            if self._levels[depth].until == answer:
                del self._levels[depth:]
                self._levels[-1].index += 1
                return

    def _jump(self, target: str) -> bool:
        for depth in range(len(self._levels) - 1, -1, -1):
            for index, step in enumerate(self._levels[depth].steps):
                if step.name == target:
                    del self._levels[depth + 1 :]
                    self._levels[depth].index = index
                    return True
        return False

    def _settle(self) -> Place | Elsewhere:
        """Unfold blocks until a step that can be played is reached."""
        while True:
            level = self._levels[-1]
            if level.index >= len(level.steps):
                if not self._end_of(level):
                    return Elsewhere("end")
                continue
            step = level.steps[level.index]
            if isinstance(step, (MirroredSpec, RepeatSpec, WhenSpec)):
                self._open(step, level)
            elif isinstance(step, SwapSpec):
                level.roles = replace(level.roles, swapped=not level.roles.swapped)
                level.index += 1
            elif isinstance(step, SaySpec) and step.once and not self._first_time(level):
                level.index += 1
            else:
                return Place(step, self._name(level), level.roles, self._half())

    def _end_of(self, level: _Level) -> bool:
        """A pass through a block is over: begin the next, or go on after the block. False at the end of the exercise."""
        level.turn += 1
        if level.turn < level.passes:
            level.index = 0
            level.roles = level.roles.exchanged() if level.mirrored else level.roles
            level.prefix = f"{level.block}[{level.turn}]."
            return True
        self._levels.pop()
        if not self._levels:
            return False
        self._levels[-1].index += 1
        return True

    def _open(self, step: MirroredSpec | RepeatSpec | WhenSpec, level: _Level) -> None:
        name = self._name(level)
        if isinstance(step, WhenSpec):
            steps = step.then if step.condition.holds(self._facts()) else step.otherwise
            self._levels.append(_Level(steps, f"{name}.", level.roles, block=name))
            return
        passes, until = (2, None) if isinstance(step, MirroredSpec) else (step.times.of(self._size), step.until)
        mirrored = isinstance(step, MirroredSpec)
        roles = replace(level.roles, swapped=False) if not level.roles.swapped else level.roles.exchanged()
        if isinstance(step, MirroredSpec) and step.begins == "second":
            roles = roles.exchanged()
        self._levels.append(_Level(step.steps, f"{name}[0].", roles, passes=passes, mirrored=mirrored, until=until, block=name))

    def _name(self, level: _Level) -> str:
        step = level.steps[level.index]
        called = step.name or step.kind
        twins = sum(1 for each in level.steps[: level.index] if (each.name or each.kind) == called)
        return f"{level.prefix}{called}" + (f"#{twins + 1}" if twins else "")

    def _half(self) -> int:
        return next((level.turn for level in reversed(self._levels) if level.mirrored), 0)

    def _first_time(self, level: _Level) -> bool:
        place = f"{[each.index for each in self._levels]}"
        if place in self._said:
            return False
        self._said.add(place)
        return True
