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
from .augment import Surroundings, heard, level
from .clips import RATE_HZ, Clip
from .lexicon import pronunciations
from .mfcc import N_CEPSTRA, mel_bank, mfcc, without_mean
from .rooms import draw_rooms

Floats = NDArray[np.float32]

N_SHARDS = 6
HUMAN_COPIES = {"an4": 3, "gsc": 6, "read": 3}
"""How often each human clip stands in a shard: people are rare, and the point of it all."""
N_ROOMS = 160
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

    def __init__(self, around: Surroundings, global_mean: Floats, rng: np.random.Generator) -> None:
        self.around, self.global_mean, self.rng = around, global_mean, rng
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
        sound = heard(speech, lead, tail, self.around, rng)
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


def _surroundings(rows: list[Clip], rng: np.random.Generator) -> Surroundings:
    talk = [rows[i].pcm.astype(np.float32) for i in rng.permutation(len(rows))[:400]]
    babble = np.concatenate([part / level(part) for part in talk])
    return Surroundings(draw_rooms(N_ROOMS, rng), people.noises() if people.available() else [], babble)


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
        maker = Maker(around, mean, np.random.default_rng(8))
        aside = [clip for path in sorted(places.work("speech", "x").parent.glob("held-*.npz")) for clip in clips.load(path)]
        _write_shard(held, [maker.utterance(clip) for clip in aside[::3]])
    for number in shards:
        path = places.work("features", f"shard-{number:02d}.npz")
        if path.exists():
            continue
        rng = np.random.default_rng(100 + number)
        maker = Maker(around, mean, rng)
        made = []
        for done, index in enumerate(rng.permutation(len(rows))):
            made.append(maker.utterance(rows[index]))
            if done % 2000 == 1999:
                print(f"shard {number}: {done + 1} of {len(rows)}", flush=True)
        _write_shard(path, made)
        hours = sum(len(row.features) for row in made) / 360_000
        print(f"{path.name}: {len(made)} utterances, {hours:.1f} h", flush=True)
