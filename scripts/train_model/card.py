"""Step `card`: `models/embedded-en/card.md`, from what is known of the training and the last figures."""

from __future__ import annotations

from . import places
from .manifest import CARD

TEMPLATE = places.TEXTS / "card.md"


def run() -> None:
    """Write the card: the text of `texts/card.md`, then the tables of the last evaluation."""
    figures = places.work("figures.md")
    tables = figures.read_text(encoding="utf8") if figures.exists() else "Not measured yet.\n"
    (places.MODEL / CARD).write_text(TEMPLATE.read_text(encoding="utf8").rstrip() + "\n" + tables, encoding="utf8")
