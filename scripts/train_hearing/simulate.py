"""Make training dinners: sound, labels and the frames our own features see.

    python scripts/train_hearing/simulate.py OUT COUNT SEED [--held-out]

Each becomes OUT/SEED-i.npz: `mix` frames, `one` and `two` (enrolments), `truth` (frames, 3: partners, anybody else) and
`small` (frames, 2 partners, 2: laughs, hums). About 4 s of one core for a minute of dinner.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
from people import RATE, Person, Phrase, passers_by, people  # noqa: E402
from rooms import Room, band, coloured, cough, gusts, hits, recorded, singing  # noqa: E402
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


def babble(n: int, crowd: Sequence[Sequence[Phrase]], rng: np.random.Generator) -> np.ndarray:
    """One to five people talking, one of them perhaps much louder."""
    y = np.zeros(n)
    for k in rng.integers(len(crowd), size=int(rng.choice([1, 1, 2, 2, 3, 5]))):
        c, t, rest, gain = crowd[int(k)], 0, rng.uniform(0.1, 1.5), 10 ** (rng.uniform(-8, 4) / 20)
        while t < n:
            p = c[int(rng.integers(len(c)))].sound
            y[t : t + len(p)] += gain * p[: n - t]
            t += len(p) + int(rng.uniform(0.05, rest) * RATE)
    return y


NOISES = {"hits": hits, "band": band, "gusts": gusts, "singing": singing}


def background(n: int, room: Room, crowd: Sequence[Sequence[Phrase]], rng: np.random.Generator) -> np.ndarray:
    """Noise at both microphones from one to four places, at unit power."""
    out = np.zeros((2, n), "f4")
    places = int(rng.integers(1, 5))
    mostly = str(rng.choice(["babble", "anything"], p=[0.4, 0.6]))
    for i in range(places):
        x = coloured(n, rng)
        kind = str(
            rng.choice(
                ["only", "hits", "band", "singing", "recorded", "gusts", "babble"], p=[0.15, 0.15, 0.15, 0.05, 0.15, 0.1, 0.25]
            )
        )
        kind = mostly if mostly == "babble" and rng.random() < 0.75 else kind
        y = (
            babble(n, crowd, rng)
            if kind == "babble"
            else recorded(DATA, n, rng)
            if kind == "recorded"
            else NOISES[kind](n, rng)
            if kind in NOISES
            else np.zeros(n)
        )
        x = x / (np.std(x) + 1e-9) * rng.uniform(0.05, 0.8) + y / (np.std(y) + 1e-9)
        room.put(out, (x * 10 ** (rng.uniform(-8, 0) / 20)).astype("f4"), "noise", i, 0.0)
    return out / (np.std(out) + 1e-9)


def loudness(rng: np.random.Generator) -> float:
    """Signal to noise in dB: a third near 5, the rest from 0 to 30."""
    return float(
        rng.choice(
            [rng.uniform(2.5, 7.5), rng.uniform(7, 13), rng.uniform(13, 30), rng.uniform(0, 3)], p=[0.35, 0.25, 0.32, 0.08]
        )
    )


def labels(spans: list[tuple[float, float]], n: int) -> np.ndarray:
    """1 for the frames whose middle is in a span. Frame i of `Features` covers 256 i - 640 + 512 samples on."""
    t = (np.arange(n) * 256 - 128 + 128) / RATE
    y = np.zeros(n, "u1")
    for a, b in spans:
        y[(t >= a) & (t < b)] = 1
    return y


def cast(folk: Sequence[Person], rng: np.random.Generator) -> list[tuple[Phrase, ...]]:
    """Two partners, half of the time with much to say and mostly of one sex, a third person and a crowd: their phrases."""
    long = [p for p in folk if p.seconds > 20]
    one = long[int(rng.integers(len(long)))] if rng.random() < 0.5 else folk[int(rng.integers(len(folk)))]
    same = rng.random() < 0.6
    rest = [folk[int(i)] for i in rng.permutation(len(folk)) if folk[int(i)] is not one]
    wanted = [p for p in rest if (p.sex == one.sex) == same]
    much = [p for p in wanted if p.seconds > 20]
    two = (much if rng.random() < 0.5 and much else wanted)[0]
    rest.remove(two)
    speed = lambda: float(rng.choice([0.86, 0.92, 0.96, 1.0, 1.04, 1.08, 1.14]))  # noqa: E731
    return [p.phrases(speed()) for p in (one, two, rest[0])] + [p.phrases(1.0) for p in rest[1:8]]


def parted(v: Sequence[Phrase], rng: np.random.Generator) -> tuple[Sequence[Phrase], Sequence[Phrase]]:
    """A partner's phrases: those of the enrolment (5 to 20 s, at most three fifths of all), and the rest."""
    have, k, want, most = 0.0, 0, rng.uniform(5, 20), 0.6 * sum(p.seconds for p in v)
    while k < 1 or (have < min(want, most) and k < len(v) - 2):
        have += v[k].seconds
        k += 1
    return v[:k], v[k:]


