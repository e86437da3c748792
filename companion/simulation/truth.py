"""What was really said, when and by whom: kept apart from the loop, which hears only the microphones.

All spans are as the microphone heard them: on the sample clock, after the way through the air.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from companion.partner import Partner
from companion.timeline import Sample, Span, seconds

Role = Literal["talk", "hum", "laugh", "interruption", "command", "answer", "guest"]


@dataclass(slots=True)
class Said:
    """One utterance of one partner. `cut`: broken off before its end."""

    by: Partner
    role: Role
    text: str
    span: Span
    step: str
    cut: bool = False


@dataclass(slots=True)
class TurnTaken:
    """One partner's turn in one step: first to last word. `talk`: its utterances' spans."""

    by: Partner
    step: str
    kind: str
    nth: int
    talk: list[Span] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """From the first to the last word."""
        return Span(self.talk[0].start, max(one.end for one in self.talk))


@dataclass(slots=True)
class CameIn:
    """The listener came in on the holder, as the script had it."""

    by: Partner
    of: Partner
    kind: Literal["takeover", "butt-in", "in-pause"]
    span: Span
    step: str


@dataclass(slots=True)
class Commanded:
    """A command, said on its own. `wanted`: the command's name, such as done or pause."""

    by: Partner
    phrase: str
    wanted: str
    span: Span
    step: str


@dataclass(slots=True)
class Answered:
    """An answer to a question of the companion."""

    by: Partner
    answer: str
    text: str
    span: Span
    step: str


@dataclass(slots=True)
class Sounded:
    """What the companion sounded at the loudspeaker, and whether it was cut."""

    cue: int
    text: str
    spoken: bool
    span: Span
    cut: bool = False


@dataclass
class Truth:
    """The whole script as it was played. Grows with what is said; it holds no sound."""

    said: list[Said] = field(default_factory=list)
    turns: list[TurnTaken] = field(default_factory=list)
    interruptions: list[CameIn] = field(default_factory=list)
    commands: list[Commanded] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    sounded: list[Sounded] = field(default_factory=list)
    end: Sample = 0
    ends: str = "done"  # how the evening is to end

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON, times in seconds."""
        return {
            "end": seconds(self.end),
            "turns": [
                {"by": t.by, "step": t.step, "kind": t.kind, "start": seconds(t.span.start), "end": seconds(t.span.end)}
                for t in self.turns
                if t.talk
            ],
            **{name: [_flat(one) for one in getattr(self, name)] for name in _LISTS},
        }


_LISTS = ("said", "interruptions", "commands", "answers", "sounded")


def _flat(record: Any) -> dict[str, Any]:
    out = asdict(record)
    span = out.pop("span")
    return {**out, "start": seconds(span["start"]), "end": seconds(span["end"])}
