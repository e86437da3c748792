"""Where content lies: our own folder, and the pair's, which has the same shape and wins file by file.

exercises/ frames/ evenings/     structure, with the wording of one language in it
<language>/                      everything said and heard in a language, and the wording of exercises written in another
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from companion.exercises.finding import Finding, did_you_mean
from companion.trouble import Trouble

BASE = "en"
"""The language that every line and command of ours exists in. The others bring wording for what they have."""

KINDS = ("frames", "exercises", "evenings")
SHARED = (
    "language", "lines", "commands", "answers", "danger", "feelings", "hints", "blocked", "replies", "unsaid", "small_sounds",
    "asked",
)  # fmt: skip
"""Files of a language folder that belong to no exercise."""
UNREAD = frozenset({".txt", ".yaml", ".yml", ".json"})
"""Endings, in small letters, of what was probably meant as content."""


def content_folder(override: Path | None = None) -> Path:
    """Where our content lies: `override`, else beside the package, in it, or in the environment's share. Raises Trouble."""
    package = Path(__file__).resolve().parent.parent
    shared = Path(sys.prefix) / "share" / "companion" / "content"
    places = [override] if override else [package.parent / "content", package / "content", shared]
    for place in places:
        if (place / BASE / "lines.yaml").is_file():
            return place
    looked = " nor ".join(map(str, places))
    raise Trouble(f"No content found in {looked}: {BASE}/lines.yaml is missing there; install companion again.")


def user_content_folder() -> Path:
    """Where a pair keeps exercises and evenings of their own: `$COMPANION_CONTENT`, else `content` beside their settings."""
    named = os.environ.get("COMPANION_CONTENT")
    return Path(named).expanduser() if named else platformdirs.user_config_path("companion") / "content"


def is_content(name: str, folders: Iterable[Path]) -> bool:
    """Whether an evening or exercise of this name lies in one of these folders, by its file's name; nothing is read."""
    kinds = ("evenings", "exercises")
    return any((folder / kind / f"{name}{end}").is_file() for folder in folders for kind in kinds for end in (".yaml", ".yml"))


def languages(ours: Path) -> list[str]:
    """Every language there is content in."""
    return sorted(folder.name for folder in ours.iterdir() if (folder / "lines.yaml").is_file())


@dataclass(frozen=True, slots=True)
class ContentFiles:
    """The files of one language: ours, and the pair's own where they have some."""

    ours: Path
    own: Path | None
    language: str

    def of(self, kind: str) -> list[tuple[Path, ...]]:
        """The files of a kind, by name, each with what to try in turn: the pair's own first, ours when theirs is broken."""
        found: dict[str, tuple[Path, ...]] = {path.stem: (path,) for path in yaml_files(self.ours / kind)}
        if self.own is not None:
            for path in yaml_files(self.own / kind):
                found[path.stem] = (path, *found.get(path.stem, ()))
        return [found[name] for name in sorted(found)]

    def wordings(self, path: Path, *, own_only: bool = False) -> list[tuple[Path, ...]]:
        """The wordings of an exercise in this language, to be laid one over the other; then what to try where the last is broken.

        `own_only`: not ours, since the pair wrote the exercise in this language themselves.
        """
        places = [place for place in (None if own_only else self.ours, self.own) if place is not None]
        found = tuple(each for place in places if (each := place / self.language / f"{path.stem}.yaml").is_file())
        return [found[:count] for count in range(len(found), -1, -1)]

    def shared(self, name: str) -> tuple[Path, ...]:
        """A file of the language folder: ours, and the pair's own after it, where they exist."""
        places = (self.ours, self.own) if self.own is not None else (self.ours,)
        return tuple(path for place in places if os.path.lexists(path := place / self.language / f"{name}.yaml"))

    def is_own(self, path: Path) -> bool:
        """Whether a file is the pair's."""
        return self.own is not None and self.own in path.parents

    def misplaced(self) -> Iterator[Finding]:
        """Files of the pair's that lie where nobody looks for them."""
        if self.own is not None:
            yield from misplaced(self.own)


def misplaced(folder: Path) -> Iterator[Finding]:
    """YAML files of a content folder that lie in none of its folders, or in one whose name is mistyped."""
    for path in yaml_files(folder):
        told = f"nobody looks here; put it into {', '.join(f'{kind}/' for kind in KINDS)} or a language's folder"
        yield Finding(str(path), 1, "file", "error", told)
    for kind in KINDS:
        for path in _unread(folder / kind):
            told = f"found the ending {path.suffix}; expected {path.name.split('.')[0]}.yaml, since nothing else is read"
            yield Finding(str(path), 1, "file", "error", told)
    for inside in _folders(folder):
        if inside.name in KINDS or _is_language(inside.name):
            continue
        for path in yaml_files(inside):
            told = f"found the folder {inside.name!r}; expected {', '.join(KINDS)} or a language such as en"
            yield Finding(str(path), 1, "file", "error", told + did_you_mean(inside.name, KINDS))


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files right in a folder, by name; none where there is no such folder or it cannot be read."""
    try:
        with os.scandir(folder) as found:
            names = [each.name for each in found if each.name.endswith((".yaml", ".yml")) and not each.name.startswith(".")]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _unread(folder: Path) -> list[Path]:
    """Files that look like content and are not read for their ending: Windows adds .txt, some save as .YAML."""
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    return [path for path in found if path.suffix.lower() in UNREAD and path.suffix not in (".yaml", ".yml") and path.is_file()]


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    except OSError:
        return []


def _is_language(name: str) -> bool:
    return 2 <= len(name) <= 3 and name.isascii() and name.islower()
