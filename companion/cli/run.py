"""`companion run`: the live evening."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from companion.cli.terminal import Terminal
from companion.evening import settings as stored
from companion.evening.guided import guide


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    evening: Annotated[str | None, typer.Argument(help="An evening or exercise; none: the one in your settings.")] = None,
    mic: Annotated[str | None, typer.Option(help="Microphone, by part of its name.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Speaker, by part of its name.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, max=2, help="Microphones to use.")] = None,
    partners: Annotated[str | None, typer.Option(help="Your two first names, as in Nora,Ben.")] = None,
    wait_for_device: Annotated[float, typer.Option(min=0.0, help="Seconds to wait for a sound device at start.")] = 0.0,
    keep_log: Annotated[Path | None, typer.Option(help="Keep the event log in this folder (times and turns, no words).")] = None,
) -> None:
    """Guide an evening: microphone and speaker on the table, two people beside it.

    Say "stop" to end it at once, "skip this" to pass, "hold on a moment" to pause. Ctrl-C ends it cleanly too.
    """
    settings = stored.load()
    changes = {"microphone": mic, "speaker": speaker, "channels": channels}
    update: dict[str, object] = {name: value for name, value in changes.items() if value is not None}
    if partners is not None:
        update["partners"] = tuple(part.strip() for part in partners.split(","))
    settings = stored.checked({**settings.model_dump(), **update})
    console = Console()
    with Terminal(console) as terminal:
        try:
            ended = guide(
                evening or settings.evening, settings, terminal, wait_for_device=wait_for_device, out=keep_log, say=console.print
            )
        except KeyboardInterrupt:
            console.print("Stopped. Good night.")
            return
    for mishap in ended.mishaps:
        console.print(f"[yellow]{mishap}[/yellow]")
    if ended.kept:
        console.print(f"The log of this evening lies in {ended.kept}; companion forget removes it.")
