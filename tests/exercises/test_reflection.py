"""Reflecting back: the listener tries, the source judges, and nobody is kept after school."""

from __future__ import annotations

from typing import Any

import pytest
from table import ALEX, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.effects import FloorKind, GiveFloor, ListenFor, Mode, Say
from companion.events import AnswerHeard, CueGiven, StepLeft
from companion.exercises.content import Library, PlanItem
from companion.exercises.reflection import Help, Ladder
from companion.timeline import seconds


def reflecting(library: Library, tries: int = 2, *, words: bool = True, **more: Any) -> Table:
    """Alex has told something; Sam has just been asked what they heard."""
    steps = [{"reflect": {"for": "45 s", "tries": tries, "listen": "WORDS", **more}}, {"say": "thanks"}]
    table = Table(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")], words=words)).start()
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM)
    return table


def left(table: Table) -> str | None:
    return next((each.exit for each in table.kinds(StepLeft) if each.kind == "reflect"), None)


def ids(table: Table) -> list[str]:
    return [each.id for each in table.kinds(CueGiven)]


def answered(table: Table, said: str) -> Table:
    """Sam tries for five seconds, and Alex answers the check."""
    table.talk(SAM, 0.5, 5.0)
    table.until_said("c_check", 20.0)
    return table.run(2.5).say(said, ALEX).run(1.5)


def once_more(table: Table) -> Table:
    """Alex adds what is missing, and Sam is asked again."""
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == ALEX)
    table.talk(ALEX, 0.5, 4.0)
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM)
    return table


def test_the_listener_is_asked_by_name(library: Library) -> None:
    said = reflecting(library).said()[0]
    assert "Sami" in said or said.startswith("In your words")


def test_after_a_real_try_the_source_is_asked_after_a_second(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 5.0)
    start = table.now
    table.until_said("c_check")
    assert seconds(table.now - start) == pytest.approx(5.5 + 1.2, abs=0.2)


def test_after_a_few_words_it_waits_longer_for_more(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 1.0)
    start = table.now
    table.until_said("c_check")
    assert seconds(table.now - start) == pytest.approx(1.5 + 2.5, abs=0.2)


def test_done_ends_the_try_at_once(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 2.0).run(2.6).say("that's it", SAM)
    table.until_said("c_check", 2.5)


def test_a_yes_ends_it(library: Library) -> None:
    table = answered(reflecting(library), "exactly")
    assert left(table) == "done"
    assert [each.answer for each in table.kinds(AnswerHeard)] == ["yes"]


def test_partly_asks_the_source_what_is_missing_and_the_listener_once_more(library: Library) -> None:
    table = once_more(answered(reflecting(library), "mostly"))
    assert ids(table)[:4] == ["c_neutral", "c_check", "c_again", "line"] or "c_neutral_again" in ids(table)
    assert left(answered(table, "yes")) == "done"


def test_there_is_no_third_loop_but_thanks(library: Library) -> None:
    table = answered(reflecting(library), "not really")
    table = answered(once_more(table), "still not it")
    table = answered(once_more(table), "no")
    assert ids(table).count("c_again") == 2
    assert (
        table.until(lambda each: isinstance(each, CueGiven) and each.id == "c_enough", 10.0)
        if "c_enough" not in ids(table)
        else True
    )
    table.run(3.0).say("no", ALEX).run(6.0)
    assert left(table) == "done"
    assert ids(table).count("c_check") == 3


@pytest.mark.parametrize("said", ["yes", "no", "mostly"])
def test_whatever_is_said_to_close_enough_ends_it_kindly(library: Library, said: str) -> None:
    table = answered(reflecting(library, tries=1), "no")
    table = answered(once_more(table), "no")
    if "c_enough" not in ids(table):
        table.until_said("c_enough", 10.0)
    table.run(3.0).say(said, ALEX).run(6.0)
    assert left(table) == "done"
    assert table.kinds(Say)[-2].line in ("c_enough_thanks", "c_enough") or table.kinds(Say)[-1].line == "c_enough_thanks"


def test_nobody_is_thanked_twice(library: Library) -> None:
    steps = [{"reflect": {"for": "45 s", "tries": 1}}, {"thank": "thanks"}]
    table = Table(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")])).start()
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM)
    table = answered(once_more(answered(table, "no")), "no")
    if "c_enough" not in ids(table):
        table.until_said("c_enough", 10.0)
    table.run(3.0).say("yes", ALEX).run(6.0)
    assert [each.line for each in table.kinds(Say)][-2:] == ["c_enough", "thanks"]


def test_a_silent_source_is_asked_twice_and_then_left_in_peace(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 5.0)
    table.until_said("c_check", 20.0)
    table.until_said("c_unheard", 20.0)
    table.run(14.0)
    assert left(table) == "timeout"
    assert "c_again" not in ids(table)


