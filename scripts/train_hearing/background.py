"""Train the background model of voices: `models/hearing/background.npz`. First version: clean speech of LibriSpeech people in pairs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile as sf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from companion.adapters.silero_activity import SileroActivity  # noqa: E402
from companion.hearing.activity import Activity  # noqa: E402
from companion.hearing.features import Features  # noqa: E402


def rows(path: Path, model: SileroActivity) -> np.ndarray:
    x = sf.read(path, dtype="float32")[0]
    act, feat, out = Activity(model), Features(1), []
    for k in range(len(x) // 512):
        b = x[k * 512 : k * 512 + 512]
        f = feat.feed(k * 512, b[:, None], act.feed(b))
        if f is not None:
            out.append(f.voice[(f.vad > 0.6) & (f.db > 6)])
    return np.concatenate(out)


def fit(x: np.ndarray, k: int, rng: np.random.Generator, rounds: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w, m, v = np.full(k, 1 / k), x[rng.choice(len(x), k, replace=False)].astype("f8"), np.tile(x.var(0), (k, 1))
    least = 0.05 * x.var(0)
    for _ in range(rounds):
        n, s1, s2 = np.zeros(k), np.zeros_like(m), np.zeros_like(m)
        for part in np.array_split(x, len(x) // 20000 + 1):
            inv = 1 / v
            p = np.log(w) - 0.5 * (np.log(2 * np.pi * v).sum(1) + (m**2 * inv).sum(1)) - 0.5 * part**2 @ inv.T + part @ (m * inv).T
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
    data = ROOT.parent / "shared" / "data" / "speech"
    model = SileroActivity(ROOT / "models/silero/silero_16k.npz")
    rng = np.random.default_rng(1)
    each = [r for f in sorted(data.glob("ls*.ogg")) if len(r := rows(f, model)) > 200]
    order = rng.permutation(len(each))
    x = []
    for i, j in zip(order, np.roll(order, 1), strict=True):
        mean = np.concatenate([each[i], each[j]]).mean(0)
        x.append(each[i] - mean)
    w, m, v = fit(np.concatenate(x), 64, rng)
    np.savez_compressed(ROOT / "models/hearing/background.npz", weight=w.astype("f4"), mean=m.astype("f4"), spread=v.astype("f4"))


if __name__ == "__main__":
    main()
