"""`companion lint`: is the content sound?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from companion.adapters.vosk_recognizer import vocabulary_of
from companion.cli.page import hang, page
from companion.evening import folders, models
from companion.evening.aloud import spoken_findings
from companion.exercises.content_files import BASE, content_folder
from companion.exercises.finding import Finding, counted
from companion.exercises.lint import lint as judge

HELP_CARDS = "L41"
"""The rule about help cards that are old or not yet verified."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint")(lint)


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders. Without any: your own, then ours.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List the help lines of ours that wait to be verified, too.")] = False,
    aloud: Annotated[bool, typer.Option("--aloud", help="Also speak every line with the voice, and time it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check exercises and evenings. One finding a line: file:line: what was found, and what was expected.

    An error keeps its file out of every evening, a warning does not. The rules, L01 to L41, are listed in docs/content.md; the
    format is taught in content/README.md, and companion schema writes a description of it for editors.

    Exit status 0 without errors (there may be warnings), 2 with errors.
    """
    own = folders.user_content() if folders.user_content().is_dir() else None
    chosen = list(paths) if paths else [content_folder(), *([own] if own else [])]
    console = page()
    findings = judge(chosen, words=_heard(), own=own, today=date.today(), cache=folders.read_content())
    if aloud:
        with Console(stderr=True).status("speaking") as status:
            findings = sorted({*findings, *spoken_findings(chosen, status.update)})
    errors = [one for one in findings if one.severity == "error"]
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "file": str(one.file)} for one in findings], ensure_ascii=False))
    else:
        waiting = [] if paths or everything else [one for one in findings if _waits(one)]
        _tell(console, sorted(set(findings) - set(waiting), key=lambda one: (not _within(one, own), one)))
        if waiting:
            cards = counted(len({one.file for one in waiting}), "help card")
            lines = counted(len(waiting), "line")
            hang(console, "", f"{lines} of {cards} wait to be verified by a person, see docs/content.md; --all lists them.")
    if errors:
        raise typer.Exit(2)


def _tell(console: Console, findings: Sequence[Finding]) -> None:
    for one in findings:
        colour = "red" if one.severity == "error" else "yellow"
        console.print(f"[{colour}]{one.severity}[/{colour}] {escape(str(one))}", highlight=False, soft_wrap=True)
    errors = sum(one.severity == "error" for one in findings)
    console.print(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}", highlight=False)


def _waits(finding: Finding) -> bool:
    """Whether it is one of our help cards, which wait for a person: nothing a writer can do about."""
    return finding.id == HELP_CARDS and _within(finding, content_folder())


def _within(finding: Finding, folder: Path | None) -> bool:
    return folder is not None and folder.absolute() in Path(finding.file).absolute().parents


def _heard() -> dict[str, frozenset[str]]:
    """What the model that comes along can hear."""
    folder = models.in_force(models.shipped_folder() / models.EMBEDDED)
    return {BASE: frozenset(vocabulary_of(folder))} if folder is not None and folder.is_dir() else {}
