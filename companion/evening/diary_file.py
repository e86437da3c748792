"""The diary on disk: one line an evening, written only where both agreed, and gone with everything else that is forgotten."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from companion.evening import folders
from companion.exercises.diary import Diary, Past
from companion.trouble import Trouble


def diary_file() -> Path:
    """Where it lies: among the evenings, so that what removes those removes it."""
    return folders.evenings() / "diary.jsonl"


def read_diary(file: Path | None = None) -> Diary | None:
    """What is behind the pair; None where no diary is kept. Lines that can't be read are passed over."""
    try:
        lines = (file or diary_file()).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return Diary(tuple(past for past in map(_past, lines) if past is not None))


def remember(past: Past, file: Path | None = None) -> None:
    """Add an evening. Raises Trouble where it can't be written."""
    path = file or diary_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(past), ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as bad:
        raise Trouble(f"I can't write {path} ({bad.strerror or bad}); make room on the disk, or mend its rights.") from bad


def _past(line: str) -> Past | None:
    """One line, or None where it is not whole: a power cut may have cut it."""
    try:
        given = json.loads(line)
        lists = {name: tuple(str(each) for each in given[name]) for name in ("exercises", "passed", "openers")}
        return Past(evening=str(given["evening"]), day=int(given["day"]), starts_next=str(given["starts_next"]), **lists)
    except (ValueError, TypeError, KeyError):
        return None
