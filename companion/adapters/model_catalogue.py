"""The models that the companion knows by name: `models/manifest.yaml`, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from companion.trouble import Trouble

Kind = Literal["recognizer", "speaker"]
Can = Literal["commands", "hints"]

SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One entry. `size`: bytes of the download, or of the folder where it comes along (`shipped`).

    `can`: what it is good enough for. `sha256`, `md5`: of the download; None where nobody we trust publishes it.
    """

    name: str
    kind: Kind
    language: str
    shipped: bool
    size: int
    licence: str
    good_for: str
    can: frozenset[Can]
    url: str | None = None
    archive: str | None = None
    sha256: str | None = None
    md5: str | None = None

    @property
    def checkable(self) -> bool:
        """Whether a download can be compared with a hash."""
        return bool(self.sha256 or self.md5)


def read_catalogue(manifest: Path) -> dict[str, KnownModel]:
    """Every model of the manifest, by name, in its order. Raises Trouble that names file and entry."""
    try:
        given = YAML(typ="safe", pure=True).load(manifest.read_text(encoding="utf-8"))["models"]
        return {str(name): _entry(str(name), dict(row)) for name, row in given.items()}
    except OSError as bad:
        raise Trouble(f"I can't read the list of models {manifest} ({bad.strerror or bad}); install companion again.") from bad
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as bad:
        raise Trouble(f"The list of models {manifest} is damaged ({str(bad).splitlines()[0]}); install companion again.") from bad
    except ValueError as bad:
        raise Trouble(f"The list of models {manifest} is damaged ({bad}); install companion again.") from bad


def _entry(name: str, row: dict[str, Any]) -> KnownModel:
    kind = row["kind"]
    if kind not in ("recognizer", "speaker"):
        raise ValueError(f"{name}: kind is {kind!r}, not recognizer or speaker")
    can = frozenset(row.get("can") or ())
    if not can <= {"commands", "hints"}:
        raise ValueError(f"{name}: can is {sorted(can)}, not some of commands, hints")
    if Path(name).name != name or name.startswith("."):
        raise ValueError(f"{name!r} is no name of a folder")
    url = row.get("url")
    if url is not None and not str(url).startswith(SCHEMES):
        raise ValueError(f"{name}: {url} is no web address")
    return KnownModel(
        name, kind, str(row["language"]), bool(row.get("shipped")), int(row["bytes"]), str(row["licence"]), str(row["good_for"]),
        can, url, row.get("archive"), _hash(name, row.get("sha256"), 64), _hash(name, row.get("md5"), 32),
    )  # fmt: skip


def _hash(name: str, given: object, digits: int) -> str | None:
    if given is None:
        return None
    text = str(given).lower()
    if len(text) != digits or set(text) - set("0123456789abcdef"):
        raise ValueError(f"{name}: {given!r} is no hash of {digits} digits")
    return text
