"""The evening as a whole: consent, commands anywhere, pauses, the button, and what happens when a step breaks."""

from __future__ import annotations

from typing import Any

import pytest
from table import ALEX, PAIR, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.conversation.manners import STANDARD
from companion.effects import Adjust, Chime, Enrol, FloorKind, GiveFloor, ListenFor, Mode, Prepare, Say, Show
from companion.events import (
    AnswerHeard,
    CommandHeard,
    CueGiven,
    EveningEnded,
    EveningStarted,
    ExerciseEnded,
    ExerciseStarted,
    Mishap,
    Noise,
    SomethingHeard,
    StateChanged,
    StepEntered,
    StepLeft,
    ThirdVoice,
)  # fmt: skip
from companion.exercises.content import Library, PlanItem
from companion.exercises.requests import OBEYED
from companion.exercises.steps.asking import Ask, Check, Choose
from companion.exercises.steps.enrol import EnrolTurn
from companion.exercises.steps.exchange import Clarify, Guess, Thank
from companion.exercises.steps.reflect import Reflect
from companion.exercises.steps.speech import Chime as Chime_
from companion.exercises.steps.speech import Say as Say_
from companion.exercises.steps.together import Joint, Private, Quiet, Rest, Rounds
from companion.exercises.steps.turn import Turn
from companion.inputs import Button, DeviceBack, DeviceLost
from companion.timeline import samples, seconds

TURNS = [{"say": "set_up"}, {"mirrored": [{"turn": {"for": "60 s", "prompt": "prompt"}}]}, {"joint": {"for": "60 s"}}]


def small(library: Library, steps: list[Any] | None = None, **more: Any) -> Table:
    return Table(engine(with_exercises(library, exercise("small", steps or TURNS)), [PlanItem(exercise="small")], **more)).start()


def in_turn(library: Library, **more: Any) -> Table:
    table = small(library, **more)
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    return table


def states(table: Table) -> list[str]:
    return [each.state for each in table.kinds(StateChanged)]


def welcome(library: Library, **more: Any) -> Table:
    return Table(engine(library, [PlanItem(frame="welcome"), PlanItem(exercise="floor-practice", size="short")], **more)).start()


def asked(table: Table, times: int = 1) -> Table:
    """Until the consent question has been put this many times."""
    for _ in range(times):
        table.until(lambda each: isinstance(each, Say) and each.line in ("shall_we_begin", "and_you"))
    return table.run(2.0)


# --- consent


def test_an_evening_begins_with_two_yeses(library: Library) -> None:
    table = asked(welcome(library)).say("yes", ALEX)
    asked(table).say("yes", SAM).run(3.0)
    assert states(table) == ["welcome", "running"]
    assert [each.by for each in table.kinds(AnswerHeard)] == [ALEX, SAM]


@pytest.mark.parametrize("says_no", [ALEX, SAM])
def test_one_no_ends_it_in_one_sentence_and_says_nothing_of_who(library: Library, says_no: Any) -> None:
    table = asked(welcome(library))
    if says_no == SAM:
        table.say("yes", ALEX)
        asked(table)
    table.say("no thanks", says_no).finish(30.0)
    assert table.outcome == "declined"
    assert "nother time" in table.said()[-1]
    assert table.kinds(AnswerHeard)[-1].by is None


def test_silence_is_a_no(library: Library) -> None:
    assert asked(welcome(library)).finish(60.0).outcome == "declined"


def test_the_voices_are_learnt_when_they_are_not_known(library: Library) -> None:
    table = asked(welcome(library, enrolled=False)).say("yes")
    asked(table).say("yes")
    for _ in range(2):
        table.until(lambda each: isinstance(each, Enrol) and not each.done)
        table.talk(None, 0.5, 12.0)
    table.run(20.0)
    assert [(each.who, each.done) for each in table.kinds(Enrol)] == [(ALEX, False), (ALEX, True), (SAM, False), (SAM, True)]
    assert states(table)[-1] == "running"


