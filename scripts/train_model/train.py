"""Step `train`: features → network weights. Stops after `--minutes` of training, counted over all runs; resumable.

`--on MINUTES` trains a finished checkpoint further: the learning rate rises again to `--rate` and falls over MINUTES.
Stopped half-way, the same command goes on with what is left of them.

A round is one shard of features; shards that appear while training runs are taken up at the next round. The weights
that are exported are a running average of those trained, so that a model can be taken at any time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import places
from .features import Utterance, read_shard
from .lexicon import Lexicon, pronunciations
from .lfmmi import Denominator, Spoken, numerator, phone_trigram, spoken
from .mfcc import SUBSAMPLING
from .network import Network, Shape
from .phones import SILENCE

MINUTES = 90.0
BATCH_FRAMES = 6400
"""64 s: small batches matter at a flat start (2 to 4 times as many frames learnt nothing in the same time)."""
TOP_RATE, LAST_RATE_SHARE, WARM_UP_STEPS = 2e-3, 0.02, 100
RESTART_RATE = 1e-3
"""Half of the first rate: enough to leave a finished training's valley, too little to forget it."""
AVERAGING = 0.999
OUTPUT_DECAY = 1e-4
"""Keeps scores small; libvosk uses them as they are."""
GRADIENT_SCALE, GRADIENT_CLIP = 10.0, 5.0
MOST_VARIANTS = 4
SAVE_EVERY_S = 120.0
CHECKPOINT = "checkpoint.pt"


@dataclass
class Progress:
    """Where a training stands, apart from its weights."""

    step: int = 0
    round: int = 0
    seconds: float = 0.0
    objectives: list[float] = field(default_factory=list)
    began_step: int = 0
    began_s: float = 0.0
    ends_s: float = 60 * MINUTES
    top_rate: float = TOP_RATE

    @property
    def over(self) -> bool:
        return self.seconds >= self.ends_s

    @property
    def rate(self) -> float:
        """The learning rate now: a short rise, then a straight line down to a small share."""
        done = (self.seconds - self.began_s) / max(self.ends_s - self.began_s, 1.0)
        warm = min(1.0, (self.step - self.began_step + 1) / WARM_UP_STEPS)
        return self.top_rate * warm * max(LAST_RATE_SHARE, 1 - done)

    def go_on(self, minutes: float, rate: float) -> None:
        """A warm restart, unless one is under way already."""
        if self.over:
            self.began_step, self.began_s = self.step, self.seconds
            self.ends_s, self.top_rate = self.seconds + 60 * minutes, rate


