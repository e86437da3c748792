"""Is it one person who speaks in an enrolment, or do two take turns?

The speech is cut into half-seconds, and these are parted into two groups until nothing changes any more: by voice and, with two
microphones, by the place the sound comes from. One person's half-seconds do not part far; those of two people do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import degrees_apart, place
from companion.hearing.voices import RELEVANCE, Mixture

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

PART = 31
"""Frames of speech in a half-second: long enough to say something of a voice, short enough not to hold two."""

FEWEST = 8
"""Fewer half-seconds cannot be parted in earnest."""

_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Parting:
    """How far two groups lie apart (nats a frame, or degrees), and which share of the half-seconds the smaller one has."""

    apart: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Spots:
    """Where each half-second came from: `phasors` (n, bins), mean phasors; `weight` (n, bins)."""

    phasors: NDArray[np.complex128]
    weight: NDArray[np.float64]


def halves(rows: int) -> list[NDArray[np.int64]]:
    """The frames of each half-second."""
    return list(np.array_split(np.arange(rows), max(1, rows // PART)))


def spots(phase: NDArray[np.complex64], weight: Floats) -> Spots:
    """Of n frames of speech with their phases."""
    parts = halves(len(phase))
    total = np.array([weight[p].sum(axis=0, dtype=np.float64) for p in parts])
    mean = np.array([(weight[p] * phase[p]).sum(axis=0, dtype=np.complex128) for p in parts], np.complex128)
    return Spots(np.asarray(mean / (total + 1e-6), np.complex128), total)


def parted_by_voice(mixture: Mixture, rows: Floats, f0: Floats) -> Parting:
    """By how many nats a frame each half-second is explained better by its own group than by the other.

    No half-second helps to explain itself, so what one person says in two moods parts little. `f0`: log2 Hz, nan where unvoiced.
    """
    parts = halves(len(rows))
    if len(parts) < FEWEST:
        return Parting()
    x = rows - rows.mean(axis=0)
    shares = mixture.shares(x)
    count = np.array([shares[p].sum(axis=0) for p in parts])  # (n, k)
    total = np.array([shares[p].T @ x[p] for p in parts])  # (n, k, d)
    length = np.array([len(p) for p in parts])
    inverse = 1 / mixture.spread
    away = total - count[:, :, None] * mixture.mean  # from the background's means

    def score(group: Mask) -> NDArray[np.float64]:
        out = np.empty((len(parts), 2))
        for k in (False, True):
            own = (group == k)[:, None]
            n = count[group == k].sum(axis=0) - own * count
            f = away[group == k].sum(axis=0) - own[:, :, None] * away
            shift = f / (n + RELEVANCE)[:, :, None]  # of the group's means without this half-second
            gain = away * shift - 0.5 * count[:, :, None] * shift**2
            out[:, int(k)] = (gain * inverse).sum(axis=(1, 2)) / length
        return out

    colour = np.array([x[p, :19].mean(axis=0) for p in parts])
    first = np.linalg.svd(colour - colour.mean(axis=0), full_matrices=False)[0][:, 0] > 0
    starts = [first]
    pitches = np.array([np.nanmedian(f0[p]) if np.isfinite(f0[p]).sum() > 5 else np.nan for p in parts])
    if np.isfinite(pitches).sum() >= FEWEST:
        starts.append(np.nan_to_num(pitches, nan=float(np.nanmedian(pitches))) > np.nanmedian(pitches))
    partings = []
    for start in starts:
        group = _settled(score, start)
        if group is not None:
            s = score(group)
            apart = np.where(group, s[:, 1] - s[:, 0], s[:, 0] - s[:, 1])
            partings.append(Parting(float(apart.mean()), _smaller(group)))
    return max(partings, key=lambda p: p.apart, default=Parting())


def parted_by_place(seen: Spots) -> Parting:
    """By how many degrees of phase two groups of half-seconds lie apart, over all bins that are concentrated."""
    z, weight = seen.phasors, seen.weight
    if len(z) < FEWEST:
        return Parting()

    def means(group: Mask) -> list[NDArray[np.complex128]]:
        return [(weight[group == k] * z[group == k]).sum(axis=0) / (weight[group == k].sum(axis=0) + 1e-6) for k in (False, True)]

    def score(group: Mask) -> NDArray[np.float64]:
        return np.stack([np.real(z @ m.conj()) / (np.sqrt((np.abs(m) ** 2).sum()) + 1e-12) for m in means(group)], axis=1)

    size = np.sqrt((np.abs(z) ** 2).sum(axis=1)) + 1e-12
    alike = np.real(z @ z.conj().T) / np.outer(size, size)
    one, two = np.unravel_index(int(alike.argmin()), alike.shape)
    group = _settled(score, alike[two] > alike[one])
    return Parting() if group is None else Parting(degrees_apart(*map(place, means(group))), _smaller(group))


def _settled(score: Callable[[Mask], NDArray[np.float64]], group: Mask) -> Mask | None:
    """Move half-seconds to the group that explains them better until none moves; None where one group takes them all.

    Neighbours count for a half each: people speak for more than half a second.
    """
    for _ in range(_ROUNDS):
        if group.all() or not group.any():
            return None
        s = score(group)
        again = np.convolve(s[:, 1] - s[:, 0], [0.25, 0.5, 0.25], "same") > 0
        if (again == group).all():
            break
        group = again
    return None if group.all() or not group.any() else group


def _smaller(group: Mask) -> float:
    return float(min(group.mean(), 1 - group.mean()))
