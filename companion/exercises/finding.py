"""One thing that is wrong, or doubtful, in a content file, and what was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from companion.trouble import Trouble


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An `error` keeps its file out of every evening, a `warning` does not. `id`: a rule of docs/content.md, schema or file."""

    file: str
    line: int
    id: str
    severity: Literal["error", "warning"]
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" + (f" [{self.id}]" if self.id.startswith("L") else "")


class ContentTrouble(Trouble):
    """A content file that cannot be used; `findings` are all its errors, the message names each on a line of its own."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


def did_you_mean(word: str, among: Iterable[str]) -> str:
    """`; did you mean …?` with the closest of the known words, or nothing."""
    close = closest(word, among)
    return f"; did you mean {close!r}?" if close is not None else ""


def counted(number: int, what: str) -> str:
    """As in: 1 error, 2 errors."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def closest(word: str, among: Iterable[str], alike_by: float = 0.6) -> str | None:
    """The closest of the known words, if one is close (`alike_by`: 1 is the same). Case, spaces, - and _ weigh little."""
    known = list(among)
    folded = {each.lower().replace("_", "-"): each for each in reversed(known)}
    found = difflib.get_close_matches(word.lower().replace("_", "-").replace(" ", "-"), list(folded), n=1, cutoff=alike_by)
    return folded[found[0]] if found else None
