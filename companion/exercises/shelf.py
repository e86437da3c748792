"""Examples of feelings or needs, named on request while somebody guesses: two families at a time, in a rotation of their own.

Which come next does not depend on anything that was said, and none comes twice in an evening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Kind = Literal["feeling", "need"]

NEED = "need-"
"""How the name of a family of needs begins in the content; the others are feelings."""
STRIDE = 5
"""Families are taken this far apart, so that the two that are named together are no neighbours ("happy", "calm")."""
AT_ONCE = 2


class Shelf:
    """The families of one evening that have not been named yet."""

    def __init__(self, families: Mapping[str, Sequence[str]]) -> None:
        """`families`: `feelings.yaml`; the first word of each is its name as it is said."""
        needs = [words[0] for name, words in families.items() if name.startswith(NEED) and words]
        feelings = [words[0] for name, words in families.items() if not name.startswith(NEED) and words]
        self._left: dict[Kind, list[str]] = {"feeling": _apart(feelings), "need": _apart(needs)}

    def take(self, kind: Kind) -> dict[str, str] | None:
        """The next two names, as the slots `a` and `b` of the line; None where all have been named."""
        left = self._left[kind]
        if len(left) < AT_ONCE:
            return None
        return {"a": left.pop(0), "b": left.pop(0)}


def _apart(names: list[str]) -> list[str]:
    """The names in an order in which neighbours of the list stand apart."""
    return [name for start in range(min(STRIDE, len(names))) for name in names[start::STRIDE]]
