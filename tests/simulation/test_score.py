"""The score finds what went wrong, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from companion.partner import Partner
from companion.simulation.measures import in_words
from companion.simulation.score import Score, score
from companion.simulation.truth import Answered, CameIn, Commanded, Said, Sounded, Truth, TurnTaken
from companion.timeline import Span, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")


def _span(start: float, end: float) -> Span:
    return Span(samples(start), samples(end))


def _truth() -> Truth:
    """Alex talks for 30 s; Sam hums at 8 s and comes in at 15 s; Alex is done at 32 s, and says yes at 40 s."""
    turn = TurnTaken(ALEX, "floor-practice/turn", "turn", 1, [_span(2, 14.5), _span(20, 30)])
    return Truth(
        said=[
            Said(ALEX, "talk", "…", _span(2, 14.5), "turn"),
            Said(SAM, "hum", "mhm", _span(8, 8.5), "turn"),
            Said(SAM, "interruption", "…", _span(15, 18), "turn"),
            Said(ALEX, "talk", "…", _span(20, 30), "turn"),
            Said(ALEX, "command", "I'm done", _span(32, 32.6), "turn"),
            Said(ALEX, "answer", "yes", _span(40, 40.5), "check"),
        ],
        turns=[turn],
        interruptions=[CameIn(SAM, ALEX, "takeover", _span(15, 18), "turn")],
        commands=[Commanded(ALEX, "I'm done", "done", _span(32, 32.6), "turn")],
        answers=[Answered(ALEX, "yes", "yes", _span(40, 40.5), "check")],
        sounded=[Sounded(1, "Go on.", True, _span(0.2, 1.0)), Sounded(2, "Let's hear Alex out.", True, _span(18.6, 19.4))],
        end=samples(50),
    )


def _log() -> list[dict[str, Any]]:
    return [
        {"event": "turn", "by": "Alex", "start": 2.03, "end": 32.6, "at": 32.6, "noticed": 33.2},
        {"event": "speech", "by": "Alex", "start": 2.03, "end": 14.5, "at": 14.5, "noticed": 15.0, "confidence": 1.0},
        {
            "event": "interruption",
            "by": "Sam",
            "of": "Alex",
            "kind": "takeover",
            "start": 15.1,
            "end": 16.1,
            "at": 15.1,
            "noticed": 16.3,
        },
        {"event": "cue", "cue": 2, "id": "c_int2", "text": "Let's hear Alex out.", "spoken": True, "at": 16.3, "noticed": 18.55},
        {"event": "command", "command": "done", "by": "Alex", "start": 32.0, "end": 32.7, "at": 32.7, "noticed": 33.2},
        {"event": "step_left", "step": "turn", "kind": "turn", "exit": "done", "at": 33.2, "noticed": 33.2},
        {"event": "answer", "answer": "yes", "by": "Alex", "start": 41.1, "end": 41.1, "at": 41.1, "noticed": 41.1},
        {"event": "evening_ended", "outcome": "done", "at": 49.0, "noticed": 49.0},
    ]


def _without(event: str) -> list[dict[str, Any]]:
    return [row for row in _log() if row["event"] != event]


def _with(event: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**row, **changes} if row["event"] == event else row for row in _log()]


def _only(result: Score, *names: str) -> None:
    assert {name for name, check in result.checks.items() if check.faults} == set(names)


def test_a_good_evening_has_no_faults() -> None:
    result = score(_truth(), _log())
    assert result.faults == []
    assert result.passed
    assert all(check.of > 0 for name, check in result.checks.items() if name != "budgets")
    assert result.record()["checks"]["turns"] == {"of": 1, "right": 1}


@pytest.mark.parametrize("change", [{"by": "Sam"}, {"start": 2.9}, {"end": 9.0}])
def test_a_turn_of_another_or_at_another_time_is_not_the_scripted_one(change: dict[str, Any]) -> None:
    _only(score(_truth(), _with("turn", **change)), "turns")


def test_a_turn_that_the_companion_broke_into_for_more_of_a_voice_may_be_found_in_two() -> None:
    two = [row for row in _log() if row["event"] != "turn"]
    whole = next(row for row in _log() if row["event"] == "turn")
    middle = (whole["start"] + whole["end"]) / 2
    first = {**whole, "end": whole["start"] + 0.35 * (whole["end"] - whole["start"])}
    two += [first, {**whole, "start": middle}]
    _only(score(_truth(), two), "turns")
    more = {
        "event": "cue",
        "id": "t_enrol_short",
        "cue": 99,
        "text": "A little more.",
        "asked": True,
        "at": middle - 1,
        "noticed": middle - 1,
    }
    assert "turns" not in {name for name, check in score(_truth(), [*two, more]).checks.items() if check.faults}


def test_an_interruption_that_was_not_noticed_is_a_fault() -> None:
    _only(score(_truth(), _without("interruption")), "interruptions")


def test_an_interruption_by_the_wrong_partner_is_a_fault() -> None:
    _only(score(_truth(), _with("interruption", by="Alex", of="Sam")), "interruptions")


def test_an_episode_without_a_cue_is_a_fault() -> None:
    result = score(_truth(), _without("cue"))
    _only(result, "episodes")
    assert "never proposed" in result.faults[0]


@pytest.mark.parametrize(("why", "passed"), [("mended", True), ("capped", True), ("stale", False), ("yielded", False)])
def test_a_cue_that_was_dropped_counts_only_where_nothing_was_left_to_cue(why: str, passed: bool) -> None:
    log = [*_without("cue"), {"event": "cue_dropped", "id": "c_int1", "why": why, "at": 16.3, "noticed": 20.0}]
    assert score(_truth(), log).passed is passed


def test_a_cue_for_a_hum_is_a_fault_and_says_so() -> None:
    log = [*_log(), {"event": "cue", "cue": 9, "id": "c_int1", "text": "floor", "at": 9.0, "noticed": 9.0}]
    result = score(_truth(), log)
    _only(result, "needless")
    assert "after Sam's hum 'mhm'" in result.faults[0]


def test_a_cue_over_a_partner_is_a_fault() -> None:
    truth = _truth()
    truth.sounded.append(Sounded(3, "soon", False, _span(22, 22.4)))
    _only(score(truth, _log()), "gaps")


def test_a_cue_within_reaction_time_of_a_partners_first_word_is_none() -> None:
    truth = _truth()
    truth.sounded.append(Sounded(3, "soon", False, _span(20.25, 20.6)))
    assert score(truth, _log()).passed


def test_stop_may_be_said_over_anybody() -> None:
    truth = _truth()
    truth.sounded.append(Sounded(3, "Stopped. Thank you both.", True, _span(22, 23)))
    log = [*_log(), {"event": "cue", "cue": 3, "id": "c_stop", "text": "Stopped. Thank you both.", "at": 22.0, "noticed": 22.0}]
    assert score(truth, log).passed


def test_a_command_nobody_heard_is_a_fault() -> None:
    _only(score(_truth(), _without("command")), "commands")


def test_a_command_that_changed_nothing_is_a_fault() -> None:
    _only(score(_truth(), _without("step_left")), "commands")


def test_done_said_after_the_step_had_ended_by_itself_asks_for_nothing() -> None:
    log = [{**row, "at": 31.0} if row["event"] == "step_left" else row for row in _without("command")]
    assert score(_truth(), log).passed


def test_a_hum_taken_for_stop_is_a_fault() -> None:
    stop = {"event": "command", "command": "stop", "start": 8.0, "end": 8.6, "at": 8.6, "noticed": 9.0}
    result = score(_truth(), [*_log(), stop])
    _only(result, "unsaid")
    assert "stop was obeyed, while Sam said 'mhm'" in result.faults[0]


def test_yes_taken_for_no_is_a_fault() -> None:
    _only(score(_truth(), _with("answer", answer="no")), "answers")


def test_the_companions_own_voice_as_a_partner_is_a_fault() -> None:
    own = {"event": "speech", "by": "Sam", "start": 18.6, "end": 19.4, "at": 19.4, "noticed": 19.6, "confidence": 0.6}
    _only(score(_truth(), [*_log(), own]), "own_voice")


def test_a_cue_that_names_the_wrong_partner_is_a_fault() -> None:
    _only(score(_truth(), _with("cue", text="Let's hear Sam out.")), "names")


def test_an_evening_that_did_not_end_is_a_fault() -> None:
    _only(score(_truth(), _without("evening_ended")), "end")
    _only(score(_truth(), _with("evening_ended", outcome="stopped")), "end")


def test_the_measures_are_taken_from_the_same_truth() -> None:
    found = score(_truth(), _log()).metrics
    assert found["talk_share"] == pytest.approx(1.6 / 40.3, abs=0.001)
    assert found["cue_delay_median"] == pytest.approx(2.3)
    assert found["answers_understood"] == 1.0
    assert found["backchannels_found"] == 0.0
    assert found["false_interruptions"] == 0.0
    assert found["turn_start_error_median"] == pytest.approx(0.03)


def _two_turns(first: float, second: float) -> list[dict[str, Any]]:
    steps = [
        {
            "event": "step",
            "step": "mirrored[0].turn",
            "kind": "turn",
            "holder": "Alex",
            "budget": first,
            "at": 1.0,
            "noticed": 1.0,
        },
        {
            "event": "step",
            "step": "mirrored[1].turn",
            "kind": "turn",
            "holder": "Sam",
            "budget": second,
            "at": 9.0,
            "noticed": 9.0,
        },
    ]
    return [*_log()[:-1], *steps, _log()[-1]]


def test_both_partners_are_given_the_same_time() -> None:
    assert score(_truth(), _two_turns(60.0, 60.0)).record()["checks"]["budgets"] == {"of": 1, "right": 1}
    _only(score(_truth(), _two_turns(60.0, 75.0)), "budgets")


def test_figures_are_told_in_words_with_what_was_aimed_at() -> None:
    told = in_words(score(_truth(), _log()).metrics)
    assert any("the companion's voice" in sentence and "aim" in sentence for sentence in told)
    assert in_words({"talk_share": None, "same_twice": 0.0}) == ["wordings used twice running: 0 (aim: 0)"]
