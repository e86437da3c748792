"""The floor logic alone: turns and interruptions from perfect labels, or from what hearing heard before.

    python -m scripts.bench.floor DINNERS [--laughs unknown] [--jitter 0.1 --miss 0.05] [--set interruption_min=1.0 ...]
    python -m scripts.bench.floor DINNERS --system companion --channels 1    (hears them once, then keeps what it heard)

DINNERS is a folder of labelled dinners as the dinners tool makes them; the tool's own scorer judges. For choosing rules: look at
dinners with this, and report on others with `scripts.bench.hearing`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from companion.conversation.manners import STANDARD, Manners
from companion.timeline import samples
from scripts.bench import hearing_systems as systems
from scripts.bench.perfect_labels import heard_from, stretches

TOOL = Path(__file__).resolve().parents[3] / "shared" / "tools" / "dinners"
HEARD = Path(tempfile.gettempdir()) / "companion-bench" / "heard"


def manners_with(changes: list[str]) -> Manners:
    """The standard manner with numbers changed, each given as NAME=NUMBER. Raises SystemExit for an unknown name."""
    known = {f.name for f in fields(Manners)}
    pairs = dict(change.split("=", 1) for change in changes)
    if set(pairs) - known:
        raise SystemExit(f"floor: no such manner: {', '.join(sorted(set(pairs) - known))}")
    numbers: dict[str, Any] = {name: float(value) for name, value in pairs.items()}
    return replace(STANDARD, **numbers)


def heard(dinner: systems.Dinner, a: argparse.Namespace) -> systems.Told:
    """The labels asked for."""
    if a.system:
        hear = {"companion": systems.companion, "by-hand": systems.by_hand}[a.system]
        version = systems.fingerprint(rival=a.system == "by-hand")
        return systems.kept(HEARD / f"{a.system}-{version}" / dinner.folder.parent.name, hear, dinner, a.channels)
    truth = dinner.truth
    segments = stretches(truth, a.laughs, a.jitter, a.miss, np.random.default_rng(1))
    return systems.Told([*heard_from(segments, samples(truth["seconds"]), samples(0.19))], 0.0)


def show(tables: dict[str, dict[str, Any]], keys: list[str] | None) -> None:
    """The scorer's tables side by side."""
    rows = [k for k in tables["all"] if not keys or any(x in k for x in keys)]
    print(" " * 26, *(g.rjust(18) for g in tables))
    for k in rows:
        if not isinstance(tables["all"][k], dict):
            print(k.ljust(26), *(str(t[k]).rjust(18) for t in tables.values()))
    for group, table in tables.items():
        for k in rows:
            if isinstance(table[k], dict):
                print(f"{group}: {k}", table[k])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("dinners", type=Path)
    p.add_argument("--tool", type=Path, default=TOOL, help="folder of the dinners tool")
    p.add_argument("--results", type=Path, help="keep events.jsonl and out.rttm here")
    p.add_argument("--system", choices=["companion", "by-hand"], help="labels of hearing instead of perfect ones")
    p.add_argument("--channels", type=int, default=2, choices=[1, 2])
    p.add_argument("--laughs", choices=["known", "unknown"], default="known")
    p.add_argument("--jitter", type=float, default=0.0, help="spread of label edges, s")
    p.add_argument("--miss", type=float, default=0.0, help="share of stretches missed")
    p.add_argument("--set", nargs="*", default=[], metavar="NAME=NUMBER", help="manners other than the standard ones")
    p.add_argument("--by", nargs="*", default=["mode"])
    p.add_argument("--quiet", action="store_true", help="only interruptions sure enough for a spoken cue")
    p.add_argument("--keys", nargs="*", help="rows to print, by part of their name")
    a = p.parse_args()
    sys.path.insert(0, str(a.tool))
    score: Any = import_module("score").score  # the tool's own
    manners = manners_with(a.set)
    with tempfile.TemporaryDirectory() as tmp:
        results = a.results or Path(tmp)
        found = [systems.Dinner(f.parent) for f in sorted(a.dinners.glob("*/truth.json"))]
        for dinner in track(found, "Listening", transient=True):
            events = systems.conversed(heard(dinner, a), dinner, manners)
            systems.written(events, dinner, results / dinner.folder.name)
        show(score(a.dinners, results, a.by, a.quiet), a.keys)


if __name__ == "__main__":
    main()
