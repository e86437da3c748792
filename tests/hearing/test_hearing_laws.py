"""The laws of the house, on hearing alone."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from companion.hearing.heard import Heard
from companion.hearing.hearing import Hearing
from companion.partner import Pair
from companion.timeline import BLOCK, RATE, Span
from tests.hearing.dinner import ALEX, SAM, activity, background, blocks, closed, hearing, plain, real, run, table


@pytest.fixture(scope="module", params=[1, 2], ids=["one microphone", "two microphones"])
def channels(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def heard(channels: int) -> list[Heard]:
    return run(hearing(channels), table(channels=channels))


def test_both_partners_are_heard_where_they_speak(channels: int, heard: list[Heard]) -> None:
    if channels == 1:
        pytest.skip("one microphone takes made-up voices for no voices; the next test has real ones")
    for who, span in ((ALEX, Span(16_000, 56_000)), (SAM, Span(67_200, 100_000)), (ALEX, Span(134_400, 174_400))):
        mine = sum(Span(s.start, s.end).overlap(span) for s in closed(heard) if s.by == who)
        other = sum(Span(s.start, s.end).overlap(span) for s in closed(heard) if s.by not in (who, None))
        assert mine > 0.75 * span.length
        assert other < 0.25 * span.length


def test_two_real_people_are_told_apart_by_one_microphone() -> None:
    people = [real(name) for name in ("fmjc", "mmdg")]  # neither trained on
    h = Hearing(Pair(ALEX, SAM), activity(), background(), 1)
    for who, x in zip((ALEX, SAM), people, strict=True):
        assert h.learn(who, x[: 14 * RATE, None]).trouble is None
    turns = [people[i % 2][(14 + i // 2 * 3) * RATE : (17 + i // 2 * 3) * RATE] for i in range(4)]
    right = wrong = 0
    for s in closed(run(h, np.concatenate(turns)[:, None])):
        for i in range(4):
            shared = Span(s.start, s.end).overlap(Span(i * 3 * RATE, (i + 1) * 3 * RATE))
            right += shared * (s.by == (ALEX, SAM)[i % 2])
            wrong += shared * (s.by == (SAM, ALEX)[i % 2])
    assert right > 4 * RATE
    assert wrong < 0.15 * right


def test_exchanging_the_partners_exchanges_the_segments_and_changes_nothing_else(channels: int, heard: list[Heard]) -> None:
    # protects: no line of hearing may know who comes first
    swapped = run(hearing(channels, Pair(SAM, ALEX)), table(channels=channels))
    assert plain(closed(swapped)) == plain(closed(heard))
    assert [h.settled for h in swapped] == [h.settled for h in heard]


@pytest.mark.parametrize("db", [-10, 10])
def test_ten_decibels_change_nothing(channels: int, heard: list[Heard], db: int) -> None:
    # protects: no absolute level decides anything
    quiet = run(hearing(channels), (table(channels=channels) * np.float32(10 ** (db / 20))).astype(np.float32))
    assert plain(closed(quiet)) == plain(closed(heard))


@pytest.mark.parametrize("n", [1, 7])
def test_silence_in_front_shifts_everything_and_changes_nothing_else(channels: int, heard: list[Heard], n: int) -> None:
    # protects: times are relative to the sound, not to the start of the program
    x = table(channels=channels)
    later = run(hearing(channels), np.concatenate([np.zeros((n * BLOCK, channels), np.float32), x]))
    d = n * BLOCK
    assert plain(closed(later)) == [(by, a + d, b + d) for by, a, b in plain(closed(heard))]


def test_what_is_settled_never_changes_afterwards(heard: list[Heard]) -> None:
    # protects: causality; a decision taken on settled labels stays true
    final = [s for h in heard for s in h.segments if not s.open]
    last = 0
    for h in heard:
        assert last <= h.settled <= h.now
        last = h.settled
        for s in h.segments:
            if s.open:
                same = [f for f in final if f.by == s.by and f.start == s.start]
                assert len(same) == 1
                assert same[0].end >= min(s.end, h.settled)
        told = {(s.by, s.start) for s in h.segments}
        missing = [f for f in final if f.start < h.settled < f.end and (f.by, f.start) not in told]
        assert not missing


def test_an_open_segment_keeps_its_start(heard: list[Heard]) -> None:
    starts: dict[str | None, int] = {}
    for h in heard:
        for s in h.segments:
            if s.by in starts:
                assert s.start == starts[s.by]
            starts[s.by] = s.start
            if not s.open:
                del starts[s.by]


def test_memory_stays_flat(channels: int) -> None:
    # protects: an evening of hours on a small machine
    h, loop = hearing(channels), blocks(table(channels=channels))

    def listen(times: int) -> None:
        for _ in range(times):
            for b in loop:
                h.feed(b)

    listen(4)
    tracemalloc.start()
    listen(1)
    before, _ = tracemalloc.get_traced_memory()
    listen(3)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 60_000


def test_a_past_stretch_is_attributed_to_who_spoke_in_it(channels: int) -> None:
    h = hearing(channels)
    for b in blocks(table(channels=channels)):
        h.feed(b)
    assert h.attribution(Span(int(1.5 * RATE), 3 * RATE))[0] == ALEX
    assert h.attribution(Span(int(4.6 * RATE), 6 * RATE))[0] == SAM
    assert h.attribution(Span(0, RATE // 2)) == (None, 0.0)
