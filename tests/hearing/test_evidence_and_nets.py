"""The evidence of a frame, and the nets that weigh it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from companion.hearing.background import Background
from companion.hearing.direction import place
from companion.hearing.enrolment import Profile
from companion.hearing.evidence import COMMON, EACH, PLACED, Evidence, Loudness
from companion.hearing.features import HIGH, HOP, LATE, LOW, Features, Frames
from companion.hearing.fusion import ANOTHER, SPEAKS, Fusion, Net
from companion.hearing.voices import Mixture, Voice, VoiceScores
from companion.timeline import BLOCK, RATE
from tests.hearing.dinner import ROOT, background


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


def frames(n: int = 40) -> Frames:
    x = numbers(n, 38)
    ramp = np.linspace(0, 1, n, dtype=np.float32)
    return Frames(0, ramp, 20 * ramp, 20 * ramp - 50, numbers(n, 40), x, 7 + 0.2 * ramp, ramp, None, None)


def profile(shift: float) -> Profile:
    voices = background().voices
    return Profile(Voice(voices.mean + np.float32(shift), 7.0 + shift, 0.1), None, 0.5)


def evidence(one: float = -0.3, two: float = 0.4) -> Evidence:
    return Evidence(background().voices, profile(one), profile(two), np.zeros(38, np.float32))


@pytest.fixture(params=["one_microphone", "two_microphones"])
def net(request: pytest.FixtureRequest) -> Net:
    known: Background = background()
    found = known.one_microphone if request.param == "one_microphone" else known.two_microphones
    assert found is not None
    return found


def test_what_is_said_of_one_partner_is_said_of_the_other_in_the_same_words() -> None:
    common, each = evidence(-0.3, 0.4).feed(frames())
    same, swapped = evidence(0.4, -0.3).feed(frames())
    assert np.array_equal(common, same)
    assert np.allclose(each, swapped[::-1], atol=1e-5)


def test_cutting_the_frames_changes_no_evidence() -> None:
    whole, pieces, f = evidence().feed(frames()), evidence(), frames()
    cut = [
        pieces.feed(replace(f, **{k: getattr(f, k)[i : i + 2] for k in ("vad", "db", "level", "bands", "voice", "f0", "voiced")}))
        for i in range(0, 40, 2)
    ]
    assert np.allclose(whole[0], np.concatenate([c for c, _ in cut]), atol=1e-4)
    assert np.allclose(whole[1], np.concatenate([e for _, e in cut], axis=1), atol=1e-4)


def test_one_microphone_says_nothing_of_places() -> None:
    common, each = evidence().feed(frames())
    assert not common[:, -3:].any()
    assert not each[:, :, -PLACED:].any()


def test_the_parts_of_a_single_gaussian_add_up_to_its_likelihood_ratio() -> None:
    one = Mixture(np.ones(1, np.float32), np.zeros((1, 38), np.float32), np.ones((1, 38), np.float32))
    scores = VoiceScores(one, *(Voice(numbers(1, 38) * k, 7.0, 0.1) for k in (0.5, -0.2)), np.zeros(38, np.float32))
    colour, _, parts = scores.detailed(frames())
    assert np.allclose(parts.sum(axis=2).T, colour, atol=1e-3)


def test_exchanging_the_partners_turns_the_likeness_round() -> None:
    one, other = evidence(-0.3, 0.4), evidence(0.4, -0.3)
    one.feed(frames()), other.feed(frames())
    assert one.likeness is not None and other.likeness is not None
    assert np.allclose(one.likeness, -other.likeness, atol=1e-5)
    assert np.abs(one.likeness).max() > 0


def test_where_places_tell_nothing_is_said_of_likeness() -> None:
    seats = [replace(profile(k), place=place(np.full(HIGH - LOW, 0.9 * np.exp(1j * k)))) for k in (-0.3, 0.4)]
    two = Evidence(background().voices, *seats, np.zeros(38, np.float32))
    two.feed(frames())
    assert two.likeness is None


def test_noise_that_a_room_has_yet_to_fill_up_with_is_noise_all_the_same() -> None:
    noise = 0.01 * np.random.default_rng(1).standard_normal((40 * BLOCK, 1)).astype(np.float32)
    noise[: RATE // 50] *= 0.001  # the first 20 ms: it has not arrived yet
    features = Features(1)
    told = [features.feed(at, noise[at : at + BLOCK], 0.0) for at in range(0, len(noise), BLOCK)]
    over = np.concatenate([f.db for f in told if f is not None])
    assert over[12:].max() < 6.0


def test_the_loud_level_follows_speech_and_not_the_companions_own_voice() -> None:
    speech, own = np.full(200, -30, np.float32), np.full(200, -5, np.float32)
    loudness = Loudness()
    assert abs(loudness.feed(speech, np.full(200, 20, np.float32))[-1]) < 15.5
    before = loudness.feed(speech[:1], np.full(1, 20, np.float32))
    loudness.feed(own, np.zeros(200, np.float32))
    after = loudness.feed(speech[:1], np.full(1, 20, np.float32))
    assert abs(float(after[0] - before[0])) < 1.5


@pytest.mark.parametrize("db", [-20.0, 15.0])
def test_the_loud_level_does_not_depend_on_the_recording_level(db: float) -> None:
    level, over = numbers(300) * 8 - 40, np.full(300, 10, np.float32)
    assert np.allclose(Loudness().feed(level, over), Loudness().feed(level + np.float32(db), over), atol=1e-3)


def test_exchanging_the_evidence_exchanges_the_answers(net: Net) -> None:
    common, each = numbers(30, COMMON), numbers(2, 30, EACH)
    told, swapped = Fusion(net).feed(common, each), Fusion(net).feed(common, np.ascontiguousarray(each[::-1]))
    assert np.allclose(told, swapped[:, ::-1], atol=1e-5)
    assert np.array_equal(told[:, 0, ANOTHER:], told[:, 1, ANOTHER:])


def test_cutting_the_evidence_changes_no_answer(net: Net) -> None:
    common, each = numbers(30, COMMON), numbers(2, 30, EACH)
    whole, cut = Fusion(net).feed(common, each), Fusion(net)
    pieces = np.concatenate([cut.feed(common[i : i + 2], each[:, i : i + 2]) for i in range(0, 30, 2)])
    assert np.allclose(whole, pieces, atol=1e-4)


def test_silence_is_nobodys(net: Net) -> None:
    common, each = np.zeros((100, COMMON), np.float32), np.zeros((2, 100, EACH), np.float32)
    common[:, 0], common[:, 7] = -2.0, -3.0
    assert Fusion(net).feed(common, each)[20:, :, SPEAKS].max() < 0.3


def test_answers_come_within_the_declared_look_ahead() -> None:
    known = background()
    for found, most in ((known.two_microphones, 0.25), (known.one_microphone, 0.35)):
        assert found is not None
        assert (LATE + found.lag * HOP) / RATE <= most


def test_all_weights_together_are_small() -> None:
    assert sum(f.stat().st_size for f in (ROOT / "models/hearing").glob("*.npz")) < 2_000_000
