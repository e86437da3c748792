"""What the scripted people do, and that the truth about it is exact."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scripted_host import ALEX, SAM, Host, dinner

from companion.simulation.sounds import active
from companion.timeline import samples, seconds


def _turn(happens: str, seed: int = 3, budget: float = 60.0):  # type: ignore[no-untyped-def]
    world = dinner(seed, happens=happens)
    host = Host(world, [("turn", "Alex", budget, "Describe a room you know by heart.")])
    host.run()
    return world, host


QUIET = "happens: [{in: turn, then: {hums: 0, laughs: 0, interrupt: [], talks: 0.5}}]\n"


def test_what_the_truth_says_is_where_the_sound_is() -> None:
    world, host = _turn(QUIET, budget=30.0)
    sound = np.concatenate(host.sound)[:, 0].astype(np.float64)
    silence = np.std(sound[: samples(0.1)])
    for said in world.truth.said:
        inside = sound[said.span.start : said.span.end]
        before = sound[said.span.start - samples(0.12) : said.span.start - samples(0.01)]
        assert np.std(inside) > 4 * silence
        assert np.std(before) < 0.5 * np.std(inside)


def test_sound_takes_its_time_through_the_air() -> None:
    world = dinner(3)
    for seat in world.room.seats:
        for spot in seat:
            assert spot.delay == round(spot.distance_m / 343.0 * 16_000)
            first = int(np.argmax(np.abs(spot.response[0]) > 0.5 * np.abs(spot.response[0]).max()))
            assert abs(first - spot.delay) <= 2


def test_the_holder_talks_and_then_says_they_are_done_in_a_quiet_moment() -> None:
    world, _ = _turn(QUIET)
    done = world.truth.commands[0]
    assert (done.by, done.wanted) == (ALEX, "done")
    before = max(one.span.end for one in world.truth.said if one.span.end <= done.span.start)
    assert seconds(done.span.start - before) >= 0.85
    (turn,) = [turn for turn in world.truth.turns if turn.talk]
    assert turn.by == ALEX
    assert 20.0 < seconds(turn.span.length) < 45.0


def test_the_listener_hums_as_often_as_the_script_says() -> None:
    world, _ = _turn("happens: [{in: turn, then: {hums: 4, laughs: 1, interrupt: [], talks: 0.8}}]\n")
    roles = [one.role for one in world.truth.said if one.by == SAM]
    assert roles.count("hum") == 4
    assert roles.count("laugh") == 1
    assert "interruption" not in roles


def test_in_a_takeover_the_holder_stops_within_a_second_and_comes_back() -> None:
    world, _ = _turn("happens: [{in: turn, then: {hums: 0, laughs: 0, interrupt: [{kind: takeover, at: 8 s, for: 3 s}]}}]\n")
    (came,) = world.truth.interruptions
    assert (came.by, came.of, came.kind) == (SAM, ALEX, "takeover")
    assert seconds(came.span.length) >= 1.5
    cut = next(one for one in world.truth.said if one.cut)
    assert 0.3 < seconds(cut.span.end - came.span.start) < 1.2
    assert any(one.by == ALEX and one.role == "talk" and one.span.start > came.span.end for one in world.truth.said)


def test_in_a_butt_in_the_holder_goes_on() -> None:
    world, _ = _turn("happens: [{in: turn, then: {hums: 0, laughs: 0, interrupt: [{kind: butt-in, at: 8 s, for: 2 s}]}}]\n")
    (came,) = world.truth.interruptions
    over = [one for one in world.truth.said if one.by == ALEX and one.span.overlap(came.span) > samples(0.5)]
    assert over
    assert not any(one.cut for one in over)


def test_in_a_pause_the_listener_waits_for_the_holder_to_breathe() -> None:
    world, _ = _turn("happens: [{in: turn, then: {hums: 0, laughs: 0, interrupt: [{kind: in-pause, at: 8 s, for: 2 s}]}}]\n")
    (came,) = world.truth.interruptions
    assert not any(one.by == ALEX and one.span.overlap(came.span) for one in world.truth.said)


def test_a_scripted_silence_is_as_long_as_it_says() -> None:
    world, _ = _turn("happens: [{in: turn, then: {hums: 0, laughs: 0, interrupt: [], pause: {at: 8 s, for: 10 s}}}]\n")
    talk = [one.span for one in world.truth.said if one.by == ALEX]
    assert 10.0 <= max(seconds(b.start - a.end) for a, b in pairwise(talk)) < 12.5


def test_hold_on_a_moment_stops_both_and_resume_goes_on() -> None:
    happens = """happens:
  - in: turn
    then: {hums: 0, laughs: 0, interrupt: [], says: [{phrase: hold on a moment, by: listener, at: 8 s}]}
