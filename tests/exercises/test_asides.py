"""Questions that belong to no step: slow down, someone's here, forget tonight, who is who. The step stands still meanwhile."""

from __future__ import annotations

from typing import Any

from table import ALEX, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.conversation.manners import GENTLE, STANDARD, Manners
from companion.effects import Enrol, Finish, ListenFor, Mode
from companion.events import (
    AnswerHeard,
    CueGiven,
    ExerciseStarted,
    Gap,
    Interruption,
    Overlap,
    SpeechEnded,
    StateChanged,
    StepEntered,
    ThirdVoice,
)
from companion.exercises.content import Library, PlanItem
from companion.timeline import samples, seconds

TURN = [{"turn": {"for": "200 s", "prompt": "prompt"}}, {"joint": {"for": "60 s"}}]


def table(library: Library, steps: list[Any] = TURN, manners: Manners = STANDARD, **more: Any) -> Table:
    evening = [PlanItem(exercise="small"), PlanItem(exercise="small")]
    return Table(engine(with_exercises(library, exercise("small", steps)), evening, manners=manners, **more)).start().run(6.0)


def heated(at: Table) -> Table:
    """Talk over each other for a quarter of a minute: many episodes, much overlap."""
    at.talk(ALEX, 0.1, 16.5)
    for begin in (1.0, 7.0, 13.0):
        at.talk(SAM, begin, 4.0)
        start, end = at.now + samples(begin), at.now + samples(begin + 4.0)
        other = Interruption(start, start + samples(1.0), start + samples(1.0), SAM, ALEX, "butt-in", 0.9, 0.9, True)
        at.later += [(start + samples(1.0), other), (end, Overlap(start, end, end))]
    at.later += [(end, Gap(end - 160 - 800 * k, end - 800 * k, end, ALEX, SAM)) for k in range(4)]
    return at


def states(at: Table) -> list[str]:
    return [each.state for each in at.kinds(StateChanged)]


def given(at: Table) -> list[str]:
    return [each.id for each in at.kinds(CueGiven)]


# --- pace


def test_a_heated_talk_is_offered_half_a_minute_of_quiet(library: Library) -> None:
    at = heated(table(library))
    assert at.until_said("c_heat", 30.0) in library.lines["c_heat"].phrasings


def test_yes_to_slowing_down_brings_half_a_minute_of_quiet_and_the_question_again(library: Library) -> None:
    at = heated(table(library))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("yes", SAM).run(1.5)
    assert states(at)[-1] == "paused"
    assert at.kinds(ListenFor)[-1].mode is Mode.QUIET
    began = at.now
    at.until(lambda each: isinstance(each, StateChanged) and each.state == "running")
    assert seconds(at.now - began) > 28.0
    assert at.kinds(ListenFor)[-1].mode is Mode.FLOOR
    said = len(at.said())
    at.run(5.0)
    assert at.said()[said:] == [at.outcome_of("line")[0]]  # the prompt


def test_no_to_slowing_down_changes_nothing(library: Library) -> None:
    at = heated(table(library))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("no thanks", ALEX).run(2.0)
    assert "paused" not in states(at)
    assert at.kinds(ListenFor)[-1].mode is Mode.FLOOR


def test_no_answer_to_slowing_down_is_a_no(library: Library) -> None:
    at = heated(table(library))
    at.until_said("c_heat", 30.0)
    at.run(14.0)
    assert "paused" not in states(at) and at.kinds(ListenFor)[-1].mode is Mode.FLOOR


def test_the_answer_is_logged_without_a_name(library: Library) -> None:
    at = heated(table(library))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("yes", SAM).run(1.5)
    assert [(each.answer, each.by) for each in at.kinds(AnswerHeard)] == [("yes", None)]


def test_the_second_time_within_ten_minutes_a_time_out_is_offered(library: Library) -> None:
    at = heated(table(library))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("no thanks", ALEX).talk(ALEX, 3.0, 65.0).run(70.0)
    heated(at).until_said("c_heat2", 40.0)
    at.run(3.0).say("time out", ALEX).run(2.0)
    assert at.kinds(ExerciseStarted)[-1].exercise == "time-out"


def test_carrying_on_ends_all_offers_about_pace(library: Library) -> None:
    steps = [{"turn": {"for": "600 s", "prompt": "prompt"}}]
    at = heated(table(library, steps))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("no thanks", ALEX).talk(ALEX, 3.0, 65.0).run(70.0)
    heated(at).until_said("c_heat2", 40.0)
    at.run(3.0).say("carry on", ALEX).run(2.0)
    assert at.kinds(ListenFor)[-1].mode is Mode.FLOOR
    before = given(at).count("c_heat") + given(at).count("c_heat2")
    at.talk(ALEX, 0.0, 339.0).run(340.0)
    heated(at).run(60.0)
    assert given(at).count("c_heat") + given(at).count("c_heat2") == before


def test_joint_talk_is_never_told_to_slow_down(library: Library) -> None:
    at = table(library, [{"joint": {"for": "200 s"}}])
    heated(at).run(60.0)
    assert not [id for id in given(at) if id.startswith("c_heat")]


def test_play_and_tender_steps_are_never_told_to_slow_down(library: Library) -> None:
    for extra in ({"cues": "play"}, {"soft": True}):
        at = table(library, [{"turn": {"for": "200 s", "prompt": "prompt", **extra}}])
        heated(at).run(60.0)
        assert not [id for id in given(at) if id.startswith("c_heat")]


