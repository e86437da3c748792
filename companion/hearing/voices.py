"""What a voice is like: Gaussian mixtures over the colour of speech, and the pitch.

One background model of many speakers (`models/hearing/voices.npz`), adapted to each partner's enrolment (Reynolds 2000, means
only).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.hearing.features import Frames
from companion.trouble import Trouble

Floats = NDArray[np.float32]

RELEVANCE = 8.0
"""How many frames of evidence weigh as much as the background model (ours; 8 to 16 is usual)."""


@dataclass(frozen=True)
class Mixture:
    """Speech of people in general: a mixture of Gaussians with diagonal spread over the 38 numbers of a frame."""

    weight: Floats  # (k,)
    mean: Floats  # (k, d)
    spread: Floats  # (k, d) variances

    @classmethod
    def load(cls, path: Path) -> Mixture:
        """Read `voices.npz`. Raises Trouble where it is missing or broken."""
        try:
            with np.load(path) as f:
                return cls(f["weight"].astype(np.float32), f["mean"].astype(np.float32), f["spread"].astype(np.float32))
        except (OSError, KeyError, ValueError) as e:
            raise Trouble(f"The background model of voices {path} cannot be read: install companion again.") from e

    def shares(self, x: Floats) -> NDArray[np.float64]:
        """(n, k): how much of each row belongs to each Gaussian."""
        p = self._parts(x.astype(np.float64), self.mean.astype(np.float64))
        p = np.exp(p - p.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def _parts(self, x: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
        inv = 1 / self.spread
        const = np.log(self.weight) - 0.5 * (np.log(2 * np.pi * self.spread).sum(1) + (mean**2 * inv).sum(1))
        return np.asarray(const - 0.5 * x**2 @ inv.T + x @ (mean * inv).T)

    def adapted(self, x: Floats) -> Floats:
        """(k, d): the means, moved towards the rows of `x` as far as these speak for it."""
        r = self.shares(x)
        n = r.sum(axis=0)[:, None]
        a = n / (n + RELEVANCE)
        moved: Floats = (a * (r.T @ x) / np.maximum(n, 1e-6) + (1 - a) * self.mean).astype(np.float32)
        return moved


@dataclass(frozen=True, slots=True)
class Voice:
    """One partner's voice."""

    mean: Floats  # (k, d) adapted means
    pitch: float  # middle, log2 Hz
    pitch_spread: float


def voice(background: Mixture, x: Floats, f0: Floats) -> Voice:
    """From rows of speech (colour of the room removed) and the pitch of its voiced frames."""
    middle = float(np.median(f0)) if len(f0) else 7.3
    near = f0[np.abs(f0 - middle) < 0.6]
    spread = float(near.std()) if len(near) > 20 else 0.2
    return Voice(background.adapted(x), middle, max(0.08, spread))


class VoiceScores:
    """Log likelihoods of frames under both voices, over the background. Everything constant is worked out once."""

    def __init__(self, background: Mixture, a: Voice, b: Voice, colour: Floats) -> None:
        inv = 1 / background.spread
        means = np.stack([a.mean, b.mean, background.mean])  # (3, k, d)
        const = np.log(background.weight) - 0.5 * np.log(2 * np.pi * background.spread).sum(1)
        self._const: Floats = (const - 0.5 * (means**2 * inv).sum(2)).astype(np.float32)  # (3, k)
        self._square: Floats = np.ascontiguousarray(-0.5 * inv.T, np.float32)
        self._linear: Floats = np.ascontiguousarray((means * inv).reshape(-1, inv.shape[1]).T, np.float32)
        slope = (means[:2] - means[2]) * inv  # (2, k, d)
        half = np.float32(0.5) * (means[:2] ** 2 - means[2] ** 2) * inv
        moved = np.stack([slope, half], axis=1).transpose(2, 0, 1, 3)  # (k, partner, slope or constant, d)
        self._moved: Floats = np.ascontiguousarray(moved.reshape(len(inv), -1), np.float32)
        self._colour = colour
        self._middle = np.array([a.pitch, b.pitch], np.float32)
        self._spread = np.array([a.pitch_spread, b.pitch_spread], np.float32)
        self._k = len(background.weight)

    def feed(self, frames: Frames) -> tuple[Floats, Floats]:
        """(n, 2) log likelihood ratio of the colour, and (n, 2) of the pitch where voiced: first partner, second partner."""
        return self.detailed(frames)[:2]

    def detailed(self, frames: Frames) -> tuple[Floats, Floats, Floats]:
        """Log likelihood ratios of both partners: (n, 2) of the colour and (n, 2) of the pitch, where voiced; and (2, n, d) how
        much each number of the colour adds to the first, each Gaussian taken as far as the background says it is meant."""
        z = (frames.f0[:, None] - self._middle) / self._spread
        v = np.clip((frames.voiced - 0.5) * 3, 0, 1)[:, None]
        x, like, shares = self._likelihoods(frames.voice)
        moved = (shares @ self._moved).reshape(len(x), 2, 2, -1)  # (n, partner, slope or constant, d)
        parts = moved[:, :, 0] * x[:, None] - moved[:, :, 1]
        pitch = v * (-np.log(self._spread) - 2 * np.log1p(z * z / 3))
        return like[:, :2] - like[:, 2:], pitch, parts.transpose(1, 0, 2)

    def ratios(self, voice: Floats) -> Floats:
        """(n, 2) log likelihood over the background under both voices, of (n, d) rows of colour."""
        _, like, _ = self._likelihoods(voice)
        ratios: Floats = like[:, :2] - like[:, 2:]
        return ratios

    def _likelihoods(self, voice: Floats) -> tuple[Floats, Floats, Floats]:
        """The rows without the room's colour, (n, 3) log likelihoods, and (n, k) shares of the background's Gaussians."""
        x = voice - self._colour
        p = (x @ self._linear).reshape(len(x), 3, self._k) + self._const + ((x * x) @ self._square)[:, None]
        top = p.max(axis=2, keepdims=True)
        e = np.exp(p - top)
        total = e.sum(axis=2, keepdims=True)
        like: Floats = (top + np.log(total))[:, :, 0]
        return x, like, e[:, 2] / total[:, 2]
