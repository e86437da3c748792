"""`companion replay`: hear a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companion.cli.progress import progress_bar
from companion.evening.replay import replay as hear
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    mix: Annotated[Path, typer.Argument(help="Recording of the two: wav or flac, one or two channels, any common rate.")],
    enroll: Annotated[list[str], typer.Option(help="NAME=FILE: a recording of one partner alone, 10 to 20 s. Give it twice.")],
    events: Annotated[Path, typer.Option(help="Where to write the event log (JSON Lines).")],
    rttm: Annotated[Path | None, typer.Option(help="Where to write who spoke when (RTTM).")] = None,
    floor: Annotated[
        list[str] | None, typer.Option(help="NAME:START-END in seconds: this partner has the floor. Left out: free talk.")
    ] = None,
    commands: Annotated[bool, typer.Option(help="Listen for voice commands too.")] = True,
) -> None:
    """Hear a recording of two people and write who spoke when, turns, overlaps and interruptions.

    The companion's own voice in a recording is taken for a person's: replay people, not an evening's room.wav.

    Example: companion replay dinner.wav --enroll Alex=alex.wav --enroll Sam=sam.wav --events out.jsonl --rttm out.rttm
    """
    voices = []
    for each in enroll:
        name, equals, file = each.partition("=")
        if not (name.strip() and equals and file):
            raise Trouble(f"--enroll {each} should look like NAME=FILE, as in Alex=alex.wav.")
        voices.append((name.strip(), Path(file)))
    with progress_bar(f"hearing {mix.name}") as progress:
        hear(mix, voices, events, rttm, floor or (), commands, progress)
    typer.echo(f"Wrote {events}" + (f" and {rttm}" if rttm else ""))
