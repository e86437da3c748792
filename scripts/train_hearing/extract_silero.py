"""Take the 16 kHz network out of the MIT `silero-vad` wheel: `models/silero/silero_16k.npz`. Needs torch.

    pip download --no-deps silero-vad==6.2.3 && unzip silero_vad-6.2.3-py3-none-any.whl
    python scripts/train_hearing/extract_silero.py silero_vad/data/silero_vad.jit

(The safetensors file in the same wheel holds the weights of an older release.) The short-time Fourier basis is left out: it is
a plain DFT with a Hann window, which the adapter computes; checked here.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch

SHA256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"
OUT = Path(__file__).resolve().parents[2] / "models" / "silero" / "silero_16k.npz"


def main() -> None:
    got = hashlib.sha256(Path(sys.argv[1]).read_bytes()).hexdigest()
    if got != SHA256:
        raise SystemExit(f"{sys.argv[1]} has sha256 {got}, not {SHA256}: another release of silero-vad")
    t = {k.removeprefix("_model."): v.detach().numpy() for k, v in torch.jit.load(sys.argv[1]).state_dict().items()}
    basis = t["stft.forward_basis_buffer"][:, 0]
    dft = np.fft.rfft(np.eye(256) * np.hanning(257)[:-1], axis=1).T
    away = float(np.abs(basis - np.vstack([dft.real, dft.imag])).max())
    if away > 1e-5:
        raise SystemExit(f"the transform differs from a Hann-windowed DFT by {away}: another release of silero-vad")
    out = {}
    for i in range(4):
        w = t[f"encoder.{i}.reparam_conv.weight"]
        out[f"conv{i}"] = np.ascontiguousarray(w.transpose(2, 1, 0).reshape(-1, w.shape[0]))  # (3 taps * in, out)
        out[f"bias{i}"] = t[f"encoder.{i}.reparam_conv.bias"]
    out["lstm"] = np.ascontiguousarray(np.hstack([t["decoder.rnn.weight_ih"], t["decoder.rnn.weight_hh"]]).T)  # (256, 4 * 128)
    out["lstm_bias"] = t["decoder.rnn.bias_ih"] + t["decoder.rnn.bias_hh"]
    out["out"] = t["decoder.decoder.2.weight"].reshape(128)
    out["out_bias"] = t["decoder.decoder.2.bias"]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(OUT, **out)
    print(OUT, OUT.stat().st_size, "bytes, sha256", hashlib.sha256(OUT.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
