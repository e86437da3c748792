"""From log odds to probabilities: the last step of `companion.hearing.fusion`, fitted to people who were not trained on."""

from __future__ import annotations

import numpy as np

from companion.hearing.fusion import ANOTHER, BOTH, HUMS, LAUGHS, SPEAKS

Example = tuple[np.ndarray, ...]


def logistic(x: np.ndarray, y: np.ndarray, rounds: int = 12, near: float = 1e-3) -> np.ndarray:
    """Weights of a logistic regression of `y` (n,) on the columns of `x`, by Newton's method."""
    w = np.zeros(x.shape[1])
    w[0] = 1.0
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        h = (x * (p * (1 - p))[:, None]).T @ x + near * len(x) * np.diag([1e-3, 1, 1, 1e-3])[: len(w), : len(w)]
        prior = np.zeros(len(w))
        prior[0] = 1.0
        w -= np.linalg.solve(h, x.T @ (p - y) + near * len(x) * np.diag([1e-3, 1, 1, 1e-3])[: len(w), : len(w)] @ (w - prior))
    return w


def columns(z: np.ndarray) -> np.ndarray:
    """(n, 2, 4): own log odds, both's, the other's probability, 1."""
    own, other, both = z[:, :, SPEAKS], z[:, ::-1, SPEAKS], z[:, :, ANOTHER:].mean(1, keepdims=True)[:, :, BOTH - ANOTHER]
    return np.stack([own, np.broadcast_to(both, own.shape), 1 / (1 + np.exp(-other)), np.ones_like(own)], axis=2)


RARER = -1.5
"""Log odds added to "somebody else speaks": a third voice or a television is in a third of the dinners here, in life in few."""


def fitted(told: list[Example]) -> dict[str, np.ndarray]:
    """`ahead` and `behind` of the net."""
    x = np.concatenate([columns(z) for z, _, _ in told]).reshape(-1, 4).astype("f8")
    y = np.concatenate([truth[:, :2] for _, truth, _ in told]).reshape(-1)
    other = np.concatenate([z[:, ::-1, SPEAKS] for z, _, _ in told]).reshape(-1)
    behind = x[:, 0] < other
    return {"ahead": logistic(x[~behind], y[~behind]).astype("f4"), "behind": logistic(x[behind], y[behind]).astype("f4")}


def straightened(told: list[Example]) -> np.ndarray:
    """(2, 5): scale and shift of each column of log odds, so that laughs, hums and other voices are probabilities too."""
    out = np.stack([np.ones(5), np.zeros(5)]).astype("f4")
    z = np.concatenate([z for z, _, _ in told]).reshape(-1, 5).astype("f8")
    truth = np.concatenate([t for _, t, _ in told])
    small = np.concatenate([s for _, _, s in told])
    for k, y in ((LAUGHS, small[:, :, 0]), (HUMS, small[:, :, 1]), (ANOTHER, np.stack([truth[:, 2]] * 2, 1))):
        x = z[:, k]
        w = logistic(np.stack([x, np.zeros_like(x), np.zeros_like(x), np.ones_like(x)], 1), y.reshape(-1))
        out[:, k] = w[0], w[3] + (RARER if k == ANOTHER else 0)
    return out


def speaking(z: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """(n, 2) probabilities that each partner speaks."""
    x = columns(z)
    behind = (z[:, :, SPEAKS] < z[:, ::-1, SPEAKS])[:, :, None]
    s = (x * np.where(behind, weights["behind"], weights["ahead"])).sum(2)
    return np.asarray(1 / (1 + np.exp(-s)))


def judged(told: list[Example], weights: dict[str, np.ndarray], at: float = 0.5) -> str:
    """Attribution on single speech, frame errors, overlap and laughs."""
    p = np.concatenate([speaking(z, weights) for z, _, _ in told])
    truth = np.concatenate([t for _, t, _ in told])[:, :2] > 0
    small = np.concatenate([s for _, _, s in told])
    laughs = np.concatenate([1 / (1 + np.exp(-z[:, :, LAUGHS])) for z, _, _ in told])
    h = p > at
    nr, nh, ok = truth.sum(1), h.sum(1), (truth & h).sum(1)
    one = (nr == 1) & (nh > 0)
    right = (one & (h == truth).all(1)).sum() + 0.5 * (one & (nh == 2)).sum()
    der = 100 * np.array([np.maximum(nr - nh, 0).sum(), np.maximum(nh - nr, 0).sum(), (np.minimum(nr, nh) - ok).sum()]) / nr.sum()
    both = (nr == 2) & (nh == 2)
    spoken = truth & h
    a, b = laughs[spoken & (small[:, :, 0] > 0)], laughs[spoken & (small.max(2) == 0)]
    return (
        f"attribution {100 * right / one.sum():.2f}  der {der.sum():.2f} {der.round(2)}  overlap P/R "
        f"{100 * both.sum() / max(1, (nh == 2).sum()):.1f}/{100 * both.sum() / (nr == 2).sum():.1f}  "
        f"laugh {a.mean():.2f} speech {b.mean():.3f}"
    )
