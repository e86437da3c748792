"""What hearing refuses, and what it does while the companion itself speaks."""

from __future__ import annotations

import numpy as np
import pytest

from companion.effects import Enrol
from companion.events import Enrolled, Noise
from companion.hearing.alone import Parting
from companion.hearing.features import Frames
from companion.hearing.hearing import Hearing
from companion.partner import Pair
from companion.timeline import BLOCK, RATE
from tests.hearing.dinner import ALEX, SAM, activity, alex, background, blocks, closed, enrolment, hearing, run, sam, seat, table


def test_before_anyone_is_known_speech_is_nobodys() -> None:
    segments = closed(run(hearing(enrolled=False), table()))
    assert segments
    assert {s.by for s in segments} == {None}


def test_the_companions_own_voice_is_nobodys_speech() -> None:
    h = hearing()
    sound = blocks(table())
    told = []
    for i, b in enumerate(sound):
        h.own_voice(40 <= i < 100)  # while Alex speaks
        told.append(h.feed(b))
    told.append(h.finish())
    own = range(40 * BLOCK, 100 * BLOCK)
    assert closed(told)
    for s in closed(told):
        assert s.end <= own.start + BLOCK or s.start >= own.stop - BLOCK
    assert all(t.own_voice == (40 <= i < 100) for i, t in enumerate(told[:-1]))
    assert not any(t.anyone for t in told[40:100])


def test_partners_are_learned_by_talk() -> None:
    h = hearing(enrolled=False)
    notices = []
    for who, sound in ((ALEX, enrolment(ALEX)), (SAM, enrolment(SAM, seconds=14.0))):
        h.enrol(Enrol(who))
        during = [h.feed(b) for b in blocks(sound)]
        assert {s.by for d in during for s in d.segments if s.start > d.now - 5 * BLOCK} <= {who}
        h.enrol(Enrol(who, done=True))
        notices += h.feed(np.zeros((BLOCK, 2), np.float32)).notices
    assert [(n.by, n.trouble) for n in notices if isinstance(n, Enrolled)] == [(ALEX, None), (SAM, None)]
    assert h.enrolled
    assert {s.by for s in closed(run(h, table()))} >= {ALEX, SAM}


@pytest.mark.parametrize(
    ("sound", "trouble"),
    [
        (enrolment(ALEX, seconds=1.5), "short"),
        (np.zeros((5 * RATE, 2), np.float32), "short"),
        (np.clip(enrolment(ALEX) * 60, -1, 1), "clipped"),
    ],
    ids=["little speech", "silence", "overdriven"],
)
def test_a_bad_recording_is_refused(sound: np.ndarray, trouble: str) -> None:
    h = hearing(enrolled=False)
    assert h.learn(ALEX, sound).trouble == trouble
    assert not h.enrolled


def learnt_live(sound: np.ndarray, channels: int) -> str | None:
    """What live learning finds wrong with it."""
    h = hearing(channels, enrolled=False)
    h.enrol(Enrol(ALEX))
    for block in blocks(sound[:, :channels]):
        h.feed(block)
    h.enrol(Enrol(ALEX, done=True))
    return next(each.trouble for each in h.feed(np.zeros((BLOCK, channels), np.float32)).notices if isinstance(each, Enrolled))


def in_turn(other_seat: int) -> np.ndarray:
    """Two people, three seconds each, three times; the second as many samples from the first microphone's time."""
    parts = [part for i in range(3) for part in (seat(alex(3.0, 40 + i), 3), seat(sam(3.0, 50 + i), other_seat))]
    quiet = np.zeros((RATE, 2), np.float32)
    talk = np.concatenate([quiet, *parts, quiet])
    return (talk + 0.0005 * np.random.default_rng(7).standard_normal(talk.shape)).astype(np.float32)


def test_two_people_in_turn_are_no_one_voice() -> None:
    assert learnt_live(in_turn(-3), 2) == "two-voices"
    assert learnt_live(enrolment(ALEX), 2) is None


def test_what_comes_from_one_place_may_differ_more_before_it_is_two_voices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.hearing.enrolment.parted_by_voice", lambda *_: Parting(2.9, 0.4))
    assert learnt_live(in_turn(3), 1) == "two-voices"
    assert learnt_live(in_turn(3), 2) is None
    assert learnt_live(in_turn(-3), 2) == "two-voices"


def test_the_same_person_twice_is_refused() -> None:
    h = hearing(enrolled=False)
    assert h.learn(ALEX, enrolment(ALEX)).trouble is None
    assert h.learn(SAM, enrolment(ALEX, seed=77)).trouble == "same-voice"
    assert not h.enrolled


def test_two_different_people_can_be_told_apart() -> None:
    s = hearing(2).separability()
    assert s.voice > 2
    assert s.place_degrees is not None
    assert s.place_degrees > 25
    assert s.advice is None
    assert hearing(1).separability().place_degrees is None


def test_separability_needs_both() -> None:
    with pytest.raises(ValueError, match="both partners"):
        hearing(enrolled=False).separability()


def test_a_loud_room_is_announced_and_taken_back() -> None:
    h = Hearing(Pair(ALEX, SAM), activity(), background(), 2, noise_for=4.0, noise_back_for=4.0)
    for who in (ALEX, SAM):
        h.learn(who, enrolment(who))
    rng = np.random.default_rng(3)
    rest = np.zeros((RATE, 2), np.float32)
    talk = np.concatenate([np.concatenate([seat(alex(3.0, i), 3), rest, seat(sam(3.0, i), -3), rest]) for i in range(9)])
    part = np.arange(len(talk)) * 3 // len(talk)
    noise = np.where(part == 1, 0.05, 0.0005)[:, None] * rng.standard_normal(talk.shape)
    heard = run(h, (talk + noise).astype(np.float32))
    told = [n.loud for t in heard for n in t.notices if isinstance(n, Noise)]
    assert told == [True, False]


def test_a_hush_is_nobodys_speech_whatever_the_net_says(monkeypatch: pytest.MonkeyPatch) -> None:
    h = hearing()
    told = h._attribution
    assert told is not None
    real = told.feed

    def sure_of_alex(frames: Frames) -> np.ndarray | None:
        said = real(frames)
        if said is not None:
            said[:, 0, 0] = 0.9
        return said

    monkeypatch.setattr(told, "feed", sure_of_alex)
    hush = (7e-5 * np.random.default_rng(4).standard_normal((8 * RATE, 2))).astype(np.float32)  # 83 dB below full scale
    assert [each for each in closed(run(h, hush)) if each.end > 2 * RATE] == []  # once the floor of the room is known
    assert closed(run(h, table()))
