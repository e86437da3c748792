"""What an exercise means, judged by its structure: fair, reachable, bounded, as long as it says. Rules L01 to L09, L17."""

from __future__ import annotations

import re

from companion.effects import Mode
from companion.exercises.content import Exercise, Library, did_you_mean
from companion.exercises.durations import longest, typical
from companion.exercises.finding import Finding
from companion.exercises.lint_lines import line_findings
from companion.exercises.step_spec import (
    SIZES,
    AskSpec,
    CheckSpec,
    ChooseSpec,
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
    TurnSpec,
    WhenSpec,
    inner,
    walk,
)  # fmt: skip

TARGETS: frozenset[str] = frozenset({"next", "end", "finish"})
FRAMES: frozenset[str] = frozenset({"welcome", "arrive", "close", "time-out", "soft-landing"})
FACT_VALUES: dict[str, frozenset[str]] = {
    "size": frozenset(SIZES),
    "level": frozenset({"light", "open", "deep"}),
    "setting": frozenset({"gentle", "standard", "lively"}),
    "recogniser": frozenset({"full", "embedded", "none"}),
}


def structure_findings(exercise: Exercise, library: Library | None = None) -> list[Finding]:
    """Everything wrong or doubtful in the structure of one exercise or frame. `library`: to know the shared lines."""
    found = _Findings(exercise)
    _fairness(exercise, found)
    _ways(exercise.steps, frozenset(), exercise, found)
    _names(exercise, found)
    _facts(exercise, found)
    _modes(exercise, found)
    _care(exercise, found)
    _empty(exercise, found)
    if not any(each.id in ("L02", "L03", "L04", "L05") for each in found.all):
        _lengths(exercise, found)  # the length of ways that lead nowhere says nothing
    if not exercise.frame and not exercise.serves:
        found.warn("L09", exercise.at("serves"), "serves no practice; expected at least one, such as gratitude")
    if not exercise.frame and not exercise.rests_on:
        found.warn("L09", exercise.at("rests_on"), "rests_on names no source; expected at least one that docs/content.md lists")
    for step in walk(exercise.steps):
        if isinstance(step, ChooseSpec):
            _options(step, found)
    return sorted([*found.all, *line_findings(exercise, library)])


class _Findings:
    def __init__(self, exercise: Exercise) -> None:
        self._file = exercise.where or exercise.slug
        self.all: list[Finding] = []

    def error(self, rule: str, line: int, sentence: str) -> None:
        self.all.append(Finding(self._file, line, rule, "error", sentence))

    def warn(self, rule: str, line: int, sentence: str) -> None:
        self.all.append(Finding(self._file, line, rule, "warning", sentence))


def exits_of(step: Spec) -> frozenset[str]:
    """The exits a step of this kind has."""
    common = {"done", "pass", "stop", "timeout"}
    match step:
        case AskSpec() | RestSpec():
            return frozenset(common | {"yes", "no"})
        case CheckSpec():
            return frozenset(common | {"yes", "partly", "no"})
        case ReflectSpec():
            return frozenset(common | {"yes", "partly", "no"})
        case ChooseSpec():
            return frozenset(common | set("abc"[: len(step.options)]))
        case SaySpec() if step.invites:
            return frozenset(common | {"yes"})
        case SwapSpec() | MirroredSpec() | RepeatSpec() | WhenSpec():
            return frozenset({"done", "pass", "stop"})
        case _:
            return frozenset(common)


def _leaving(step: Spec) -> frozenset[str]:
    """The exits by which a step is left unless somebody passes or stops."""
    match step:
        case AskSpec():
            return frozenset({"yes", "no"})
        case RestSpec():
            return frozenset({"yes", "no", "timeout"})
        case ChooseSpec():
            return frozenset("abc"[: len(step.options)])
        case CheckSpec():
            return frozenset({"yes", "partly", "no", "timeout"})
        case SaySpec() if step.invites:
            return frozenset({"yes", "timeout"})
        case _:
            return frozenset({"done"})


# --- L01: both partners get the same


def _fairness(exercise: Exercise, found: _Findings) -> None:
    for step in walk(exercise.steps):
        if not isinstance(step, MirroredSpec):
            continue
        for inside in walk(step.steps):
            if isinstance(inside, TurnSpec) and inside.holder in ("first", "second"):
                found.error("L01", inside.at("holder"), f"found holder: {inside.holder} in mirrored; expected holder or listener")
            if isinstance(inside, MirroredSpec):
                found.error("L01", inside.line_no, "found mirrored inside mirrored; expected it once")
            if isinstance(inside, SwapSpec):
                found.error(
                    "L01", inside.line_no, "found swap inside mirrored; expected none, since mirrored exchanges the roles itself"
                )
    for size in SIZES:
        floor = {"first": 0.0, "second": 0.0}
        _floor_time(exercise.steps, size, floor, "first", 1)
        if floor["first"] != floor["second"]:
            told = f"{floor['first']:.0f} s for the first partner and {floor['second']:.0f} s for the second"
            found.error("L01", _alone(exercise), f"found {told} in {size}; expected the same for both, as mirrored gives it")
            return


