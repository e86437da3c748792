"""Every exercise rehearsed with polite and with difficult people, at a chosen fidelity: length, voice, cues, faults, speed.

    python -m scripts.bench.exercises [EXERCISE …] [--fidelity room] [--versions polite,difficult] [--seed 1] [--out FOLDER]

The scenarios are those of tests/scenarios; further versions befall the polite one (stopped, without-words, noisy, visited). One
row a rehearsal. What is done already in FOLDER is not done again: break it off and go on when you like; `--afresh` begins anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from companion.effects import Effect
from companion.evening import house
from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import Rehearsed, find
from companion.evening.settings import Settings
from companion.events import Event
from companion.exercises.content import Library
from companion.simulation.stage import Fidelity
from companion.simulation.variants import VARIANTS

SCENARIOS = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
VERSIONS = ("polite", "difficult")
COLUMNS = ("exercise", "people", "min", "voice %", "cues", "interruptions answered", "commands", "cue delay 95 %, s", "faults",
           "× real time")  # fmt: skip
FIDELITIES: tuple[Fidelity, ...] = ("events", "tracks", "room")


@dataclass(frozen=True)
class Row:
    """One rehearsal, as it is kept beside its log."""

    exercise: str
    version: str
    score: dict[str, Any]
    cues: int
    speed: float

    def cells(self) -> list[str]:
        """For the table."""
        figures = self.score["metrics"]
        share, delay = figures["talk_share"], figures["cue_delay_95"]
        checks = self.score["checks"]
        answered = checks["episodes"]
        return [
            self.exercise, self.version, f"{figures['minutes']:.1f}", f"{100 * share:.1f}" if share else "–", str(self.cues),
            f"{answered['right']}/{answered['of']}", f"{checks['commands']['right']}/{checks['commands']['of']}",
            f"{delay:.1f}" if delay is not None else "–", str(len(self.score["faults"])), f"{self.speed:.0f}",
        ]  # fmt: skip


class Unseen:
    """Nobody watches."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Look away."""


def rehearsed(exercise: str, version: str, fidelity: Fidelity, seed: int, folder: Path, library: Library) -> Row:
    """Rehearse it, or read what an earlier run left."""
    kept = folder / "row.json"
    if not kept.is_file():
        done = rehearse(_plan(exercise, version, library), folder, seed, Settings.model_validate({}), Unseen(), fidelity=fidelity)
        cues = sum(row["event"] == "cue" and not row.get("asked") for row in _log(folder / "events.jsonl"))
        kept.write_text(json.dumps({"cues": cues, "speed": done.seconds / max(done.took, 0.001)}))
    row = json.loads(kept.read_text())
    score = json.loads((folder / "score.json").read_text(encoding="utf-8"))
    return Row(exercise, version, score, row["cues"], row["speed"])


def _plan(exercise: str, version: str, library: Library) -> Rehearsed:
    befalls = VARIANTS.get(version)
    plan = find(str(SCENARIOS / f"{exercise}-{'polite' if befalls else version}.yaml"), library)
    return replace(plan, scenario=befalls(plan.scenario)) if befalls else plan


def _log(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def table_of(rows: list[Row]) -> Table:
    """One row a rehearsal; the last adds them up."""
    table = Table(*COLUMNS, box=None)
    for row in rows:
        table.add_row(*row.cells())
    minutes = sum(row.score["metrics"]["minutes"] for row in rows)
    faults = sum(len(row.score["faults"]) for row in rows)
    sums = [f"{sum(r.score['checks'][n]['right'] for r in rows)}/{sum(r.score['checks'][n]['of'] for r in rows)}"
            for n in ("episodes", "commands")]  # fmt: skip
    table.add_row("all", "", f"{minutes:.0f}", "", str(sum(row.cues for row in rows)), *sums, "", str(faults), "", style="bold")
    return table


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("exercises", nargs="*", help="all of them if left out")
    p.add_argument("--fidelity", default="room", choices=FIDELITIES)
    p.add_argument(
        "--versions", default=",".join(VERSIONS), help="with commas: polite, difficult, stopped, without-words, noisy, visited"
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", type=Path, default=Path("rehearsals") / "exercises")
    p.add_argument("--afresh", action="store_true", help="forget what was done before")
    a = p.parse_args()
    console, library = Console(width=150), house.library("en")
    names = a.exercises or sorted(path.stem.removesuffix("-polite") for path in SCENARIOS.glob("*-polite.yaml"))
    rows = []
    for version in a.versions.split(","):
        for name in names:
            folder = a.out / f"{name}-{version}-{a.fidelity}-{a.seed}"
            if a.afresh:
                shutil.rmtree(folder, ignore_errors=True)
            row = rehearsed(name, version, a.fidelity, a.seed, folder, library)
            rows.append(row)
            console.print(f"{name}, {version}: {row.score['metrics']['minutes']:.1f} min, {len(row.score['faults'])} faults")
            for fault in row.score["faults"]:
                console.print(f"   {fault}", highlight=False, soft_wrap=True)
    console.print(table_of(rows))


if __name__ == "__main__":
    main()
