"""Which phrases are listened for in each mode, and what they mean there."""

from __future__ import annotations

import pytest
from our_content import CONTENT, library

from companion.effects import Mode
from companion.exercises.commands import (
    Listening,
    command_of,
    danger_of,
    danger_phrases,
    live_commands,
    masked,
    phrases_for,
    vocabulary,
)  # fmt: skip

KINDS = ["turn", "reflect", "joint", "quiet", "say", "ask", "choose", "rounds", "clarify", "guess", "rest"]
ALL = [mode for mode in Mode if mode is not Mode.OFF]


def names(mode: Mode, **listening: object) -> set[str]:
    return {command.name for command in live_commands(mode, library(), Listening(**listening))}  # type: ignore[arg-type]


def test_nothing_is_listened_for_when_the_microphone_is_off() -> None:
    assert phrases_for(Mode.OFF, library()) == ((), ())


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("state", ["running", "paused", "after-stop", "resting", "offer"])
def test_stop_time_out_and_pause_are_live_everywhere(mode: Mode, state: str) -> None:
    assert names(mode, state=state) >= {"stop", "time-out", "pause"}


def test_quiet_hears_five_commands_and_no_more() -> None:
    assert names(Mode.QUIET, kind="quiet") == {"stop", "time-out", "pause", "done", "help"}


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("kind", KINDS)
def test_no_phrase_means_two_things_and_no_decoy_is_a_phrase(mode: Mode, kind: str) -> None:
    grammar = phrases_for(mode, library(), Listening(kind=kind))
    assert len(set(grammar.phrases)) == len(grammar.phrases)
    assert not set(grammar.phrases) & set(grammar.decoys)
    live = [phrase for command in live_commands(mode, library(), Listening(kind=kind)) for phrase in command.phrases]
    assert len(set(live)) == len(live)


def test_every_phrase_of_a_live_command_gives_that_command() -> None:
    here = Listening(kind="turn")
    for command in live_commands(Mode.FLOOR, library(), here):
        assert {command_of(phrase, Mode.FLOOR, library(), here) for phrase in command.phrases} == {command.name}


def test_done_is_a_command_in_a_turn_and_a_yes_in_a_question() -> None:
    assert command_of("that's it", Mode.FLOOR, library(), Listening(kind="turn")) == "done"
    assert command_of("that's it", Mode.YN, library(), Listening(kind="reflect")) is None
    assert "that's it" in phrases_for(Mode.YN, library(), Listening(kind="reflect")).phrases


def test_resume_is_live_only_where_something_can_be_resumed() -> None:
    assert command_of("carry on", Mode.FLOOR, library(), Listening(kind="turn")) is None
    for state in ("paused", "after-stop", "offer"):
        assert command_of("carry on", Mode.CMD, library(), Listening(state=state)) == "resume"


def test_while_paused_nothing_but_going_on_and_the_ways_out_is_obeyed() -> None:
    assert names(Mode.CMD, state="paused") == {"stop", "time-out", "pause", "resume"}


def test_a_hint_can_be_asked_for_in_a_reflection_only() -> None:
    assert "hint" in names(Mode.WORDS, kind="reflect")
    assert "hint" not in names(Mode.WORDS, kind="turn")


def test_an_answer_of_the_step_goes_before_a_command() -> None:
    here = Listening(kind="choose", answers=("something light", "end here", "skip"))
    assert command_of("skip", Mode.NUM, library(), here) is None
    assert "something light" in phrases_for(Mode.NUM, library(), here).phrases


def test_the_companion_may_be_addressed() -> None:
    assert "companion stop" in phrases_for(Mode.JOINT, library(), Listening(kind="joint")).phrases
    assert command_of("companion stop", Mode.JOINT, library(), Listening(kind="joint")) == "stop"


def test_a_decoy_means_nothing() -> None:
    assert "shop" in phrases_for(Mode.FLOOR, library(), Listening(kind="turn")).decoys
    assert command_of("shop", Mode.FLOOR, library(), Listening(kind="turn")) is None


def test_numbers_are_listened_for_where_a_number_is_asked() -> None:
    assert "seven" in phrases_for(Mode.NUM, library()).phrases
    assert "seven" not in phrases_for(Mode.NUM, library(), Listening(answers=("warm",))).phrases


@pytest.mark.parametrize("mode", [mode for mode in ALL if mode is not Mode.QUIET])
def test_plain_calls_for_help_are_listened_for_in_every_listening_mode(mode: Mode) -> None:
    assert set(danger_phrases(library())) <= set(phrases_for(mode, library()).phrases)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("i don't feel safe", "afraid"), ("you're hurting me", "afraid"), ("call the police", "police"),
        ("i want to die", "own_life"),
        ("i can't breathe", "body"), ("call a doctor", "body"), ("stop", None), ("i don't feel like it", None),
    ],
)  # fmt: skip
def test_danger_phrases_have_their_class(said: str, kind: str | None) -> None:
    assert danger_of(said, library()) == kind


def test_a_line_that_teaches_a_command_is_deaf_to_it_while_spoken() -> None:
    assert masked("To end everything, the word is: stop.", library()) == {"stop"}
    assert masked("Carry on, or time-out?", library()) == {"time-out"}
    assert masked("Thank you both.", library()) == frozenset()


def test_destructive_commands_need_more_confidence_and_stop_needs_less() -> None:
    commands = library().commands
    assert commands["stop"].threshold < commands["pass"].threshold < commands["forget"].threshold
    assert commands["stop-listening"].threshold == commands["forget"].threshold


def test_swap_is_the_holders_and_stop_is_anyones() -> None:
    assert library().commands["swap"].by == "holder"
    assert library().commands["stop"].by == "anyone"


def test_the_vocabulary_holds_every_word_of_every_grammar() -> None:
    words = vocabulary(library())
    for mode in ALL:
        for kind in ("turn", "reflect", "joint", "quiet", "say", "ask", "choose"):
            grammar = phrases_for(mode, library(), Listening(kind=kind))
            assert {word for phrase in (*grammar.phrases, *grammar.decoys) for word in phrase.split()} <= words


def test_the_model_we_ship_knows_every_word_of_every_grammar() -> None:
    words = CONTENT.parent / "models" / "embedded-en" / "graph" / "words.txt"
    if not words.is_file():
        pytest.skip("the embedded model is not here")
    known = {line.split()[0] for line in words.read_text(encoding="utf-8").splitlines()}
    assert sorted(vocabulary(library()) - known) == []
