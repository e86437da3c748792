"""How well hearing tells two people apart, and what it costs: one command, one table.

    python scripts/bench/hearing.py TOOL SPEAKERS... [--work DIR] [--set dev] [--command "companion replay"]

TOOL is the dinners benchmark (makes labelled dinners, runs a program over them, scores what it wrote), SPEAKERS folders of
voices. Dinners are made once into DIR and kept. Columns: two microphones, then one, in all and by noise and sex of the pair;
below, the cost of each stage on this machine, one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile as sf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from companion.adapters.silero_activity import SileroActivity  # noqa: E402
from companion.hearing.activity import Activity  # noqa: E402
from companion.hearing.background import Background  # noqa: E402
from companion.hearing.features import Features  # noqa: E402
from companion.hearing.hearing import Hearing  # noqa: E402
from companion.partner import Pair, Partner  # noqa: E402
from companion.timeline import BLOCK, RATE  # noqa: E402

ROWS = (
    "attribution %", "attribution with misses %", "der0 %", "der0 miss/false/swap", "der250 %", "overlap P/R %",
    "turn start median/p90 s", "turn end median/p90 s", "talk share error pp", "interruption P/R %", "interruption F1",
    "false alarms/h", "latency median/p90 s", "small sounds flagged %",
)  # fmt: skip
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def scored(tool: Path, dinners: Path, results: Path) -> dict[str, dict[str, object]]:
    cmd = [sys.executable, str(tool), "score", str(dinners), str(results), "--by", "snr", "sex", "--json"]
    out: dict[str, dict[str, object]] = json.loads(subprocess.run(cmd, check=True, capture_output=True, text=True).stdout)
    return out


def table(columns: dict[str, dict[str, object]]) -> str:
    cells = [["", *columns], *([row, *(str(c.get(row, "")) for c in columns.values())] for row in ROWS)]
    widths = [max(len(r[i]) for r in cells) for i in range(len(cells[0]))]
    return "\n".join(
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths, strict=True))) for r in cells
    )


def milliseconds(work: Callable[[], object], seconds: float) -> float:
    """CPU per second of sound; the best of three, as other programs only ever add."""
    best = 1e9
    for _ in range(3):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return 1000 * best / seconds


def cost(dinner: Path, channels: int) -> dict[str, float]:
    """ms of CPU for a second of sound, stage by stage, on the first half minute of a dinner."""

    def read(name: str) -> np.ndarray:
        return np.ascontiguousarray(sf.read(dinner / name, dtype="float32", always_2d=True)[0][:, :channels])

    sound = read("mix.wav")[: 30 * RATE]
    blocks = [sound[i : i + BLOCK] for i in range(0, len(sound) - BLOCK + 1, BLOCK)]
    model, pair = SileroActivity(ROOT / "models/silero/silero_16k.npz"), Pair(Partner("Alex"), Partner("Sam"))
    background = Background.load(ROOT / "models/hearing")

    def activity() -> list[float]:
        a = Activity(model)
        return [a.feed(np.ascontiguousarray(b[:, 0])) for b in blocks]

    vads = activity()

    def features() -> list[object]:
        f = Features(channels)
        return [f.feed(i * BLOCK, b, v) for i, (b, v) in enumerate(zip(blocks, vads, strict=True))]

    frames = [f for f in features() if f is not None]

    def introduced() -> Hearing:
        h = Hearing(pair, model, background, channels)
        for who in pair:
            h.learn(who, read(f"{who.lower()}.wav"))
        return h

    seconds = len(blocks) * BLOCK / RATE
    known = introduced()
    told = known._attribution
    assert told is not None
    out = {
        "activity": milliseconds(activity, seconds),
        "features": milliseconds(features, seconds),
        "attribution": milliseconds(lambda: [told.feed(f) for f in frames], seconds),  # type: ignore[arg-type]
        "all": milliseconds(lambda: [known.feed(b) for b in blocks], seconds),
    }
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("tool", type=Path), p.add_argument("speakers", type=Path, nargs="+")
    p.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "companion-dinners")
    p.add_argument("--set", default="dev")
    p.add_argument("--command", default=f"{Path(sys.executable).with_name('companion')} replay")
    a = p.parse_args()
    dinners = a.work / a.set
    if not any(dinners.glob("*/truth.json")):
        subprocess.run(
            [sys.executable, str(a.tool), "make", str(dinners), *map(str, a.speakers), "--set", a.set], check=True, env=ONE_THREAD
        )
    columns: dict[str, dict[str, object]] = {}
    for name, flags in (("2 mics", []), ("1 mic", ["--mono"])):
        results = a.work / f"{a.set}-{len(flags)}"
        replay = [sys.executable, str(a.tool), "replay", str(dinners), str(results), *flags, "--", *shlex.split(a.command)]
        subprocess.run(replay, check=True, env=ONE_THREAD, stdout=subprocess.DEVNULL)
        columns |= {f"{name}, {k}": v for k, v in scored(a.tool, dinners, results).items()}
    print(table(columns))
    dinner = next(iter(sorted(dinners.glob("*/mix.wav")))).parent
    print("\nms of CPU for a second of sound, one thread")
    for channels in (2, 1):
        print(
            f"{channels} microphone{'s' if channels == 2 else ''}:",
            ", ".join(f"{k} {v:.1f}" for k, v in cost(dinner, channels).items()),
        )


if __name__ == "__main__":
    main()
