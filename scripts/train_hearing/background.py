"""Train the background model of voices, `models/hearing/voices.npz`, on the enrolments of training dinners.

    python scripts/train_hearing/background.py TRAIN [--size 64] [--out FILE]

TRAIN is a folder made by `simulate.py`. As in use, the mean of each pair is taken off first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
from dataset import stored  # noqa: E402

from companion.hearing.enrolment import Enrolment, colour_of  # noqa: E402


def pair(path: Path) -> np.ndarray:
    """The speech rows of both enrolments of a dinner."""
    with np.load(path) as f:
        d = {k: f[k] for k in f.files if not k.startswith("mix")}
    e = (Enrolment(), Enrolment())
    for x, of in zip(e, ("one", "two"), strict=True):
        x.feed(stored(d, of, False))
    return np.concatenate([x.rows for x in e]) - colour_of(*e)


def fit(x: np.ndarray, k: int, rng: np.random.Generator, rounds: int = 15) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expectation maximisation: weights, means and variances of `k` Gaussians."""
    w, m, v = np.full(k, 1 / k), x[rng.choice(len(x), k, replace=False)].astype("f8"), np.tile(x.var(0), (k, 1))
    least = 0.05 * x.var(0)
    for _ in range(rounds):
        n, s1, s2 = np.zeros(k), np.zeros_like(m), np.zeros_like(m)
        for part in np.array_split(x, len(x) // 20000 + 1):
            inv = 1 / v
            const = np.log(w) - 0.5 * (np.log(2 * np.pi * v).sum(1) + (m**2 * inv).sum(1))
            p = const - 0.5 * part**2 @ inv.T + part @ (m * inv).T
            r = np.exp(p - p.max(1, keepdims=True))
            r /= r.sum(1, keepdims=True)
            n += r.sum(0)
            s1 += r.T @ part
            s2 += r.T @ part**2
        n += 1e-6
        w, m = n / n.sum(), s1 / n[:, None]
        v = np.maximum(s2 / n[:, None] - m**2, least)
    return w, m, v


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("train", type=Path), p.add_argument("--size", type=int, default=64)
    p.add_argument("--out", type=Path, default=ROOT / "models/hearing/voices.npz")
    a = p.parse_args()
    x = np.concatenate([pair(f) for f in sorted(a.train.glob("*.npz"))])
    print(len(x), "frames of speech")
    w, m, v = fit(x, a.size, np.random.default_rng(1))
    np.savez_compressed(a.out, weight=w.astype("f4"), mean=m.astype("f4"), spread=v.astype("f4"))


if __name__ == "__main__":
    main()
