"""A scenario: who sits at the rehearsed table, in what room, and what they are going to do.

```yaml
scenario: dinner
like: polite                          # what is left out here is as in this shipped scenario
title: An ordinary dinner
evening: dinner                       # which evening or exercise is played; the caller finds it
size: short
stop_at: 95 s                         # one of the two says "stop"
recogniser: false                     # nobody understands words tonight: people press the button
guest: {name: Kim, voice: en-us+f4, at: 60 s, for: 20 s}   # somebody walks in and talks
partners:                             # two
  - {name: Alex, voice: en-us+m3, pitch: 40, words_a_minute: 170}
  - {name: Sam, voice: en-us+f3, pitch: 55, words_a_minute: 165, pause_s: 0.7}
room: {rt60_s: [0.25, 0.45], distance_m: [0.5, 1.1], microphones_m: [0.06, 0.14]}
noise: {kind: kitchen, snr_db: [18, 25]}
usual: {hums: [2, 4], interruptions: [0, 2]}     # drawn by seed for each turn
happens:                              # and what is certain to happen
  - exercise: floor-practice          # left out: in any exercise
    in: turn                          # a step kind
    nth: 1                            # the how-manieth such step (of that exercise, where one is named)
    then:
      hums: 3
      interrupt: [{kind: takeover, at: 12 s, for: 3 s}]
      pause: {at: 20 s, for: 10 s}
      says: [{phrase: hold on a moment, by: listener, at: 8 s, resume_after: 4 s}]
```
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from companion.exercises.step_spec import KINDS, Seconds, Size
from companion.partner import Pair, Partner
from companion.simulation.bed import NoiseKind
from companion.trouble import Trouble

InterruptionPlan = Literal["takeover", "butt-in", "in-pause"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _ordered(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] > value[1]:
        raise ValueError(f"found {value[0]} to {value[1]}; expected the smaller first")
    return value


Range = Annotated[tuple[float, float], Field(description="from, to")]


class Persona(_Part):
    """One scripted person. Times in seconds, pitch and speed as espeak-ng has them."""

    name: str = Field(min_length=1, max_length=30)
    voice: str
    pitch: int = Field(50, ge=0, le=99)
    words_a_minute: int = Field(165, ge=80, le=260)
    pregain_db: float = Field(0.0, ge=-30, le=30)
    reaction_s: Range = (0.4, 1.2)  # people answer a question within a second or so; thought takes longer
    pause_s: float = Field(0.5, ge=0.2, le=2.0)  # median pause between sentences
    think: float = Field(0.06, ge=0, le=1)  # chance that a pause is a thinking one of 1.5-4 s
    laugh_hz: float = Field(160.0, ge=60, le=400)
    loudness_db: float = Field(0.0, ge=-10, le=10)


class Guest(Persona):
    """Somebody who walks in at a moment of the evening, and talks for a while."""

    name: str = "Kim"
    voice: str = "en-us+f4"
    at: Seconds = 60.0
    length: Seconds = Field(default=20.0, alias="for")


class RoomPlan(_Part):
    """Ranges the room is drawn from."""

    rt60_s: Range = (0.25, 0.45)
    distance_m: Range = (0.5, 1.1)
    microphones_m: Range = (0.06, 0.14)

    @model_validator(mode="after")
    def _possible(self) -> RoomPlan:
        for name, (low, high), least, most in (
            ("rt60_s", self.rt60_s, 0.1, 1.2),
            ("distance_m", self.distance_m, 0.3, 1.3),
            ("microphones_m", self.microphones_m, 0.02, 0.3),
        ):
            if not least <= low <= high <= most:
                raise ValueError(f"{name}: found {low:g} to {high:g}; expected a range within {least:g} to {most:g}")
        return self


class Noise(_Part):
    """What else is heard, and how far below the partners."""

    kind: NoiseKind = "kitchen"
    snr_db: Range = (18.0, 25.0)


class Usual(_Part):
    """Ranges a turn is drawn from: its share of the budget, and what the listener does meanwhile."""

    talks: Range = (0.55, 0.85)
    overruns: float = Field(default=0.2, ge=0, le=1)  # chance that a turn runs into its wrap
    hums: tuple[int, int] = (2, 4)
    laughs: tuple[int, int] = (0, 1)
    interruptions: tuple[int, int] = (0, 2)
    interrupted: float = Field(default=0.5, ge=0, le=1)  # chance that a turn is interrupted at all


class ComesIn(_Part):
    """The listener comes in on the holder at `at` seconds of talk. `for`: how long they mean to go on."""

    kind: InterruptionPlan
    at: Seconds
    length: Seconds = Field(default=2.0, alias="for")

    @classmethod
    def of(cls, kind: InterruptionPlan, at: float, length: float) -> ComesIn:
        """One made by the script itself; seconds."""
        return cls.model_construct(kind=kind, at=at, length=length)


class Silence(_Part):
    """The holder falls silent at `at` seconds of talk, for so long."""

    at: Seconds
    length: Seconds = Field(alias="for")


class Utters(_Part):
    """Somebody says a command, on its own: in a turn `at` seconds of talk, in other steps `at` seconds after they began.

    `by`: outside turns the first of the pair is the holder. `resume_after`: and "resume" so much later.
    """

    phrase: str = Field(min_length=2)
    by: Literal["holder", "listener"] = "holder"
    at: Seconds = 0.0
    resume_after: Seconds | None = None


class Doings(_Part):
    """What happens in one step. What is left out is drawn from `usual`."""

    talks: float | None = Field(default=None, ge=0, le=3)
    hums: int | None = Field(default=None, ge=0, le=12)
    laughs: int | None = Field(default=None, ge=0, le=6)
    interrupt: tuple[ComesIn, ...] | None = None
    pause: Silence | None = None
    says: tuple[Utters, ...] = ()
    answers: tuple[Literal["yes", "partly", "no", "silence"], ...] = ()
    choose: str | None = None  # these words, of the options that are named; the last one if left out
    hint: bool = False
    silent: bool = False


class Happening(_Part):
    """Where something is certain to happen."""

    exercise: str | None = None
    step: str = Field(alias="in")
    nth: int = Field(1, ge=1)
    then: Doings

    @model_validator(mode="after")
    def _known(self) -> Happening:
        if self.step not in KINDS:
            raise ValueError(f"in: found {self.step!r}; expected a kind of step: {', '.join(KINDS)}")
        return self


class Scenario(_Part):
    """The whole of it."""

    scenario: str
    title: str = ""
    evening: str
    size: Size | None = None  # the evening's own sizes; of an exercise, short
    stop_at: Seconds | None = None
    recogniser: StrictBool = True
    guest: Guest | None = None
    ends: Literal["done", "declined", "stopped", "gone"] = "done"  # how the evening is to end
    minutes: float = Field(30.0, gt=0, le=240)  # the rehearsal is broken off after this
    partners: tuple[Persona, Persona]
    room: RoomPlan = RoomPlan()
    noise: Noise = Noise()
    usual: Usual = Usual()
    happens: tuple[Happening, ...] = ()

    @model_validator(mode="after")
    def _two_people(self) -> Scenario:
        names = [one.name for one in (*self.partners, *((self.guest,) if self.guest else ()))]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"partners: both are called {twice!r}; give them two names")
        return self

    def pair(self) -> Pair:
        """The two partners by name."""
        return Pair(Partner(self.partners[0].name), Partner(self.partners[1].name))

    def spoken_with(self, accents: tuple[str, str]) -> Scenario:
        """The same people in another language than English: English voices take its accents, and keep their variants."""
        first, second = (_with_accent(one, accent) for one, accent in zip(self.partners, accents, strict=True))
        guest = self.guest and _with_accent(self.guest, accents[0])
        return self.model_copy(update={"partners": (first, second), "guest": guest})

    def doings(self, exercise: str, step: str, nth: int, nth_here: int) -> Doings:
        """What is certain in the `nth` step of this kind of the evening, the `nth_here` of its exercise."""
        for one in self.happens:
            count = nth if one.exercise is None else nth_here
            if one.step == step and one.exercise in (None, exercise) and one.nth == count:
                return one.then
        return Doings()


_Somebody = TypeVar("_Somebody", bound=Persona)


def _with_accent(person: _Somebody, accent: str) -> _Somebody:
    """This person with the espeak-ng voice `accent`, where theirs is English and that is not."""
    own, _, variant = person.voice.partition("+")
    if own.split("-")[0] != "en" or accent.split("-")[0] == "en":
        return person
    return person.model_copy(update={"voice": f"{accent}+{variant}" if variant else accent})


def shipped() -> tuple[str, ...]:
    """The names of the scenarios that come with the package."""
    folder = files("companion.simulation").joinpath("scenarios")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def read_scenario(which: str | Path) -> Scenario:
    """A shipped scenario by its name, or one from a file. Raises `Trouble` with the place of the fault."""
    name = str(which)
    if name in shipped():
        return parse(files("companion.simulation").joinpath("scenarios", f"{name}.yaml").read_text(encoding="utf-8"), name)
    try:
        return parse(Path(which).read_text(encoding="utf-8"), name)
    except UnicodeDecodeError as bad:
        raise Trouble(f"{name} is no UTF-8 text: save the scenario as plain text.") from bad
    except OSError as bad:
        known = ", ".join(shipped())
        raise Trouble(f"The scenario {name} cannot be read ({bad.strerror}): give a file, or one of {known}.") from bad


def parse(text: str, source: str) -> Scenario:
    """A scenario from YAML 1.2. Raises `Trouble`: file, line, what is wrong and what was expected."""
    try:
        data = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as bad:
        line = bad.problem_mark.line + 1 if bad.problem_mark else 1
        raise Trouble(f"{source}:{line}: this is no YAML ({bad.problem}).") from bad
    except YAMLError as bad:
        raise Trouble(f"{source}:1: this is no YAML ({bad}).") from bad
    if not isinstance(data, dict):
        raise Trouble(f"{source}:1: found no scenario; expected keys such as scenario, evening and partners.")
    whole = _completed(data, source)
    try:
        return Scenario.model_validate(whole)
    except ValidationError as bad:
        first = bad.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = str(first["msg"]).removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            what = "no scenario has this key"
        raise Trouble(f"{source}:{_line(data, first['loc'])}: {where + ': ' if where else ''}{what}.") from bad


def _completed(data: dict[str, Any], source: str) -> dict[str, Any]:
    """With what the scenario that it is `like` has, where it says nothing itself."""
    given = {key: value for key, value in data.items() if key != "like"}
    like = data.get("like")
    if like is None:
        return given
    if like not in shipped():
        line = _line(data, ("like",))
        raise Trouble(f"{source}:{line}: like: found {like!r}; expected one of {', '.join(shipped())}.")
    text = files("companion.simulation").joinpath("scenarios", f"{like}.yaml").read_text(encoding="utf-8")
    base = YAML(typ="safe", pure=True).load(text)
    return {**base, "title": given.get("scenario", ""), **given}


def _line(data: Any, path: tuple[int | str, ...]) -> int:
    """The line of the innermost part of `path` that is there."""
    line = 1
    for part in path:
        try:
            line = (data.lc.key(part) if hasattr(data, "keys") else data.lc.item(part))[0] + 1
            data = data[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
