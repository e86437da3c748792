"""Which files a model is made of: sizes and hashes, written down when it was made or installed, compared before it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

RECORD = "installed.yaml"
"""Lies in the folder of an installed model: where it came from, and its files."""

HASHED = 100_000_000
"""Bytes of a model up to which every loading hashes its files (0.1 s here); of a bigger one only the sizes are compared, and
`companion models verify` does the rest. A choice of ours."""

_PIECE = 1 << 20


class Fingerprint(NamedTuple):
    """Size in bytes and sha256 of a file."""

    bytes: int
    sha256: str


def sha256_of(path: Path, progress: Callable[[int], None] = lambda read: None) -> str:
    """The sha256 of a file, read in pieces; `progress` gets the bytes of each. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            progress(len(piece))
    return digest.hexdigest()


def fingerprints(folder: Path, progress: Callable[[int], None] = lambda read: None) -> dict[str, Fingerprint]:
    """Every file below `folder`, by its path in it; the record itself is left out. Raises OSError."""
    found: dict[str, Fingerprint] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != RECORD:
            found[name] = Fingerprint(path.stat().st_size, sha256_of(path, progress))
    return found


def listed(folder: Path) -> dict[str, Fingerprint] | None:
    """The files this model was made or installed with: by its own record, else by the manifest beside it; None where unlisted."""
    try:
        record = folder / RECORD
        if record.is_file():
            return _entries(YAML(typ="safe", pure=True).load(record)["files"])
        manifest = folder.parent / "manifest.yaml"
        if manifest.is_file():
            return _entries(YAML(typ="safe", pure=True).load(manifest)["models"][folder.name]["files"])
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError, OSError):
        return None  # another model, or none of our lists
    return None


def difference(
    folder: Path,
    files: dict[str, Fingerprint],
    hashed: bool | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> str | None:
    """What is not as listed, in a few words that begin with a file's name; None where all is. Raises OSError.

    `hashed`: compare hashes too; None: where the model is small enough for that (`HASHED`).
    """
    total = sum(file.bytes for file in files.values())
    deep = total <= HASHED if hashed is None else hashed
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        progress(done / max(1, total))

    for name, known in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        size = path.stat().st_size
        if size != known.bytes:
            return f"{name} has {size} bytes instead of {known.bytes}"
        if deep and sha256_of(path, read) != known.sha256:
            return f"{name} is not the file this version was made with"
    return None


def _entries(files: dict[str, dict[str, object]]) -> dict[str, Fingerprint]:
    return {name: Fingerprint(int(str(entry["bytes"])), str(entry["sha256"])) for name, entry in files.items()}
