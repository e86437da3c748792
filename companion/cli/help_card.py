"""`companion help-card`: whom to call, in print."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from companion.cli.page import hang, page, settings_in_force
from companion.exercises.help_card import countries, help_card
from companion.trouble import Trouble

TITLES = {"emergency": "Emergency", "abuse": "Abuse at home", "anyone": "For anyone", "crisis": "In a crisis"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("help-card")(print_card)


def print_card(
    country: Annotated[str | None, typer.Argument(help="Two letters, as in IE. Left out: the one in your settings.")] = None,
) -> None:
    """Print whom to call in your country: emergency, abuse at home, crisis. For the wall, or a drawer.

    The companion detects nothing, calls nobody and replaces no service. If you are ever afraid of each other, if one of you
    cannot say no without paying for it, do not do these exercises together: call one of these lines instead.
    """
    settings = settings_in_force()
    wanted = country or settings.country
    if wanted is None:
        raise Trouble(f"No country is set; name one of {', '.join(countries())}, or: companion settings country=US")
    card = help_card(wanted, settings.language)
    typer.echo(f"{card.name}, checked on {card.checked}")
    if card.stale(date.today()):
        typer.echo("This card is older than a year: look every number up before you rely on it.")
    console = page()
    for kind, lines in card.printed().items():
        if lines:
            typer.echo(f"\n{TITLES[kind]}")
        for line in lines:
            told = [line.number, line.who, line.hours, line.note, "not checked: look it up" if line.verify else ""]
            hang(console, "  ", escape(" · ".join(part for part in told if part)))
    if card.notes:
        typer.echo()
        hang(console, "", escape(card.notes))
