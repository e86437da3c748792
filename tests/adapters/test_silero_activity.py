"""The numpy port of Silero against figures of the published network, on a signal anyone can make again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.adapters.silero_activity import SileroActivity
from companion.timeline import BLOCK
from companion.trouble import Trouble

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "silero" / "silero_16k.npz"


VOWELS = np.array([(700, 1150, 2500), (300, 2200, 2900), (450, 900, 2400), (520, 1700, 2500)])


def buzz(blocks: int) -> np.ndarray:
    """Syllables of four vowels in turn over a little noise, with rests; from plain formulas only."""
    n = np.arange(blocks * BLOCK)
    t = n / 16_000
    f0 = 115 * (1 + 0.12 * np.sin(2 * np.pi * 0.8 * t) + 0.04 * np.sin(2 * np.pi * 4.5 * t))
    phase = 2 * np.pi * np.cumsum(f0) / 16_000
    formants = VOWELS[(t * 4.7).astype(int) % 4].T
    voice = np.zeros(len(n))
    for k in range(1, 40):
        gain = sum(1 / (1 + ((k * f0 - f) / (60 + 0.04 * f)) ** 2) for f in formants)
        voice += gain / np.sqrt(k) * np.sin(k * phase)
    voice *= np.abs(np.sin(np.pi * 4.7 * t)) ** 0.6 * (np.sin(2 * np.pi * 0.6 * t) > -0.5)
    noise = (n * 2_654_435_761) % 4_294_967_296 / 4_294_967_296 - 0.5
    return (0.06 * voice + 0.004 * noise).astype(np.float32).reshape(blocks, BLOCK)


REFERENCE = [
    0.065289,
    0.992973,
    0.926815,
    0.608791,
    0.393855,
    0.023743,
    0.709778,
    0.521562,
    0.903770,
    0.874836,
    0.473098,
    0.026246,
    0.009084,
    0.368174,
    0.305578,
    0.839369,
]
"""From silero_vad.onnx of silero-vad 6.2.3, run by onnxruntime: blocks 0, 8, 16, ... of `buzz(128)`."""


def test_it_says_what_the_published_network_says() -> None:
    model = SileroActivity(WEIGHTS)
    got = [model.feed(b) for b in buzz(128)][::8]
    assert max(REFERENCE) > 0.5 > min(REFERENCE)
    np.testing.assert_allclose(got, REFERENCE, atol=1e-5)


def test_after_a_reset_it_says_the_same_again() -> None:
    model = SileroActivity(WEIGHTS)
    first = [model.feed(b) for b in buzz(40)]
    model.reset()
    assert [model.feed(b) for b in buzz(40)] == first


def test_a_block_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="want 512 samples"):
        SileroActivity(WEIGHTS).feed(np.zeros(511, np.float32))


def test_missing_weights_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read"):
        SileroActivity(tmp_path / "none.npz")


def test_other_weights_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "silero_16k.npz"
    other.write_bytes(WEIGHTS.read_bytes() + b"x")
    with pytest.raises(Trouble, match="not the one"):
        SileroActivity(other)
