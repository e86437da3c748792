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

Loaded = tuple[Library, list[Finding]]


def cached(cache: Path, folders: tuple[Path, ...], language: str, load: Callable[[], Loaded]) -> Loaded:
    """What `load` gives, from the folder `cache` if nothing changed since. Content with findings is never kept."""
    path = cache / f"content-{_key(folders, language)}.pickle"
    try:
        kept = pickle.loads(path.read_bytes())
        if isinstance(kept, Library):
            return kept, []
    except Exception:  # a cache of another time, or half of one: read the files instead
        pass
    library, findings = load()
    if not findings:
        _keep(path, library)
    return library, findings


def _keep(path: Path, library: Library) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("content-*.pickle"):
            old.unlink(missing_ok=True)
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_bytes(pickle.dumps(library, protocol=pickle.HIGHEST_PROTOCOL))
        new.replace(path)
    except OSError:
        return


def _key(folders: tuple[Path, ...], language: str) -> str:
    made = hashlib.sha256(f"{language} {sys.version}".encode())
    code = Path(__file__).resolve().parent
    for folder, pattern in (*((folder, "**/*.yaml") for folder in folders), (code, "*.py")):
        for path in sorted(folder.glob(pattern)):
            state = path.stat()
            made.update(f"{path} {state.st_size} {state.st_mtime_ns}".encode())
    return made.hexdigest()[:24]
