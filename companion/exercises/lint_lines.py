"""Lines and openers where steps use them: they exist, and their slots can be filled there. Rule L08."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from companion.exercises.content import Exercise, Library, Line, did_you_mean
from companion.exercises.finding import Finding, closest
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
from companion.exercises.wording import NAME_SLOTS, slots_of

AT_THE_TABLE: frozenset[str] = frozenset({"first", "second"})
IN_A_TURN: frozenset[str] = AT_THE_TABLE | {"holder", "listener", "other"}
IN_A_REFLECTION: frozenset[str] = IN_A_TURN | {"source"}


@dataclass(frozen=True, slots=True)
class Use:
    """One line or ring, where a step speaks it. `again`: inside a block, so more than once an evening."""

    name: str
    ring: bool
    step: Spec
    key: str
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
        for key, name in _lines(step):
            yield Use(name, False, step, key, slots, again and not (isinstance(step, SaySpec) and step.once))
        ring = getattr(step, "openers", None)
        if ring is not None:
            yield Use(ring, True, step, "openers", slots, again)
        for branch in inner(step):
            often = again or isinstance(step, (MirroredSpec, RepeatSpec))
            yield from _uses(branch, turned or isinstance(step, MirroredSpec), often)
            if not isinstance(step, MirroredSpec):  # after it nobody is holder or listener any more
                turned = turned or any(isinstance(each, TurnSpec) for each in walk(branch))


def _lines(step: Spec) -> list[tuple[str, str]]:
    """The lines it speaks, each with the key that names it."""
    match step:
        case SaySpec():
            names = {"line": step.line, "on_yes": step.on_yes}
        case AskSpec():
            names = {"line": step.line, "on_yes": step.on_yes, "on_no": step.on_no}
        case ChooseSpec() | CheckSpec():
            names = {"line": step.line}
        case TurnSpec() | ClarifySpec() | GuessSpec() | RoundsSpec() | JointSpec() | QuietSpec():
            names = {"prompt": step.prompt}
        case ReflectSpec():
            names = {"prompt": step.prompt, "check": step.check}
        case ThankSpec():
            names = {"say": step.say}
        case PrivateSpec():
            names = {"told": step.told}
        case RestSpec():
            names = {"return": step.back, "on_no": step.on_no}
        case _:
            names = {}
    return [(key, name) for key, name in names.items() if name is not None]


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
    meant: set[str | None] = set()
    for use in uses(exercise):
        used.add(use.name)
        known: dict[str, object] = {**exercise.openers} if use.ring else {**shared, **exercise.lines}
        if use.name not in known:
            if not use.ring and library is None and use.name not in exercise.lines:
                continue  # perhaps a shared line
            what, where = ("ring of openers", "openers") if use.ring else ("line", "lines")
            expected = f"expected it under {where}{did_you_mean(use.name, known)}"
            meant.add(closest(use.name, known))
            yield _finding(exercise, use.step.at(use.key), "error", f"there is no {what} {use.name!r}; {expected}")
            continue
        yield from _slot_findings(use, exercise, library)
    for name, line in exercise.lines.items():
        if name not in used | meant and name not in shared:
            told = f"no step says the line {name!r}; expected one that does{did_you_mean(name, used)}"
            yield _finding(exercise, line.line_no, "warning", told, line.where)
    for name, ring in exercise.openers.items():
        if name not in used | meant and ring:
            told = f"no step asks the openers {name!r}; expected one that does"
            yield _finding(exercise, exercise.at("openers", name), "warning", told, ring[0].where)
    yield from _names_where_none_belong(exercise)


def _names_where_none_belong(exercise: Exercise) -> Iterator[Finding]:
    """`role_free` is for when nobody knows who spoke: no names can stand in it."""
    for line in exercise.lines.values():
        for index, text in enumerate(line.role_free):
            named = _slots_in(text) & NAME_SLOTS
            if named:
                shown = ", ".join(f"{{{slot}}}" for slot in sorted(named))
                told = f"{text!r}: found {shown} under role_free; expected no name, since it is for when it is unsure who spoke"
                yield _finding(exercise, line.at("role_free", index), "error", told, line.where)


def _slots_in(text: str) -> frozenset[str]:
    try:
        return slots_of(text)
    except ValueError:
        return frozenset()


def _slot_findings(use: Use, exercise: Exercise, library: Library | None) -> Iterator[Finding]:
    if use.ring:
        texts = [(each.text, each.line_no, each.where) for each in exercise.openers[use.name]]
    else:
        line = exercise.lines.get(use.name) or (library.lines.get(use.name) if library else None)
        at = line.line_no if line is not None and use.name in exercise.lines else use.step.line_no
        where = line.where if line is not None and use.name in exercise.lines else ""
        own = line if use.name in exercise.lines else None
        phrasings = line.phrasings if line is not None else ()
        texts = [(text, own.at("phrasings", nth) if own else at, where) for nth, text in enumerate(phrasings)]
    for text, at, where in texts:
        broken = braces_wrong(text)
        if broken:
            yield _finding(exercise, at, "error", f"{text!r}: {broken}", where)
            continue
        unknown = slots_of(text) - use.slots
        if unknown:
            may = ", ".join(f"{{{slot}}}" for slot in sorted(use.slots))
            what = ", ".join(f"{{{slot}}}" for slot in sorted(unknown))
            close = did_you_mean(min(unknown), use.slots) if len(unknown) == 1 else ""
            yield _finding(exercise, at, "error", f"{text!r}: found {what} in a {use.step.kind}; expected {may}{close}", where)


def braces_wrong(text: str) -> str:
    """What is wrong with the braces of a text: one left open, one too many, or no plain name in them; "" where nothing is."""
    for wrong in ("{{", "}}"):
        if wrong in text:
            return f"found {wrong}; expected one brace on each side of a name, as in {{holder}}"
    if text.count("{") != text.count("}"):
        found = "{" if text.count("{") > text.count("}") else "}"
        return f"found {found!r} without its twin; expected a name in braces, as in {{holder}}"
    try:
        slots_of(text)
    except ValueError as broken:
        return str(broken) if "slot" in str(broken) else "found } before {; expected a name in braces, as in {holder}"
    return ""


def _finding(exercise: Exercise, line: int, severity: str, sentence: str, where: str = "") -> Finding:
    return Finding(where or exercise.where or exercise.slug, line, "L08", "error" if severity == "error" else "warning", sentence)


def shared_slot_findings(lines: Mapping[str, Line], base: Mapping[str, Line], file: str) -> Iterator[Finding]:
    """L08 for lines.yaml: whole braces, no names under role_free, and no slots that ours of the same name has not."""
    for name, line in lines.items():
        known = frozenset().union(*(_slots_in(text) for text in base[name].phrasings)) if name in base else None
        if known is not None and known & NAME_SLOTS:
            known |= IN_A_TURN  # whoever is named there, the others are known as well
        placed = [*((text, line.at("phrasings", nth), known) for nth, text in enumerate(line.phrasings)),
                  *((text, line.at("role_free", nth), None) for nth, text in enumerate(line.role_free))]  # fmt: skip
        for text, at, slots in placed:
            wrong = braces_wrong(text)
            unknown = _slots_in(text) - slots if slots is not None and not wrong else frozenset()
            if unknown:
                may = ", ".join(f"{{{slot}}}" for slot in sorted(slots or ())) or "no slot"
                wrong = f"found {{{min(unknown)}}}; expected {may} in {name}{did_you_mean(min(unknown), slots or ())}"
            if wrong:
                yield Finding(file, at, "L08", "error", f"{text!r}: {wrong}")
