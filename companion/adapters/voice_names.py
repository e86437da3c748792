"""The names by which espeak-ng knows its voices, read from its data without starting it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from companion.adapters.voice_process import find_engine
from companion.adapters.voice_settings import VoiceError, check_variant

USUAL = ("en", "en-us", "en-gb-scotland", "es", "fr", "de")
"""Some that most builds have, named where nothing comes close."""

HEAD = 2000
"""Bytes of a voice's file in which its names stand."""


@cache
def voice_names() -> frozenset[str]:
    """Every name a voice may be given by, in small letters: its own, its language's, its file's. None where there is no data."""
    data = find_engine().data
    if data is None:
        return frozenset()
    root = Path(data) / "lang"
    return frozenset(name for file in root.rglob("*") if file.is_file() for name in _names(file, root))


def why_no_voice(voice: str) -> str | None:
    """What was expected where espeak-ng has no voice of this name; None where it has one, or where that cannot be known."""
    known = voice_names()
    plain, _, _ = voice.partition("+")
    if known and plain.strip().lower() not in known:
        near = get_close_matches(plain.lower(), sorted(known), n=1, cutoff=0.7)
        return f"did you mean {near[0]!r}?" if near else f"expected one that espeak-ng has, such as {', '.join(USUAL)}"
    try:
        check_variant(voice, find_engine().data)
    except VoiceError as refused:
        return f"{refused}".split(": ", 1)[-1].rstrip(".").replace("try ", "expected a variant such as ", 1)
    return None


def _names(file: Path, root: Path) -> list[str]:
    """The names in one file: lines like `name English (America)` and `language en-us 2`."""
    found = [file.name, str(file.relative_to(root))]
    with file.open("rb") as raw:
        lines = raw.read(HEAD).decode("utf-8", "replace").splitlines()
    for line in lines:
        key, _, rest = line.partition(" ")
        if key == "name":
            found.append(rest.strip())
        elif key == "language" and rest.split():
            found.append(rest.split()[0])
    return [name.lower() for name in found]
