"""`companion enroll --words`: what each partner says ten commands like, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.evening import house, models, word_enrolment
from companion.evening.word_enrolment import MOST, Try
from companion.hearing.heard import Word
from companion.hearing.words import judge
from companion.partner import Pair, Partner
from companion.timeline import PLAYBACK_RATE, RATE
from tests.cli.conftest import Ask

ALEX, SAM = Partner("Alex"), Partner("Sam")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a partner, one recording a command; Sam says "top" where "stop" was asked."""
    place = tmp_path_factory.mktemp("spoken")
    ten = word_enrolment.ten(house.library("en"))
    assert len(ten) == 10
    for who, voice in (("Alex", "en-us"), ("Sam", "en-us+f3")):
        speaker = EspeakVoice(VoiceSettings(voice), VoiceCache(place / "cache"))
        words = ["top" if (who, phrase) == ("Sam", "stop") else phrase for phrase in ten]
        for phrase, sound in zip(ten, speaker.render_all([f"{word}." for word in words], 1), strict=True):
            (place / who).mkdir(exist_ok=True)
            sf.write(place / who / f"{phrase.replace(' ', '-')}.wav", sound, PLAYBACK_RATE)
    return place


def enrol(ask: Ask, spoken: Path, *more: str) -> tuple[int, dict[str, object], str]:
    said = ask("enroll", "--words", "--from", f"Alex={spoken}/Alex", "--from", f"Sam={spoken}/Sam", "--json", *more)
    return said.status, json.loads(said.out or "{}"), said.err


def test_a_word_that_sounds_like_another_is_named_with_what_to_say_instead(ask: Ask, spoken: Path) -> None:
    said = ask("enroll", "--words", "--from", f"Sam={spoken}/Sam")
    assert said.status == 0
    assert "Sam: 9 of 10 understood" in said.out
    assert "your “stop” sounds like “top” to me; say “" in said.out
    assert "Nothing is kept" in said.out


def test_each_partner_is_told_apart(ask: Ask, spoken: Path) -> None:
    status, found, _ = enrol(ask, spoken)
    assert status == 0
    tries = found["words"]
    assert isinstance(tries, list)
    assert len(tries) == 20
    assert [(one["partner"], one["phrase"]) for one in tries if not one["understood"]] == [("Sam", "stop")]
    assert found["kept"] is None


