"""The model that ships: whole, able to spell everything the evening needs, and heard through real libvosk."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import vosk
from numpy.typing import NDArray
from ruamel.yaml import YAML

from scripts.train_model import graphs, lexicon, manifest, places
from scripts.train_model.recognizers import Vosk, padded
from scripts.train_model.voices import Espeak

COMMANDS = ["stop", "time out", "hold on a moment", "i'm done", "yes", "no", "skip this", "resume", "hint"]
TALK = ["the weather in the mountains was terrible", "my sister bought seven chickens", "kitchen furniture"]


@cache
def engine() -> Vosk:
    return Vosk(places.MODEL, unknown=True)


@cache
def voice() -> Espeak:
    return Espeak()


def heard(pcm: NDArray[np.int16], phrases: list[str] = COMMANDS) -> dict[str, Any]:
    recognizer = engine().recognizer(phrases)
    recognizer.AcceptWaveform(padded(pcm, 16_000, np.random.default_rng(1)).tobytes())
    result: dict[str, Any] = json.loads(recognizer.FinalResult())
    return result


def entry() -> dict[str, Any]:
    known = YAML(typ="safe").load(manifest.MANIFEST.read_text(encoding="utf8"))
    found: dict[str, Any] = known["models"]["embedded-en"]
    return found


def test_every_file_of_the_model_is_the_one_in_the_manifest() -> None:
    for name, listed in entry()["files"].items():
        data = (places.MODEL / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (listed["bytes"], listed["sha256"]), name


def test_the_manifest_leaves_no_file_out() -> None:
    assert set(manifest.fingerprints(places.MODEL)) == set(entry()["files"])


def test_the_model_stays_small_enough_for_a_repository() -> None:
    assert entry()["bytes"] <= 6_000_000


def test_every_command_and_answer_of_the_content_can_be_spelt() -> None:
    unknown = lexicon.content_words() - graphs.model_words()
    assert not unknown, f"python -m scripts.train_model graphs, for {sorted(unknown)}"


def test_every_phrase_that_training_knows_can_be_spelt() -> None:
    assert lexicon.needed_words() <= graphs.model_words()


def test_plain_words_of_danger_and_the_name_can_be_spelt() -> None:
    for phrase in ("i don't feel safe", "call nine one one", "i can't breathe", "companion", "microphone off"):
        assert set(phrase.split()) <= graphs.model_words()


def test_libvosk_knows_the_words_in_the_word_list() -> None:
    model = vosk.Model(str(places.MODEL))
    assert all(model.vosk_model_find_word(word) > 0 for word in random.Random(1).sample(sorted(graphs.model_words()), 200))


def _said() -> Iterator[tuple[str, str]]:
    for phrase in COMMANDS:
        for speaker in ("en-us", "en", "en-us+m3", "en-us+f3"):
            yield phrase, speaker


@pytest.mark.parametrize(("phrase", "speaker"), list(_said()))
def test_a_command_is_understood_between_unknown_words(phrase: str, speaker: str) -> None:
    result = heard(voice().say(phrase, speaker, 150))
    assert result["text"] == phrase
    assert min(word["conf"] for word in result["result"]) >= 0.7


@pytest.mark.parametrize("talk", TALK)
def test_talk_is_not_taken_for_a_command(talk: str) -> None:
    assert heard(voice().say(talk, "en-us", 160))["text"] not in COMMANDS


def test_a_command_is_placed_where_it_was_said() -> None:
    quiet = np.zeros(16_000, np.int16)
    (word,) = heard(np.concatenate([quiet, voice().say("stop", "en-us", 150)]))["result"]
    assert 1.1 <= word["start"] < word["end"] <= 2.2  # a second of silence, and 0.3 s that `padded` puts before


def test_rebuilding_the_graphs_gives_the_shipped_ones(tmp_path: Any) -> None:
    if importlib.util.find_spec("pocketsphinx") is None:
        pytest.skip("the CMU dictionary comes with pocketsphinx, which is not installed")
    graphs.write_graphs(tmp_path, lexicon.spelt(graphs.model_words()))
    for name in ("HCLr.fst", "Gr.fst", "words.txt"):
        assert (tmp_path / "graph" / name).read_bytes() == (places.MODEL / "graph" / name).read_bytes(), name