def test_known_voices_are_not_learnt_again(library: Library) -> None:
    table = asked(welcome(library)).say("yes", ALEX)
    asked(table).say("yes", SAM).run(30.0)
    assert not table.kinds(Enrol)


def test_words_are_announced_only_where_a_step_ahead_uses_them(library: Library) -> None:
    with_words = Table(engine(library, [PlanItem(frame="welcome"), PlanItem(exercise="two-minute-mirror")])).start().run(15.0)
    assert [each.line for each in with_words.kinds(Say)][1] == "words_tonight"
    assert [each.line for each in welcome(library).run(15.0).kinds(Say)][1] == "shall_we_begin"


# --- the way through


def test_who_starts_alternates_by_exercise(library: Library) -> None:
    three = [PlanItem(exercise="small")] * 3
    table = Table(engine(with_exercises(library, exercise("small", [{"chime": "swap"}])), three)).start().finish()
    assert [each.first for each in table.kinds(ExerciseStarted)] == [ALEX, SAM, ALEX]


def test_a_condition_can_leave_an_exercise_out(library: Library) -> None:
    plan = [
        PlanItem.model_validate({"exercise": "small", "if": {"evenings_done": "at least 3"}}),
        PlanItem(exercise="small", size="long"),
    ]
    table = Table(engine(with_exercises(library, exercise("small", [{"chime": "swap"}])), plan)).start().finish()
    assert [each.size for each in table.kinds(ExerciseStarted)] == ["long"]


def test_a_loop_ends_with_the_answer_it_waits_for(library: Library) -> None:
    loop = [{"repeat": {"times": 6, "until": "no", "steps": [{"ask": {"line": "may_i", "of": "either"}}, {"chime": "swap"}]}}]
    table = small(library, loop).run(3.0).say("yes", ALEX).run(5.0).say("no", ALEX).finish(20.0)
    assert [each.kind for each in table.kinds(StepEntered)] == ["ask", "chime", "ask"]


def test_an_exit_can_lead_elsewhere(library: Library) -> None:
    question = {"ask": {"line": "may_i", "of": "either", "exits": {"no": "last"}}}
    steps = [question, {"say": "thanks"}, {"chime": {"which": "rest", "name": "last"}}]
    table = small(library, steps).run(3.0).say("no", ALEX).finish(20.0)
    assert [each.kind for each in table.kinds(StepEntered)] == ["ask", "chime"]


def test_steps_have_names_of_their_own(library: Library) -> None:
    table = Table(engine(library, [PlanItem(exercise="mirror-and-more", size="short")])).start()
    for _ in range(60):
        table.run(3.0)
        if table.engine.finished:
            break
        table.tell(Button(table.now, "double"))
    names = [each.step for each in table.kinds(StepEntered)]
    assert len(names) == len(set(names)) == 15
    assert "mirrored[0].turn#2" in names


def test_a_step_that_breaks_is_left_by_its_pass_and_the_evening_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = in_turn(library)

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Turn, "_by_the_clock", broken)
    table.run(1.0)
    assert next(each.exit for each in table.kinds(StepLeft) if each.kind == "turn") == "pass"
    assert "RuntimeError: a bug" in table.kinds(Mishap)[0].what
    monkeypatch.undo()
    assert not table.run(5.0).engine.finished


def test_a_step_that_cannot_begin_is_passed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Turn, "enter", broken)
    table = small(library).run(8.0)
    assert len(table.kinds(Mishap)) == 2
    assert table.kinds(StepEntered)[-1].kind == "joint"


def test_a_dead_voice_never_hangs_the_evening(library: Library) -> None:
    table = small(library)
    table.mute = True
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER, 30.0)
    assert any("never heard" in each.what for each in table.kinds(Mishap))


def test_the_evening_says_how_it_began_and_ended(library: Library) -> None:
    table = small(library, [{"chime": "rest"}]).finish()
    assert table.kinds(EveningStarted)[0].partners == ("Alex", "Sami")
    assert table.kinds(EveningEnded)[0].outcome == table.outcome == "done"
    assert states(table)[-1] == "finished"


