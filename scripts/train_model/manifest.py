"""The entry of our model in `models/manifest.yaml`: size and hash of each of its files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ruamel.yaml import YAML

from . import places

MANIFEST = places.MODEL.parent / "manifest.yaml"
CARD = "card.md"


def fingerprints(folder: Path) -> dict[str, dict[str, int | str]]:
    """File below a model folder → bytes and sha256, in order of names; the card, which may be edited, is left out."""
    found: dict[str, dict[str, int | str]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != CARD:
            data = path.read_bytes()
            found[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return found


def run(folder: Path = places.MODEL, manifest: Path = MANIFEST) -> None:
    """Bring the manifest up to date with the folder."""
    yaml = YAML()
    yaml.width = 120
    known = yaml.load(manifest.read_text(encoding="utf8"))
    files = fingerprints(folder)
    entry = known["models"][folder.name]
    entry["files"] = files
    entry["bytes"] = sum(int(row["bytes"]) for row in files.values())
    with manifest.open("w", encoding="utf8") as file:
        yaml.dump(known, file)
    print(f"{folder.name}: {len(files)} files, {entry['bytes'] / 1e6:.2f} MB")
