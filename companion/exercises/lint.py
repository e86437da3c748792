"""The writer's second reader: everything wrong or doubtful in content files, with file, line and rule.

`lint` reads what it is given and judges form first, then meaning. An error keeps its file out of every evening, a warning
does not. The rules are listed in docs/content.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from companion.exercises.content import AnswerTable, Danger, Exercise, Language, Library, did_you_mean
from companion.exercises.content_files import BASE, SHARED, content_folder, languages, misplaced
from companion.exercises.finding import ContentTrouble, Finding, closest
from companion.exercises.lint_evening import evening_findings
from companion.exercises.lint_lines import shared_slot_findings
from companion.exercises.lint_places import place_findings
from companion.exercises.lint_shared import help_findings, known_tags, library_findings, option_findings, tag_findings
from companion.exercises.lint_structure import structure_findings
from companion.exercises.lint_translation import shared_translation_findings, translation_findings
from companion.exercises.lint_wording import (
    Text,
    exercise_texts,
    phrasing_findings,
    shared_phrasing_findings,
    shared_texts,
    text_findings,
    title_findings,
)  # fmt: skip
from companion.exercises.loader import load_library, unknown_items
from companion.exercises.reading import (
    read_commands,
    read_evening,
    read_exercise,
    read_lines,
    read_lists,
    read_record,
    read_wording,
)  # fmt: skip
from companion.exercises.yaml_source import text_of

__all__ = ["Finding", "lint", "lint_library"]

NEAR = 5
"""Openers closer than this many edits are the same opener to the ear."""
COPIED = 4
"""More near twins than this in one file, and it is a copied ring. A choice of ours."""
LISTS = ("feelings", "hints", "blocked", "replies", "unsaid", "small_sounds", "asked")

lint_library = library_findings


def lint(
    paths: Sequence[Path], folder: Path | None = None, words: Mapping[str, frozenset[str]] | None = None,
    library: Library | None = None, own: Path | None = None, today: date | None = None, cache: Path | None = None,
) -> list[Finding]:  # fmt: skip
    """Everything to be said about these files and folders.

    `folder`: our own content, which the files may refer to; `library`: what was loaded from it, where that is at hand; `own`: the
    pair's folder over it. `words`: what the recogniser of a language knows, to check commands against. `today`: to
    know old help cards by. `cache`: where libraries that were read before are kept.
    """
    given = _Given(content_folder(folder), own, library, words or {}, today, cache)
    findings: list[Finding] = []
    for path in paths:
        if path.is_dir() and not _yaml_files([path]):
            findings.append(
                Finding(str(path), 1, "file", "warning", "found no YAML file in this folder; expected exercises/*.yaml")
            )
        elif (path / "exercises").is_dir() or (path / "evenings").is_dir():
            findings += misplaced(path)
    files = _yaml_files(paths)
    for step in (given.take_in, given.judge):
        for path in files:
            try:
                findings += step(path)
            except ContentTrouble as broken:
                findings += broken.findings
    findings += _near_openers(given.rings)
    return sorted(set(findings))


def texts_of(paths: Sequence[Path], folder: Path | None = None) -> dict[str, list[Text]]:
    """Everything that is spoken in these files, by language; files with errors of form say nothing."""
    ours = content_folder(folder)
    found: dict[str, list[Text]] = {}
    for path in _yaml_files(paths):
        try:
            for language, texts in _texts_in(path, ours):
                found.setdefault(language, []).extend(texts)
        except ContentTrouble:
            continue  # told when the file is judged
    return found


def _texts_in(path: Path, ours: Path) -> Iterator[tuple[str, Iterator[Text]]]:
    if path.name == "lines.yaml":
        yield path.parent.name, shared_texts(read_lines(path), str(path))
    elif _key_of(path) in ("exercise", "frame"):
        exercise = read_exercise(path)[0]
        yield exercise.language, exercise_texts(exercise)
    elif path.parent.name in languages(ours) and (structure := _structure_of(path, (path.parent.parent, ours))) is not None:
        exercise = read_exercise(structure, path.parent.name, [path])[0]
        yield path.parent.name, (text for text in exercise_texts(exercise) if text.file == str(path))


def _structure_of(wording: Path, roots: Iterable[Path]) -> Path | None:
    """The exercise or frame a wording belongs to."""
    places = (root / kind / wording.name for root in roots for kind in ("exercises", "frames"))
    return next((place for place in places if place.is_file()), None)


class _Given:
    """What files are judged against: our content, the pair's, and what else is being judged now, by language."""

    def __init__(
        self, ours: Path, own: Path | None, library: Library | None, words: Mapping[str, frozenset[str]], today: date | None,
        cache: Path | None,
    ) -> None:  # fmt: skip
        self._ours, self._own, self._words, self._today, self._cache = ours, own, words, today, cache
        self._languages = languages(ours)
        self._libraries = {library.language: library} if library else {}
        self._tags = known_tags(ours)
        self.rings: list[tuple[str, int, str]] = []

    def library(self, language: str) -> Library:
        """The library of a language."""
        if language not in self._libraries:
            self._libraries[language] = load_library(self._ours, self._own, language, self._cache)[0]
        return self._libraries[language]

    def take_in(self, path: Path) -> list[Finding]:
        """Make known what a file adds, so that others may refer to it; what is wrong with it is told when it is judged."""
        if self._is_ours(path):
            return []  # the library has it
        try:
            if path.name == "lines.yaml":
                library = self.library(self._language(path))
                self._libraries[library.language] = library.model_copy(update={"lines": {**library.lines, **read_lines(path)}})
            elif not self._is_shared(path) and _key_of(path) in ("exercise", "frame"):
                self._take_in_exercise(read_exercise(path)[0])
        except ContentTrouble:
            pass
        return []

    def _take_in_exercise(self, exercise: Exercise) -> None:
        if exercise.language not in self._languages:
            return
        library = self.library(exercise.language)
        kind = "frames" if exercise.frame else "exercises"
        known: dict[str, Exercise] = getattr(library, kind)
        if exercise.slug not in known:
            self._libraries[library.language] = library.model_copy(update={kind: {**known, exercise.slug: exercise}})

    def judge(self, path: Path) -> list[Finding]:
        """Everything to be said about one file."""
        if path.parent.name == "help":
            return list(help_findings(path, self._today))
        if self._is_shared(path):
            return list(self._shared(path))
        key = _key_of(path)
        placed = list(place_findings(path, key))
        if key == "evening":
            return [*placed, *self._evening(path)]
        if key in ("exercise", "frame") or path.parent.name not in self._languages:
            return [*placed, *self._exercise(path)]
        structure = self._structure(path)
        return [*placed, *(self._translation(path, structure) if structure is not None else self._strange(path))]

    def _language(self, path: Path) -> str:
        return path.parent.name if path.parent.name in self._languages else BASE

    def _is_shared(self, path: Path) -> bool:
        return path.stem in SHARED and _key_of(path) not in ("exercise", "frame", "evening")

    def _is_ours(self, path: Path) -> bool:
        return self._ours in path.parents

    # --- files of a language folder

    def _shared(self, path: Path) -> Iterator[Finding]:
        language, stem = self._language(path), path.stem
        if stem == "lines":
            yield from self._lines(path, language)
        elif stem == "commands":
            known = read_commands(self._ours / BASE / "commands.yaml") if language != BASE or not self._is_ours(path) else None
            commands = read_commands(path, known)
            library = self.library(language)
            whole = library.model_copy(update={"commands": {**library.commands, **commands}})
            yield from library_findings(whole, str(path), self._words.get(language), own=commands)
            yield from shared_translation_findings(path, set(known or ()) - set(whole.commands), "command")
        elif stem in LISTS:
            read_lists(path)
        else:
            records: dict[str, type[BaseModel]] = {"language": Language, "answers": AnswerTable, "danger": Danger}
            read_record(path, records[stem])

    def _lines(self, path: Path, language: str) -> Iterator[Finding]:
        lines, library = read_lines(path), self.library(language)
        for text in shared_texts(lines, str(path)):
            yield from text_findings(text, library)
        yield from shared_phrasing_findings(lines, str(path))
        base = read_lines(self._ours / BASE / "lines.yaml")
        yield from shared_slot_findings(lines, base, str(path))
        if self._is_ours(path) and language != BASE:
            yield from shared_translation_findings(path, set(base) - set(lines), "line")
        if not self._is_ours(path):
            for name, line in lines.items():
                close = closest(name, base, 0.8) if name not in base else None  # else a line for exercises of their own
                if close is not None:
                    told = f"nothing of ours says the line {name!r}; did you mean {close!r}?"
                    yield Finding(str(path), line.line_no, "L08", "warning", told)

    # --- exercises and evenings

    def _exercise(self, path: Path) -> Iterator[Finding]:
        exercise, source = read_exercise(path)
        if exercise.language not in self._languages:
            known = self._languages
            told = f"found no content in {exercise.language!r}; expected one of {', '.join(known)}"
            yield Finding(str(path), source.line(("language",)), "schema", "error", told + did_you_mean(exercise.language, known))
            return
        library = self.library(exercise.language)
        yield from structure_findings(exercise, library)
        yield from tag_findings(exercise, self._tags, source)
        yield from option_findings(exercise, self._words.get(exercise.language))
        yield from self._taken(exercise, library, path, source.line(("id",)))
        if exercise.instead is not None and exercise.instead not in library.exercises:
            close = did_you_mean(exercise.instead, library.exercises) or "; companion exercises lists what there is"
            told = f"there is no exercise {exercise.instead!r} to be played instead{close}"
            yield Finding(str(path), exercise.at("instead"), "L08", "error", told)
        yield from title_findings(exercise.title, str(path), exercise.at("title"), library)
        yield from self._texts(exercise, library, path)

    def _texts(self, exercise: Exercise, library: Library, path: Path) -> Iterator[Finding]:
        for text in exercise_texts(exercise):
            if Path(text.file) == path:
                yield from text_findings(text, library)
        for finding in phrasing_findings(exercise):
            if finding.id == "L12" and self._is_ours(path):
                finding = replace(finding, severity="error")
            if Path(finding.file) == path:
                yield finding
        for ring in exercise.openers.values():
            self.rings += [(str(path), opener.line_no, opener.text) for opener in ring if Path(opener.where or path) == path]

    def _taken(self, exercise: Exercise, library: Library, path: Path, line: int) -> Iterator[Finding]:
        """Names and ids that belong to another exercise."""
        others = library.exercises if exercise.frame else library.frames
        if exercise.slug in others:
            told = f"the name {exercise.slug!r} is taken by {others[exercise.slug].where}; choose another"
            yield Finding(str(path), 1, "schema", "error", told)
        for other in (*library.exercises.values(), *library.frames.values()):
            if exercise.id is not None and other.id == exercise.id and other.slug != exercise.slug:
                told = f"the id {exercise.id!r} is taken by {other.where}; choose another, or leave it out"
                yield Finding(str(path), line, "schema", "error", told)

    def _strange(self, path: Path) -> Iterator[Finding]:
        """A file of a language folder that belongs to nothing."""
        read_wording(path)  # what is wrong with its form goes first
        library = self.library(BASE)
        names = [*library.exercises, *library.frames, *SHARED]
        told = f"there is no exercise or frame {path.stem!r} that these words could be for{did_you_mean(path.stem, names)}"
        yield Finding(str(path), 1, "file", "error", told)

    def _structure(self, path: Path) -> Path | None:
        """The exercise a wording belongs to."""
        roots = (path.parent.parent, self._own, self._ours)
        return _structure_of(path, (root for root in roots if root is not None))

    def _translation(self, path: Path, structure: Path) -> Iterator[Finding]:
        language = self._language(path)
        source = read_wording(path)
        original = read_exercise(structure)[0]
        if language != original.language:
            lacking = list(translation_findings(source, original))
            if lacking:
                raise ContentTrouble(lacking)  # the rest can be judged when nothing is missing
        exercise, _ = read_exercise(structure, language, [path])
        library = self.library(language)
        if "title" in source.data:
            yield from title_findings(exercise.title, str(path), source.line(("title",)), library)
        yield from (each for each in structure_findings(exercise, library) if each.file == str(path))
        yield from self._texts(exercise, library, path)

    def _evening(self, path: Path) -> Iterator[Finding]:
        evening, source = read_evening(path)
        missing: list[Finding] = []
        for language in (BASE, *(each for each in self._languages if each != BASE)):
            library = self.library(language)
            found = list(unknown_items(evening, source, library))
            if not found:
                yield from evening_findings(evening, library)
                yield from title_findings(evening.title, str(path), evening.at("title"), library)
                if (taken := library.exercises.get(evening.slug)) is not None:
                    told = f"the name {evening.slug!r} is taken by {taken.where}; choose another"
                    yield Finding(str(path), evening.at("evening"), "schema", "error", told)
                return
            missing = missing or found
        yield from missing


