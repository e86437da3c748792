"""A device whose start never returns must not take the evening with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from test_microphone import FakeDevice, FakeStream, drain, feed, microphone, noise


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While closed, starting a stream hangs."""
    opened = threading.Event()
    opened.set()
    monkeypatch.setattr("companion.adapters.microphone.SOON", 0.02)
    monkeypatch.setattr(FakeStream, "start", lambda self: opened.wait(30))
    yield opened
    opened.set()


def test_a_start_that_hangs_leaves_the_loop_running_and_is_taken_up_when_it_ends(gate: threading.Event) -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(10))
    device.dies()
    gate.clear()
    assert not mic.reopen() and mic.lost
    device.loses(1.0)
    assert len(drain(mic)) == 31
    assert not mic.reopen()
    assert len(device.streams) == 2
    gate.set()
    assert mic._opening is not None and mic._opening.result(10) is not None
    assert mic.reopen() and not mic.lost
    assert feed(device, mic, noise(3))[-1][1].any()


def test_a_stuck_start_is_given_up_for_a_new_one_and_closes_itself_when_it_ends(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = FakeDevice()
    mic = microphone(device)
    device.dies()
    gate.clear()
    assert not mic.reopen()
    stuck = mic._opening
    assert stuck is not None
    monkeypatch.setattr("companion.adapters.opening.STUCK", 0.0)
    assert not mic.reopen()
    assert mic._opening is not stuck
    gate.set()
    assert stuck.result(10).stream is device.streams[1]
    stuck._thread.join(10)
    assert device.streams[1].closed
