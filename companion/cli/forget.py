"""`companion forget`: remove everything of the two."""

from __future__ import annotations

import typer

from companion.evening import folders


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forget")(forget)


def forget() -> None:
    """Remove everything kept of your evenings: logs, voices, rendered speech. Either of you may do it.

    Settings and content that you wrote yourselves stay.
    """
    gone = folders.forget()
    for folder in gone:
        typer.echo(f"removed {folder}")
    if not gone:
        typer.echo("There was nothing to forget.")
