"""Content as data: evenings, frames and exercises as their writers wrote them, and the library that holds them.

Everything is frozen and refuses unknown keys. `loader` reads these records from YAML, `lint` judges what they mean, the engine
plays them. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from companion.effects import Mode
from companion.exercises.by_size import BySize, Lengths, Seconds, Size
from companion.exercises.condition import Condition, Record
from companion.exercises.finding import did_you_mean
from companion.exercises.step_spec import Name, Step, walk
from companion.exercises.written import Written
from companion.trouble import Trouble

__all__ = [
    "LEVELS", "AnswerTable", "BySize", "Command", "Danger", "Evening", "Exercise", "Idiom", "Language", "Level", "Library",
    "Line", "Manner", "Opener", "PlanItem", "Practice", "Size", "did_you_mean", "evening_of",
]  # fmt: skip

Kind = TypeVar("Kind")

Level = Literal["light", "open", "deep"]
LEVELS: tuple[Level, ...] = ("light", "open", "deep")
Manner = Literal["gentle", "standard", "lively"]
Need = Literal["sight", "hands", "movement"]
Practice = Literal[
    "share-fears-and-dreams", "active-listening", "gratitude", "eye-contact", "no-interrupting", "reflect-and-clarify",
    "empathise", "shared-challenges", "storytelling", "mindful-presence", "gratitude-for-efforts", "vulnerability", "patience",
    "safe-space",
]  # fmt: skip


def _gate(value: Any) -> Any:
    """`{evenings: 2}`, as YAML writes it, is the gate `evenings:2`."""
    if isinstance(value, dict) and list(value) == ["evenings"]:
        return f"evenings:{value['evenings']}"
    return value


Tongue = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""A language, by its two or three letters (ISO 639)."""
Gate = Annotated[str, BeforeValidator(_gate), Field(pattern=r"^(both-yes|calm|ask-again|chose-deep|evenings:[1-9]\d?)$")]
"""When an exercise may be offered. `both-yes` always holds."""


class Line(Written):
    """Something the companion says: equivalent wordings, and their twins without names for when it is unsure who spoke.

    In YAML a list of wordings, one wording, or `{phrasings: […], role_free: […]}`.
    """

    phrasings: tuple[str, ...] = Field(min_length=1)
    role_free: tuple[str, ...] = ()
    where: str = Field(default="", exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"phrasings": [value]}
        if isinstance(value, (list, tuple)):
            return {"phrasings": value}
        return value


