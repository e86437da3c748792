"""Proof that our features are libvosk's: a model whose result is a sum over features, heard through libvosk itself.

The network gives one coefficient of the features on every pdf and the graph allows only silence, so the "confidence"
of the n-best result is the sum of that coefficient over the decoded frames (every third).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import graphs, kaldi, openfst
from .mfcc import MFCC_CONF, N_CEPSTRA, SUBSAMPLING
from .phones import N_PDFS, word_boundary_lines

NEVER_S = 100
CONF = f"""--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=6.0
--acoustic-scale=1.0
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule1.min-trailing-silence={NEVER_S}
--endpoint.rule2.min-trailing-silence={NEVER_S}
--endpoint.rule3.min-trailing-silence={NEVER_S}
--endpoint.rule4.min-trailing-silence={NEVER_S}
"""


def write_probe(folder: Path, coefficient: int, mean: NDArray[np.float32]) -> None:
    """A model folder that adds up one coefficient of the features."""
    for part in ("am", "conf", "graph/phones"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    weights = np.zeros((N_PDFS, N_CEPSTRA), np.float32)
    weights[:, coefficient] = 1.0
    nodes = [
        f"input-node name=input dim={N_CEPSTRA}",
        "component-node name=a component=a input=input",
        "output-node name=output input=a objective=linear",
    ]
    network = kaldi.nnet3(nodes, [("a", kaldi.affine(weights, np.zeros(N_PDFS)))])
    kaldi.write_acoustic_model(folder / "am" / "final.mdl", kaldi.transition_model()[0], network)
    kaldi.write_mean(folder / "am" / "global_cmvn.stats", mean)
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF, encoding="utf8")
    (folder / "conf" / "model.conf").write_text(CONF, encoding="utf8")
    graph = graphs.WordGraph({"a": [["AH"]]}, silence_cost=1e-6)
    out = folder / "graph"
    (out / "HCLr.fst").write_bytes(graph.as_bytes())
    (out / "Gr.fst").write_bytes(openfst.acceptor([[(1, 1, 1e5, 0)]], {0: 0.0}, 0))
    (out / "words.txt").write_text("<eps> 0\na 1\n[unk] 2\n", encoding="utf8")
    (out / "phones" / "word_boundary.int").write_text("\n".join(word_boundary_lines()) + "\n", encoding="utf8")
    (out / "disambig_tid.int").write_text("", encoding="utf8")


def summed_by_libvosk(folder: Path, pcm: NDArray[np.int16]) -> float:
    """What libvosk adds up over a sound with the probe model of a folder."""
    import vosk

    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(str(folder)), 16_000)
    recognizer.SetMaxAlternatives(1)
    for start in range(0, len(pcm), 4000):
        recognizer.AcceptWaveform(pcm[start : start + 4000].tobytes())
    return float(json.loads(recognizer.FinalResult())["alternatives"][0]["confidence"])
