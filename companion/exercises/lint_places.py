"""Whether a file lies where it will be looked for, and under a name that is read: what the loader would pass over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from companion.exercises.content_files import KINDS
from companion.exercises.finding import Finding

BELONGS = {"exercise": ("exercises", "frames"), "frame": ("frames", "exercises"), "evening": ("evenings",)}
"""The folders that are read for a file that says what it is."""
ENDINGS = (".yaml", ".yml")


def place_findings(path: Path, key: str) -> Iterator[Finding]:
    """`key`: what the file says it is: exercise, frame or evening. A file outside of any content folder may lie anywhere."""
    if path.suffix not in ENDINGS:
        told = f"found the ending {path.suffix or 'of none'}; expected {path.name.split('.')[0]}.yaml, since nothing else is read"
        yield Finding(str(path), 1, "file", "error", told)
    folder, above = path.parent.name, path.parent.parent.name
    if key and folder in KINDS and folder not in BELONGS[key]:
        what = f"an {key}" if key[0] == "e" else f"a {key}"
        told = f"found {what} in {folder}/; expected it in {BELONGS[key][0]}/, since nobody looks for it here"
        yield Finding(str(path), 1, "file", "error", told)
    if key and folder not in KINDS and above in KINDS:
        told = f"found the folder {folder!r} in {above}/; expected the file right in {above}/, since nobody looks deeper"
        yield Finding(str(path), 1, "file", "error", told)
    beside = [path.parent / kind for kind in KINDS]
    if key and folder not in KINDS and above not in KINDS and any(each.is_dir() for each in beside):
        told = f"nobody looks here; put the file into {BELONGS[key][0]}/"
        yield Finding(str(path), 1, "file", "error", told)
