"""One content file, one record: an exercise with its wording, an evening, the lines and commands of a language.

Only the form is judged here, never the meaning. Every error of form is a ContentTrouble with file, line and sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from companion.exercises.content import Command, Evening, Exercise, Line, did_you_mean
from companion.exercises.finding import ContentTrouble, Finding
from companion.exercises.schema_errors import findings_of, shown, unknown_keys
from companion.exercises.written import STEP_LISTS, key_lines
from companion.exercises.yaml_source import Source, read_yaml

Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")

WORDING = ("title", "lines", "openers", "phrases")
"""What a translation brings; everything else is structure, and the same in all languages. `phrases`: what chooses each option."""
COMMAND_WORDING = ("taught", "also", "decoys")
"""What a language says of a command; the rest is the same in all of them."""

_LINES = TypeAdapter(dict[str, Line])
_COMMANDS = TypeAdapter(dict[str, Command])
_WORD_LISTS = TypeAdapter(dict[str, tuple[str, ...]])


def read_exercise(path: Path, language: str | None = None, wordings: Sequence[Path] = ()) -> tuple[Exercise, Source]:
    """One exercise or frame of the right form, whatever it means. Raises ContentTrouble.

    `language`: the one to be spoken, that of the file itself where left out. `wordings`: files with title, lines and openers,
    laid one over the other. In a language of its own the file's own wording lies under them; in another nothing of it is kept.
    """
    source = read_yaml(path)
    data = source.data
    if not isinstance(data, dict) or not ({"exercise", "frame"} & set(data)):
        keys = f"the keys {', '.join(map(str, data))}"[:80] if isinstance(data, dict) else f"{shown(data)} instead of keys"
        close = did_you_mean(str(next(iter(data), "")), ("exercise", "frame")) if isinstance(data, dict) else ""
        raise trouble(source, 1, "schema", f"found {keys}; expected `exercise: {path.stem}` at the top{close}")
    for key in {"exercise", "frame"} & set(data):
        if not isinstance(data[key], str):
            told = f"{key}: found {shown(data[key])}; expected the file's own name, {path.stem}"
            raise trouble(source, source.line((key,)), "schema", told)
    if {"exercise", "frame"} <= set(data):
        raise trouble(source, source.line(("frame",)), "schema", "found exercise and frame; expected one of them")
    if wordings:
        source = _worded(source, wordings, own=language in (None, data.get("language", "en")))
    exercise = checked(source, Exercise, {**_with_lines(source.data, source), "where": source.file})
    if exercise.slug != path.stem:
        at = source.line(("frame" if exercise.frame else "exercise",))
        raise trouble(source, at, "schema", f"found the name {exercise.slug!r}; expected {path.stem!r}, the file's own name")
    return exercise, source


def read_evening(path: Path) -> tuple[Evening, Source]:
    """One evening of the right form, whatever it names. Raises ContentTrouble."""
    source = read_yaml(path)
    if not isinstance(source.data, dict) or "evening" not in source.data:
        found = f"the keys {', '.join(map(str, source.data))}"[:80] if isinstance(source.data, dict) else shown(source.data)
        raise trouble(source, 1, "schema", f"found {found}; expected `evening: {path.stem}` at the top of an evening")
    data = dict(source.data)
    if isinstance(data.get("plan"), list):
        plan = list(enumerate(data["plan"]))
        data["plan"] = [{**each, "line_no": source.line(("plan", at))} if isinstance(each, dict) else each for at, each in plan]
    evening = checked(
        source, Evening, {**data, "where": source.file, "line_no": 1, "key_lines": key_lines(source.data, (), source)}
    )
    if evening.slug != path.stem:
        sentence = f"found the name {evening.slug!r}; expected {path.stem!r}, the file's own name"
        raise trouble(source, source.line(("evening",)), "schema", sentence)
    return evening, source


def read_lines(path: Path) -> dict[str, Line]:
    """The lines of a lines.yaml, whatever they say. Raises ContentTrouble."""
    source = read_yaml(path)
    data = source.data
    if isinstance(data, dict) and isinstance(data.get("lines"), dict) and not {"phrasings", "role_free"} & set(data["lines"]):
        told = "found the key lines; expected the names of lines at the margin, as in `c_think: [No hurry., …]`"
        raise trouble(source, source.line(("lines",)), "schema", told)
    if isinstance(data, dict):
        data = {key: _placed(each, (key,), source, "phrasings") for key, each in data.items()}
    return _validated(source, _LINES, data, Line)


def read_commands(path: Path, known: Mapping[str, Command] | None = None) -> dict[str, Command]:
    """The commands of a commands.yaml. Raises ContentTrouble.

    `known`: those of the base language, whose names and structure hold for all.
    """
    source = read_yaml(path)
    data = source.data
    if isinstance(data, dict):
        data = {key: _command(key, each, source, known) for key, each in data.items()}
    return _validated(source, _COMMANDS, data, Command)


def read_lists(path: Path) -> dict[str, tuple[str, ...]]:
    """The named lists of words in a file. Raises ContentTrouble."""
    source = read_yaml(path)
    return _validated(source, _WORD_LISTS, source.data, Line)


def read_record(path: Path, model: type[Model]) -> Model:
    """A file that is one record as it stands. Raises ContentTrouble."""
    source = read_yaml(path)
    return checked(source, model, source.data)


def read_wording(path: Path) -> Source:
    """The wording of an exercise: title, lines and openers. Raises ContentTrouble."""
    source = read_yaml(path)
    if not isinstance(source.data, dict):
        raise trouble(source, 1, "schema", f"found no keys; expected {', '.join(WORDING)} in a wording")
    for key in source.data:
        if key not in WORDING:
            told = f"unknown key {key!r}; expected {', '.join(WORDING)} and nothing else in a wording{did_you_mean(key, WORDING)}"
            raise trouble(source, source.line((key,)), "schema", told)
    return source


def checked(source: Source, model: type[Model], data: Any) -> Model:
    """The data as a record. Raises ContentTrouble with everything that is wrong."""
    unknown = unknown_keys(source)
    if unknown:
        raise ContentTrouble(unknown)
    try:
        return model.model_validate(data)
    except ValidationError as broken:
        raise ContentTrouble(findings_of(broken, source, model)) from None


def trouble(source: Source, line: int, rule: str, sentence: str) -> ContentTrouble:
    """One error in a file."""
    return ContentTrouble([Finding(source.file, line, rule, "error", sentence)])


def _validated(source: Source, adapter: TypeAdapter[dict[str, Made]], data: Any, model: type[BaseModel]) -> dict[str, Made]:
    try:
        return adapter.validate_python(data)
    except ValidationError as broken:
        raise ContentTrouble(findings_of(broken, source, model)) from None


def _worded(source: Source, wordings: Sequence[Path], *, own: bool) -> Source:
    """The same structure with other wording. `own`: in the file's own language, whose wording lies under it."""
    data, places = dict(source.data), dict(source.places)
    files = dict(source.files)
    for count, path in enumerate(wordings):
        wording = read_wording(path)
        for key, value in wording.data.items():
            under = data.get(key) if own or count else None
            both = isinstance(under, dict) and isinstance(value, dict)
            data[key] = {**under, **value} if both and isinstance(under, dict) else value
            if not both:
                places = {place: line for place, line in places.items() if place[:1] != (key,)}
                files = {place: file for place, file in files.items() if place[:1] != (key,)}
        for place, line in wording.places.items():
            if place:
                places[place], files[place] = line, wording.file
    phrases = data.pop("phrases", {})
    if isinstance(data.get("steps"), list) and isinstance(phrases, dict):
        data["steps"] = _phrased(data["steps"], phrases, own)
    return Source(source.file, data, places, files)


