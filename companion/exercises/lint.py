"""The writer's second reader: everything wrong or doubtful in content files, with file, line and rule.

`lint` reads what it is given and judges form first, then meaning. An error keeps its file out of every evening, a warning
does not. The rules are listed in docs/content.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from companion.exercises.commands import vocabulary
from companion.exercises.content import Exercise, Library
from companion.exercises.finding import ContentTrouble, Finding
from companion.exercises.lint_evening import evening_findings
from companion.exercises.lint_structure import structure_findings
from companion.exercises.lint_wording import (
    exercise_texts,
    phrasing_findings,
    shared_phrasing_findings,
    shared_texts,
    text_findings,
)  # fmt: skip
from companion.exercises.loader import content_folder, load_library, read_evening, read_exercise, read_lines
from companion.exercises.yaml_source import read_yaml

__all__ = ["Finding", "lint", "lint_library"]

NEAR = 5
"""Openers closer than this many edits are the same opener to the ear."""
SHARED = frozenset({"commands", "answers", "danger", "feelings", "hints", "blocked", "replies", "unsaid", "small_sounds"})


def lint(
    paths: Sequence[Path], folder: Path | None = None, words: frozenset[str] | None = None, library: Library | None = None
) -> list[Finding]:
    """Everything to be said about these files and folders. `words`: what the recogniser knows, to check commands against.

    `folder`: our own content, which the files may refer to; `library`: what was loaded from it, where that is at hand.
    """
    ours = content_folder(folder)
    library = library or load_library(ours)[0]
    findings: list[Finding] = []
    rings: list[tuple[str, int, str]] = []
    for path in _yaml_files(paths):
        try:
            findings += _file_findings(path, library, rings)
        except ContentTrouble as broken:
            findings += broken.findings
    findings += _near_openers(rings)
    if any(path.name == "commands.yaml" for path in _yaml_files(paths)):
        findings += lint_library(library, str(ours / "en" / "commands.yaml"), words)
    return sorted(set(findings))


def lint_library(library: Library, file: str, words: frozenset[str] | None = None) -> list[Finding]:
    """L16: every word that may be listened for is known to the recogniser (`words`), and no phrase means two commands at once."""
    findings = [
        Finding(file, 1, "L16", "error", f"the recogniser does not know the word {word!r}; add it to its vocabulary")
        for word in sorted(vocabulary(library) - words if words is not None else ())
    ]
    owners = Counter(phrase for command in library.commands.values() for phrase in set(command.phrases))
    for command in library.commands.values():
        for phrase in command.phrases:
            if owners[phrase] > 1:
                findings.append(Finding(file, command.line_no, "L16", "error", f"the phrase {phrase!r} gives two commands"))
        twins = set(command.decoys) & set(command.phrases)
        if twins:
            said = f"{', '.join(sorted(twins))} is a phrase and a decoy of {command.name}"
            findings.append(Finding(file, command.line_no, "L16", "error", said))
    return findings


def _yaml_files(paths: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        found.update(dict.fromkeys(inside))
    return list(found)


def _file_findings(path: Path, library: Library, rings: list[tuple[str, int, str]]) -> Iterator[Finding]:
    if path.stem in SHARED or path.parent.name == "help":
        read_yaml(path)
        return iter(())
    if path.name == "lines.yaml":
        return _lines_findings(path, library)
    if _is_evening(path):
        evening, _ = read_evening(path)
        return iter(evening_findings(evening, library))
    exercise, _ = read_exercise(path)
    rings += [(str(path), opener.line_no, opener.text) for ring in exercise.openers.values() for opener in ring]
    return _exercise_findings(exercise, library)


def _is_evening(path: Path) -> bool:
    try:
        return re.search(r"^evening\s*:", path.read_text(encoding="utf-8"), re.MULTILINE) is not None
    except (OSError, UnicodeDecodeError):
        return False  # reading it as an exercise says what is wrong


def _lines_findings(path: Path, library: Library) -> Iterator[Finding]:
    lines = read_lines(path)
    for text in shared_texts(lines, str(path)):
        yield from text_findings(text, library)
    yield from shared_phrasing_findings(lines, str(path))


def _exercise_findings(exercise: Exercise, library: Library) -> Iterator[Finding]:
    yield from structure_findings(exercise, library)
    for text in exercise_texts(exercise):
        yield from text_findings(text, library)
    yield from phrasing_findings(exercise)


def _near_openers(rings: list[tuple[str, int, str]]) -> Iterator[Finding]:
    """L12: openers that are nearly the same, in any ring. Letter counts rule most pairs out before distances are taken."""
    counted = [(file, line, text.lower(), Counter(text.lower())) for file, line, text in rings]
    for index, (file, line, text, letters) in enumerate(counted):
        for other_file, other_line, other, others in counted[:index]:
            if abs(len(text) - len(other)) >= NEAR or (letters - others).total() >= NEAR or (others - letters).total() >= NEAR:
                continue
            if _edits(text, other) < NEAR:
                said = f"the opener {text!r} is nearly the one of {Path(other_file).name}:{other_line}"
                yield Finding(file, line, "L12", "warning", said)
                break


def _edits(one: str, other: str) -> int:
    """Edit distance (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        previous, row[0] = row[0], index
        for place, against in enumerate(other, 1):
            previous, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, previous + (letter != against))
    return row[-1]
