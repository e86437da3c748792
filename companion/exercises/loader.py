"""Content from files: the library of one language, out of our own folder and the pair's.

A broken file keeps itself out, with a finding for each of its errors, and never an evening made of good ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from companion.exercises.content import (
    AnswerTable,
    Command,
    Danger,
    Evening,
    Exercise,
    Language,
    Library,
    Line,
    PlanItem,
    did_you_mean,
)
from companion.exercises.content_files import BASE, ContentFiles, content_folder, languages, user_content_folder
from companion.exercises.finding import ContentTrouble, Finding
from companion.exercises.library_cache import cached
from companion.exercises.lint_evening import evening_findings
from companion.exercises.lint_structure import structure_findings
from companion.exercises.lint_wording import exercise_texts, phrasing_findings, shared_texts, text_findings, title_findings
from companion.exercises.reading import (
    read_commands,
    read_evening,
    read_exercise,
    read_lines,
    read_lists,
    read_record,
)
from companion.exercises.yaml_source import Source, read_yaml
from companion.trouble import Trouble

__all__ = [
    "content_folder", "load_evening", "load_exercise", "load_library", "read_evening", "read_exercise",
    "read_lines", "user_content_folder",
]  # fmt: skip

Made = TypeVar("Made")

WORD_LISTS = ("feelings", "hints", "blocked", "replies", "unsaid", "small_sounds", "asked")


def load_library(
    folder: Path | None = None, user_folder: Path | None = None, language: str = BASE, cache: Path | None = None
) -> tuple[Library, list[Finding]]:
    """Everything of one language, and what kept files of it out.

    `folder`: our content, found by itself when left out. `user_folder`: the pair's, where there is one; its files win over ours
    of the same name, unless they are broken. `cache`: a folder to keep the read library in, for a quicker start. Raises Trouble
    for a language without content, or where our own lines or commands cannot be read.
    """
    ours = content_folder(folder)
    if not (ours / language / "lines.yaml").is_file():
        known = languages(ours)
        raise Trouble(f"There is no content in {language!r}; there is {', '.join(known)}{did_you_mean(language, known) or '.'}")
    files = ContentFiles(ours, user_folder, language)
    if cache is None:
        return _load(files)
    folders = (ours, user_folder) if user_folder is not None else (ours,)
    return cached(cache, folders, language, lambda: _load(files))


def _load(files: ContentFiles) -> tuple[Library, list[Finding]]:
    findings: list[Finding] = list(files.misplaced())
    library = _shared(files, findings)
    exercises = _playable(files, library, findings)
    library = library.model_copy(
        update={
            "exercises": {each.slug: each for each in exercises if not each.frame},
            "frames": {each.slug: each for each in exercises if each.frame},
        }
    )
    return library.model_copy(update={"evenings": _evenings(files, library, findings)}), sorted(set(findings))


# --- what all exercises of a language share


def _shared(files: ContentFiles, findings: list[Finding]) -> Library:
    words = Library(
        language=files.language,
        about=_last(files, "language", partial(read_record, model=Language), findings),
        commands=_commands(files, findings),
        answers=_last(files, "answers", partial(read_record, model=AnswerTable), findings),
        danger=_danger(files, findings),
        word_lists={name: _merged(files, name, read_lists, findings) for name in WORD_LISTS},
    )
    return words.model_copy(update={"lines": _lines(files, words, findings)})


def _lines(files: ContentFiles, words: Library, findings: list[Finding]) -> dict[str, Line]:
    """Ours, and the pair's over them; a line of theirs that could not be spoken is left out, and ours is said."""
    lines: dict[str, Line] = {}
    for path in files.shared("lines"):
        found = _read(files, path, read_lines, findings) or {}
        if files.is_own(path):
            errors = [each for text in shared_texts(found, str(path)) for each in text_findings(text, words) if _keeps_out(each)]
            findings += errors
            found = {name: line for name, line in found.items() if not any(each.line == line.line_no for each in errors)}
        lines |= found
    return lines


