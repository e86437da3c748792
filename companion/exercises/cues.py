"""The table of cues: what the companion may say or chime unasked, how often, how soon, and what takes it back.

A row is a `CueKind`; a step *proposes* a `Cue` of a kind, and the cue desk decides. Gaps, stale times and distances that a row
does not name are those of `Manners`. Caps and ranks are choices of ours: the companion's voice should fill a few per cent of
an evening. Times in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from companion.effects import ChimeKind
from companion.partner import Partner
from companion.timeline import Sample


class Rank(IntEnum):
    """Who goes first when several want the same gap; what a step owes comes after safety and commands."""

    SAFETY = 0
    COMMAND = 1
    OWED = 2
    TIME = 3
    SILENCE = 4
    INTERRUPTION = 5
    REFLECTION = 6
    BALANCE = 7
    EAR = 8


class Mends(Enum):
    """What takes a proposed cue back: the matter has mended itself."""

    SPEECH = auto()  # anybody speaks
    RESUMED = auto()  # the holder is back, alone, for `Manners.self_repair`
    LAUGHTER = auto()  # somebody laughed within a second of it
    ONE_VOICE = auto()  # only one of the two is still speaking


@dataclass(frozen=True, slots=True)
class Cap:
    """How often a cue may be given; None: no limit. `every`: seconds between two."""

    step: int | None = None
    exercise: int | None = None
    evening: int | None = None
    every: float | None = None


@dataclass(frozen=True, slots=True)
class CueKind:
    """One row of the table.

    `chimes`: how many chimes of kind `chime` it sounds before its words. `words` False: it has none. `stands_in`: the chime
    given instead of the words where only chimes are wanted (soft steps, quiet cues, distance); None: then nothing is given.
    `gap` and `stale` None: the manners' own. `stale` infinite: it waits for as long as its step lasts.
    """

    id: str
    rank: Rank
    words: bool = True
    chime: ChimeKind | None = None
    chimes: int = 0
    stands_in: ChimeKind | None = None
    gap: float | None = None
    stale: float | None = None
    cap: Cap = Cap()
    mends: frozenset[Mends] = frozenset()
    everywhere: bool = False  # given outside floor steps too
    urgent: bool = False
    apart: bool = True  # keeps its distance to other unasked cues
    on_hold: bool = False  # distance turns its words into the chime at once


FOREVER = float("inf")
_INTERRUPTION = frozenset({Mends.RESUMED, Mends.LAUGHTER})
_SPEECH = frozenset({Mends.SPEECH})

KINDS: dict[str, CueKind] = {
    kind.id: kind
    for kind in (
        CueKind("c_int1", Rank.INTERRUPTION, words=False, chime="floor", chimes=1, stands_in="floor", cap=Cap(step=2),
                mends=_INTERRUPTION),
        CueKind("c_int2", Rank.INTERRUPTION, stands_in="floor", cap=Cap(step=2), mends=_INTERRUPTION, on_hold=True),
        CueKind("c_int3", Rank.INTERRUPTION, stands_in="floor", stale=6.0, cap=Cap(step=1), mends=_INTERRUPTION, on_hold=True),
        CueKind("c_both", Rank.INTERRUPTION, stands_in="floor", gap=0.3, stale=3.0, cap=Cap(step=2),
                mends=frozenset({Mends.ONE_VOICE})),
        CueKind("c_think", Rank.SILENCE, stale=2.0, cap=Cap(step=1), mends=_SPEECH),
        CueKind("c_stuck", Rank.SILENCE, stands_in="soon", stale=3.0, cap=Cap(step=1), mends=_SPEECH),
        CueKind("c_idle", Rank.SILENCE, stands_in="rest", stale=3.0, cap=Cap(evening=2), mends=_SPEECH, everywhere=True,
                apart=False),
        CueKind("c_soft", Rank.TIME, words=False, chime="soon", chimes=1, stands_in="soon", gap=0.3, stale=10.0, cap=Cap(step=1)),
        CueKind("c_wrap", Rank.TIME, chime="soon", chimes=2, stands_in="soon", gap=0.8, stale=30.0, cap=Cap(step=1)),
        CueKind("c_long", Rank.TIME, stands_in="soon", gap=0.3, stale=30.0, cap=Cap(step=1)),
        CueKind("c_short", Rank.TIME, stale=2.0, cap=Cap(exercise=1), mends=_SPEECH),
        CueKind("c_reb", Rank.REFLECTION, cap=Cap(step=1)),
        CueKind("c_more", Rank.BALANCE, gap=0.7, stale=6.0, cap=Cap(exercise=1), mends=_SPEECH),
        CueKind("c_heat", Rank.EAR, stale=6.0, cap=Cap(evening=2, every=300.0)),
        CueKind("c_heat2", Rank.EAR, stale=6.0, cap=Cap(evening=1)),
        CueKind("c_noise", Rank.EAR, gap=0.3, stale=15.0, cap=Cap(every=600.0), everywhere=True),
        CueKind("c_third", Rank.EAR, stale=10.0, cap=Cap(evening=2)),
        CueKind("c_who", Rank.EAR, gap=0.7, stale=FOREVER, cap=Cap(evening=2)),
        CueKind("c_stop", Rank.SAFETY, gap=0.0, stale=FOREVER, everywhere=True, urgent=True),
    )
}  # fmt: skip
"""Every cue that is not owed. What a step owes (prompts, questions, hand-overs) is a `Cue` of kind `OWED`."""

OWED = CueKind("line", Rank.OWED, gap=0.5, stale=30.0, everywhere=True)
RUNG = CueKind("line", Rank.OWED, gap=0.7, stale=4.0, mends=_SPEECH, everywhere=True)
"""A rung of the ladder of a reflection: the step's own, and not needed by a listener who has begun."""
ASKED = CueKind("line", Rank.COMMAND, gap=0.3, stale=FOREVER, everywhere=True)


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue, proposed now.

    `at`: its trigger. `line`: the line's name in the content; `text` instead, where the words are known (an opener). `tag`: what
    the step calls it when it hears that it is over. `holder`: whose floor it protects. `sure`: the attribution behind it.
    `gap`: seconds nobody must have spoken, if not its kind's.
    """

    kind: CueKind
    at: Sample
    line: str = ""
    text: str = ""
    tag: str = ""
    id: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    holder: Partner | None = None
    sure: float = 1.0
    gap: float | None = None
    chime: ChimeKind | None = None
    chimes: int = 0

    @property
    def name(self) -> str:
        """What it is called in the log: the row's id, or the one an owed line was given."""
        return self.id or self.kind.id

    @property
    def asked(self) -> bool:
        """Whether the step owes it or somebody asked for it: then distances, caps and settings do not count."""
        return self.kind.rank in (Rank.OWED, Rank.COMMAND, Rank.SAFETY)


def unasked(
    id: str, at: Sample, *, holder: Partner | None = None, sure: float = 1.0, slots: Mapping[str, str] | None = None
) -> Cue:
    """A cue from the table, proposed at `at`; its words are the line of the same name."""
    return Cue(KINDS[id], at, line=id, tag=id, id=id, slots=slots or {}, holder=holder, sure=sure)
