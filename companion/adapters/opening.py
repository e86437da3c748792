"""Opening a device without being held up by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from companion.adapters.devices import NO_ANSWER, Opened
from companion.trouble import Trouble

SOON = 1.0
"""Seconds an attempt is waited for before the evening goes on without; opening takes 3 to 10 ms, or a server's time-out."""

STUCK = 8.0
"""Seconds after which an attempt is given up for a new one; a choice of ours, above a sound server's own time-out of 5."""

_ONE_AT_A_TIME = threading.Lock()
_UNDER_WAY: set[Opening] = set()


def none_under_way() -> bool:
    """Whether no attempt is inside PortAudio just now; only then may it be ended and begun anew."""
    return not _UNDER_WAY


def another_under_way(own: Opening | None) -> bool:
    """Whether an attempt other than `own` is inside PortAudio and may still come to an end: not the time to close or open."""
    return any(attempt is not own and not attempt.stuck for attempt in list(_UNDER_WAY))


class Opening:
    """One attempt to open and start a stream, in a thread of its own.

    PortAudio's start has been seen to hang for ever when a virtual device came back (through ALSA's pulse plugin, under load);
    the loop must not hang with it. A stuck attempt can't be ended, only given up; should it succeed later, it closes its stream
    itself. PortAudio is not made for two threads at once, so attempts wait for each other, but not for a stuck one.
    """

    def __init__(self, kind: str, work: Callable[[], Opened]) -> None:
        self._kind, self._work = kind, work
        self._opened: Opened | None = None
        self._error: Exception | None = None
        self._over = threading.Event()
        self._given_up = False
        self._began = time.monotonic()
        self._lock = threading.Lock()
        _UNDER_WAY.add(self)
        self._thread = threading.Thread(target=self._run, name=f"open {kind}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        alone = _ONE_AT_A_TIME.acquire(timeout=SOON / 2)
        try:
            opened = self._work()
            try:
                opened.stream.start()
            except Exception as error:
                opened.stream.close()
                hint = "Try another, or run: companion doctor"
                raise Trouble(f"The {self._kind} {opened.name!r} won't start ({error}). {hint}") from error
            with self._lock:
                self._opened = opened
                unwanted = self._given_up
            if unwanted:
                opened.stream.abort()
                opened.stream.close()
        except Exception as error:
            self._error = error
        finally:
            if alone:
                _ONE_AT_A_TIME.release()
            _UNDER_WAY.discard(self)
            self._over.set()

    @property
    def over(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self._over.is_set()

    @property
    def stuck(self) -> bool:
        """Whether nothing more is to be expected of it."""
        return not self.over and time.monotonic() - self._began > STUCK

    def result(self, wait: float) -> Opened:
        """The running stream. Raises `Trouble` when it could not be opened or is not there within `wait` seconds."""
        if not self._over.wait(wait):
            raise Trouble(NO_ANSWER)
        if self._error is not None:
            raise self._error
        assert self._opened is not None
        return self._opened

    def give_up(self) -> None:
        """Its stream is no longer wanted, whenever it comes."""
        with self._lock:
            self._given_up = True
            opened = self._opened
        if opened is not None:
            opened.stream.abort()
            opened.stream.close()
