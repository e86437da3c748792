"""Lines and openers where steps use them: they exist, and their slots can be filled there. Rule L08."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from companion.exercises.content import Exercise, Library, did_you_mean
from companion.exercises.finding import Finding
from companion.exercises.step_spec import (
    AskSpec,
    CheckSpec,
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
    ThankSpec,
    TurnSpec,
    WhenSpec,
    inner,
    walk,
)  # fmt: skip
from companion.exercises.wording import slots_of

AT_THE_TABLE: frozenset[str] = frozenset({"first", "second"})
IN_A_TURN: frozenset[str] = AT_THE_TABLE | {"holder", "listener", "other"}
IN_A_REFLECTION: frozenset[str] = IN_A_TURN | {"source"}


@dataclass(frozen=True, slots=True)
class Use:
    """One line or ring, where a step speaks it. `again`: inside a block, so more than once an evening."""

    name: str
    ring: bool
    step: Spec
    slots: frozenset[str]
    again: bool


def uses(exercise: Exercise) -> Iterator[Use]:
    """Every line and ring its steps name."""
    yield from _uses(exercise.steps, False, False)


def _uses(steps: tuple[Spec, ...], mirrored: bool, again: bool) -> Iterator[Use]:
    turned = mirrored
    for step in steps:
        turned = turned or isinstance(step, TurnSpec)
        slots = _slots(step, turned)
        for name in _lines(step):
            yield Use(name, False, step, slots, again and not (isinstance(step, SaySpec) and step.once))
        ring = getattr(step, "openers", None)
        if ring is not None:
            yield Use(ring, True, step, slots, again)
        for branch in inner(step):
            often = again or isinstance(step, (MirroredSpec, RepeatSpec))
            yield from _uses(branch, turned or isinstance(step, MirroredSpec), often)
            turned = turned or any(isinstance(each, TurnSpec) for each in walk(branch))


def _lines(step: Spec) -> list[str]:
    match step:
        case SaySpec():
            names = [step.line, step.on_yes]
        case AskSpec():
            names = [step.line, step.on_yes, step.on_no]
        case ChooseSpec() | CheckSpec():
            names = [step.line]
        case TurnSpec() | ClarifySpec() | GuessSpec() | RoundsSpec() | JointSpec() | QuietSpec():
            names = [step.prompt]
        case ReflectSpec():
            names = [step.prompt, step.check]
        case ThankSpec():
            names = [step.say]
        case PrivateSpec():
            names = [step.told]
        case RestSpec():
            names = [step.back, step.on_no]
        case _:
            names = []
    return [name for name in names if name is not None]


def _slots(step: Spec, turned: bool) -> frozenset[str]:
    if isinstance(step, (ReflectSpec, CheckSpec, ClarifySpec, GuessSpec, ThankSpec)):
        return IN_A_REFLECTION if turned or isinstance(step, ReflectSpec) else AT_THE_TABLE
    if isinstance(step, (TurnSpec, RoundsSpec)):
        return IN_A_TURN
    if isinstance(step, WhenSpec):
        return frozenset()
    return IN_A_REFLECTION if turned else AT_THE_TABLE


def line_findings(exercise: Exercise, library: Library | None) -> Iterator[Finding]:
    """Names that lead nowhere, slots that nobody can fill, lines that nobody says."""
    shared = library.lines if library else {}
    used: set[str] = set()
    for use in uses(exercise):
        used.add(use.name)
        known: dict[str, object] = {**exercise.openers} if use.ring else {**shared, **exercise.lines}
        if use.name not in known:
            if not use.ring and library is None and use.name not in exercise.lines:
                continue  # perhaps a shared line
            what, where = ("ring of openers", "openers") if use.ring else ("line", "lines")
            expected = f"expected it under {where}{did_you_mean(use.name, known)}"
            yield _finding(exercise, use.step.line_no, "error", f"there is no {what} {use.name!r}; {expected}")
            continue
        yield from _slot_findings(use, exercise, library)
    for name, line in exercise.lines.items():
        if name not in used and name not in shared:
            told = f"no step says the line {name!r}; expected one that does{did_you_mean(name, used)}"
            yield _finding(exercise, line.line_no, "warning", told)
    for name, ring in exercise.openers.items():
        if name not in used and ring:
            yield _finding(exercise, ring[0].line_no, "warning", f"no step asks the openers {name!r}; expected one that does")


def _slot_findings(use: Use, exercise: Exercise, library: Library | None) -> Iterator[Finding]:
    if use.ring:
        texts = [(each.text, each.line_no, each.where) for each in exercise.openers[use.name]]
    else:
        line = exercise.lines.get(use.name) or (library.lines.get(use.name) if library else None)
        at = line.line_no if line is not None and use.name in exercise.lines else use.step.line_no
        where = line.where if line is not None and use.name in exercise.lines else ""
        texts = [(text, at, where) for text in line.phrasings] if line else []
    for text, at, where in texts:
        try:
            unknown = slots_of(text) - use.slots
        except ValueError as broken:
            yield _finding(exercise, at, "error", f"{text!r}: {broken}", where)
            continue
        if unknown:
            may = ", ".join(f"{{{slot}}}" for slot in sorted(use.slots))
            what = ", ".join(f"{{{slot}}}" for slot in sorted(unknown))
            yield _finding(exercise, at, "error", f"{text!r}: found {what} in a {use.step.kind}; expected {may}", where)


def _finding(exercise: Exercise, line: int, severity: str, sentence: str, where: str = "") -> Finding:
    return Finding(where or exercise.where or exercise.slug, line, "L08", "error" if severity == "error" else "warning", sentence)
