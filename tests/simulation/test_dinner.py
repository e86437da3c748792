"""The rehearsed dinner as the loop meets it: sound, playback, and people who react."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_host import ALEX, SAM, Host, Murmur, dinner

from companion.effects import Finish, Hush, ListenFor, Mode, Say
from companion.inputs import Block, PlaybackEnded, PlaybackStarted
from companion.timeline import BLOCK, samples

TURN = [("turn", "Alex", 40.0, "Describe a room you know by heart.")]


def _first(seed: int, seconds: float, channels: int = 2) -> bytes:
    host = Host(dinner(seed, channels=channels), [*TURN])
    host.run(seconds)
    return b"".join(block.tobytes() for block in host.sound)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert _first(5, 30.0) == _first(5, 30.0)


def test_another_seed_gives_another_evening() -> None:
    assert _first(5, 6.0) != _first(6, 6.0)


@pytest.mark.parametrize("channels", [1, 2])
def test_blocks_follow_each_other_without_a_gap(channels: int) -> None:
    world, due = dinner(1, channels=channels), 0
    for _ in range(100):
        given = world.next()
        assert isinstance(given, Block)
        assert given.at == due
        assert given.sound.shape == (BLOCK, channels)
        assert given.sound.dtype == np.float32
        assert np.array_equal(given.sound * 32768, np.round(given.sound * 32768))
        due += BLOCK


def test_three_microphones_are_refused() -> None:
    with pytest.raises(ValueError, match="1 or 2 microphones"):
        dinner(1, channels=3)


def _speak_once(world, text: str = "Alex, tell Sam about your day.", hush_at: float | None = None):  # type: ignore[no-untyped-def]
    """Say a line after one second; everything until three seconds after it."""
    inputs, sound = [], []
    said = hushed = False
    while (given := world.next()) is not None and world.now < samples(6.0):
        if isinstance(given, Block):
            sound.append(given.sound)
        else:
            inputs.append(given)
        if not said and world.now >= samples(1.0):
            world.perform([Say(7, "line", text)])
            said = True
        if hush_at is not None and not hushed and world.now >= samples(hush_at):
            world.perform([Hush()])
            hushed = True
    return inputs, np.concatenate(sound)


def test_a_line_sounds_within_a_tenth_of_a_second_and_its_ends_are_told_on_the_sample_clock() -> None:
    (started, ended), _ = _speak_once(dinner(2))
    assert isinstance(started, PlaybackStarted) and isinstance(ended, PlaybackEnded)
    assert started.cue == ended.cue == 7
    assert samples(1.0) <= started.at <= samples(1.1)
    assert started.sound is not None
    assert ended.at == started.at + len(started.sound)
    assert not ended.cut


def test_playback_is_told_before_the_block_in_which_it_is_heard() -> None:
    world = dinner(2)
    world.perform([Say(1, "line", "Good evening.")])
    blocks = 0
    while not isinstance(given := world.next(), PlaybackStarted):
        blocks += 1
    assert blocks * BLOCK <= given.at < (blocks + 1) * BLOCK


def test_the_room_hears_the_companion_where_it_was_said_to_sound() -> None:
    (started, _), sound = _speak_once(dinner(2))
    played = started.sound
    heard = sound[started.at - 200 : started.at + len(played) + 200, 0].astype(np.float64)
    match = np.correlate(heard, played.astype(np.float64))
    assert abs(int(np.argmax(np.abs(match))) - 200) <= 16


def test_the_companion_is_as_loud_at_the_microphone_as_the_partners_or_up_to_6_db_louder() -> None:
    for seed in range(4):
        world = dinner(seed)
        (started, ended), sound = _speak_once(world)
        level = 10 * np.log10(np.mean(sound[started.at : ended.at, 0].astype(np.float64) ** 2))
        assert -29.5 < level < -20.5


def test_hush_silences_the_companion_within_50_ms_apart_from_the_rooms_echo() -> None:
    (_, ended), sound = _speak_once(dinner(3), "A line that goes on for quite a while, so that it can be cut.", hush_at=2.0)
    assert ended.cut
    assert samples(2.0) <= ended.at <= samples(2.05)
    before = np.std(sound[samples(1.6) : samples(2.0), 0])
    after = np.std(sound[samples(2.5) : samples(2.9), 0])
    room = np.std(sound[samples(0.3) : samples(0.9), 0])
    assert before > 4 * after
    assert after < 1.5 * room


def test_what_waits_to_be_said_is_dropped_by_a_hush_and_told_as_cut() -> None:
    world = dinner(3)
    world.perform([Say(1, "a", "The first of two lines."), Say(2, "b", "The second one.")])
    inputs = []
    while world.now < samples(3.0):
        given = world.next()
        if not isinstance(given, Block):
            inputs.append(given)
        if world.now == samples(0.512):
            world.perform([Hush()])
    assert [one.cue for one in inputs if isinstance(one, PlaybackStarted)] == [1]
    assert sorted(one.cue for one in inputs if isinstance(one, PlaybackEnded) and one.cut) == [1, 2]


def test_nothing_is_heard_while_the_microphone_is_off() -> None:
    world = dinner(4)
    world.next()
    world.perform([ListenFor(Mode.OFF)])
    world.next()
    given = world.next()
    assert isinstance(given, Block)
    assert not given.sound.any()


def test_a_second_after_the_end_there_is_no_more_input() -> None:
    world = dinner(4)
    world.next()
    world.perform([Say(1, "line", "Good night."), Finish("done")])
    ended, last = 0, 0
    while (given := world.next()) is not None:
        ended = given.at if isinstance(given, PlaybackEnded) else ended
        last = world.now
    assert samples(1.0) <= last - ended <= samples(1.1)
    assert world.next() is None


def test_the_evening_is_broken_off_when_the_scenarios_time_is_up() -> None:
    world = dinner(4)
    while world.next() is not None:
        pass
    assert world.now == pytest.approx(samples(360.0), abs=BLOCK)


def test_every_line_a_partner_says_was_foretold() -> None:
    world = dinner(6)
    ahead = world.lines_ahead()
    Host(world, [*TURN, ("reflect", None, 20.0, "Sam, what did you hear?"), ("joint", None, 20.0, "How was that?")]).run()
    spoken = [one for one in world.truth.said if one.role != "laugh"]
    assert len(spoken) > 8
    for one in spoken:
        assert one.text in ahead[one.by]


def test_memory_does_not_grow_with_the_evening() -> None:
    world = dinner(7)
    most = []
    for _ in range(2):
        ahead = 0
        for _ in range(1500):
            world.next()
            ahead = max(ahead, world._air.held)
        most.append(ahead)
    assert most[1] <= most[0] + BLOCK
    assert most[1] < samples(12.0)


def test_people_look_different_to_two_microphones() -> None:
    world = dinner(8, channels=2)
    delays = []
    for seat in world.room.seats:
        left, right = seat[0].response
        delays.append(int(np.argmax(np.abs(left))) - int(np.argmax(np.abs(right))))
    assert delays[0] * delays[1] < 0
    assert abs(delays[0] - delays[1]) >= 2


def test_both_voices_are_needed() -> None:
    assert Murmur(110).render("yes").dtype == np.float32
    assert {ALEX, SAM} == set(dinner(1).lines_ahead())
