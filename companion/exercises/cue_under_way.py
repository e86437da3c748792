"""A cue under way at the cue desk: one that waits for its gap, and the one that is being sounded."""

from __future__ import annotations

from dataclasses import dataclass

from companion.exercises.cues import Cue
from companion.timeline import Sample


@dataclass(slots=True)
class Waiting:
    """A proposed cue that waits for its gap; `alone`: samples its holder has spoken alone since."""

    cue: Cue
    proposed: Sample
    alone: int = 0
    held: bool = False  # a gap came, and only the distance to the last cue kept it back


@dataclass(slots=True)
class Playing:
    """The cue that is being sounded: what is left of it, and since when a partner speaks over it."""

    cue: Cue
    chimes_left: int
    text: str  # "" once spoken, or where it has no words
    role_free: bool
    number: int = 0
    began: Sample | None = None
    over_speech: int = 0
    yields: bool = True
    worded: bool = False  # its words are being said; a chime is over before it could yield
    waits: Sample | None = None  # since when its next part has waited for a gap
    words: str = ""  # all of its words
