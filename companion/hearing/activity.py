"""Is anyone speaking: the activity model, fed at a level that does not depend on how loud the room was recorded."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.hearing.ports import ActivityModel

Floats = NDArray[np.float32]

WANTED_DB = -7.0
"""Where loud blocks are put before the activity model, dBFS: Silero was trained on normalised speech (our choice)."""

FIRST_GUESS_DB = 15.0
"""How much louder than the very first sound speech is taken to be (ours)."""

STALE = 250
"""Blocks (8 s) without a hint of speech after which the model begins afresh: after a minute of a room's quiet its memory has
been seen to hold, and it took a clear "resume" for nothing (0.1 where it says 0.99 with a fresh memory)."""

HINT = 0.1
"""From this probability on a block is a hint of speech (a choice of ours)."""

WARM = 16
"""Blocks (0.5 s) that a fresh memory is given to hear again, so that it knows the room."""

_FALL_DB = 0.004  # a block: 1/8 dB a second
_RISE = 0.3  # share of the way to a louder block


class Gain:
    """Follows the loud blocks of a sound: quickly up, slowly down. Equivariant: twice the sound, half the gain."""

    def __init__(self) -> None:
        self.loud_db: float | None = None

    def feed(self, block: Floats) -> float:
        """The factor for this block. All zeros change nothing."""
        power = float(np.dot(block, block)) / len(block)
        if power > 0:
            e = 10 * math.log10(power)
            if self.loud_db is None:
                self.loud_db = e + FIRST_GUESS_DB
            if e > self.loud_db:
                self.loud_db += _RISE * (e - self.loud_db)
            else:
                self.loud_db -= min(_FALL_DB, (self.loud_db - e) * 0.01)
        return self.factor

    @property
    def factor(self) -> float:
        """The factor as it stands."""
        return 1.0 if self.loud_db is None else float(10 ** ((WANTED_DB - self.loud_db) / 20))


class Activity:
    """Speech probability a block, whatever the recording level."""

    def __init__(self, model: ActivityModel) -> None:
        self._model = model
        self._gain = Gain()
        self._lately: deque[Floats] = deque(maxlen=WARM)
        self._quiet = 0
        model.reset()

    def feed(self, block: Floats) -> float:
        """Probability (0..1) that this block of mono sound, 512 samples, holds speech of anybody."""
        levelled = np.clip(block * np.float32(self._gain.feed(block)), -1, 1)
        speech = self._model.feed(levelled)
        self._lately.append(levelled)
        self._quiet = self._quiet + 1 if speech < HINT else 0
        if self._quiet >= STALE:
            self._begin_afresh()
        return speech

    def _begin_afresh(self) -> None:
        self._quiet = 0
        self._model.reset()
        for each in self._lately:
            self._model.feed(each)
