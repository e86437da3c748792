"""What a command prints on: as wide as the terminal, and in whole lines where it goes into a file or another program."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from companion.evening.in_force import in_force
from companion.evening.settings import Settings

UNBROKEN = 10_000
"""Columns of a page that is no terminal: no line of ours is as long."""


def page(*, quiet: bool = False) -> Console:
    """A console on standard output that breaks lines only where a person would have to scroll."""
    console = Console(quiet=quiet)
    return console if console.is_terminal else Console(quiet=quiet, width=UNBROKEN)


def hang(console: Console, first: str, rest: str) -> None:
    """Print `first` and `rest` (both with markup) as one line; where a terminal is too narrow, it goes on under `rest`."""
    if not console.is_terminal:
        console.print(first + rest, highlight=False, soft_wrap=True, emoji=False)
        return
    lead = Text.from_markup(first, emoji=False)
    line = Table.grid()
    line.add_column(width=lead.cell_len, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(lead, Text.from_markup(rest, emoji=False))
    console.print(line, highlight=False)


def settings_in_force() -> Settings:
    """The settings a command goes by; on standard error, a sentence on each entry of the file that could not be taken."""
    found = in_force()
    for note in found.notes:
        typer.echo(f"companion: {note}", file=sys.stderr)
    return found.settings
