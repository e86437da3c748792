from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from companion.adapters.voice_check import checked
from companion.adapters.voice_settings import VoiceError

TEXT = "Good evening, you two."


def wav(samples: np.ndarray, channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(22050)
        sound.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def speech(seconds: float = 1.6, strength: float = 3000) -> np.ndarray:
    return np.random.default_rng(0).normal(0, strength, round(22050 * seconds)).clip(-32000, 32000)


def test_a_good_wav_passes_and_gives_its_samples() -> None:
    samples, rate = checked(wav(speech()), TEXT, 140)
    assert rate == 22050 and samples.dtype == np.int16 and samples.size == round(22050 * 1.6)


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (b"", "no usable sound"),
        (b"RIFF", "no usable sound"),
        (wav(speech())[:44], "cut short"),
        (wav(speech())[:-2000], "cut short"),
        (wav(np.zeros(0)), "empty"),
        (wav(speech(), channels=2), "not 16-bit mono"),
        (wav(speech(), width=1), "not 16-bit mono"),
        (wav(speech(0.4)), "0.40 s to say"),
        (wav(speech(9.0)), "9.00 s to say"),
        (wav(np.zeros(35000)), "0.00 s to say"),
        (wav(speech(strength=300)), "too softly"),
        (wav(speech().clip(-1, 1) * 32767), "clipped"),
    ],
)
def test_every_way_an_engine_fails_is_caught(sound: bytes, why: str) -> None:
    with pytest.raises(VoiceError, match=why):
        checked(sound, TEXT, 140)


def test_silence_after_the_words_does_not_count_as_speech() -> None:
    with pytest.raises(VoiceError, match=r"0\.40 s to say"):
        checked(wav(np.concatenate([speech(0.4), np.zeros(30000)])), TEXT, 140)


def test_a_faster_rate_expects_a_shorter_sound() -> None:
    checked(wav(speech(0.75)), TEXT, 260)
    with pytest.raises(VoiceError, match="to say"):
        checked(wav(speech(0.75)), TEXT, 100)


def test_softness_is_judged_at_the_engines_full_volume() -> None:
    with pytest.raises(VoiceError, match="too softly"):
        checked(wav(speech(strength=400)), TEXT, 140, volume=1.0)
    checked(wav(speech(strength=400)), TEXT, 140, volume=0.5)
