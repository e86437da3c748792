"""The air of the room: adds up every sound at the microphones, on the sample clock, a bounded stretch ahead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.simulation.room import Response
from companion.simulation.sounds import Sound
from companion.timeline import Sample, samples

_SIZE = 32_768
FADE = samples(0.020)
"""A sound that is cut off dies within this."""


class Wave:
    """A dry sound under way through the room, from `at` on; may be cut off."""

    def __init__(self, dry: Sound, at: Sample, response: Response) -> None:
        self.dry, self.at, self.response = dry, at, response

    @property
    def end(self) -> Sample:
        """Where the dry sound ends."""
        return self.at + len(self.dry)


class Air:
    """Sounds go in with `sound`, the microphones' signal comes out with `take`, in order.

    Memory holds what has been said and not yet been taken: the longest line and its echo.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._at: Sample = 0
        self._ahead = np.zeros((0, channels))
        self._spectra: dict[int, tuple[Response, NDArray[np.complex128]]] = {}

    @property
    def held(self) -> int:
        """Samples held ahead of what was taken."""
        return len(self._ahead)

    def sound(self, dry: Sound, at: Sample, response: Response) -> Wave:
        """Let `dry` begin to sound at `at`. Raises ValueError when that moment has passed."""
        if at < self._at:
            raise ValueError(f"a sound at {at} comes after {self._at} was heard")
        self._add(dry.astype(np.float64), at, response)
        return Wave(dry, at, response)

    def cut(self, wave: Wave, at: Sample) -> None:
        """Let a sound die within 20 ms from `at` on: what would have come is taken back, echo and all."""
        at = max(at, wave.at, self._at)
        if at >= wave.end:
            return
        rest = wave.dry[at - wave.at :].astype(np.float64)
        n = min(FADE, len(rest))
        rest[:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
        self._add(-rest, at, wave.response)
        wave.dry = wave.dry[: at - wave.at + n]

    def take(self, n: int) -> NDArray[np.float64]:
        """The next `n` samples at the microphones: (n, channels)."""
        self._reach(n)
        out, self._ahead = self._ahead[:n].copy(), self._ahead[n:].copy()
        self._at += n
        return out

    def _reach(self, n: int) -> None:
        if len(self._ahead) < n:
            more = np.zeros((n - len(self._ahead), self._channels))
            self._ahead = np.concatenate([self._ahead, more])

    def _add(self, dry: NDArray[np.float64], at: Sample, response: Response) -> None:
        taps = response.shape[1]
        step = _SIZE - taps
        spectrum = self._spectrum(response)
        for start in range(0, len(dry), step):
            piece = dry[start : start + step]
            wet = np.fft.irfft(np.fft.rfft(piece, _SIZE)[None] * spectrum, _SIZE)[:, : len(piece) + taps - 1]
            offset = at - self._at + start
            self._reach(offset + wet.shape[1])
            self._ahead[offset : offset + wet.shape[1]] += wet.T

    def _spectrum(self, response: Response) -> NDArray[np.complex128]:
        known = self._spectra.get(id(response))
        if known is None:
            known = (response, np.fft.rfft(response, _SIZE))
            self._spectra[id(response)] = known
        return known[1]
