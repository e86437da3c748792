"""What is rehearsed: a scenario and the evening it plays, found by a name or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.evening import folders, house
from companion.exercises.content import Evening, Library, Size, did_you_mean, evening_of
from companion.exercises.finding import ContentTrouble
from companion.exercises.loader import load_evening, load_exercise
from companion.exercises.step_spec import Spec, inner
from companion.exercises.yaml_source import read_yaml
from companion.simulation.scenario import Scenario, read_scenario, shipped
from companion.trouble import Trouble

DINNER = "dinner"
"""The shipped scenario that is rehearsed unless something is named."""

DEFAULT_PARTNERS = "polite"
"""The shipped scenario whose people play an evening or exercise that comes without a scenario."""

_SPARE = 2.0
"""An evening is broken off after this many times its planned length."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A scenario, the evening it plays, and the library that evening is from."""

    scenario: Scenario
    evening: Evening
    library: Library

    @classmethod
    def of(cls, scenario: Scenario, library: Library) -> Rehearsed:
        """A scenario with the evening or exercise it names. Raises Trouble with what comes close."""
        return cls(scenario, house.evening_called(scenario.evening, library, scenario.size or "short"), library)

    def welcome(self, step: str) -> bool:
        """Whether coming in is welcome in a step, given as "exercise/step": questions are free there, or it is play."""
        slug, _, name = step.partition("/")
        exercise = self.library.exercises.get(slug) or self.library.frames.get(slug)
        spec = _step_at(exercise.steps, name.split(".")) if exercise is not None else None
        return getattr(spec, "questions", "no") != "no" or getattr(spec, "cues", "all") == "play"


def _step_at(steps: Sequence[Spec], names: Sequence[str]) -> Spec | None:
    """The step that a path such as "mirrored[0].turn#2" leads to, as `exercises/path.py` names them."""
    called, _, count = names[0].partition("#")
    nth, called = int(count.split("[")[0] or 1) if count else 1, called.split("[")[0]
    alike = [step for step in steps if (step.name or step.kind) == called]
    if len(alike) < nth:
        return None
    step = alike[nth - 1]
    if len(names) == 1:
        return step
    return next((found for branch in inner(step) if (found := _step_at(branch, names[1:])) is not None), None)


def find(what: str, library: Library, size: Size | None = None) -> Rehearsed:
    """What a name or a path stands for: a scenario, an evening, an exercise; polite people play what is no scenario.

    A path may lead to a scenario of one's own, or to an exercise or evening that is still being written. `size` wins over the
    scenario's. Raises Trouble: nothing of this name, a file that is none of these, or one with errors, by line.
    """
    if what.endswith((".yaml", ".yml")):
        found = _in_file(Path(what), library)
    elif what in shipped():
        found = Rehearsed.of(read_scenario(what), library)
    elif what in library.evenings or what in library.exercises:
        found = _with_polite_people(house.evening_called(what, library), library)
    elif (left_out := _own_file(what)) is not None:
        found = _in_file(left_out, library)  # the loader kept it out: this says why
    else:
        raise Trouble(f"There is nothing called {what!r} to rehearse{_hint(what, library)}")
    if size is None:
        return found
    scenario = found.scenario.model_copy(update={"size": size})
    return Rehearsed(scenario, _sized(found, size), found.library)


def default(library: Library, evening: str) -> str:
    """What is rehearsed unless something is named: the dinner, or where its evening is not in this language the usual one."""
    return DINNER if read_scenario(DINNER).evening in library.evenings else evening


def _own_file(name: str) -> Path | None:
    """The pair's own exercise or evening of this name, where a file of it lies in their folder."""
    places = (folders.user_content() / kind / f"{name}.yaml" for kind in ("exercises", "evenings"))
    return next((place for place in places if place.is_file()), None)


def _hint(what: str, library: Library) -> str:
    close = did_you_mean(what, [*library.exercises, *library.evenings, *shipped()])
    return f"{close}" if close else "; `companion exercises` lists what there is."


def _sized(found: Rehearsed, size: Size) -> Evening:
    """An evening of one exercise is made anew; others keep their plan, which the engine plays in this size."""
    slug = found.evening.slug
    return evening_of(found.library.exercises[slug], size) if slug in found.library.exercises else found.evening


def _in_file(path: Path, library: Library) -> Rehearsed:
    if not path.is_file():
        raise Trouble(f"There is no file {path}; give a scenario, an exercise or an evening, by name or by file.")
    try:
        data = read_yaml(path).data
    except ContentTrouble as broken:
        raise Trouble(str(broken.findings[0])) from broken
    keys = set(data) if isinstance(data, dict) else set()
    if "scenario" in keys:
        return Rehearsed.of(read_scenario(path), library)
    try:
        if "exercise" in keys:
            exercise = load_exercise(path, library, library.language)
            more = library.model_copy(update={"exercises": {**library.exercises, exercise.slug: exercise}})
            return _with_polite_people(evening_of(exercise, "short"), more)
        if "evening" in keys:
            return _with_polite_people(load_evening(path, library), library)
    except ContentTrouble as broken:
        raise Trouble(str(broken.findings[0])) from broken
    raise Trouble(f"{path}:1: found neither `scenario:`, `exercise:` nor `evening:` at the top; expected one of them.")


def _with_polite_people(evening: Evening, library: Library) -> Rehearsed:
    scenario = read_scenario(DEFAULT_PARTNERS)
    minutes = max(scenario.minutes, _SPARE * evening.time / 60)
    size: Size | None = "short" if evening.slug in library.exercises else None
    called = {
        "size": size,
        "scenario": evening.slug,
        "title": evening.title,
        "evening": evening.slug,
        "minutes": minutes,
        "happens": (),
    }
    return Rehearsed(scenario.model_copy(update=called), evening, library)


OURS = ("room.wav", "events.jsonl", "score.json", "timeline.png")
"""What a rehearsal leaves in its folder."""


def make_room(folder: Path) -> None:
    """Have the folder ready: what an earlier rehearsal left there goes. Raises Trouble where something else lies in it."""
    ours = {*OURS, *(f"{name}.part" for name in OURS)}
    try:
        there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
        if there - ours - {"timeline.part.png", "events.png"} or (folder.exists() and not folder.is_dir()):
            raise Trouble(f"{folder} holds more than a rehearsal; give an empty folder, or a new one, with --out.")
        for name in there & ours:
            (folder / name).unlink()
    except OSError as bad:
        raise Trouble(f"I can't write in {folder} ({bad.strerror or bad}); choose another folder with --out.") from bad
