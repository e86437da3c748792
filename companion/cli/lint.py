"""`companion lint`: is the content sound?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from companion.evening import folders
from companion.exercises.lint import lint as judge
from companion.exercises.loader import content_folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint")(lint)


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders; none: our content and your own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check exercises and evenings: form first, then meaning. One finding a line: file:line: what and what to do.

    Exit status 0 without errors (there may be warnings), 2 with errors.
    """
    chosen = list(paths) if paths else [content_folder(), *([folders.user_content()] if folders.user_content().is_dir() else [])]
    findings = judge(chosen)
    errors = [one for one in findings if one.severity == "error"]
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "file": str(one.file)} for one in findings], ensure_ascii=False))
    else:
        console = Console()
        for one in findings:
            colour = "red" if one.severity == "error" else "yellow"
            console.print(f"[{colour}]{one.id}[/{colour}] {one}", highlight=False, soft_wrap=True)
        console.print(f"{len(errors)} errors, {len(findings) - len(errors)} warnings", highlight=False)
    if errors:
        raise typer.Exit(2)
