"""The steps an exercise can be made of: the closed set of kinds, each a frozen record as its writer wrote it.

In YAML a step is a mapping with one key, its kind: `- turn: {listen: WORDS, for: {short: 60 s, medium: 2 min, long: 3 min}}`.
A bare name or value stands for the one field the kind cannot do without: `- say: set_up`, `- chime: rest`, `- swap`.
Every step has the exits done, pass, stop and timeout; questions also yes, partly, no, or a, b, c for the options in order.
An exit without a target goes on to the next step; targets are a step's name, `next`, `end` (of the exercise), `finish` (of the
evening) or the slug of a frame. Times are in seconds once read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from companion.effects import ChimeKind, Mode
from companion.exercises.by_size import SIZES as SIZES
from companion.exercises.by_size import BySize as BySize
from companion.exercises.by_size import Count, Counts, Rounds, Times
from companion.exercises.by_size import Lengths as Lengths
from companion.exercises.by_size import Seconds as Seconds
from companion.exercises.by_size import Size as Size
from companion.exercises.by_size import seconds_of as seconds_of
from companion.exercises.condition import Condition, Record
from companion.exercises.written import Written

Role = Literal["first", "second", "holder", "listener", "source"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


def same(value: float) -> Lengths:
    """The same number of seconds in every size."""
    return Lengths.model_construct(short=value, medium=value, long=value)


class StepBase(Written):
    """What every step has. `name`: for exits that lead here."""

    short_for: ClassVar[str] = ""  # the field a bare value stands for
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.CMD})  # modes this kind may listen in

    name: Name | None = None
    listen: Mode = Mode.CMD
    exits: dict[str, str] = Field(default_factory=dict)


class SaySpec(StepBase):
    """Speak a line.

    `once`: only the first time the step comes round in this exercise. `invites`: a command to try here, which is then not
    carried out: heard within `wait` after the line, the step says `on_yes` and leaves by `yes`, else by `timeout`.
    """

    short_for: ClassVar[str] = "line"
    kind: Literal["say"] = "say"
    line: Name
    to: Role | Literal["both"] = "both"
    once: StrictBool = False
    invites: Name | None = None
    on_yes: Name | None = None
    wait: Seconds = 0.0


class ChimeSpec(StepBase):
    """Play a chime, `times` over."""

    short_for: ClassVar[str] = "which"
    kind: Literal["chime"] = "chime"
    which: ChimeKind
    times: Times = 1


class AskSpec(StepBase):
    """A question of consent: yes or no, and anything less than a plain yes is no.

    `of` both: needs two yeses by two voices. `otherwise`: what no answer means. `sets`: what a yes switches on.
    `on_yes`, `on_no`: lines spoken after the answer.
    """

    short_for: ClassVar[str] = "line"
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.YN})
    kind: Literal["ask"] = "ask"
    line: Name
    of: Role | Literal["both", "either"] = "both"
    otherwise: Literal["yes", "no"] = "no"
    tries: Times = 2
    wait: Seconds = 8.0
    sets: Literal["diary"] | None = None
    on_yes: Name | None = None
    on_no: Name | None = None
    listen: Mode = Mode.YN


class Option(Record):
    """One thing to choose: its name (the answer), and the words that choose it."""

    name: Name
    phrases: tuple[str, ...] = Field(min_length=1)


class ChooseSpec(StepBase):
    """A choice of at most three, spoken as words. Leaves by a, b or c in the order of the options.

    `unspoken`: further answers, understood and never named aloud; they leave by `done`. `sets`: what the answer decides.
    """

    short_for: ClassVar[str] = "line"
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.NUM})
    kind: Literal["choose"] = "choose"
    line: Name
    options: tuple[Option, ...] = Field(min_length=2, max_length=3)
    of: Role | Literal["both", "either"] = "either"
    unspoken: tuple[Option, ...] = ()
    otherwise: Name
    tries: Times = 2
    wait: Seconds = 8.0
    sets: Literal["manner", "theme", "minutes"] | None = None
    listen: Mode = Mode.NUM

    @model_validator(mode="after")
    def _otherwise_is_an_option(self) -> ChooseSpec:
        names = [option.name for option in (*self.options, *self.unspoken)]
        if self.otherwise not in names:
            raise ValueError(f"otherwise: found {self.otherwise!r}; expected one of the options {', '.join(names)}")
        return self

    def exit_of(self, option: str) -> Literal["a", "b", "c", "done"]:
        """The exit an option leaves by."""
        names = [each.name for each in self.options]
        return ("a", "b", "c")[names.index(option)] if option in names else "done"


class TurnSpec(StepBase):
    """One partner has the floor. `prompt` (a line) is spoken first, then an opener from the ring `openers`, where given.

    `same_opener`: in the second half of a mirrored block the opener of the first half comes again. `enrol`: the holder's
    voice is learnt from this turn. `cues` play: interruptions and pace are nobody's business here.
    """

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR, Mode.WORDS})
    kind: Literal["turn"] = "turn"
    holder: Role = "holder"
    budget: Lengths = Field(alias="for")
    prompt: Name | None = None
    openers: Name | None = None
    same_opener: StrictBool = False
    soft: StrictBool = False
    questions: Literal["no", "one", "free"] = "no"
    cues: Literal["all", "play"] = "all"
    enrol: StrictBool = False
    listen: Mode = Mode.FLOOR


class ReflectSpec(StepBase):
    """The listener says back what they understood, and the source says yes, partly or no. `tries`: loops at most.

    `prompt`, `check`: lines; the cue table's own where left out.
    """

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR, Mode.WORDS})
    kind: Literal["reflect"] = "reflect"
    source: Role = "holder"
    budget: Lengths = Field(default=same(45.0), alias="for")
    prompt: Name = "c_neutral"
    check: Name = "c_check"
    tries: Rounds = Rounds.model_construct(short=2, medium=2, long=2)
    soft: StrictBool = False
    listen: Mode = Mode.FLOOR


class CheckSpec(StepBase):
    """The source says whether it was close. `also`: more words for an answer, such as warm for yes."""

    short_for: ClassVar[str] = "line"
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.YN})
    kind: Literal["check"] = "check"
    line: Name = "c_check"
    of: Role = "source"
    what: Literal["reflection", "guess", "request"] = "reflection"
    also: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    wait: Seconds = 8.0
    listen: Mode = Mode.YN


class ClarifySpec(StepBase):
    """The listener asks an open question (`budget` to ask), the source answers (`answer`), `count` times.

    `answer` 0: the answer is the next step's.
    """

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR})
    kind: Literal["clarify"] = "clarify"
    by: Role = "listener"
    prompt: Name | None = None
    count: Count = 1
    budget: Lengths = Field(default=same(20.0), alias="for")
    answer: Lengths = same(45.0)
    listen: Mode = Mode.FLOOR


class GuessSpec(StepBase):
    """The listener guesses a feeling or a need, the source corrects. `shelf`: examples may be named on request."""

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR})
    kind: Literal["guess"] = "guess"
    by: Role = "listener"
    family: Literal["feeling", "need"] = "feeling"
    shelf: StrictBool = False
    prompt: Name = "c_guess"
    budget: Lengths = Field(default=same(20.0), alias="for")
    listen: Mode = Mode.FLOOR


class ThankSpec(StepBase):
    """A thank-you: the line `say`, where it is needed, then room for the partner's own (0.4 s of speech, or `budget` passes)."""

    short_for: ClassVar[str] = "say"
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR})
    kind: Literal["thank"] = "thank"
    say: Name | None = None
    by: Role | Literal["both"] = "listener"
    budget: Lengths = Field(default=same(6.0), alias="for")
    listen: Mode = Mode.FLOOR