def test_it_is_kept_only_with_both_yeses(ask: Ask, spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # forget empties it
    kept = tmp_path / "data" / "companion" / "voices" / "words.yaml"
    status, found, _ = enrol(ask, spoken, "--keep", "--agree", "Alex")
    assert (status, found["kept"]) == (0, None)  # Sam can't be asked here
    assert not kept.exists()
    status, found, _ = enrol(ask, spoken, "--keep", "--agree", "Alex", "--agree", "Sam")
    assert (status, found["kept"]) == (0, str(kept))
    assert kept.exists()
    assert ask("forget").status == 0
    assert not kept.exists()


def test_one_partner_alone_cannot_have_it_kept(ask: Ask, spoken: Path) -> None:
    said = ask("enroll", "--words", "--from", f"Sam={spoken}/Sam", "--keep", "--agree", "Sam", "--agree", "Alex")
    assert said.status == 2
    assert "both of you are needed" in said.err


def test_a_recording_that_is_no_command_is_named(ask: Ask, spoken: Path, tmp_path: Path) -> None:
    sf.write(tmp_path / "banana.wav", [0.0] * 16_000, 16_000)
    said = ask("enroll", "--words", "--from", f"Alex={tmp_path}/banana.wav")
    assert said.status == 2
    assert "banana.wav is named after no command" in said.err
    (tmp_path / "empty").mkdir()
    assert "holds no recordings" in ask("enroll", "--words", "--from", f"Alex={tmp_path}/empty").err


# --- thresholds

LIBRARY = house.library("en")


def test_a_command_understood_with_little_confidence_is_allowed_what_it_lacks() -> None:
    one = Try(ALEX, "skip this", "skip this", 0.6, True, 0.15)
    found = word_enrolment.allowances([one], LIBRARY)
    assert found == {ALEX: {"skip this": 0.15}}
    words = (Word("skip", 0, 1, 0.6), Word("this", 1, 2, 0.9))
    phrases = frozenset({"skip this"})
    assert judge(words, phrases, found[ALEX]) == ("skip this", pytest.approx(0.75))
    assert judge(words, phrases) == ("skip this", 0.6)


def test_a_command_that_anothers_words_are_taken_for_needs_more_from_that_partner() -> None:
    mixed_up = Try(SAM, "slower", "skip this", 0.8, False)
    found = word_enrolment.allowances([mixed_up], LIBRARY)
    assert found[SAM]["skip this"] == pytest.approx(-0.15)


def test_nothing_makes_stop_or_time_out_harder() -> None:
    for heard in ("stop", "time out"):
        assert word_enrolment.allowances([Try(SAM, "swap", heard, 1.0, False)], LIBRARY) == {SAM: {}}


def test_words_far_below_the_bar_are_no_phrase_with_any_allowance() -> None:
    assert judge((Word("stop", 0, 1, 0.2),), frozenset({"stop"}), {"stop": MOST})[0] is None
    assert judge((Word("stop", 0, 1, 0.9),), frozenset({"stop"}), {"stop": -MOST})[0] == "stop"


def test_at_the_table_only_the_one_who_speaks_has_their_allowance(spoken: Path) -> None:
    from companion.adapters.wav_files import Recording
    from companion.effects import ListenFor, Mode
    from companion.hearing.words import Words
    from companion.timeline import BLOCK

    def heard(speaker: Partner, sure: float = 0.95) -> float:
        words = Words(house.recognizer(), {SAM: {"skip this": -0.2}}, lambda span: (speaker, sure))
        words.listen_for(ListenFor(Mode.CMD, ("skip this", "stop"), ()))
        quiet = np.zeros(RATE, np.float32)
        sound = np.concatenate([quiet, Recording(spoken / "Alex" / "skip-this.wav").whole()[:, 0], quiet])
        blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
        loud = [float(np.abs(block).max() > 0.01) for block in blocks]
        found = [words.feed(k * BLOCK, block, loud[k]) for k, block in enumerate(blocks)]
        (one,) = [utterance for utterance in found if utterance is not None]
        assert one.phrase == "skip this"
        return one.confidence

    assert heard(ALEX) > 0.9
    assert heard(SAM) == pytest.approx(heard(ALEX) - 0.2)
    assert heard(SAM, sure=0.6) == heard(ALEX)


# --- kept


@pytest.fixture
def model() -> Path:
    folder = models.in_force()
    assert folder is not None
    return folder


def test_what_is_kept_comes_back_for_the_same_two_and_the_same_model(model: Path, tmp_path: Path) -> None:
    word_enrolment.keep({ALEX: {"stop": 0.1}, SAM: {}}, model)
    assert word_enrolment.kept(Pair(ALEX, SAM), model) == {ALEX: {"stop": 0.1}, SAM: {}}
    assert word_enrolment.kept(Pair(Partner("Kim"), Partner("Lee")), model) == {}
    other = tmp_path / "other" / "am"
    other.mkdir(parents=True)
    (other / "final.mdl").write_bytes(b"another network")
    assert word_enrolment.kept(Pair(ALEX, SAM), other.parent) == {}


@pytest.mark.parametrize("text", ["", "[", "model: x", "partners: 3", "model: {}\npartners: {Alex: [1]}"])
def test_a_damaged_file_is_as_if_nothing_were_kept(model: Path, tmp_path: Path, text: str) -> None:
    file = word_enrolment.keep({ALEX: {"stop": 0.1}}, model)
    file.write_text(text)
    assert word_enrolment.kept(Pair(ALEX, SAM), model) == {}


def test_a_file_that_was_meddled_with_gives_no_more_than_the_most(model: Path) -> None:
    word_enrolment.keep({ALEX: {"stop": 5.0}}, model)
    assert word_enrolment.kept(Pair(ALEX, SAM), model) == {ALEX: {"stop": MOST}}
