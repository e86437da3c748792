"""The floor: whose right to speak it is, by the rules of the step, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from companion.effects import FloorKind, GiveFloor
from companion.partner import Pair, Partner
from companion.timeline import Sample


@dataclass(frozen=True, slots=True)
class Floor:
    """At every moment the floor is one partner's (HOLDER), both partners' (JOINT) or nobody's."""

    kind: FloorKind
    holder: Partner | None
    since: Sample
    questions: bool = False

    @classmethod
    def given(cls, floor: GiveFloor, at: Sample, pair: Pair) -> Floor:
        """The floor an effect asks for. Raises ValueError for a holder's floor without one of the two, or another's with one."""
        if (floor.kind is FloorKind.HOLDER) != (floor.holder is not None):
            raise ValueError(f"floor {floor.kind.value} with holder {floor.holder!r}")
        if floor.holder is not None and floor.holder not in pair:
            raise ValueError(f"{floor.holder!r} is neither {pair.one!r} nor {pair.two!r}")
        return cls(floor.kind, floor.holder, at, floor.questions)

    def same_right(self, other: Floor) -> bool:
        """Whether nobody's right to speak differs between the two."""
        return (self.kind, self.holder, self.questions) == (other.kind, other.holder, other.questions)
