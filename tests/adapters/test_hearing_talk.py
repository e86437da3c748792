"""Hearing any word beside the phrases: on the same model, for as long as it is wanted, and gone without a trace."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from talk_model import SHIPPED, talk_model

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.recognizer_process import RecognizerProcess
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.hearing.heard import Word
from companion.hearing.telling import FreeRecognizer
from companion.timeline import PLAYBACK_RATE, RATE, samples

Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talk_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def here(folder: Path) -> VoskRecognizer:
    return VoskRecognizer(folder, tried=True)


@pytest.fixture(scope="module")
def apart(folder: Path) -> Iterator[RecognizerProcess]:
    with RecognizerProcess(folder) as recognizer:
        yield recognizer


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    voice = EspeakVoice(VoiceSettings("en-us"), VoiceCache(tmp_path_factory.mktemp("voice")))
    (sound,) = voice.render_all(["The garden was green after the rain."], 1)
    quiet = (np.random.default_rng(0).standard_normal(samples(0.4)) * 2e-4).astype(np.float32)
    return np.concatenate([quiet, np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE, "HQ"), np.float32), quiet])


def hear(ear: FreeRecognizer, sound: Sound, at: int = 0) -> tuple[Word, ...]:
    ear.begin(at)
    for k in range(0, len(sound), 512):
        ear.feed(sound[k : k + 512])
    return ear.end()


def free(recognizer: VoskRecognizer | RecognizerProcess) -> VoskRecognizer | RecognizerProcess:
    made = recognizer.freely()
    assert made is not None
    return made


def test_the_model_that_comes_along_hears_no_talk_and_one_of_many_words_does(here: VoskRecognizer) -> None:
    assert not VoskRecognizer(SHIPPED).hears_talk
    assert here.hears_talk


def test_words_of_talk_have_times_and_confidences(here: VoskRecognizer, said: Sound) -> None:
    words = hear(free(here), said, 16_000)
    assert "garden" in [word.text for word in words]
    assert all(16_000 <= word.start < word.end <= 16_000 + len(said) and 0 < word.confidence <= 1 for word in words)


def test_apart_it_hears_the_same(here: VoskRecognizer, apart: RecognizerProcess, said: Sound) -> None:
    assert hear(free(apart), said) == hear(free(here), said)


def test_it_shares_the_model_and_leaves_nothing_when_closed(apart: RecognizerProcess, said: Sound) -> None:
    ear = free(apart)
    assert isinstance(ear, RecognizerProcess)
    hear(ear, said)
    nursery, listener = ear.processes()
    assert nursery == apart.processes()[0]
    handle = os.pidfd_open(listener)
    ear.close()
    os.set_blocking(handle, False)
    assert ear.processes() == (nursery,)
    with pytest.raises(ProcessLookupError):
        for _ in range(10_000):  # it has been killed; the system may take a moment over it
            signal.pidfd_send_signal(handle, 0)
            os.sched_yield()
    os.close(handle)


def test_phrases_are_heard_beside_it_and_after_it(apart: RecognizerProcess, said: Sound) -> None:
    apart.listen_for(("the garden was green after the rain",))
    ear = free(apart)
    ear.begin(0)
    ear.feed(said[: len(said) // 2])
    assert " ".join(word.text for word in hear(apart, said)) == "the garden was green after the rain"
    ear.close()
    assert " ".join(word.text for word in hear(apart, said)) == "the garden was green after the rain"


def test_one_that_is_killed_hears_the_stretch_again(apart: RecognizerProcess, said: Sound) -> None:
    whole = hear(free(apart), said)
    ear = free(apart)
    assert isinstance(ear, RecognizerProcess)
    ear.begin(0)
    ear.feed(said[: len(said) // 2])
    os.kill(ear.processes()[1], signal.SIGKILL)
    ear.feed(said[len(said) // 2 :])
    assert [word.text for word in ear.end()] == [word.text for word in whole]
    ear.close()
