"""The typed model: what YAML may say and what it stands for."""

from __future__ import annotations

import pytest
from our_content import library
from pydantic import ValidationError

from companion.effects import Mode
from companion.exercises.condition import Condition
from companion.exercises.content import Evening, Exercise, Line, PlanItem, evening_of
from companion.exercises.step_spec import KINDS, MirroredSpec, TurnSpec, seconds_of, walk
from companion.trouble import Trouble


@pytest.mark.parametrize(("said", "meant"), [("45 s", 45.0), ("2 min", 120.0), ("1.5 min", 90.0), ("90 sec", 90.0), (0, 0.0)])
def test_a_time_says_its_unit(said: object, meant: float) -> None:
    assert seconds_of(said) == meant


@pytest.mark.parametrize("said", [45, "45", "soon", None, True, "-3 s", "45 h", "nan s"])
def test_a_time_without_unit_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match="expected a time"):
        seconds_of(said)


def test_a_plain_time_stands_for_all_sizes() -> None:
    turn = TurnSpec.model_validate({"for": "30 s"})
    assert [turn.budget.of(size) for size in ("short", "medium", "long")] == [30.0, 30.0, 30.0]


def test_sizes_differ_where_written_so() -> None:
    turn = TurnSpec.model_validate({"for": {"short": "30 s", "medium": "1 min", "long": "2 min"}})
    assert (turn.budget.of("short"), turn.budget.of("long")) == (30.0, 120.0)


def test_every_kind_of_step_is_in_the_union() -> None:
    assert set(KINDS) == {
        "say", "chime", "ask", "choose", "turn", "reflect", "check", "clarify", "guess", "thank", "rounds", "joint", "quiet",
        "private", "swap", "rest", "mirrored", "repeat", "when",
    }  # fmt: skip


def test_a_bare_value_stands_for_the_main_field_of_a_step() -> None:
    steps = [{"say": "set_up"}, {"chime": "rest"}, "swap", {"quiet": "20 s"}, {"mirrored": [{"turn": {"for": "30 s"}}]}]
    made = Exercise.model_validate({"exercise": "x", "title": "X", "lasts": "3 min", "steps": steps})
    assert [step.kind for step in made.steps] == ["say", "chime", "swap", "quiet", "mirrored"]
    assert [step.kind for step in walk(made.steps)][-1] == "turn"


def test_records_are_frozen() -> None:
    with pytest.raises(ValidationError):
        library().exercise("floor-practice").title = "Other"  # type: ignore[misc]


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Line.model_validate({"phrasings": ["a"], "spoken": "b"})


def test_an_option_that_is_not_offered_cannot_be_the_default() -> None:
    options = [{"name": "a", "phrases": ["a"]}, {"name": "b", "phrases": ["b"]}]
    step = {"choose": {"line": "x", "options": options, "otherwise": "c"}}
    with pytest.raises(ValidationError, match="expected one of the options a, b"):
        Exercise.model_validate({"exercise": "x", "title": "X", "lasts": "3 min", "steps": [step]})


def test_a_plan_item_is_a_frame_or_an_exercise() -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        PlanItem.model_validate({"frame": "welcome", "exercise": "echo"})


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        ({"size": "long"}, {"size": "long"}, True),
        ({"size": "long"}, {"size": "short"}, False),
        ({"minutes_left": "at least 5 min"}, {"minutes_left": 5.0}, True),
        ({"minutes_left": "at least 5 min"}, {"minutes_left": 4.9}, False),
        ({"evenings_done": "below 3"}, {"evenings_done": 2}, True),
        ({"evenings_done": "below 3"}, {"evenings_done": 3}, False),
        ({"evenings_done": 0}, {"evenings_done": 0}, True),
        ({"recogniser": "not none"}, {"recogniser": "full"}, True),
        ({"diary_on": False, "evenings_done": "below 3"}, {"diary_on": True, "evenings_done": 1}, False),
        ({"size": "long"}, {}, False),
    ],
)
def test_a_condition_holds_when_all_its_tests_do(condition: dict[str, object], facts: dict[str, object], holds: bool) -> None:
    assert Condition.model_validate(condition).holds(facts) is holds  # type: ignore[arg-type]


def test_the_library_suggests_what_was_meant() -> None:
    with pytest.raises(Trouble, match="did you mean 'floor-practice'"):
        library().exercise("flor-practice")


def test_an_exercises_own_line_goes_before_the_shared_one() -> None:
    mirror = library().exercise("two-minute-mirror")
    own = mirror.model_copy(update={"lines": {"c_check": Line(phrasings=("Mine?",))}})
    assert library().line("c_check", own).phrasings == ("Mine?",)
    assert library().line("c_check", mirror).phrasings == library().lines["c_check"].phrasings


def test_one_exercise_makes_an_evening_between_welcome_and_close() -> None:
    evening = evening_of(library().exercise("floor-practice"), "short")
    assert [item.slug for item in evening.plan] == ["welcome", "floor-practice", "close"]
    assert isinstance(evening, Evening)


def test_words_are_listened_for_in_four_exercises_only() -> None:
    with_words = {slug for slug, each in library().exercises.items() if Mode.WORDS in each.modes()}
    assert with_words <= {"two-minute-mirror", "mirror-and-more", "makes-sense", "the-day-that-shaped-me"}
    assert {"two-minute-mirror", "mirror-and-more", "makes-sense", "the-day-that-shaped-me"} <= with_words


def test_the_close_begins_with_the_second_partner() -> None:
    block = library().frame("close").steps[0]
    assert isinstance(block, MirroredSpec) and block.begins == "second"


def test_gates_tell_how_many_evenings_must_be_behind_a_pair() -> None:
    assert library().exercise("mirror-and-more").evenings_needed() == 1
    assert library().exercise("floor-practice").evenings_needed() == 0
