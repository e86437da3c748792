"""Where things lie, by the XDG rules of the system, and how they are forgotten."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

from companion.exercises.content_files import user_content_folder
from companion.trouble import Trouble

_APP = "companion"
STALE_AFTER = 24 * 3600.0
"""Seconds after which what an evening left behind by a power cut is removed."""


def config() -> Path:
    """Settings and the couple's own content."""
    return user_config_path(_APP)


def settings_file() -> Path:
    """The one settings file."""
    return config() / "settings.yaml"


def user_content() -> Path:
    """Content of the couple's own; wins over ours, file by file. `$COMPANION_CONTENT`, else beside the settings."""
    return user_content_folder()


def voices() -> Path:
    """Enrolments that both partners agreed to keep: numbers, no sound."""
    return user_data_path(_APP) / "voices"


def models() -> Path:
    """Speech models that were fetched or added; they say nothing of anybody, so `forget` leaves them."""
    return user_data_path(_APP) / "models"


def rendered_speech() -> Path:
    """Lines that were spoken before, ready to play."""
    return user_cache_path(_APP) / "voice"


def read_content() -> Path:
    """Content that was read before, ready to use."""
    return user_cache_path(_APP) / "content"


def evenings() -> Path:
    """One folder an evening, removed at its clean end; and the diary, where both agreed to one."""
    return user_state_path(_APP) / "evenings"


def running() -> Path:
    """A mark for each evening and rehearsal that goes on just now."""
    return user_state_path(_APP) / "running"


def new_evening() -> Path:
    """A fresh folder for this evening. Named by date and a counter, since a machine without a clock may repeat dates.

    Raises Trouble where it cannot be made.
    """
    base = evenings()
    day = time.strftime("%Y-%m-%d")
    for number in range(1, 1000):
        folder = base / (day if number == 1 else f"{day}-{number}")
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
        except OSError as bad:
            raise Trouble(f"I can't write in {base} ({bad.strerror or bad}); free some space or mend its rights.") from bad
    raise Trouble(f"{base} holds a thousand evenings of one day; run: companion forget")


def remove_stale() -> None:
    """Remove evenings that were cut off more than a day ago: those whose log was never finished. Never raises."""
    with contextlib.suppress(OSError):
        for folder in evenings().iterdir():
            if not folder.is_dir() or (folder / "events.jsonl").exists():
                continue
            touched = max(file.stat().st_mtime for file in (folder, *folder.iterdir()))
            if time.time() - touched > STALE_AFTER:
                shutil.rmtree(folder, ignore_errors=True)


def forget() -> list[Path]:
    """Remove everything of ours: evenings, kept voices, caches. Settings and own content stay. Returns what went."""
    gone = [folder for folder in (evenings(), voices(), rendered_speech(), read_content()) if folder.exists()]
    for folder in gone:
        try:
            shutil.rmtree(folder)
        except OSError as bad:
            raise Trouble(f"I can't remove {folder} ({bad.strerror or bad}); remove it by hand.") from bad
    return gone


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all. Raises Trouble where it cannot be written."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as bad:
        raise Trouble(f"I can't write {path} ({bad.strerror or bad}); choose another folder.") from bad
