"""Every evening rehearsed with polite people, without sound: how long it is, and how much of it is the companion's voice.

    python -m scripts.bench.evenings [EVENING …] [--seed 1]

One row an evening, then the mean of each length beside what is aimed at. Lines have the lengths they have when rendered.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from companion.effects import Effect
from companion.evening import house
from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import find
from companion.evening.settings import Settings
from companion.events import Event

AIM = {10: 0.13, 20: 0.10, 40: 0.08, 60: 0.08}
"""The companion's share of an evening of so many minutes, at most: choices of ours, from a few per cent up where frames weigh."""


class Unseen:
    """Nobody watches."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Look away."""


def main() -> int:
    """Rehearse and print; 1 where an evening breaks."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("evenings", nargs="*", help="only these")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    library = house.library("en")
    shares: dict[int, list[float]] = defaultdict(list)
    faults = 0
    print("| evening | planned, min | took, min | companion's share | faults |\n|---|---|---|---|---|")
    for name in given.evenings or sorted(library.evenings, key=lambda each: (library.evenings[each].time, each)):
        with tempfile.TemporaryDirectory() as folder:
            done = rehearse(find(name, library), Path(folder), given.seed, Settings(), Unseen(), fidelity="events")
        planned = round(library.evening(name).time / 60)
        share, minutes = done.score.metrics["talk_share"] or 0.0, done.score.metrics["minutes"] or 0.0
        shares[planned].append(share)
        faults += len(done.score.faults)
        print(f"| {name} | {planned} | {minutes:.1f} | {100 * share:.1f} % | {len(done.score.faults)} |", flush=True)
    print("\n| planned, min | evenings | mean share | most | aim |\n|---|---|---|---|---|")
    for planned, all_of_them in sorted(shares.items()):
        aim = f"{100 * AIM[planned]:.0f} %" if planned in AIM else "–"
        mean = statistics.fmean(all_of_them)
        print(f"| {planned} | {len(all_of_them)} | {100 * mean:.1f} % | {100 * max(all_of_them):.1f} % | {aim} |")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
