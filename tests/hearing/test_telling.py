"""Words of one who tells: in steps that listen for words only, of the holder only, and holes where anything is doubtful."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from companion.effects import ListenFor, Mode
from companion.hearing.heard import Word
from companion.hearing.telling import AROUND, LONGEST, Telling
from companion.partner import Partner
from companion.timeline import BLOCK, Sample, Span, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")
SOUND: NDArray[np.float32] = np.zeros(BLOCK, np.float32)


class Scripted:
    """Hears "the garden" in whatever it is given: what becomes of the words is under test."""

    def __init__(self) -> None:
        self.under_way, self.closed, self.fed, self.most, self.start, self.asked = False, False, 0, 0, 0, 0

    def begin(self, at: Sample) -> None:
        assert not self.under_way
        self.under_way, self.fed, self.start = True, 0, at

    def feed(self, sound: NDArray[np.float32]) -> None:
        assert self.under_way
        self.fed += len(sound)
        self.most = max(self.most, self.fed)

    def end(self) -> tuple[Word, ...]:
        self.under_way, self.asked = False, self.asked + 1
        middle = self.start + self.fed // 2
        return (Word("the", self.start, middle, 0.9), Word("garden", middle, self.start + self.fed, 0.9))

    def close(self) -> None:
        assert not self.closed
        self.closed, self.under_way = True, False


class Made:
    """Makes a scripted ear whenever one is wanted, and remembers them all."""

    def __init__(self) -> None:
        self.ears: list[Scripted] = []

    def __call__(self) -> Scripted:
        self.ears.append(Scripted())
        return self.ears[-1]

    @property
    def open(self) -> int:
        return sum(not ear.closed for ear in self.ears)


def heard(telling: Telling, speech: list[float], at: Sample = 0) -> list[Word]:
    found: list[Word] = []
    for number, level in enumerate(speech):
        found += telling.feed(at + number * BLOCK, SOUND, level)
    return found


def telling_of(by: Partner | None = ALEX, sure: float = 0.95, mode: Mode = Mode.WORDS) -> tuple[Telling, Scripted]:
    ear = Scripted()
    made = Telling(lambda: ear, lambda span: (by, sure))
    made.listen_for(ListenFor(mode, ("stop",), holder=ALEX if mode is Mode.WORDS else None))
    return made, ear


A_STRETCH = [0.0] * 20 + [0.9] * 40 + [0.0] * 20


def test_the_holders_words_come_in_when_they_pause() -> None:
    telling, _ = telling_of()
    assert [word.text for word in heard(telling, A_STRETCH)] == ["the", "garden"]


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.WORDS])
def test_in_no_other_mode_is_a_word_made(mode: Mode) -> None:
    telling, ear = telling_of(mode=mode)
    assert (heard(telling, A_STRETCH), ear.most) == ([], 0)


@pytest.mark.parametrize(("by", "sure"), [(SAM, 0.99), (ALEX, 0.7), (None, 0.0)])
def test_what_is_not_surely_the_holders_leaves_a_hole(by: Partner | None, sure: float) -> None:
    telling, _ = telling_of(by, sure)
    assert {(word.text, word.confidence) for word in heard(telling, A_STRETCH)} == {("", 0.0)}


def test_words_beside_a_laugh_leave_holes() -> None:
    telling, _ = telling_of()
    telling.laughed(60 * BLOCK)
    assert {word.text for word in heard(telling, A_STRETCH)} == {""}


def test_whoever_never_pauses_is_heard_in_pieces() -> None:
    telling, ear = telling_of()
    assert len(heard(telling, [0.9] * 1500)) >= 4
    assert ear.most <= LONGEST + samples(0.5)


def test_when_words_are_not_listened_for_any_more_what_is_under_way_is_dropped() -> None:
    telling, ear = telling_of()
    heard(telling, [0.9] * 40)
    telling.listen_for(ListenFor(Mode.FLOOR, ("stop",)))
    assert (ear.asked, ear.closed, telling.held) == (0, True, 0)
    assert heard(telling, [0.9] * 40 + [0.0] * 40) == []


def test_the_same_step_asked_for_again_loses_nothing() -> None:
    telling, _ = telling_of()
    heard(telling, [0.9] * 40)
    telling.listen_for(ListenFor(Mode.WORDS, ("stop", "pass"), holder=ALEX))
    assert [word.text for word in heard(telling, [0.0] * 40, 40 * BLOCK)] == ["the", "garden"]


@given(st.lists(st.floats(min_value=0, max_value=1), max_size=300))
def test_words_never_overlap_and_never_run_backwards(speech: list[float]) -> None:
    telling, _ = telling_of()
    words = heard(telling, speech)
    assert all(before.end <= after.start for before, after in pairwise(words))


def test_without_a_recogniser_there_are_no_words() -> None:
    telling = Telling(None, lambda span: (ALEX, 1.0))
    telling.listen_for(ListenFor(Mode.WORDS, ("stop",), holder=ALEX))
    assert heard(telling, A_STRETCH) == []
    assert not telling.listening


def test_who_spoke_is_asked_for_each_word() -> None:
    spans: list[Span] = []

    def attribution(span: Span) -> tuple[Partner | None, float]:
        spans.append(span)
        return (ALEX, 0.95) if len(spans) == 1 else (SAM, 0.95)

    telling = Telling(Scripted, attribution)
    telling.listen_for(ListenFor(Mode.WORDS, ("stop",), holder=ALEX))
    assert [word.text for word in heard(telling, A_STRETCH)] == ["the", ""]


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.WORDS])
def test_in_no_other_mode_is_there_a_recogniser_that_could_make_a_word(mode: Mode) -> None:
    made = Made()
    telling = Telling(made, lambda span: (ALEX, 0.95))
    telling.listen_for(ListenFor(mode, ("stop",)))
    heard(telling, A_STRETCH)
    assert made.ears == []


def test_a_recogniser_lives_as_long_as_one_partners_words_are_wanted() -> None:
    made = Made()
    telling = Telling(made, lambda span: (ALEX, 0.95))
    seen: list[tuple[int, int]] = []
    for mode, holder in [(Mode.WORDS, ALEX), (Mode.WORDS, ALEX), (Mode.WORDS, SAM), (Mode.FLOOR, None), (Mode.WORDS, ALEX)]:
        telling.listen_for(ListenFor(mode, ("stop",), holder=holder))
        heard(telling, A_STRETCH)
        seen.append((len(made.ears), made.open))
    assert seen == [(1, 1), (1, 1), (2, 1), (2, 0), (3, 1)]


def test_words_wait_until_it_is_known_who_said_them() -> None:
    telling, _ = telling_of()
    words: list[Word] = []
    for number, level in enumerate(A_STRETCH):
        words += telling.feed(number * BLOCK, SOUND, level, settled=0)
    assert (words, telling.held) == ([], 2)
    assert [word.text for word in telling.due(len(A_STRETCH) * BLOCK + AROUND)] == ["the", "garden"]


def test_what_is_cut_off_by_the_companions_voice_leaves_a_hole() -> None:
    telling, _ = telling_of()
    heard(telling, [0.9] * 40)
    telling.forget(40 * BLOCK)
    assert [(word.text, word.start, word.end) for word in telling.due(40 * BLOCK + AROUND)] == [("", 0, 40 * BLOCK)]
