"""Where the words of a picture go, so that none lies over another: in lanes, each label in the first lane that has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPACE = 0.6
"""Between two labels of a lane, in widths of a letter."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words that belong to a moment, in seconds."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A label, where it begins (in seconds), and how many lanes it lies away from what it labels."""

    label: Label
    left: float
    lane: int


def in_lanes(labels: Sequence[Label], start: float, end: float, seconds_a_letter: float) -> list[Placed]:
    """Each label in the nearest lane with room, begun at its moment, or as far before it as the right edge (`end`) asks for.

    `seconds_a_letter`: the widest a letter is, measured along the time axis from `start` to `end`.
    """
    taken: list[list[tuple[float, float]]] = []
    placed: list[Placed] = []
    for label in sorted(labels, key=lambda each: each.at):
        width = (len(label.text) + SPACE) * seconds_a_letter
        left = max(start, min(label.at, end - width))
        lane = next(
            (n for n, row in enumerate(taken) if all(left >= to or left + width <= begin for begin, to in row)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, left + width))
        placed.append(Placed(label, left, lane))
    return placed


def lanes_used(placed: Sequence[Placed]) -> int:
    """How many lanes there are."""
    return max((each.lane + 1 for each in placed), default=0)
