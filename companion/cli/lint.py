"""`companion lint`: is the content sound?"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from companion.adapters.vosk_recognizer import vocabulary_of
from companion.evening import folders, models
from companion.evening.aloud import spoken_findings
from companion.exercises.content_files import BASE, content_folder
from companion.exercises.lint import lint as judge


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint")(lint)


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders; none: our content and your own.")] = None,
    aloud: Annotated[bool, typer.Option("--aloud", help="Also speak every line with the voice, and time it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check exercises and evenings: form first, then meaning. One finding a line: file:line: what and what to do.

    An error keeps its file out of every evening, a warning does not. The rules, L01 to L41, are listed in docs/content.md; the
    format is taught in content/README.md, and companion schema writes a description of it for editors.

    Exit status 0 without errors (there may be warnings), 2 with errors.
    """
    own = folders.user_content() if folders.user_content().is_dir() else None
    chosen = list(paths) if paths else [content_folder(), *([own] if own else [])]
    console = Console()
    findings = judge(chosen, words=_heard(), own=own, today=date.today(), cache=folders.read_content())
    if aloud:
        with console.status("speaking") as status:
            findings = sorted({*findings, *spoken_findings(chosen, status.update)})
    errors = [one for one in findings if one.severity == "error"]
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "file": str(one.file)} for one in findings], ensure_ascii=False))
    else:
        for one in findings:
            colour = "red" if one.severity == "error" else "yellow"
            console.print(f"[{colour}]{one.severity}[/{colour}] {escape(str(one))}", highlight=False, soft_wrap=True)
        console.print(f"{counted(len(errors), 'error')}, {counted(len(findings) - len(errors), 'warning')}", highlight=False)
    if errors:
        raise typer.Exit(2)


def _heard() -> dict[str, frozenset[str]]:
    """What the model that comes along can hear."""
    folder = models.in_force(models.shipped_folder() / models.EMBEDDED)
    return {BASE: frozenset(vocabulary_of(folder))} if folder is not None and folder.is_dir() else {}


def counted(number: int, what: str) -> str:
    """As in: 1 error, 2 errors."""
    return f"{number} {what}" + ("" if number == 1 else "s")
