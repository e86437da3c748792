"""Where a partner sits, as two microphones see it: the phase between them in each bin, learned instead of computed.

A place is the mean phasor of every bin with its concentration (von Mises); it needs no geometry and survives a room's echoes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.features import Frames

Floats = NDArray[np.float32]
Phasors = NDArray[np.complex64]

MOST = 6.0
"""Highest concentration believed in: a head moves between turns."""


@dataclass(frozen=True, slots=True)
class Place:
    """`mean`: (bins,) concentration times unit phasor. `cost`: (bins,) log of the normaliser against a uniform phase.

    `resultant`: (bins,) the mean phasor it was made from.
    """

    mean: Phasors
    cost: Floats
    resultant: NDArray[np.complex128]


class PlaceLearner:
    """Sums of phasors; bounded however long it listens."""

    def __init__(self) -> None:
        self._sum: NDArray[np.complex128] | None = None
        self._weight: NDArray[np.float64] | None = None

    def feed(self, frames: Frames, rows: NDArray[np.bool_]) -> None:
        """Take in those frames that `rows` marks as this partner's speech."""
        if frames.phase is None or frames.weight is None or not rows.any():
            return
        w = frames.weight[rows]
        if self._sum is None or self._weight is None:
            self._sum = np.zeros(w.shape[1], np.complex128)
            self._weight = np.zeros(w.shape[1])
        self._sum += (w * frames.phase[rows]).sum(axis=0)
        self._weight += w.sum(axis=0)

    def place(self) -> Place | None:
        """What was learned; None with one microphone."""
        if self._sum is None or self._weight is None:
            return None
        return place(self._sum / (self._weight + 1e-6))


def place(mean: NDArray[np.complex128]) -> Place:
    """A place from the mean phasor of each bin."""
    m = np.convolve(mean, [0.25, 0.5, 0.25], "same")
    r = np.clip(np.abs(m), 0, 0.95)
    kappa = np.minimum(r * (2 - r**2) / (1 - r**2), MOST)  # Banerjee et al. 2005, in two dimensions
    return Place((kappa * m / (np.abs(m) + 1e-9)).astype(np.complex64), np.log(np.i0(kappa)).astype(np.float32), mean)


EDGES = (0, 10, 20, 32, 48, 68, 92, 120)
"""Where the bands of direction begin: 250, 560, 875, 1250, 1750, 2375, 3125 and 4000 Hz. With both partners speaking at once,
some bands are one's and some the other's."""


@dataclass(frozen=True, slots=True)
class Directions:
    """How the phases of n frames fit two places. Log likelihoods over a uniform phase, weighted by how much a bin stands out."""

    bands: Floats  # (2, n, 8) of each place alone, in the bands of `EDGES`
    blend: Floats  # (n,) of a blend of both places
    share: Floats  # (2, n) share of the weight that clearly belongs to each place
    unclaimed: Floats  # (n,) share of the weight that fits neither
    weight: Floats  # (n,) bins that stand out


def directions(frames: Frames, a: Place, b: Place) -> Directions:
    """Score frames with phases against both places."""
    assert frames.phase is not None and frames.weight is not None
    means, costs = np.stack([a.mean, b.mean])[:, None], np.stack([a.cost, b.cost])[:, None]
    each = frames.phase.real * means.real + frames.phase.imag * means.imag - costs  # (2, n, bins)
    w = frames.weight
    total = w.sum(axis=1)
    blend = ((np.logaddexp(each[0], each[1]) - np.float32(np.log(2))) * w).sum(axis=1)
    best = np.maximum(each[0], each[1])
    mine = (each > 0) & (each >= best) & (np.abs(each[0] - each[1]) > 0.5)
    scale = 1 / (total + np.float32(1e-3))
    share = (mine * w).sum(axis=2) * scale
    unclaimed = ((best < 0) * w).sum(axis=1) * scale
    return Directions(np.add.reduceat(each * w, EDGES, axis=2), blend, share, unclaimed, total)


def degrees_apart(a: Place, b: Place) -> float:
    """Mean phase difference between two places, weighted by how concentrated both are."""
    w = np.minimum(np.abs(a.mean), np.abs(b.mean))
    return float(np.degrees((w * np.abs(np.angle(a.mean * b.mean.conj()))).sum() / (w.sum() + 1e-9)))
