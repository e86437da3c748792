"""Training dinners to evidence: what `companion.hearing.evidence.Evidence` makes of the frames that `simulate.py` stored."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from companion.hearing.enrolment import Enrolment, colour_of
from companion.hearing.evidence import Evidence
from companion.hearing.features import Frames
from companion.hearing.voices import Mixture


def stored(d: dict[str, np.ndarray], of: str, two: bool) -> Frames:
    """The frames of `mix`, `one` or `two`; without phases where `two` microphones are not wanted."""
    n = len(d[f"{of}_vad"])
    bands = d.get(f"{of}_bands", np.zeros((n, 40), "f4"))
    phase = np.exp(1j * d[f"{of}_phase"] * (np.pi / 127)).astype("c8") if two else None
    weight = d[f"{of}_weight"].astype("f4") / 255 if two else None
    rest = (d[f"{of}_{k}"] for k in ("vad", "db", "level"))
    return Frames(-128, *rest, bands, d[f"{of}_voice"], d[f"{of}_f0"], d[f"{of}_voiced"], phase, weight)


def example(path: Path, mixture: Mixture, two: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """common (n, c), each (2, n, s), truth (n, 3), small (n, 2, 2) of one dinner. Kept beside it once made."""
    kept = path.with_suffix(".two" if two else ".one")
    if kept.exists():
        with np.load(kept) as f:
            return f["common"], f["each"], f["truth"], f["small"]
    with np.load(path) as f:
        d = dict(f)
    e = (Enrolment(), Enrolment())
    for x, of in zip(e, ("one", "two"), strict=True):
        x.feed(stored(d, of, two))
    colour = colour_of(*e)
    profiles = [x.profile(mixture, colour) for x in e]
    common, each = (a.astype("f2") for a in Evidence(mixture, *profiles, colour).feed(stored(d, "mix", two)))
    with kept.open("wb") as out:
        np.savez(out, common=common, each=each, truth=d["truth"], small=d["small"])
    return common, each, d["truth"], d["small"]


def examples(folder: Path, mixture: Mixture, known: set[Path]) -> list[tuple[np.ndarray, ...]]:
    """All dinners in a folder that are not known yet and have been written to their end."""
    out = []
    for f in sorted(folder.glob("*.npz")):
        if f not in known:
            try:
                out.append(example(f, mixture))
            except (zipfile.BadZipFile, EOFError, ValueError, KeyError):  # still being written
                continue
            known.add(f)
    return out
