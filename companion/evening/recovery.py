"""An evening that a power cut ended in the middle: what is left of it, so that the pair can be asked whether to go on.

What lies in its folder is what `Record` writes while an evening runs: the log (steps, cues, turns, times; no words) and
`evening.yaml`. A clean end, Ctrl-C and faults of ours remove both or finish the log; only a machine that went dark leaves them.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.adapters.event_log import read_lines
from companion.evening import folders, house
from companion.evening.record import is_written
from companion.exercises.content import Evening, Library, PlanItem
from companion.exercises.yaml_source import read_yaml
from companion.trouble import Trouble

GO_ON = "go-on"
"""The frame that asks both whether to go on, and learns their voices again."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The evening that was cut off: its name, what is left of it with the question in front, and how many items lie behind."""

    name: str
    evening: Evening
    behind: int


def take_up(name: str, library: Library) -> CutOff | None:
    """What is left of the evening of this name that was cut off last, if one was, within a day; its folder is removed.

    None where nothing was cut off, the evening still runs, it had not begun, or only the farewell was left. Never raises.
    """
    found: CutOff | None = None
    with contextlib.suppress(OSError, Trouble):
        for folder in sorted(folders.evenings().iterdir(), key=lambda each: each.stat().st_mtime):
            facts = _facts(folder)
            if facts is None or facts.get("evening") != name or is_written(folder):
                continue
            found = _left_of(folder, facts, library) or found
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _facts(folder: Path) -> Mapping[str, Any] | None:
    """What `evening.yaml` says, of an evening that never came to its end."""
    log = folder / "events.jsonl.part"
    if not log.is_file() or time.time() - log.stat().st_mtime > folders.STALE_AFTER:
        return None
    data = read_yaml(folder / "evening.yaml").data
    return data if isinstance(data, Mapping) else None


def _left_of(folder: Path, facts: Mapping[str, Any], library: Library) -> CutOff | None:
    name, behind = str(facts["evening"]), facts.get("behind", 0)
    evening = house.evening_called(name, library)
    if GO_ON not in library.frames or not isinstance(behind, int):
        return None
    rows = list(read_lines(folder / "events.jsonl.part"))
    reached = _reached(evening, behind, rows)
    rest = evening.plan[reached:]
    if reached == 0 or not any(item.exercise for item in rest):
        return None
    left = max(0.0, evening.time - max((float(row.get("noticed", 0.0)) for row in rows), default=0.0))
    plan = (PlanItem(frame=GO_ON), *rest)
    return CutOff(name, evening.model_copy(update={"plan": plan, "time": left}), reached)


def _reached(evening: Evening, behind: int, rows: Iterable[Mapping[str, Any]]) -> int:
    """How many items of the plan were over; one that was under way is begun again. Time-outs and interludes are no items."""
    reached, playing = behind, -1
    for row in rows:
        if row["event"] == "exercise":
            places = (at for at in range(reached, len(evening.plan)) if evening.plan[at].slug == row["exercise"])
            playing = next(places, -1)
            reached = max(reached, playing)
        elif row["event"] == "exercise_ended" and playing >= 0 and evening.plan[playing].slug == row["exercise"]:
            reached, playing = playing + 1, -1
    return reached
