"""Signals, sent for real to this process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from companion.evening.leaving import Leaving


class Exits:
    def __init__(self) -> None:
        self.order: list[str] = []

    def farewell(self) -> None:
        self.order.append("Good night.")

    def end(self, status: int) -> None:
        self.order.append(f"status {status}")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_with_nothing_to_tidy_it_ends_at_once(number: int) -> None:
    exits = Exits()
    leaving = Leaving(exits.farewell, exits.end).listen()
    os.kill(os.getpid(), number)
    assert exits.order == ["Good night.", "status 0"]
    assert leaving.wanted


def test_with_something_to_tidy_it_is_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    exits = Exits()
    leaving = Leaving(exits.farewell, exits.end).listen()
    leaving.gently()
    os.kill(os.getpid(), signal.SIGTERM)
    assert leaving.wanted
    assert exits.order == []


def test_a_second_signal_changes_nothing() -> None:
    exits = Exits()
    Leaving(exits.farewell, exits.end).listen()
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
    assert exits.order == ["Good night.", "status 0"]
