"""How long an exercise takes: as a rule, and at the very most. Seconds.

The lengths of lines are measured on our own, rendered (a set-up about 7 s, an in-flow line about 3 s); how people linger is a
guess of ours, on the short side.
"""

from __future__ import annotations

from collections.abc import Iterable

from companion.exercises.content import Exercise
from companion.exercises.step_spec import (
    AskSpec,
    CheckSpec,
    ChimeSpec,
    ChooseSpec,
    ClarifySpec,
    GuessSpec,
    JointSpec,
    MirroredSpec,
    PrivateSpec,
    QuietSpec,
    ReflectSpec,
    RepeatSpec,
    RestSpec,
    RoundsSpec,
    SaySpec,
    Size,
    Spec,
    SwapSpec,
    ThankSpec,
    TurnSpec,
    WhenSpec,
)  # fmt: skip

SET_UP = 7.0
IN_FLOW = 3.0
QUESTION = 9.0
ADDITION = 30.0  # what a source may add before another try
LONGEST_LINE = 12.0


def typical(exercise: Exercise, size: Size) -> float:
    """How long it takes when nothing happens that the cues are for."""
    return sum(_typical(step, size) for step in exercise.steps)


def longest(exercise: Exercise, size: Size) -> float:
    """The longest it can take: every limit reached, every branch the longer one; breaks and gaps waited for apart."""
    return sum(_longest(step, size) for step in exercise.steps)


def _typical(step: Spec, size: Size) -> float:
    match step:
        case SaySpec():
            return (SET_UP if step.line.startswith("set_up") else IN_FLOW) + step.wait / 2
        case ChimeSpec() | SwapSpec():
            return 1.0
        case AskSpec() | ChooseSpec() | CheckSpec():
            return QUESTION
        case TurnSpec():
            return step.budget.of(size) + 6
        case ReflectSpec():
            return 38.0 + (20.0 if step.tries.of(size) > 1 else 0.0)
        case ClarifySpec():
            return step.count * (12.0 + (13.0 if step.answer.of(size) else 0.0))
        case GuessSpec():
            return 25.0
        case ThankSpec():
            return 4.0 if step.say else 2.0
        case RoundsSpec():
            return step.count.of(size) * (step.each.of(size) + step.breath.of(size)) + 4
        case JointSpec() | QuietSpec() | PrivateSpec() | RestSpec():
            return step.budget.of(size) + 4
        case MirroredSpec():
            return 2 * _sum(step.steps, size)
        case RepeatSpec():
            return step.times.of(size) * _sum(step.steps, size)
        case WhenSpec():
            return _branch(step, size)


def _sum(steps: Iterable[Spec], size: Size) -> float:
    return sum(_typical(step, size) for step in steps)


def _branch(step: WhenSpec, size: Size) -> float:
    """As a rule both have said yes, and enough evenings are behind them; of other facts nobody knows: half of each."""
    if not _fits(step, size):
        return _sum(step.otherwise, size)
    if all(test.fact in ("size", "evenings_done") or test.value == "yes" for test in step.condition.tests):
        return _sum(step.then, size)
    return (_sum(step.then, size) + _sum(step.otherwise, size)) / 2


def _fits(step: WhenSpec, size: Size) -> bool:
    """Whether the condition can hold in this size."""
    return all(test.holds({"size": size}) for test in step.condition.tests if test.fact == "size")


def _longest(step: Spec, size: Size) -> float:
    match step:
        case SaySpec():
            return LONGEST_LINE + step.wait
        case ChimeSpec() | SwapSpec():
            return 2.0 * (step.times if isinstance(step, ChimeSpec) else 1)
        case AskSpec() | ChooseSpec():
            return step.tries * (IN_FLOW + step.wait) * (2 if step.of == "both" else 1)
        case CheckSpec():
            return 2 * (IN_FLOW + step.wait)
        case TurnSpec():
            return 2 * step.budget.of(size) + 6
        case ReflectSpec():
            return step.tries.of(size) * (step.budget.of(size) + ADDITION)
        case ClarifySpec():
            return step.count * (step.budget.of(size) + step.answer.of(size))
        case GuessSpec() | ThankSpec() | JointSpec() | QuietSpec() | PrivateSpec():
            return step.budget.of(size) + 4
        case RoundsSpec():
            return step.count.of(size) * (2 * step.each.of(size) + step.breath.of(size))
        case RestSpec():
            return step.budget.of(size) + step.wait + step.chimes * step.apart
        case MirroredSpec():
            return 2 * sum(_longest(each, size) for each in step.steps)
        case RepeatSpec():
            return step.times.of(size) * sum(_longest(each, size) for each in step.steps)
        case WhenSpec():
            branches = (step.then, step.otherwise) if _fits(step, size) else (step.otherwise,)
            return max(sum(_longest(each, size) for each in branch) for branch in branches)
