"""Scenarios: what ships reads, and a malformed one says where and what."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_host import SCENARIO

from companion.simulation.scenario import parse, read_scenario, shipped
from companion.trouble import Trouble


def test_all_shipped_scenarios_read() -> None:
    assert {"dinner", "polite", "difficult"} <= set(shipped())
    for name in shipped():
        assert read_scenario(name).scenario == name


def test_the_default_dinner_has_a_bit_of_everything() -> None:
    scenario = read_scenario("dinner")
    doings = [one.then for one in scenario.happens]
    assert any("partly" in one.answers for one in doings)
    assert any(one.hint for one in doings)
    assert any(one.pause is not None and one.pause.length >= 10.0 for one in doings)
    assert any(said.phrase == "hold on a moment" for one in doings for said in one.says)
    assert sum(len(one.interrupt or ()) for one in doings) >= 3
    assert scenario.usual.hums == (2, 4)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"x.yaml:1: found no scenario"),
        ("- a\n- b\n", r"x.yaml:1: found no scenario"),
        ("scenario: [\n", r"x.yaml:\d+: this is no YAML"),
        (SCENARIO + "colour: red\n", r"x.yaml:9: colour: no scenario has this key"),
        (SCENARIO.replace("voice: en-us+m3", "voise: en-us+m3"), r"x.yaml:6: partners.0"),
        (SCENARIO.replace("name: Sam", "name: Alex"), r"both are called 'Alex'"),
        (SCENARIO.replace("[20, 20]", "loud"), r"x.yaml:8: noise.snr_db"),
        (SCENARIO + "happens:\n  - {in: tango, then: {}}\n", r"x.yaml:10: happens.0: in: found 'tango'; expected a kind of step"),
        (SCENARIO + "happens:\n  - in: turn\n    then:\n      pause: {at: 20, for: 10 s}\n", r"x.yaml:12: .*without a unit"),
        (SCENARIO + "happens:\n  - in: turn\n    then:\n      answers: [maybe]\n", r"x.yaml:12: happens.0.then.answers.0"),
        (SCENARIO + "room: {rt60_s: [0.9, 0.2]}\n", r"x.yaml:9: room: rt60_s: found 0.9 to 0.2"),
    ],
)
def test_a_malformed_scenario_says_where_and_what(text: str, says: str) -> None:
    with pytest.raises(Trouble, match=says):
        parse(text, "x.yaml")


def test_a_missing_file_names_the_scenarios_there_are(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"cannot be read .*difficult, dinner, polite"):
        read_scenario(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(Trouble, match="no UTF-8"):
        read_scenario(path)


def test_a_step_is_counted_within_its_exercise_where_one_is_named() -> None:
    text = SCENARIO + "happens:\n  - {exercise: a, in: turn, nth: 2, then: {hums: 9}}\n  - {in: turn, nth: 4, then: {hums: 7}}\n"
    scenario = parse(text, "x.yaml")
    assert scenario.doings("a", "turn", 5, 2).hums == 9
    assert scenario.doings("b", "turn", 5, 2).hums is None
    assert scenario.doings("b", "turn", 4, 1).hums == 7