def television(
    n: int, room: Room, crowd: Sequence[Sequence[Phrase]], rng: np.random.Generator
) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Two or three voices without rest from one place, and when they speak."""
    tv, t, spans, people_in_it = np.zeros(n + 8 * RATE, "f4"), 0.0, [], int(rng.integers(2, 4))
    while t < n / RATE:
        c = crowd[int(rng.integers(people_in_it)) % len(crowd)]
        p = c[int(rng.integers(len(c)))]
        a = int(t * RATE)
        tv[a : a + len(p.sound)] += p.sound
        spans += [(x + t, y + t) for x, y in p.speech]
        t += p.seconds + rng.uniform(0.05, 0.6)
    if rng.random() < 0.5:
        tv += 0.02 * rng.uniform(0, 1) * band(len(tv), rng).astype("f4")
    tv = sosfilt(butter(2, [rng.uniform(60, 250), rng.uniform(3500, 7000)], "band", fs=RATE, output="sos"), tv[:n]).astype("f4")
    out = np.zeros((2, n), "f4")
    room.put(out, tv, "tv", 0, 0.0)
    return out, spans


def finish(x: np.ndarray, scale: float, hiss: float, rng: np.random.Generator) -> np.ndarray:
    return np.clip(x * scale + hiss * rng.standard_normal(x.shape, "f4"), -1, 1).T.astype("f4")


def extras(mix: np.ndarray, room: Room, rng: np.random.Generator) -> None:
    """Coughs of the partners, and the chimes of the device: nobody's speech."""
    seconds = mix.shape[1] / RATE - 2
    for t in rng.uniform(0, seconds, rng.poisson(1.0)):
        room.put(mix, cough(DATA, rng), str(rng.integers(2)), 0, float(t))
    if rng.random() < 0.3:
        k = np.arange(RATE) / RATE
        for t in rng.uniform(0, seconds, 4):
            chime = np.exp(-rng.uniform(2, 6) * k) * sum(np.sin(2 * np.pi * f * k) for f in rng.uniform(400, 1500, 3))
            room.put(mix, (0.05 * chime).astype("f4"), "box", 0, float(t))


