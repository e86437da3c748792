"""Rehearsed people in every language: what they say to the companion is what its content understands."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import companion.simulation
from companion.exercises.answers import answers_of, interpret_yes_partly_no
from companion.exercises.commands import folded
from companion.exercises.content import Library
from companion.exercises.loader import load_library
from companion.partner import Pair, Partner
from companion.simulation.sayings import bank, spoken_here
from companion.simulation.scenario import Guest, read_scenario
from companion.simulation.script import _option

LANGUAGES = ("en", "es")
PAIR = Pair(Partner("Alex"), Partner("Sam"))


@cache
def library_of(language: str) -> Library:
    return load_library(language=language)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_know_the_words_of_every_command_they_use(language: str) -> None:
    library = library_of(language)
    for name, phrases in bank(language).to_companion.commands.items():
        for phrase in phrases:
            assert folded(phrase) in library.commands[name].phrases, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_answer_in_words_that_mean_it(language: str) -> None:
    answers, said = answers_of(library_of(language)), bank(language)
    for kind, texts in (("yes", (*said.yes, *said.close)), ("partly", said.partly), ("no", said.no)):
        assert {text: interpret_yes_partly_no(text, answers) for text in texts} == dict.fromkeys(texts, kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_they_tell_is_a_command(language: str) -> None:
    library, said = library_of(language), bank(language)
    commands = {phrase for command in library.commands.values() for phrase in command.phrases}
    told = [text for topic in said.topics.values() for text in (*topic.story, *topic.back)]
    told += [*said.day, *said.arriving, *said.thanks, *said.taking, *said.coming_in, *said.together, *said.adding, *said.visiting]
    assert [text for text in told if folded(text) in commands] == []


def test_people_of_another_language_take_its_voices_and_keep_their_own_sound() -> None:
    dinner = read_scenario("dinner").model_copy(update={"guest": Guest.model_validate({"at": "60 s", "for": "20 s"})})
    there = dinner.spoken_with(bank("es").to_companion.accents)
    assert [one.voice for one in there.partners] == ["es+m3", "es-419+f3"]
    assert there.guest is not None and there.guest.voice == "es+f4"
    assert dinner.spoken_with(bank("en").to_companion.accents) == dinner


def test_a_voice_that_was_chosen_for_another_language_stays() -> None:
    dinner = read_scenario("dinner")
    mine = dinner.partners[0].model_copy(update={"voice": "es-419+f2"})
    dinner = dinner.model_copy(update={"partners": (mine, dinner.partners[1])})
    assert dinner.spoken_with(bank("es").to_companion.accents).partners[0].voice == "es-419+f2"


@pytest.mark.parametrize(
    ("language", "question", "option"),
    [
        ("en", "Comfort, ideas, or listening, Sam?", "listening"),
        ("en", "Something quick, or something warm?", "something warm"),
        ("es", "¿Suave, normal o con chispa?", "con chispa"),
        ("es", "Hoy: ¿breve o cálido?", "cálido"),
        ("es", "¿La primera velada, algo breve o algo cálido?", "algo cálido"),
        ("es", "¿Sam?", "sí"),
    ],
)
def test_asked_to_choose_they_take_the_last(language: str, question: str, option: str) -> None:
    assert _option(question, PAIR, bank(language).to_companion) == option


def test_in_a_language_without_sayings_people_speak_english() -> None:
    assert spoken_here("es") == "es" and spoken_here("xx") == "en"
    assert bank("xx") == bank("en")


def test_no_english_phrase_for_the_companion_stands_in_the_code() -> None:
    # protects: a new language is a file of sayings, and no code
    spoken = library_of("en")
    heard = [phrase for command in spoken.commands.values() for phrase in command.phrases]
    heard += spoken.answers.spoken if spoken.answers else ()
    phrases = {phrase for phrase in heard if " " in phrase}  # single words may be names of kinds: yes, stop
    assert len(phrases) > 100
    for path in Path(companion.simulation.__file__).parent.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        texts = {node.value.lower() for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert not texts & phrases, path.name
