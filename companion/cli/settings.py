"""`companion settings`: what is in force, and from where."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from companion.evening import folders
from companion.evening import settings as stored
from companion.evening.settings import Settings
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("settings")(settings)


def settings(
    change: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE: change a setting. None: show all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show the settings in force and where each comes from, or change some.

    Example: companion settings partners=Nora,Ben manner=gentle
    """
    for each in change or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise Trouble(f"{each} should look like NAME=VALUE, as in manner=gentle.")
        stored.store(name.strip(), value.strip())
    now, where = stored.load(), stored.origins()
    if as_json:
        typer.echo(json.dumps({name: {"value": value, "from": where[name]} for name, value in now.model_dump().items()}))
        return
    table = Table(
        "setting", "value", "from", "what it does", box=None, title=f"settings ({folders.settings_file()})", title_justify="left"
    )
    for name, field in Settings.model_fields.items():
        table.add_row(name, str(getattr(now, name)), "" if where[name] == "default" else "file", field.description or "")
    Console().print(table)
