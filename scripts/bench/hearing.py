"""How well hearing tells two people apart and notices interruptions, and what it costs: one command, one table.

    python -m scripts.bench.hearing                 the whole table; some 40 min of CPU the first time
    python -m scripts.bench.hearing --companion     only the companion, without its rivals
    python -m scripts.bench.hearing --full          three times as many dinners (other seeds)
    python -m scripts.bench.hearing --every 4       only every fourth dinner of each set: a quick look
    python -m scripts.bench.hearing --words         the recogniser listening for commands too (twice the time)
    python -m scripts.bench.hearing --out table.md  writes it to a file too

Labelled dinners are made once by the dinners tool, from people no net was trained on and no rule tuned on, and kept in --work.
What each system heard in each dinner is kept as well, and heard again only when its code or weights have changed, so a run that
was stopped goes on where it was. Scores are the tool's own. The peer is optional: `pip install resemblyzer` (it needs torch).
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from companion.events import Event
from scripts.bench import hearing_sets as sets
from scripts.bench import hearing_systems as systems
from scripts.bench.hearing_table import Scored, Scorer, dinner_table, main_table, markdown, trade_table

SHARED = Path(__file__).resolve().parents[3] / "shared"
NAMES = {2: "two microphones", 1: "one microphone"}
PROBABILITIES = (0.0, 0.7, 0.8, 0.9, 0.95)
SIDES = ("places", "scenarios", "alike")
OTHER_SEEDS = (3031, 4031)

RIVALS: dict[str, tuple[systems.Hear, int]] = {
    "ceiling: perfect labels": (systems.perfect("known"), 0),
    "· laughs unknown": (systems.perfect("unknown"), 0),
    "GMM + HMM, two": (systems.by_hand, 2),
    "GMM + HMM, one": (systems.by_hand, 1),
    "energy and direction, two": (systems.energy_and_direction, 2),
    "d-vectors (Resemblyzer), one": (systems.d_vectors, 1),
}


class Bench:
    """Makes, hears and scores; keeps everything under `work`."""

    def __init__(self, tool: Path, data: Path, work: Path, progress: Progress, every: int = 1) -> None:
        self.scorer = Scorer(tool)
        self._every = every
        self._events: dict[tuple[str, str], list[Event]] = {}  # of each system in each dinner
        self._tool, self._data, self._work, self._progress = tool, data, work, progress

    def dinners(self, name: str, seed: int | None = None) -> list[systems.Dinner]:
        """The dinners of a set, made where they are missing."""
        folder = self._work / (name if seed is None else f"{name}-{seed}")
        cast = [p for p in sets.people(self._data) if sets.half_of(p) == "report"]
        presets = sets.PRESETS if name != "scenarios" else self._tool / "presets.yaml"
        wanted = sets.names(presets, name)
        if any(not (folder / d / "truth.json").exists() for d in wanted):
            if name == "alike":
                for i, (pair, dinner) in enumerate(zip(sets.alike(cast), wanted, strict=True)):
                    sets.make(
                        self._tool, folder, name, sets.seat(self._work / "people" / f"alike{i}", list(pair)), only=(dinner,)
                    )
            else:
                sets.make(self._tool, folder, name, sets.seat(self._work / "people" / "report", cast), seed)
        return [systems.Dinner(folder / d) for d in wanted][:: self._every]

    def told(self, system: str, hear: systems.Hear, dinners: list[systems.Dinner], channels: int) -> list[systems.Told]:
        """What a system hears in each of them."""
        slug = "".join(c if c.isalnum() else "-" for c in system)
        task = self._progress.add_task(f"{system}, {NAMES.get(channels, 'labels')}", total=len(dinners))
        out = []
        for d in dinners:
            version = systems.fingerprint(rival=not system.startswith("companion"))
            folder = self._work / "heard" / f"{slug}-{version}" / d.folder.parent.name
            out.append(systems.kept(folder, hear, d, channels))
            self._progress.advance(task)
        self._progress.remove_task(task)
        return out

    def scored(self, system: str, dinners: list[systems.Dinner], told: list[systems.Told], least: float = 0.0) -> list[Scored]:
        """Its events, scored; interruptions less probable than `least` left out."""
        out = []
        for d, t in zip(dinners, told, strict=True):
            key = (system.removeprefix("swept-"), str(d.folder))
            if key not in self._events:
                self._events[key] = systems.conversed(t, d)
            events = self._events[key]
            folder = self._work / "results" / system / d.folder.parent.name / d.folder.name
            out.append(self.scorer.one(d.folder, systems.written(events, d, folder, least), t.cost))
        return out


def report(bench: Bench, full: bool, rivals: bool, words: bool) -> str:
    """The whole table as markdown."""
    main = bench.dinners("main") + [d for seed in OTHER_SEEDS if full for d in bench.dinners("main", seed)]
    ours = ("companion-with-words", systems.companion_with_words) if words else ("companion", systems.companion)
    columns: dict[str, list[Scored]] = {}
    swept: dict[str, dict[float, list[Scored]]] = {}
    for channels, name in NAMES.items():
        told = bench.told(*ours, main, channels)
        columns[name] = bench.scored(f"companion-{channels}", main, told)
        swept[name] = {p: bench.scored(f"swept-companion-{channels}", main, told, p) for p in PROBABILITIES}
    missing = []
    for name, (hear, channels) in RIVALS.items():
        if hear is systems.d_vectors and importlib.util.find_spec("resemblyzer") is None:
            missing.append("d-vectors (Resemblyzer) not run: it is not installed.")
        elif rivals or channels == 0:
            columns[name] = bench.scored(name.replace(" ", "-"), main, bench.told(name, hear, main, channels))
    minutes = sum(p.truth["seconds"] for p in columns[NAMES[2]]) / 60
    out = [f"{len(main)} dinners, {minutes:.0f} minutes.", main_table(bench.scorer, columns), *missing]
    out += ["Recall against false fires per backchannel, all dinners above.", trade_table(bench.scorer, swept)]
    for side in SIDES:
        dinners = bench.dinners(side)
        heard = {}
        for channels, name in (*NAMES.items(), (0, "ceiling")):
            system, hear = ours if channels else ("ceiling", systems.perfect("known"))
            heard[name] = bench.scored(f"{system}-{channels}", dinners, bench.told(system, hear, dinners, channels))
        out += [f"`{side}`", dinner_table(bench.scorer, heard)]
    costs = {name: systems.stages(main[0], channels) for channels, name in NAMES.items()}
    stages = list(next(iter(costs.values())))
    out += ["ms of CPU for a second of sound, one thread, without words",
            markdown(["", *stages], [[name, *(f"{cost[s]:.1f}" for s in stages)] for name, cost in costs.items()])]  # fmt: skip
    return "\n\n".join(out) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--tool", type=Path, default=SHARED / "tools" / "dinners", help="folder of the dinners tool")
    p.add_argument("--data", type=Path, default=SHARED / "data", help="folder of recordings of people")
    p.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "companion-bench")
    p.add_argument("--full", action="store_true")
    p.add_argument("--every", type=int, default=1)
    p.add_argument("--words", action="store_true")
    p.add_argument("--companion", action="store_true", help="without rivals")
    p.add_argument("--out", type=Path)
    p.add_argument("--again", action="store_true", help="hear everything again, whatever is kept")
    a = p.parse_args()
    if a.again:
        shutil.rmtree(a.work / "heard", ignore_errors=True)
    for needed in (a.tool / "score.py", a.data / "speech"):
        if not needed.exists():
            raise SystemExit(f"hearing: there is no {needed}; say where it is with --tool and --data.")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        table = report(Bench(a.tool, a.data, a.work, progress, a.every), a.full, not a.companion, a.words)
    print(table)
    if a.out:
        a.out.write_text(table)


if __name__ == "__main__":
    main()
