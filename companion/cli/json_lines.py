"""Commands that answer a line of standard input with a line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import typer


def lines_in() -> Iterator[str]:
    """Lines without their ends and byte order marks, as they come in; bytes that are no UTF-8 become marks, and stop nothing."""
    raw = getattr(sys.stdin, "buffer", None)
    if raw is None:  # text that somebody put in place of standard input
        yield from (line.removeprefix("\ufeff").rstrip("\r\n") for line in sys.stdin)
    else:
        yield from (line.decode("utf-8-sig", errors="replace").rstrip("\r\n") for line in raw)


def line_out(answer: Mapping[str, Any]) -> None:
    """One line of JSON, at once; half of a character that came in as JSON becomes a mark."""
    typer.echo(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace").decode())
