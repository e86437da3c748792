"""`companion models`: speech models on this machine, and how to get a bigger one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from companion.adapters.model_fetch import megabytes
from companion.cli.progress import progress_bar
from companion.evening import models as shelf
from companion.evening.models import Shelved

models = typer.Typer(
    invoke_without_command=True,
    help="Speech models: what is here, and how to get a bigger one.\n\n"
    "One comes along and understands every command. A bigger one also knows the words of ordinary talk, which hints in a "
    "reflection need. Nothing is ever fetched unless you ask for it here; on a machine without a network, carry an archive over "
    "and add it.",
    epilog="Example: companion models fetch small-en-us && companion models use small-en-us",
)

Name = Annotated[str, typer.Argument(help="A name from companion models list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(models, name="models")


@models.callback()
def shown(context: typer.Context) -> None:
    """Without a command: the list."""
    if context.invoked_subcommand is None:
        list_models()


@models.command("list")
def list_models(
    everything: Annotated[bool, typer.Option("--all", help="Other languages than yours too.")] = False, as_json: AsJson = False
) -> None:
    """Every known model: whether it is here, which is in use, its size, licence and what it is good for."""
    rows = shelf.listing()
    if as_json:
        typer.echo(json.dumps([_record(row) for row in rows], ensure_ascii=False))
        return
    table = Table("", "name", "language", "size", "licence", "good for", box=None)
    hidden = 0
    for row in rows:
        if row.known and row.known.language not in ("en", "any") and not row.folder and not everything:
            hidden += 1
            continue
        mark = "in use" if row.used else "here" if row.folder else ""
        licence = row.known.licence if row.known else "see its folder"
        good = row.known.good_for if row.known else "added by hand"
        table.add_row(mark, row.name, row.known.language if row.known else "", megabytes(row.size), licence, good)
    Console().print(table)
    if hidden:
        typer.echo(f"{hidden} more for other languages: companion models list --all")


@models.command()
def fetch(
    name: Name,
    unverified: Annotated[bool, typer.Option("--unverified", help="Fetch it though nobody publishes a hash of it.")] = False,
) -> None:
    """Download a model, check it and install it. Broken off, the same command goes on from there."""
    model = shelf.known_model(name)
    if not model.checkable and unverified:
        typer.echo(f"Nobody publishes a hash of {name}: that it is what its maker made can't be checked.", err=True)
    typer.echo(f"Fetching {name}, {megabytes(model.size)}, from {model.url} (licence: {model.licence}).", err=True)
    try:
        with progress_bar(f"fetching {name}") as progress:
            folder = shelf.fetch(name, unverified, progress)
    except KeyboardInterrupt:
        typer.echo("What has come so far waits; the same command goes on from there.", err=True)
        raise
    typer.echo(f"{name} is installed in {folder}; to use it: companion models use {name}")


@models.command()
def add(
    path: Annotated[Path, typer.Argument(help="A zip or tar archive, or a folder, as its maker publishes it.")],
    name: Annotated[str | None, typer.Option(help="What to call it. Left out: after the file.")] = None,
) -> None:
    """Install a model that was carried here by hand: checked and tried out as if it had been fetched."""
    with progress_bar(f"installing {path.name}") as progress:
        called, folder = shelf.add(path, name, progress)
    typer.echo(f"{called} is installed in {folder}; to use it: companion models use {called}")


@models.command()
def verify(name: Annotated[str | None, typer.Argument(help="One model. Left out: all that are here.")] = None) -> None:
    """Compare every file of the models that are here with what was installed, and try each out."""
    names = [name] if name else [row.name for row in shelf.listing() if row.folder]
    for each in names:
        with progress_bar(f"reading {each}") as progress:
            folder = shelf.verify(each, progress)
        typer.echo(f"{each} is whole ({folder})")


@models.command()
def use(
    name: Annotated[str, typer.Argument(help="An installed model by name, or a folder; embedded-en: the one that came along.")],
) -> None:
    """Use this model from the next evening on. It is remembered in your settings."""
    folder = shelf.use(name)
    typer.echo(f"From the next evening on: {name} ({folder}).")


@models.command()
def remove(name: Name) -> None:
    """Remove an installed model. If it was in use, the one that came along is used again."""
    typer.echo(f"{name} is removed; {megabytes(shelf.remove(name))} are free again.")


@models.command()
def path(name: Annotated[str | None, typer.Argument(help="A model that is here. Left out: the one in use.")] = None) -> None:
    """Print the folder of a model, for other programs."""
    typer.echo(shelf.installed_folder(name) if name else shelf.used_folder())


def _record(row: Shelved) -> dict[str, object]:
    known = row.known
    return {
        "name": row.name, "installed": row.folder is not None, "used": row.used, "bytes": row.size,
        "path": str(row.folder) if row.folder else None,
        "language": known.language if known else None, "kind": known.kind if known else None,
        "licence": known.licence if known else None, "good_for": known.good_for if known else None,
        "can": sorted(known.can) if known else None, "url": known.url if known else None,
        "sha256": known.sha256 if known else None, "md5": known.md5 if known else None,
    }  # fmt: skip
