"""What the recogniser costs: size, load time, and memory as talk goes on, each in a process of its own.

python -m scripts.bench.recognition_costs MODEL [--minutes 20]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from scripts.train_model.bench_sets import commands, held_voices
from scripts.train_model.clips import RATE_HZ
from scripts.train_model.recognizers import BLOCK, Vosk

MARKS_MIN = (1, 2, 4, 8, 20, 40, 60)
RENEWED_AFTER_S = 120.0
"""As the companion's adapter: a recogniser is made anew after so much speech (adapters/vosk_recognizer.py)."""


def report(folder: Path, minutes: float = 20.0) -> None:
    """Print size, load time and memory; memory in one recogniser for ever, and in one that is renewed."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"\n| cost | value |\n| --- | --- |\n| size | {size / 1e6:.2f} MB |", flush=True)
    for kind in ("--kept", "--renewed"):
        again = [sys.executable, "-m", "scripts.bench.recognition_costs", str(folder), kind, "--minutes", str(minutes)]
        print(subprocess.run(again, check=True, capture_output=True).stdout.decode().strip(), flush=True)


def memory(folder: Path, minutes: float, renewed: bool) -> None:
    """Print load time, and memory after so many minutes of talk in faint noise with the full command grammar."""
    before = resident_mb()
    engine = Vosk(folder, unknown=True)
    recognizer, heard_s, since_s = engine.recognizer(commands()), 0.0, 0.0
    if not renewed:
        print(f"| load | {engine.load_ms:.0f} ms |\n| memory of loading | {resident_mb() - before:.0f} MB |")
    rng = np.random.default_rng(0)
    talk = [clip.pcm for clip in held_voices(commands()[::2])]
    start, marks, kind = (
        resident_mb(),
        [mark for mark in MARKS_MIN if mark <= minutes],
        "renewed" if renewed else "one and the same",
    )
    grown = []
    while marks:
        pcm = talk[rng.integers(len(talk))]
        noisy = np.clip(pcm + rng.standard_normal(len(pcm)) * 60, -32768, 32767).astype(np.int16)
        for at in range(0, len(noisy), BLOCK):
            if recognizer.AcceptWaveform(noisy[at : at + BLOCK].tobytes()):
                recognizer.Result()
        heard_s += len(pcm) / RATE_HZ
        since_s += len(pcm) / RATE_HZ
        if renewed and since_s > RENEWED_AFTER_S:
            recognizer, since_s = engine.recognizer(commands()), 0.0
        if heard_s >= 60 * marks[0]:
            grown.append(f"{marks.pop(0)} min {resident_mb() - start:+.0f}")
    print(f"| memory over that before talk, MB, {kind} recogniser | {', '.join(grown)} |")


def resident_mb() -> float:
    """Memory held now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--minutes", type=float, default=20.0, help="of talk")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--kept", action="store_true", help="one recogniser for ever")
    how.add_argument("--renewed", action="store_true", help="a new one now and then, as in an evening")
    options = parser.parse_args()
    if options.kept or options.renewed:
        memory(options.model, options.minutes, options.renewed)
    else:
        report(options.model, options.minutes)


if __name__ == "__main__":
    main()
