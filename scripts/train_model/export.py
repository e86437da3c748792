"""Step `export`: checkpoint → `models/embedded-en/`, a Vosk model folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from . import graphs, kaldi, lexicon, manifest, places
from .mfcc import MFCC_CONF, N_CEPSTRA, SUBSAMPLING
from .network import SKIP, SPLICE, Network, Shape

MODEL_CONF = """--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=4.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--frames-per-chunk=12
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""
"""Without acoustic-scale and subsampling results are wrong; without silence-phones libvosk aborts at the first block.
Twelve frames a chunk (default 24) give partial results earlier."""

Floats = NDArray[np.float32]


def numbers(tensor: torch.Tensor) -> Floats:
    array: Floats = tensor.detach().numpy()
    return array


def folded(linear: nn.Linear, norm: nn.BatchNorm1d) -> tuple[Floats, Floats]:
    """(weights, bias) of an affine layer with the normalisation behind it worked in."""
    assert norm.running_var is not None and norm.running_mean is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return numbers(linear.weight * scale[:, None]), numbers((linear.bias - norm.running_mean) * scale + norm.bias)


def nnet3(network: Network) -> bytes:
    """The network in Kaldi's form."""
    shape = network.shape
    nodes = [f"input-node name=input dim={N_CEPSTRA}"]
    components: list[tuple[str, bytes]] = []

    def node(name: str, source: str, component: bytes) -> str:
        nodes.append(f"component-node name={name} component={name} input={source}")
        components.append((name, component))
        return name

    half = SPLICE // 2
    window = ", ".join(f"Offset(input, {offset})" if offset else "input" for offset in range(-half, half + 1))
    x = node("entry", f"Append({window})", kaldi.affine(*folded(network.entry, network.norm)))
    x = node("entry.relu", x, kaldi.relu(shape.hidden))
    for number, block in enumerate(network.blocks, 1):
        zero = np.zeros(shape.bottleneck)
        z = node(f"narrow{number}", f"Append(Offset({x}, -{SUBSAMPLING}), {x})", kaldi.affine(numbers(block.narrow.weight), zero))
        source = f"Append({z}, Offset({z}, {SUBSAMPLING}))" if block.looks_ahead else z
        z = node(f"widen{number}", source, kaldi.affine(*folded(block.widen, block.norm)))
        z = node(f"relu{number}", z, kaldi.relu(shape.hidden))
        x = node(f"sum{number}", f"Sum(Scale({SKIP}, {x}), {z})", kaldi.unchanged(shape.hidden))
    x = node("final", x, kaldi.affine(numbers(network.final.weight), np.zeros(shape.final)))
    x = node("scores", x, kaldi.affine(numbers(network.out.weight), numbers(network.out.bias)))
    nodes.append(f"output-node name=output input={x} objective=linear")
    return kaldi.nnet3(nodes, components)


def averaged_network(checkpoint: Path) -> Network:
    """The network of a checkpoint with the averaged weights."""
    state = torch.load(checkpoint, weights_only=False)
    network = Network(Shape(**state["shape"]))
    network.load_state_dict(state["average"])
    return network.eval()


def write_model(folder: Path, checkpoint: Path, words: lexicon.Lexicon) -> None:
    """Write `am/`, `conf/` and `graph/`."""
    network = averaged_network(checkpoint)
    for part in ("am", "conf"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    kaldi.write_acoustic_model(folder / "am" / "final.mdl", kaldi.transition_model()[0], nnet3(network))
    kaldi.write_mean(folder / "am" / "global_cmvn.stats", np.load(places.work("global_mean.npy")))
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF, encoding="utf8")
    (folder / "conf" / "model.conf").write_text(MODEL_CONF, encoding="utf8")
    graphs.write_graphs(folder, words)


def run(folder: Path = places.MODEL, checkpoint: str = "checkpoint.pt") -> None:
    """Write the model folder from the latest checkpoint."""
    common = places.work("vocabulary.txt").read_text(encoding="utf8").split()
    write_model(folder, places.work(checkpoint), lexicon.spelt({*common, *lexicon.needed_words()}))
    if folder == places.MODEL:
        manifest.run()
