"""The Spanish evening with people who speak Spanish: told exactly, and heard by the real ear and the Spanish model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exercises import HERE, Unseen

from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import Rehearsed, find
from companion.evening.settings import Settings
from companion.exercises.loader import load_library
from companion.simulation.scenario import read_scenario

SPANISH = Settings.model_validate({"language": "es"})
LIBRARY = load_library(language="es")[0]


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("evening", ["first-evening", "two-minute-mirror"])
def test_with_polite_people_a_spanish_evening_reaches_its_end(evening: str, tmp_path: Path) -> None:
    done = rehearse(find(evening, LIBRARY), tmp_path, 1, SPANISH, Unseen(), fidelity="events")
    assert done.score.faults == []
    assert {row["answer"] for row in rows(tmp_path) if row["event"] == "answer"} == {"yes"}


def test_spanish_commands_and_answers_steer_it_through_a_difficult_one(tmp_path: Path) -> None:
    plan = read_scenario(HERE / "es" / "two-minute-mirror-difficult.yaml")
    done = rehearse(Rehearsed.of(plan, LIBRARY), tmp_path, 1, SPANISH, Unseen(), fidelity="events")
    assert done.score.faults == []
    log = rows(tmp_path)
    assert {"pause", "resume", "pass", "hint", "time-out"} <= {row["command"] for row in log if row["event"] == "command"}
    assert {"partly", "no", "yes"} <= {row["answer"] for row in log if row["event"] == "answer"}


def test_basta_ends_it_at_once(tmp_path: Path) -> None:
    plan = find("floor-practice", LIBRARY)
    stopped = plan.scenario.model_copy(update={"stop_at": 60.0, "ends": "stopped"})
    done = rehearse(Rehearsed.of(stopped, LIBRARY), tmp_path, 1, SPANISH, Unseen(), fidelity="events")
    assert done.score.faults == [] and done.seconds < 75


def test_spoken_by_spanish_voices_both_are_heard_to_say_yes(tmp_path: Path) -> None:
    # protects: a Spanish couple's evening begins; with English words alone it was declined
    plan = find("two-minute-mirror", LIBRARY)
    brief = plan.scenario.model_copy(update={"minutes": 0.75})
    rehearse(Rehearsed.of(brief, LIBRARY), tmp_path, 1, SPANISH, Unseen(), fidelity="tracks")
    log = rows(tmp_path)
    assert {"Alex", "Sam"} == {row["by"] for row in log if row["event"] == "answer" and row["answer"] == "yes"}
    assert "done" in {row["command"] for row in log if row["event"] == "command"}
