"""A model that counts as one of full vocabulary: our own, with a list of words as long as that of a big one.

Its network and graphs are real and hear real sound; only the list holds names that no graph knows.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from companion.adapters.vosk_folder import FULL_VOCABULARY

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "embedded-en"


def talk_model(folder: Path) -> Path:
    """Our model in `folder`, with so many words that it may hear talk."""
    made = folder / "talk"
    shutil.copytree(SHIPPED, made)
    listing = made / "graph" / "words.txt"
    words = listing.read_text(encoding="utf8").splitlines()
    more = [f"unheard{number} {number}" for number in range(len(words), FULL_VOCABULARY + 100)]
    listing.write_text("\n".join([*words, *more]) + "\n", encoding="utf8")
    return made