class RoundsSpec(StepBase):
    """Short turns in alternation, first partner first. `breath`: seconds of quiet before each, ended by a chime.

    `soon_before_last`: a chime when this many rounds are left.
    """

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.FLOOR, Mode.JOINT})
    kind: Literal["rounds"] = "rounds"
    prompt: Name | None = None
    openers: Name | None = None
    count: Counts = Counts.model_construct(short=4, medium=4, long=4)
    each: Lengths = same(20.0)
    breath: Lengths = same(0.0)
    cues: Literal["all", "play"] = "all"
    soon_before_last: Annotated[int, Field(strict=True, ge=0)] = 0
    listen: Mode = Mode.FLOOR


class JointSpec(StepBase):
    """Both talk as they like, with no cues."""

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.JOINT})
    kind: Literal["joint"] = "joint"
    prompt: Name | None = None
    openers: Name | None = None
    budget: Lengths = Field(alias="for")
    listen: Mode = Mode.JOINT


class QuietSpec(StepBase):
    """Nobody needs to speak. `pulse`: seconds of one slow breath, marked softly. `ends`: the chime that ends it."""

    short_for: ClassVar[str] = "for"
    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.QUIET})
    kind: Literal["quiet"] = "quiet"
    prompt: Name | None = None
    budget: Lengths = Field(alias="for")
    pulse: Seconds | None = None
    sense: Literal["eyes", "hands", "food", "sound", "breath"] | None = None
    ends: ChimeKind = "rest"
    listen: Mode = Mode.QUIET