def test_a_silent_listener_is_given_the_shape_then_the_scaffold(library: Library) -> None:
    table = reflecting(library)
    start = table.now
    table.until_said("c_shape", 20.0)
    assert seconds(table.now - start) == pytest.approx(10.0, abs=0.3)
    table.until_said("c_scaffold", 40.0)


def test_help_gives_the_next_rung(library: Library) -> None:
    table = reflecting(library).run(1.0).say("help", SAM)
    table.until_said("c_shape", 4.0)
    table.run(4.0).say("help", SAM)
    table.until_said("c_scaffold", 4.0)


def test_where_hints_are_off_whoever_asks_is_told_and_sent_to_the_source(library: Library) -> None:
    table = reflecting(library).run(1.0).say("give me a hint", SAM)
    assert "hint" in table.until_said("hints_off", 4.0)
    assert "Alex" in table.until_said("c_source", 4.0)
    table.run(5.0).say("give me a hint", SAM).run(5.0)
    assert (ids(table).count("hints_off"), ids(table).count("c_source")) == (1, 1)


def test_that_hints_are_off_is_said_once_an_evening(library: Library) -> None:
    steps = [{"reflect": {"for": "20 s", "listen": "WORDS"}}, {"reflect": {"for": "20 s", "listen": "WORDS"}}]
    table = Table(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")])).start()
    for nth in range(2):
        table.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM)
        table.run(1.0).say("give me a hint", SAM)
        table.until_said("c_source", 6.0)
        assert ids(table).count("hints_off") == 1
        if not nth:
            table.run(1.0).say("skip this", SAM)


@pytest.mark.parametrize("said", ["i don't know", "no idea"])
def test_whoever_does_not_know_is_sent_to_the_source_and_has_not_tried(library: Library, said: str) -> None:
    table = reflecting(library).talk(SAM, 1.0, 0.6).run(1.0).say(said, SAM)
    assert "Alex" in table.until_said("c_source", 4.0)
    table.run(6.0)
    assert ids(table) == ["c_neutral", "c_source"]


def test_the_source_may_not_know_without_anything_happening(library: Library) -> None:
    table = reflecting(library).run(1.0).say("i don't know", ALEX).run(4.0)
    assert ids(table) == ["c_neutral"]


def test_not_knowing_after_a_real_try_is_part_of_it(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 5.0).run(5.6).say("i don't know", SAM).run(4.0)
    assert ids(table) == ["c_neutral", "c_check"]


def test_a_listener_who_has_begun_is_left_alone(library: Library) -> None:
    table = reflecting(library)
    for second in range(0, 30, 3):
        table.talk(SAM, second + 0.5, 2.2)
    table.run(30.0)
    assert ids(table) == ["c_neutral"]


def test_the_source_may_hum_and_correct(library: Library) -> None:
    table = reflecting(library).talk(SAM, 0.5, 8.0).talk(ALEX, 3.0, 2.0).run(8.0)
    assert table.cues() == []


def test_words_are_asked_for_only_where_there_are_any_and_only_of_the_listener(library: Library) -> None:
    with_words = [each for each in reflecting(library).kinds(ListenFor) if each.mode is Mode.WORDS]
    assert [each.holder for each in with_words] == [SAM]
    assert not [each for each in reflecting(library, words=False).kinds(ListenFor) if each.mode is Mode.WORDS]


def test_no_words_tonight_turns_words_off_in_the_middle(library: Library) -> None:
    table = reflecting(library).run(1.0).say("no words tonight", ALEX).run(3.0)
    assert table.kinds(ListenFor)[-1].mode is Mode.FLOOR
    answered(table, "mostly")
    once_more(table)
    assert [each.mode for each in table.kinds(ListenFor)].count(Mode.WORDS) == 1


def test_the_floor_is_the_listeners(library: Library) -> None:
    table = reflecting(library)
    given = [each for each in table.kinds(GiveFloor) if each.kind is FloorKind.HOLDER]
    assert [(each.holder, each.questions) for each in given] == [(SAM, True)]


def test_no_rung_comes_twice() -> None:
    ladder = Ladder()
    assert [rung_of(ladder.silent()) for _ in range(5)] == ["shape", "scaffold", "ask", None, None]


def test_after_a_hint_was_asked_for_the_source_is_not_offered_again() -> None:
    ladder = Ladder()
    assert rung_of(ladder.hinted()) == "ask"
    assert ladder.hinted() is None
    assert [rung_of(ladder.silent()) for _ in range(3)] == ["shape", "scaffold", None]


def rung_of(help: Help | None) -> str | None:
    return None if help is None else help.rung
