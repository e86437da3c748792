"""`companion schema`: the content format, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from companion.evening import folders
from companion.exercises.editor_schema import SUBJECTS, Subject, schema_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema")(schema)


def schema(
    what: Annotated[
        Subject | None, typer.Argument(metavar="WHAT", help=f"Print one: {', '.join(SUBJECTS)}. Left out: write all of them.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for them; in your own content if left out.")] = None,
) -> None:
    """Write JSON Schemas of the content format, so that your editor completes keys, explains them and marks what is wrong.

    Then let the first line of an exercise say where its schema lies, as in

        # yaml-language-server: $schema=../schema/exercise.schema.json

    Editors with a YAML language server read it: VS Code with its YAML extension, Vim, Emacs, Kate and others.

    Example: companion schema
    """
    if what is not None:
        typer.echo(_text(what))
        return
    folder = out or folders.user_content() / "schema"
    for subject in SUBJECTS:
        folders.write_whole(folder / f"{subject}.schema.json", _text(subject) + "\n")
    console = Console()
    console.print(
        f"{len(SUBJECTS)} schemas lie in {folder}. First line of an exercise of yours:", highlight=False, soft_wrap=True
    )
    console.print(f"# yaml-language-server: $schema={_beside(folder)}/exercise.schema.json", highlight=False, soft_wrap=True)


def _text(subject: Subject) -> str:
    return json.dumps(schema_of(subject), indent=1, ensure_ascii=False)


def _beside(folder: Path) -> str:
    """The folder as an exercise of the pair's own would name it."""
    return "../schema" if folder == folders.user_content() / "schema" else str(folder.absolute())