class PrivateSpec(StepBase):
    """The microphone is off for a while; `told` announces it."""

    fits: ClassVar[frozenset[Mode]] = frozenset({Mode.OFF})
    kind: Literal["private"] = "private"
    told: Name
    budget: Lengths = Field(alias="for")
    listen: Mode = Mode.OFF


class SwapSpec(StepBase):
    """Holder and listener exchange places."""

    kind: Literal["swap"] = "swap"


class RestSpec(StepBase):
    """A break with a promised return: after `budget`, the chime and the line `back`, asked of both.

    No answer: the chime `chimes` times more, `apart` seconds apart. On a no: the line `on_no`.
    Leaves by yes (both are ready), no (one is not) or timeout.
    """

    kind: Literal["rest"] = "rest"
    budget: Lengths = Field(default=same(1200.0), alias="for")
    back: Name = Field(alias="return")
    wait: Seconds = 15.0
    on_no: Name | None = None
    chimes: Times = 3
    apart: Seconds = 300.0


class MirroredSpec(StepBase):
    """The steps twice, roles exchanged the second time; same budgets for both. `begins`: who is holder in the first half."""

    short_for: ClassVar[str] = "steps"
    kind: Literal["mirrored"] = "mirrored"
    begins: Literal["first", "second"] = "first"
    steps: tuple[Step, ...] = Field(min_length=1)


class RepeatSpec(StepBase):
    """The steps again and again, `times` times at most, or until a question among them is answered `until`."""

    kind: Literal["repeat"] = "repeat"
    steps: tuple[Step, ...] = Field(min_length=1)
    times: Rounds
    until: str | None = None


class WhenSpec(StepBase):
    """The steps `then` where the condition holds, else the steps `otherwise`."""

    kind: Literal["when"] = "when"
    condition: Condition = Field(alias="if")
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()


Spec = (
    SaySpec | ChimeSpec | AskSpec | ChooseSpec | TurnSpec | ReflectSpec | CheckSpec | ClarifySpec | GuessSpec | ThankSpec
    | RoundsSpec | JointSpec | QuietSpec | PrivateSpec | SwapSpec | RestSpec | MirroredSpec | RepeatSpec | WhenSpec
)  # fmt: skip
"""Any step."""

KINDS: dict[str, type[StepBase]] = {
    "say": SaySpec, "chime": ChimeSpec, "ask": AskSpec, "choose": ChooseSpec, "turn": TurnSpec, "reflect": ReflectSpec,
    "check": CheckSpec, "clarify": ClarifySpec, "guess": GuessSpec, "thank": ThankSpec, "rounds": RoundsSpec, "joint": JointSpec,
    "quiet": QuietSpec, "private": PrivateSpec, "swap": SwapSpec, "rest": RestSpec, "mirrored": MirroredSpec,
    "repeat": RepeatSpec, "when": WhenSpec,
}  # fmt: skip
"""Every kind by its name in YAML."""


def opened(value: Any) -> Any:
    """A step as written in YAML (`{turn: {…}}`, `{say: set_up}`, `swap`) as a plain record with its kind; others unchanged."""
    if isinstance(value, str):
        return {"kind": value}
    if not isinstance(value, dict) or "kind" in value:
        return value
    place = {key: value[key] for key in Written.model_fields if key in value}
    keys = [key for key in value if key not in place]
    if len(keys) != 1:
        raise ValueError(f"found the keys {', '.join(map(str, keys))}; expected one key, the kind of the step")
    kind, body = keys[0], value[keys[0]]
    if body is None:
        body = {}
    if not isinstance(body, dict):
        main = KINDS[kind].short_for if kind in KINDS else ""
        if kind in KINDS and not main:
            raise ValueError(f"found {body!r} after {kind}; expected its fields")
        body = {main: body}
    return {**place, **body, "kind": kind}


Step = Annotated[Annotated[Spec, Field(discriminator="kind")], BeforeValidator(opened)]
"""Any step, as a field of a model."""

for _block in (MirroredSpec, RepeatSpec, WhenSpec):
    _block.model_rebuild()


def inner(step: StepBase) -> tuple[tuple[Spec, ...], ...]:
    """The lists of steps inside a block; none for a plain step."""
    if isinstance(step, (MirroredSpec, RepeatSpec)):
        return (step.steps,)
    if isinstance(step, WhenSpec):
        return (step.then, step.otherwise)
    return ()


def walk(steps: tuple[Spec, ...]) -> Iterator[Spec]:
    """Every step once, blocks before what is in them, in the order written."""
    for step in steps:
        yield step
        for branch in inner(step):
            yield from walk(branch)
