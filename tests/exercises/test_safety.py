"""Stop, and the few phrases after which the companion must not go on."""

from __future__ import annotations

from typing import Any

import pytest
from table import ALEX, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.effects import Chime, Finish, Hush, Say
from companion.events import CommandHeard, CueGiven, EveningEnded, ExerciseEnded, StateChanged, StepEntered, StepLeft
from companion.exercises.content import Library, PlanItem
from companion.inputs import Button
from companion.timeline import seconds


def table(library: Library, **more: Any) -> Table:
    steps = [{"say": "set_up"}, {"turn": {"for": "60 s", "prompt": "prompt"}}, {"quiet": "20 s"}, {"joint": {"for": "60 s"}}]
    return Table(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")], **more)).start()


def said_after(at: Table, moment: int) -> list[str]:
    return [each.line for when, each in at.out if isinstance(each, Say) and when >= moment]


@pytest.mark.parametrize("later", [0.5, 3.0, 8.0, 30.0])
@pytest.mark.parametrize("who", [ALEX, SAM, None])
def test_anyones_stop_ends_it_from_any_state(library: Library, later: float, who: Any) -> None:
    at = table(library).run(later).say("stop", who)
    before = at.now
    at.until(lambda each: isinstance(each, StateChanged) and each.state == "stopped", 1.5)
    assert [each.exit for each in at.kinds(StepLeft)][-1] == "stop"
    at.finish(within=9.0)
    assert said_after(at, before) == ["c_stop"]
    assert at.outcome == "stopped"


def test_stop_hushes_in_the_very_block_it_is_heard(library: Library) -> None:
    at = table(library).run(1.0)
    assert at._sounding is not None
    at.tell(Button(at.now, "long"))
    assert isinstance(at.kinds(Hush)[0], Hush)
    assert at.out[-1][0] == at.now


def test_nobody_can_find_out_who_said_stop(library: Library) -> None:
    one, two = (table(library).run(8.0).say("stop", who).finish(20.0) for who in (ALEX, SAM))
    assert [repr(each) for each in one.kinds(CommandHeard, StepLeft, ExerciseEnded)] == [
        repr(each) for each in two.kinds(CommandHeard, StepLeft, ExerciseEnded)
    ]
    assert one.kinds(CommandHeard)[0].by is None


def test_carry_on_within_eight_seconds_takes_it_back(library: Library) -> None:
    at = table(library).run(8.0).say("stop", ALEX).run(4.0).say("carry on", SAM).run(2.0)
    assert [each.state for each in at.kinds(StateChanged)][-2:] == ["stopped", "running"]
    assert at.kinds(StepEntered)[-1].kind == "turn"
    at.run(30.0)
    assert not at.engine.finished


def test_after_eight_seconds_it_is_over(library: Library) -> None:
    at = table(library).run(8.0).say("stop", ALEX)
    stopped = at.until(lambda each: isinstance(each, StateChanged) and each.state == "stopped")
    at.finish(10.0)
    assert seconds(at.now - stopped) == pytest.approx(8.0, abs=0.1)
    assert at.outcome == "stopped"


def test_stop_said_again_ends_it_now(library: Library) -> None:
    at = table(library).run(8.0).say("stop", ALEX).run(3.0).say("stop", ALEX).run(1.2)
    assert at.engine.finished


def test_stop_in_the_pause_ends_it_too(library: Library) -> None:
    at = table(library).run(8.0).say("hold on a moment", ALEX).run(4.0).say("stop", SAM).finish(12.0)
    assert at.outcome == "stopped"


def test_stop_with_laughter_needs_to_be_said_again(library: Library) -> None:
    at = table(library).run(8.0).say("stop it", ALEX, laughed=True).run(3.0)
    assert [each.state for each in at.kinds(StateChanged)][-1] == "running"
    at.say("stop it", ALEX, laughed=True).run(1.5)
    assert [each.state for each in at.kinds(StateChanged)][-1] == "stopped"


def test_stop_is_believed_sooner_than_other_commands(library: Library) -> None:
    assert table(library).run(8.0).say("stop", ALEX, confidence=0.55).finish(12.0).outcome == "stopped"
    unsure = table(library).run(8.0).say("skip this", ALEX, confidence=0.55).run(3.0)
    assert not [each for each in unsure.kinds(CommandHeard)]


@pytest.mark.parametrize("phrase", ["i don't feel safe", "you're scaring me", "don't hit me"])
def test_a_phrase_of_fear_cannot_be_told_from_stop(library: Library, phrase: str) -> None:
    stop, fear = (table(library).run(8.0).say(words, ALEX).finish(20.0) for words in ("stop", phrase))
    assert [(when, repr(each)) for when, each in stop.out] == [(when, repr(each)) for when, each in fear.out]


def test_calling_the_police_is_answered_and_ends_it(library: Library) -> None:
    at = table(library).run(8.0).say("call the police", ALEX).finish(20.0)
    assert at.said()[-1] == "I can't make calls. Stopping now."
    assert at.outcome == "stopped"


def test_a_doctor_is_not_called_but_people_are_told_to(library: Library) -> None:
    at = table(library).run(8.0).say("call an ambulance", ALEX).finish(20.0)
    assert at.said()[-1] == "Call for help now. I'm stopping."
    known = table(library, card={"emergency": "nine nine nine"}).run(8.0).say("call an ambulance", ALEX).finish(20.0)
    assert known.said()[-1] == "Call nine nine nine now. I'm stopping."


def test_who_wants_to_die_is_sent_to_people(library: Library) -> None:
    at = table(library, card={"crisis_line": "one one six, one two three"}).run(8.0).say("i want to die", ALEX).finish(30.0)
    assert at.said()[-2:] == [
        "That matters more than this evening. I'm only a machine. Please talk to someone now.",
        "You can call one one six, one two three.",
    ]


def test_no_ending_but_stop_is_taken_back(library: Library) -> None:
    at = table(library).run(8.0).say("call a doctor", ALEX).run(3.0).say("carry on", SAM).finish(20.0)
    assert at.outcome == "stopped"


def test_every_ending_looks_alike_in_the_log(library: Library) -> None:
    logs = []
    for phrase in ("stop", "i don't feel safe", "call the police", "call a doctor"):
        at = table(library).run(8.0).say(phrase, ALEX).finish(30.0)
        logs.append([
            (type(each).__name__, getattr(each, "id", ""), getattr(each, "command", ""), getattr(each, "outcome", ""))
            for each in at.kinds(CommandHeard, CueGiven, EveningEnded, ExerciseEnded, StepLeft)
        ])  # fmt: skip
    assert all(log == logs[0] for log in logs)


def test_words_inside_talk_stop_nothing(library: Library) -> None:
    at = table(library).run(8.0)
    at.say("stop", ALEX)
    at.phrases[-1] = type(at.phrases[-1])(**{
        field: getattr(at.phrases[-1], field) for field in at.phrases[-1].__dataclass_fields__ if field != "isolated"
    }, isolated=False)  # fmt: skip
    at.run(3.0)
    assert [each.state for each in at.kinds(StateChanged)][-1] == "running"


def test_nothing_is_played_after_a_stop_but_one_line(library: Library) -> None:
    at = table(library).run(8.0).say("stop", ALEX)
    moment = at.now
    at.finish(20.0)
    assert not [each for when, each in at.out if isinstance(each, Chime) and when >= moment]
    assert isinstance(at.out[-1][1], Finish)


def test_going_on_no_longer_counts_only_when_said_twice(library: Library) -> None:
    at = table(library).run(8.0).say("i can't go on", ALEX).run(20.0)
    assert [each.state for each in at.kinds(StateChanged)][-1] == "running"
    at.say("i can't go on", ALEX).finish(30.0)
    assert at.said()[-1].startswith("That matters more than this evening.")