def test_lines_are_prepared_before_they_are_said(library: Library) -> None:
    table = Table(engine(library, [PlanItem(exercise="two-minute-mirror", size="short")])).start().run(30.0)
    ahead = {text for each in table.kinds(Prepare) for text in each.texts}
    said = [each for each in table.kinds(Say)][1:]
    assert said and all(each.text in ahead for each in said)


def test_the_screen_is_told_once_a_second(library: Library) -> None:
    table = in_turn(library).talk(ALEX, 0.0, 12.0)
    before = len(table.kinds(Show))
    table.run(10.0)
    assert 9 <= len(table.kinds(Show)) - before <= 11


# --- commands


def test_pass_leaves_the_step_and_nobody_knows_whose_it_was(library: Library) -> None:
    table = in_turn(library).run(2.0).say("skip this", SAM).run(1.5)
    assert [each.exit for each in table.kinds(StepLeft) if each.kind == "turn"] == ["pass"]
    assert [(each.command, each.by) for each in table.kinds(CommandHeard)] == [("pass", None)]


def test_say_that_again_says_the_same_words(library: Library) -> None:
    table = in_turn(library).run(1.0).say("say that again", SAM).run(3.0)
    assert table.said()[-1] == table.said()[-2]


def test_help_says_where_we_are_and_the_second_time_the_ways_out(library: Library) -> None:
    table = in_turn(library).run(1.0).say("help", SAM).run(8.0).say("help", SAM).run(3.0)
    assert [each.line for each in table.kinds(Say)][-2:] == ["help_turn", "help_again"]


@pytest.mark.parametrize(("talked", "line"), [(5.0, "time_one"), (45.0, "time_nearly")])
def test_how_long_is_answered_in_peoples_units(library: Library, talked: float, line: str) -> None:
    table = in_turn(library).talk(ALEX, 0.0, talked).run(talked + 0.5).say("how long", ALEX).run(2.0)
    assert [each.line for each in table.kinds(Say)][-1] == line


def test_the_next_to_tell_is_named_though_they_have_just_replied(library: Library) -> None:
    reply = {"turn": {"holder": "listener", "for": "20 s", "prompt": "prompt"}}
    steps = [{"mirrored": [{"turn": {"for": "60 s", "openers": "day"}}, reply]}]
    table = small(library, steps)
    for who in (ALEX, SAM):
        table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
        table.talk(who, 0.3, 3.0).run(4.0).say("i'm done", who)
    table.until(lambda each: isinstance(each, StepEntered) and each.step.startswith("mirrored[1].turn"))
    table.run(3.0)
    assert table.said()[-1].startswith("Sami. ")


@pytest.mark.parametrize("more", [{"same_opener": True}, {"prompt": "plain"}])
def test_nor_is_the_other_named_where_a_line_hands_over(library: Library, more: dict[str, object]) -> None:
    reply = {"turn": {"holder": "listener", "for": "20 s", "prompt": "prompt"}}
    table = small(library, [{"mirrored": [{"turn": {"for": "60 s", "openers": "day", **more}}, reply]}])
    for who in (ALEX, SAM):
        table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
        table.talk(who, 0.3, 8.0).run(9.0).say("i'm done", who)
    table.until(lambda each: isinstance(each, StepEntered) and each.step.startswith("mirrored[1].turn"))
    assert "Sami" in table.until_said("c_swap")


def test_a_laugh_that_sounds_like_a_question_is_not_answered(library: Library) -> None:
    table = in_turn(library).talk(ALEX, 0.0, 5.0).run(5.5)
    said = len(table.kinds(Say))
    assert len(table.say("how long", ALEX, laughed=True).run(2.0).kinds(Say)) == said


ADJUSTED = {"louder": Adjust(louder=1), "softer": Adjust(louder=-1), "slower": Adjust(faster=-1), "faster": Adjust(faster=1)}