class Graphs:
    """The numerator graph of every text, made once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._made: dict[str, Spoken] = {}

    def __getitem__(self, text: str) -> Spoken:
        if text not in self._made:
            self._made[text] = spoken([self._lexicon[word][:MOST_VARIANTS] for word in text.split()])
        return self._made[text]

    def fits(self, utterance: Utterance) -> bool:
        """Whether all words are known and there is time enough to say them."""
        words = utterance.text.split()
        if not words or any(word not in self._lexicon for word in words):
            return False
        shortest = sum(min(len(phones) for phones in self._lexicon[word]) for word in words)
        return shortest < 0.8 * len(utterance.features) / SUBSAMPLING


def sound_sequences(texts: list[str], lexicon: Lexicon, seed: int) -> list[list[str]]:
    """Texts as sounds, with a random variant of each word and silences where people make them."""
    rng = random.Random(seed)
    sequences = []
    for text in texts:
        sequence = [SILENCE] if rng.random() < 0.8 else []
        for word in text.split():
            sequence += rng.choice(lexicon[word])
            if rng.random() < 0.15:
                sequence.append(SILENCE)
        if sequence[-1] != SILENCE and rng.random() < 0.8:
            sequence.append(SILENCE)
        sequences.append(sequence)
    return sequences


def batches(utterances: list[Utterance], rng: np.random.Generator) -> Iterator[list[Utterance]]:
    """Batches of equal length, in random order."""
    by_length: dict[int, list[Utterance]] = {}
    for index in rng.permutation(len(utterances)):
        by_length.setdefault(len(utterances[index].features), []).append(utterances[index])
    made = []
    for length, rows in by_length.items():
        size = max(4, BATCH_FRAMES // length)
        made += [rows[start : start + size] for start in range(0, len(rows), size)]
    yield from (made[index] for index in rng.permutation(len(made)) if len(made[index]) > 1)


def stacked(batch: list[Utterance]) -> Tensor:
    return torch.from_numpy(np.stack([row.features for row in batch]).astype(np.float32))


def with_a_gap(features: Tensor, rng: np.random.Generator) -> Tensor:
    """Half of the batches lose 30 to 200 ms somewhere: no sound may depend on one moment alone."""
    if rng.random() < 0.5:
        start = int(rng.integers(0, features.shape[1] - 1))
        features[:, start : start + int(rng.integers(3, 20))] = 0.0
    return features


class Training:
    """Network, average, optimiser and progress; everything that a checkpoint holds."""

    def __init__(self, lexicon: Lexicon, texts: list[str], shape: Shape) -> None:
        torch.manual_seed(3)
        trigram = phone_trigram(sound_sequences(texts, lexicon, seed=5))
        self.denominator, self.graphs = Denominator(trigram), Graphs(lexicon)
        self.network = Network(shape)
        self.average = deepcopy(self.network).eval()
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=TOP_RATE, weight_decay=1e-6)
        self.progress = Progress()

    def scores_gradient(self, scores: Tensor, batch: list[Utterance]) -> tuple[Tensor, float]:
        """(gradient with respect to the scores, objective per output frame)."""
        with torch.no_grad():
            said, said_posteriors, fits = numerator(scores, [self.graphs[row.text] for row in batch])
            anything, posteriors = self.denominator(scores)
            gradient = (posteriors - said_posteriors) * fits[:, None, None] + OUTPUT_DECAY * scores
            frames = float(fits.sum()) * scores.shape[1] + 1e-6
            return gradient, float(((said - anything) * fits).sum()) / frames

    def learn(self, batch: list[Utterance], rng: np.random.Generator) -> None:
        """One step."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.progress.rate
        self.network.train()
        features = with_a_gap(stacked(batch), rng)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=True):
            scores = self.network(features).float()
        gradient, objective = self.scores_gradient(scores.detach(), batch)
        self.optimiser.zero_grad()
        scores.backward(gradient * (GRADIENT_SCALE / (scores.shape[0] * scores.shape[1])))
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_CLIP)
        self.optimiser.step()
        self.progress.step += 1
        self.progress.objectives.append(objective)
        self._follow()

    def _follow(self) -> None:
        share = 1 - min(AVERAGING, (1 + self.progress.step) / (20 + self.progress.step))
        with torch.no_grad():
            for mean, now in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
                if mean.is_floating_point():
                    mean.lerp_(now, share)
                else:
                    mean.copy_(now)

    def held_objective(self, utterances: list[Utterance]) -> float:
        """The objective of the averaged network on voices kept aside."""
        found = []
        with torch.no_grad():
            for batch in batches(utterances, np.random.default_rng(0)):
                found.append(self.scores_gradient(self.average(stacked(batch)), batch)[1])
        return float(np.mean(found))

    def save(self, path: Path) -> None:
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": vars(self.progress) | {"objectives": self.progress.objectives[-50:]},
            "shape": self.network.shape.as_dict(),
        }
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        state = torch.load(path, weights_only=False)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])


def _shards() -> list[Path]:
    return sorted(places.work("features", "x").parent.glob("shard-??.npz"))


def run(
    minutes: float = MINUTES,
    further: float | None = None,
    rate: float = RESTART_RATE,
    checkpoint: str = CHECKPOINT,
    shape: Shape | None = None,
) -> None:
    """Train until `minutes` are used, or `further` minutes more; writes the checkpoint every two minutes and at the end."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    lexicon, path = pronunciations(), places.work(checkpoint)
    held = list(read_shard(places.work("features", "held.npz")))
    texts = [row.text for row in read_shard(_shards()[0]) if all(word in lexicon for word in row.text.split())]
    training = Training(lexicon, texts, shape or Shape())
    training.progress.ends_s = 60 * minutes
    if path.exists():
        training.resume(path)
    if further:
        training.progress.go_on(further, rate)
    held = [row for row in held if training.graphs.fits(row)]
    progress, saved = training.progress, time.monotonic()
    print(f"{sum(p.numel() for p in training.network.parameters())} parameters, from step {progress.step}", flush=True)
    while not progress.over:
        shards = _shards()
        shard = shards[progress.round % len(shards)]
        rng = np.random.default_rng(1000 + progress.round)
        utterances = [row for row in read_shard(shard) if training.graphs.fits(row)]
        for batch in batches(utterances, rng):
            began = time.monotonic()
            training.learn(batch, rng)
            progress.seconds += time.monotonic() - began
            if progress.step % 100 == 0:
                recent = np.mean(progress.objectives[-100:])
                print(f"round {progress.round} step {progress.step} {progress.seconds / 60:.1f} min: {recent:.4f}", flush=True)
            if time.monotonic() - saved > SAVE_EVERY_S:
                training.save(path)
                saved = time.monotonic()
            if progress.over:
                break
        progress.round += 1
        print(f"round {progress.round} ({shard.name}) done; voices kept aside: {training.held_objective(held):.4f}", flush=True)
    training.save(path)
