"""The settings that an evening goes by: those of the file, with what cannot be put right, and told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from companion.evening import choices, folders, settings
from companion.evening.settings import Settings
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings, where each comes from (the file, or "default"), and a sentence on each entry that could not be taken."""

    settings: Settings
    origins: dict[str, str]
    notes: tuple[str, ...]


def in_force(path: Path | None = None) -> InForce:
    """What holds. An entry that can't be, or that names what is not there, is told and its default holds: the evening starts.

    Raises Trouble where the file can't be read at all.
    """
    file = path or folders.settings_file()
    now, notes = settings.read(file)
    origins, told = settings.origins(file), list(notes)
    for name in choices.LOOKED_UP:
        why = choices.why_not(name, now)
        if why is None:
            continue
        was, now = getattr(now, name), now.model_copy(update={name: choices.instead(name, now)})
        if origins[name] != "default":  # a default that a language does not have is nobody's mistake
            told.append(settings.told(file, name, was, why, getattr(now, name)))
            origins[name] = "default"
    return InForce(now, origins, tuple(told))


def change(changes: dict[str, str], path: Path | None = None) -> None:
    """Make all of these changes (as typed), or none of them. Raises Trouble for the first that can't be."""
    if not changes:
        return
    wanted, values = settings.wanted(changes, path)
    for name in choices.LOOKED_UP:
        if name in changes and (why := choices.why_not(name, wanted)) is not None:
            raise Trouble(settings.refusal(name, getattr(wanted, name), why))
    settings.write(values, path)
