"""From the device's rate to the microphone clock's, a block at a time."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.timeline import RATE


class Downsampler:
    """Turns float32 blocks (n, channels) at `rate` into float32 (m, channels) at 16 kHz, as if all came in one piece.

    soxr's HQ setting; sample 0 out is the sound of sample 0 in. Output comes about 20 ms late at 48 kHz and 28 ms at
    44.1 kHz (measured), in uneven pieces; `flush` gives the rest. At 16 kHz it passes everything through at once.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._stream = None if rate == RATE else soxr.ResampleStream(rate, RATE, channels, dtype="float32", quality="HQ")
        self._channels = channels

    def feed(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next (n, channels) samples in; what is ready comes out, (m, channels), m may be 0."""
        return self._pass(sound, last=False)

    def flush(self) -> NDArray[np.float32]:
        """The samples still inside, (m, channels). Nothing may be fed afterwards."""
        return self._pass(np.zeros((0, self._channels), np.float32), last=True)

    def _pass(self, sound: NDArray[np.float32], last: bool) -> NDArray[np.float32]:
        if self._stream is None:
            return sound
        out = np.asarray(self._stream.resample_chunk(np.ascontiguousarray(sound), last=last), np.float32)
        return out.reshape(-1, self._channels)