"""
    world, _ = _turn(happens)
    hold, resume, done = world.truth.commands
    assert (hold.by, hold.wanted) == (SAM, "pause")
    assert (resume.by, resume.wanted) == (SAM, "resume")
    assert done.wanted == "done"
    between = [one for one in world.truth.said if hold.span.end < one.span.start < resume.span.start]
    assert not between
    assert any(one.role == "talk" and one.span.start > resume.span.end for one in world.truth.said)


def test_a_named_partner_answers_a_question_and_the_other_keeps_quiet() -> None:
    world = dinner(5)
    Host(world, [("ask", None, 8.0, "Sam, shall we begin?")]).run()
    assert [(one.by, one.answer) for one in world.truth.answers] == [(SAM, "yes")]


def test_a_question_to_both_is_answered_one_after_the_other() -> None:
    world = dinner(5)
    Host(world, [("ask", None, 8.0, "Shall we begin?")]).run()
    first, second = world.truth.answers
    assert {first.by, second.by} == {ALEX, SAM}
    assert seconds(second.span.start - first.span.end) > 1.0


def test_the_listener_gives_back_and_the_source_judges_and_adds() -> None:
    world = dinner(5, happens="happens: [{in: reflect, then: {answers: [partly, yes]}}]\n")
    host = Host(world, [("turn", "Alex", 20.0, "Go on."), ("reflect", None, 60.0, "Sam, what did you hear?")])
    lines = iter([("c_check", "Alex, is that it?"), ("c_again", "What's missing, Alex?"), ("c_neutral_again", "Once more, Sam."),
                  ("c_check", "Is that it?")])  # fmt: skip
    live, answered = world._script.live, [0]

    def with_prompts() -> None:
        live()
        said = [one for one in world.truth.said if "reflect" in one.step]
        quiet = bool(said) and world.now > max(one.span.end for one in said) + samples(1.6)
        if len(said) > answered[0] and quiet and not host._talking and (line := next(lines, None)) is not None:
            answered[0] = len(said)
            host.say(line[1], line[0])

    world._script.live = with_prompts  # type: ignore[method-assign]
    host.run()
    assert [(one.by, one.answer) for one in world.truth.answers] == [(ALEX, "partly"), (ALEX, "yes")]
    turns = [turn.by for turn in world.truth.turns if turn.kind == "reflect" and turn.talk]
    assert turns == [SAM, ALEX, SAM]


def test_people_fall_silent_when_the_companion_speaks() -> None:
    world = dinner(3, happens=QUIET)
    host = Host(world, [("turn", "Alex", 60.0, "Go on.")])
    live, done = world._script.live, [False]

    def interrupting() -> None:
        live()
        alex = world.people[ALEX]
        saying = alex.saying
        if not done[0] and saying is not None and saying.said.role == "talk" and world.now - saying.wave.at > samples(1):
            done[0] = True
            host.say("Stopped. Thank you both.")

    world._script.live = interrupting  # type: ignore[method-assign]
    host.run(40.0)
    line = next(one for one in world.truth.sounded if one.text.startswith("Stopped"))
    over = [one for one in world.truth.said if one.span.overlap(line.span)]
    assert over
    assert all(one.span.end - line.span.start < samples(0.45) for one in over)


def test_audible_part_of_a_sound() -> None:
    sound = np.zeros(16_000, np.float32)
    sound[4_000:8_000] = 0.3
    assert active(sound).start == 4_000
    assert active(sound).end == 8_000
    assert active(np.zeros(1_000, np.float32)).length == 0
