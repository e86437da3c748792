"""A small recurrent net that weighs the evidence: run once for each partner, with the evidence exchanged.

So exchanging the partners exchanges the answers and changes nothing else. Trained by `scripts/train_hearing/train.py` on
simulated dinners; plain numpy here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.trouble import Trouble

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Net:
    """Weights: `bend` (inputs to width), a gated recurrent layer, `out` (this partner speaks, laughs, hums; another speaks)."""

    mean: Floats  # of the inputs
    scale: Floats
    bend: Floats  # (inputs, width)
    bend_bias: Floats
    into: Floats  # (width, 3 * cells): reset, update, new
    into_bias: Floats
    again: Floats  # (cells, 3 * cells)
    again_bias: Floats
    out: Floats  # (cells, 4)
    out_bias: Floats
    defer: float  # log odds taken from the less likely partner while the other speaks: one at a time is the rule
    doubt: float  # log odds taken from both; these two were chosen on held-out people
    lag: int  # frames of look-ahead: the answer to frame t comes with frame t + lag

    @classmethod
    def load(cls, path: Path) -> Net:
        """Raises Trouble where the file is missing or broken."""
        try:
            with np.load(path) as f:
                single = {"defer": float(f["defer"]), "doubt": float(f["doubt"]), "lag": int(f["lag"])}
                arrays = {k: np.ascontiguousarray(f[k], np.float32) for k in cls.__dataclass_fields__ if k not in single}
                return cls(**arrays, **single)  # type: ignore[arg-type]
        except (OSError, KeyError, ValueError) as e:
            raise Trouble(f"The net that tells voices apart, {path}, cannot be read: install companion again.") from e


class Fusion:
    """The running net: two rows, one per partner, each with its own memory."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._cells = net.again.shape[0]
        self._h: Floats = np.zeros((2, self._cells), np.float32)

    def feed(self, common: Floats, each: Floats) -> Floats:
        """`common` (n, c) and `each` (2, n, s) evidence of n frames to (n, 2, 4) probabilities, `lag` frames late."""
        net, k = self._net, self._cells
        n = len(common)
        x = np.concatenate([np.broadcast_to(common, (2, *common.shape)), each, each[::-1]], axis=2)
        x = np.maximum(((x - net.mean) * net.scale) @ net.bend + net.bend_bias, 0) @ net.into + net.into_bias  # (2, n, 3k)
        h = self._h
        hs = np.empty((n, 2, k), np.float32)
        half = np.float32(0.5)
        for i in range(n):
            g = h @ net.again + net.again_bias
            gates = half * np.tanh(half * (x[:, i, : 2 * k] + g[:, : 2 * k])) + half
            new = np.tanh(x[:, i, 2 * k :] + gates[:, :k] * g[:, 2 * k :])
            h = new + gates[:, k:] * (h - new)
            hs[i] = h
        self._h = h
        y = hs @ net.out + net.out_bias
        y[:, :, 3] = y[:, :, 3].mean(axis=1, keepdims=True)
        speaks = y[:, :, 0]
        other = speaks[:, ::-1]
        less = (speaks < other) * (half * np.tanh(half * other) + half)
        y[:, :, 0] = speaks - (np.float32(net.defer) * less + np.float32(net.doubt))
        p: Floats = half * np.tanh(half * y) + half
        return p
