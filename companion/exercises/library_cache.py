"""A library read once is kept on disk, so that an evening starts without parsing forty YAML files again.

The key is made of every content file's path, size and time, of our own code's, and of the Python that made it; anything odd about
the cache, and the files are read. A cache is a convenience: what goes wrong with it is nobody's trouble.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

from companion.exercises.content import Library
from companion.exercises.finding import Finding

KEPT = 3
"""Libraries kept beside the newest: one for each language that is used in turn. A choice of ours."""

Loaded = tuple[Library, list[Finding]]


def cached(cache: Path, folders: tuple[Path, ...], language: str, load: Callable[[], Loaded]) -> Loaded:
    """What `load` gives, from the folder `cache` if nothing changed since."""
    path = cache / f"content-{_key(folders, language)}.pickle"
    try:
        kept, told = pickle.loads(path.read_bytes())
        if isinstance(kept, Library) and all(isinstance(each, Finding) for each in told):
            return kept, told
    except Exception:  # a cache of another time, or half of one: read the files instead
        pass
    loaded = load()
    _keep(path, loaded)
    return loaded


def _keep(path: Path, loaded: Loaded) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("content-*.pickle"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_bytes(pickle.dumps(loaded, protocol=pickle.HIGHEST_PROTOCOL))
        new.replace(path)
    except OSError:
        return


def _key(folders: tuple[Path, ...], language: str) -> str:
    made = hashlib.sha256(f"{language} {sys.version}".encode())
    code = Path(__file__).resolve().parent
    for folder, pattern in (*((folder, "**/*.y*ml") for folder in folders), (code, "*.py")):
        for path in sorted(folder.glob(pattern)):
            try:
                state = path.stat()
                made.update(f"{path} {state.st_size} {state.st_mtime_ns} {state.st_mode}".encode(errors="replace"))
            except OSError:  # a link to nowhere, or a file that has just gone
                made.update(f"{path} -".encode(errors="replace"))
    return made.hexdigest()[:24]
