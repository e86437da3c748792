"""Recognisers for other languages on the English network: `models/embedded-<language>`.

Network and features are those of `models/embedded-en`, byte by byte. The graphs are the language's own, with the words of its
content alone, spelt in the English phones that come nearest (cross-language phone mapping, as in Schultz & Waibel 2001). Nothing
of it is trained, and English stays as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from . import graphs, manifest, places, spanish
from .lexicon import Lexicon

SPELLING: dict[str, Callable[[str], list[list[str]]]] = {"es": spanish.pronunciations}
"""Language → how a written word of it is heard, in English phones."""


def folder_of(language: str) -> Path:
    """Where the model of a language lies."""
    return places.MODEL.parent / f"embedded-{language}"


def words_of(language: str) -> Lexicon:
    """Every word that an evening in this language listens for, with its pronunciations. Raises spanish.Unspeakable."""
    from companion.exercises.commands import vocabulary
    from companion.exercises.loader import load_library

    library, _ = load_library(language=language)
    return {word: SPELLING[language](word) for word in sorted(vocabulary(library))}


def write(language: str, folder: Path) -> None:
    """Write a whole model folder: the English network, and the language's graphs."""
    for part in ("am", "conf"):
        shutil.copytree(places.MODEL / part, folder / part, dirs_exist_ok=True)
    graphs.write_graphs(folder, words_of(language))


def run() -> None:
    """Write the models of all languages that are spelt here, and their entries in the manifest."""
    for language in SPELLING:
        write(language, folder_of(language))
        manifest.run(folder_of(language))
