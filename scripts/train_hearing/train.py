"""Train the nets that weigh the evidence: `models/hearing/one_microphone.npz` and `two_microphones.npz`.

    python scripts/train_hearing/train.py TRAIN HELD_OUT {1|2} [--minutes 10] [--out FILE] [--start FILE]

TRAIN and HELD_OUT are folders made by `simulate.py`. One thread, seeded; prints what the held-out people say.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
from dataset import example  # noqa: E402

from companion.hearing.attribution import COMMON, EACH  # noqa: E402
from companion.hearing.voices import Mixture  # noqa: E402

LAG, CELLS, WIDTH = 12, 64, 64
DEFER, DOUBT = {True: 1.2, False: 2.1}, 0.2  # see `companion.hearing.fusion.Net`; chosen on the held-out people
LENGTH, SKIP = 500, 40  # frames of a training piece; the first ones are not judged
PLACES = slice(28, 31), slice(2, 8)  # evidence of direction: common, each


class Model(torch.nn.Module):
    """As `companion.hearing.fusion.Fusion`, for one partner."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.bend = torch.nn.Linear(inputs, WIDTH)
        self.gru = torch.nn.GRU(WIDTH, CELLS, batch_first=True)
        self.out = torch.nn.Linear(CELLS, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.out(self.gru(torch.relu(self.bend(x)))[0])
        return y


def rows(ex: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(2, n, inputs), (2, n, 4) targets and (2, n) weights, once for each partner."""
    common, each, truth, small = ex
    x = np.concatenate([np.stack([common, common]), each, each[::-1]], axis=2)
    y = np.stack([np.stack([truth[:, i], small[:, i, 0], small[:, i, 1], truth[:, 2]], 1) for i in (0, 1)]).astype("f4")
    w = np.ones(y.shape[:2], "f4")
    for i in (0, 1):
        edges = np.flatnonzero(np.diff(truth[:, i].astype(int)))
        for d in range(-4, 5):
            w[i, np.clip(edges + d, 0, len(w[i]) - 1)] = 1.7
        w[i, (truth[:, 0] > 0) & (truth[:, 1] > 0)] = 2.0
    return x, y, w


def pieces(data: list[tuple[np.ndarray, ...]], n: int, rng: np.random.Generator, two: bool) -> tuple[torch.Tensor, ...]:
    """A batch: n random pieces, each seen from both partners, with the answers `LAG` frames late."""
    xs, ys, ws = [], [], []
    for k in rng.integers(len(data), size=n):
        x, y, w = data[k]
        a = int(rng.integers(0, x.shape[1] - LENGTH - LAG))
        part = x[:, a : a + LENGTH].astype("f4")
        part += 0.05 * rng.standard_normal(part.shape, dtype="f4")
        part[:, :, 7:27] *= np.float32(rng.uniform(0.8, 1.2))
        if two and rng.random() < 0.1:
            part[:, :, 3:5] = 0
            part[:, :, PLACES[0]] = 0
            for s in (0, EACH):
                part[:, :, COMMON + s + 2 : COMMON + s + 8] = 0
        late = slice(a - LAG, a - LAG + LENGTH) if a >= LAG else slice(0, LENGTH)
        if a < LAG:
            part = x[:, LAG : LAG + LENGTH].astype("f4")
        xs.append(part)
        ys.append(y[:, late])
        ws.append(w[:, late])
    return tuple(torch.from_numpy(np.concatenate(v)) for v in (xs, ys, ws))


def judge(model: Model, data: list[tuple[np.ndarray, ...]], mean: np.ndarray, scale: np.ndarray) -> str:
    """Attribution on single speech, frame errors, overlap and small sounds on whole dinners."""
    t = dict.fromkeys(("one", "right", "speech", "miss", "false", "swap", "both", "hit", "said"), 0.0)
    small = [[], []]
    with torch.no_grad():
        for x, y, _ in data:
            p = torch.sigmoid(model(torch.from_numpy((x - mean) * scale))).numpy()[:, LAG:]
            y = y[:, :-LAG]
            r, h = y[:, :, 0] > 0.5, p[:, :, 0] > 0.5
            one = (r.sum(0) == 1) & (h.sum(0) > 0)
            t["one"] += one.sum()
            t["right"] += (one & (h == r).all(0)).sum() + 0.5 * (one & (h.sum(0) == 2)).sum()
            nr, nh, ok = r.sum(0), h.sum(0), (r & h).sum(0)
            t["speech"] += nr.sum()
            t["miss"] += np.maximum(nr - nh, 0).sum()
            t["false"] += np.maximum(nh - nr, 0).sum()
            t["swap"] += (np.minimum(nr, nh) - ok).sum()
            t["both"] += (nr == 2).sum()
            t["said"] += (nh == 2).sum()
            t["hit"] += ((nr == 2) & (nh == 2)).sum()
            speaking = r & h
            small[0].append(p[:, :, 1][speaking & (y[:, :, 1] > 0.5)])
            small[1].append(p[:, :, 1][speaking & (y[:, :, 1:3].max(2) < 0.5)])
    a, b = (np.concatenate(s) for s in small)
    der = 100 * np.array([t["miss"], t["false"], t["swap"]]) / t["speech"]
    return (
        f"attribution {100 * t['right'] / t['one']:.2f}  der {der.sum():.2f} {der.round(2)}  overlap P/R "
        f"{100 * t['hit'] / max(1, t['said']):.1f}/{100 * t['hit'] / t['both']:.1f}  laugh {a.mean():.2f} speech {b.mean():.3f}"
    )


def taken_up(model: Model, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Earlier weights into the model; the mean and scale they were trained with."""
    with np.load(path) as f:
        names = {"bend.weight": "bend", "gru.weight_ih_l0": "into", "gru.weight_hh_l0": "again", "out.weight": "out"}
        state = {k: torch.from_numpy(f[v].T.copy()) for k, v in names.items()}
        biases = {"bend.bias": "bend_bias", "gru.bias_ih_l0": "into_bias", "gru.bias_hh_l0": "again_bias", "out.bias": "out_bias"}
        model.load_state_dict(state | {k: torch.from_numpy(f[v]) for k, v in biases.items()})
        return f["mean"], f["scale"]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("train", type=Path), p.add_argument("held", type=Path), p.add_argument("microphones", type=int, choices=(1, 2))
    p.add_argument("--minutes", type=float, default=10), p.add_argument("--out", type=Path)
    p.add_argument("--start", type=Path, help="go on from these weights, with a third of the step")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.microphones)
    rng, two = np.random.default_rng(a.microphones), a.microphones == 2
    mixture = Mixture.load(ROOT / "models/hearing/voices.npz")
    train, held = ([rows(example(f, mixture, two)) for f in sorted(d.glob("*.npz"))] for d in (a.train, a.held))
    sample = np.concatenate([x[0][::7] for x, _, _ in train])
    mean, scale = sample.mean(0), 1 / (sample.std(0) + 0.05)
    model = Model(COMMON + 2 * EACH)
    step_size = 3e-3
    if a.start:
        mean, scale = taken_up(model, a.start)
        step_size = 1e-3
    best = torch.optim.AdamW(model.parameters(), step_size, weight_decay=1e-3)
    factors = torch.tensor([1.0, 0.3, 0.3, 0.3])
    positive = torch.tensor([1.0, 3.0, 3.0, 1.0])
    start, step, total = time.process_time(), 0, a.minutes * 60
    print(len(train), "dinners to train on,", len(held), "held out", flush=True)
    said = 0.0
    while (gone := time.process_time() - start) < total:
        for g in best.param_groups:
            g["lr"] = step_size * min(1, step / 100) * 0.5 * (1 + np.cos(np.pi * min(1, gone / total))) + 2e-5
        x, y, w = pieces(train, 24, rng, two)
        z = model((x - torch.from_numpy(mean)) * torch.from_numpy(scale))[:, SKIP:]
        y, w = y[:, SKIP:], w[:, SKIP:]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none", pos_weight=positive) * factors
        loss = (loss.sum(2) * w).mean()
        best.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        step += 1
        if gone - said > total / 8:
            said = gone
            print(f"{gone / 60:.1f} min, step {step}, loss {loss.item():.3f}, {judge(model, held, mean, scale)}", flush=True)
    print("held out:", judge(model, held, mean, scale), flush=True)
    s = {k: v.numpy() for k, v in model.state_dict().items()}
    out = a.out or ROOT / "models/hearing" / ("two_microphones.npz" if two else "one_microphone.npz")
    np.savez_compressed(
        out, mean=mean, scale=scale, bend=s["bend.weight"].T, bend_bias=s["bend.bias"], into=s["gru.weight_ih_l0"].T,
        into_bias=s["gru.bias_ih_l0"], again=s["gru.weight_hh_l0"].T, again_bias=s["gru.bias_hh_l0"], out=s["out.weight"].T,
        out_bias=s["out.bias"], lag=np.array(LAG), defer=np.array(DEFER[two]), doubt=np.array(DOUBT),
    )  # fmt: skip


if __name__ == "__main__":
    main()
