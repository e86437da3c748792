"""Stretches of one voice from probabilities."""

from __future__ import annotations

import pytest

from companion.hearing.features import HOP
from companion.hearing.heard import Segment
from companion.hearing.segments import BACK, Track
from companion.partner import Partner

ALEX = Partner("Alex")


def told(ps: list[float]) -> list[Segment]:
    track = Track(ALEX, 0)
    out = [s for i, p in enumerate(ps) if (s := track.feed(i * HOP, p)) is not None]
    last = track.finish()
    return out + ([last] if last else [])


def frames(segment: Segment) -> tuple[int, int]:
    return segment.start // HOP, segment.end // HOP


def test_speech_is_from_its_first_frame_to_its_last() -> None:
    assert [frames(s) for s in told([0.1] * 5 + [0.9] * 20 + [0.1] * 20)] == [(5, 25)]


def test_an_onset_is_dated_back_to_where_the_probability_rose() -> None:
    assert frames(told([0.1] * 5 + [0.4] * 6 + [0.9] * 20)[0]) == (5, 31)


def test_an_onset_is_dated_back_only_so_far() -> None:
    [s] = told([0.4] * 60 + [0.9] * 20)
    assert s.start == 60 * HOP - BACK


def test_what_never_gets_likely_is_no_speech() -> None:
    assert told([0.45] * 100) == []


@pytest.mark.parametrize(("gap", "pieces"), [(9, 1), (10, 2)])
def test_silences_under_0_15_s_are_closed(gap: int, pieces: int) -> None:
    assert len(told([0.9] * 20 + [0.1] * gap + [0.9] * 20 + [0.1] * 20)) == pieces


@pytest.mark.parametrize(("length", "pieces"), [(4, 0), (5, 1)])
def test_pieces_under_0_08_s_are_dropped(length: int, pieces: int) -> None:
    assert len(told([0.1] * 20 + [0.9] * length + [0.1] * 20)) == pieces


def test_a_tiny_piece_is_never_reported_as_open() -> None:
    track = Track(ALEX, 0)
    for i, p in enumerate([0.1] * 5 + [0.9] * 4 + [0.1] * 20):
        track.feed(i * HOP, p)
        assert track.segment is None


def test_settled_waits_for_a_rise_that_may_become_an_onset() -> None:
    track = Track(ALEX, 0)
    for i, p in enumerate([0.1] * 10 + [0.4] * 5):
        track.feed(i * HOP, p)
    assert track.settled == 10 * HOP
    track.feed(15 * HOP, 0.1)
    assert track.settled == 16 * HOP


def test_settled_waits_for_the_end_of_a_short_silence() -> None:
    track = Track(ALEX, 0)
    for i, p in enumerate([0.9] * 20 + [0.1] * 5):
        track.feed(i * HOP, p)
    assert track.settled == 20 * HOP


def test_a_segment_tells_its_means() -> None:
    track = Track(ALEX, 0)
    for i in range(20):
        track.feed(i * HOP, 0.8, laugh=0.6, level=-30.0, f0=7.0 if i < 15 else None)
    s = track.finish()
    assert s is not None
    assert (round(s.confidence, 3), round(s.laugh, 3), round(s.level_db, 3), s.pitch) == (0.8, 0.6, -30.0, 7.0)


def test_a_stretch_sounds_like_its_partner_by_the_mean_of_its_frames_of_speech() -> None:
    track = Track(ALEX, 0)
    for i, like in enumerate([2.0, None, 1.0, 0.0] * 5):
        track.feed(i * HOP, 0.9, like=like)
    segment = track.segment
    assert segment is not None and segment.likeness == pytest.approx(1.0)


def test_where_nobody_asks_what_it_sounds_like_a_stretch_does_not_say() -> None:
    track = Track(ALEX, 0)
    for i in range(20):
        track.feed(i * HOP, 0.9)
    segment = track.segment
    assert segment is not None and segment.likeness is None