def _alone(exercise: Exercise) -> int:
    """The line of the first turn outside mirrored: where equal turns are most likely to have been forgotten."""
    mirrored = {id(each) for step in walk(exercise.steps) if isinstance(step, MirroredSpec) for each in walk(step.steps)}
    turns = (step for step in walk(exercise.steps) if isinstance(step, (TurnSpec, RoundsSpec)) and id(step) not in mirrored)
    return next((step.line_no for step in turns), exercise.at("steps"))


def _floor_time(steps: tuple[Spec, ...], size: Size, floor: dict[str, float], holder: str, often: int) -> str:
    """Adds up the floor time of each; returns who is holder after the steps."""
    for step in steps:
        match step:
            case TurnSpec():
                who = {"first": "first", "second": "second", "listener": _other(holder)}.get(step.holder, holder)
                floor[who] += often * step.budget.of(size)
            case RoundsSpec() if step.count.of(size) % 2:
                floor[holder] += often * step.each.of(size)
            case SwapSpec():
                holder = _other(holder)
            case MirroredSpec():
                _floor_time(step.steps, size, floor, step.begins, often)
                _floor_time(step.steps, size, floor, _other(step.begins), often)
            case RepeatSpec():
                for _ in range(step.times.of(size)):
                    holder = _floor_time(step.steps, size, floor, holder, often)
            case WhenSpec():
                fits = all(test.holds({"size": size}) for test in step.condition.tests if test.fact == "size")
                taken = step.then if fits else step.otherwise
                holder = _floor_time(taken, size, floor, holder, often)
            case _:
                pass
    return holder


def _other(holder: str) -> str:
    return "second" if holder == "first" else "first"


# --- L02, L03: every way leads on, and to an end


def _ways(steps: tuple[Spec, ...], beyond: frozenset[str], exercise: Exercise, found: _Findings) -> None:
    """`beyond`: names of steps after the enclosing blocks, where a jump may lead."""
    names = [step.name for step in steps]
    jumped_to: set[str] = set()
    reachable = True
    for index, step in enumerate(steps):
        later = {name for name in names[index + 1 :] if name}
        if not reachable and step.name not in jumped_to:
            found.error(
                "L02", step.line_no, f"this {step.kind} is never reached; expected a way to it, but all before it lead elsewhere"
            )
        reachable = reachable or step.name in jumped_to
        for way, target in step.exits.items():
            _exit(step, way, target, later | beyond, {name for name in names[: index + 1] if name}, exercise, found)
            jumped_to.add(target)
        if all(step.exits.get(way, "next") != "next" for way in _leaving(step)):
            reachable = False
        outside = beyond if isinstance(step, (MirroredSpec, RepeatSpec)) else later | beyond
        for branch in inner(step):
            _ways(branch, frozenset(outside if isinstance(step, WhenSpec) else ()), exercise, found)


def _exit(step: Spec, way: str, target: str, ahead: set[str], behind: set[str], exercise: Exercise, found: _Findings) -> None:
    known = exits_of(step)
    here = step.at("exits", way)
    if way not in known:
        expected = f"{', '.join(sorted(known))}{did_you_mean(way, known)}"
        found.error("L02", here, f"{_a(step)} has no exit {way!r}; expected one of {expected}")
    if way == "stop" and target != "finish":
        found.error("L02", here, f"found stop: {target}; expected finish, since stop always ends the evening")
    if target in TARGETS or target in FRAMES or target in ahead:
        return
    everywhere = {each.name for each in walk(exercise.steps) if each.name}
    if target in behind:
        found.error("L03", here, f"{way} leads back to {target!r}, an endless loop; expected repeat, which counts")
    elif target in everywhere:
        found.error("L02", here, f"{way} leads across a block, to {target!r}; expected a later step beside this one")
    else:
        choices = sorted(ahead | TARGETS | FRAMES)
        expected = f"{', '.join(choices)}{did_you_mean(target, choices)}"
        found.error("L02", here, f"{way} leads to {target!r}, which is no step; expected one of {expected}")


def _names(exercise: Exercise, found: _Findings) -> None:
    seen: set[str] = set()
    for step in walk(exercise.steps):
        if step.name is None:
            continue
        if step.name in seen or step.name in TARGETS:
            found.error("L02", step.at("name"), f"the name {step.name!r} is taken already; expected each step's name once")
        seen.add(step.name)