@pytest.mark.parametrize(("said", "effect"), ADJUSTED.items())
def test_the_voice_is_changed_and_a_chime_says_so(library: Library, said: str, effect: Adjust) -> None:
    table = in_turn(library).run(1.0).say(said, SAM).run(2.0)
    assert table.kinds(Adjust) == [effect]
    assert isinstance([each for _, each in table.out if isinstance(each, (Say, Chime))][-1], Chime)


def test_a_command_said_twice_counts_once(library: Library) -> None:
    table = in_turn(library).run(1.0).say("louder", SAM).say("louder", SAM, after=1.0).run(3.0)
    assert len(table.kinds(Adjust)) == 1


def test_every_command_of_the_content_is_somebodys_business(library: Library) -> None:
    steps: set[str] = set()
    for kind in (
        Ask,
        Check,
        Choose,
        Turn,
        EnrolTurn,
        Reflect,
        Clarify,
        Guess,
        Thank,
        Say_,
        Chime_,
        Joint,
        Rounds,
        Quiet,
        Private,
        Rest,
    ):
        steps |= kind.ours
    engines = {"stop", "pause", "resume", "time-out", "stop-listening", "forget"}
    assert set(library.commands) == steps | engines | OBEYED


def test_fewer_cues_leaves_only_chimes(library: Library) -> None:
    table = in_turn(library).run(1.0).say("fewer cues", SAM).run(2.0).talk(ALEX, 0.0, 61.0).run(64.0)
    assert table.outcome_of("c_wrap") and set(table.outcome_of("c_wrap")) == {"soon"}


def test_you_first_changes_who_starts(library: Library) -> None:
    table = small(library).run(1.0).say("you first", ALEX)
    table.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER)
    assert table.kinds(GiveFloor)[-1].holder == SAM


def test_help_numbers_are_said_only_where_the_country_is_known(library: Library) -> None:
    assert in_turn(library).run(1.0).say("help numbers").run(3.0).said()[-1].startswith("I have no numbers")
    card = {"emergency": "nine nine nine", "abuse_line": "one", "crisis_line": "two"}
    assert in_turn(library, card=card).run(1.0).say("help numbers").run(3.0).said()[-1].startswith("Emergency: nine nine nine")


# --- pause, microphone off, silence


def test_a_pause_holds_everything_until_resume(library: Library) -> None:
    table = in_turn(library).talk(ALEX, 0.0, 20.0).run(21.0).say("hold on a moment", SAM).run(120.0)
    assert states(table)[-1] == "paused"
    table.say("resume", ALEX).run(2.0)
    assert states(table)[-1] == "running"
    left = [each.seconds_left for each in table.kinds(Show)][-1]
    assert left == pytest.approx(60.0 - 22.0, abs=2.0)


def test_a_pause_is_acknowledged_by_the_chime_of_quiet_and_never_by_that_of_time(library: Library) -> None:
    table = in_turn(library).talk(ALEX, 0.0, 20.0).run(21.0).say("hold on a moment", SAM).run(3.0)
    assert [each.text for each in table.kinds(CueGiven) if not each.spoken] == ["rest"]


def test_after_a_long_pause_the_prompt_is_said_again(library: Library) -> None:
    table = in_turn(library).run(2.0).say("hold on a moment", SAM).run(40.0).say("resume", ALEX).run(4.0)
    assert table.said()[-1] == table.said()[-2]


def test_after_a_short_pause_it_is_not(library: Library) -> None:
    table = in_turn(library).run(2.0).say("hold on a moment", SAM).run(10.0).say("resume", ALEX).run(4.0)
    assert len(table.said()) == 2


def test_a_line_cut_by_a_pause_is_said_again(library: Library) -> None:
    table = small(library).run(0.4)
    assert len(table.said()) == 1
    table.tell(DeviceLost(table.now, "microphone")).run(3.0).tell(DeviceBack(table.now, "microphone")).run(4.0)
    assert table.said().count(table.said()[0]) == 2


def test_a_line_that_waits_when_the_speaker_is_lost_is_said_when_it_is_back(library: Library) -> None:
    table = in_turn(library).talk(ALEX, 0.0, 20.0).run(21.0)
    table.say("i'm done", ALEX).run(1.1)
    before = len(table.said())
    table.tell(DeviceLost(table.now, "speaker")).run(2.0)
    assert len(table.said()) == before
    table.tell(DeviceBack(table.now, "speaker")).run(4.0)
    assert len(table.said()) > before


