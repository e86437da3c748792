"""Silero voice activity in plain numpy, on the 16 kHz weights of the MIT `silero-vad` 6.2.3 wheel.

Equal to the wheel's own network to 1e-5 (tests/adapters/test_silero_activity.py). `models/silero/card.md` has the licence and the
hashes; `scripts/train_hearing/extract_silero.py` makes the weights. Thresholds do not carry over from one release of Silero to
another, so the file is pinned by its hash.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from companion.timeline import BLOCK
from companion.trouble import Trouble

Floats = NDArray[np.float32]

SHA256 = "4f2e1636c9b80f47aaba469053aaf56ac3f55d065555281495a0802853face90"
"""Of models/silero/silero_16k.npz."""

_CONTEXT = 64  # samples of the block before, in front of each block
_CELLS = 128


class SileroActivity:
    """`companion.hearing.ports.ActivityModel`: the probability that a block of 512 samples holds speech."""

    def __init__(self, weights: Path) -> None:
        """Read the weights. Raises Trouble where the file is missing or not the one we know."""
        try:
            raw = weights.read_bytes()
        except OSError as e:
            raise Trouble(f"The speech activity model {weights} cannot be read ({e.strerror}): install companion again.") from e
        if hashlib.sha256(raw).hexdigest() != SHA256:
            raise Trouble(f"The speech activity model {weights} is not the one of this version: install companion again.")
        with np.load(weights) as w:
            self._conv: list[Floats] = [w[f"conv{i}"] for i in range(4)]
            self._bias: list[Floats] = [w[f"bias{i}"] for i in range(4)]
            self._lstm: Floats = w["lstm"]
            self._lstm_bias: Floats = w["lstm_bias"]
            self._out: Floats = w["out"]
            self._out_bias = float(w["out_bias"][0])
        self._middle = np.ascontiguousarray(self._conv[3][64:128])  # one frame is left: the outer taps see padding only
        self._window: Floats = np.hanning(257)[:-1].astype(np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._hidden: Floats = np.zeros(_CELLS, np.float32)
        self._cell: Floats = np.zeros(_CELLS, np.float32)
        self._sound: Floats = np.zeros(_CONTEXT + BLOCK + 64, np.float32)  # context, block, reflected end
        self._frames = as_strided(self._sound, (4, 256), (128 * 4, 4))
        # Layers with an empty frame at each end; the views beside them are rows of three frames, in steps of one and of two.
        self._spectrum: Floats = np.zeros((6, 129), np.float32)
        self._spectra = as_strided(self._spectrum, (4, 387), (129 * 4, 4))
        self._first: Floats = np.zeros((6, 128), np.float32)
        self._firsts = as_strided(self._first, (2, 384), (2 * 128 * 4, 4))
        self._second: Floats = np.zeros((3, 64), np.float32)

    def feed(self, block: Floats) -> float:
        """Speech probability of 512 samples (mono, 16 kHz, full scale ±1)."""
        if block.shape != (BLOCK,):
            raise ValueError(f"want {BLOCK} samples, got an array of shape {block.shape}")
        s = self._sound
        s[:_CONTEXT] = s[BLOCK : BLOCK + _CONTEXT]
        s[_CONTEXT : _CONTEXT + BLOCK] = block
        s[_CONTEXT + BLOCK :] = s[-66:-130:-1]
        self._spectrum[1:5] = np.abs(np.fft.rfft(self._frames * self._window, axis=1))
        np.maximum(self._spectra @ self._conv[0] + self._bias[0], 0, out=self._first[1:5])
        np.maximum(self._firsts @ self._conv[1] + self._bias[1], 0, out=self._second[1:3])
        v = np.maximum(self._second.reshape(-1) @ self._conv[2] + self._bias[2], 0)
        v = np.maximum(v @ self._middle + self._bias[3], 0)
        return self._remember(v)

    def _remember(self, x: Floats) -> float:
        """One step of the recurrent cell, and the probability."""
        gates = np.concatenate([x, self._hidden]) @ self._lstm + self._lstm_bias
        i, f, _, o = _sigmoid(gates).reshape(4, _CELLS)
        self._cell = f * self._cell + i * np.tanh(gates[2 * _CELLS : 3 * _CELLS])
        self._hidden = o * np.tanh(self._cell)
        logit = float(np.maximum(self._hidden, 0) @ self._out) + self._out_bias
        return float(1 / (1 + np.exp(-logit)))


def _sigmoid(x: Floats) -> Floats:
    y: Floats = np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x))  # cannot overflow
    return y