def _commands(files: ContentFiles, findings: list[Finding]) -> dict[str, Command]:
    known = None if files.language == BASE else read_commands(files.ours / BASE / "commands.yaml")
    commands: dict[str, Command] = {}
    for path in files.shared("commands"):
        under = commands if files.is_own(path) else known
        commands |= _read(files, path, partial(read_commands, known=under), findings) or {}
    return commands


def _danger(files: ContentFiles, findings: list[Finding]) -> Danger | None:
    """A pair may add phrases, never take one away."""
    danger: Danger | None = None
    for path in files.shared("danger"):
        more = _read(files, path, partial(read_record, model=Danger), findings)
        if danger is None or more is None:
            danger = danger or more
            continue
        kinds = [name for name in Danger.model_fields if name != "threshold"]
        danger = danger.model_copy(update={name: (*getattr(danger, name), *getattr(more, name)) for name in kinds})
    return danger


def _merged(
    files: ContentFiles, name: str, read: Callable[[Path], dict[str, Made]], findings: list[Finding]
) -> dict[str, Made]:  # fmt: skip
    found: dict[str, Made] = {}
    for path in files.shared(name):
        found |= _read(files, path, read, findings) or {}
    return found


def _last(files: ContentFiles, name: str, read: Callable[[Path], Made], findings: list[Finding]) -> Made | None:
    """The pair's own file where it is good, else ours."""
    found: Made | None = None
    for path in files.shared(name):
        found = _read(files, path, read, findings) or found
    return found


def _read(files: ContentFiles, path: Path, read: Callable[[Path], Made], findings: list[Finding]) -> Made | None:
    """A file of the language folder; without a broken one of the pair's an evening goes on, without ours it does not."""
    if not files.is_own(path):
        return read(path)
    return _first_good([partial(read, path)], findings)


# --- exercises, frames, evenings


def load_exercise(
    path: Path, library: Library | None = None, language: str | None = None, wordings: Sequence[Path] = ()
) -> Exercise:
    """One exercise or frame, if it has no error of form or meaning. Raises ContentTrouble with all of them."""
    exercise = read_exercise(path, language, wordings)[0]
    wording = own_findings(exercise, library) if library is not None else ()
    _refuse([*structure_findings(exercise, library), *wording])
    return exercise


def load_evening(path: Path, library: Library) -> Evening:
    """One evening, if all it names is in the library and it has no error. Raises ContentTrouble with all of them."""
    evening, source = read_evening(path)
    _refuse(list(unknown_items(evening, source, library)))
    _refuse(evening_findings(evening, library))
    return evening


def _playable(files: ContentFiles, library: Library, findings: list[Finding]) -> list[Exercise]:
    found = [
        exercise
        for kind in ("frames", "exercises")
        for paths in files.of(kind)
        if (exercise := _first_good(_ways(files, paths, library), findings)) is not None
    ]
    kept: dict[str, Exercise] = {}
    ids: dict[str, Exercise] = {}
    for exercise in sorted(found, key=lambda each: files.is_own(Path(each.where))):  # nothing of theirs takes a name from ours
        taken = kept.get(exercise.slug) or ids.get(exercise.id or "")
        if taken is not None:
            what = f"name {exercise.slug!r}" if taken.slug == exercise.slug else f"id {exercise.id!r}"
            findings.append(
                Finding(exercise.where, 1, "schema", "error", f"the {what} is taken by {taken.where}; choose another")
            )
            continue
        kept[exercise.slug] = exercise
        if exercise.id is not None:
            ids[exercise.id] = exercise
    return [exercise for exercise in found if kept.get(exercise.slug) is exercise]


def _ways(files: ContentFiles, paths: tuple[Path, ...], library: Library) -> list[Callable[[], Exercise | None]]:
    """What to try in turn for an exercise: the pair's file, then ours, each with its wordings and without a broken one."""
    found: list[Callable[[], Exercise | None]] = []
    for path in paths:
        own = files.is_own(path) and _language_of(path) == files.language
        found += [partial(_worded, files, path, wordings, library) for wordings in files.wordings(path, own_only=own)]
    return found


