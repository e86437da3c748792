"""`companion exercises`: what there is to play."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, get_args

import typer
from rich.markup import escape
from rich.table import Table

from companion.cli.page import hang, page, settings_in_force
from companion.evening import folders
from companion.evening.content import content, left_out
from companion.exercises.by_size import SIZES, Size
from companion.exercises.content import LEVELS, Evening, Exercise, Practice, did_you_mean
from companion.trouble import Trouble

ROOMY = 110
"""Columns from which titles are shown beside the names."""


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
    console = page()
    if rows:
        console.print(_table(rows, console.width >= ROOMY))
        console.print()
        hang(console, "", "Minutes are for short, medium and long. * is your own.")
    else:
        hang(console, "", "No exercise fits; leave out one of the options.")
    console.print()
    evenings = [f"{one.slug} *" if _origin(one) == "own" else one.slug for one in library.evenings.values()
                if not own or _origin(one) == "own"]  # fmt: skip
    hang(console, "evenings: ", ", ".join(evenings) or "none")
    console.print()
    hang(console, "", "To play one: companion run NAME. To hear it played first: companion rehearse NAME.")
    if findings:
        hang(console, "", f"[yellow]{escape(left_out(findings))}[/yellow]")


def _table(rows: Sequence[Mapping[str, Any]], roomy: bool) -> Table:
    """What there is, one a row; the titles only where there is room for them, since the names say nearly as much."""
    table = Table(box=None, pad_edge=False)
    for name in ("exercise", *(("title",) if roomy else ()), "level", "minutes", "practices"):
        table.add_column(name, no_wrap=name != "practices", overflow="fold")
    for row in rows:
        name = row["slug"] + (" *" if row["origin"] == "own" else "")
        title = (escape(row["title"]),) if roomy else ()
        minutes = " / ".join(f"{value:g}" for value in row["minutes"].values())
        table.add_row(name, *title, row["level"], minutes, ", ".join(row["practices"]))
    return table


def _origin(exercise: Exercise | Evening) -> str:
    """`own` for the pair's files, else `ours`."""
    return "own" if exercise.where.startswith(f"{folders.user_content()}/") else "ours"


def _size(given: str | None) -> Size:
    return next((size for size in SIZES if size == given), "short")


def _known(what: str, given: str | None, known: Sequence[str]) -> None:
    if given is not None and given not in known:
        raise Trouble(f"There is no {what} {given!r}{did_you_mean(given, known)}; expected one of {', '.join(known)}.")
