"""What hearing passes on, once a block: who is speaking, what was said, what the room is like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from companion.events import Enrolled, Noise, PhraseHeard, SomethingHeard, ThirdVoice
from companion.partner import Partner
from companion.timeline import Sample


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one voice, silences under 0.15 s closed, pieces under 0.08 s dropped.

    While it is `open`, `end` is as far as it is known to reach, and the other fields are means so far. `by` None: neither
    partner, or nobody is enrolled yet. Its `start` is the same in every report, and identifies it together with `by`.
    """

    by: Partner | None
    start: Sample
    end: Sample
    open: bool
    confidence: float = 1.0  # attribution, 0..1
    laugh: float = 0.0  # probability that it is laughter
    hum: float = 0.0  # probability that it is a murmur without words
    level_db: float = -26.0  # dBFS while speaking
    pitch: float | None = None  # median, log2 Hz
    likeness: float | None = None  # nats a frame by which its voice is more this partner's than the other's


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word on the sample clock."""

    text: str
    start: Sample
    end: Sample
    confidence: float
    holder_confidence: float = 1.0  # how sure we are that the holder said it


@dataclass(frozen=True, slots=True)
class SoFar:
    """What an utterance that goes on, begun at `start`, may be by its words so far.

    `phrase`: they begin a phrase of the grammar. `small`: they are nothing but small sounds ("mhm", "yeah", "right").
    """

    start: Sample
    kind: Literal["phrase", "small"]


Said = PhraseHeard | SomethingHeard
Notice = Enrolled | ThirdVoice | Noise


@dataclass(frozen=True, slots=True)
class Heard:
    """One block, heard.

    `now`: end of the block. `settled`: labels are final up to here (`now` less the declared look-ahead). `segments`: all that are
    open, and those that closed with this block, in order of start, then of `by`. `anyone`: speech in this very block, of
    anybody, with no look-ahead (raw activity; for not talking over people). `own_voice`: the companion is sounding, or
    its echo is.
    """

    now: Sample
    settled: Sample
    segments: tuple[Segment, ...] = ()
    anyone: bool = False
    own_voice: bool = False
    barge_in: bool = False  # a partner is speaking over the companion
    snr_db: float = 30.0
    said: tuple[Said, ...] = ()
    notices: tuple[Notice, ...] = ()
    so_far: SoFar | None = None  # None, too, where words say that it is neither, or no words are heard
    words: tuple[Word, ...] = field(default=(), repr=False)  # WORDS mode only, of the holder only
