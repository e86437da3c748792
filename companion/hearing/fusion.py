"""A small recurrent net that weighs the evidence: run once for each partner, with the evidence exchanged.

So exchanging the partners exchanges the answers and changes nothing else. The second of its two recurrent layers sees the first
one's view of both partners. Trained by `scripts/train_hearing/train.py` on simulated dinners; plain numpy here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.trouble import Trouble

Floats = NDArray[np.float32]

SPEAKS, LAUGHS, HUMS, ANOTHER, BOTH = range(5)
"""What the net tells of a partner, and (the same from both views) whether somebody else speaks and whether both partners do."""

BEFORE = 40
"""Frames that the net listens before its answers mean anything: as many as were not judged in training."""


@dataclass(frozen=True)
class Net:
    """Weights: `bend` (inputs to width), two gated recurrent layers, `out` (`SPEAKS` to `BOTH`)."""

    mean: Floats  # of the inputs
    scale: Floats
    bend: Floats  # (inputs, width)
    bend_bias: Floats
    into: Floats  # (width, 3 * cells): reset, update, new
    into_bias: Floats
    again: Floats  # (cells, 3 * cells)
    again_bias: Floats
    into2: Floats  # (2 * cells, 3 * cells): this partner's cells and the other's
    into2_bias: Floats
    again2: Floats
    again2_bias: Floats
    out: Floats  # (cells, 5)
    out_bias: Floats
    ahead: Floats  # (4,) the likelier partner's log odds from: own, both's, the other's probability, 1
    behind: Floats  # (4,) the less likely one's; these two were fitted to held-out people, so that answers are probabilities
    lag: int  # frames of look-ahead: the answer to frame t comes with frame t + lag

    @classmethod
    def load(cls, path: Path) -> Net:
        """Raises Trouble where the file is missing or broken."""
        try:
            with np.load(path) as f:
                arrays = {k: np.ascontiguousarray(f[k], np.float32) for k in cls.__dataclass_fields__ if k != "lag"}
                return cls(**arrays, lag=int(f["lag"]))
        except (OSError, KeyError, ValueError) as e:
            raise Trouble(f"The net that tells voices apart, {path}, cannot be read: install companion again.") from e


class Fusion:
    """The running net: two rows, one per partner, each with its own memory."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._first = Layer(net.again, net.again_bias)
        self._second = Layer(net.again2, net.again2_bias)
        self._begun = False

    def feed(self, common: Floats, each: Floats) -> Floats:
        """`common` (n, c) and `each` (2, n, s) evidence of n frames to (n, 2, 5) probabilities, `lag` frames late.

        What was before the very first frame is taken to have been like it.
        """
        if not self._begun:
            self._begun = True
            self._answers(np.repeat(common[:1], BEFORE, axis=0), np.repeat(each[:, :1], BEFORE, axis=1))
        return self._answers(common, each)

    def _answers(self, common: Floats, each: Floats) -> Floats:
        net = self._net
        n, c, s = len(common), common.shape[1], each.shape[2]
        x = np.empty((n, 2, c + 2 * s), np.float32)
        x[:, :, :c] = common[:, None]
        for k in (0, 1):
            x[:, k, c : c + s], x[:, k, c + s :] = each[k], each[1 - k]
        x = np.maximum(((x - net.mean) * net.scale) @ net.bend + net.bend_bias, 0)
        h = self._first.feed(x @ net.into + net.into_bias)
        h = self._second.feed(np.concatenate([h, h[:, ::-1]], axis=2) @ net.into2 + net.into2_bias)
        return settled(net, h @ net.out + net.out_bias)


class Layer:
    """A gated recurrent layer for both rows (Cho et al. 2014)."""

    def __init__(self, again: Floats, bias: Floats) -> None:
        self._again, self._bias, self._k = again, bias, again.shape[0]
        self._h: Floats = np.zeros((2, self._k), np.float32)

    def feed(self, x: Floats) -> Floats:
        """(n, 2, 3 * cells) what comes in, to (n, 2, cells)."""
        k, h, half = self._k, self._h, np.float32(0.5)
        hs = np.empty((len(x), 2, k), np.float32)
        for i in range(len(x)):
            g = h @ self._again
            g += self._bias
            gates = g[:, : 2 * k] + x[i, :, : 2 * k]
            gates *= half
            np.tanh(gates, out=gates)
            gates *= half
            gates += half
            new = np.tanh(x[i, :, 2 * k :] + gates[:, :k] * g[:, 2 * k :])
            h = new + gates[:, k:] * (h - new)
            hs[i] = h
        self._h = h
        return hs


def settled(net: Net, y: Floats) -> Floats:
    """Log odds of both rows, (n, 2, 5), to probabilities: one at a time is the rule, both at once has an answer of its own."""
    y[:, :, ANOTHER:] = y[:, :, ANOTHER:].mean(axis=1, keepdims=True)
    own, other, both = y[:, :, SPEAKS], y[:, ::-1, SPEAKS], y[:, :, BOTH]
    they = np.float32(0.5) * np.tanh(np.float32(0.5) * other) + np.float32(0.5)
    weights = np.where((own < other)[:, :, None], net.behind, net.ahead)
    y[:, :, SPEAKS] = weights[:, :, 0] * own + weights[:, :, 1] * both + weights[:, :, 2] * they + weights[:, :, 3]
    p: Floats = np.float32(0.5) * np.tanh(np.float32(0.5) * y) + np.float32(0.5)
    return p