def _facts(exercise: Exercise, found: _Findings) -> None:
    for step in walk(exercise.steps):
        if not isinstance(step, WhenSpec):
            continue
        if not step.then and not step.otherwise:
            found.error("L02", step.line_no, "this when has nothing to do; expected steps under then or otherwise")
        for test in step.condition.tests:
            values = FACT_VALUES.get(test.fact) if test.fact != "answer" else _answers(exercise)
            if values and str(test.value) not in values:
                expected = f"{', '.join(sorted(values))}{did_you_mean(str(test.value), values)}"
                found.error("L02", step.at("if", test.fact), f"{test.fact} is never {test.value!r}; expected one of {expected}")


def _answers(exercise: Exercise) -> frozenset[str]:
    """Every answer that its steps can be given."""
    found = {"yes", "partly", "no"}
    for step in walk(exercise.steps):
        if isinstance(step, ChooseSpec):
            found |= {option.name for option in (*step.options, *step.unspoken)}
    return frozenset(found)


def _a(step: Spec) -> str:
    return f"{'an' if step.kind[0] in 'aeiou' else 'a'} {step.kind}"


# --- L04: the length it promises


def _empty(exercise: Exercise, found: _Findings) -> None:
    """Steps of no length at all."""
    for step in walk(exercise.steps):
        if not isinstance(step, (TurnSpec, JointSpec, QuietSpec, PrivateSpec)):
            continue
        nothing = next((size for size in SIZES if step.budget.of(size) == 0), None)
        if nothing is not None:
            told = f"{_a(step)} of 0 s in {nothing} is over before it begins; expected some seconds, or `when` around it"
            found.error("L04", step.at("for", nothing), told)


def _lengths(exercise: Exercise, found: _Findings) -> None:
    if exercise.frame:  # scaffolds of several forms: no one length
        return
    for size in SIZES:
        promised, usual, most = exercise.lasts.of(size), typical(exercise, size), longest(exercise, size)
        if most > 2 * promised + 120:
            said = f"{size} can take {most / 60:.1f} min; expected at most twice the {promised / 60:g} min of lasts, and 2 min"
            found.error("L04", exercise.at("lasts", size), f"{said}: shorten its steps, or say about {usual / 60:.0f} min")
        elif not 0.8 * promised <= usual <= 1.2 * promised:
            said = f"{size} takes about {usual / 60:.1f} min; expected the {promised / 60:g} min of lasts"
            found.warn("L04", exercise.at("lasts", size), said)


# --- L05, L06, L07: what the microphone may do, and care


def _modes(exercise: Exercise, found: _Findings) -> None:
    for step in walk(exercise.steps):
        if step.listen not in step.fits:
            fitting = ", ".join(sorted(step.fits))
            found.error("L05", step.at("listen"), f"{_a(step)} cannot listen in {step.listen}; expected {fitting}")
        if isinstance(step, PrivateSpec) and max(step.budget.of(size) for size in SIZES) > 180:
            longest_off = max(step.budget.of(size) for size in SIZES) / 60
            told = f"the microphone would be off for {longest_off:g} min; expected at most 180 s"
            found.error("L05", step.at("for"), told)


def _care(exercise: Exercise, found: _Findings) -> None:
    for step in walk(exercise.steps):
        if isinstance(step, (TurnSpec, ReflectSpec)) and step.soft and step.listen is Mode.WORDS:
            found.error("L06", step.at("soft"), "found soft: true with WORDS; a soft step recognises no words, expected FLOOR")
        if isinstance(step, AskSpec) and step.otherwise == "yes":
            found.error("L07", step.at("otherwise"), "found otherwise: yes; silence is never a yes, expected no")
    missing = {"calm", "ask-again"} - set(exercise.gates)
    if exercise.level == "deep" and (missing or exercise.after != "soft-landing"):
        wanted = [f"the gate {gate}" for gate in sorted(missing)]
        if exercise.after != "soft-landing":
            wanted.append("after: soft-landing")
        found.error("L06", exercise.at("level"), f"found a deep exercise; expected {', '.join(wanted)} with it")


# --- L17: options one can tell apart


def _options(step: ChooseSpec, found: _Findings) -> None:
    owners: dict[str, str] = {}
    names: set[str] = set()
    places = [*(("options", at) for at in range(len(step.options))), *(("unspoken", at) for at in range(len(step.unspoken)))]
    for option, place in zip((*step.options, *step.unspoken), places, strict=True):
        if option.name in names:
            found.error("L17", step.at(*place, "name"), f"found the option {option.name!r} twice; expected each name once")
        names.add(option.name)
        for phrase in option.phrases:
            if owners.setdefault(phrase, option.name) != option.name:
                told = f"the phrase {phrase!r} means {owners[phrase]!r} already; expected each phrase for one option"
                found.error("L17", step.at(*place, "phrases"), told)
    heads = [(re.search(r"[aeiouy]", option.phrases[0]), len(option.phrases[0])) for option in step.options]
    vowels = [found_.group() if found_ else "" for found_, _ in heads]
    if len(set(vowels)) < len(vowels) and len({length for _, length in heads}) < len(heads):
        found.warn("L17", step.at("options"), "two options have the same first vowel and length; expected words that differ")
