"""`companion forget`: remove everything of the two."""

from __future__ import annotations

import typer

from companion.evening import folders
from companion.evening.under_way import forget_what_is_under_way


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forget")(forget)


def forget() -> None:
    """Remove everything kept of your evenings: logs, diary, voices, rendered speech. Either of you may do it, at any time.

    An evening that goes on meanwhile is not disturbed: nothing of it is kept when it ends.

    Settings, content that you wrote yourselves, speech models, and logs in a folder that you named (--keep-log, --out) stay.
    """
    going_on = forget_what_is_under_way()
    gone = folders.forget()
    for folder in gone:
        typer.echo(f"removed {folder}")
    for what in sorted(going_on):
        article = "An" if what == "evening" else "A"
        typer.echo(f"{article} {what} is going on: it is not disturbed, and nothing of it is kept here when it ends.")
    if not gone and not going_on:
        typer.echo("There was nothing to forget.")
