"""Content from files: the library of one language, out of our own folder and the pair's.

A broken file keeps itself out, with a finding for each of its errors, and never an evening made of good ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import BaseModel, TypeAdapter, ValidationError

from companion.exercises.content import AnswerTable, Command, Danger, Evening, Exercise, Library, Line, did_you_mean
from companion.exercises.finding import ContentTrouble, Finding
from companion.exercises.library_cache import cached
from companion.exercises.lint_evening import evening_findings
from companion.exercises.lint_structure import structure_findings
from companion.exercises.schema_errors import findings_of, unknown_keys
from companion.exercises.yaml_source import Source, read_yaml
from companion.trouble import Trouble

__all__ = [
    "content_folder", "load_evening", "load_exercise", "load_library", "read_evening", "read_exercise",
    "read_lines", "user_content_folder",
]  # fmt: skip

Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")

_LINES = TypeAdapter(dict[str, Line])
_COMMANDS = TypeAdapter(dict[str, Command])
_WORD_LISTS = TypeAdapter(dict[str, tuple[str, ...]])
WORD_LISTS = ("feelings", "hints", "blocked", "replies", "unsaid", "small_sounds")
_STEP_LISTS = ("steps", "mirrored", "then", "otherwise")


def content_folder(override: Path | None = None) -> Path:
    """Where our content lies: `override`, else beside the package, in it, or in the environment's share. Raises Trouble."""
    package = Path(__file__).resolve().parent.parent
    shared = Path(sys.prefix) / "share" / "companion" / "content"
    places = [override] if override else [package.parent / "content", package / "content", shared]
    for place in places:
        if (place / "en" / "lines.yaml").is_file():
            return place
    looked = " nor ".join(map(str, places))
    raise Trouble(f"No content found in {looked}: en/lines.yaml is missing there; install companion again.")


def user_content_folder() -> Path:
    """Where a pair keeps exercises and evenings of their own."""
    return platformdirs.user_config_path("companion") / "content"


def load_library(
    folder: Path | None = None, user_folder: Path | None = None, language: str = "en", cache: Path | None = None
) -> tuple[Library, list[Finding]]:
    """Everything of one language, and what kept files of it out.

    `folder`: our content, found by itself when left out. `user_folder`: the pair's, where there is one; its files win over ours
    of the same name, unless they are broken. `cache`: a folder to keep the read library in, for a quicker start. Raises Trouble
    where our own lines or commands cannot be read.
    """
    ours = content_folder(folder)
    if cache is None:
        return _load(ours, user_folder, language)
    folders = (ours, user_folder) if user_folder is not None else (ours,)
    return cached(cache, folders, language, lambda: _load(ours, user_folder, language))


def _load(ours: Path, user_folder: Path | None, language: str) -> tuple[Library, list[Finding]]:
    findings: list[Finding] = []
    lines, commands = _shared(ours, user_folder, language, findings)
    library = Library(
        language=language,
        lines=lines,
        commands=commands,
        answers=_one(ours / language / "answers.yaml", AnswerTable),
        danger=_one(ours / language / "danger.yaml", Danger),
        word_lists={name: _lists(ours / language / f"{name}.yaml") for name in WORD_LISTS},
    )
    exercises = _playable(ours, user_folder, language, library, findings)
    library = library.model_copy(
        update={
            "exercises": {each.slug: each for each in exercises if not each.frame},
            "frames": {each.slug: each for each in exercises if each.frame},
        }
    )
    evenings = {}
    for paths in _files(ours, user_folder, "evenings"):
        evening = _first_good(paths, lambda path: load_evening(path, library), findings)
        if evening is not None:
            evenings[evening.slug] = evening
    return library.model_copy(update={"evenings": evenings}), sorted(findings)


def load_exercise(path: Path, library: Library | None = None, language: str = "en") -> Exercise:
    """One exercise or frame, if it has no error of form or meaning. Raises ContentTrouble with all of them."""
    exercise, _ = read_exercise(path, language)
    errors = [each for each in structure_findings(exercise, library) if each.severity == "error"]
    if errors:
        raise ContentTrouble(errors)
    return exercise


