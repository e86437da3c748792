"""`companion recognize`: which phrase is in a clip?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from companion.adapters.vosk_folder import UNKNOWN
from companion.evening.recognize import Recognised
from companion.evening.recognize import recognize as hear
from companion.trouble import Trouble


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recognize")(recognize)


def recognize(
    clips: Annotated[list[Path], typer.Argument(help="Sound files: wav, flac or ogg, at any rate.")],
    phrases: Annotated[Path, typer.Option(help="Text file of the phrases to listen for, one a line; # begins a comment.")],
    no_unk: Annotated[bool, typer.Option("--no-unk", help="Take every clip for one of the phrases.")] = False,
    model: Annotated[Path | None, typer.Option(help="Another Vosk model, by name or folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a clip.")] = False,
) -> None:
    """Recognise short clips as the companion would at the table: exactly one of the phrases, or none.

    Printed is the phrase and how sure it is, from 0 to 1; below 0.7 there is none. A clip that cannot be listened to has its
    line too, with what is wrong with it (with --json: its "error"); the exit status is 2 then.

    Example: companion recognize stop.wav yes.wav --phrases commands.txt --json
    """
    broken = 0
    for found in hear(clips, phrases, unknown=not no_unk, model=model):
        broken += found.error is not None
        if as_json:
            typer.echo(json.dumps(found.record(), ensure_ascii=False))
        elif found.error is not None:
            typer.echo(f"{found.clip}: {found.error}")
        else:
            typer.echo(f"{found.clip}: {_in_words(found)}")
    if broken:
        raise Trouble(f"{broken} of {len(clips)} clips could not be listened to; mend or leave out those whose lines say why.")


def _in_words(found: Recognised) -> str:
    """The phrase and how sure it is; else `none`, and what was there instead."""
    if found.phrase is not None:
        return f"{found.phrase} ({found.confidence:.2f})"
    words = [word for word in found.raw.split() if word != UNKNOWN]
    if not found.raw:
        return "none (nobody spoke)"
    if not words:
        return "none (other words)"
    if UNKNOWN in found.raw.split():
        return f"none (“{' '.join(words)}” among other words)"
    sure = f", {found.confidence:.2f}" if found.confidence else ""
    return f"none (not sure enough of “{' '.join(words)}”{sure})"
