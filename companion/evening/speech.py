"""The companion's lines as sound, rendered ahead of need and never waited for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.evening.ports import Voice
from companion.timeline import PLAYBACK_RATE, RATE
from companion.trouble import Trouble

Sound = NDArray[np.float32]

KEPT = 24
"""Lines kept ready in memory, some 15 MB; more than any step announces. The rest is in the cache on disk."""

FASTEST, SLOWEST = 5, -5
"""Notches of 10 % between which the voice can be changed in an evening."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the loudspeaker plays (48 kHz), and the same at 16 kHz for hearing to tell it from people."""

    sound: Sound
    reference: Sound


def line_of(sound: Sound) -> Line:
    """A line from mono sound at 48 kHz."""
    return Line(sound, np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE), np.float32))


class Understudied:
    """A voice with an understudy: who failed last speaks second. Raises `Trouble` when both fail. Safe in several threads."""

    def __init__(self, first: Voice, understudy: Callable[[], Voice]) -> None:
        self._voices: list[Voice] = [first]
        self._understudy: Callable[[], Voice] | None = understudy
        self._lock = Lock()

    def render(self, text: str, keep: bool = True) -> Sound:
        """The line, by whichever voice can."""
        with self._lock:
            order = list(self._voices)
        try:
            return order[0].render(text, keep)
        except Trouble as failed:
            other = order[1] if len(order) > 1 else self._called()
            if other is None:
                raise
            try:
                sound = other.render(text, keep)
            except Trouble:
                raise failed from None
            with self._lock:
                self._voices = [other, order[0]]
            return sound

    def _called(self) -> Voice | None:
        """The understudy, when first needed; None where there is none."""
        with self._lock:
            call, self._understudy = self._understudy, None
        if call is None:
            return None
        try:
            voice = call()
        except Trouble:
            return None
        with self._lock:
            self._voices.append(voice)
        return voice


class Speech:
    """Lines by voice and speed. `say` at once, `prepare` when there is time; neither waits.

    `speak_at(notches)` gives the voice that many notches of 10 % faster than usual; it is asked once for each and may take long
    (a new process), so only the rendering threads ask.
    """

    def __init__(self, speak_at: Callable[[int], Voice]) -> None:
        self._speak_at, self._notch = speak_at, 0
        self._voices: dict[int, Voice] = {}
        self._lines: OrderedDict[tuple[int, str], Future[Line]] = OrderedDict()
        self._foreseen: set[tuple[int, str]] = set()
        self._now = ThreadPoolExecutor(1, "voice")
        self._ahead = ThreadPoolExecutor(1, "voice-ahead")
        self._lock = Lock()

    def say(self, text: str, keep: bool = True) -> Future[Line]:
        """The line as soon as can be: from memory, from what is being prepared, or rendered now. Its error is a `Trouble`.

        `keep` false: it quotes a partner, and neither memory nor disk holds it afterwards.
        """
        key = (self._notch, text)
        if not keep:
            return self._now.submit(self._render, key, False)
        self._foreseen.discard(key)
        known = self._lines.get(key)
        if known is not None and not known.cancel():
            failed = known.done() and known.exception() is not None
            if not failed:
                self._lines.move_to_end(key)
                return known
        return self._keep(key, self._now.submit(self._render, key))

    def prepare(self, texts: Iterable[str]) -> None:
        """These may be needed next, in this order; what was wanted before and has not been begun is forgotten."""
        for key in self._foreseen:
            if key in self._lines and self._lines[key].cancel():
                del self._lines[key]
        self._foreseen.clear()
        for text in list(texts)[:KEPT]:
            key = (self._notch, text)
            if key not in self._lines:
                self._foreseen.add(key)
                self._keep(key, self._ahead.submit(self._render, key))

    def change_speed(self, notches: int) -> None:
        """Faster, or slower where negative, for the rest of the evening."""
        self._notch = max(SLOWEST, min(FASTEST, self._notch + notches))

    def close(self) -> None:
        """Nothing more will be said. Does not wait for what is being rendered."""
        for pool in (self._now, self._ahead):
            pool.shutdown(wait=False, cancel_futures=True)

    def _keep(self, key: tuple[int, str], line: Future[Line]) -> Future[Line]:
        self._lines[key] = line
        self._lines.move_to_end(key)
        while len(self._lines) > KEPT:
            self._lines.popitem(last=False)
        return line

    def _render(self, key: tuple[int, str], keep: bool = True) -> Line:
        notch, text = key
        with self._lock:
            voice = self._voices.get(notch)
            if voice is None:
                voice = self._voices[notch] = self._speak_at(notch)
        return line_of(voice.render(text, keep))
