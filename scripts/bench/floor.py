"""The ceiling of the floor logic: turns and interruptions from perfect labels, scored by the dinners tool.

    python scripts/bench/floor.py SET [--tool FOLDER] [--laughs unknown] [--jitter 0.1 --miss 0.05] [--results FOLDER]

SET is a folder of dinners as the tool makes them; only their truth.json is read. The stretches of speech in it are turned into
what hearing would pass on, block by block and with its look-ahead, and `Conversation` makes the events from that.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from companion.conversation.conversation import Conversation
from companion.conversation.manners import STANDARD, Manners
from companion.effects import FloorKind, GiveFloor
from companion.events import TAGS, Event
from companion.hearing.heard import Heard, Segment
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, samples, seconds

TOOL = Path(__file__).resolve().parents[3] / "shared" / "tools" / "dinners"
CLOSE, DROP = 0.15, 0.08  # hearing closes silences below the one and drops pieces below the other


def stretches(truth: dict, laughs: str, jitter: float, miss: float, rng: np.random.Generator) -> list[Segment]:
    """Speech of both partners as closed segments in order of start, spoiled as asked."""
    out = []
    for by in truth["speech"]:
        laughter = [(s["start"], s["end"]) for s in truth["backchannels"] if s["kind"] == "laugh" and s["by"] == by]
        spans: list[tuple[float, float]] = []
        for a, b in truth["speech"][by]:
            if rng.random() < miss:
                continue
            a, b = (max(0.0, t + jitter * float(rng.standard_normal())) for t in (a, b))
            if spans and a - spans[-1][1] < CLOSE:
                spans[-1] = (min(a, spans[-1][0]), max(b, spans[-1][1]))
            elif b - a >= DROP:
                spans.append((a, b))
        for a, b in spans:
            laughed = sum(max(0.0, min(b, d) - max(a, c)) for c, d in laughter) > 0.5 * (b - a)
            laugh = 1.0 if laughed and laughs == "known" else 0.0
            out.append(Segment(Partner(by), samples(a), samples(b), open=False, laugh=laugh))
    return sorted(out, key=lambda s: (s.start, str(s.by)))


def labels(rttm: Path) -> list[Segment]:
    """Stretches of speech as a program heard them, from its out.rttm."""
    out = []
    for line in rttm.read_text().splitlines():
        _, _, _, start, length, _, _, by, *_ = line.split()
        out.append(Segment(Partner(by), samples(float(start)), samples(float(start) + float(length)), open=False))
    return sorted(out, key=lambda s: (s.start, str(s.by)))


def heard(segments: list[Segment], length: int, ahead: int) -> Iterator[Heard]:
    """The blocks hearing would pass on: segments open while they go on, closed once the silence after them is long enough."""
    waiting, going = list(segments), []
    for now in range(BLOCK, length + BLOCK, BLOCK):
        settled = now - ahead
        while waiting and waiting[0].start + samples(DROP) <= settled:
            going.append(waiting.pop(0))
        shown, still = [], []
        for s in going:
            is_open = settled < s.end + samples(CLOSE)
            if is_open:
                still.append(s)
            shown.append(Segment(s.by, s.start, min(s.end, settled), is_open, s.confidence, s.laugh))
        going = still
        yield Heard(now, settled, tuple(shown), anyone=any(s.start < now <= s.end for s in [*going, *waiting[:4]]))


def converse(truth: dict, segments: list[Segment], ahead: int, manners: Manners) -> list[Event]:
    """What the conversation makes of it, with the floor the truth gives."""
    talk = Conversation(Pair(*map(Partner, truth["speech"])), manners)
    changes = [(samples(f["start"]), GiveFloor(FloorKind.HOLDER, Partner(f["by"]))) for f in truth["floor"]]
    changes = changes or [(0, GiveFloor(FloorKind.JOINT))]
    out: list[Event] = []
    length = samples(truth["seconds"])
    for block in heard(segments, length, ahead):
        while changes and changes[0][0] < block.now:
            at, floor = changes.pop(0)
            out += talk.give_floor(floor, at)
        out += talk.feed(block)
    return out + talk.finish(length)


def write(folder: Path, name: str, events: list[Event], segments: list[Segment]) -> None:
    """events.jsonl and out.rttm as the replay writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for e in events:
        d: dict[str, object] = {"event": TAGS[type(e)], "start": seconds(getattr(e, "start", e.at))}
        d["end"] = seconds(getattr(e, "end", e.at))
        d["noticed"] = seconds(e.noticed)
        d |= {k: getattr(e, k) for k in ("by", "of", "kind", "quiet", "probability") if hasattr(e, k)}
        lines.append(json.dumps(d) + "\n")
    (folder / "events.jsonl").write_text("".join(lines))
    (folder / "out.rttm").write_text(
        "".join(
            f"SPEAKER {name} 1 {seconds(s.start):.3f} {seconds(s.end - s.start):.3f} <NA> <NA> {s.by} <NA> <NA>\n"
            for s in segments
        )
    )


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("set", type=Path)
    p.add_argument("--tool", type=Path, default=TOOL, help="folder of the dinners tool")
    p.add_argument("--results", type=Path)
    p.add_argument("--labels", type=Path, help="results of a replay: take the labels from its out.rttm instead of the truth")
    p.add_argument("--laughs", choices=["known", "unknown"], default="known")
    p.add_argument("--jitter", type=float, default=0.0, help="spread of label edges, s")
    p.add_argument("--miss", type=float, default=0.0, help="share of stretches missed")
    p.add_argument("--ahead", type=float, default=0.19, help="look-ahead of the labels, s")
    p.add_argument("--by", nargs="*", default=["mode"])
    p.add_argument("--quiet", action="store_true", help="only interruptions sure enough for a spoken cue")
    p.add_argument("--keys", nargs="*", help="rows to print, by part of their name")
    a = p.parse_args()
    sys.path.insert(0, str(a.tool))
    from score import score  # the tool's own

    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as tmp:
        results = a.results or Path(tmp)
        spent = talked = 0.0
        for f in sorted(a.set.glob("*/truth.json")):
            truth = json.loads(f.read_text())
            if a.labels:
                segments = labels(a.labels / f.parent.name / "out.rttm")
            else:
                segments = stretches(truth, a.laughs, a.jitter, a.miss, rng)
            t0 = time.process_time()
            events = converse(truth, segments, samples(a.ahead), STANDARD)
            spent, talked = spent + time.process_time() - t0, talked + truth["seconds"]
            write(results / f.parent.name, f.parent.name, events, segments)
        tables = score(a.set, results, a.by, a.quiet)
    rows = [k for k in tables["all"] if not a.keys or any(x in k for x in a.keys)]
    print(" " * 26, *(g.rjust(18) for g in tables))
    for k in rows:
        if not isinstance(tables["all"][k], dict):
            print(k.ljust(26), *(str(t[k]).rjust(18) for t in tables.values()))
    for group, table in tables.items():
        for k in rows:
            if isinstance(table[k], dict):
                print(f"{group}: {k}", table[k])
    print(f"cost: {1000 * spent / talked:.2f} ms CPU per second of talk, feeding included")


if __name__ == "__main__":
    main()
