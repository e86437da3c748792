"""`companion doctor`: is this machine ready?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from companion.evening.checks import Check, examine

_COLOUR = {"good": "green", "so-so": "yellow", "bad": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Check devices, voice, models, content, disk and speed, and say what to do.

    Exit status 0 when a live evening can run, 2 when something is in the way.
    """
    console = Console(stderr=True)
    checks: list[Check] = []
    with console.status("looking around") as status:
        for check in examine():
            checks.append(check)
            status.update(f"looked at the {check.name}")
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        table = Table("", "", "", "what to do", box=None)
        for check in checks:
            table.add_row(check.name, f"[{_COLOUR[check.verdict]}]{check.verdict}[/]", check.found, check.do)
        Console().print(table)
    if any(check.verdict == "bad" for check in checks):
        raise typer.Exit(2)
