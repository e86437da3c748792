"""Spanish on the English network: spelling, sounds, and what the shipped model understands of made voices."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vosk
from numpy.typing import NDArray
from ruamel.yaml import YAML

from scripts.train_model import graphs, manifest, mapped, places, spanish
from scripts.train_model.phones import PHONES
from scripts.train_model.recognizers import padded
from scripts.train_model.voices import Espeak

MODEL = mapped.folder_of("es")
COMMANDS = ["basta", "un descanso", "un momento", "he terminado", "sí", "no", "saltar esto", "seguimos", "dame una pista"]
ENGLISH_TALK = ["the weather in the mountains was terrible", "my sister bought seven chickens", "kitchen furniture"]
SPANISH_TALK = ["compré demasiados tomates en el mercado", "mi hermana toca el piano por las tardes"]


@cache
def model() -> Any:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(MODEL))


@cache
def voice() -> Espeak:
    return Espeak()


def heard(pcm: NDArray[np.int16]) -> dict[str, Any]:
    recognizer = vosk.KaldiRecognizer(model(), 16_000, json.dumps([*COMMANDS, graphs.UNKNOWN], ensure_ascii=False))
    recognizer.SetWords(True)
    recognizer.AcceptWaveform(padded(pcm, 16_000, np.random.default_rng(1)).tobytes())
    result: dict[str, Any] = json.loads(recognizer.FinalResult())
    return result


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("basta", "b a' s t a"),
        ("siguiente", "s i G j e' n t e"),
        ("qué", "k e'"),
        ("guía", "g i' a"),
        ("vergüenza", "b e r G w e' n T a"),
        ("rápido", "rr a' p i D o"),
        ("perro", "p e' rr o"),
        ("noche", "n o' tS e"),
        ("llamar", "jj a m a' r"),
        ("ajá", "a x a'"),
        ("daño", "d a' ny o"),
        ("cinco", "T i' n k o"),
        ("hoy", "o'j"),
        ("pausa", "p a'w s a"),
        ("seis", "s e'j s"),
        ("oído", "o i' D o"),
        ("y", "i'"),
        ("ciudad", "T j u D a' D"),
        ("exacto", "e k s a' k t o"),
    ],
)
def test_spelling_says_how_a_word_sounds(word: str, sounds: str) -> None:
    assert " ".join(spanish.sounds(word)) == sounds


def test_a_word_that_cannot_be_said_is_told() -> None:
    with pytest.raises(spanish.Unspeakable, match="HUMS"):
        spanish.pronunciations("hm")
    with pytest.raises(spanish.Unspeakable, match="Spanish has not"):
        spanish.pronunciations("naïve")


def test_every_sound_has_english_phones() -> None:
    assert set(spanish.AS_ENGLISH) == set(spanish.SOUNDS)
    assert {phone for choice in spanish.AS_ENGLISH.values() for one in choice for phone in one.split()} <= set(PHONES)


def test_the_likeliest_pronunciation_comes_first_and_there_are_not_too_many() -> None:
    ways = spanish.pronunciations("aterrizaje")
    assert ways[0] == ["AE", "T", "IH", "R", "IY", "S", "AE", "K", "IH"]
    assert len(ways) <= spanish.MOST and len({tuple(way) for way in ways}) == len(ways)


def test_every_word_of_the_spanish_content_can_be_heard() -> None:
    unknown = set(mapped.words_of("es")) - graphs.model_words(MODEL)
    assert not unknown, f"python -m scripts.train_model graphs, for {sorted(unknown)}"


def test_the_network_is_the_english_one_byte_by_byte() -> None:
    for part in ("am/final.mdl", "am/global_cmvn.stats", "conf/mfcc.conf", "conf/model.conf"):
        assert (MODEL / part).read_bytes() == (places.MODEL / part).read_bytes(), part


def test_every_file_is_the_one_in_the_manifest_and_the_whole_stays_small() -> None:
    entry = YAML(typ="safe").load(manifest.MANIFEST.read_text(encoding="utf8"))["models"]["embedded-es"]
    assert set(manifest.fingerprints(MODEL)) == set(entry["files"])
    for name, listed in entry["files"].items():
        data = (MODEL / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (listed["bytes"], listed["sha256"]), name
    assert entry["bytes"] <= 4_000_000


def test_rebuilding_the_graphs_gives_the_shipped_ones(tmp_path: Path) -> None:
    graphs.write_graphs(tmp_path, {word: spanish.pronunciations(word) for word in sorted(graphs.model_words(MODEL))})
    for name in ("HCLr.fst", "Gr.fst", "words.txt"):
        assert (tmp_path / "graph" / name).read_bytes() == (MODEL / "graph" / name).read_bytes(), name


@pytest.mark.parametrize("speaker", ["es", "es-419+f2", "es+m4"])
@pytest.mark.parametrize("phrase", COMMANDS)
def test_a_command_is_understood_between_unknown_words(phrase: str, speaker: str) -> None:
    result = heard(voice().say(phrase, speaker, 150))
    assert result["text"] == phrase
    assert min(word["conf"] for word in result["result"]) >= 0.7


@pytest.mark.parametrize(
    ("talk", "speaker"), [(text, "en-us") for text in ENGLISH_TALK] + [(text, "es") for text in SPANISH_TALK]
)
def test_talk_is_not_taken_for_a_command(talk: str, speaker: str) -> None:
    assert heard(voice().say(talk, speaker, 160))["text"] not in COMMANDS