def _key_of(path: Path) -> str:
    """What a file says it is: exercise, frame or evening, by its first key of these; "" where it says nothing."""
    try:
        text = text_of(path, str(path))
    except ContentTrouble:
        return ""  # reading it as an exercise says what is wrong
    found = re.search(r"^(exercise|frame|evening)\s*:", text, re.MULTILINE)
    return found.group(1) if found else ""


def _yaml_files(paths: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = sorted(each for pattern in ("*.yaml", "*.yml") for each in path.rglob(pattern))
        found.update(dict.fromkeys(each for each in inside if not each.name.startswith(".")))
    return list(found)


def _near_openers(rings: list[tuple[str, int, str]]) -> Iterator[Finding]:
    """L12: openers that are nearly the same, in any ring. Many of one file in another are one finding: a copied ring."""
    near: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for (file, line, text), (other_file, other_line) in _near(rings):
        near.setdefault((file, other_file), []).append((line, other_line, text))
    for (file, other_file), found in near.items():
        other = Path(other_file).name
        if len(found) > COPIED:
            told = f"{len(found)} openers from here on are nearly those of {other}; expected others"
            yield Finding(file, found[0][0], "L12", "warning", told)
            continue
        for line, other_line, text in found:
            told = f"the opener {text!r} is nearly the one of {other}:{other_line}; expected another"
            yield Finding(file, line, "L12", "warning", told)


def _near(rings: list[tuple[str, int, str]]) -> Iterator[tuple[tuple[str, int, str], tuple[str, int]]]:
    """Each opener with the first before it that is nearly the same. Letter counts rule most pairs out first."""
    counted = [(each, each[2].lower(), Counter(each[2].lower())) for each in rings]
    for index, (opener, text, letters) in enumerate(counted):
        for other, other_text, others in counted[:index]:
            if abs(len(text) - len(other_text)) >= NEAR:
                continue
            if (letters - others).total() >= NEAR or (others - letters).total() >= NEAR:
                continue
            if _edits(text, other_text) < NEAR:
                yield opener, other[:2]
                break


def _edits(one: str, other: str) -> int:
    """Edit distance (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        previous, row[0] = row[0], index
        for place, against in enumerate(other, 1):
            previous, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, previous + (letter != against))
    return row[-1]