def dinner(
    folk: Sequence[Person], others: Sequence[Person], rng: np.random.Generator, model: SileroActivity, seconds: float
) -> dict[str, np.ndarray]:
    """One dinner: frames, truth and `info` (signal to noise, third person, television, pair of one sex)."""
    voices = cast(folk, rng)
    while min(map(len, voices)) < 1 or min(len(v) for v in voices[:2]) < 4:
        voices = cast(folk, rng)
    crowd = voices[3:] + [v for i in rng.permutation(len(others))[:3] if (v := others[int(i)].phrases(1.0))]
    crowd = [crowd[int(i)] for i in rng.permutation(len(crowd))]
    (enrol_one, supply_one), (enrol_two, supply_two) = (parted(v, rng) for v in voices[:2])
    room = Room(SPOTS, rng)
    third, tv_on = rng.random() < 0.2, rng.random() < 0.13
    said = Table(seconds, [supply_one, supply_two, voices[2]], SPOTS, rng).plan(third)
    n = int(seconds * RATE)
    parts = [np.zeros((2, n), "f4") for _ in range(3)]
    effort = 10 ** (rng.uniform(-3.5, 3.5, 3) / 20)
    spans: list[list[tuple[float, float]]] = [[], [], []]
    small: dict[str, list[list[tuple[float, float]]]] = {"laugh": [[], []], "hum": [[], []]}
    for s in said:
        room.put(parts[s.who], s.phrase.sound * np.float32(effort[s.who] * s.gain), str(s.who), s.spot, s.at)
        late = s.at + room.late[str(s.who)][s.spot]
        here = [(a + late, b + late) for a, b in s.phrase.speech]
        spans[s.who] += here
        if s.phrase.small and s.who < 2:
            small[s.phrase.small][s.who] += here
    powers = [
        np.mean(p[0] ** 2) / max(0.02, sum(b - a for a, b in sp) / seconds) for p, sp in zip(parts[:2], spans[:2], strict=True)
    ]
    loud = float(np.sqrt(np.mean([p for p in powers if p > 0])))
    snr = loudness(rng)
    lengths = [n, *(int((sum(p.seconds for p in e) + 0.45 * len(e) + 1.5) * RATE) for e in (enrol_one, enrol_two))]
    noise = np.split(loud * 10 ** (-snr / 20) * background(sum(lengths), room, crowd, rng), np.cumsum(lengths)[:-1], axis=1)
    mix = sum(parts) + noise[0]
    if tv_on:
        tv, tv_spans = television(n, room, crowd, rng)
        below = rng.uniform(4, 16)
        mix += tv * loud / (np.std(tv) + 1e-9) * 10 ** (-below / 20)
        if below < 12:
            spans[2] += tv_spans
    extras(mix, room, rng)
    if rng.random() < 0.15:  # somebody turns the microphone up and down
        knots = np.arange(0, n + 10 * RATE, 5 * RATE)
        mix *= np.interp(np.arange(n), knots, 10 ** (rng.normal(0, 4, len(knots)) / 20)).astype("f4")
    scale, hiss = 0.05 / loud * 10 ** (rng.uniform(-10, 4) / 20), 10 ** (rng.uniform(-82, -62) / 20)
    if rng.random() < 0.04:
        scale *= 4  # it clips
    out = {f"mix_{k}": v for k, v in frames(finish(mix, scale, hiss, rng), model).items()}
    for i, (name, enrol) in enumerate((("one", enrol_one), ("two", enrol_two))):
        t, x = 0.6, noise[1 + i].copy()
        for p in enrol:
            room.put(x, p.sound * np.float32(effort[i]), str(i), SPOTS, t)
            t += p.seconds + float(rng.uniform(0.15, 0.45))
        out.update({f"{name}_{k}": v for k, v in frames(finish(x, scale, hiss, rng), model).items() if k not in ("bands",)})
    m = len(out["mix_vad"])
    out["truth"] = np.stack([labels(s, m) for s in spans], 1)
    out["small"] = np.stack([np.stack([labels(s, m) for s in kind], 1) for kind in small.values()], 2)
    out["info"] = np.array([snr, third, tv_on])
    return out


def main() -> None:
    out, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    kept = "--held-out" in sys.argv
    folk, others = people(DATA, kept), passers_by(DATA, kept)
    model = SileroActivity(ROOT / "models/silero/silero_16k.npz")
    out.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        f = out / f"{seed}-{i:04d}.npz"
        if f.exists():
            continue
        np.savez(f, **dinner(folk, others, np.random.default_rng([seed, i]), model, 60.0))


if __name__ == "__main__":
    main()
