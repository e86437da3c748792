"""Four states (silence, one, two, both), each frame decided a fixed lag later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LAG = 12
"""Frames of look-back correction: 0.19 s."""

STAY = 0.97
"""Probability of staying in a state for a frame: a mean of 0.5 s (ours)."""


class FixedLag:
    """Hidden Markov smoothing, `LAG` frames late, with a bounded memory."""

    def __init__(self) -> None:
        self._move = np.full((4, 4), (1 - STAY) / 3)
        np.fill_diagonal(self._move, STAY)
        self._forward = np.full(4, 0.25)
        self._past = np.full((LAG, 4), 0.25)  # forward probabilities, oldest first
        self._like = np.ones((LAG, 4))

    def feed(self, scores: NDArray[np.float32]) -> Floats:
        """(n, 4) log likelihoods of new frames to (n, 4) probabilities of those `LAG` frames before."""
        out = np.empty((len(scores), 4))
        for i, s in enumerate(scores):
            like = np.exp(s - s.max()) + 1e-8
            p = like * (self._move @ self._forward)
            self._forward = p / p.sum()
            then = self._past[0].copy()
            self._past[:-1] = self._past[1:]
            self._past[-1] = self._forward
            self._like[:-1] = self._like[1:]
            self._like[-1] = like
            beta = np.ones(4)
            for k in range(LAG - 1, -1, -1):
                beta = self._move @ (beta * self._like[k])
                beta /= beta.sum()
            both = then * beta
            out[i] = both / both.sum()
        return out
