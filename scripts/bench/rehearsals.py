"""Rehearsed dinners over many seeds: what was scripted, what was found, what it cost.

    python -m scripts.bench.rehearsals [SCENARIO …] [--seeds 1-10] [--channels 2] [--out FOLDER]

Every seed is another room, noise, talk and set of doings. One row a dinner; the last row adds them up.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from companion.effects import Effect
from companion.evening.rehearse import Rehearsal, rehearse
from companion.evening.settings import Settings
from companion.events import Event
from companion.simulation.scenario import read_scenario


class Unseen:
    """Nobody watches."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Look away."""


def seeds(text: str) -> list[int]:
    """`1-10` or `3,5,8`."""
    first, dash, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [int(part) for part in text.split(",")]


def table_of(done: list[tuple[str, int, Rehearsal]]) -> Table:
    """One row a dinner."""
    checks = list(done[0][2].score.checks)
    table = Table("dinner", "seed", "min", "× real time", *(name.replace("_", " ") for name in checks), "faults", box=None)
    for name, seed, one in done:
        cells = [f"{c.right}/{c.of}" for c in one.score.checks.values()]
        table.add_row(
            name,
            str(seed),
            f"{one.seconds / 60:.1f}",
            f"{one.seconds / max(one.took, 0.01):.0f}",
            *cells,
            str(len(one.score.faults)),
        )
    sums = []
    for check in checks:
        parts = [one.score.checks[check] for _, _, one in done]
        sums.append(f"{sum(c.right for c in parts)}/{sum(c.of for c in parts)}")
    minutes = sum(one.seconds for _, _, one in done) / 60
    faults = sum(len(one.score.faults) for _, _, one in done)
    table.add_row("all", "", f"{minutes:.0f}", "", *sums, str(faults), style="bold")
    return table


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("scenarios", nargs="*", default=["dinner"], help="names of scenarios, or YAML files")
    p.add_argument("--seeds", type=seeds, default=seeds("1-10"), help="like 1-10 or 3,5,8")
    p.add_argument("--channels", type=int, default=2, choices=(1, 2))
    p.add_argument("--fidelity", default="room", choices=("events", "tracks", "room"))
    p.add_argument("--out", type=Path, default=Path("rehearsals"))
    a = p.parse_args()
    console = Console(width=190)
    done: list[tuple[str, int, Rehearsal]] = []
    for name in a.scenarios:
        scenario = read_scenario(Path(name) if name.endswith((".yaml", ".yml")) else name)
        for seed in a.seeds:
            one = rehearse(
                scenario,
                a.out / f"{scenario.scenario}-{seed}",
                seed,
                Settings.model_validate({}),
                Unseen(),
                channels=a.channels,
                fidelity=a.fidelity,
            )
            done.append((scenario.scenario, seed, one))
            console.print(f"{scenario.scenario} {seed}: {one.seconds / 60:.1f} min, {len(one.score.faults)} faults")
            for fault in one.score.faults:
                console.print(f"   {fault}", highlight=False, soft_wrap=True)
    console.print(table_of(done))


if __name__ == "__main__":
    main()
