"""An evening that a power cut ended in the middle: what is left of it, so that the pair can be asked whether to go on.

What lies in its folder is what `Record` writes while an evening runs: the log (steps, cues, turns, times; no words) and
`evening.yaml`. A clean end, Ctrl-C and faults of ours remove both or finish the log; only a machine that went dark leaves them.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion import __version__
from companion.adapters.event_log import read_lines
from companion.evening import folders, house
from companion.evening.record import is_written
from companion.evening.settings import Settings
from companion.exercises.by_size import SIZES
from companion.exercises.content import Evening, Library, PlanItem
from companion.exercises.yaml_source import read_yaml
from companion.trouble import Trouble

WELCOME = "welcome"
GO_ON = "go-on"
"""The frame that asks both whether to go on, and learns their voices again."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The evening that was cut off: its name, what is left of it with the question in front, and how many items lie behind.

    `chosen`: the whole evening, where the two had chosen it by voice under that name; None where the name says which it is.
    """

    name: str
    evening: Evening
    behind: int
    chosen: Evening | None = None

    @property
    def facts(self) -> dict[str, object]:
        """What has to stand in `evening.yaml` so that what is left can be found again after another cut."""
        seconds: dict[str, object] = {"seconds": round(self.evening.time)}
        return seconds if self.chosen is None else {"chosen": self.chosen.slug, "plan": plan_of(self.chosen), **seconds}


def facts_of(name: str, settings: Settings, cut: CutOff | None = None) -> str:
    """What `evening.yaml` holds: what is played, what of it lay behind at the start, and how it is set; no names.

    `cut`: what this evening is the rest of.
    """
    facts: dict[str, object] = {"version": __version__, "evening": name, "behind": cut.behind if cut else 0}
    facts |= cut.facts if cut else {}
    facts |= {f"set_{each}": value for each, value in settings.model_dump().items() if each != "partners"}
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items())


def take_up(name: str, library: Library) -> CutOff | None:
    """What is left of the evening of this name that was cut off last, if one was, within a day; its folder is removed.

    None where nothing was cut off, the evening still runs, it had not begun, or only the farewell was left. Never raises.
    """
    found: CutOff | None = None
    with contextlib.suppress(OSError, Trouble, ValueError, LookupError):
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
    rows = list(read_lines(folder / "events.jsonl.part"))
    name, behind = str(facts["evening"]), facts.get("behind", 0)
    if GO_ON not in library.frames or not isinstance(behind, int):
        return None
    chosen, began = _chosen(facts, library), 0.0
    at = max((number for number, row in enumerate(rows) if row["event"] == "evening_chosen"), default=-1)
    if at >= 0:
        chosen, began = (
            _evening_of(rows[at].get("evening"), rows[at].get("plan"), rows[at].get("seconds"), library),
            _noticed(rows[at]),
        )
        behind = int(chosen.plan[0].frame == WELCOME)  # it had been when they chose
    evening = chosen or house.evening_called(name, library)
    reached = _reached(evening, behind, rows[at + 1 :])
    rest = evening.plan[reached:]
    if reached == 0 or not any(item.exercise for item in rest):
        return None
    planned = evening.time if at >= 0 else _number(facts.get("seconds"), evening.time)
    left = max(0.0, planned - (max(map(_noticed, rows), default=0.0) - began))
    plan = (PlanItem(frame=GO_ON), *rest)
    return CutOff(name, evening.model_copy(update={"plan": plan, "time": left}), reached, chosen)


def _chosen(facts: Mapping[str, Any], library: Library) -> Evening | None:
    """The evening that had been chosen before an earlier cut."""
    return _evening_of(facts["chosen"], facts.get("plan"), facts.get("seconds"), library) if "chosen" in facts else None


def _evening_of(slug: object, plan: object, seconds: object, library: Library) -> Evening:
    """A chosen evening as the log has it: the written one, or one that was put together that night. Raises Trouble."""
    written = library.evenings.get(str(slug))
    if written is not None and plan_of(written) == plan:
        return written
    items = []
    for each in str(plan).split():
        name, _, size = each.partition("/")
        kind = "frame" if name in library.frames else "exercise"
        if size not in SIZES or (kind == "exercise" and name not in library.exercises):
            raise Trouble(f"What was chosen, {each!r}, is not there any more; choose another evening.")
        items.append(PlanItem.model_validate({kind: name, "size": size}))
    whole = {"evening": str(slug), "title": "Tonight", "time": f"{_number(seconds, 0.0):.0f} s", "plan": tuple(items)}
    return Evening.model_validate({**whole, "starts": "other-than-last-time"})


def plan_of(evening: Evening) -> str:
    """What an evening plays, as `EveningChosen` has it."""
    return " ".join(f"{item.slug}/{item.size}" for item in evening.plan)


def _noticed(row: Mapping[str, Any]) -> float:
    return _number(row.get("noticed"), 0.0)


def _number(given: object, otherwise: float) -> float:
    return float(given) if isinstance(given, int | float) else otherwise


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
