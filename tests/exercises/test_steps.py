"""Turns, questions, thanks and the rest, one step at a time."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from table import ALEX, PAIR, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.conversation.manners import GENTLE, LIVELY, STANDARD
from companion.effects import Chime, Enrol, FloorKind, GiveFloor, ListenFor, Mode, Say
from companion.events import (
    AnswerHeard,
    ContestedStart,
    CueDropped,
    CueGiven,
    Enrolled,
    Event,
    Interruption,
    InterruptionEnded,
    Laugh,
    PhraseHeard,
    SomethingHeard,
    SpeechEnded,
    StepEntered,
    StepLeft,
)  # fmt: skip
from companion.exercises.content import Library, PlanItem
from companion.inputs import Button
from companion.partner import Partner
from companion.timeline import samples, seconds


def at_step(library: Library, *steps: Any, **more: Any) -> Table:
    """A table where an exercise of these steps has just begun."""
    slug = exercise("small", list(steps))
    return Table(engine(with_exercises(library, slug), [PlanItem(exercise="small")], **more)).start()


def turn(library: Library, length: str = "60 s", **more: Any) -> Table:
    """A turn of Alex whose prompt has just been spoken."""
    fields = {key: more.pop(key) for key in ("soft", "cues", "questions", "openers") if key in more}
    table = at_step(library, {"turn": {"for": length, "prompt": "prompt", **fields}}, {"say": "thanks"}, **more)
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    return table


def left(table: Table, kind: str) -> str | None:
    return next((each.exit for each in table.kinds(StepLeft) if each.kind == kind), None)


def comes_in(table: Table, length: float = 2.0, **more: Any) -> Table:
    """Sam comes in on Alex, and it is told after a second."""
    fields: dict[str, Any] = {"kind": "takeover", "probability": 0.95, "confidence": 0.95, "quiet": True, **more}
    begin = table.now
    table.talk(SAM, 0.0, length).run(1.0)
    table.happen(Interruption(begin, table.now, table.now, by=SAM, of=ALEX, **fields))
    table.run(max(0.0, length - 1.0) + 0.1)
    return table.happen(InterruptionEnded(begin, begin + samples(length), table.now, SAM, ALEX, fields["kind"])).run(0.6)


# --- the turn's clock


def test_done_by_the_holder_ends_the_turn_at_once(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 40.0).run(41.0).say("i'm done", ALEX).run(1.2)
    assert left(table, "turn") == "done"


def test_done_by_the_listener_is_ignored(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 20.0).run(21.0).say("i'm done", SAM).run(3.0)
    assert left(table, "turn") is None


def test_done_by_a_voice_unknown_counts_when_the_other_has_been_silent(library: Library) -> None:
    assert left(turn(library).talk(ALEX, 0.5, 40.0).run(41.0).say("i'm done").run(1.2), "turn") == "done"
    busy = turn(library).talk(ALEX, 0.5, 40.0).run(40.0).talk(SAM, 0.0, 1.6).say("i'm done", after=0.4).run(1.5)
    assert left(busy, "turn") is None


def test_done_of_a_voice_unknown_counts_though_a_scrap_of_it_was_taken_for_the_other(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 40.0).run(40.6).talk(SAM, 0.6, 0.25).say("i'm done")
    assert left(table.run(2.0), "turn") == "done"


def test_done_of_a_voice_that_is_rather_the_holders_counts_though_both_were_heard(library: Library) -> None:
    def both(perhaps: Partner) -> str | None:
        table = turn(library).talk(ALEX, 0.5, 40.0).run(40.0).talk(SAM, 0.0, 1.6)
        return left(table.say("i'm done", perhaps, sure=0.55, after=0.4).run(1.5), "turn")

    assert both(ALEX) == "done"
    assert both(SAM) is None


def test_a_holder_may_say_done_over_a_cue(library: Library) -> None:
    table = turn(library)
    live = [each for each in table.kinds(ListenFor) if each.mode is Mode.FLOOR][-1].over_voice
    assert "i'm done" in live and "stop" in live and "your turn" not in live
    assert "i'm done" not in at_step(library, {"joint": {"for": "30 s"}}).kinds(ListenFor)[-1].over_voice


def test_silence_never_ends_a_turn(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 10.0).run(45.0)
    assert left(table, "turn") is None


def test_the_clock_starts_with_the_holders_first_word(library: Library) -> None:
    table = turn(library, "60 s")
    start = table.now
    for second in range(8, 66, 2):
        table.talk(ALEX, second, 1.6)
    table.until_said("c_soft")
    assert seconds(table.now - start) == pytest.approx(8.0 + 48.0, abs=2.0)


def test_twenty_seconds_before_the_end_there_is_a_soft_chime(library: Library) -> None:
    table = turn(library, "60 s")
    start = table.now
    for second in range(0, 58, 2):
        table.talk(ALEX, second + 0.5, 1.6)
    table.until_said("c_soft")
    assert seconds(table.now - start) == pytest.approx(48.6, abs=1.6)  # 80 % of a minute is later than 20 s before its end


def test_the_wrap_comes_at_a_pause_after_the_budget_and_never_cuts_a_sentence(library: Library) -> None:
    table = turn(library, "30 s")
    table.talk(ALEX, 0.5, 34.0).talk(ALEX, 36.0, 3.0)
    start = table.now
    table.until(lambda each: isinstance(each, CueGiven) and each.id == "c_wrap")
    assert 35.2 <= seconds(table.now - start) <= 35.5
    assert table.outcome_of("c_wrap")[0] == "soon"


def test_who_is_told_to_sit_as_long_as_they_like_is_not_cut_off_in_the_same_breath(library: Library) -> None:
    table = turn(library, "44 s").talk(ALEX, 0.5, 13.0).run(14.0)
    table.until(lambda each: isinstance(each, Say) and each.line == "c_stuck")
    assert left(table.run(4.0), "turn") is None
    assert left(table.run(14.0), "turn") == "done"


def test_after_the_wrap_the_turn_ends_when_the_last_thought_has_been_said(library: Library) -> None:
    table = turn(library, "30 s").talk(ALEX, 0.5, 30.5)
    table.until(lambda each: isinstance(each, Say) and each.line == "c_wrap")
    table.talk(ALEX, 2.0, 3.0)
    start = table.now
    table.until(lambda each: isinstance(each, StepLeft) and each.kind == "turn")
    assert 6.0 <= seconds(table.now - start) <= 6.8


def test_a_holder_who_rests_at_the_end_of_the_budget_needs_no_wrap(library: Library) -> None:
    table = turn(library, "30 s").talk(ALEX, 0.5, 26.0).run(32.0)
    assert left(table, "turn") == "done"
    assert "c_wrap" not in table.cues()


def test_a_holder_who_never_pauses_is_ended_soon_after_twice_the_budget(library: Library) -> None:
    table = turn(library, "30 s").talk(ALEX, 0.5, 200.0)
    start = table.now
    table.until(lambda each: isinstance(each, StepLeft) and each.kind == "turn")
    assert 60.0 <= seconds(table.now - start) <= 76.5
    assert left(table, "turn") == "timeout"
    assert not table.cues()


def test_at_twice_the_budget_any_gap_will_do(library: Library) -> None:
    table = turn(library, "30 s").talk(ALEX, 0.5, 62.0).talk(ALEX, 62.6, 30.0)
    start = table.now
    table.until(lambda each: isinstance(each, StepLeft) and each.kind == "turn")
    assert seconds(table.now - start) == pytest.approx(62.5, abs=0.2)


def test_done_very_early_is_told_once_that_there_is_more_time(library: Library) -> None:
    table = turn(library, "60 s").talk(ALEX, 0.5, 3.0).run(4.0).say("i'm done", ALEX)
    assert table.until_said("c_short", 3.0)
    table.run(6.0)
    assert left(table, "turn") == "done"


def test_who_takes_up_the_offer_of_more_time_keeps_the_floor(library: Library) -> None:
    table = turn(library, "60 s").talk(ALEX, 0.5, 3.0).run(4.0).say("i'm done", ALEX)
    table.until_said("c_short", 3.0)
    table.talk(ALEX, 2.5, 5.0).run(12.0)
    assert left(table, "turn") is None


def second_turn(library: Library, first: float, second: float) -> Table:
    """Alex has used `first` seconds, Sami says "I'm done" after `second`."""
    table = at_step(library, {"mirrored": [{"turn": {"for": "180 s", "prompt": "prompt"}}]}, {"say": "thanks"})
    for who, length in ((ALEX, first), (SAM, second)):
        table.until(lambda each, who=who: isinstance(each, GiveFloor) and each.holder == who)
        table.talk(who, 0.2, length).run(length + 0.5).say("i'm done", who).run(1.2)
    return table.run(2.0)


def test_who_used_far_less_time_is_offered_more_without_figures(library: Library) -> None:
    table = second_turn(library, 150.0, 60.0)
    assert table.cues()[-1] == "c_more"
    said = table.outcome_of("c_more")[0]
    assert "Alex" not in said and not any(letter.isdigit() for letter in said)
    table.run(6.0)
    assert [each.kind for each in table.kinds(StepLeft)][:2] == ["turn", "turn"]


def test_who_used_about_as_much_is_not(library: Library) -> None:
    assert "c_more" not in second_turn(library, 90.0, 70.0).cues()


def test_gentle_does_not_offer_more_time(library: Library) -> None:
    table = turn(library, "60 s", manners=GENTLE).talk(ALEX, 0.5, 3.0).run(4.0).say("i'm done", ALEX).run(1.5)
    assert left(table, "turn") == "done"


def test_budgets_are_longer_in_gentle_and_shorter_in_lively(library: Library) -> None:
    budgets = {
        manners.name: turn(library, "60 s", manners=manners).kinds(StepEntered)[0].budget
        for manners in (GENTLE, STANDARD, LIVELY)
    }
    assert budgets == {"gentle": samples(75.0), "standard": samples(60.0), "lively": samples(51.0)}


def test_another_gives_another_opener(library: Library) -> None:
    table = at_step(library, {"turn": {"for": "60 s", "openers": "day"}})
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    table.say("another one", ALEX).run(6.0)
    asked = [each.text for each in table.kinds(Say) if each.line == "day"]
    assert len(asked) == 2
    assert asked[0].removeprefix("Alex. ") != asked[1]


def test_who_starts_is_named_with_the_first_opener(library: Library) -> None:
    table = at_step(library, {"turn": {"for": "60 s", "openers": "day"}})
    assert table.until_said("line").startswith("Alex. ")


def test_nobody_is_named_twice_when_the_set_up_did_it(library: Library) -> None:
    table = at_step(library, {"say": "set_up"}, {"turn": {"for": "60 s", "openers": "day"}}).run(12.0)
    assert not [text for text in table.said() if text.startswith("Alex. ")]


def after_alex(library: Library, **turn: object) -> Table:
    """Both have a turn of 60 s; Alex has just ended the first."""
    table = at_step(library, {"mirrored": [{"turn": {"for": "60 s", **turn}}]})
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    return table.talk(ALEX, 0.5, 40.0).run(41.0).say("i'm done", ALEX)


def test_a_name_before_the_opener_hands_the_floor_over(library: Library) -> None:
    table = after_alex(library, openers="day").run(6.0)
    first, second = (each.text for each in table.kinds(Say) if each.line == "day")
    assert first.startswith("Alex. ") and second.startswith("Sami. ")
    assert "c_swap" not in [each.id for each in table.kinds(CueGiven)]


def test_a_prompt_without_a_name_is_handed_over_by_a_line(library: Library) -> None:
    assert "Sami" in after_alex(library, prompt="plain").until_said("c_swap")


def test_a_question_the_other_has_just_answered_is_not_asked_again(library: Library) -> None:
    table = after_alex(library, openers="day", same_opener=True)
    assert "Sami" in table.until_said("c_swap")
    table.run(8.0)
    assert len([each for each in table.kinds(Say) if each.line == "day"]) == 1


def test_it_is_asked_again_where_the_other_did_not_answer_it(library: Library) -> None:
    table = at_step(library, {"mirrored": [{"turn": {"for": "60 s", "openers": "day", "same_opener": True}}]})
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    table.say("skip this", ALEX).run(8.0)
    first, second = (each.text for each in table.kinds(Say) if each.line == "day")
    assert second == "Sami. " + first.removeprefix("Alex. ")


def test_who_wants_the_line_again_hears_the_question_that_and_you_stands_for(library: Library) -> None:
    table = after_alex(library, openers="day", same_opener=True)
    table.until_said("c_swap")
    asked = next(each.text for each in table.kinds(Say) if each.line == "day").removeprefix("Alex. ")
    table.run(3.0).say("say that again", SAM).run(6.0)
    assert table.said()[-1] == asked


def test_a_new_holder_who_has_begun_is_not_told_to(library: Library) -> None:
    table = after_alex(library, openers="day").talk(SAM, 0.7, 2.0).run(8.0)
    asked = [each.text for each in table.kinds(Say) if each.line == "day"]
    assert len(asked) == 2 and not asked[1].startswith("Sami. ")


def test_nor_where_a_line_would_have_told_them(library: Library) -> None:
    table = after_alex(library, prompt="plain").talk(SAM, 0.7, 2.0).run(8.0)
    assert "c_swap" not in [each.id for each in table.kinds(CueGiven)]


# --- silence


def test_after_nine_seconds_of_thought_the_holder_may_take_their_time(library: Library) -> None:
    table = turn(library, "120 s").talk(ALEX, 0.5, 5.0).run(5.5)
    start = table.now
    table.until_said("c_think")
    assert seconds(table.now - start) == pytest.approx(9.0, abs=0.3)


def test_before_the_first_word_it_waits_twelve(library: Library) -> None:
    table = turn(library, "120 s")
    start = table.now
    table.until_said("c_think")
    assert seconds(table.now - start) == pytest.approx(12.0, abs=0.3)


def test_a_slow_talker_is_given_longer(library: Library) -> None:
    table = turn(library, "120 s")
    table.patience = {ALEX: 2.0}
    table.talk(ALEX, 0.5, 5.0).run(5.5)
    start = table.now
    table.until_said("c_think")
    assert seconds(table.now - start) == pytest.approx(18.0, abs=0.3)


def test_eight_seconds_of_silence_stay_silent(library: Library) -> None:
    table = turn(library, "120 s")
    for again in range(6):
        table.talk(ALEX, 0.5 + again * 11.0, 3.0)
    assert table.run(66.0).cues() == []


def test_after_a_long_silence_another_question_is_offered(library: Library) -> None:
    table = turn(library, "120 s").talk(ALEX, 0.5, 5.0)
    table.until_said("c_stuck", 60.0)
    assert table.cues() == ["c_think", "c_stuck"]


def test_a_soft_turn_is_only_ever_chimed_at(library: Library) -> None:
    table = turn(library, "60 s", soft=True).talk(ALEX, 0.5, 5.0).run(58.0)
    assert not [each for each in table.kinds(CueGiven) if each.spoken and not each.asked]


# --- interruptions


def test_the_first_interruption_is_answered_by_a_chime(library: Library) -> None:
    table = comes_in(turn(library).talk(ALEX, 0.5, 5.0).run(5.0))
    assert table.cues() == ["c_int1"]
    assert [each.kind for each in table.kinds(Chime)] == ["floor"]


def test_a_hum_is_never_cued(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 30.0)
    for again in range(8):
        table.talk(SAM, 2.0 + 3 * again, 0.5)
    assert table.run(31.0).cues() == []


def test_a_holder_who_goes_on_at_once_needs_no_chime(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 5.0).run(5.6)
    begin = table.now
    table.talk(SAM, 0.0, 1.2).run(1.1)
    table.happen(Interruption(begin, table.now, table.now, SAM, ALEX, "butt-in", 0.95, 0.95, True)).talk(ALEX, 0.15, 10.0).run(
        11.0
    )
    assert table.cues() == []
    assert [each.why for each in table.kinds(CueDropped)] == ["mended"]


@pytest.mark.parametrize(("length", "cues"), [(1.1, []), (2.0, ["c_int1"])])
def test_what_was_over_almost_at_once_gets_no_chime(library: Library, length: float, cues: list[str]) -> None:
    table = turn(library).talk(ALEX, 0.5, 5.0).run(5.6)
    begin = table.now
    table.talk(SAM, 0.0, length).run(1.0).happen(
        Interruption(begin, table.now, table.now, SAM, ALEX, "butt-in", 0.95, 0.95, True)
    )
    table.run(length - 0.9).happen(SpeechEnded(begin, begin + samples(length), table.now, SAM, 0.9)).run(1.5)
    assert table.cues() == cues


def test_a_hum_long_after_a_brief_interruption_gets_no_chime(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 5.0).run(5.6)
    begin = table.now
    table.talk(SAM, 0.0, 1.1).run(1.0)
    table.happen(Interruption(begin, table.now, table.now, SAM, ALEX, "butt-in", 0.95, 0.95, True)).run(0.5)
    table.happen(SpeechEnded(begin, begin + samples(1.1), table.now, SAM, 0.9)).run(4.0)
    hum = table.now
    table.talk(SAM, 0.0, 0.4).run(0.8).happen(SpeechEnded(hum, hum + samples(0.4), table.now, SAM, 0.9)).run(2.0)
    assert table.cues() == []


def test_a_command_of_the_listener_is_no_interruption(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 5.0).run(5.6)
    begin = table.now
    table.talk(SAM, 0.0, 1.4).run(1.2).happen(Interruption(begin, table.now, table.now, SAM, ALEX, "butt-in", 0.95, 0.95, True))
    table.run(0.6).happen(PhraseHeard(begin, begin + samples(1.4), table.now, "how long", 0.9, SAM, 0.9)).run(2.0)
    assert "c_int1" not in table.cues()


def test_completions_are_never_cued(library: Library) -> None:
    assert comes_in(turn(library).talk(ALEX, 0.5, 5.0).run(5.0), 1.2, kind="completion").cues() == []


@pytest.mark.parametrize("unsure", [{"probability": 0.7}, {"confidence": 0.6}])
def test_what_is_not_sure_enough_is_not_cued(library: Library, unsure: dict[str, float]) -> None:
    assert comes_in(turn(library).talk(ALEX, 0.5, 5.0).run(5.0), **unsure).cues() == []


def test_laughing_over_each_other_is_nobodys_business(library: Library) -> None:
    table = turn(library).talk(ALEX, 0.5, 5.0).run(5.0)
    begin = table.now
    table.talk(SAM, 0.0, 1.5).talk(ALEX, 0.0, 1.5).run(1.0)
    table.happen(Interruption(begin, table.now, table.now, SAM, ALEX, "butt-in", 0.9, 0.9, True))
    table.happen(Laugh(begin, table.now, table.now, SAM)).run(2.0)
    assert table.cues() == []


def test_the_second_within_ninety_seconds_is_answered_in_words_for_the_holder(library: Library) -> None:
    table = comes_in(turn(library, "180 s").talk(ALEX, 0.5, 5.0).run(5.0)).talk(ALEX, 0.1, 15.0).run(15.2)
    comes_in(table)
    assert table.cues() == ["c_int1", "c_int2"]
    words = next(each for each in table.kinds(CueGiven) if each.id == "c_int2").text
    assert "Alex" in words
    assert "Sami" not in words


def test_the_third_asks_the_holder_and_then_it_is_never_cued_again(library: Library) -> None:
    table = turn(library, "180 s").talk(ALEX, 0.5, 5.0).run(5.0)
    for _ in range(5):
        comes_in(table).talk(ALEX, 0.1, 22.0).run(23.0)
    assert table.cues() == ["c_int1", "c_int2", "c_int3"]


def test_two_bursts_of_one_episode_are_cued_once(library: Library) -> None:
    table = comes_in(turn(library, "180 s").talk(ALEX, 0.5, 5.0).run(5.0)).talk(ALEX, 0.1, 3.0).run(4.0)
    comes_in(table)
    assert table.cues() == ["c_int1"]


def test_a_brief_sound_in_between_makes_no_one_episode_of_two(library: Library) -> None:
    table = comes_in(turn(library, "180 s").talk(ALEX, 0.5, 5.0).run(5.0)).talk(ALEX, 0.1, 6.0).run(6.0)
    table = comes_in(table, 1.0, probability=0.85).talk(ALEX, 0.1, 6.0).run(6.0)
    comes_in(table).run(1.0)
    assert len(table.cues()) == 2


def test_a_takeover_that_goes_on_is_cued_when_it_ends(library: Library) -> None:
    table = comes_in(turn(library, "180 s").talk(ALEX, 0.5, 5.0).run(5.0), 15.0)
    assert len(table.cues()) == 1


def test_gentle_only_chimes(library: Library) -> None:
    table = turn(library, "180 s", manners=GENTLE).talk(ALEX, 0.5, 5.0).run(5.0)
    for _ in range(4):
        comes_in(table).talk(ALEX, 0.1, 32.0).run(33.0)
    assert not [each for each in table.kinds(CueGiven) if each.spoken and not each.asked]
    assert "floor" in [each.text for each in table.kinds(CueGiven)]


def test_both_starting_at_once_lets_the_holder_begin(library: Library) -> None:
    table = turn(library)
    begin = table.now
    table.talk(ALEX, 0.0, 1.3).talk(SAM, 0.1, 1.2).run(1.2)
    table.happen(ContestedStart(begin, table.now, table.now, None)).run(2.0)
    assert table.cues() == ["c_both"]


def test_nothing_is_cued_in_a_joint_talk(library: Library) -> None:
    table = at_step(library, {"joint": {"for": "60 s", "prompt": "plain"}}).run(5.0)
    comes_in(table).run(30.0)
    assert table.cues() == []


# --- questions


def ask(library: Library, of: str = "first", **more: Any) -> Table:
    steps = [{"ask": {"line": "may_i", "of": of, "exits": {"no": "finish"}}}, {"say": "thanks"}]
    table = at_step(library, *steps, **more)
    table.until(lambda each: isinstance(each, CueGiven) and each.asked)
    return table.run(2.0)


@pytest.mark.parametrize("said", ["yes", "yeah", "of course", "okay"])
def test_a_plain_yes_is_a_yes(library: Library, said: str) -> None:
    assert left(ask(library).say(said, ALEX).run(2.0), "ask") == "yes"


@pytest.mark.parametrize("said", ["no", "maybe later", "i guess so", "not tonight", "if we must"])
def test_anything_less_is_a_no(library: Library, said: str) -> None:
    assert left(ask(library).say(said, ALEX).run(2.0), "ask") == "no"


def test_no_answer_is_asked_once_more_and_then_is_a_no(library: Library) -> None:
    table = ask(library)
    assert table.until_said("c_unheard_consent")
    table.run(12.0)
    assert left(table, "ask") == "no"


def test_an_unknown_voice_counts_for_the_one_who_was_asked(library: Library) -> None:
    table = ask(library).say("yes").run(2.0)
    assert left(table, "ask") == "yes"
    assert [each.by for each in table.kinds(AnswerHeard)] == [ALEX]


def test_the_wrong_partners_yes_is_ignored(library: Library) -> None:
    table = ask(library).say("yes", SAM).run(3.0)
    assert left(table, "ask") is None


def test_both_need_two_voices(library: Library) -> None:
    table = ask(library, "both").say("yes", SAM).run(3.0)
    assert left(table, "ask") is None
    assert table.said()[-1] == "Alex?"
    table.say("yes", ALEX).run(2.0)
    assert left(table, "ask") == "yes"


def test_one_voice_cannot_say_yes_for_both(library: Library) -> None:
    table = ask(library, "both").say("yes", SAM).run(3.0).say("yes", SAM).run(20.0)
    assert left(table, "ask") == "no"


def test_nobody_can_see_who_said_no(library: Library) -> None:
    table = ask(library, "both").say("no", SAM).run(3.0)
    assert [each.by for each in table.kinds(AnswerHeard)] == [None]


def test_a_short_press_is_a_yes_to_the_one_asked(library: Library) -> None:
    assert left(ask(library).tell(Button(0, "short")).run(0.2), "ask") == "yes"


def test_a_question_asked_for_is_asked_again(library: Library) -> None:
    table = ask(library).say("say it again", ALEX).run(5.0)
    assert len(table.said()) == 2
    assert left(table, "ask") is None


def check(library: Library) -> Table:
    table = at_step(library, {"check": {"of": "holder"}})
    table.until_said("c_check")
    return table.run(2.5)


@pytest.mark.parametrize(
    ("said", "answer"), [("that's it", "yes"), ("mostly", "partly"), ("not really", "no"), ("yes but", "partly")]
)
def test_a_check_knows_partly(library: Library, said: str, answer: str) -> None:
    assert left(check(library).say(said, ALEX).run(2.0), "check") == answer


def test_something_short_that_was_no_answer_is_asked_for_again_after_three_quiet_seconds(library: Library) -> None:
    table = check(library).talk(ALEX, 0.2, 0.8).run(1.4)
    table.happen(SomethingHeard(table.now - 8000, table.now, table.now, ALEX)).run(1.5)
    assert "c_unheard" not in [each.line for each in table.kinds(Say)]
    assert [each.line for each in table.run(2.0).kinds(Say)][-1] == "c_unheard"


def test_telling_more_instead_of_answering_means_partly(library: Library) -> None:
    table = check(library).talk(ALEX, 0.2, 4.0).run(4.3).happen(SomethingHeard(0, 0, 0, ALEX)).run(0.3)
    assert left(table, "check") == "partly"


def test_the_wrong_partner_is_sent_to_the_source_once(library: Library) -> None:
    table = check(library).say("yes", SAM).run(3.0)
    assert left(table, "check") is None
    assert any("Alex" in text or "teller" in text for text in table.said()[1:])


def choose(library: Library, of: str = "either") -> Table:
    options = [{"name": "warm", "phrases": ["warm"]}, {"name": "quick", "phrases": ["quick"]}]
    table = at_step(library, {"choose": {"line": "which", "options": options, "otherwise": "quick", "of": of}})
    table.until(lambda each: isinstance(each, CueGiven) and each.asked)
    return table.run(2.5)


def test_a_choice_is_made_by_its_word(library: Library) -> None:
    assert left(choose(library).say("warm", SAM).run(1.5), "choose") == "a"


def test_no_choice_is_the_default(library: Library) -> None:
    assert left(choose(library).run(40.0), "choose") == "b"


def test_different_choices_are_asked_once_more(library: Library) -> None:
    table = choose(library, "both").say("warm", ALEX).run(4.0).say("quick", SAM).run(3.0)
    assert left(table, "choose") is None
    table.say("warm", ALEX).run(4.0).say("warm", SAM).run(2.0)
    assert left(table, "choose") == "a"


# --- the rest


def test_a_thank_you_of_half_a_second_is_enough(library: Library) -> None:
    table = at_step(library, {"thank": "thanks"}).run(3.0).talk(SAM, 0.0, 0.5).run(1.5)
    assert left(table, "thank") == "done"


def test_without_a_thank_you_it_goes_on_after_six_seconds(library: Library) -> None:
    table = at_step(library, {"thank": "thanks"}).run(6.0)
    assert left(table, "thank") is None
    assert left(table.run(3.0), "thank") == "done"


def test_a_joint_talk_ends_at_a_lapse_after_its_time(library: Library) -> None:
    table = at_step(library, {"joint": {"for": "20 s"}}).talk(ALEX, 0.0, 25.0)
    table.until(lambda each: isinstance(each, StepLeft))
    assert seconds(table.now) == pytest.approx(27.0, abs=0.2)


def test_next_ends_a_joint_talk(library: Library) -> None:
    assert left(at_step(library, {"joint": {"for": "60 s"}}).run(5.0).say("next please", SAM).run(1.5), "joint") == "done"


def test_quiet_ends_with_a_chime(library: Library) -> None:
    table = at_step(library, {"quiet": "10 s"}).run(12.0)
    assert [each.kind for each in table.kinds(Chime)] == ["rest"]
    assert left(table, "quiet") == "done"


def test_quiet_is_listened_to_for_very_little(library: Library) -> None:
    table = at_step(library, {"quiet": "10 s"})
    heard = table.kinds(ListenFor)[0]
    assert heard.mode is Mode.QUIET
    assert "louder" not in heard.phrases
    assert "stop" in heard.phrases


def test_a_private_step_turns_the_microphone_off_once_it_has_said_so(library: Library) -> None:
    table = at_step(library, {"private": {"for": "10 s", "told": "told"}}, {"say": "thanks"})
    assert [each.mode for each in table.kinds(ListenFor)] == [Mode.CMD]
    table.run(4.0)
    assert [each.mode for each in table.kinds(ListenFor)] == [Mode.CMD, Mode.OFF]
    table.run(12.0)
    assert left(table, "private") == "done"


def test_rounds_alternate(library: Library) -> None:
    table = at_step(library, {"rounds": {"count": 4, "each": "10 s", "prompt": "plain"}})
    for who in (ALEX, SAM, ALEX, SAM):
        table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
        table.talk(who, 0.3, 2.0).run(3.0)
    holders = [each.holder for each in table.kinds(GiveFloor) if each.kind is FloorKind.HOLDER]
    assert holders == [ALEX, SAM, ALEX, SAM]
    assert left(table.run(2.0), "rounds") == "done"


def test_a_question_is_asked_and_answered(library: Library) -> None:
    table = at_step(library, {"clarify": {"for": "20 s", "answer": "45 s"}})
    assert table.kinds(GiveFloor)[0].holder == SAM
    table.talk(SAM, 0.5, 2.0).run(4.5)
    assert table.kinds(GiveFloor)[-1].holder == ALEX
    table.talk(ALEX, 0.2, 5.0).run(8.0)
    assert left(table, "clarify") == "done"


def test_once_is_said_once(library: Library) -> None:
    table = at_step(
        library, {"repeat": {"times": 3, "steps": [{"say": {"line": "thanks", "once": True}}, {"chime": "swap"}]}}
    ).run(20.0)
    assert len(table.kinds(Say)) == 1
    assert len(table.kinds(Chime)) == 3


def test_a_command_that_is_invited_is_not_carried_out(library: Library) -> None:
    table = at_step(library, {"say": {"line": "plain", "invites": "pause", "wait": "10 s", "on_yes": "thanks"}})
    table.run(2.5).say("hold on a moment", ALEX).run(3.0)
    assert left(table, "say") == "yes"
    assert table.said()[1] in ("Thank you both.", "Thanks.", "Good, thank you.")


# --- enrolment by talk


class Teacher:
    """Hearing that finds fault with a voice as often as it is told to."""

    def __init__(self, *troubles: str | None, advice: Literal["turn", "alike"] | None = None) -> None:
        self.troubles, self.advice = list(troubles), advice

    def __call__(self, table: Table, each: object) -> None:
        if isinstance(each, Enrol) and each.done:
            table.extra = [event for event in table.extra if not isinstance(event, Enrolled)]
            table.happen(Enrolled(table.now, table.now, each.who, 9.0, self.troubles.pop(0), self.advice))
        elif isinstance(each, Enrol):
            table.talk(None, 0.3, 12.0)


def enrolling(library: Library, *troubles: str | None, advice: Literal["turn", "alike"] | None = None) -> Table:
    steps = [{"turn": {"for": "15 s", "prompt": "prompt", "enrol": True}}, {"say": "thanks"}]
    slug = exercise("small", steps)
    table = Table(
        engine(with_exercises(library, slug), [PlanItem(exercise="small")], enrolled=False),
        react=Teacher(*troubles, advice=advice),
    )
    return table.start()


def test_a_voice_is_learnt_from_talk(library: Library) -> None:
    table = enrolling(library, None).run(25.0)
    assert [(each.who, each.done) for each in table.kinds(Enrol)] == [(ALEX, False), (ALEX, True)]
    assert left(table, "turn") == "done"


def test_too_little_is_asked_for_once_more_kindly(library: Library) -> None:
    table = enrolling(library, "short", None).run(50.0)
    assert [each.done for each in table.kinds(Enrol)] == [False, True, False, True]
    assert left(table, "turn") == "done"
    assert next(each.text for each in table.kinds(CueGiven) if each.id == "t_enrol_short").find("Alex") > 0


def test_after_two_tries_it_goes_on_without_the_voice(library: Library) -> None:
    table = enrolling(library, "same-voice", "same-voice").run(60.0)
    assert left(table, "turn") == "timeout"
    assert len(table.kinds(Enrol)) == 4


@pytest.mark.parametrize(("advice", "line"), [("turn", "t_turn_me"), ("alike", "t_voices_alike")])
def test_two_who_are_hard_to_tell_apart_hear_what_helps(library: Library, advice: Literal["turn", "alike"], line: str) -> None:
    table = enrolling(library, None, advice=advice).run(30.0)
    assert [each.id for each in table.kinds(CueGiven) if each.id in ("t_turn_me", "t_voices_alike")] == [line]
    assert left(table, "turn") == "done"


def test_a_pass_ends_learning(library: Library) -> None:
    table = enrolling(library, None).run(8.0).tell(Button(0, "double"))
    assert table.kinds(Enrol)[-1].done


def test_the_events_of_others_do_not_disturb_a_say(library: Library) -> None:
    table = at_step(library, {"say": "thanks"})
    events: list[Event] = [Laugh(0, 1, 1, Partner("Sami")), ContestedStart(0, 1, 1, None)]
    for event in events:
        table.happen(event)
    assert left(table.run(4.0), "say") == "done"
    assert list(PAIR) == [ALEX, SAM]