def load_evening(path: Path, library: Library) -> Evening:
    """One evening, if all it names is in the library and it has no error. Raises ContentTrouble with all of them."""
    evening, source = read_evening(path)
    missing = list(_unknown_items(evening, source, library))
    errors = missing or [each for each in evening_findings(evening, library) if each.severity == "error"]
    if errors:
        raise ContentTrouble(errors)
    return evening


def read_exercise(path: Path, language: str = "en") -> tuple[Exercise, Source]:
    """One exercise or frame of the right form, whatever it means. Raises ContentTrouble."""
    source = read_yaml(path)
    if language != "en":
        source = _translated(source, path, language)
    data = source.data
    if not isinstance(data, dict) or not ({"exercise", "frame"} & set(data)):
        keys = ", ".join(map(str, data)) if isinstance(data, dict) else "no keys"
        raise _trouble(source, 1, "schema", f"found {keys[:80]}; expected `exercise: {path.stem}` at the top")
    exercise = _checked(source, Exercise, {**_with_lines(data, source), "where": source.file, "line_no": 1})
    if exercise.slug != path.stem:
        at = source.line(("frame" if exercise.frame else "exercise",))
        raise _trouble(source, at, "schema", f"found the name {exercise.slug!r}; expected {path.stem!r}, the file's own name")
    return exercise, source


def read_evening(path: Path) -> tuple[Evening, Source]:
    """One evening of the right form, whatever it names. Raises ContentTrouble."""
    source = read_yaml(path)
    if not isinstance(source.data, dict) or "evening" not in source.data:
        raise _trouble(source, 1, "schema", f"found no evening; expected `evening: {path.stem}` at the top")
    data = dict(source.data)
    if isinstance(data.get("plan"), list):
        plan = list(enumerate(data["plan"]))
        data["plan"] = [{**each, "line_no": source.line(("plan", at))} if isinstance(each, dict) else each for at, each in plan]
    evening = _checked(source, Evening, {**data, "where": source.file, "line_no": 1})
    if evening.slug != path.stem:
        sentence = f"found the name {evening.slug!r}; expected {path.stem!r}, the file's own name"
        raise _trouble(source, source.line(("evening",)), "schema", sentence)
    return evening, source


def _checked(source: Source, model: type[Model], data: Any) -> Model:
    unknown = unknown_keys(source)
    if unknown:
        raise ContentTrouble(unknown)
    try:
        return model.model_validate(data)
    except ValidationError as broken:
        raise ContentTrouble(findings_of(broken, source, model)) from None


def _with_lines(data: dict[str, Any], source: Source) -> dict[str, Any]:
    """The data of an exercise, with the line of each step, line and opener put in."""
    made = dict(data)
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
    if isinstance(value, dict):
        return {**value, "line_no": source.line(path)}
    if isinstance(value, str) and main == "phrasings":
        value = [value]
    return {main: value, "line_no": source.line(path)} if isinstance(value, (str, list)) else value


def _steps(steps: list[Any], path: tuple[str | int, ...], source: Source) -> list[Any]:
    return [_step(each, (*path, index), source) for index, each in enumerate(steps)]


def _step(step: Any, path: tuple[str | int, ...], source: Source) -> Any:
    line = source.line(path)
    if isinstance(step, str):
        return {step: None, "line_no": line}
    if not isinstance(step, dict):
        return step
    made: dict[str, Any] = {"line_no": line}
    for kind, body in step.items():
        if kind == "mirrored" and isinstance(body, list):
            made[kind] = _steps(body, (*path, kind), source)
        elif isinstance(body, dict):
            made[kind] = {
                key: _steps(value, (*path, kind, key), source) if key in _STEP_LISTS and isinstance(value, list) else value
                for key, value in body.items()
            }
        else:
            made[kind] = body
    return made


def _shared(ours: Path, user: Path | None, language: str, findings: list[Finding]) -> tuple[dict[str, Line], dict[str, Command]]:
    lines = read_lines(ours / language / "lines.yaml")
    commands = _commands(ours / language / "commands.yaml")
    theirs = user / language / "lines.yaml" if user else None
    if theirs is not None and theirs.is_file():
        more = _first_good([theirs], read_lines, findings)
        lines = {**lines, **(more or {})}
    return lines, commands


