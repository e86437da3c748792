from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from companion.adapters.chimes import chime
from companion.adapters.loudness import decibels
from companion.effects import ChimeKind
from companion.timeline import PLAYBACK_RATE

KINDS = get_args(ChimeKind)


def envelope(kind: ChimeKind) -> np.ndarray:
    """Peak of each 5 ms."""
    sound = np.abs(chime(kind))
    return sound[: sound.size // 240 * 240].reshape(-1, 240).max(axis=1)


def notes(kind: ChimeKind) -> list[int]:
    """Where notes begin, in frames of 5 ms: rises by a fifth of full height within 20 ms, not counting beats between notes."""
    height = np.lib.stride_tricks.sliding_window_view(np.pad(envelope(kind), (3, 4)), 4).max(axis=1)
    rising = np.flatnonzero(height[4:] - height[:-4] > 0.2 * height.max())
    return [int(at) for i, at in enumerate(rising) if i == 0 or at - rising[i - 1] > 4]


def pitch(kind: ChimeKind, at_s: float) -> float:
    """The strongest frequency in 80 ms from `at_s`."""
    at = round(at_s * PLAYBACK_RATE)
    piece = chime(kind)[at : at + 3840]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(piece.size), 1 << 16))
    return float(np.fft.rfftfreq(1 << 16, 1 / PLAYBACK_RATE)[spectrum.argmax()])


@pytest.mark.parametrize("kind", KINDS)
def test_every_chime_is_short_soft_at_its_edges_and_peaks_at_minus_12(kind: ChimeKind) -> None:
    sound = chime(kind)
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert 0.3 <= sound.size / PLAYBACK_RATE <= 0.8
    assert decibels(float(np.abs(sound).max())) == pytest.approx(-19.0, abs=0.01)
    assert abs(sound[0]) < 1e-4 and abs(sound[-1]) < 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_every_chime_sounds_between_350_and_700_hz_with_nothing_above_3_khz(kind: ChimeKind) -> None:
    spectrum = np.abs(np.fft.rfft(chime(kind), 1 << 16))
    hertz = np.fft.rfftfreq(1 << 16, 1 / PLAYBACK_RATE)
    assert 345 <= hertz[spectrum.argmax()] <= 700
    assert spectrum[hertz > 3000].max() < 0.1 * spectrum.max()


@pytest.mark.parametrize("kind", KINDS)
def test_no_chime_startles(kind: ChimeKind) -> None:
    first = envelope(kind)
    assert first[0] < 0.2 * first.max() and first[1] < 0.5 * first.max()  # 10 ms into an attack of 20 ms or more: half at most


def test_chimes_are_told_apart_by_rhythm_alone() -> None:
    begin = {kind: [5 * at for at in notes(kind)] for kind in KINDS}
    assert [len(begin[kind]) for kind in ("hello", "soon", "floor", "swap", "rest")] == [3, 1, 2, 2, 1]
    assert begin["swap"][1] - begin["swap"][0] > 1.8 * (begin["floor"][1] - begin["floor"][0])
    assert chime("rest").size > 2 * chime("soon").size


def test_hello_rises_floor_stays_and_swap_falls_then_rises() -> None:
    assert pitch("hello", 0.05) < pitch("hello", 0.22) < pitch("hello", 0.45)
    assert pitch("floor", 0.03) == pytest.approx(pitch("floor", 0.18), rel=0.02)
    assert pitch("swap", 0.02) > pitch("swap", 0.2) < pitch("swap", 0.6)


def test_a_chime_is_the_same_each_time_and_nobody_can_spoil_it() -> None:
    spoilt = chime("floor")
    spoilt[:] = 1
    assert np.array_equal(chime("floor"), chime("floor")) and not np.array_equal(chime("floor"), spoilt)


def test_there_is_no_sixth_chime() -> None:
    with pytest.raises(KeyError):
        chime("alarm")  # type: ignore[arg-type]