def _phrased(value: Any, phrases: Mapping[str, Any], own: bool) -> Any:
    """Steps with what chooses each option, and what else answers a check, in other words; none are left where there are none."""
    if isinstance(value, list):
        return [_phrased(each, phrases, own) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _phrased(each, phrases, own) for key, each in value.items()}
    if "name" in made and "phrases" in made:
        made["phrases"] = phrases.get(made["name"], made["phrases"] if own else [])
    if isinstance(made.get("also"), dict):
        made["also"] = {answer: phrases.get(answer, said if own else []) for answer, said in made["also"].items()}
    return made


def _command(name: str, given: Any, source: Source, known: Mapping[str, Command] | None) -> Any:
    if known is not None and name not in known:
        raise trouble(source, source.line((name,)), "schema", f"there is no command {name!r}{did_you_mean(name, known)}")
    if not isinstance(given, dict):
        told = f"{name}: found {shown(given)}; expected keys, such as `{{taught: {given if isinstance(given, str) else '…'}}}`"
        raise trouble(source, source.line((name,)), "schema", told)
    kept = known[name].model_dump(exclude=set(COMMAND_WORDING)) if known is not None else {}
    place = {"line_no": source.line((name,)), "key_lines": key_lines(given, (name,), source)}
    return {**kept, **given, "name": name, **place}


