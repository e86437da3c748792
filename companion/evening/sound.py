"""The devices of a live evening, opened first of all: while the rest is loaded, the microphone has begun to listen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from companion.adapters.devices import PORT_AUDIO
from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone
from companion.adapters.opening import none_under_way
from companion.evening.settings import Settings
from companion.trouble import Trouble

TRY_EVERY = 1.0
"""Seconds between two looks for a device that is waited for."""


@contextmanager
def devices(settings: Settings, wait: float = 0.0) -> Iterator[tuple[Microphone, Loudspeaker]]:
    """Both devices, open; looked for again until `wait` seconds have passed (a USB stick appears seconds after boot).

    Raises Trouble with a sentence where one is not there.
    """
    until = time.monotonic() + wait
    while True:
        with ExitStack() as opened:
            try:
                microphone = opened.enter_context(Microphone(settings.microphone, settings.channels))
                loudspeaker = opened.enter_context(Loudspeaker(settings.speaker))
            except Trouble:
                if time.monotonic() >= until:
                    raise
            else:
                yield microphone, loudspeaker
                return
        time.sleep(min(TRY_EVERY, max(0.1, until - time.monotonic())))
        if none_under_way():
            PORT_AUDIO.rescan()  # the list of devices is read once, and again only when asked for
