"""`companion run`: the live evening."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from companion.adapters.c_stderr import python_only
from companion.cli.news import RESUME, resume_phrase
from companion.cli.page import page, settings_in_force
from companion.cli.terminal import Terminal
from companion.evening import settings as stored
from companion.evening.leaving import Leaving
from companion.evening.sound import devices
from companion.exercises.content_files import BASE, content_folder, is_content, user_content_folder

if TYPE_CHECKING:
    from companion.evening.guided import Ended

GOODBYE = "Stopped. Good night."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    evening: Annotated[
        str | None, typer.Argument(help="An evening or exercise (see companion exercises). Left out: the one in your settings.")
    ] = None,
    mic: Annotated[str | None, typer.Option(help="Microphone, by part of its name.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Speaker, by part of its name.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, max=2, metavar="1|2", help="Microphones to use.")] = None,
    partners: Annotated[str | None, typer.Option(help="Your two first names, as in Nora,Ben.")] = None,
    wait_for_device: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Wait so long for a sound device at start.")
    ] = 0.0,
    keep_log: Annotated[Path | None, typer.Option(help="Keep the event log in this folder (times and turns, no words).")] = None,
) -> None:
    """Guide an evening: microphone and speaker on the table, two people beside it.

    Say "stop" to end it at once, "skip this" to pass, "hold on a moment" to pause. Ctrl-C ends it cleanly too.
    """
    settings = settings_in_force()
    changes = {"microphone": mic, "speaker": speaker, "channels": channels}
    update: dict[str, object] = {name: value for name, value in changes.items() if value is not None}
    if partners is not None:
        update["partners"] = tuple(part.strip() for part in partners.split(","))
    settings = stored.checked({**settings.model_dump(), **update})
    resume = _looked_up(evening or settings.evening, settings.language)
    python_only()
    console = page()
    terminal = Terminal(console, resume=resume)

    def farewell() -> None:
        terminal.__exit__()
        console.print(GOODBYE)
        sys.stdout.flush()

    leaving = Leaving(farewell).listen()
    with devices(settings, wait_for_device) as (microphone, loudspeaker):
        from companion.evening.guided import guide  # most of what there is to load: the microphone listens meanwhile

        with terminal:
            ended = guide(
                evening or settings.evening, settings, microphone, loudspeaker, terminal, leaving, out=keep_log, say=console.print
            )  # fmt: skip
    _leave(_tell(ended, console))


def _looked_up(evening: str, language: str) -> str:
    """What is said in this language to go on after a pause. A name that nothing has is told before any device is opened or
    waited for; what has a file is loaded meanwhile."""
    if language == BASE and is_content(evening, (content_folder(), user_content_folder())):
        return RESUME
    from companion.evening import house

    library = house.library(language)
    house.evening_called(evening, library)
    return resume_phrase(library)


def _tell(ended: Ended, console: Console) -> int:
    """What there is to say afterwards; the exit status."""
    for mishap in ended.mishaps:
        console.print(f"[yellow]{mishap}[/yellow]")
    if ended.kept:
        console.print(f"The log of this evening lies in {ended.kept}; it holds times and turns, no words.")
    if ended.fault is not None:
        print(f"companion: the evening was ended: {ended.fault}; the lines above tell us where.", file=sys.stderr)
        return 1
    if ended.outcome == "left":
        console.print(GOODBYE)
    return 0


def _leave(status: int) -> None:
    """End the process at once. All files and devices are closed; a sound library that is stuck in a device would hold up a
    usual exit for ever (it has been seen to), and a line still being rendered for seconds."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
