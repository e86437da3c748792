"""The ear as a whole: which grammar is in force when the companion speaks, and what becomes of phrases around its lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.adapters.silero_activity import SileroActivity
from companion.effects import ListenFor, Mode
from companion.events import PhraseHeard, SomethingHeard
from companion.hearing.ears import Ears
from companion.hearing.heard import Heard, Said, Word
from companion.hearing.own_voice import OwnVoice, Side
from companion.hearing.words import Words
from companion.partner import Partner
from companion.timeline import BLOCK, Sample, Span, samples

MODELS = Path(__file__).resolve().parents[2] / "models"
FLOOR = ListenFor(Mode.FLOOR, ("i'm done", "stop", "time out", "yes"), ("top",), ("stop", "time out"))


class Transcript:
    """Stands where the recogniser stands, and says what is written; so that grammars and their times can be seen."""

    vocabulary = frozenset("i'm done stop time out yes top".split())  # noqa: SIM905

    def __init__(self) -> None:
        self.grammar: tuple[str, ...] = ()
        self.says = ""

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        self.grammar = tuple(phrases)

    def begin(self, at: Sample) -> None:
        self.at = at

    def feed(self, sound: NDArray[np.float32]) -> None:
        pass

    def end(self) -> tuple[Word, ...]:
        return tuple(Word(word, self.at, self.at + 1, 0.9) for word in self.says.split()) if self.grammar else ()


class Told:
    """Stands where hearing stands: says that somebody speaks where the test wants it."""

    def __init__(self) -> None:
        self.now, self.speaks, self.owned = 0, False, [False]

    def feed(self, sound: NDArray[np.float32]) -> Heard:
        self.now += BLOCK
        return Heard(self.now, self.now, anyone=self.speaks and not self.owned[-1])

    def own_voice(self, sounding: bool) -> None:
        self.owned.append(sounding)

    def attribution(self, span: Span) -> tuple[Partner | None, float]:
        return None, 0.0


class SideTold(OwnVoice):
    """The real own-voice stage, with what is heard in the rest given by the test."""

    speech: float = 0.0
    clean: bool = True

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Side:
        real = super().feed(at, block)
        return Side(True, real.left, self.speech, False, self.clean, self.speech) if real.own else real


class Evening:
    """The ear and a clock."""

    def __init__(self) -> None:
        self.recognizer, self.hearing = Transcript(), Told()
        self.own = SideTold(SileroActivity(MODELS / "silero" / "silero_16k.npz"))
        self.ears = Ears(self.hearing, self.own, Words(self.recognizer))  # type: ignore[arg-type]
        self.ears.listen_for(FLOOR)
        self.said: list[Said] = []
        self.at = 0

    def live(self, seconds: float, speech: bool = False, says: str = "") -> None:
        self.recognizer.says = says or self.recognizer.says
        for _ in range(round(seconds / 0.032)):
            self.hearing.speaks, self.own.speech = speech, 0.9 * speech
            self.said += self.ears.feed(self.at, np.full((BLOCK, 1), 1e-4, np.float32)).said
            self.at += BLOCK

    def line(self, text: str, seconds: float = 2.0) -> None:
        sound = (0.1 * np.random.default_rng(0).standard_normal(samples(seconds))).astype(np.float32)
        self.ears.playback_started(self.at, sound, text)

    def silent(self) -> None:
        self.ears.playback_ended(self.at)

    def grammar(self) -> tuple[str, ...]:
        return self.recognizer.grammar

    @property
    def phrases(self) -> list[str]:
        return [one.phrase for one in self.said if isinstance(one, PhraseHeard)]


def test_while_it_speaks_only_what_is_live_then_is_listened_for() -> None:
    evening = Evening()
    evening.live(1.0)
    assert evening.grammar() == ("i'm done", "stop", "time out", "yes")
    evening.line("Take two minutes.")
    evening.live(0.5)
    assert evening.grammar() == ("stop", "time out")
    evening.silent()
    evening.live(1.0)
    assert evening.grammar() == ("i'm done", "stop", "time out", "yes")
    assert evening.hearing.owned == [False, True, False]


@pytest.mark.parametrize("text", ["To end, say stop.", "STOP! Now.", "Say “stop”, please."])
def test_a_phrase_it_says_itself_is_not_listened_for(text: str) -> None:
    evening = Evening()
    evening.line(text)
    evening.live(0.5)
    assert evening.grammar() == ("time out",)


def test_a_word_that_only_contains_the_phrase_masks_nothing() -> None:
    evening = Evening()
    evening.line("The bus stopped; unstoppable.")
    evening.live(0.5)
    assert evening.grammar() == ("stop", "time out")


def test_the_next_line_within_the_tail_has_a_mask_of_its_own() -> None:
    evening = Evening()
    evening.line("Take your time.")
    evening.live(1.0)
    evening.silent()
    evening.live(0.1)
    evening.line("Say stop to end.")
    evening.live(0.3)
    assert evening.grammar() == ("time out",)


def test_its_own_phrase_is_not_believed_just_after_the_line_either() -> None:
    evening = Evening()
    evening.line("To end, say stop.")
    evening.live(1.0)
    evening.silent()
    evening.live(0.26)
    evening.live(0.4, speech=True, says="stop")
    evening.live(1.0)
    assert evening.phrases == []
    assert [type(one) for one in evening.said] == [SomethingHeard]
    evening.live(0.4, speech=True, says="stop")
    evening.live(1.0)
    assert evening.phrases == ["stop"]


def test_stop_over_it_is_heard() -> None:
    evening = Evening()
    evening.line("Take two minutes.", 4.0)
    evening.live(1.0)
    evening.live(0.4, speech=True, says="stop")
    evening.live(1.0)
    assert evening.phrases == ["stop"]


def test_i_m_done_followed_at_once_by_a_chime_is_not_lost() -> None:
    evening = Evening()
    evening.live(1.0)
    evening.live(0.5, speech=True, says="i'm done")
    evening.live(0.3)
    evening.line("", 1.0)
    evening.live(0.2)
    assert evening.phrases == ["i'm done"]


def test_a_chime_hides_no_word() -> None:
    evening = Evening()
    evening.own.clean = False
    evening.live(1.0)
    evening.line("", 0.35)
    evening.live(0.35, speech=True, says="i'm done")
    evening.silent()
    evening.live(0.2, speech=True)
    evening.live(0.6)
    assert evening.phrases == ["i'm done"]
    assert evening.grammar() == ("i'm done", "stop", "time out", "yes")


def test_whose_word_it_was_is_not_told_from_what_a_chime_left_of_it() -> None:
    evening = Evening()
    evening.hearing.attribution = lambda span: (Partner("Sam"), 0.9)  # type: ignore[method-assign]
    evening.live(1.0)
    evening.live(0.5, speech=True, says="i'm done")
    evening.live(1.0)
    evening.line("", 0.35)
    evening.live(0.5, speech=True, says="i'm done")
    evening.silent()
    evening.live(0.9)
    assert [one.by for one in evening.said if isinstance(one, PhraseHeard)] == [Partner("Sam"), None]


def test_a_line_that_follows_a_chime_at_once_is_masked_all_the_same() -> None:
    evening = Evening()
    evening.line("", 0.35)
    evening.live(0.35)
    evening.silent()
    evening.live(0.1)
    evening.line("Say stop to end.")
    evening.live(0.3)
    assert evening.grammar() == ("time out",)
    evening.silent()
    evening.live(1.0)
    assert evening.grammar() == ("i'm done", "stop", "time out", "yes")


def test_what_a_line_said_is_masked_while_a_chime_follows_it_at_once() -> None:
    evening = Evening()
    evening.line("Say stop to end.", 1.0)
    evening.live(1.0)
    evening.silent()
    evening.line("", 0.35)
    evening.live(0.1)
    evening.ears.listen_for(FLOOR)
    assert evening.grammar() == ("time out",)
    evening.silent()
    evening.live(1.0)
    assert evening.grammar() == ("i'm done", "stop", "time out", "yes")


def test_what_may_be_echo_is_never_recognised() -> None:
    evening = Evening()
    evening.own.clean = False
    evening.line("Take two minutes.", 4.0)
    evening.live(1.0, speech=True, says="stop")
    evening.live(1.0)
    assert evening.said == []


def test_an_answer_that_begins_before_the_question_has_ended_is_heard() -> None:
    evening = Evening()
    evening.line("Did they get it right?", 2.0)
    evening.live(1.7)
    evening.live(0.3, speech=True, says="yes")
    evening.silent()
    evening.live(0.3, speech=True)
    evening.live(1.0)
    assert evening.phrases == ["yes"]


def test_with_the_microphone_off_nothing_is_listened_for_while_it_speaks() -> None:
    evening = Evening()
    evening.ears.listen_for(ListenFor(Mode.OFF))
    evening.line("Good night.")
    evening.live(0.5, speech=True, says="stop")
    assert evening.grammar() == ()
    assert evening.said == []