def read_lines(path: Path) -> dict[str, Line]:
    """The lines of a lines.yaml, whatever they say. Raises ContentTrouble."""
    source = read_yaml(path)
    data = source.data
    if isinstance(data, dict):
        data = {key: _placed(each, (key,), source, "phrasings") for key, each in data.items()}
    return _validated(source, _LINES, data, Line)


def _commands(path: Path) -> dict[str, Command]:
    source = read_yaml(path)
    data = source.data
    if isinstance(data, dict):
        given = [(key, each) for key, each in data.items() if isinstance(each, dict)]
        data = {**data, **{key: {**each, "name": key, "line_no": source.line((key,))} for key, each in given}}
    return _validated(source, _COMMANDS, data, Command)


def _validated(source: Source, adapter: TypeAdapter[dict[str, Made]], data: Any, model: type[BaseModel]) -> dict[str, Made]:
    try:
        return adapter.validate_python(data)
    except ValidationError as broken:
        raise ContentTrouble(findings_of(broken, source, model)) from None


def _one(path: Path, model: type[Model]) -> Model | None:
    return _checked(source := read_yaml(path), model, source.data) if path.is_file() else None


def _lists(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.is_file():
        return {}
    source = read_yaml(path)
    return _validated(source, _WORD_LISTS, source.data, Line)


def _playable(ours: Path, user: Path | None, language: str, library: Library, findings: list[Finding]) -> list[Exercise]:
    by_slug: dict[str, Exercise] = {}
    for paths in (*_files(ours, user, "frames"), *_files(ours, user, "exercises")):
        spoken = [path for path in paths if language == "en" or _translation(path, language).is_file()]
        exercise = _first_good(spoken, lambda path: load_exercise(path, library, language), findings)
        if exercise is None:
            continue
        if exercise.slug in by_slug:
            sentence = f"the name {exercise.slug!r} is taken by {by_slug[exercise.slug].where}; choose another"
            findings.append(Finding(exercise.where, 1, "schema", "error", sentence))
            continue
        by_slug[exercise.slug] = exercise
    return list(by_slug.values())


def _files(ours: Path, user: Path | None, kind: str) -> Iterator[tuple[Path, ...]]:
    """The files of a kind by name, each with what to try in turn: the pair's own first, ours when theirs is broken."""
    by_name: dict[str, tuple[Path, ...]] = {path.name: (path,) for path in (ours / kind).glob("*.yaml")}
    if user is not None:
        for path in (user / kind).glob("*.yaml"):
            by_name[path.name] = (path, *by_name.get(path.name, ()))
    return (by_name[name] for name in sorted(by_name))


def _first_good(paths: Sequence[Path], load: Callable[[Path], Made], findings: list[Finding]) -> Made | None:
    for path in paths:
        try:
            return load(path)
        except ContentTrouble as broken:
            findings.extend(broken.findings)
    return None


def _unknown_items(evening: Evening, source: Source, library: Library) -> Iterator[Finding]:
    for index, item in enumerate(evening.plan):
        known = library.frames if item.frame else library.exercises
        if item.slug not in known:
            what = "frame" if item.frame else "exercise"
            sentence = f"there is no {what} {item.slug!r} that can be played{did_you_mean(item.slug, known)}"
            yield Finding(source.file, source.line(("plan", index)), "L30", "error", sentence)


def _translation(path: Path, language: str) -> Path:
    return path.parent.parent / language / path.name


def _translated(source: Source, path: Path, language: str) -> Source:
    """The same structure with the wording of another language: title, lines and openers."""
    wording = read_yaml(_translation(path, language))
    if not isinstance(wording.data, dict) or set(wording.data) - {"title", "lines", "openers"}:
        raise _trouble(wording, 1, "schema", "expected title, lines and openers, and nothing else, in a translation")
    kept = {place: line for place, line in source.places.items() if not place or place[0] not in wording.data}
    moved = {place: line for place, line in wording.places.items() if place}
    return Source(wording.file, {**source.data, **wording.data}, {**kept, **moved})


def _trouble(source: Source, line: int, rule: str, sentence: str) -> ContentTrouble:
    return ContentTrouble([Finding(source.file, line, rule, "error", sentence)])
