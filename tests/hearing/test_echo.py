"""The canceller: what it takes out, what it leaves, and that nothing fed to it can upset it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from companion.hearing.echo import LOUDEST, EchoCanceller
from companion.hearing.echo_path import EXPLAINED, FURTHEST, Resemblance, shift_of
from companion.timeline import BLOCK, samples

Sound = NDArray[np.float32]


def room(seed: int, rt60: float = 0.35) -> Sound:
    """A loudspeaker's way to the microphone beside it: a direct sound and a tail."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples(0.3)) / 16_000
    tail = rng.standard_normal(len(t)) * 0.03 * np.exp(-6.9 * t / rt60)
    tail[int(rng.integers(3, 40))] += 1.0
    return tail.astype(np.float32)


def talk(seconds: float, seed: int) -> Sound:
    """Noise with a spectrum and a rhythm like speech."""
    rng = np.random.default_rng(seed)
    n = samples(seconds)
    spectrum = np.fft.rfft(rng.standard_normal(n)) / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / 16_000), 300.0))
    syllables = np.clip(np.sin(2 * np.pi * 3.7 * np.arange(n) / 16_000 + rng.uniform(0, 6)) + 0.4, 0.01, 2)
    sound = np.fft.irfft(spectrum, n) * syllables
    return (0.1 * sound / np.std(sound)).astype(np.float32)


def echo_of(sound: Sound, path: Sound) -> Sound:
    size = len(sound) + len(path)
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: len(sound)].astype(np.float32)


def through(canceller: EchoCanceller, microphone: Sound, reference: Sound) -> Sound:
    starts = range(0, len(reference) - BLOCK + 1, BLOCK)
    return np.concatenate([canceller.feed(microphone[at : at + BLOCK], reference[at : at + BLOCK]) for at in starts])


def taken_out_db(microphone: Sound, left: Sound, since: float) -> float:
    at = samples(since)
    return float(10 * np.log10(np.sum(microphone[at : len(left)] ** 2) / np.sum(left[at:] ** 2)))


@pytest.mark.parametrize("rt60", [0.2, 0.35, 0.5])
def test_a_linear_echo_is_taken_out(rt60: float) -> None:
    reference = talk(8, 1)
    microphone = echo_of(reference, room(1, rt60))
    assert taken_out_db(microphone, through(EchoCanceller(), microphone, reference), 4.0) > 20


def test_a_partner_in_it_stays_whole() -> None:
    reference, partner = talk(12, 1), talk(12, 2)
    partner[: samples(8)] = 0
    left = through(EchoCanceller(), echo_of(reference, room(1)) + partner, reference)
    error = left[samples(8) :] - partner[samples(8) : len(left)]
    assert 10 * np.log10(np.sum(partner**2) / np.sum(error**2)) > 12


def test_somebody_talking_over_it_does_not_make_it_forget() -> None:
    reference, partner = talk(16, 1), talk(16, 2) * 2
    partner[: samples(6)] = 0
    partner[samples(10) :] = 0
    echo = echo_of(reference, room(1))
    left = through(EchoCanceller(), echo + partner, reference)
    at, end = samples(10.5), samples(11.5)
    assert 10 * np.log10(np.sum(echo[at:end] ** 2) / np.sum(left[at:end] ** 2)) > 15


def test_silence_played_leaves_the_microphone_as_it_is() -> None:
    canceller, reference = EchoCanceller(), talk(4, 1)
    through(canceller, echo_of(reference, room(1)), reference)
    partner, silence = talk(3, 2), np.zeros(samples(3), np.float32)
    left = through(canceller, partner, silence)
    assert np.array_equal(left[samples(0.4) :], partner[samples(0.4) : len(left)])


