"""The table of `scripts/bench/hearing.py`: every figure by the dinners tool's own scorer, put into rows here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Scores = dict[str, Any]
Filter = Callable[[Scores], bool]


@dataclass(frozen=True, slots=True)
class Scored:
    """One dinner of one system: its truth, and the scorer's counts for all interruptions and for those of the quiet profile."""

    name: str
    truth: dict[str, Any]
    counts: Any
    quiet: Any
    cost: float


class Scorer:
    """The dinners tool's scorer, imported from its folder."""

    def __init__(self, tool: Path) -> None:
        if str(tool) not in sys.path:
            sys.path.insert(0, str(tool))
        self._score: Any = import_module("score")
        self._known: dict[tuple[int, ...], Scores] = {}  # tables made before: their intervals take time

    def one(self, dinner: Path, results: Path, cost: float = 0.0) -> Scored:
        """Score one dinner's events.jsonl and out.rttm."""
        truth = json.loads((dinner / "truth.json").read_text())
        counts, quiet = (self._score.one_dinner(truth, results, quiet) for quiet in (False, True))
        return Scored(dinner.name, truth, counts, quiet, cost)

    def table(self, parts: Iterable[Scored], quiet: bool = False) -> Scores:
        """The scorer's table of some dinners; empty for none."""
        chosen = [p.quiet if quiet else p.counts for p in parts]
        key = tuple(id(c) for c in chosen)
        if chosen and key not in self._known:
            self._known[key] = dict(self._score.table(chosen))
        return self._known.get(key, {})


# --- which dinners


def everything(truth: Scores) -> bool:
    """All of them."""
    return True


def noise(snr: int) -> Filter:
    """Those at so many dB."""
    return lambda truth: bool(truth["spec"]["snr"] == snr)


def mode(name: str) -> Filter:
    """Those with a given floor (`floor`) or in `free` talk."""
    return lambda truth: bool(truth["spec"]["mode"] == name)


def same_sex(truth: Scores) -> bool:
    """Those of two men or two women."""
    return len({s["sex"] for s in truth["speakers"].values()}) == 1


def mixed(truth: Scores) -> bool:
    """Those of a man and a woman."""
    return not same_sex(truth)


# --- rows

SPLIT = "der0 miss/false/swap"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: which key of the scorer's table, of which dinners, and what is aimed at with two microphones and with one."""

    label: str
    key: str
    where: Filter = everything
    quiet: bool = False
    two: str = ""
    one: str = ""


ROWS = (
    Row("attribution on single speech, %", "attribution %"),
    Row("· clean", "attribution %", noise(40)),
    Row("· 20 dB", "attribution %", noise(20), two="≥ 99", one="≥ 98"),
    Row("· 10 dB", "attribution %", noise(10), two="≥ 98", one="≥ 96.5"),
    Row("· 5 dB", "attribution %", noise(5), two="≥ 96", one="≥ 92"),
    Row("· mixed pairs", "attribution %", mixed),
    Row("· same-sex pairs", "attribution %", same_sex, two="≤ 0.3 below", one="≤ 1 below"),
    Row("· misses counted as wrong", "attribution with misses %"),
    Row("DER, collar 0 ms, %", "der0 %"),
    Row("· missed / false / confused", SPLIT),
    Row("· clean", "der0 %", noise(40)),
    Row("· 20 dB", "der0 %", noise(20), two="≤ 10", one="≤ 13"),
    Row("· 10 dB", "der0 %", noise(10)),
    Row("· 5 dB", "der0 %", noise(5)),
    Row("DER, collar 250 ms, %", "der250 %"),
    Row("· missed / false / confused", "der250 miss/false/swap"),
    Row("· 20 dB", "der250 %", noise(20), two="≤ 2", one="≤ 3.5"),
    Row("overlap precision / recall, %", "overlap P/R %"),
    Row("turns found / extra, %", "turns found/extra %"),
    Row("turn start, median / p90, s", "turn start median/p90 s", two="≤ 0.06 / 0.18", one="≤ 0.08 / 0.25"),
    Row("turn end, median / p90, s", "turn end median/p90 s", two="p90 ≤ 0.3", one="p90 ≤ 0.4"),
    Row("talk-share error, points", "talk share error pp", two="≤ 1.5", one="≤ 2.5"),
    Row("small sounds flagged, %", "small sounds flagged %", two="≤ 1", one="≤ 1.5"),
    Row("backchannel precision / recall, %", "backchannel P/R %"),
    Row("**known floor**: interruptions P / R, %", "interruption P/R %", mode("floor")),
    Row("· F1", "interruption F1", mode("floor"), two="≥ 93", one="≥ 88"),
    Row("· F1, 95 % interval (dinners resampled)", "F1 95%", mode("floor")),
    Row("· false alarms/h", "false alarms/h", mode("floor"), two="≤ 5", one="≤ 8"),
    Row("· false alarms by cause", "false by cause", mode("floor")),
    Row("· missed by kind", "missed by kind", mode("floor")),
    Row("· latency, median / p90, s", "latency median/p90 s", mode("floor"), two="p90 ≤ 1.2", one="p90 ≤ 1.4"),
    Row("· kind right, %", "kind right %", mode("floor")),
    Row("· `quiet` profile: P / R, %", "interruption P/R %", mode("floor"), True, two="P ≥ 97", one="P ≥ 96"),
    Row("**free talk**: interruptions P / R, %", "interruption P/R %", mode("free")),
    Row("· F1", "interruption F1", mode("free"), two="≥ 85", one="≥ 75"),
    Row("· F1, 95 % interval (dinners resampled)", "F1 95%", mode("free")),
    Row("· false alarms/h", "false alarms/h", mode("free")),
    Row("· false alarms by cause", "false by cause", mode("free")),
    Row("· missed by kind", "missed by kind", mode("free")),
    Row("· latency, median / p90, s", "latency median/p90 s", mode("free")),
)


