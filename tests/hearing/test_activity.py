"""The activity model is fed at an even level, and never keeps a stale memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.hearing.activity import STALE, WARM, Activity
from companion.timeline import BLOCK


class Remembering:
    """Says what it is told to, and remembers how often it was fed since it last forgot."""

    def __init__(self) -> None:
        self.says, self.fed, self.resets = 0.0, 0, 0

    def reset(self) -> None:
        self.fed, self.resets = 0, self.resets + 1

    def feed(self, block: NDArray[np.float32]) -> float:
        self.fed += 1
        return self.says


def hiss(blocks: int) -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(4)
    return [np.float32(0.01) * rng.standard_normal(BLOCK, dtype=np.float32) for _ in range(blocks)]


def test_after_eight_quiet_seconds_the_memory_is_fresh_and_knows_the_room() -> None:
    model = Remembering()
    activity = Activity(model)
    for block in hiss(STALE):
        activity.feed(block)
    assert model.resets == 2 and model.fed == WARM


def test_while_somebody_speaks_now_and_then_nothing_is_forgotten() -> None:
    model = Remembering()
    activity = Activity(model)
    for number, block in enumerate(hiss(3 * STALE)):
        model.says = 0.9 if number % (STALE - 1) == 0 else 0.0
        activity.feed(block)
    assert model.resets == 1 and model.fed == 3 * STALE
