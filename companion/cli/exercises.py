"""`companion exercises`: what there is to play."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from companion.cli.page import settings_in_force
from companion.evening import folders
from companion.evening.content import content, left_out
from companion.exercises.by_size import SIZES, Size
from companion.exercises.content import LEVELS, Exercise, Practice, did_you_mean
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exercises")(exercises)


def exercises(
    practice: Annotated[str | None, typer.Option(help="Only those that serve this practice, like gratitude.")] = None,
    level: Annotated[str | None, typer.Option(help="Only this level: light, open or deep.")] = None,
    most_minutes: Annotated[float | None, typer.Option(help="Only those that can be done in so many minutes.")] = None,
    size: Annotated[str | None, typer.Option(help="The size that --most-minutes is about: short, medium or long.")] = None,
    language: Annotated[str | None, typer.Option(help="Another language than the one in your settings.")] = None,
    own: Annotated[bool, typer.Option("--own", help="Only those from your own folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List exercises by practice, level and length, where each comes from, and the evenings made of them.

    Your own lie in ~/.config/companion/content (or where $COMPANION_CONTENT says); one with the name of ours replaces it.

    Example: companion exercises --practice gratitude --most-minutes 5
    """
    _known("practice", practice, get_args(Practice))
    _known("level", level, LEVELS)
    _known("size", size, SIZES)
    tongue = language or settings_in_force().language
    library, findings = content(tongue)
    rows = [
        {
            "slug": one.slug,
            "title": one.title,
            "practices": list(one.serves),
            "level": one.level,
            "minutes": {length: round(one.lasts.of(length) / 60, 1) for length in SIZES},
            "language": tongue,
            "origin": _origin(one),
        }
        for one in library.exercises.values()
        if (practice is None or practice in one.serves)
        and (level is None or one.level == level)
        and (most_minutes is None or one.lasts.of(_size(size)) <= most_minutes * 60)
        and (not own or _origin(one) == "own")
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    console = Console()
    table = Table(box=None)
    for name in ("exercise", "title", "practices", "level", "minutes", "from"):
        table.add_column(name, no_wrap=name in ("exercise", "minutes"))
    for row in rows:
        minutes = row["minutes"]
        assert isinstance(minutes, dict)
        spread = " / ".join(f"{value:g}" for value in minutes.values())
        table.add_row(
            str(row["slug"]), str(row["title"]), ", ".join(row["practices"]), str(row["level"]), spread, str(row["origin"])
        )
    console.print(table)
    if not rows:
        console.print("No exercise fits; leave out one of the options.")
    console.print("\nevenings: " + ", ".join(library.evenings), highlight=False, soft_wrap=not console.is_terminal)
    if findings:
        console.print(f"[yellow]{left_out(findings)}[/yellow]", highlight=False, soft_wrap=True)


def _origin(exercise: Exercise) -> str:
    """`own` for the pair's files, else `ours`."""
    return "own" if exercise.where.startswith(f"{folders.user_content()}/") else "ours"


def _size(given: str | None) -> Size:
    return next((size for size in SIZES if size == given), "short")


def _known(what: str, given: str | None, known: Sequence[str]) -> None:
    if given is not None and given not in known:
        raise Trouble(f"There is no {what} {given!r}{did_you_mean(given, known)}; expected one of {', '.join(known)}.")
