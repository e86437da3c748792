"""Whether there can be hints tonight: it depends on the speech model, the language and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.effects import ListenFor, Mode
from companion.evening import house, models
from companion.hearing.hearing import Hearing
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, PLAYBACK_RATE, RATE, samples
from tests.adapters.talk_model import SHIPPED, talk_model

ALEX, SAM = Partner("Alex"), Partner("Sam")
PAIR = Pair(ALEX, SAM)
Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> VoskRecognizer:
    return VoskRecognizer(talk_model(tmp_path_factory.mktemp("model")), tried=True)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    voice = EspeakVoice(VoiceSettings("en-us"), VoiceCache(tmp_path_factory.mktemp("voice")))
    (sound,) = voice.render_all(["The garden was green after the rain."], 1)
    quiet = (np.random.default_rng(0).standard_normal(samples(1.5)) * 2e-4).astype(np.float32)
    whole = np.concatenate([quiet, np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE, "HQ"), np.float32), quiet])
    return whole[: len(whole) // BLOCK * BLOCK]


def test_the_model_that_comes_along_gives_no_hints_and_one_of_talk_does(big: VoskRecognizer) -> None:
    library = house.library("en")
    assert not models.good_enough(models.looked_at(SHIPPED), models.Feature.HINTS)
    assert house.hints(library, PAIR, VoskRecognizer(SHIPPED)) is None
    assert house.hints(library, PAIR, big) is not None
    assert house.hints(library, PAIR, None) is None


def test_a_language_without_a_list_of_words_that_may_be_given_has_no_hints(big: VoskRecognizer) -> None:
    library = house.library("en")
    lists = {name: words for name, words in library.word_lists.items() if name != "hints"}
    assert house.hints(library.model_copy(update={"word_lists": lists}), PAIR, big) is None


@pytest.mark.parametrize(("holder", "theirs"), [(ALEX, True), (SAM, False)])
def test_a_whole_ear_hears_the_words_of_the_one_whose_turn_it_is(
    big: VoskRecognizer, said: Sound, monkeypatch: pytest.MonkeyPatch, holder: Partner, theirs: bool
) -> None:
    monkeypatch.setattr(Hearing, "attribution", lambda self, span: (ALEX, 0.97))
    assert ("garden" in heard(big, said, ListenFor(Mode.WORDS, ("stop",), holder=holder))) is theirs


def test_in_a_step_without_words_the_whole_ear_makes_no_recogniser_of_talk(
    big: VoskRecognizer, said: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(VoskRecognizer, "freely", lambda self: made.append("an ear"))
    for mode in Mode:
        if mode is not Mode.WORDS:
            assert heard(big, said, ListenFor(mode, ("stop",))) == []
    assert made == []


def heard(recognizer: VoskRecognizer, sound: Sound, what: ListenFor) -> list[str]:
    ears = house.ears(PAIR, 1, recognizer)
    ears.listen_for(what)
    words: list[str] = []
    for at in range(0, len(sound), BLOCK):
        words += [word.text for word in ears.feed(at, sound[at : at + BLOCK, None]).words]
    return words
