"""Make training dinners: sound, labels and the frames our own features see.

    python scripts/train_hearing/simulate.py OUT COUNT SEED [--held-out]

Each becomes OUT/SEED-i.npz: `mix` frames, `one` and `two` (enrolments), `truth` (frames, 3: partners, anybody else) and
`small` (frames, 2 partners, 2: laughs, hums). About 4 s of one core for a minute of dinner.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
from people import RATE, Person, Phrase, people  # noqa: E402
from rooms import Room, band, coloured, hits, recorded  # noqa: E402
from table_talk import Table  # noqa: E402

from companion.adapters.silero_activity import SileroActivity  # noqa: E402
from companion.hearing.activity import Activity  # noqa: E402
from companion.hearing.features import Features  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
SPOTS = 4


def frames(x: np.ndarray, model: SileroActivity) -> dict[str, np.ndarray]:
    """Everything `Features` says about (n, 2) of sound. Phases and weights in a byte each."""
    act, feat, got = Activity(model), Features(2), []
    for k in range(len(x) // 512):
        b = x[k * 512 : k * 512 + 512]
        f = feat.feed(k * 512, b, act.feed(np.ascontiguousarray(b[:, 0])))
        if f is not None:
            got.append(f)
    out = {
        k: np.concatenate([getattr(f, k) for f in got])
        for k in ("vad", "db", "level", "bands", "voice", "f0", "voiced", "phase", "weight")
    }
    out["phase"] = np.round(np.angle(out["phase"]) * 127 / np.pi).astype("i1")
    out["weight"] = np.round(out["weight"] * 255).astype("u1")
    return out


def background(n: int, room: Room, crowd: list[list[Phrase]], rng: np.random.Generator) -> np.ndarray:
    """Noise at both microphones from one to four places, at unit power."""
    out = np.zeros((2, n), "f4")
    for i in range(int(rng.integers(1, 5))):
        x = coloured(n, rng) * rng.uniform(0.1, 1)
        kind = rng.choice(["only", "hits", "band", "recorded", "babble"], p=[0.2, 0.15, 0.2, 0.15, 0.3])
        if kind == "babble":
            y, talkers = np.zeros(n), [crowd[int(k)] for k in rng.integers(len(crowd), size=int(rng.integers(1, 5)))]
            for c in talkers:
                t = 0
                while t < n:
                    p = c[int(rng.integers(len(c)))].sound
                    y[t : t + len(p)] += p[: n - t]
                    t += len(p) + int(rng.uniform(0.05, 1) * RATE)
        else:
            y = {
                "only": lambda: np.zeros(n),
                "hits": lambda: hits(n, rng),
                "band": lambda: band(n, rng),
                "recorded": lambda: recorded(DATA, n, rng),
            }[kind]()
        x = x / (np.std(x) + 1e-9) * rng.uniform(0.2, 1) + y / (np.std(y) + 1e-9)
        room.put(out, x.astype("f4"), "noise", i, 0.0)
    return out / (np.std(out) + 1e-9)


def labels(spans: list[tuple[float, float]], n: int) -> np.ndarray:
    """1 for the frames whose middle is in a span. Frame i of `Features` covers 256 i - 640 + 512 samples on."""
    t = (np.arange(n) * 256 - 128 + 128) / RATE
    y = np.zeros(n, "u1")
    for a, b in spans:
        y[(t >= a) & (t < b)] = 1
    return y


def dinner(folk: list[Person], rng: np.random.Generator, model: SileroActivity, seconds: float) -> dict[str, np.ndarray]:
    voices: list[list[Phrase]] = []
    for i in rng.permutation(len(folk)):
        speed = float(rng.choice([0.9, 0.95, 1.0, 1.0, 1.0, 1.05, 1.1])) if len(voices) < 3 else 1.0
        v = folk[i].phrases(speed)
        if len(v) >= (4 if len(voices) < 3 else 1):
            voices.append(v)
        if len(voices) == 9:
            break
    enrol, supply = [], []
    for v in voices[:2]:
        have, k, want = 0.0, 0, rng.uniform(7, 16)
        while have < want and k < len(v) - 2 and have < 0.65 * sum(p.seconds for p in v):
            have += v[k].seconds
            k += 1
        enrol.append(v[:k])
        supply.append(v[k:])
    room = Room(SPOTS, rng)
    third, television = rng.random() < 0.25, rng.random() < 0.12
    said = Table(seconds, [*supply, voices[2]], SPOTS, rng).plan(third)
    n = int(seconds * RATE)
    parts = [np.zeros((2, n), "f4") for _ in range(3)]
    effort = 10 ** (rng.uniform(-3, 3, 3) / 20)
    spans: list[list[tuple[float, float]]] = [[], [], []]
    small: dict[str, list[list[tuple[float, float]]]] = {"laugh": [[], []], "hum": [[], []]}
    for s in said:
        room.put(parts[s.who], s.phrase.sound * np.float32(effort[s.who] * s.gain), str(s.who), s.spot, s.at)
        late = s.at + room.late[str(s.who)][s.spot]
        here = [(a + late, b + late) for a, b in s.phrase.speech]
        spans[s.who] += here
        if s.phrase.small:
            small[s.phrase.small][s.who] += here
    powers = [
        np.mean(p[0] ** 2) / max(0.02, sum(b - a for a, b in sp) / seconds) for p, sp in zip(parts[:2], spans[:2], strict=True)
    ]
    loud = np.sqrt(np.mean([p for p in powers if p > 0]))
    snr = rng.choice([rng.uniform(0, 12), rng.uniform(8, 30)])
    bed = loud * 10 ** (-snr / 20)
    crowd = voices[3:]
    lengths = [n, *(int((sum(p.seconds for p in e) + 0.45 * len(e) + 1.5) * RATE) for e in enrol)]
    noise = np.split(bed * background(sum(lengths), room, crowd, rng), np.cumsum(lengths)[:-1], axis=1)
    mix = sum(parts) + noise[0]
    if television:
        tv, t = np.zeros((2, n), "f4"), 0.0
        while t < seconds - 6:
            cast = crowd[int(rng.integers(2))]
            p = cast[int(rng.integers(len(cast)))]
            room.put(tv, p.sound, "2", 0, t)
            t += p.seconds + rng.uniform(0.05, 0.6)
        mix += tv * loud / (np.std(tv) + 1e-9) * 10 ** (-rng.uniform(5, 15) / 20)
    if rng.random() < 0.3:
        k = np.arange(RATE) / RATE
        for t in rng.uniform(0, seconds - 2, 4):
            chime = np.exp(-rng.uniform(2, 6) * k) * sum(np.sin(2 * np.pi * f * k) for f in rng.uniform(400, 1500, 3))
            room.put(mix, (0.05 * chime).astype("f4"), "box", 0, float(t))
    scale = 0.05 / loud * 10 ** (rng.uniform(-8, 4) / 20)
    hiss = 10 ** (rng.uniform(-80, -62) / 20)
    finish = lambda x: np.clip(x * scale + hiss * rng.standard_normal(x.shape), -1, 1).T.astype("f4")  # noqa: E731
    out = {f"mix_{k}": v for k, v in frames(finish(mix), model).items()}
    for i, name in enumerate(("one", "two")):
        t, x = 0.6, noise[1 + i].copy()
        for p in enrol[i]:
            room.put(x, p.sound * np.float32(effort[i]), str(i), SPOTS, t)
            t += p.seconds + float(rng.uniform(0.15, 0.45))
        out.update({f"{name}_{k}": v for k, v in frames(finish(x), model).items() if k not in ("bands",)})
    m = len(out["mix_vad"])
    out["truth"] = np.stack([labels(s, m) for s in spans], 1)
    out["small"] = np.stack([np.stack([labels(s, m) for s in kind], 1) for kind in small.values()], 2)
    out["info"] = np.array([snr, third, television])
    return out


def main() -> None:
    out, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folk = people(DATA, "--held-out" in sys.argv)
    model = SileroActivity(ROOT / "models/silero/silero_16k.npz")
    out.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        f = out / f"{seed}-{i:04d}.npz"
        if f.exists():
            continue
        np.savez(f, **dinner(folk, np.random.default_rng([seed, i]), model, 60.0))


if __name__ == "__main__":
    main()
