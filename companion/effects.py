"""What the core asks of the world: the closed union of effects.

`ListenFor`, `GiveFloor` and `Enrol` are carried out inside the core (by hearing and conversation, from the next block on);
the shell sees them too, for the light, the screen and the microphone that must really be off in mode OFF.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from companion.partner import Partner

ChimeKind = Literal["hello", "soon", "floor", "swap", "rest"]


class Mode(StrEnum):
    """What the microphone may do in a step: a promise of privacy as much as a technical state."""

    OFF = "OFF"  # nothing: the input stream is stopped
    QUIET = "QUIET"  # speech yes or no, level; stop, time-out, pause, done, help
    CMD = "CMD"  # command phrases
    YN = "YN"  # yes, partly, no; commands; who answered
    NUM = "NUM"  # a number or one of three choices; commands
    JOINT = "JOINT"  # both may speak; commands as isolated utterances
    FLOOR = "FLOOR"  # turns, interruptions; commands as isolated utterances; no text object
    WORDS = "WORDS"  # FLOOR, and words with confidence of the one whose turn it is


class FloorKind(StrEnum):
    """Whose right to speak a step protects."""

    HOLDER = "holder"  # one partner's: what the other says beyond backchannels interrupts
    JOINT = "joint"  # both partners': ordinary talk
    NOBODY = "nobody"  # the companion's own moments, questions, quiet


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`. `cue` numbers it for the playback inputs that answer; `line` is its key in the content."""

    cue: int
    line: str
    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Chime:
    """Play one of the five chimes."""

    cue: int
    kind: ChimeKind


@dataclass(frozen=True, slots=True)
class Hush:
    """Fall silent within 50 ms, whatever is being played."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Lines that may be needed soon: render them ahead, in this order."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListenFor:
    """Listen in `mode`; accept exactly these phrases (never empty but in OFF), with decoys to draw off near-twins.

    `over_voice`: which phrases stay live while the companion itself speaks. `holder`: whose words count in WORDS, else None.
    """

    mode: Mode
    phrases: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    over_voice: tuple[str, ...] = ()
    holder: Partner | None = None


@dataclass(frozen=True, slots=True)
class GiveFloor:
    """From now on the floor is this partner's, both partners', or nobody's.

    `questions`: the listener may ask (speech below 8 s is then no interruption).
    """

    kind: FloorKind
    holder: Partner | None = None
    questions: bool = False


@dataclass(frozen=True, slots=True)
class Enrol:
    """Begin (`done` false) or end (`done` true) learning the voice and place of `who`: all speech between is theirs."""

    who: Partner
    done: bool = False


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change the companion's own voice for the rest of the evening: notches of 3 dB and of 10 % in speed."""

    louder: int = 0
    faster: int = 0


@dataclass(frozen=True, slots=True)
class Show:
    """The status line: what goes on, in words for people; `seconds_left` of the turn where there is one."""

    text: str
    holder: Partner | None = None
    mode: Mode = Mode.OFF
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The evening is over; nothing is spoken after this."""

    outcome: Literal["done", "declined", "stopped", "gone", "failed"]
    keep: bool = False


Effect = Say | Chime | Hush | Prepare | ListenFor | GiveFloor | Enrol | Adjust | Show | Finish
