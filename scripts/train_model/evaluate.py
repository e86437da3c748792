"""Step `evaluate`: the bench (`scripts/bench/recognition.py`) on the shipped model, its tables written into the card.

`python -m scripts.train_model.evaluate tune` prints how the cost of `[unk]` trades commands for false accepts, on
clips that the tables do not use; the chosen one is `graphs.UNKNOWN_COST`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from . import graphs, lexicon, places
from .bench_sets import tuning_sets
from .recognizers import ACCEPT_CONFIDENCE, Vosk

FIGURES = "figures.md"
COSTS = (1.0, 1.5, 2.0, 3.0)


def with_cost(cost: float) -> Path:
    """A copy of the shipped model with another cost of `[unk]`."""
    folder = places.work("costs", f"{cost:.2f}", "x").parent
    shutil.copytree(places.MODEL, folder, dirs_exist_ok=True)
    graphs.write_graphs(folder, lexicon.spelt(graphs.model_words()), cost)
    return folder


def tune() -> None:
    """Print, for each cost of `[unk]`: commands accepted, wrong commands accepted, false accepts per minute of talk."""
    accept, reject = tuning_sets()
    for cost in COSTS:
        engine = Vosk(with_cost(cost), unknown=True)
        cells = []
        for found in accept:
            pairs = list(zip(found.clips, engine.hear(found.clips, found.phrases), strict=True))
            accepted = [clip.text == result.said for clip, result in pairs if result.accepted(found.phrases)]
            cells.append(f"{found.name}: {100 * sum(accepted) / len(pairs):.1f} % right, {accepted.count(False)} wrong")
        for found in reject:
            parts = [part for result in engine.hear(found.clips, found.phrases) for part in result.parts]
            false = sum(said in found.phrases and sure >= ACCEPT_CONFIDENCE for said, sure in parts)
            minutes = sum(clip.seconds for clip in found.clips) / 60
            cells.append(f"{found.name}: {false} false in {minutes:.0f} min")
        print(f"{cost:.2f}: {'; '.join(cells)}; {engine.cost.ms_per_s:.0f} ms CPU/s", flush=True)


def run() -> None:
    """Measure, keep the tables, and write the card."""
    from . import card

    figures = subprocess.run(
        [sys.executable, "-m", "scripts.bench.recognition"], cwd=places.CHECKOUT, check=True, stdout=subprocess.PIPE
    ).stdout.decode()
    places.work(FIGURES).write_text(figures, encoding="utf8")
    print(figures)
    card.run()


if __name__ == "__main__":
    if sys.argv[1:] == ["tune"]:
        tune()
    else:
        sys.exit("python -m scripts.train_model.evaluate tune")
