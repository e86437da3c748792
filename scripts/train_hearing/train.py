"""Train a net that weighs the evidence: `models/hearing/two_microphones.npz` or `one_microphone.npz`.

    python scripts/train_hearing/train.py TRAIN HELD_OUT {1|2} [--minutes 20] [--out FILE] [--start FILE]

TRAIN and HELD_OUT are folders made by `simulate.py`. One thread, seeded; prints what the held-out people say. With one microphone
the evidence of direction is zero; with two it is in a third of the pieces, so that a bad angle is no catastrophe.
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
from dataset import examples  # noqa: E402
from fit import fitted, judged, straightened  # noqa: E402

from companion.hearing.evidence import COMMON, EACH, PLACED  # noqa: E402
from companion.hearing.features import CEPSTRA  # noqa: E402
from companion.hearing.voices import Mixture  # noqa: E402

LAG = {0: 13, 1: 18, 2: 13}  # frames of look-ahead: 0.33 and 0.25 s with what features need
CELLS, WIDTH = 96, 96
LENGTH, SKIP, BATCH = 320, 40, 64  # frames of a training piece, those at its start that are not judged, pieces at a time
BLIND = 0.33  # share of the pieces without direction when training for two microphones
EXACT = 0.8  # from this share of the time on in single precision; before, in half, which is twice as fast
BANDS = slice(9, 49)
VOICE, PARTS = [0, *range(3, 47)], slice(9, 47)

NOISE = 0.04 * np.random.default_rng(0).standard_normal(1 << 23, "f4")  # added to the evidence

Example = tuple[np.ndarray, ...]


class Model(torch.nn.Module):
    """As `companion.hearing.fusion.Fusion`: (pairs, 2, n, inputs) to (pairs, 2, n, 5) log odds."""

    def __init__(self, dropped: float = 0.0) -> None:
        super().__init__()
        self.bend = torch.nn.Linear(COMMON + 2 * EACH, WIDTH)
        self.first = torch.nn.GRU(WIDTH, CELLS, batch_first=True)
        self.second = torch.nn.GRU(2 * CELLS, CELLS, batch_first=True)
        self.out = torch.nn.Linear(CELLS, 5)
        self.drop = torch.nn.Dropout(dropped)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pairs, _, n, _ = x.shape
        h = self.first(self.drop(torch.relu(self.bend(x))).reshape(2 * pairs, n, WIDTH))[0].reshape(pairs, 2, n, CELLS)
        h = self.drop(torch.cat([h, h.flip(1)], dim=3))
        y: torch.Tensor = self.out(self.drop(self.second(h.reshape(2 * pairs, n, 2 * CELLS))[0])).reshape(pairs, 2, n, 5)
        return torch.cat([y[..., :3], y[..., 3:].mean(1, keepdim=True).expand(-1, 2, -1, -1)], dim=3)


def without_direction(common: np.ndarray, each: np.ndarray) -> None:
    """As one microphone has it."""
    common[..., 3:5] = 0
    common[..., -3:] = 0
    each[..., -PLACED:] = 0


def targets(truth: np.ndarray, small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2, n, 5) answers and (2, n) weights: more for onsets, ends, overlaps and small sounds."""
    both = truth[:, 0] & truth[:, 1]
    y = np.stack([np.stack([truth[:, i], small[:, i, 0], small[:, i, 1], truth[:, 2], both], 1) for i in (0, 1)]).astype("f4")
    w = np.ones(y.shape[:2], "f4")
    for i in (0, 1):
        change = np.diff(truth[:, i].astype(int))
        for where, reach, much in ((change < 0, range(-4, 5), 1.5), (change > 0, range(-5, 13), 2.0)):
            for d in reach:
                w[i, np.clip(np.flatnonzero(where) + 1 + d, 0, len(w[i]) - 1)] = much
        w[i, both > 0] = np.maximum(w[i, both > 0], 2.0)
        w[i, small[:, i].max(1) > 0] += 0.7
    return y, w


def aimed(data: list[Example]) -> list[Example]:
    """Evidence with answers and weights."""
    return [(common, each, *targets(truth, small)) for common, each, truth, small in data]


