"""What shapes the companion's voice, and how words a minute as heard become espeak's nominal rate."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from companion.trouble import Trouble

NOMINAL = (80, 95, 110, 125, 140, 155, 175, 200, 230, 260)
"""espeak's rate parameter; 80 is the least it takes."""

MEASURED = (101.6, 113.5, 129.6, 145.8, 162.0, 177.2, 197.2, 221.8, 249.3, 275.0)
"""Words a minute heard at each NOMINAL rate: ten lines of one to three sentences, half a second between sentences, voices en-us
and en; measured with scripts/bench/voice.py --fit."""

SLOWEST, FASTEST = 105, 270
"""Words a minute that can be asked for: what the table covers."""


class VoiceError(Trouble):
    """A line that cannot be spoken; one sentence says which and why. `refused`: asking again is no use."""

    def __init__(self, sentence: str, refused: bool = False) -> None:
        super().__init__(sentence)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How the companion (or a rehearsed partner) sounds. Raises `Trouble` for a value out of range.

    `voice`: an espeak-ng voice, with or without its family ("en-us", "gmw/en-us"), and a variant if wanted ("en-us+f3").
    `words_a_minute`: as heard, in running sentences with half a second between them; 150-200 is the most comfortable range
    for synthetic speech at all ages (Sutton et al. 1995; Roring et al. 2007).
    `pitch`: 0-99, 50 is the voice's own. Lower than that by default: hearing loss with age takes the high end first.
    `sentence_pause_s`: silence between sentences of a line; longer pauses help older listeners, slower speech does not.
    `volume`: the engine's own, 0.1-1. Only headroom against clipping inside the engine: the loss is made up for afterwards.
    `pregain_db`: known softness of a variant made up for before levelling, which raises a line by 4 dB at most.
    """

    voice: str = "en-us"
    words_a_minute: float = 165
    pitch: int = 45
    sentence_pause_s: float = 0.5
    volume: float = 0.8
    pregain_db: float = 0.0

    def __post_init__(self) -> None:
        if not self.voice.strip() or not self.voice.isprintable():
            raise Trouble("The voice has no name: give it one, as in companion settings voice=en-us")
        for name, value, low, high in (
            ("words_a_minute", self.words_a_minute, SLOWEST, FASTEST),
            ("pitch", self.pitch, 0, 99),
            ("sentence_pause_s", self.sentence_pause_s, 0.0, 5.0),
            ("volume", self.volume, 0.1, 1.0),
            ("pregain_db", self.pregain_db, -30.0, 30.0),
        ):
            if not low <= value <= high:
                raise Trouble(f"The voice's {name} is {value:g}: set it between {low:g} and {high:g}.")


def nominal_rate(words_a_minute: float) -> int:
    """espeak's rate parameter for a speed as heard, interpolated in the table measured with scripts/bench/voice.py."""
    return round(float(np.interp(words_a_minute, MEASURED, NOMINAL)))


def check_variant(voice: str, data: str | None) -> None:
    """Refuse a voice whose variant (after the "+") espeak-ng does not have: it would speak the plain voice without a word.

    `data`: its data folder, or None when unknown (nothing is checked then). Raises `VoiceError`.
    """
    _, plus, variant = voice.partition("+")
    if not plus or data is None:
        return
    known = sorted(entry.name for entry in (Path(data) / "voices" / "!v").iterdir())
    if variant not in known:
        near = get_close_matches(variant, known, n=3, cutoff=0.0)
        raise VoiceError(f"espeak-ng has no variant {variant!r} (voice {voice}): try {', '.join(near)}.", refused=True)
