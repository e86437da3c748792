"""Every sentence about trouble that a person can mend says what to do, not only what is wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

COMPANION = Path(__file__).resolve().parents[2] / "companion"
ROOMS = ("cli", "evening", "adapters")

_DOING = "|".join(
    ["add", "ask", "bring", "call", "check", "choose", "close", "connect", "cut", "expected", "fetch", "free", "get", "give",
     "install", "keep", "let", "look", "make", "mend", "move", "name", "needed", "plug", "put", "record", "remove", "run", "say",
     "see", "set", "shows", "start", "take", "try", "turn", "use", "wait", "write"]
)  # fmt: skip
TO_DO = re.compile(rf"([;:.?,] )[^.;]*\b({_DOING})\b|as in|should (look|hold)|There is: ", re.IGNORECASE)
"""What is wrong, and after it something to do."""

ELSEWHERE = "{}"
"""A sentence put together elsewhere stands where only this is left."""


def sentences() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for file in sorted((COMPANION / room).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Trouble", "VoiceError") and node.args:
                    text = spelled(node.args[0])
                    if text.strip(" .{}:"):
                        yield f"{file.name}:{node.lineno}", text


def spelled(node: ast.expr) -> str:
    """The words of a string as they stand in the source, with {} for what is filled in."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(spelled(value) if isinstance(value, ast.Constant) else filled_in(value) for value in values)
        case ast.BinOp(left=left, right=right):
            return spelled(left) + spelled(right)
        case _:
            return ELSEWHERE


def filled_in(node: ast.expr) -> str:
    """`x or "…"` falls back on words that count; names from elsewhere do too where they hold such words."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in ("close", "LISTED", "hint"):
            return "; see what comes close"
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") in ("did_you_mean", "_hint"):
            return "; see what comes close"
    return ELSEWHERE


def test_every_trouble_says_what_to_do() -> None:
    found = list(sentences())
    assert len(found) > 60
    assert [f"{where} {text}" for where, text in found if not TO_DO.search(text)] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("path", "nope"), "There is no model called nope; companion models list shows what there is."),
        (("verify", "nope"), "There is no model called nope; companion models list shows what there is."),
        (("use", "nope"), "There is no model called nope; companion models list shows what there is."),
        (("fetch", "nope"), "There is no model called nope; companion models list shows what there is."),
        (("remove", "nope"), "companion models list shows what is."),
        (("remove", "embedded-en"), "to use another one: companion models use NAME"),
        (("add", "nope.zip"), "There is no file or folder nope.zip; give the archive or the folder of a model"),
    ],
)
def test_a_model_that_is_not_there_is_told_with_what_to_do(ask: Ask, asked: tuple[str, ...], sentence: str) -> None:
    said = ask("models", *asked)
    assert said.status == 2 and sentence in said.err and len(said.err.strip().splitlines()) == 1
