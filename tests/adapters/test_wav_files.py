"""Recordings: whatever people have, or one sentence about why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from companion.adapters.wav_files import Recording, WavWriter
from companion.timeline import BLOCK, RATE
from companion.trouble import Trouble


def tone(rate: int, seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    t = np.arange(round(rate * seconds)) / rate
    return np.repeat((0.3 * np.sin(2 * np.pi * 440 * t))[:, None], channels, axis=1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_every_common_rate_becomes_the_same_tone_at_16_khz(tmp_path: Path, rate: int) -> None:
    sf.write(tmp_path / "tone.wav", tone(rate), rate)
    sound = Recording(tmp_path / "tone.wav").whole()
    assert abs(len(sound) - RATE) <= 2
    expected = tone(RATE)[: len(sound)]
    middle = slice(2000, 14_000)
    assert np.abs(sound[middle] - expected[middle]).max() < 0.02


@pytest.mark.parametrize(
    ("subtype", "name"), [("PCM_U8", "a.wav"), ("PCM_16", "a.wav"), ("PCM_24", "a.flac"), ("FLOAT", "a.wav"), ("DOUBLE", "a.wav")]
)
def test_every_common_form_is_read(tmp_path: Path, subtype: str, name: str) -> None:
    sf.write(tmp_path / name, tone(RATE), RATE, subtype)
    assert np.abs(Recording(tmp_path / name).whole() - tone(RATE)).max() < 0.02


def test_of_seven_channels_the_first_two_are_heard(tmp_path: Path) -> None:
    sound = tone(RATE, channels=7) * np.arange(1, 8) / 7
    sf.write(tmp_path / "seven.wav", sound, RATE, "FLOAT")
    heard = Recording(tmp_path / "seven.wav").whole()
    assert heard.shape == (RATE, 2)
    assert np.allclose(heard, sound[:, :2], atol=1e-6)


def test_what_is_not_a_number_is_silence(tmp_path: Path) -> None:
    sound = tone(RATE).astype(np.float32)
    sound[100:200] = np.nan
    sound[300] = np.inf
    sf.write(tmp_path / "nan.wav", sound, RATE, "FLOAT")
    heard = Recording(tmp_path / "nan.wav").whole()
    assert np.isfinite(heard).all()
    assert not heard[100:200].any()


def test_blocks_hold_everything_and_the_last_is_filled_with_silence(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", tone(RATE, 1.01), RATE, "FLOAT")
    blocks = list(Recording(tmp_path / "a.wav").blocks())
    assert {len(block) for block in blocks} == {BLOCK}
    joined = np.concatenate(blocks)
    assert np.allclose(joined[: round(1.01 * RATE)], tone(RATE, 1.01), atol=1e-6)
    assert not joined[round(1.01 * RATE) :].any()


def test_a_truncated_wav_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", tone(RATE, 2.0), RATE)
    raw = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(raw[: len(raw) // 2 + 1])
    assert 0.9 * RATE < len(Recording(tmp_path / "a.wav").whole()) < 1.1 * RATE


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [(b"", "no sound file"), (b"RIFF", "no sound file"), (b"hello, this is text\n" * 50, "no sound file")],
)
def test_what_is_no_recording_is_one_sentence(tmp_path: Path, raw: bytes, sentence: str) -> None:
    (tmp_path / "a.wav").write_bytes(raw)
    with pytest.raises(Trouble, match=sentence):
        Recording(tmp_path / "a.wav")


def test_a_recording_without_sound_is_one_sentence(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", np.zeros((0, 1)), RATE)
    with pytest.raises(Trouble, match="holds no sound"):
        Recording(tmp_path / "a.wav")


def test_a_missing_recording_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="no file"):
        Recording(tmp_path / "nowhere.wav")


def test_a_wav_stands_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "room.wav", 2)
    writer.write(np.zeros((RATE, 2), np.float32))
    assert not (tmp_path / "room.wav").exists()
    writer.close()
    assert sf.info(tmp_path / "room.wav").frames == RATE