def said(value: object) -> str:
    """A figure of the scorer's table as a cell."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items()) or "none"
    if isinstance(value, list):
        return " / ".join(said(v) for v in value)
    if isinstance(value, float):
        return "–" if value != value else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
    return "–" if value is None else str(value)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main_table(scorer: Scorer, columns: dict[str, list[Scored]]) -> str:
    """All measures of `ROWS`, a column a system, and what is aimed at."""
    out = []
    for row in ROWS:
        cells = []
        for parts in columns.values():
            table = scorer.table((p for p in parts if row.where(p.truth)), row.quiet)
            cells.append(said(table.get(row.key)))
        out.append([row.label, *cells, row.two, row.one])
    costs = [sum(p.cost for p in parts) / max(1, len(parts)) for parts in columns.values()]
    out.append(["CPU, ms for a second of sound", *(f"{c:.1f}" if c else "–" for c in costs), "", ""])
    return markdown(["", *columns, "aim, two", "aim, one"], out)


SMALL = (
    ("attribution, %", "attribution %"), ("DER 0 ms, %", "der0 %"), ("overlap P / R, %", "overlap P/R %"),
    ("interruptions P / R, %", "interruption P/R %"), ("false alarms by cause", "false by cause"),
)  # fmt: skip


def dinner_table(scorer: Scorer, columns: dict[str, list[Scored]]) -> str:
    """A line a dinner: for those that show one difficulty each."""
    names = [p.name for p in next(iter(columns.values()))]
    head = ["", *(f"{label}, {name}" for label, _ in SMALL for name in columns)]
    rows = []
    for name in names:
        tables = [scorer.table(p for p in parts if p.name == name) for parts in columns.values()]
        rows.append([name.replace("_", " "), *(said(table.get(key)) for _, key in SMALL for table in tables)])
    return markdown(head, rows)


def trade_table(scorer: Scorer, swept: dict[str, dict[float, list[Scored]]]) -> str:
    """Recall against false fires per backchannel, with the delay, at several least probabilities: as other work reports it."""
    head = ["", "least probability", "recall, %", "false fires per backchannel, %", "delay, median / p90, s", "precision, %"]
    rows = []
    for name, by_probability in swept.items():
        for least, parts in by_probability.items():
            t = scorer.table(parts)
            precision, recall = t["interruption P/R %"]
            flagged, delay = said(t["small sounds flagged %"]), said(t["latency median/p90 s"])
            rows.append([name, f"{least:.2g}", said(recall), flagged, delay, said(precision)])
    return markdown(head, rows)