def test_a_pause_of_five_minutes_ends_the_evening(library: Library) -> None:
    table = in_turn(library).run(2.0).say("hold on a moment", SAM).finish(330.0)
    assert table.outcome == "gone"
    assert [each.line for each in table.kinds(Say)][-1] == "c_gone"


def test_ninety_seconds_of_silence_pause_the_evening(library: Library) -> None:
    table = in_turn(library)
    table.until_said("c_idle", 120.0)
    assert seconds(table.now) == pytest.approx(90.0, abs=0.2)
    table.run(5.0)
    assert states(table)[-1] == "paused"


def test_twenty_seconds_of_silence_do_not(library: Library) -> None:
    assert in_turn(library).run(20.0).cues() == ["c_think"]


def test_quiet_steps_are_never_idle(library: Library) -> None:
    assert small(library, [{"quiet": "150 s"}]).run(140.0).cues() == []


def test_microphone_off_is_off_until_the_button(library: Library) -> None:
    table = in_turn(library).run(1.0).say("microphone off", SAM).run(4.0)
    assert states(table)[-1] == "deaf"
    assert table.kinds(ListenFor)[-1].mode is Mode.OFF
    table.tell(Button(table.now, "short")).run(1.0)
    assert states(table)[-1] == "running"
    assert table.kinds(ListenFor)[-1].mode is Mode.FLOOR


def test_microphone_off_comes_back_by_itself_after_three_minutes(library: Library) -> None:
    table = in_turn(library).run(1.0).say("microphone off", SAM).run(183.0)
    assert states(table)[-1] == "running"


# --- time-out


def test_a_time_out_rests_and_asks_both_back(library: Library) -> None:
    table = in_turn(library).run(2.0).say("time out", ALEX)
    table.until(lambda each: isinstance(each, StepEntered) and each.kind == "rest", 60.0)
    assert states(table)[-1] == "resting"
    table.until(lambda each: isinstance(each, Say) and each.line == "ready", 1300.0)
    table.run(3.0).say("yes", ALEX).run(5.0).say("yes", SAM).run(3.0)
    assert table.kinds(ExerciseStarted)[-1].exercise == "soft-landing"
    assert [each.by for each in table.kinds(CommandHeard)] == [None]


def test_an_answer_not_understood_after_a_time_out_is_asked_for_again_at_once(library: Library) -> None:
    table = in_turn(library).run(2.0).say("time out", ALEX)
    table.until(lambda each: isinstance(each, Say) and each.line == "ready", 1300.0)
    table.run(3.0).talk(SAM, 0.2, 0.6).run(1.2).happen(SomethingHeard(table.now - 8000, table.now, table.now, SAM)).run(3.0)
    assert [each.line for each in table.kinds(Say)][-1] == "c_unheard_consent"
    table.say("yes", SAM).run(5.0).say("yes", ALEX).run(3.0)
    assert table.kinds(ExerciseStarted)[-1].exercise == "soft-landing"


def test_one_who_is_not_ready_ends_the_evening_kindly(library: Library) -> None:
    table = in_turn(library).run(2.0).say("time out", ALEX)
    table.until(lambda each: isinstance(each, Say) and each.line == "ready", 1300.0)
    table.run(3.0).say("no", SAM).finish(30.0)
    assert table.said()[-1].startswith("Then")
    assert table.outcome == "done"


def test_nobody_back_from_a_time_out_ends_it_silently(library: Library) -> None:
    table = in_turn(library).run(2.0).say("time out", ALEX)
    table.until(lambda each: isinstance(each, Say) and each.line == "ready", 1300.0)
    table.finish(4 * 400.0)
    assert [each.line for each in table.kinds(Say)].count("ready") == 4


