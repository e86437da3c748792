from __future__ import annotations

import numpy as np
import pytest

from companion.adapters.loudness import CEILING_DB, amplitude, decibels, fade, gated_rms, level, limit

RATE = 48_000


def tone(seconds: float, peak: float, hertz: float = 300.0) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_pauses_do_not_make_a_line_softer() -> None:
    spoken = tone(1.0, 0.1)
    with_pauses = np.concatenate([spoken, np.zeros(2 * RATE, np.float32), spoken])
    assert gated_rms(with_pauses, RATE) == pytest.approx(gated_rms(spoken, RATE), abs=0.05)
    assert gated_rms(spoken, RATE) == pytest.approx(decibels(0.1 / np.sqrt(2)), abs=0.02)


def test_frames_more_than_30_db_under_the_loudest_do_not_count_and_others_do() -> None:
    loud = tone(0.4, 0.5)
    under = lambda db: np.concatenate([loud, tone(0.4, 0.5 * amplitude(db))])  # noqa: E731
    assert gated_rms(under(-31), RATE) == pytest.approx(gated_rms(loud, RATE), abs=0.05)
    assert gated_rms(under(-29), RATE) == pytest.approx(gated_rms(loud, RATE) - 3.0, abs=0.1)


def test_a_sound_shorter_than_a_frame_has_a_level_and_silence_has_none() -> None:
    assert gated_rms(tone(0.005, 0.5, 1000), RATE) == pytest.approx(-9.0, abs=0.1)
    assert gated_rms(np.zeros(100, np.float32), RATE) == float("-inf")
    assert gated_rms(np.zeros(0, np.float32), RATE) == float("-inf")


@pytest.mark.parametrize(("peak", "expected"), [(1.0, -20.0), (0.1, -20.0), (0.01, -39.0)])
def test_a_line_is_levelled_to_minus_20_but_raised_by_4_db_at_most(peak: float, expected: float) -> None:
    assert gated_rms(level(tone(1.0, peak), RATE), RATE) == pytest.approx(expected, abs=0.05)


def test_silence_stays_silence() -> None:
    assert not level(np.zeros(1000, np.float32), RATE).any()


def test_no_sample_passes_the_ceiling_and_no_soft_sample_far_from_a_peak_is_touched() -> None:
    line = tone(2.0, 0.3)
    line[RATE : RATE + 480] *= 3.3
    limited = limit(line, RATE)
    assert np.abs(limited).max() <= amplitude(CEILING_DB)
    assert np.array_equal(limited[: RATE - 480], line[: RATE - 480])
    assert np.array_equal(limited[RATE + 9600 :], line[RATE + 9600 :])


def test_the_limiter_turns_down_before_the_peak_and_lets_go_slowly_after_it() -> None:
    line = np.full(RATE, 0.5, np.float32)
    line[RATE // 2] = amplitude(CEILING_DB + 6)
    gain = limit(line, RATE) / line
    half = RATE // 2
    before = half - int(np.flatnonzero(gain < 0.999)[0])
    after = int(np.flatnonzero(gain < 0.999)[-1]) - half
    assert 230 <= before <= 250  # 5 ms
    assert 2350 <= after <= 2450  # 50 ms
    assert np.abs(np.diff(gain)).max() < 0.005  # no step that could click


def test_fades_begin_and_end_at_nothing_and_leave_the_middle_alone() -> None:
    sound = np.ones(RATE, np.float32)
    eased = fade(sound, RATE, 0.005, 0.010)
    assert eased[0] == 0 and eased[-1] == pytest.approx(0, abs=1e-6)
    assert np.all(eased[240:-480] == 1) and np.all(np.diff(eased[:240]) >= 0) and np.all(np.diff(eased[-480:]) <= 0)
    assert sound[0] == 1  # the caller's own is not changed


def test_a_sound_shorter_than_its_fades_survives() -> None:
    assert fade(np.ones(3, np.float32), RATE, 0.005, 0.010).size == 3
    assert fade(np.zeros(0, np.float32), RATE, 0.005, 0.010).size == 0
    assert limit(np.zeros(0, np.float32), RATE).size == 0