def test_gentle_manners_want_one_signal_more(library: Library) -> None:
    at = table(library, manners=GENTLE)
    at.talk(ALEX, 0.1, 20.0)
    for begin in (1.0, 7.0, 13.0):  # overlaps and episodes, but no quick changes: two signals
        at.talk(SAM, begin, 4.0)
        start, end = at.now + samples(begin), at.now + samples(begin + 4.0)
        other = Interruption(start, start + samples(1.0), start + samples(1.0), SAM, ALEX, "butt-in", 0.9, 0.9, True)
        at.later += [(start + samples(1.0), other), (end, Overlap(start, end, end))]
    at.run(60.0)
    assert "c_heat" not in given(at)


def test_two_offers_taken_up_lead_to_the_soft_landing(library: Library) -> None:
    steps = [{"turn": {"for": "1200 s", "prompt": "prompt"}}]
    at = heated(table(library, steps))
    at.until_said("c_heat", 30.0)
    at.run(2.5).say("yes", SAM).run(60.0)
    at.engine._surroundings._offered = None  # as after ten minutes
    at.talk(ALEX, 0.0, 300.0).run(301.0)
    heated(at).until_said("c_heat", 40.0)
    at.run(2.5).say("yes", SAM).run(2.0)
    assert at.kinds(ExerciseStarted)[-1].exercise == "soft-landing"


# --- a third voice


def third(at: Table) -> Table:
    at.happen(ThirdVoice(at.now, at.now, True))
    at.talk(ALEX, 0.5, 29.0)
    at.until_said("c_third", 60.0)
    return at.run(2.5)


def test_yes_to_company_pauses_the_evening(library: Library) -> None:
    at = third(table(library)).say("yes", ALEX).run(2.0)
    assert states(at)[-1] == "paused"
    at.say("resume", SAM).run(2.0)
    assert states(at)[-1] == "running"


def test_no_to_company_goes_on(library: Library) -> None:
    at = third(table(library)).say("no", ALEX).run(2.0)
    assert "paused" not in states(at) and at.kinds(ListenFor)[-1].mode is Mode.FLOOR


# --- forget tonight


def test_forgetting_asks_before_it_forgets(library: Library) -> None:
    at = table(library).say("forget tonight", ALEX)
    at.until_said("forget_sure", 5.0)
    assert "forget_done" not in given(at)
    at.run(3.0).say("yes", SAM).run(4.0)
    assert "forget_done" in given(at)


def test_anything_less_than_a_yes_forgets_nothing(library: Library) -> None:
    at = table(library).say("forget tonight", ALEX)
    at.until_said("forget_sure", 5.0)
    at.run(3.0).say("maybe", SAM).run(12.0)
    assert "forget_done" not in given(at) and states(at)[-1] == "running"


def test_what_was_to_be_forgotten_is_not_kept_even_if_both_say_so_later(library: Library) -> None:
    at = Table(engine(library, [PlanItem(frame="close")])).start().run(2.0).say("forget tonight", ALEX)
    at.until_said("forget_sure", 20.0)
    at.run(3.0).say("yes", SAM)
    at.until_said("forget_done", 20.0)
    while not at.engine.finished:
        if at.kinds(StepEntered)[-1].kind == "ask" and not at.phrases and at._quiet > samples(3.0):
            at.say("yes", ALEX).say("yes", SAM, 2.0)
        at.run(3.0)
    assert not at.kinds(Finish)[-1].keep


# --- who is who


def unsure(at: Table, length: float = 65.0) -> Table:
    for k in range(int(length / 5)):
        start = at.now + samples(5.0 * k)
        end = start + samples(4.9)
        at.later.append((end, SpeechEnded(start, end, end, ALEX, 0.5)))
    return at


def test_when_we_lost_track_we_ask_between_two_steps_and_learn_the_voices_anew(library: Library) -> None:
    at = unsure(table(library, [{"turn": {"for": "70 s", "prompt": "prompt"}}, {"joint": {"for": "60 s"}}]))
    at.run(67.0)
    assert "c_who" not in [each.text for each in at.kinds(CueGiven)] and not at.kinds(Enrol)
    at.say("i'm done", ALEX, 1.0)
    at.until(lambda each: isinstance(each, ExerciseStarted) and each.exercise == "who-is-who", 60.0)
    at.until(lambda each: isinstance(each, Enrol) and not each.done, 30.0)
    at.talk(ALEX, 0.3, 9.0)
    at.until(lambda each: isinstance(each, Enrol) and not each.done, 60.0)
    at.talk(SAM, 0.3, 9.0)
    at.until(lambda each: isinstance(each, StepEntered) and each.kind == "joint", 60.0)
    assert {each.who for each in at.kinds(Enrol)} == {ALEX, SAM}


def test_while_we_know_who_is_who_nobody_is_asked(library: Library) -> None:
    at = table(library, [{"turn": {"for": "70 s", "prompt": "prompt"}}, {"joint": {"for": "60 s"}}])
    at.talk(ALEX, 0.1, 65.0).run(67.0).say("i'm done", ALEX, 1.0)
    at.until(lambda each: isinstance(each, StepEntered) and each.kind == "joint", 60.0)
    assert "who-is-who" not in [each.exercise for each in at.kinds(ExerciseStarted)]