def test_two_time_outs_are_plenty(library: Library) -> None:
    table = Table(engine(library, [PlanItem(exercise="floor-practice", size="short")])).start().run(15.0).say("time out", ALEX)
    table.until(lambda each: isinstance(each, StepEntered) and each.kind == "rest", 60.0)
    table.run(2.0).say("resume", ALEX).run(5.0).say("yes", ALEX).run(5.0).say("yes", SAM).run(3.0)
    assert table.kinds(ExerciseStarted)[-1].exercise == "soft-landing"
    table.say("time out", SAM).finish(30.0)
    assert table.said()[-1].startswith("Two is plenty")


# --- button and devices


def test_everything_can_be_done_with_clock_and_button_alone(library: Library) -> None:
    for slug in library.exercises:
        table = Table(
            engine(library, [PlanItem(frame="welcome"), PlanItem(exercise=slug, size="short"), PlanItem(frame="close")])
        ).start()
        for _ in range(900):
            table.run(4.0)
            if table.engine.finished:
                break
            table.tell(Button(table.now, "short"))
        assert table.engine.finished
        assert table.outcome == "done"


def test_a_lost_microphone_pauses_and_its_return_goes_on(library: Library) -> None:
    table = in_turn(library).run(2.0).tell(DeviceLost(0, "microphone")).run(3.0)
    assert states(table)[-1] == "paused"
    assert [each.line for each in table.kinds(Say)][-1] == "t_microphone_lost"
    table.tell(DeviceBack(0, "microphone")).run(3.0)
    assert states(table)[-1] == "running"


def test_a_lost_microphone_that_stays_away_ends_the_evening(library: Library) -> None:
    assert in_turn(library).tell(DeviceLost(0, "microphone")).finish(330.0).outcome == "gone"


def test_a_lost_recogniser_is_said_once_and_the_evening_goes_on(library: Library) -> None:
    table = in_turn(library).run(1.0).tell(DeviceLost(0, "recogniser")).run(5.0).tell(DeviceLost(0, "recogniser")).run(5.0)
    assert [each.line for each in table.kinds(Say)].count("t_no_recogniser") == 1
    assert states(table)[-1] == "running"


# --- the room


def test_in_noise_it_says_so_once_and_keeps_time(library: Library) -> None:
    table = in_turn(library).run(1.0).happen(Noise(0, 0, True, 3.0)).run(3.0).talk(ALEX, 0.0, 61.0).run(64.0)
    assert table.cues()[0] == "c_noise"
    assert "c_wrap" in table.cues()
    assert "c_think" not in table.cues()


def test_nobody_who_was_asked_something_is_told_that_it_is_loud(library: Library) -> None:
    table = asked(welcome(library)).happen(Noise(0, 0, True, 3.0)).run(2.0)
    assert "c_noise" not in table.cues()
    table.say("yes", ALEX)
    asked(table).say("yes", SAM).run(4.0)
    assert table.cues() == ["c_noise"]


def test_with_company_the_cues_are_off_and_a_pause_is_offered(library: Library) -> None:
    table = in_turn(library, manners=STANDARD).happen(ThirdVoice(0, 0, True)).run(29.0)
    assert table.cues() == []
    table.run(4.0)
    assert table.cues() == ["c_third"]


def test_a_guest_who_leaves_again_is_not_mentioned(library: Library) -> None:
    table = (
        in_turn(library).talk(ALEX, 0.0, 50.0).happen(ThirdVoice(0, 0, True)).run(20.0).happen(ThirdVoice(0, 0, False)).run(20.0)
    )
    assert "c_third" not in table.cues()


def test_names_off_never_says_a_name_in_a_cue(library: Library) -> None:
    table = in_turn(library, names=False).run(15.0)
    cues = [each.text for each in table.kinds(CueGiven) if not each.asked]
    assert cues and not [text for text in cues for who in PAIR if who in text]


def test_an_evening_is_over_when_its_plan_is(library: Library) -> None:
    table = small(library, [{"chime": "rest"}]).finish()
    assert [each.outcome for each in table.kinds(ExerciseEnded)] == ["done"]
    assert table.now < samples(5.0)
