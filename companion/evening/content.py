"""The content of this machine: ours, and the pair's own over it."""

from __future__ import annotations

from collections.abc import Sequence

from companion.evening import folders
from companion.exercises.content import Language, Library
from companion.exercises.content_files import content_folder, languages
from companion.exercises.finding import Finding, did_you_mean
from companion.exercises.loader import load_library
from companion.exercises.reading import read_record
from companion.trouble import Trouble

DEPENDS = "L30"
"""The rule of the linter that an evening breaks whose exercise is left out."""


def content(language: str) -> tuple[Library, list[Finding]]:
    """All content of a language: ours, and the couple's own over it; and what kept files of theirs out. Raises Trouble."""
    own = folders.user_content()
    return load_library(user_folder=own if own.is_dir() else None, language=language, cache=folders.read_content())


def library(language: str) -> Library:
    """All content of a language: ours, and the couple's own over it. A broken file of theirs is left out."""
    return content(language)[0]


def left_out(findings: Sequence[Finding]) -> str:
    """One sentence on the files that were left out; "" where none was."""
    files = {each.file for each in findings}
    if not files:
        return ""
    first = min(findings, key=lambda each: (each.id == DEPENDS, each))  # the cause before what depends on it
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"Left out: {first}{more}; the rest of your content is played. See: companion lint"


def language_of(name: str) -> Language:
    """What comes with a language, its voice for one. Raises Trouble where there is no content in it."""
    path = content_folder() / name / "language.yaml"
    if not path.is_file():
        known = languages(content_folder())
        raise Trouble(f"There is no content in {name!r}; there is {', '.join(known)}{did_you_mean(name, known) or '.'}")
    return read_record(path, Language)
