"""Phrases: an utterance of its own that is exactly one phrase, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from companion.effects import ListenFor, Mode
from companion.hearing.heard import Word
from companion.hearing.words import BEFORE, ENOUGH_SILENCE, LEAST_CONFIDENCE, LONGEST, PRE_ROLL, Utterance, Words, judge
from companion.timeline import BLOCK, Sample, samples

PHRASES = frozenset({"stop", "i'm done", "stop please", "hold on a moment"})


def words(text: str, confidence: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(one, 0, 1, confidence) for one in text.split())


class Scripted:
    """A recogniser that hears whatever it is told to, and remembers what it was fed: the gate is under test, not the ear."""

    def __init__(self, hears: str = "stop") -> None:
        self.hears, self.grammars = hears, []  # type: ignore[var-annotated]
        self.began: list[Sample] = []
        self.fed, self.most, self.under_way = 0, 0, False

    vocabulary = frozenset(["stop", "i'm", "done", "please", "hold", "on", "a", "moment", "yes", "no"])

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        assert not self.under_way, "a grammar was changed in the middle of an utterance"
        self.grammars.append(tuple(phrases))

    def begin(self, at: Sample) -> None:
        assert not self.under_way
        self.began.append(at)
        self.fed, self.under_way = 0, True

    def feed(self, sound: NDArray[np.float32]) -> None:
        assert self.under_way
        self.fed += len(sound)
        self.most = max(self.most, self.fed)

    def end(self) -> tuple[Word, ...]:
        self.under_way = False
        return words(self.hears)


def listening(recognizer: Scripted, *phrases: str) -> Words:
    gate = Words(recognizer)
    gate.listen_for(ListenFor(Mode.FLOOR, phrases or tuple(PHRASES)))
    return gate


def live(gate: Words, *stretches: tuple[float, float], at: Sample = 0) -> Iterator[Utterance]:
    """Stretches of (seconds, speech probability)."""
    for seconds, speech in stretches:
        for _ in range(round(seconds / 0.032)):
            found = gate.feed(at, np.zeros(BLOCK, np.float32), speech)
            at += BLOCK
            if found is not None:
                yield found


def test_an_utterance_is_judged_when_its_silence_is_long_enough() -> None:
    (one,) = live(listening(Scripted()), (1.0, 0.0), (0.5, 0.9), (1.0, 0.0))
    assert one.phrase == "stop"
    assert one.isolated
    assert one.noticed - one.end == ENOUGH_SILENCE * BLOCK >= samples(0.35)


def test_the_recogniser_gets_what_came_before_the_first_sound() -> None:
    recognizer = Scripted()
    (one,) = live(listening(recognizer), (2.0, 0.0), (0.5, 0.9), (1.0, 0.0))
    assert recognizer.began == [one.start - PRE_ROLL * BLOCK]
    assert recognizer.fed == one.end - one.start + PRE_ROLL * BLOCK + ENOUGH_SILENCE * BLOCK


def test_a_short_stop_inside_a_phrase_does_not_end_it() -> None:
    found = list(live(listening(Scripted("hold on a moment")), (1.0, 0.0), (0.3, 0.9), (0.3, 0.0), (0.4, 0.9), (1.0, 0.0)))
    assert [one.phrase for one in found] == ["hold on a moment"]


def test_a_phrase_close_behind_other_talk_is_not_isolated() -> None:
    gate = listening(Scripted())
    list(live(gate, (1.0, 0.0), (0.5, 0.9), (0.2, 0.0)))
    assert gate.close(samples(1.7)) is not None
    (soon,) = live(gate, (0.5, 0.9), (1.0, 0.0), at=samples(1.7))
    (later,) = live(gate, (0.5, 0.9), (1.0, 0.0), at=samples(3.2))
    assert samples(0.2) < BEFORE
    assert (soon.isolated, later.isolated) == (False, True)


def test_talk_longer_than_any_phrase_is_given_up_and_is_none() -> None:
    recognizer = Scripted()
    (one,) = live(listening(recognizer), (1.0, 0.0), (5.0, 0.9), (1.0, 0.0))
    assert one.phrase is None
    assert recognizer.most <= LONGEST + (PRE_ROLL + 1) * BLOCK


def test_noise_that_never_ends_does_not_pile_up() -> None:
    recognizer = Scripted()
    gate = listening(recognizer)
    assert list(live(gate, (600.0, 0.9))) == []
    assert recognizer.most <= LONGEST + (PRE_ROLL + 1) * BLOCK
    assert gate.held <= (PRE_ROLL + 1)
    assert not recognizer.under_way


def test_silence_that_never_ends_does_not_pile_up_either() -> None:
    gate = listening(Scripted())
    assert list(live(gate, (600.0, 0.0))) == []
    assert gate.held <= PRE_ROLL


def test_an_utterance_under_way_is_judged_by_the_new_grammar_from_its_beginning() -> None:
    recognizer = Scripted("yes")
    gate = listening(recognizer, "stop")
    assert list(live(gate, (1.0, 0.0), (0.3, 0.9))) == []
    begun = recognizer.began[-1]
    gate.listen_for(ListenFor(Mode.YN, ("yes", "no")))
    (one,) = live(gate, (0.2, 0.9), (1.0, 0.0), at=samples(1.28))
    assert one.phrase == "yes"
    assert recognizer.began == [begun, begun]
    assert recognizer.grammars[-1] == ("no", "yes")


def test_with_the_microphone_off_nothing_is_asked() -> None:
    recognizer = Scripted()
    gate = listening(recognizer)
    gate.listen_for(ListenFor(Mode.OFF))
    assert list(live(gate, (0.5, 0.9), (1.0, 0.0))) == []
    assert recognizer.began == []


def test_without_a_recogniser_nothing_is_judged() -> None:
    gate = Words(None)
    gate.listen_for(ListenFor(Mode.CMD, ("stop",)))
    assert list(live(gate, (0.5, 0.9), (1.0, 0.0))) == []


def test_phrases_the_model_cannot_hear_are_left_out() -> None:
    recognizer = Scripted()
    listening(recognizer, "stop", "pamplemousse")
    assert recognizer.grammars == [("stop",)]


def test_something_else_that_begins_to_sound_ends_an_utterance_just_over() -> None:
    gate = listening(Scripted("i'm done"))
    assert list(live(gate, (1.0, 0.0), (0.5, 0.9), (0.3, 0.0))) == []
    closed = gate.close(samples(1.8))
    assert closed is not None and closed.phrase == "i'm done"
    assert gate.close(samples(1.9)) is None


def test_but_not_one_in_the_middle_of_a_word() -> None:
    gate = listening(Scripted())
    list(live(gate, (1.0, 0.0), (0.5, 0.9), (0.06, 0.0)))
    assert gate.close(samples(1.56)) is None


def test_what_was_forgotten_is_not_judged() -> None:
    recognizer = Scripted()
    gate = listening(recognizer)
    list(live(gate, (1.0, 0.0), (0.4, 0.9)))
    gate.forget()
    assert list(live(gate, (1.0, 0.0), at=samples(1.4))) == []
    assert not recognizer.under_way


@given(st.lists(st.tuples(st.floats(0.05, 5.0), st.sampled_from([0.0, 0.4, 0.9]), st.booleans()), max_size=12))
def test_utterances_come_in_order_whole_and_apart(stretches: list[tuple[float, float, bool]]) -> None:
    gate, at, last = listening(Scripted()), 0, 0
    for seconds, speech, regrammar in stretches:
        for one in live(gate, (seconds, speech), at=at):
            assert last <= one.start <= one.end <= one.noticed
            last = one.end
        at += round(seconds / 0.032) * BLOCK
        if regrammar:
            gate.listen_for(ListenFor(Mode.CMD, ("stop",)))
        assert gate.held <= LONGEST // BLOCK + PRE_ROLL + 2


@pytest.mark.parametrize("said", ["stop", "stop stop", "stop stop stop", "i'm done i'm done", "hold on a moment"])
def test_a_phrase_or_the_same_phrase_over_again_counts(said: str) -> None:
    phrase, _ = judge(words(said), PHRASES)
    assert phrase is not None and said.split() == phrase.split() * (len(said.split()) // len(phrase.split()))


NOT_PHRASES = ("please", "stop i'm done", "i'm", "please stop", "stop [unk]", "[unk]", "stop stop stop stop", "done i'm")


@pytest.mark.parametrize("said", NOT_PHRASES)
def test_nothing_is_found_inside_talk(said: str) -> None:
    assert judge(words(said), PHRASES)[0] is None


def test_the_longer_phrase_is_not_taken_for_a_repeat() -> None:
    assert judge(words("stop stop"), frozenset({"stop", "stop stop"}))[0] == "stop stop"


def test_the_least_sure_word_decides() -> None:
    unsure = (*words("i'm", 0.95), *words("done", LEAST_CONFIDENCE - 0.01))
    assert judge(unsure, PHRASES) == (None, LEAST_CONFIDENCE - 0.01)
    assert judge((*words("i'm", 0.95), *words("done", 0.6)), PHRASES) == ("i'm done", 0.6)


def test_of_three_words_and_more_one_may_be_slurred() -> None:
    phrase, sure = judge((*words("hold on a", 0.95), *words("moment", 0.6)), PHRASES)
    assert phrase == "hold on a moment"
    assert sure == pytest.approx(0.8)
    assert judge((*words("hold on a", 0.95), *words("moment", 0.29)), PHRASES)[0] is None


def test_a_breath_before_a_phrase_is_no_word() -> None:
    breath, talk = Word("the", 0, samples(0.1), 0.17), Word("the", 0, samples(0.1), 0.6)
    assert judge((breath, *words("i'm done")), PHRASES)[0] == "i'm done"
    assert judge((talk, *words("i'm done")), PHRASES)[0] is None
    assert judge((Word("the", 0, samples(0.5), 0.17), *words("i'm done")), PHRASES)[0] is None
    assert judge((breath,), PHRASES)[0] is None


def test_no_words_are_no_phrase() -> None:
    assert judge((), PHRASES) == (None, 0.0)
