"""Every exercise from its first line to its last, with polite people and with difficult ones, at the fidelity of events."""

from __future__ import annotations

from pathlib import Path

import pytest
from exercises import HERE, SLUGS, played, scenario

TIME = {"c_soft", "c_wrap"}
"""Chimes that tell the time: the only thing polite people may hear unasked."""


def test_there_are_twenty_eight_exercises_with_two_scenarios_each() -> None:
    assert len(SLUGS) == 28
    assert {path.stem for path in HERE.glob("*.yaml")} == {f"{slug}-{how}" for slug in SLUGS for how in ("polite", "difficult")}


@pytest.mark.parametrize("slug", SLUGS)
def test_with_polite_people_it_reaches_its_end_and_no_cue_is_needed(slug: str, tmp_path: Path) -> None:
    evening = played(scenario(slug, "polite"), tmp_path)
    assert evening.score.faults == []
    assert set(evening.cues()) <= TIME
    assert not [row["id"] for row in evening.of("cue") if row["id"].startswith("c_unheard")]
    assert not [row["step"] for row in evening.of("step_left") if row["exit"] in ("timeout", "pass", "failed")]
    assert [row["exercise"] for row in evening.of("exercise_ended")].count(slug) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_with_difficult_people_it_reaches_its_end_and_every_interruption_is_answered(slug: str, tmp_path: Path) -> None:
    plan = scenario(slug, "difficult")
    evening = played(plan, tmp_path)
    assert evening.score.faults == []
    obeyed = {row["command"] for row in evening.of("command")}
    wanted = {"skip this": "pass", "time out": "time-out", "hold on a moment": "pause"}
    assert {wanted[one.phrase] for each in plan.happens for one in each.then.says if one.phrase in wanted} <= obeyed
    assert "time-out" in {row["exercise"] for row in evening.of("exercise")}
    planned = sum(len(each.then.interrupt or ()) for each in plan.happens)
    assert planned == 0 or len(evening.score.truth.interruptions) >= 1
    ours = [each.then for each in plan.happens if each.exercise == slug]
    given = {answer for then in ours for answer in then.answers if answer in ("no", "partly")}
    assert given <= {row["answer"] for row in evening.of("answer")}
    if any(each.then.hint for each in plan.happens):
        assert "hint" in obeyed
