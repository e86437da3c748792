"""The only clock: the index of a microphone sample at 16 kHz.

Seconds appear at the edges alone (YAML in, JSON out, the screen); every conversion lives here.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE = 16_000
"""Samples a second of the microphone clock."""

BLOCK = 512
"""Samples in one step of the loop: 32 ms."""

PLAYBACK_RATE = 48_000
"""Samples a second of everything the companion plays; three times RATE, and the native rate of most sound cards."""

Sample = int
"""A moment: how many microphone samples came before it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of time, `start <= t < end`, in samples."""

    start: Sample
    end: Sample

    @property
    def length(self) -> int:
        """How long it is, in samples; never negative."""
        return max(0, self.end - self.start)

    def overlap(self, other: Span) -> int:
        """How many samples both spans share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def shifted(self, by: int) -> Span:
        """The same stretch, `by` samples later."""
        return Span(self.start + by, self.end + by)


def samples(seconds: float) -> int:
    """Seconds as a whole number of samples, to the nearest."""
    return round(seconds * RATE)


def seconds(n: int) -> float:
    """Samples as seconds, to 10 µs: fine enough that `samples(seconds(n)) == n`."""
    return round(n / RATE, 5)
