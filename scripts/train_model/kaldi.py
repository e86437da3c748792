"""Writers of Kaldi's binary forms: transition model, nnet3 network, statistics. Little-endian throughout."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from .phones import pdf_pairs

BINARY = b"\0B"
TransitionIds = dict[tuple[int, int], tuple[int, int]]
"""(positioned phone, pdf of its first frame) → (id of entering it, id of staying in it)."""


def token(text: str) -> bytes:
    return text.encode() + b" "


def int32(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def float32(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def float64(value: float) -> bytes:
    return b"\x08" + struct.pack("<d", value)


def int_vector(values: Sequence[int]) -> bytes:
    return int32(len(values)) + np.asarray(values, "<i4").tobytes()


def float_vector(values: ArrayLike) -> bytes:
    data = np.asarray(values, "<f4")
    return token("FV") + int32(len(data)) + data.tobytes()


def double_matrix(values: ArrayLike) -> bytes:
    data = np.asarray(values, "<f8")
    return token("DM") + int32(data.shape[0]) + int32(data.shape[1]) + data.tobytes()


def compressed_matrix(values: ArrayLike) -> bytes:
    """16-bit integers between the smallest and largest value; read wherever a float matrix is."""
    data = np.asarray(values, "<f4")
    low = float(data.min())
    extent = float(data.max()) - low or 1.0
    steps = np.clip(np.rint((data - low) / extent * 65535), 0, 65535).astype("<u2")
    return token("CM2") + struct.pack("<ffii", low, extent, *data.shape) + steps.tobytes()


def transition_model() -> tuple[bytes, TransitionIds]:
    """One emitting state a phone, left and kept with equal chance; its pdfs by `phones.pdf_pairs`."""
    pairs = pdf_pairs()
    n_phones = len(pairs)
    half = float32(0.5)
    topology = (
        token("<Topology>")
        + int_vector(range(1, n_phones + 1))
        + int_vector([-1] + [0] * n_phones)
        + int32(-1)  # staying has a pdf of its own
        + int32(1)  # topology entries
        + int32(2)  # states of the only entry
        + (int32(0) + int32(1) + int32(2) + int32(0) + half + int32(1) + half)
        + (int32(-1) + int32(-1) + int32(0))
        + token("</Topology>")
    )
    tuples = sorted((phone, 0, *pair) for phone, own in enumerate(pairs, 1) for pair in own)
    chances = np.full(2 * len(tuples) + 1, np.log(0.5))
    chances[0] = 0.0
    written = (
        token("<TransitionModel>")
        + topology
        + token("<Tuples>")
        + int32(len(tuples))
        + b"".join(int32(value) for row in tuples for value in row)
        + token("</Tuples>")
        + token("<LogProbs>")
        + float_vector(chances)
        + token("</LogProbs>")
        + token("</TransitionModel>")
    )
    ids = {(phone, first): (2 * number + 2, 2 * number + 1) for number, (phone, _, first, _) in enumerate(tuples)}
    return written, ids


def affine(weights: ArrayLike, bias: ArrayLike) -> bytes:
    """A fixed affine component: libvosk would multiply pairs of the trainable kind out, and lose the factors' thrift."""
    inner = token("<LinearParams>") + compressed_matrix(weights) + token("<BiasParams>") + float_vector(bias)
    return token("<FixedAffineComponent>") + inner + token("</FixedAffineComponent>")


def relu(size: int) -> bytes:
    statistics = token("<ValueAvg>") + float_vector([]) + token("<DerivAvg>") + float_vector([]) + token("<Count>") + float64(0.0)
    return token("<RectifiedLinearComponent>") + token("<Dim>") + int32(size) + statistics + token("</RectifiedLinearComponent>")


def unchanged(size: int) -> bytes:
    scale = token("<BackpropScale>") + float32(1.0)
    return token("<NoOpComponent>") + token("<Dim>") + int32(size) + scale + token("</NoOpComponent>")


def nnet3(nodes: Sequence[str], components: Sequence[tuple[str, bytes]]) -> bytes:
    """A network from its config lines and its named components."""
    written = token("<Nnet3>") + b"\n" + "".join(f"{node}\n" for node in nodes).encode() + b"\n"
    written += token("<NumComponents>") + int32(len(components))
    for name, component in components:
        written += token("<ComponentName>") + token(name) + component
    return written + token("</Nnet3>")


def write_acoustic_model(path: Path, transitions: bytes, network: bytes) -> None:
    """`am/final.mdl`; the contexts stand as 0 because libvosk computes them anew."""
    contexts = token("<LeftContext>") + int32(0) + token("<RightContext>") + int32(0) + token("<Priors>") + float_vector([])
    path.write_bytes(BINARY + transitions + network + contexts)


def write_mean(path: Path, mean: ArrayLike, weight: float = 1000.0) -> None:
    """`am/global_cmvn.stats`: sums and count in the first row; the second (squares) is there but unused."""
    sums = np.asarray(mean, np.float64) * weight
    statistics = np.vstack([np.append(sums, weight), np.append(np.full(len(sums), weight), 0.0)])
    path.write_bytes(BINARY + double_matrix(statistics))
