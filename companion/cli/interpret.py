"""`companion interpret`: what an utterance means, without a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from companion.cli.json_lines import line_out, lines_in
from companion.cli.page import settings_in_force
from companion.evening.content import library as content_of
from companion.exercises.answers import (
    answers_of,
    interpret_number,
    interpret_yes_no,
    interpret_yes_partly_no,
)
from companion.exercises.spoken_commands import SpokenCommands

Kind = Literal["yes-partly-no", "yes-no", "number", "command"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("interpret")(interpret)


def interpret(
    kind: Annotated[
        Kind, typer.Option(metavar="KIND", help="What is expected: yes-partly-no, yes-no, number or command.")
    ] = "yes-partly-no",
    language: Annotated[str | None, typer.Option(help="Another language than the one in your settings.")] = None,
) -> None:
    """Read one utterance a line from standard input; print what each means, one JSON line each.

    Example: echo "yeah, mostly" | companion interpret --kind yes-partly-no
    """
    library = content_of(language or settings_in_force().language)
    answers = answers_of(library)
    meaning: dict[Kind, Callable[[str], str | int | None]] = {
        "yes-partly-no": lambda text: interpret_yes_partly_no(text, answers),
        "yes-no": lambda text: interpret_yes_no(text, answers),
        "number": lambda text: interpret_number(text, answers),
        "command": SpokenCommands(library).read,
    }
    for text in lines_in():
        line_out({"text": text, "answer": meaning[kind](text)})
