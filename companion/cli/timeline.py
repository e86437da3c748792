"""`companion timeline`: an evening as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from companion.adapters.event_log import read_lines
from companion.adapters.timeline_picture import draw
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("timeline")(timeline)


def timeline(
    events: Annotated[Path, typer.Argument(help="events.jsonl of an evening, a rehearsal or a replay.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Picture to write: .png, .pdf or .svg. Left out: timeline.png beside the events."),
    ] = None,
) -> None:
    """Draw who spoke when, turns, overlaps, interruptions and cues.

    Example: companion timeline rehearsal/events.jsonl
    """
    lines = list(read_lines(events))
    picture = out or (events.with_name("timeline.png") if events.name == "events.jsonl" else events.with_suffix(".png"))
    draw(lines, _partners(events, lines), picture)
    typer.echo(f"{picture}")


def _partners(events: Path, lines: list[dict[str, object]]) -> tuple[str, str]:
    with events.open(encoding="utf-8", errors="replace") as file:
        try:
            named = json.loads(file.readline()).get("partners")
        except (ValueError, AttributeError):
            named = None
    if isinstance(named, list) and len(named) == 2:
        return (str(named[0]), str(named[1]))
    seen = sorted({str(line["by"]) for line in lines if line.get("by")})
    if len(seen) < 2:
        raise Trouble(f"{events} names fewer than two partners; give me a whole events.jsonl.")
    return (seen[0], seen[1])
