"""The companion's own voice is never a partner; a partner who speaks over it is still heard.

While the companion sounds, and for the room's tail after it, who speaks is not asked at all. A side path takes the known echo out
of the microphone and watches what is left: somebody talking over the companion is a barge-in, and the few commands that are
live then (stop, time-out, pause) are listened for there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.echo import EchoCanceller
from companion.hearing.ports import ActivityModel
from companion.timeline import Sample, samples

LEAD = samples(0.020)
"""Own voice begins this much before it was said to: the error of a playback stamp."""

TAIL = samples(0.250)
"""And lasts this much longer: the tail of a 0.4 s room and the error of the stamp."""

_REFERENCE_LEAD = samples(0.016)
"""The reference is let run ahead, so that a stamp that is late by this much still gives a causal path."""

_LOUDER_DB = 8.0
"""A barge-in leaves this much more than the echo alone leaves, as a rule."""

_BARGE_BLOCKS, _BARGE_WINDOW = 6, 9
"""Blocks of speech (0.19 s) within 0.29 s that make a barge-in."""

_BASE_BLOCKS = 150
"""Own-voice blocks (some 5 s) over which the usual remainder is measured."""

_LEARNT_BLOCKS = 45
"""Own-voice blocks (1.4 s) before the remainder means anything."""


@dataclass(frozen=True, slots=True)
class Side:
    """The side path, one block."""

    own: bool  # the companion sounds, or its tail does
    left: NDArray[np.float32]  # the first channel without the echo
    speech: float  # speech probability of what is left, 0 where there is no own voice or it is not trusted yet
    barge_in: bool


class OwnVoice:
    """Follows what the companion plays; one block in, one `Side` out."""

    def __init__(self, activity: ActivityModel) -> None:
        self._activity = activity
        self._canceller = EchoCanceller()
        self._from: Sample | None = None
        self._until: Sample = -1
        self._reference: tuple[Sample, NDArray[np.float32]] | None = None
        self._remainders: deque[float] = deque(maxlen=_BASE_BLOCKS)
        self._recent: deque[bool] = deque(maxlen=_BARGE_WINDOW)

    def started(self, at: Sample, sound: NDArray[np.float32] | None) -> None:
        """A cue began to sound."""
        self._from, self._until = at - LEAD, -1
        self._reference = None if sound is None else (at, sound)
        self._activity.reset()
        self._recent.clear()

    def ended(self, at: Sample) -> None:
        """The cue fell silent."""
        self._until = at + TAIL
        if self._reference is not None:
            start, sound = self._reference
            self._reference = (start, sound[: max(0, at - start)])

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Side:
        """One mono block whose first sample is `at`."""
        if self._from is None:
            return Side(False, block, 0.0, False)
        if 0 <= self._until <= at:
            self._from, self._reference = None, None
            return Side(False, block, 0.0, False)
        if at + len(block) <= self._from:
            return Side(False, block, 0.0, False)
        reference = self._played(at + _REFERENCE_LEAD, len(block))
        left = self._canceller.feed(block, reference)
        heard = self._activity.feed(left)
        trusted = self._louder(left, reference)
        self._recent.append(heard > 0.5 and trusted)
        return Side(True, left, heard if trusted else 0.0, sum(self._recent) >= _BARGE_BLOCKS)

    def _played(self, at: Sample, length: int) -> NDArray[np.float32]:
        out = np.zeros(length, np.float32)
        if self._reference is not None:
            start, sound = self._reference
            lo, hi = max(at, start), min(at + length, start + len(sound))
            if lo < hi:
                out[lo - at : hi - at] = sound[lo - start : hi - start]
        return out

    def _louder(self, left: NDArray[np.float32], reference: NDArray[np.float32]) -> bool:
        """Is more left than the echo alone leaves? False until that is known."""
        now = float(10 * np.log10(np.mean(left**2) + 1e-10))
        playing = float(np.mean(reference**2)) > 1e-6
        known = len(self._remainders) >= _LEARNT_BLOCKS
        louder = known and now > float(np.percentile(self._remainders, 60)) + _LOUDER_DB
        if playing and not louder:
            self._remainders.append(now)
        return louder