def _worded(files: ContentFiles, path: Path, wordings: tuple[Path, ...], library: Library) -> Exercise | None:
    """An exercise in the language of the library; None where nobody has put it into that language yet."""
    exercise = read_exercise(path, files.language, wordings)[0]
    if not wordings and exercise.language != files.language:
        return None
    _refuse(structure_findings(exercise, library))
    if files.is_own(path) or any(map(files.is_own, wordings)):
        _refuse(own_findings(exercise, library))
    return exercise


def _language_of(path: Path) -> str:
    """The language an exercise is written in."""
    try:
        data = read_yaml(path).data
    except ContentTrouble:
        return BASE
    return str(data.get("language", BASE)) if isinstance(data, dict) else BASE


def own_findings(exercise: Exercise, library: Library) -> Iterator[Finding]:
    """What the words of somebody's own exercise may have wrong: ours are judged when they are written."""
    yield from title_findings(exercise.title, exercise.where, exercise.at("title"), library)
    for text in exercise_texts(exercise):
        yield from text_findings(text, library)
    yield from phrasing_findings(exercise)


def _evenings(files: ContentFiles, library: Library, findings: list[Finding]) -> dict[str, Evening]:
    evenings: dict[str, Evening] = {}
    names = {path.stem for kind in ("frames", "exercises") for paths in files.of(kind) for path in paths}
    silent = names - set(library.frames) - set(library.exercises)  # known, but not in this language, or broken and told of
    for paths in files.of("evenings"):
        evening = _first_good([partial(_evening, files, path, library, silent) for path in paths], findings)
        if evening is None:
            continue
        taken = library.exercises.get(evening.slug)
        if taken is not None and files.is_own(Path(evening.where)):
            told = f"the name {evening.slug!r} is taken by {taken.where}; choose another"
            findings.append(Finding(evening.where, 1, "schema", "error", told))
            continue
        evenings[evening.slug] = evening
    return evenings


def _evening(files: ContentFiles, path: Path, library: Library, silent: set[str]) -> Evening | None:
    evening, source = read_evening(path)
    missing = list(unknown_items(evening, source, library, silent))
    if files.language != BASE and missing and all(item.slug in silent for item in _unplayable(evening, library)):
        return None  # nobody has put all of it into this language yet
    _refuse(missing)
    if files.is_own(path):
        _refuse(evening_findings(evening, library))
    return evening


def _unplayable(evening: Evening, library: Library) -> Iterator[PlanItem]:
    return (item for item in evening.plan if item.slug not in (library.frames if item.frame else library.exercises))


def unknown_items(
    evening: Evening, source: Source, library: Library, left_out: Collection[str] = ()
) -> Iterator[Finding]:  # fmt: skip
    """L30: what an evening names and the library does not have. `left_out`: names that have a file which cannot be played."""
    for index, item in enumerate(evening.plan):
        known = library.frames if item.frame else library.exercises
        if item.slug not in known:
            what = "frame" if item.frame else "exercise"
            close = did_you_mean(item.slug, known) or "; companion exercises lists what there is"
            told = f"there is no {what} {item.slug!r} that can be played{close}"
            other, others = ("exercise", library.exercises) if item.frame else ("frame", library.frames)
            if item.slug in others:
                told = f"{item.slug!r} is no {what}; expected `{other}: {item.slug}`"
            if item.slug in left_out:
                told = f"the {what} {item.slug!r} is left out, and so this evening; mend that file first"
            yield Finding(source.file, source.line(("plan", index)), "L30", "error", told)


def _first_good(ways: Sequence[Callable[[], Made | None]], findings: list[Finding]) -> Made | None:
    """The first of these that can be loaded; what was wrong with those before it is told."""
    for way in ways:
        try:
            return way()
        except ContentTrouble as broken:
            findings.extend(broken.findings)
    return None


def _keeps_out(finding: Finding) -> bool:
    return finding.severity == "error"


def _refuse(findings: Sequence[Finding] | Iterator[Finding]) -> None:
    errors = sorted({each for each in findings if _keeps_out(each)})
    if errors:
        raise ContentTrouble(errors)