class Opener(Written):
    """The prompt that starts a turn. It may be more tender than the exercise it belongs to."""

    text: str
    level: Level | None = None
    needs: tuple[Need, ...] = ()
    romantic: StrictBool = False
    where: str = Field(default="", exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Exercise(Written):
    """A named practice with steps, or (`frame`) one of the fixed scaffolds around exercises.

    `language`: that of the wording in the file. `where`: the file it came from.
    """

    slug: Name
    language: Tongue = "en"
    frame: StrictBool = False
    id: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9]{0,7}$")
    title: str = Field(min_length=1, max_length=60)
    serves: tuple[Practice, ...] = ()
    level: Level = "light"
    energy: Literal["settle", "talk", "lift"] = "talk"
    lasts: Lengths
    gates: tuple[Gate, ...] = ("both-yes",)
    needs: tuple[Need, ...] = ()
    couple: Literal["any", "romantic", "friends"] = "any"
    without_words: Literal["same-but-no-hints", "not-offered"] = "same-but-no-hints"
    lines: dict[Name, Line] = Field(default_factory=dict)
    openers: dict[Name, tuple[Opener, ...]] = Field(default_factory=dict)
    steps: tuple[Step, ...] = Field(min_length=1)
    exits: dict[str, str] = Field(default_factory=dict)
    after: Literal["none", "soft-landing"] = "none"
    instead: Name | None = None  # an exercise played short where one of the two declines this one, or it is no time for it
    rests_on: tuple[str, ...] = ()
    notes: str = ""
    where: str = Field(default="", exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _slug(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "slug" in value:
            return value
        kinds = [key for key in ("exercise", "frame") if isinstance(value.get(key), str)]
        if len(kinds) != 1:
            return value
        rest = {key: each for key, each in value.items() if key != kinds[0]}
        return {**rest, "slug": value[kinds[0]], "frame": kinds[0] == "frame"}

    def modes(self) -> frozenset[Mode]:
        """Every mode its steps listen in."""
        return frozenset(step.listen for step in walk(self.steps))

    def evenings_needed(self) -> int:
        """How many evenings must be behind a pair: the gate `evenings: n`, or 0."""
        return max((int(gate.split(":")[1]) for gate in self.gates if gate.startswith("evenings:")), default=0)


class PlanItem(Written):
    """One thing an evening plays: a frame or an exercise, in a size, perhaps only on a condition."""

    frame: Name | None = None
    exercise: Name | None = None
    size: Size = "medium"
    form: Name | None = None
    condition: Condition | None = Field(default=None, alias="if")

    @model_validator(mode="after")
    def _one(self) -> PlanItem:
        if (self.frame is None) == (self.exercise is None):
            raise ValueError("found neither or both of frame and exercise; expected exactly one of them")
        return self

    @property
    def slug(self) -> str:
        """What is played."""
        return self.frame or self.exercise or ""


class Evening(Written):
    """An ordered list of frames and exercises, played in one go. `time`: the length it is planned for, in seconds."""

    slug: Name = Field(alias="evening")
    title: str = Field(min_length=1, max_length=60)
    themes: tuple[Name, ...] = ()
    offer: Condition | None = None
    manner: Manner = "standard"
    time: Seconds
    plan: tuple[PlanItem, ...] = Field(min_length=1)
    starts: Literal["first", "other-than-last-time"] = "first"
    if_time_short: Literal["drop-last", "go-on"] = "drop-last"
    notes: str = ""
    where: str = Field(default="", exclude=True)


class Command(Written):
    """A voice command. `taught` is what help says, `also` is understood, `decoys` are near-twins that draw off mishearings.

    `where`: modes and moments it is live in. `by`: whose it must be; anyone's, or the holder's. `threshold`: lowest confidence.
    """

    name: Name
    taught: str
    also: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    where: tuple[str, ...]
    by: Literal["anyone", "holder", "holder-or-both"] = "anyone"
    over_own_voice: StrictBool = False
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.7

    @property
    def phrases(self) -> tuple[str, ...]:
        """Everything that means this command, the taught phrase first."""
        return (self.taught, *self.also)


class Idiom(Record):
    """What one saying means as an answer to "is that it?" (`check`) and to "shall we?" (`consent`); None: it answers neither."""

    said: str
    check: Literal["yes", "partly", "no", "unsure", "repeat", "next"] | None = None
    consent: Literal["yes", "no", "ask-again", "repeat"] | None = None


class AnswerTable(Record):
    """The words of answers: idioms, and the lists the rules work with. All lower case, without punctuation."""

    idioms: tuple[Idiom, ...]
    lists: dict[Name, tuple[str, ...]]
    numbers: dict[str, int]
    spoken: tuple[str, ...] = ()  # the phrases a recogniser listens for in a question

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, value: Any) -> Any:
        """In YAML one entry holds all that is said for the same answers: `{check: yes, consent: no, said: [good enough, …]}`."""
        if not isinstance(value, dict) or not isinstance(value.get("idioms"), list):
            return value
        apart: list[Any] = []
        for entry in value["idioms"]:
            said = entry.get("said") if isinstance(entry, dict) else None
            apart += [{**entry, "said": each} for each in said] if isinstance(said, list) else [entry]
        return {**value, "idioms": apart}


class Danger(Record):
    """Plain phrases after which the companion must not go on, by class; each class with the line it ends by."""

    afraid: tuple[str, ...]
    police: tuple[str, ...]
    own_life: tuple[str, ...]
    body: tuple[str, ...]
    twice: tuple[str, ...] = ()  # of these, the ones that count only when said again
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.7


class Language(Record):
    """What a language is called, and what comes with it.

    `address`: what may be said before any command, as a name is; none where left out. `voice`: the espeak-ng voice that speaks
    it. `scripts`: the alphabets its texts may use, by the first word of Unicode's letter names.
    """

    name: str
    address: str = ""
    voice: str
    scripts: tuple[str, ...] = ("LATIN",)


class Library(Record):
    """All content of one language. `lines`: spoken by any exercise, cue or answer; an exercise's own line of a name wins."""

    language: str
    about: Language | None = None
    exercises: dict[str, Exercise] = Field(default_factory=dict)
    frames: dict[str, Exercise] = Field(default_factory=dict)
    evenings: dict[str, Evening] = Field(default_factory=dict)
    lines: dict[str, Line] = Field(default_factory=dict)
    commands: dict[str, Command] = Field(default_factory=dict)
    answers: AnswerTable | None = None
    danger: Danger | None = None
    word_lists: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)  # feelings, hints, blocked

    @property
    def address(self) -> str:
        """What may be said before any command; then it works within talk without a pause after it. Empty: nothing may."""
        return self.about.address if self.about else ""

    def exercise(self, slug: str) -> Exercise:
        """The exercise of this name. Raises Trouble with what comes close."""
        return _found(self.exercises, slug, "exercise")

    def frame(self, slug: str) -> Exercise:
        """The frame of this name. Raises Trouble with what comes close."""
        return _found(self.frames, slug, "frame")

    def evening(self, slug: str) -> Evening:
        """The evening of this name. Raises Trouble with what comes close."""
        return _found(self.evenings, slug, "evening")

    def played(self, item: PlanItem) -> Exercise:
        """The frame or exercise a plan names."""
        return self.frame(item.slug) if item.frame else self.exercise(item.slug)

    def line(self, name: str, exercise: Exercise | None = None) -> Line:
        """A line by name: the exercise's own, else the shared one. Raises Trouble with what comes close."""
        if exercise is not None and name in exercise.lines:
            return exercise.lines[name]
        return _found(self.lines, name, "line")

    def with_evening(self, evening: Evening) -> Library:
        """The same library with one more evening."""
        return self.model_copy(update={"evenings": {**self.evenings, evening.slug: evening}})


def _found(among: Mapping[str, Kind], slug: str, what: str) -> Kind:
    if slug in among:
        return among[slug]
    raise Trouble(f"There is no {what} called {slug!r}{did_you_mean(slug, among) or '.'}")


def evening_of(exercise: Exercise, size: Size = "medium") -> Evening:
    """An evening of one exercise between welcome and close, for whoever wants to try just that."""
    plan = (PlanItem(frame="welcome"), PlanItem(exercise=exercise.slug, size=size), PlanItem(frame="close"))
    return Evening(evening=exercise.slug, title=exercise.title, time="60 min", plan=plan)  # type: ignore[arg-type]
