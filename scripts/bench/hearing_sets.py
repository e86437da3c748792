"""Who sits at the bench's tables, and the labelled dinners made of them.

Dinners are made by the dinners tool (`make --presets scripts/bench/hearing_sets.yaml`). The people in them were never used to
train a net, and those whose dinners the rules were tuned on do not come back in what is reported.
"""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile as sf
import yaml

PRESETS = Path(__file__).with_name("hearing_sets.yaml")
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SUFFIXES = (".ogg", ".flac", ".wav", ".opus")

LEAST_SECONDS = 24.0
"""People with less speech cannot hold a dinner."""

LOOKED_AT: frozenset[str] = frozenset(yaml.safe_load(PRESETS.read_text())["looked_at"])
"""People of the tool's `dev` set, whose dinners were looked at while the rules were made."""

Half = Literal["tune", "report"]


@dataclass(frozen=True, slots=True)
class Person:
    """One speaker: name, sex where known, recordings."""

    name: str
    sex: str
    files: tuple[Path, ...]


def people(data: Path) -> list[Person]:
    """Everyone in the data folder with enough speech whom no net was trained on.

    The nets learn from LibriSpeech and from half of AN4 (`scripts/train_hearing/people.py`); both stay out, and so do the people
    of LJ Speech and of short recordings. Raises FileNotFoundError where the folder is not what we expect.
    """
    speech, an4 = data / "speech", data / "commands" / "an4"
    sexes = {row["speaker"]: row["sex"] for f in (speech, an4) for row in csv.DictReader((f / "speakers.csv").open())}
    found: dict[str, tuple[Path, ...]] = {
        f.stem: (f,) for f in sorted(speech.glob("*.ogg")) if not f.stem.startswith(("ls", "lj"))
    }
    for folder in sorted(f for f in an4.iterdir() if f.is_dir() and zlib.crc32(f.name.encode()) % 2):
        found[folder.name] = tuple(sorted(folder.glob("*.ogg")))
    out = [Person(name, sexes.get(name, ""), files) for name, files in found.items()]
    return [p for p in out if sum(sf.info(f).duration for f in p.files) > LEAST_SECONDS + 4]


def half_of(person: Person) -> Half:
    """Which half of the people this one belongs to."""
    looked_at = person.name in LOOKED_AT or (person.sex == "m" and zlib.crc32(b"bench" + person.name.encode()) % 2 == 1)
    return "tune" if looked_at else "report"


def seat(folder: Path, cast: list[Person]) -> Path:
    """A folder of speakers as the tool reads it, made of links."""
    for person in cast:
        (folder / person.name).mkdir(parents=True, exist_ok=True)
        for f in person.files:
            link = folder / person.name / f.name
            if not link.exists():
                link.symlink_to(f.resolve())
    rows = "".join(f"{p.name},{p.sex}\n" for p in cast)
    (folder / "speakers.csv").write_text("speaker,sex\n" + rows)
    return folder


def alike(cast: list[Person]) -> list[tuple[Person, Person]]:
    """Two pairs of one sex whose mean spectra are nearest to each other, nobody in both."""
    spectra = {p.name: _spectrum(p) for p in cast}
    pairs = [(a, b) for a, b in itertools.combinations(cast, 2) if a.sex == b.sex]
    pairs.sort(key=lambda ab: float(np.abs(spectra[ab[0].name] - spectra[ab[1].name]).mean()))
    first = pairs[0]
    return [first, next(p for p in pairs[1:] if not set(p) & set(first))]


def _spectrum(person: Person) -> np.ndarray:
    """Mean level of loud frames in 24 bands of equal width on a log scale, overall level removed, dB."""
    x = np.concatenate([sf.read(f, dtype="float32")[0] for f in person.files])[: 40 * 16000]
    frames = np.lib.stride_tricks.sliding_window_view(x, 512)[::256] * np.hanning(512).astype("f4")
    power = np.abs(np.fft.rfft(frames)) ** 2
    loud = power[power.sum(axis=1) > np.percentile(power.sum(axis=1), 60)].mean(axis=0)
    edges = np.unique(np.geomspace(4, 224, 25).astype(int))
    bands = 10 * np.log10(np.add.reduceat(loud, edges)[:-1] / np.diff(edges) + 1e-12)
    return np.asarray(bands - bands.mean())


def make(tool: Path, folder: Path, name: str, cast: Path, seed: int | None = None, only: tuple[str, ...] = ()) -> None:
    """Let the tool make the dinners of a set that are not there yet. `name` is one of ours or, for `scenarios`, of the tool's."""
    ours = PRESETS if f"\n  {name}:" in PRESETS.read_text() else tool / "presets.yaml"
    command = [sys.executable, str(tool), "make", str(folder), str(cast), "--set", name, "--presets", str(ours), "--half", "all"]
    command += ["--seed", str(seed)] if seed is not None else []
    wanted = [d for d in (only or names(ours, name)) if not (folder / d / "truth.json").exists()]
    for dinner in wanted:
        subprocess.run([*command, "--only", dinner], check=True, env=ONE_THREAD, stdout=subprocess.DEVNULL)


def names(presets: Path, name: str) -> list[str]:
    """The dinners of a set."""
    return [str(d["name"]) for d in yaml.safe_load(presets.read_text())["sets"][name]["dinners"]]
