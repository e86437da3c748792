"""Our own faults: told, survived, and too many of them the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.effects import Effect
from companion.evening.guard import MOST_FAULTS, GuardedCompanion, GuardedRecognizer, TooManyFaults
from companion.events import Event, Mishap
from companion.hearing.heard import Word
from companion.inputs import Block, Input
from companion.timeline import BLOCK, RATE


class Faulty:
    """A companion that fails over the blocks it is told to."""

    def __init__(self, *bad: int) -> None:
        self.bad = bad
        self.fed: list[int] = []

    def start(self) -> list[Event | Effect]:
        return []

    def feed(self, given: Input) -> list[Event | Effect]:
        self.fed.append(given.at)
        if given.at // BLOCK in self.bad:
            raise ValueError("they said something private")
        return []

    def finish(self) -> list[Event | Effect]:
        raise KeyError("again")


def block(number: int) -> Block:
    return Block(number * BLOCK, np.zeros((BLOCK, 2), np.float32))


def test_a_fault_is_a_mishap_without_words_and_the_next_block_is_fed() -> None:
    complaints: list[str] = []
    inner = Faulty(1)
    companion = GuardedCompanion(inner, complain=complaints.append)
    news = [companion.feed(block(number)) for number in range(3)]
    assert inner.fed == [0, BLOCK, 2 * BLOCK]
    assert news[0] == news[2] == []
    (mishap,) = news[1]
    assert isinstance(mishap, Mishap)
    assert mishap.at == BLOCK
    assert mishap.what.startswith("a fault of ours: ValueError in test_guard.py:")
    assert "Traceback" in complaints[0]


def test_the_same_fault_again_is_told_in_one_line() -> None:
    complaints: list[str] = []
    companion = GuardedCompanion(Faulty(0, 1), complain=complaints.append)
    for number in range(2):
        companion.feed(block(number))
    assert "Traceback" in complaints[0]
    assert len(complaints[1].splitlines()) == 1


def test_five_faults_in_a_minute_are_the_end() -> None:
    companion = GuardedCompanion(Faulty(*range(10)), complain=lambda text: None)
    for number in range(MOST_FAULTS - 1):
        companion.feed(block(number))
    with pytest.raises(TooManyFaults, match=r"ValueError in test_guard\.py"):
        companion.feed(block(MOST_FAULTS - 1))


def test_a_fault_now_and_then_is_not_the_end() -> None:
    seldom = [number * 20 * RATE // BLOCK for number in range(30)]
    companion = GuardedCompanion(Faulty(*seldom), complain=lambda text: None)
    for number in seldom:
        assert len(companion.feed(block(number))) == 1


def test_what_broke_outside_is_put_into_the_log() -> None:
    troubles = [["a line was late"], []]
    companion = GuardedCompanion(Faulty(), lambda: troubles.pop(0))
    assert companion.feed(block(3)) == [Mishap(3 * BLOCK, 3 * BLOCK, "a line was late")]
    assert companion.feed(block(4)) == []


def test_a_fault_at_the_very_end_is_a_mishap_too() -> None:
    (mishap,) = GuardedCompanion(Faulty(), complain=lambda text: None).finish()
    assert isinstance(mishap, Mishap)


class FaultyEngine:
    """A recogniser of phrases and of talk; the ear for talk fails when it is fed."""

    vocabulary = frozenset({"stop"})

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        pass

    def begin(self, at: int) -> None:
        pass

    def feed(self, sound: NDArray[np.float32]) -> None:
        if self.fails:
            raise RuntimeError("the engine is gone")

    def end(self) -> tuple[Word, ...]:
        return (Word("stop", 0, 1, 1.0),)

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    hears_talk = True

    def freely(self) -> FaultyEngine:
        return FaultyEngine(fails=True)

    def close(self) -> None:
        pass


A_HOLE = Word("", 0, BLOCK, 0.0, 0.0)


def test_an_ear_for_talk_that_fails_costs_the_hints_and_not_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    recognizer = GuardedRecognizer(FaultyEngine())
    free = recognizer.freely()
    assert free is not None
    for _ in range(2):
        free.begin(0)
        free.feed(np.zeros(BLOCK, np.float32))
        assert free.end() == (A_HOLE,)
    free.close()
    assert recognizer.freely() is None
    assert capsys.readouterr().err.count("Traceback") == 1
    recognizer.begin(0)
    recognizer.feed(np.zeros(BLOCK, np.float32))
    assert recognizer.end() == (Word("stop", 0, 1, 1.0),)


def test_an_ear_for_talk_is_spared_with_the_one_for_phrases() -> None:
    engine = FaultyEngine()
    recognizer = GuardedRecognizer(engine)
    free = recognizer.freely()
    assert free is not None
    recognizer.sparing = True
    free.begin(0)
    free.feed(np.zeros(BLOCK, np.float32))  # which would fail
    assert free.end() == (A_HOLE,)
