"""A record that remembers where in its file it was written, so that a finding can point at the very line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from companion.exercises.condition import Record
from companion.exercises.yaml_source import Path_, Source

STEP_LISTS = ("steps", "mirrored", "then", "otherwise")
"""Keys whose lists hold steps, which know their own lines."""


class Written(Record):
    """`line_no`: its line, 0 when made in code. `key_lines`: the lines of what stands in it, by the dotted way there."""

    line_no: int = Field(default=0, exclude=True)
    key_lines: dict[str, int] = Field(default_factory=dict, exclude=True)

    def __hash__(self) -> int:
        """Of what was written, and of its line; not of `key_lines`, which no hash can be made of."""
        return hash((type(self), *(getattr(self, name) for name in type(self).model_fields if name != "key_lines")))

    def at(self, *way: str | int) -> int:
        """The line of what these keys and indices lead to; of as much of the way as was written."""
        parts = [str(part) for part in way]
        for length in range(len(parts), 0, -1):
            found = self.key_lines.get(".".join(parts[:length]))
            if found is not None:
                return found
        return self.line_no


def key_lines(value: Any, path: Path_, source: Source, deep: int = 4) -> dict[str, int]:
    """The lines of everything in a value that stands at `path`, `deep` levels down at most; steps in it left out."""
    found: dict[str, int] = {}
    for key, each in _inside(value):
        found[str(key)] = source.line((*path, key))
        if deep > 1 and key not in STEP_LISTS:
            found |= {f"{key}.{way}": line for way, line in key_lines(each, (*path, key), source, deep - 1).items()}
    return found


def _inside(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
