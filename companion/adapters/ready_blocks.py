"""Samples of the microphone clock, waiting to be taken in whole blocks."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.timeline import BLOCK, Sample


class ReadyBlocks:
    """A row of (n, channels) samples at 16 kHz that goes in in any pieces and comes out in blocks of 512.

    Silence is kept as a number, so a long gap costs no memory.
    `total` counts all samples that ever went in, `waiting` those not yet taken.
    """

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self.total: Sample = 0
        self.waiting = 0
        self._pieces: deque[NDArray[np.float32] | int] = deque()

    @property
    def begun(self) -> bool:
        """Whether anything has come; from then on the number of channels is fixed."""
        return self.total > 0

    @property
    def full(self) -> bool:
        """Whether a block can be taken."""
        return self.waiting >= BLOCK

    def add(self, sound: NDArray[np.float32]) -> None:
        """Append (n, channels) samples."""
        if len(sound):
            self._pieces.append(sound)
            self._count(len(sound))

    def add_silence(self, samples: int) -> None:
        """Append `samples` of silence."""
        if samples > 0:
            self._pieces.append(samples)
            self._count(samples)

    def take(self) -> tuple[Sample, NDArray[np.float32]]:
        """The oldest block and the index of its first sample."""
        at = self.total - self.waiting
        block = np.zeros((BLOCK, self.channels), np.float32)
        filled = 0
        while filled < BLOCK:
            piece = self._pieces.popleft()
            length = piece if isinstance(piece, int) else len(piece)
            use = min(length, BLOCK - filled)
            if not isinstance(piece, int):
                block[filled : filled + use] = piece[:use]
            if use < length:
                self._pieces.appendleft(length - use if isinstance(piece, int) else piece[use:])
            filled += use
        self.waiting -= BLOCK
        return at, block

    def _count(self, samples: int) -> None:
        self.total += samples
        self.waiting += samples
