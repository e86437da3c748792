"""Where the steps read and write."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TEXTS = HERE / "texts"
CONTENT = CHECKOUT / "content" / "en"
WORK = CHECKOUT / "work" / "train_model"
MODEL = CHECKOUT / "models" / "embedded-en"
HUMAN_DATA = CHECKOUT.parent / "shared" / "data"
"""Recordings of people, when they lie beside the checkout; without them training uses made voices only."""


def work(*parts: str) -> Path:
    """A path below the work folder, its parent made."""
    path = WORK.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