def disturb(c: np.ndarray, e: np.ndarray, rng: np.random.Generator) -> None:
    """Other microphones and voices: bands coloured, the activity model half or wholly blind, voices and places told less well."""
    much = rng.uniform(0.85, 1.15)
    c[:, 1] *= much
    c[:, BANDS] = c[:, BANDS] * much + np.interp(np.arange(40), [0, 13, 26, 39], rng.normal(0, 0.12, 4)) * (c[:, BANDS] > 0.3)
    c[:, 7] += rng.normal(0, 0.15)
    if (kind := rng.random()) < 0.3:
        c[:, 0] = np.maximum(c[:, 0] * rng.uniform(0.2, 1) - rng.uniform(0, 0.7) - 1.2 * (kind < 0.07), -2.07)
    if rng.random() < 0.5:
        e[:, :, VOICE] *= rng.uniform(0.4, 1.3)
        e[:, :, PARTS] += rng.normal(0, 0.08, (2, 1, 2 * CEPSTRA)).astype("f4")
    if rng.random() < 0.5:
        e[:, :, -PLACED:] *= rng.uniform(0.5, 1.2)


def pieces(data: list[Example], lag: int, blind: float, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """A batch of random pieces, each seen from both partners, with the answers `lag` frames late."""
    xs, ys, ws = [], [], []
    for k in rng.integers(len(data), size=BATCH):
        common, each, y, w = data[k]
        a = int(rng.integers(lag, len(common) - LENGTH))
        c, e = common[a : a + LENGTH].astype("f4"), each[:, a : a + LENGTH].astype("f4")
        if rng.random() < blind:
            without_direction(c, e)
        disturb(c, e, rng)
        late = slice(a - lag, a - lag + LENGTH)
        xs.append(inputs(c, e)), ys.append(y[:, late]), ws.append(w[:, late])
    x = np.stack(xs)
    return (
        torch.from_numpy(x + 0.04 * rng.standard_normal(x.shape, "f4")),
        torch.from_numpy(np.stack(ys)),
        torch.from_numpy(np.stack(ws)),
    )


def inputs(common: np.ndarray, each: np.ndarray) -> np.ndarray:
    """(2, n, inputs) from both views."""
    return np.concatenate([np.stack([common, common]), each, each[::-1]], axis=2)


def answers(model: Model, data: list[Example], lag: int, blind: bool, mean: np.ndarray, scale: np.ndarray) -> list[Example]:
    """Log odds (n, 2, 5), truth (n, 3) and small sounds of whole dinners, the lag taken out."""
    out = []
    model.eval()
    with torch.no_grad():
        for common, each, truth, small in data:
            c, e = common.astype("f4"), each.astype("f4")
            if blind:
                without_direction(c, e)
            z = model(torch.from_numpy(((inputs(c, e) - mean) * scale)[None]))[0].numpy().transpose(1, 0, 2)
            out.append((z[lag:], truth[:-lag], small[:-lag]))
    model.train()
    return out


NAMES = {
    "bend.weight": "bend", "bend.bias": "bend_bias", "out.weight": "out", "out.bias": "out_bias",
    "first.weight_ih_l0": "into", "first.bias_ih_l0": "into_bias", "first.weight_hh_l0": "again",
    "first.bias_hh_l0": "again_bias",
    "second.weight_ih_l0": "into2", "second.bias_ih_l0": "into2_bias", "second.weight_hh_l0": "again2",
    "second.bias_hh_l0": "again2_bias",
}  # fmt: skip


def taken_up(model: Model, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Earlier weights into the model; the mean and scale they were trained with."""
    with np.load(path) as f:
        model.load_state_dict({k: torch.from_numpy(f[v].astype("f4").T.copy()) for k, v in NAMES.items()})
        return f["mean"].astype("f4"), f["scale"].astype("f4")


def save(path: Path, model: Model, mean: np.ndarray, scale: np.ndarray, lag: int, told: list[Example]) -> dict[str, np.ndarray]:
    """Write the net, its answers made probabilities on what it told of held-out dinners. Returns what was fitted."""
    s = {NAMES[k]: v.numpy().T for k, v in model.state_dict().items()}
    weights, (slope, shift) = fitted(told), straightened(told)
    s["out"], s["out_bias"] = s["out"] * slope, s["out_bias"] * slope + shift
    halves = {k: v.astype("f2") for k, v in s.items()}
    np.savez_compressed(path, mean=mean, scale=scale, lag=np.array(lag), **halves, **weights)
    return weights


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    (
        p.add_argument("train", type=Path),
        p.add_argument("held", type=Path),
        p.add_argument("microphones", type=int, choices=(0, 1, 2), help="0: both by turns"),
    )
    p.add_argument("--minutes", type=float, default=20, help="of CPU")
    p.add_argument("--wall", action="store_true", help="minutes by the clock on the wall")
    p.add_argument("--out", type=Path), p.add_argument("--rate", type=float, default=2.5e-3)
    p.add_argument("--dropped", type=float, default=0.0, help="share of the cells left out at random")
    p.add_argument("--start", type=Path, help="go on from these weights")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.microphones)
    rng, lag, blind = np.random.default_rng(a.microphones), LAG[a.microphones], {0: 0.5, 1: 1.0, 2: BLIND}[a.microphones]
    mixture = Mixture.load(ROOT / "models/hearing/voices.npz")
    known: set[Path] = set()
    train, held = aimed(examples(a.train, mixture, known)), examples(a.held, mixture, set())
    out = a.out or ROOT / "models/hearing" / ("two_microphones.npz" if a.microphones == 2 else "one_microphone.npz")
    model = Model(a.dropped)
    if a.start:
        mean, scale = taken_up(model, a.start)
    else:
        sample = np.concatenate([inputs(c[::29].astype("f4"), e[:, ::29].astype("f4"))[0] for c, e, _, _ in train])
        mean, scale = sample.mean(0), 1 / (sample.std(0) + 0.05)
    best = torch.optim.AdamW(model.parameters(), a.rate, weight_decay=5e-3)
    factors = torch.tensor([1.0, 0.3, 0.25, 0.25, 0.4])
    clock = time.monotonic if a.wall else time.process_time
    start, step, total, said, looked = clock(), 0, a.minutes * 60, 0.0, 0.0
    print(len(train), "dinners to train on,", len(held), "held out", flush=True)
    run = 0.0
    while (gone := clock() - start) < total:
        for g in best.param_groups:
            g["lr"] = a.rate * min(1, (step + 1) / 60) * 0.5 * (1 + np.cos(np.pi * min(1, gone / total))) + 2e-5
        x, y, w = pieces(train, lag, blind, rng)
        with torch.autocast("cpu", torch.bfloat16, enabled=gone < EXACT * total):
            z = model((x - torch.from_numpy(mean)) * torch.from_numpy(scale))[:, :, SKIP:].float()
        y, w = y[:, :, SKIP:], w[:, :, SKIP:]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none") * factors
        loss = (loss.sum(3) * w).mean()
        best.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        step += 1
        run += 0.02 * (loss.item() - run) if step > 1 else loss.item()
        if gone - looked > 120:  # dinners made meanwhile
            looked = gone
            train += aimed(examples(a.train, mixture, known))
        if gone - said > min(240, total / 2):
            said = gone
            told = answers(model, held, lag, a.microphones == 1, mean, scale)
            weights = save(out, model, mean, scale, lag, told)
            print(f"{gone / 60:.1f} min, step {step}, {len(train)} dinners, loss {run:.3f}, {judged(told, weights)}", flush=True)
            if not a.microphones:
                told = answers(model, held, lag, True, mean, scale)
                print(
                    "  one microphone:", judged(told, save(out.with_suffix(".1.npz"), model, mean, scale, lag, told)), flush=True
                )
    told = answers(model, held, lag, a.microphones == 1, mean, scale)
    weights = save(out, model, mean, scale, lag, told)
    print("held out:", judged(told, weights), flush=True)
    if not a.microphones:
        told = answers(model, held, lag, True, mean, scale)
        print("  one microphone:", judged(told, save(out.with_suffix(".1.npz"), model, mean, scale, lag, told)), flush=True)


if __name__ == "__main__":
    main()
