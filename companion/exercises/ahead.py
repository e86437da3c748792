"""Lines that may be needed soon: so that the voice has them rendered when their gap comes."""

from __future__ import annotations

from dataclasses import replace

from companion.exercises.path import Place
from companion.exercises.step_spec import (
    AskSpec,
    CheckSpec,
    ChooseSpec,
    QuietSpec,
    ReflectSpec,
    SaySpec,
    Spec,
    ThankSpec,
    TurnSpec,
)
from companion.exercises.steps.step import Scene
from companion.partner import Partner


def lines_ahead(scene: Scene, following: Place | None) -> tuple[str, ...]:
    """The next step's first line, then what this step may say, most likely first. Each is then said in this very wording."""
    texts: list[str | None] = []
    if following is not None:
        there = replace(scene, place=following)
        texts += [scene.script.draft(line, there.slots(holder)) for line, holder in _first_line(following, scene)]
        texts += _opener(following.spec, there)
    texts += [scene.script.draft(line, scene.slots(holder)) for line, holder in _may_be_said(scene.place.spec, scene)]
    return tuple(dict.fromkeys(text for text in texts if text))


def _opener(spec: Spec, scene: Scene) -> list[str | None]:
    if not isinstance(spec, TurnSpec) or spec.openers is None or (spec.same_opener and scene.place.half):
        return []
    holder = scene.roles.named(spec.holder)
    text = scene.script.draft_opener(spec.openers, scene.slots(holder), scene.level)
    return [text] if text is None else [text, f"{holder}. {text}"]


def _first_line(place: Place, scene: Scene) -> list[tuple[str, Partner | None]]:
    spec, roles = place.spec, place.roles
    match spec:
        case SaySpec():
            if spec.to == "both":
                return [(spec.line, None)]
            who = roles.named(spec.to)
            return [(spec.line, roles.other(who) if spec.to == "listener" else who)]
        case AskSpec() | ChooseSpec():
            return [(spec.line, None)]
        case CheckSpec():
            return [(spec.line, roles.named(spec.of))]
        case ReflectSpec():
            return [(spec.prompt, roles.named(spec.source))]
        case ThankSpec():
            return [(spec.say, None)] if spec.say else []
        case TurnSpec():
            holder = roles.named(spec.holder)
            swap = [("c_swap", scene.pair.other(holder))] if scene.place.roles.named("holder") != holder else []
            return [*swap, *([(spec.prompt, holder)] if spec.prompt else [])]
        case QuietSpec():
            return [(spec.prompt, None)] if spec.prompt else []
        case _:
            return []


def _may_be_said(spec: Spec, scene: Scene) -> list[tuple[str, Partner | None]]:
    match spec:
        case TurnSpec() if not spec.enrol:
            holder = scene.roles.named(spec.holder)
            silence = [] if spec.soft else [("c_think", holder)]
            return [("c_wrap", holder), *silence, ("c_int2", holder), ("c_stuck", holder), ("c_long", holder)]
        case ReflectSpec():
            source = scene.roles.named(spec.source)
            return [(spec.check, source), ("c_shape", source), ("c_again", source), ("c_scaffold", source)]
        case AskSpec():
            return [("c_unheard_consent", None)]
        case _:
            return []
