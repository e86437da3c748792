"""How well spoken commands are recognised: ours, ours with `[unk]`, and PocketSphinx, on the same clips in one run.

    python -m scripts.bench.recognition                       everything
    python -m scripts.bench.recognition --parts human talk    some of the tables
    python -m scripts.bench.recognition --only GSC stop       some sets, by words of their names
    python -m scripts.bench.recognition --model DIR           a published Vosk model instead of ours
    python -m scripts.bench.recognition --no-sphinx --confusions

People's recordings are used where they lie beside the checkout; made voices always. None of these clips was trained on,
apart from the rehearsed dinners' voices, which say so. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from scripts.train_model import places
from scripts.train_model.bench_sets import Set, commands, human_sets, made_sets, reject_sets
from scripts.train_model.clips import Clip
from scripts.train_model.graphs import UNKNOWN
from scripts.train_model.recognizers import ACCEPT_CONFIDENCE, Engine, Result, Sphinx, Vosk


def understood(sets: Iterable[Set], engines: Sequence[Engine], confusions: bool) -> None:
    """Print the share of clips whose whole result is the phrase said, and the share our rule accepts."""
    names = " | ".join(engine.name for engine in engines)
    print(f"\n| understood: set (clips, phrases) | {names} | accepted at ≥ {ACCEPT_CONFIDENCE} | wrong, accepted |")
    print(f"| --- |{' --- |' * (len(engines) + 2)}", flush=True)
    for found in sets:
        heard = [engine.hear(found.clips, found.phrases, found.rate_hz) for engine in engines]
        cells = [percent(sum(map(right, found.clips, results)), len(found.clips)) for results in heard]
        ruled = heard[1]  # ours + [unk]: the one the companion uses
        accepted = [(clip, result) for clip, result in zip(found.clips, ruled, strict=True) if result.accepted(found.phrases)]
        taken = sum(right(clip, result) for clip, result in accepted)
        cells += [percent(taken, len(found.clips)), percent(len(accepted) - taken, len(found.clips))]
        print(f"| {found.name} ({len(found.clips)}, {len(found.phrases)}) | {' | '.join(cells)} |", flush=True)
        if confusions:
            pairs = zip(found.clips, ruled, strict=True)
            missed = ((clip.text, result.said) for clip, result in pairs if not right(clip, result))
            for (said, taken_for), count in Counter(missed).most_common(25):
                print(f"    {count} × “{said}” → “{taken_for}”")


def right(clip: Clip, result: Result) -> bool:
    return result.said == clip.text


def percent(part: int, whole: int) -> str:
    return f"{part} = {100 * part / max(whole, 1):.1f} %"


def false_accepts(sets: Iterable[Set], engine: Vosk) -> None:
    """Print how often talk is taken for a command, with the whole grammar and with the rule."""
    grammar = f"{len(commands())} commands + {UNKNOWN}"
    print(f"\n| false accepts, {grammar} | minutes | one phrase | and ≥ {ACCEPT_CONFIDENCE} | taken |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for found in sets:
        allowed = set(found.phrases)
        parts = [part for result in engine.hear(found.clips, found.phrases) for part in result.parts]
        phrases = [part for part in parts if part[0] in allowed]
        sure = [part for part in phrases if part[1] >= ACCEPT_CONFIDENCE]
        minutes = sum(clip.seconds for clip in found.clips) / 60
        taken = ", ".join(f"{said} {confidence:.2f}" for said, confidence in sure[:12])
        print(f"| {found.name} | {minutes:.1f} | {len(phrases)} | {len(sure)} | {taken} |", flush=True)


def cpu(engines: Sequence[Engine]) -> None:
    """Print CPU per second of all the sound heard in this run."""
    spent = [f"{engine.name} {engine.cost.ms_per_s:.1f} ms" for engine in engines if engine.cost.sound_s]
    if spent:
        print(f"\nCPU per second of sound: {', '.join(spent)}.", flush=True)


def costs(folder: Path) -> None:
    """Print load time, size and memory; memory in a process of its own."""
    print("\n| cost | value |\n| --- | --- |", flush=True)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"| size | {size / 1e6:.2f} MB |")
    again = [sys.executable, "-m", __spec__.name, "--memory", "--model", str(folder)]
    report = subprocess.run(again, check=True, capture_output=True)
    print(report.stdout.decode().strip(), flush=True)


def memory(folder: Path) -> None:
    """Print load time and memory before, after loading and after 1, 2 and 4 minutes of noisy talk in one recognizer."""
    before = resident_mb()
    engine = Vosk(folder, unknown=True)
    print(f"| load | {engine.load_ms:.0f} ms |")
    print(f"| memory of loading | {resident_mb() - before:.0f} MB |")
    recognizer = engine.recognizer(commands())
    rng = np.random.default_rng(0)
    talk = next(iter(made_sets())).clips
    heard_s, marks = 0.0, [60.0, 120.0, 240.0]
    while marks:
        pcm = talk[rng.integers(len(talk))].pcm
        noisy = np.clip(pcm + rng.standard_normal(len(pcm)) * 60, -32768, 32767).astype(np.int16)
        if recognizer.AcceptWaveform(noisy.tobytes()):
            recognizer.Result()
        heard_s += len(pcm) / 16_000
        if heard_s >= marks[0]:
            name = f"memory after {marks.pop(0) / 60:.0f} min in one recognizer"
            print(f"| {name} | {resident_mb() - before:.0f} MB |")


def resident_mb() -> float:
    """Memory held now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def chosen(sets: Iterable[Set], words: Sequence[str] | None) -> Iterable[Set]:
    return (found for found in sets if not words or any(word in found.name for word in words))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=places.MODEL, help="a Vosk model folder")
    parser.add_argument("--parts", nargs="*", choices=("human", "made", "talk", "costs"), help="some tables only")
    parser.add_argument("--only", nargs="*", metavar="WORD", help="sets whose name holds one of these words")
    parser.add_argument("--no-sphinx", action="store_true", help="leave PocketSphinx out")
    parser.add_argument("--confusions", action="store_true", help="list what was taken for what")
    parser.add_argument("--quick", action="store_true", help="half of the commands, 8 minutes of talk of each kind")
    parser.add_argument("--memory", action="store_true", help="only load time and memory")
    options = parser.parse_args()
    if options.memory:
        memory(options.model)
        return
    rejecting = Vosk(options.model, unknown=True)
    engines: list[Engine] = [Vosk(options.model, unknown=False), rejecting]
    if not options.no_sphinx:
        engines.append(Sphinx())
    parts = options.parts or ("human", "made", "talk", "costs")
    if "human" in parts:
        understood(chosen(human_sets(), options.only), engines, options.confusions)
    if "made" in parts:
        understood(chosen(made_sets(2 if options.quick else 1), options.only), engines, options.confusions)
    if "talk" in parts:
        false_accepts(chosen(reject_sets(8.0 if options.quick else 30.0), options.only), rejecting)
    cpu(engines)
    if "costs" in parts:
        costs(options.model)


if __name__ == "__main__":
    main()
