"""`companion settings`: what is in force, and from where."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from companion.cli.page import page
from companion.evening import folders
from companion.evening.in_force import change, in_force
from companion.evening.settings import Settings, in_words
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("settings")(settings)


def settings(
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Settings to change. Without any: show them all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show the settings in force, or change some. A change holds from the next evening on.

    What can't be is refused with what was expected, and nothing is changed then. To take a value back: NAME=none.

    Example: companion settings partners=Nora,Ben manner=gentle country=IE
    """
    change(dict(_named(each) for each in changes or ()))
    found = in_force()
    if as_json:
        rows = {name: {"value": value, "from": found.origins[name]} for name, value in found.settings.model_dump().items()}
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        _show(found.settings, found.origins)
    for note in found.notes:
        typer.echo(f"companion: {note}", err=True)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Trouble(f"{text} should look like NAME=VALUE, as in manner=gentle.")
    return name.strip(), value.strip()


def _show(now: Settings, origins: dict[str, str]) -> None:
    table = Table("setting", "value", "what it does", box=None, pad_edge=False)
    for name, field in Settings.model_fields.items():
        value = escape(in_words(name, getattr(now, name)))
        chosen = origins[name] != "default"
        table.add_row(f"{name}", f"[bold]{value}[/bold] *" if chosen else value, escape(field.description or ""))
    console = page()
    console.print(table)
    console.print(f"\n* set by you, in {folders.settings_file()}; the rest is as it came.", highlight=False, soft_wrap=True)