def test_after_a_clipped_stretch_it_still_knows_the_room() -> None:
    canceller, reference = EchoCanceller(), talk(9, 1)
    microphone = echo_of(reference, room(1))
    loud = slice(samples(5), samples(7))
    microphone[loud] = np.clip(microphone[loud] * 40, -1, 1)
    left = through(canceller, microphone, reference)
    at = samples(7.4)
    assert 10 * np.log10(np.sum(microphone[at : len(left)] ** 2) / np.sum(left[at:] ** 2)) > 18


def test_another_room_is_learnt_once_it_is_told_to_doubt() -> None:
    reference = talk(14, 1)
    canceller = EchoCanceller()
    first = echo_of(reference, room(1))
    through(canceller, first[: samples(7)], reference[: samples(7)])
    canceller.doubt_again()
    second = echo_of(reference, room(9))[samples(7) :]
    assert taken_out_db(second, through(canceller, second, reference[samples(7) :]), 3.5) > 15


KINDS = ("zeros", "ones", "noise", "huge", "click", "square", "tiny")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0, 1e6)), min_size=3, max_size=12),
    st.integers(0, 99),
)
def test_nothing_fed_to_it_makes_it_lose_its_mind(kinds: list[tuple[str, float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    canceller = EchoCanceller()
    for kind, size in kinds * 3:
        microphone, reference = extreme(kind, size, rng), extreme(kinds[0][0], size, rng)
        left = canceller.feed(microphone, reference)
        assert np.isfinite(left).all()
    reference = talk(6, 1)
    microphone = echo_of(reference, room(1))
    left = through(canceller, microphone, reference)
    assert np.abs(left).max() < 10 * LOUDEST
    assert taken_out_db(microphone, left, 4.5) > 6  # and it learns the room after all


def extreme(kind: str, size: float, rng: np.random.Generator) -> Sound:
    match kind:
        case "zeros":
            return np.zeros(BLOCK, np.float32)
        case "ones":
            return np.full(BLOCK, min(size, 1.0), np.float32)
        case "noise":
            return rng.standard_normal(BLOCK).astype(np.float32)
        case "huge":
            return (rng.standard_normal(BLOCK) * size).astype(np.float32)
        case "click":
            click = np.zeros(BLOCK, np.float32)
            click[int(rng.integers(BLOCK))] = size
            return click
        case "square":
            return np.where(np.arange(BLOCK) // 32 % 2, 1.0, -1.0).astype(np.float32)
        case _:
            return np.full(BLOCK, 1e-30, np.float32)


@settings(max_examples=20, deadline=None)
@given(st.integers(-samples(0.02), samples(0.02)), st.integers(0, 20))
def test_a_stamp_that_is_off_is_told_to_a_few_samples(late: int, seed: int) -> None:
    expected = echo_of(talk(1, seed), room(seed))
    real = np.roll(expected, late)[samples(0.3) : samples(0.3) + 8 * BLOCK]
    noise = 0.01 * np.random.default_rng(seed).standard_normal(len(real)).astype(np.float32)
    assert abs(shift_of(real + noise, expected[samples(0.3) : samples(0.3) + 8 * BLOCK]) - late) <= 2
    assert abs(late) <= FURTHEST


def test_a_shift_is_not_made_up_where_there_is_no_echo() -> None:
    assert [shift_of(talk(0.26, k), talk(0.26, k + 50)) for k in range(20)].count(0) >= 18
    assert shift_of(np.zeros(4096, np.float32), talk(0.26, 1)[:4096]) == 0


def test_echo_on_a_new_path_is_told_from_a_partner() -> None:
    sound, partner = talk(3, 1), talk(3, 2)
    expected, real = echo_of(sound, room(1)), echo_of(sound, room(9))
    moved, other = Resemblance(), Resemblance()
    shares = []
    for at in range(0, samples(2.9), BLOCK):
        echo = expected[at : at + BLOCK]
        shares.append((moved.feed(real[at : at + BLOCK], echo), other.feed(partner[at : at + BLOCK], echo)))
    shares = shares[8:]
    assert np.median([a for a, _ in shares]) > EXPLAINED
    assert np.median([b for _, b in shares]) < EXPLAINED
