"""What may befall every exercise: somebody stops, nobody understands a word, it is loud, a third person walks in."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from exercises import SLUGS, Evening, played, scenario

from companion.simulation.variants import exchanged, in_noise, stopped, visited, without_words

FOURTHS = [SLUGS[start::4] for start in range(4)]
"""Each exercise meets one of four misfortunes here; `scripts/bench/exercises.py` lets every one meet them all."""


def _ended(evening: Evening, slug: str) -> bool:
    return bool(evening.of("exercise_ended")) and evening.of("exercise_ended")[-1]["exercise"] in (slug, "close", "soft-landing")


@pytest.mark.parametrize("slug", SLUGS)
def test_stop_at_any_second_ends_it_with_one_line(slug: str, tmp_path: Path) -> None:
    second = random.Random(slug).uniform(8.0, 200.0)
    evening = played(stopped(scenario(slug, "polite"), round(second, 1)), tmp_path)
    assert evening.score.faults == []
    (stop,) = [row for row in evening.of("command") if row["command"] == "stop"]
    assert "by" not in stop
    after = [row for row in evening.of("cue") if row["noticed"] > stop["noticed"]]
    assert [row["id"] for row in after] in (["c_stop"], [])
    assert evening.of("evening_ended")[0]["at"] - stop["end"] < 10.0
    assert stop["noticed"] - stop["end"] <= 0.8


@pytest.mark.parametrize("slug", FOURTHS[0])
def test_with_the_button_alone_it_reaches_its_end(slug: str, tmp_path: Path) -> None:
    evening = played(without_words(scenario(slug, "polite")), tmp_path)
    assert evening.of("evening_ended")[-1]["outcome"] == "done"
    assert _ended(evening, slug)
    assert not evening.of("mishap", "command")


@pytest.mark.parametrize("slug", FOURTHS[1])
def test_in_a_loud_room_it_says_so_once_and_keeps_time(slug: str, tmp_path: Path) -> None:
    evening = played(in_noise(scenario(slug, "difficult")), tmp_path)
    assert evening.of("evening_ended")[-1]["outcome"] == "done"
    assert evening.cues().count("c_noise") == 1
    told = next(row["noticed"] for row in evening.of("cue") if row["id"] == "c_noise")
    interruptions = [row["id"] for row in evening.of("cue") if row["id"].startswith("c_int") and row["noticed"] > told]
    assert interruptions == []


@pytest.mark.parametrize("slug", FOURTHS[2])
def test_while_a_third_person_is_here_there_are_no_cues(slug: str, tmp_path: Path) -> None:
    evening = played(visited(scenario(slug, "difficult")), tmp_path)
    assert evening.of("evening_ended")[-1]["outcome"] == "done"
    came, went = (next(r for r in evening.of("third_voice") if bool(r.get("present")) is here) for here in (True, False))
    cues = [row for row in evening.of("cue") if not row.get("asked") and came["noticed"] < row["noticed"] < went["at"]]
    assert not [row["id"] for row in cues if row["id"].startswith(("c_int", "c_think", "c_stuck"))]


@pytest.mark.parametrize("slug", FOURTHS[3])
def test_exchanging_the_partners_exchanges_them_in_the_log_and_changes_nothing_else(slug: str, tmp_path: Path) -> None:
    plan = scenario(slug, "difficult")
    alex, sami = (one.model_copy(update={"name": name}) for one, name in zip(plan.partners, ("Alex", "Sami"), strict=True))
    plan = plan.model_copy(update={"partners": (alex, sami)})  # names of one length: lines about either last as long
    one, two = played(plan, tmp_path / "one"), played(exchanged(plan), tmp_path / "two")
    names = {"Alex": "Sami", "Sami": "Alex"}

    def other(text: str) -> str:
        return text.replace("Alex", "\0").replace("Sami", "Alex").replace("\0", "Sami")

    assert [other(str(row)) for row in one.rows[1:]] == [str(row) for row in two.rows[1:]]
    assert names.keys() == {row["by"] for row in one.of("turn")}
