"""`companion exercises`: what there is to play."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from companion.evening import house
from companion.evening import settings as stored


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exercises")(exercises)


def exercises(
    practice: Annotated[str | None, typer.Option(help="Only those that serve this practice, like gratitude.")] = None,
    level: Annotated[str | None, typer.Option(help="Only this level: light, open or deep.")] = None,
    most_minutes: Annotated[float | None, typer.Option(help="Only those that can be done in so many minutes.")] = None,
    language: Annotated[str | None, typer.Option(help="Another language than the one in your settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List exercises by practice, level and length, and the evenings made of them.

    Example: companion exercises --practice gratitude
    """
    tongue = language or stored.load().language
    library = house.library(tongue)
    rows = [
        {
            "slug": one.slug,
            "title": one.title,
            "practices": list(one.serves),
            "level": one.level,
            "minutes": {size: round(getattr(one.lasts, size) / 60, 1) for size in ("short", "medium", "long")},
            "language": tongue,
        }
        for one in library.exercises.values()
        if (practice is None or practice in one.serves)
        and (level is None or one.level == level)
        and (most_minutes is None or one.lasts.short <= most_minutes * 60)
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("exercise", "title", "practices", "level", "minutes", box=None)
    for row in rows:
        minutes = row["minutes"]
        assert isinstance(minutes, dict)
        spread = " / ".join(f"{value:g}" for value in minutes.values())
        table.add_row(str(row["slug"]), str(row["title"]), ", ".join(row["practices"]), str(row["level"]), spread)
    console = Console()
    console.print(table)
    console.print("\nevenings: " + ", ".join(library.evenings))
