"""`companion recognize`: which phrase is in a clip?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from companion.evening.recognize import recognize as hear


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recognize")(recognize)


def recognize(
    clips: Annotated[list[Path], typer.Argument(help="Clips: wav, flac or ogg, at any rate.")],
    phrases: Annotated[Path, typer.Option(help="The phrases to listen for, one a line.")],
    no_unk: Annotated[bool, typer.Option("--no-unk", help="Take every clip for one of the phrases.")] = False,
    model: Annotated[Path | None, typer.Option(help="Folder of another Vosk model.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a clip.")] = False,
) -> None:
    """Recognise short clips as the companion would at the table: exactly one of the phrases, or nothing.

    Example: companion recognize stop.wav yes.wav --phrases commands.txt --json
    """
    for found in hear(clips, phrases, unknown=not no_unk, model=model):
        if as_json:
            typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        else:
            typer.echo(f"{found.clip}: {found.phrase or '-'} ({found.confidence:.2f}; heard: {found.raw or 'nothing'})")
