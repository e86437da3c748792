"""Places that move, seats that are exchanged, rooms that get loud, voices that are nobody's."""

from __future__ import annotations

import numpy as np
import pytest

from companion.hearing.ambience import Ambience, Others
from companion.hearing.direction import Place, degrees_apart, directions, place
from companion.hearing.features import HIGH, HOP, LOW, Frames
from companion.hearing.seats import Seats
from companion.timeline import BLOCK, RATE, samples

BINS = np.arange(LOW, HIGH)


def seen_from(delay: float, n: int = 2, seed: int = 0) -> Frames:
    """Frames of sound that reaches the second microphone `delay` samples later."""
    rng = np.random.default_rng(seed)
    phase = np.exp(1j * (2 * np.pi * BINS * delay / 512 + 0.3 * rng.standard_normal((n, len(BINS))))).astype(np.complex64)
    one, wide = np.ones(n, np.float32), np.ones((n, len(BINS)), np.float32)
    return Frames(
        0, one, 20 * one, -26 * one, np.zeros((n, 40), np.float32), np.zeros((n, 38), np.float32), 7 * one, one, phase, wide
    )


def seat(delay: float) -> Place:
    return place(np.exp(2j * np.pi * BINS * delay / 512) * 0.8)


def test_a_place_is_known_by_its_delay() -> None:
    d = directions(seen_from(3), seat(3), seat(-3))
    assert d.bands[0].sum() > 0 > d.bands[1].sum()
    assert d.share[0].min() > 0.6
    assert d.share[1].max() < 0.3


def test_both_places_are_seen_when_both_speak() -> None:
    mixed = seen_from(3)
    assert mixed.phase is not None
    mixed.phase[:, ::2] = seen_from(-3).phase[:, ::2]  # type: ignore[index]
    d = directions(mixed, seat(3), seat(-3))
    assert d.share.min() > 0.2
    assert (d.blend > d.bands.sum(axis=2).max(axis=0)).all()


def test_places_far_apart_are_told_in_degrees() -> None:
    assert degrees_apart(seat(3), seat(-3)) > 60
    assert degrees_apart(seat(3), seat(3)) < 1


def test_a_place_follows_a_head_that_moves() -> None:
    seats = Seats(seat(3), seat(-3), 4.0)
    sure = np.array([[0.99, 0.01]] * 2, np.float32)
    for i in range(300):
        seats.follow(seen_from(2, seed=i), sure)
    assert degrees_apart(seats.places[0], seat(2)) < degrees_apart(seats.places[0], seat(3))
    assert degrees_apart(seats.places[1], seat(-3)) < 3


def test_unsure_speech_moves_no_place() -> None:
    seats = Seats(seat(3), seat(-3), 4.0)
    for i in range(300):
        assert not seats.follow(seen_from(0, seed=i), np.array([[0.8, 0.3]] * 2, np.float32))


@pytest.mark.parametrize("changed", [False, True])
def test_exchanged_seats_are_noticed_by_the_voices(changed: bool) -> None:
    seats = Seats(seat(3), seat(-3), 4.0)
    vad = np.ones(2, np.float32)
    noticed = []
    for i in range(600):
        who = i // 60 % 2
        here = (3, -3)[1 - who if changed else who]
        voices = np.array([[1.0, -1.0]] * 2 if who == 0 else [[-1.0, 1.0]] * 2, np.float32)
        if seats.exchanged(directions(seen_from(here, seed=i), *seats.places), voices, vad):
            noticed.append(i * BLOCK / RATE)
    assert len(noticed) == int(changed)
    assert all(t < 15 for t in noticed)
    assert degrees_apart(seats.places[0], seat(-3 if changed else 3)) < 1


def ambience() -> Ambience:
    return Ambience(5.0, 15.0, 8.0, 20.0)


def test_a_room_is_loud_after_its_time_and_not_before() -> None:
    a, told = ambience(), []
    for i in range(40 * 31):
        speaking = i // 30 % 2 == 0
        a.feed(0.95 if speaking else 0.01, -26.0 if speaking else -29.0, -40.0)
        n = a.notice(i * BLOCK)
        if n is not None:
            told.append((n.loud, n.noticed - n.at))
    assert [loud for loud, _ in told] == [True]
    assert 0 <= told[0][1] - samples(15.0) < BLOCK


def test_a_quiet_room_is_never_announced() -> None:
    a = ambience()
    for i in range(60 * 31):
        speaking = i // 30 % 2 == 0
        a.feed(0.95 if speaking else 0.01, -26.0 if speaking else -46.0, -50.0)
        assert a.notice(i * BLOCK) is None
    assert 15 < a.snr_db < 25


def test_talk_without_a_breath_makes_no_room_loud() -> None:
    room, now = ambience(), 0
    for _ in range(round(62.5 * 3)):
        room.feed(0.0, -48.0, -50.0)
    for frame in range(round(62.5 * 40)):
        rising = -50.0 + 3.0 * ((frame / 62.5) % 4.5)  # the floor climbs through the talk, until a dip brings it back
        room.feed(0.99, -27.0, rising)
        now += HOP
        assert room.notice(now) is None
    assert room.snr_db > 15.0


def test_a_third_voice_comes_and_goes() -> None:
    others, told = Others(), []
    for i in range(60 * 62):
        others.feed(i * HOP, float(5 * 62 < i < 9 * 62))
        n = others.notice(i * HOP)
        if n is not None:
            told.append((n.present, round(n.at / RATE), round(n.noticed / RATE)))
    assert [p for p, _, _ in told] == [True, False]
    assert told[0][1] == 5
    assert told[0][2] <= 8
    assert told[1][1] == 9


def test_a_cough_is_no_third_voice() -> None:
    others = Others()
    for i in range(20 * 62):
        others.feed(i * HOP, float(i % (8 * 62) < 25))
        assert others.notice(i * HOP) is None


def test_what_is_missed_of_a_partner_is_no_third_voice() -> None:
    others = Others()
    for i in range(60 * 62):
        others.feed(i * HOP, 0.1, 0.9 * float(i % 62 < 10))
        assert others.notice(i * HOP) is None


def test_speech_that_nobody_claims_is_a_third_voice_in_the_end() -> None:
    others, told = Others(), []
    for i in range(12 * 62):
        others.feed(i * HOP, 0.1, 0.9 * float(i > 2 * 62))
        told += [n for n in [others.notice(i * HOP)] if n is not None]
    assert [n.present for n in told] == [True]
    assert told[0].noticed < 7 * RATE
