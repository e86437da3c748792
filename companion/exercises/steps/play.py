"""Which class plays which kind of step: the closed set."""

from __future__ import annotations

from typing import assert_never

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
    Spec,
    SwapSpec,
    ThankSpec,
    TurnSpec,
    WhenSpec,
)  # fmt: skip
from companion.exercises.steps.asking import Ask, Check, Choose
from companion.exercises.steps.enrol import EnrolTurn
from companion.exercises.steps.exchange import Clarify, Guess, Thank
from companion.exercises.steps.reflect import Reflect
from companion.exercises.steps.speech import Chime, Say
from companion.exercises.steps.step import Scene, Step
from companion.exercises.steps.together import Joint, Private, Quiet, Rest, Rounds
from companion.exercises.steps.turn import Turn


def played(spec: Spec, scene: Scene) -> Step:
    """The step that plays what is written. Blocks have been unfolded by then; one that was not raises ValueError."""
    match spec:
        case SaySpec():
            return Say(spec, scene)
        case ChimeSpec():
            return Chime(spec, scene)
        case AskSpec():
            return Ask(spec, scene)
        case ChooseSpec():
            return Choose(spec, scene)
        case TurnSpec():
            return EnrolTurn(spec, scene) if spec.enrol else Turn(spec, scene)
        case ReflectSpec():
            return Reflect(spec, scene)
        case CheckSpec():
            return Check(spec, scene)
        case ClarifySpec():
            return Clarify(spec, scene)
        case GuessSpec():
            return Guess(spec, scene)
        case ThankSpec():
            return Thank(spec, scene)
        case RoundsSpec():
            return Rounds(spec, scene)
        case JointSpec():
            return Joint(spec, scene)
        case QuietSpec():
            return Quiet(spec, scene)
        case PrivateSpec():
            return Private(spec, scene)
        case RestSpec():
            return Rest(spec, scene)
        case SwapSpec() | MirroredSpec() | RepeatSpec() | WhenSpec():
            raise ValueError(f"{spec.kind} is a block, not a step")
        case _:
            assert_never(spec)
