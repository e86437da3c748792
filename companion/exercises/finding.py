"""One thing that is wrong, or doubtful, in a content file."""

from __future__ import annotations

from collections.abc import Sequence
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
