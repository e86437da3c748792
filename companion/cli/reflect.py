"""`companion reflect`: how a listener would be helped to give a turn back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from companion.cli.json_lines import line_out, lines_in
from companion.cli.page import settings_in_force
from companion.conversation.manners import STANDARD
from companion.evening.content import library as content_of
from companion.exercises.content import Library
from companion.exercises.hints import NOTHING, Hints
from companion.exercises.reflection import Help, hinted, unasked
from companion.exercises.turn_lines import BadTurn, Turn, id_of, read_turn
from companion.exercises.wording import Phrasebook


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reflect")(reflect)


def reflect(
    hint: Annotated[bool, typer.Option("--hint", help="The listener asked for a hint: give what may be given.")] = False,
    silent: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Without a hint: seconds the listener has been silent.")
    ] = 0.0,
    language: Annotated[str | None, typer.Option(help="Another language than the one in your settings.")] = None,
) -> None:
    r"""Read one turn a line from standard input; print how its listener would be helped, one JSON line each.

    A turn is {"id": …, "words": [{"word": …, "conf": 0.93, "start": 1.2, "end": 1.5}, …]}, times in seconds. Printed is
    {"id": …, "rung": "neutral|shape|scaffold|hint|ask", "line": "what is spoken", "spoken_words": \[words of the turn]}.
    Unasked, no word of the turn is ever spoken; on request at most two, and none where there is any doubt. A line that is no turn
    is answered in its place with an error, told on standard error too; the exit status is then 2, when all lines have been read.
    Empty lines at the end are passed over.

    Example: companion reflect --hint < turns.jsonl
    """
    library = content_of(language or settings_in_force().language)
    judge, book = Hints(library), Phrasebook(seed=1)
    bad = 0
    for number, line in enumerate(_up_to_the_last(lines_in()), 1):
        try:
            turn = read_turn(line)
        except BadTurn as wrong:
            bad += 1
            print(f"companion: line {number}: {wrong}", file=sys.stderr)
            rung = "ask" if hint else "neutral"
            line_out({"id": id_of(line), "rung": rung, "line": "", "spoken_words": [], "error": str(wrong)})
            continue
        given = _hint(turn, judge) if hint else unasked(silent, STANDARD.reflect_wait)
        line_out(
            {"id": turn.id, "rung": given.rung, "line": _said(given, turn, library, book), "spoken_words": list(given.spoken)}
        )
    if bad:
        raise typer.Exit(2)


def _up_to_the_last(lines: Iterator[str]) -> Iterator[str]:
    """The lines, but empty ones only where another follows: every line is answered in its place, an end of the input is not."""
    empty = 0
    for line in lines:
        if not line.strip():
            empty += 1
            continue
        yield from ("" for _ in range(empty))
        empty = 0
        yield line


def _hint(turn: Turn, judge: Hints) -> Help:
    offer = judge.offered(turn.words, deep=turn.deep) if turn.clear else NOTHING
    return hinted(offer)


def _said(given: Help, turn: Turn, library: Library, book: Phrasebook) -> str:
    names = {"source": turn.source, "holder": turn.source, "listener": turn.listener}
    slots = {name: value for name, value in names.items() if value is not None} | given.slots
    return book.say(given.line, library.line(given.line), slots, role_free=turn.source is None or turn.listener is None)