def _with_lines(data: dict[str, Any], source: Source) -> dict[str, Any]:
    """The data of an exercise, with the line of each step, line and opener put in."""
    made = {**data, "line_no": 1, "key_lines": key_lines(data, (), source, 2)}
    if isinstance(made.get("steps"), list):
        made["steps"] = _steps(made["steps"], ("steps",), source)
    if isinstance(made.get("lines"), dict):
        made["lines"] = {name: _placed(line, ("lines", name), source, "phrasings") for name, line in made["lines"].items()}
    if isinstance(made.get("openers"), dict):
        made["openers"] = {
            name: [_placed(each, ("openers", name, index), source, "text") for index, each in enumerate(ring)]
            if isinstance(ring, list)
            else ring
            for name, ring in made["openers"].items()
        }
    return made


def _placed(value: Any, path: tuple[str | int, ...], source: Source, main: str) -> Any:
    place = {"line_no": source.line(path), "where": source.file_of(path)}
    if isinstance(value, dict):
        return {**value, **place, "key_lines": key_lines(value, path, source)}
    if isinstance(value, str) and main == "phrasings":
        value = [value]
    if isinstance(value, list):
        place["key_lines"] = {f"{main}.{way}": line for way, line in key_lines(value, path, source).items()}
    return {main: value, **place} if isinstance(value, (str, list)) else value


def _steps(steps: list[Any], path: tuple[str | int, ...], source: Source) -> list[Any]:
    return [_step(each, (*path, index), source) for index, each in enumerate(steps)]


def _step(step: Any, path: tuple[str | int, ...], source: Source) -> Any:
    line = source.line(path)
    if isinstance(step, str):
        return {step: None, "line_no": line}
    if not isinstance(step, dict):
        return step
    if len(step) > 1:
        kinds = ", ".join(map(str, step))
        told = f"found the keys {kinds} in one step; expected one, its kind: check the indentation, or begin a new step with -"
        raise trouble(source, source.line((*path, list(step)[1])), "schema", told)
    made: dict[str, Any] = {"line_no": line}
    for kind, body in step.items():
        made["key_lines"] = key_lines(body, (*path, kind), source) if isinstance(body, dict) else {}
        if kind == "mirrored" and isinstance(body, list):
            made[kind] = _steps(body, (*path, kind), source)
        elif isinstance(body, dict):
            made[kind] = {
                key: _steps(value, (*path, kind, key), source) if key in STEP_LISTS and isinstance(value, list) else value
                for key, value in body.items()
            }
        else:
            made[kind] = body
    return made
