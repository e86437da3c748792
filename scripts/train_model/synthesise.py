"""Step `synthesise`: prompts → clips of made voices, in parts, so that a stopped run goes on where it was."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable

from . import clips, places
from .voices import SOUNDED, Voice, espeak_voice, flite_voice

PART = 1500
SHORTEST_S, LONGEST_S = 0.15, 9.0


def _parts(name: str, prompts: list[str], make_voice: Callable[[bool], Voice], held: bool) -> None:
    speak = make_voice(held)
    for number, start in enumerate(range(0, len(prompts), PART)):
        path = places.work("speech", f"{name}-{number:02d}.npz")
        if path.exists():
            continue
        rng = random.Random(f"{name} {number}")
        said = (speak(text, rng) for text in prompts[start : start + PART])
        rows = [clip for clip in said if SHORTEST_S < clip.seconds < LONGEST_S]
        clips.save(path, rows)
        print(f"{path.name}: {len(rows)} clips, {sum(row.seconds for row in rows) / 60:.0f} min", flush=True)


def run() -> None:
    """Write `speech/*.npz` (for training) and `held/*.npz` (for the bench)."""
    texts = json.loads(places.work("prompts.json").read_text(encoding="utf8"))
    with_flite = shutil.which("flite") is not None
    if not with_flite:
        print("flite is not installed: only espeak-ng speaks (apt install flite for more voices)")
    _parts("espeak", texts["espeak"], espeak_voice, held=False)
    if with_flite:
        _parts("flite", texts["flite"], flite_voice, held=False)
        once = dict.fromkeys(texts["content"])
        _parts("content-flite", [phrase for phrase in once if not SOUNDED.keys() & phrase.split()], flite_voice, held=False)
    _parts("content", texts["content"], espeak_voice, held=False)
    half = len(texts["held"]) * 2 // 3 if with_flite else len(texts["held"])
    _parts("held-espeak", texts["held"][:half], espeak_voice, held=True)
    if with_flite:
        _parts("held-flite", texts["held"][half:], flite_voice, held=True)
