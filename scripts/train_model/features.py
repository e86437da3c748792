"""Steps `augment` and `features`: clips → shards of features, each shard one freshly augmented copy of everything.

Training reads whatever shards exist when a round begins, so it can run while further shards are being made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from . import clips, people, places
from .augment import GENTLE, HARD, Conditions, Surroundings, heard
from .clips import RATE_HZ, Clip
from .kitchen import kitchen, level
from .lexicon import pronunciations
from .mfcc import N_CEPSTRA, mel_bank, mfcc, without_mean
from .rooms import draw_rooms

Floats = NDArray[np.float32]

GENTLE_SHARDS, N_SHARDS = 4, 12
"""The first shards are for the flat start, the others are harder."""
HARD_SHARE = 0.5
"""Share of the made voices that a hard shard says: half a shard is there twice as soon."""
HUMAN_COPIES = {"an4": 3, "gsc": 6, "read": 3, "wake": 3, "phrases": 5}
"""How often each human clip stands in a shard: people are rare, and the point of it all."""
SHORT_S, SHORT_COPIES = 1.0, 2
"""Clips shorter than this stand in a shard so often: commands are short, and short ones are misheard most."""
N_ROOMS = 240
N_KITCHENS, KITCHEN_S = 48, 20.0
QUANTUM = 36
"""Clips are rounded up with room noise to multiples of this many frames: batches of equal length need no masks."""
WARPS = tuple(float(round(warp, 2)) for warp in np.arange(0.84, 1.19, 0.02))
PAST_FRAMES = 600


@dataclass(frozen=True, slots=True)
class Utterance:
    """Features of one clip, [frames, 40] as 16-bit floats, and its words."""

    features: NDArray[np.float16]
    text: str


def read_shard(path: Path) -> Iterator[Utterance]:
    with np.load(path) as file:
        features, lengths, texts = file["features"], file["lengths"], file["texts"]
    ends = np.cumsum(lengths)
    for start, end, text in zip(ends - lengths, ends, texts, strict=True):
        yield Utterance(features[start:end], str(text))


def _write_shard(path: Path, rows: list[Utterance]) -> None:
    unfinished = path.with_suffix(".part.npz")
    np.savez(
        unfinished,
        features=np.concatenate([row.features for row in rows]),
        lengths=np.array([len(row.features) for row in rows]),
        texts=np.array([row.text for row in rows]),
    )
    unfinished.replace(path)


class Maker:
    """Turns clips into utterances; the running mean sometimes remembers an earlier clip, as it does in an evening."""

    def __init__(self, around: Surroundings, global_mean: Floats, rng: np.random.Generator, where: Conditions = GENTLE) -> None:
        self.around, self.global_mean, self.rng, self.where = around, global_mean, rng, where
        self.banks = {warp: mel_bank(warp) for warp in WARPS}
        self.before = np.zeros((0, N_CEPSTRA), np.float32)

    def cepstra(self, clip: Clip) -> Floats:
        """Features of one augmented copy, mean not yet removed."""
        rng = self.rng
        speech = clip.pcm.astype(np.float32)
        human = clip.voice.split("/")[0] in HUMAN_COPIES
        if rng.random() < 0.5:  # another pitch, pace and vocal tract at once
            ratio = rng.uniform(0.93, 1.08) if human else rng.uniform(0.87, 1.15)
            speech = soxr.resample(speech, RATE_HZ, RATE_HZ * ratio, quality="LQ")
        short = rng.random() < 0.25  # speech that starts and ends at the clip's edge
        lead = int(rng.uniform(0.01, 0.06 if short else 0.5) * RATE_HZ)
        tail = int(rng.uniform(0.03, 0.1 if short else 0.6) * RATE_HZ)
        tail += -(lead + len(speech) + tail) % (QUANTUM * 160) + 240
        sound = heard(speech, lead, tail, self.around, self.where, rng)
        warp = WARPS[rng.integers(len(WARPS))] if rng.random() < 0.6 else 1.0
        found = mfcc(sound, self.banks.get(warp, self.banks[1.0]))
        return found[: len(found) // QUANTUM * QUANTUM]

    def utterance(self, clip: Clip) -> Utterance:
        now, draw = self.cepstra(clip), self.rng.random()
        if draw < 0.45:
            past = now[:0]
        elif draw < 0.75:  # the same channel went on before
            past = np.tile(now, (PAST_FRAMES // len(now) + 1, 1))[: self.rng.integers(PAST_FRAMES)]
        else:
            past = self.before[-int(self.rng.integers(1, PAST_FRAMES)) :]
        self.before = now
        features = without_mean(np.concatenate([past, now]), self.global_mean)[len(past) :]
        return Utterance(features.astype(np.float16), clip.text)


def _sources() -> list[Clip]:
    rows = [
        clip
        for path in sorted(places.work("speech", "x").parent.glob("*.npz"))
        for clip in clips.load(path)
        if not path.name.startswith("held")
    ]
    if people.available():
        for name, found in people.training_clips(pronunciations()).items():
            rows += found * HUMAN_COPIES[name]
    return rows


def _chosen(rows: list[Clip], hard: bool, rng: np.random.Generator) -> list[Clip]:
    """The clips of one shard, in random order."""
    if hard:
        kept = [row for row in rows if row.voice.split("/")[0] in HUMAN_COPIES or rng.random() < HARD_SHARE]
        rows = [row for row in kept for _ in range(SHORT_COPIES if row.seconds < SHORT_S else 1)]
    return [rows[index] for index in rng.permutation(len(rows))]


def _surroundings(rows: list[Clip], rng: np.random.Generator) -> Surroundings:
    talk = [rows[i].pcm.astype(np.float32) for i in rng.permutation(len(rows))[:400]]
    babble = np.concatenate([part / level(part) for part in talk])
    kitchens = [kitchen(int(KITCHEN_S * RATE_HZ), rng) for _ in range(N_KITCHENS)]
    return Surroundings(draw_rooms(N_ROOMS, rng), people.noises() if people.available() else [], babble, kitchens)


def _global_mean(rows: list[Clip], around: Surroundings) -> Floats:
    """The mean of augmented features, kept in a file because it also goes into the model."""
    path = places.work("global_mean.npy")
    if not path.exists():
        rng = np.random.default_rng(1)
        maker = Maker(around, np.zeros(N_CEPSTRA, np.float32), rng)
        found = [maker.cepstra(rows[i]) for i in rng.permutation(len(rows))[:800]]
        np.save(path, np.concatenate(found).mean(0).astype(np.float32))
    mean: Floats = np.load(path)
    return mean


def run(shards: range = range(N_SHARDS)) -> None:
    """Write `features/shard-NN.npz`, and `features/held.npz` of voices kept aside to watch training with."""
    rows = _sources()
    around = _surroundings(rows, np.random.default_rng(7))
    mean = _global_mean(rows, around)
    held = places.work("features", "held.npz")
    if not held.exists():
        maker = Maker(around, mean, np.random.default_rng(8), HARD)
        aside = [clip for path in sorted(places.work("speech", "x").parent.glob("held-*.npz")) for clip in clips.load(path)]
        _write_shard(held, [maker.utterance(clip) for clip in aside[::3]])
    for number in shards:
        if not places.work("features", f"shard-{number:02d}.npz").exists():
            _make_shard(number, rows, around, mean)


def _make_shard(number: int, rows: list[Clip], around: Surroundings, mean: Floats) -> None:
    rng, hard = np.random.default_rng(100 + number), number >= GENTLE_SHARDS
    if hard:  # other rooms and kitchens for each
        around = _surroundings(rows, rng)
    maker, made = Maker(around, mean, rng, HARD if hard else GENTLE), []
    said = _chosen(rows, hard, rng)
    for done, clip in enumerate(said, 1):
        made.append(maker.utterance(clip))
        if done % 2000 == 0:
            print(f"shard {number}: {done} of {len(said)}", flush=True)
    path = places.work("features", f"shard-{number:02d}.npz")
    _write_shard(path, made)
    hours = sum(len(row.features) for row in made) / 360_000
    print(f"{path.name}: {len(made)} utterances, {hours:.1f} h", flush=True)
