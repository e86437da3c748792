"""What a setting may name: the languages, voices, evenings, help cards and speech models that there are on this machine.

What is needed for a look is loaded for that look alone: a live evening asks before its microphone is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from companion.evening.settings import Settings
from companion.exercises.content_files import BASE, content_folder, is_content, languages, user_content_folder
from companion.trouble import Trouble

SHOWN = 4
"""Evenings named where nothing comes close."""


def why_not(name: str, settings: Settings) -> str | None:
    """What was expected of this setting where there is nothing of its value; None where there is, or nothing has to be."""
    look = _LOOKS.get(name)
    return None if look is None else look(settings)


def instead(name: str, settings: Settings) -> object:
    """What holds in place of a value that names nothing: the default, where that names something."""
    usual: object = Settings.model_fields[name].default
    if name != "evening" or why_not(name, settings.model_copy(update={name: usual})) is None:
        return usual
    from companion.evening.content import library

    there = list(library(settings.language).evenings)
    return there[0] if there else usual


def _language(settings: Settings) -> str | None:
    known = languages(content_folder())
    return None if settings.language in known else _expected(settings.language, known, " or ".join(known))


def _country(settings: Settings) -> str | None:
    if settings.country is None:
        return None
    from companion.exercises.help_card import countries

    known = countries()
    if settings.country in known:
        return None
    return f"expected a country there is a help card for: {', '.join(known)}"


def _voice(settings: Settings) -> str | None:
    if settings.voice is None:
        return None
    from companion.adapters.voice_names import why_no_voice

    return why_no_voice(settings.voice)


def _evening(settings: Settings) -> str | None:
    name = settings.evening
    if settings.language == BASE and is_content(name, (content_folder(), user_content_folder())):
        return None
    from companion.evening.content import library
    from companion.exercises.chooser import ASKING

    there = library(settings.language)
    known = [*there.evenings, *there.exercises, ASKING]
    some = f"one such as {', '.join(list(there.evenings)[:SHOWN])} (companion exercises lists them all)"
    return None if name in known else _expected(name, known, some)


def _speech_model(settings: Settings) -> str | None:
    name = settings.speech_model
    if name is None:
        return None
    from companion.evening import models

    folder = models.folder_of(name)
    if not folder.is_dir():
        known = models.catalogue()
        if name in known:
            return f"it is not installed; run: companion models fetch {name}"
        here = [row.name for row in models.listing() if row.folder]
        return _expected(name, [*here, *known], f"a folder, or a model that is here: {', '.join(here)}")
    try:
        takes_phrases = models.looked_at(folder).commands
    except Trouble as trouble:
        return str(trouble).removesuffix(".")
    return None if takes_phrases else "it takes no phrases, so it would hear no commands; see companion models list"


def _expected(given: str, known: Iterable[str], otherwise: str) -> str:
    near: Sequence[str] = get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"expected {otherwise}"


_LOOKS: dict[str, Callable[[Settings], str | None]] = {
    "language": _language,
    "country": _country,
    "voice": _voice,
    "evening": _evening,
    "speech_model": _speech_model,
}
"""In this order: which evenings there are depends on the language."""

LOOKED_UP = tuple(_LOOKS)
"""The settings that name something which has to be there."""
