"""The training objective: lattice-free maximum mutual information from a flat start, in plain PyTorch.

For each clip: log-probability of all ways to say its words (numerator) less that of all ways to say anything
(denominator, a phone trigram). No alignment is needed. Both halves return posteriors over pdfs; the gradient with
respect to the network's output is their difference. (Povey et al. 2016; flat start: Hadian et al. 2018.)
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .phones import CLASS_OF, N_CLASSES, N_PDFS, N_SOUNDS, NUMBER, SILENCE, SOUNDS, first_pdf

SILENCE_CHANCE = 0.5
TINY = 1e-30


class Denominator:
    """Every sequence of sounds, weighted by a phone trigram. States: (current sound, sound before it)."""

    def __init__(self, trigram: NDArray[np.float64]) -> None:
        """`trigram[p, q, r]` = P(r | p q)."""
        self._next = torch.tensor(trigram, dtype=torch.float32).permute(1, 0, 2).contiguous()  # [now, before, next]
        self._back = self._next.transpose(1, 2).contiguous()
        self._in_class = torch.zeros(N_CLASSES, N_SOUNDS)  # which sounds belong to a class
        for number, sound in enumerate(SOUNDS):
            self._in_class[CLASS_OF[sound], number] = 1.0
        firsts = [first_pdf(sound, c) for sound in SOUNDS for c in range(N_CLASSES)]
        self._first_pdf = torch.tensor(firsts)

    def _by_state(self, likely: Tensor, pdfs: Tensor) -> Tensor:
        """[clips, frames, pdfs] → [frame, now, clip, before]."""
        n, frames, _ = likely.shape
        chosen = likely[:, :, pdfs].view(n, frames, N_SOUNDS, N_CLASSES)
        return chosen.permute(1, 2, 0, 3) @ self._in_class

    def _by_pdf(self, occupied: Tensor) -> Tensor:
        """[frame, now, clip, before] → [clips, frames, sounds × classes]."""
        return (occupied @ self._in_class.T).permute(2, 0, 1, 3).flatten(2)

    def __call__(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """`scores` [clips, frames, pdfs] → (log-probability [clips], posteriors like `scores`)."""
        n, frames, _ = scores.shape
        top = scores.amax(2, keepdim=True)
        likely = (scores - top).exp()
        first, further = self._by_state(likely, self._first_pdf), self._by_state(likely, self._first_pdf + 1)

        alphas, arrivals, totals = torch.empty_like(first), torch.zeros_like(first), torch.empty(frames, n, 1)
        arrivals[0, :, :, 0] = self._next[0, 0][:, None]
        alpha = arrivals[0] * first[0]
        for t in range(frames):
            if t:
                arrivals[t] = torch.bmm(alpha, self._next).permute(2, 1, 0)
                alpha = (alpha * further[t]).addcmul_(arrivals[t], first[t])
            totals[t, :, 0] = alpha.sum((0, 2)).clamp_min_(TINY)
            alpha = torch.div(alpha, totals[t], out=alphas[t])
        log_total = totals[:, :, 0].log().sum(0) + top[:, :, 0].sum(1)

        first /= totals[:, None]
        further /= totals[:, None]
        in_first, in_further = first, further  # overwritten frame by frame
        beta = torch.ones(N_SOUNDS, n, N_SOUNDS)
        for t in range(frames - 1, 0, -1):
            entering = in_first[t].mul_(beta)
            staying = in_further[t].mul_(beta)
            beta = staying + torch.bmm(entering.permute(2, 1, 0), self._back)
        in_first[0] = alphas[0] * beta
        in_first[1:] *= arrivals[1:]
        in_further[1:] *= alphas[:-1]
        in_further[0] = 0.0
        posteriors = torch.zeros(n, frames, N_PDFS)
        posteriors.index_add_(2, self._first_pdf, self._by_pdf(in_first))
        posteriors.index_add_(2, self._first_pdf + 1, self._by_pdf(in_further))
        return log_total, posteriors


@dataclass(frozen=True, slots=True)
class Spoken:
    """All ways to say a row of words: a left-to-right graph with variants and optional silences.

    `pdfs` [states]: pdf of each state's first frame (further frames: the next number); `moves` [states, states],
    `starts`, `ends` [states]: weights.
    """

    pdfs: NDArray[np.int64]
    moves: NDArray[np.float64]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]


def spoken(words: Sequence[Sequence[Sequence[str]]]) -> Spoken:
    """The graph of words given as lists of pronunciations."""
    pdfs: list[int] = []
    incoming: list[list[tuple[int, float]]] = []
    start = -1

    def state(sound: str, left_class: int, sources: list[tuple[int, float]]) -> int:
        pdfs.append(first_pdf(sound, left_class))
        incoming.append(sources)
        return len(pdfs) - 1

    silence = state(SILENCE, 0, [(start, SILENCE_CHANCE)])
    front = [(start, SILENCE, 1 - SILENCE_CHANCE), (silence, SILENCE, 1.0)]  # (state, its sound, weight of leaving it)
    for variants in words:
        ends: list[tuple[int, str]] = []
        for phones in variants:
            by_class: dict[int, list[tuple[int, float]]] = {}
            for source, sound, weight in front:
                by_class.setdefault(CLASS_OF[sound], []).append((source, weight))
            heads = [state(phones[0], left, sources) for left, sources in by_class.items()]
            for before, phone in itertools.pairwise(phones):
                heads = [state(phone, CLASS_OF[before], [(head, 1.0) for head in heads])]
            ends += [(head, phones[-1]) for head in heads]
        silence = state(SILENCE, 0, [(end, SILENCE_CHANCE) for end, _ in ends])
        front = [*((end, sound, 1 - SILENCE_CHANCE) for end, sound in ends), (silence, SILENCE, 1.0)]

    size = len(pdfs)
    moves, starts, finals = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    for target, sources in enumerate(incoming):
        for source, weight in sources:
            if source == start:
                starts[target] += weight
            else:
                moves[source, target] += weight
    for source, _, weight in front:
        if source != start:
            finals[source] = weight
    return Spoken(np.array(pdfs), moves, starts, finals)


def numerator(scores: Tensor, graphs: Sequence[Spoken]) -> tuple[Tensor, Tensor, Tensor]:
    """`scores` [clips, frames, pdfs] → (log-probabilities [clips], posteriors like `scores`, whether the words fit)."""
    n, frames, n_pdfs = scores.shape
    size = max(len(graph.pdfs) for graph in graphs)
    pdfs = torch.zeros(n, size, dtype=torch.long)
    moves = torch.zeros(n, size, size, dtype=torch.float64)
    starts, ends = torch.zeros(n, size, dtype=torch.float64), torch.zeros(n, size, dtype=torch.float64)
    for row, graph in enumerate(graphs):
        own = len(graph.pdfs)
        pdfs[row, :own] = torch.from_numpy(graph.pdfs)
        moves[row, :own, :own] = torch.from_numpy(graph.moves)
        starts[row, :own], ends[row, :own] = torch.from_numpy(graph.starts), torch.from_numpy(graph.ends)
    top = scores.amax(2, keepdim=True)
    likely = (scores - top).double().exp()
    first = likely.gather(2, pdfs[:, None].expand(n, frames, size))
    further = likely.gather(2, pdfs[:, None].expand(n, frames, size) + 1)

    alpha = starts * first[:, 0]
    alphas, arrivals, totals = [], [alpha], []
    for t in range(frames):
        if t:
            arrived = torch.bmm(alpha[:, None], moves)[:, 0]
            arrivals.append(arrived)
            alpha = alpha * further[:, t] + arrived * first[:, t]
        total = alpha.sum(1, keepdim=True).clamp_min(1e-250)
        alpha = alpha / total
        alphas.append(alpha)
        totals.append(total)
    finish = (alpha * ends).sum(1, keepdim=True)
    fits = finish[:, 0] > 1e-200

    posteriors = torch.zeros(n, frames, n_pdfs, dtype=torch.float64)
    back = moves.transpose(1, 2).contiguous()
    beta = ends / finish.clamp_min(1e-250)
    for t in range(frames - 1, 0, -1):
        scaled = beta / totals[t]
        entering, staying = first[:, t] * scaled, further[:, t] * scaled
        posteriors[:, t].scatter_add_(1, pdfs, entering * arrivals[t])
        posteriors[:, t].scatter_add_(1, pdfs + 1, staying * alphas[t - 1])
        beta = staying + torch.bmm(entering[:, None], back)[:, 0]
    posteriors[:, 0].scatter_add_(1, pdfs, alphas[0] * beta)
    total_log = torch.cat(totals, 1).log().sum(1) + top[:, :, 0].sum(1) + finish[:, 0].clamp_min(1e-250).log()
    return total_log.float(), posteriors.float(), fits


def phone_trigram(sequences: Sequence[Sequence[str]], backing: float = 20.0) -> NDArray[np.float64]:
    """Smoothed trigram [p, q, r] of sounds; `backing`: counts' worth of the shorter history."""
    one, two = np.ones(N_SOUNDS), np.zeros((N_SOUNDS, N_SOUNDS))
    three = np.zeros((N_SOUNDS, N_SOUNDS, N_SOUNDS))
    for sequence in sequences:
        before, now = 0, 0
        for sound in sequence:
            following = NUMBER[sound]
            one[following] += 1
            two[now, following] += 1
            three[before, now, following] += 1
            before, now = now, following
    one /= one.sum()
    bigram = (two + backing * one) / (two.sum(1, keepdims=True) + backing)
    trigram: NDArray[np.float64] = (three + backing * bigram[None]) / (three.sum(2, keepdims=True) + backing)
    return trigram
