"""The exercise that is being played, and where in it we are."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion.exercises.content import Exercise, Size
from companion.exercises.path import Path, Place
from companion.exercises.steps.step import Step
from companion.partner import Partner
from companion.timeline import Sample


@dataclass(slots=True)
class Playing:
    """`since`: when the step began, on the clock of the steps. `openers`: the last of each ring. `used`: samples each turn took.

    `last_teller`: who had the last turn that an opener began. `named`: whom the companion has named in it. `declined`: one of the
    two said no to it before anybody had a turn.
    """

    exercise: Exercise
    size: Size
    path: Path
    place: Place | None = None
    step: Step | None = None
    since: Sample = 0
    openers: dict[str, str] = field(default_factory=dict)
    last_holder: Partner | None = None
    last_teller: Partner | None = None
    used: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    declined: bool = False
