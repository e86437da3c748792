"""What a command prints on: as wide as the terminal, and in whole lines where it goes into a file or another program."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from companion.evening.in_force import in_force
from companion.evening.settings import Settings

UNBROKEN = 10_000
"""Columns of a page that is no terminal: no line of ours is as long."""


def page(*, quiet: bool = False) -> Console:
    """A console on standard output that breaks lines only where a person would have to scroll."""
    console = Console(quiet=quiet)
    return console if console.is_terminal else Console(quiet=quiet, width=UNBROKEN)


def settings_in_force() -> Settings:
    """The settings a command goes by; on standard error, a sentence on each entry of the file that could not be taken."""
    found = in_force()
    for note in found.notes:
        typer.echo(f"companion: {note}", file=sys.stderr)
    return found.settings
