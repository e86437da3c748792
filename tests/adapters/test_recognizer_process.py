"""The recogniser in a process of its own: the same words, and a listener that dies or hangs is replaced at once."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.adapters import recognizer_nursery, recognizer_process
from companion.adapters.recognizer_process import RecognizerProcess
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.hearing.heard import Word
from companion.hearing.ports import Recognizer
from companion.timeline import PLAYBACK_RATE, RATE, samples
from companion.trouble import Trouble

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "embedded-en"
PHRASES = ("stop", "hold on a moment", "i'm done")

Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def apart() -> Iterator[RecognizerProcess]:
    with RecognizerProcess(SHIPPED) as recognizer:
        yield recognizer


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    import soxr

    from companion.adapters.espeak_voice import EspeakVoice

    voice = EspeakVoice(VoiceSettings("en-us"), VoiceCache(tmp_path_factory.mktemp("voice")))
    (sound,) = voice.render_all(["Hold on a moment."], 1)
    quiet = (np.random.default_rng(0).standard_normal(samples(0.4)) * 2e-4).astype(np.float32)
    return np.concatenate([quiet, np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE, "HQ"), np.float32), quiet])


def hear(recognizer: Recognizer, sound: Sound, at: int = 0) -> tuple[Word, ...]:
    recognizer.begin(at)
    for k in range(0, len(sound), 512):
        recognizer.feed(sound[k : k + 512])
    return recognizer.end()


def text(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def test_it_hears_what_the_recogniser_hears_in_our_own_process(apart: RecognizerProcess, said: Sound) -> None:
    here = VoskRecognizer(SHIPPED)
    for recognizer in (here, apart):
        recognizer.listen_for(PHRASES, ("hold on",))
    assert hear(apart, said, 12345) == hear(here, said, 12345) != ()
    assert apart.vocabulary == here.vocabulary


def test_a_listener_killed_between_two_utterances_is_replaced_within_a_second(apart: RecognizerProcess, said: Sound) -> None:
    apart.listen_for(PHRASES)
    assert text(hear(apart, said)) == "hold on a moment"
    before = apart.replaced
    os.kill(apart.processes()[1], signal.SIGKILL)
    began = time.monotonic()
    assert text(hear(apart, said)) == "hold on a moment"
    assert time.monotonic() - began < 1.0 + 10 * len(said) / RATE  # a busy machine may take its time over the words themselves
    assert apart.replaced == before + 1


def test_one_killed_in_the_middle_hears_it_again_from_the_beginning(apart: RecognizerProcess, said: Sound) -> None:
    apart.listen_for(PHRASES)
    hear(apart, said)
    apart.begin(7)
    half = len(said) // 2
    apart.feed(said[:half])
    os.kill(apart.processes()[1], signal.SIGKILL)
    apart.feed(said[half:])
    found = apart.end()
    assert text(found) == "hold on a moment"
    assert abs(found[0].start - 7 - samples(0.4)) < samples(0.2)


def test_one_that_hangs_is_replaced(apart: RecognizerProcess, said: Sound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognizer_process, "FRESH_AFTER", 0)
    apart.listen_for(PHRASES)
    monkeypatch.setattr(recognizer_nursery, "ANSWER_WAIT", 3.0)
    hear(apart, said)
    apart.begin(0)
    apart.feed(said)
    hung = apart.processes()[1]
    os.kill(hung, signal.SIGSTOP)
    assert text(apart.end()) == "hold on a moment"
    assert apart.processes()[1] != hung


def test_when_both_processes_are_killed_new_ones_are_started(apart: RecognizerProcess, said: Sound) -> None:
    apart.listen_for(PHRASES)
    hear(apart, said)
    for process in apart.processes():
        os.kill(process, signal.SIGKILL)
    assert text(hear(apart, said)) == "hold on a moment"


def test_a_listener_that_has_heard_enough_makes_room_for_a_fresh_one(
    apart: RecognizerProcess, said: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognizer_process, "FRESH_AFTER", len(said) + 1)
    apart.listen_for(PHRASES)
    seen = set()
    for _ in range(6):
        assert text(hear(apart, said)) == "hold on a moment"
        seen.add(apart.processes()[1])
    assert len(seen) == 3


def test_nothing_is_listened_for_without_phrases(apart: RecognizerProcess, said: Sound) -> None:
    apart.listen_for(())
    assert hear(apart, said) == ()


def test_a_phrase_it_cannot_hear_is_refused_here(apart: RecognizerProcess) -> None:
    with pytest.raises(Trouble, match="cannot hear 'pamplemousse'"):
        apart.listen_for(("pamplemousse",))


def test_the_processes_go_when_they_are_let_go(said: Sound) -> None:
    with RecognizerProcess(SHIPPED) as recognizer:
        recognizer.listen_for(PHRASES)
        hear(recognizer, said)
        nursery, listener = recognizer.processes()
    assert not Path(f"/proc/{nursery}").exists()
    for _ in range(200):
        if not Path(f"/proc/{listener}").exists():
            break
        os.sched_yield()
    state = Path(f"/proc/{listener}/stat")
    assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] in "ZX"


def test_a_damaged_model_is_one_sentence_and_no_process_stays(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "broken")
    raw = (tmp_path / "broken/graph/HCLr.fst").read_bytes()
    (tmp_path / "broken/graph/HCLr.fst").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(Trouble, match="is damaged"):
        RecognizerProcess(tmp_path / "broken")


def test_it_tells_the_words_so_far_as_the_recogniser_here_does(apart: RecognizerProcess, said: Sound) -> None:
    here = VoskRecognizer(SHIPPED)
    told = []
    for recognizer in (here, apart):
        recognizer.listen_for(PHRASES)
        recognizer.begin(0)
        recognizer.feed(said[: samples(1.0)])
        told.append(recognizer.so_far())
        recognizer.end()
    assert told[0] == told[1] != ()
    assert apart.so_far() == ()


def test_a_model_of_few_words_hears_no_talk(apart: RecognizerProcess) -> None:
    assert apart.freely() is None
    assert VoskRecognizer(SHIPPED).freely() is None
