"""The live evening: a real microphone, a real speaker, speech rendered ahead by a worker."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.adapters.chimes import chime
from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone
from companion.effects import Adjust, Chime, Effect, Finish, Hush, ListenFor, Mode, Prepare, Say
from companion.evening.ports import Voice
from companion.inputs import Block, DeviceBack, DeviceLost, Input, PlaybackEnded, PlaybackStarted
from companion.timeline import PLAYBACK_RATE, RATE, Sample
from companion.trouble import Trouble

READ_FOR = 0.2
"""Seconds that one read of the microphone may take before the loudspeaker is looked after again."""

REOPEN_EVERY = 2.0
"""Seconds between two attempts to get a lost device back."""

NOTCH_DB = 3.0
"""One notch of louder or softer."""

Sound = NDArray[np.float32]


@dataclass(slots=True)
class _Cue:
    """Something to be played: being rendered, then waiting for the loudspeaker."""

    number: int
    rendering: Future[Sound]


class LiveWorld:
    """Devices as a world. `next` blocks until there is an input; `close` from any state.

    `speak_at(notches)` gives the voice so many notches of 10 % faster than usual; `cut_short` is asked before each wait and ends
    the evening when true.
    """

    def __init__(
        self,
        microphone: Microphone,
        loudspeaker: Loudspeaker,
        speak_at: Callable[[int], Voice],
        gain_db: float = 0.0,
        chime_db: float = 0.0,
    ) -> None:
        self._microphone, self._loudspeaker = microphone, loudspeaker
        self._speak_at, self._faster = speak_at, 0
        self._voice = speak_at(0)
        self._gain_db, self._chime_db = gain_db, chime_db
        self._given: deque[Input] = deque()
        self._cues: deque[_Cue] = deque()
        self._playing: dict[int, Sound] = {}
        self._speaking = ThreadPoolExecutor(1, "voice")
        self._ahead = ThreadPoolExecutor(1, "voice-ahead")
        self._heard_until: Sample = 0
        self._lost: dict[str, float] = {}
        self._finished = False
        self.mishaps: list[str] = []

    def next(self) -> Input | None:
        """The next input. Blocks are never skipped; playback is reported between them."""
        while True:
            self._look_after_speaker()
            self._look_after_devices()
            if self._given:
                return self._given.popleft()
            if self._finished and not self._cues and not self._loudspeaker.busy:
                return None
            block = self._microphone.read(READ_FOR)
            if block is not None:
                at, sound = block
                self._heard_until = at + len(sound)
                return Block(at, sound)

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out effects without waiting for any of them."""
        for effect in effects:
            match effect:
                case Say(cue=cue, text=text):
                    self._cues.append(_Cue(cue, self._speaking.submit(self._voice.render, text)))
                case Chime(cue=cue, kind=kind):
                    ready: Future[Sound] = Future()
                    ready.set_result(chime(kind) * np.float32(10 ** (self._chime_db / 20)))
                    self._cues.append(_Cue(cue, ready))
                case Hush():
                    self._hush()
                case Prepare(texts=texts):
                    for text in texts:
                        self._ahead.submit(self._prepare, text)
                case ListenFor(mode=Mode.OFF):
                    self._microphone.pause()
                case ListenFor():
                    self._microphone.resume()
                case Adjust(louder=louder, faster=faster):
                    self._gain_db = min(6.0, self._gain_db + NOTCH_DB * louder)
                    if faster:
                        self._faster += faster
                        self._voice = self._speak_at(self._faster)
                case Finish():
                    self._finished = True
                case _:
                    pass

    def close(self) -> None:
        """Fall silent and let the devices go."""
        self._hush()
        self._speaking.shutdown(wait=False, cancel_futures=True)
        self._ahead.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + 0.1
        while self._loudspeaker.busy and not self._loudspeaker.lost and time.monotonic() < until:
            time.sleep(0.01)
        self._loudspeaker.close()
        self._microphone.close()

    def _prepare(self, text: str) -> None:
        try:
            self._voice.render(text)
        except Trouble as trouble:
            self.mishaps.append(str(trouble))

    def _hush(self) -> None:
        while self._cues:
            cue = self._cues.popleft()
            cue.rendering.cancel()
            self._given.append(PlaybackEnded(self._heard_until, cue.number, cut=True))
        self._loudspeaker.hush()

    def _look_after_speaker(self) -> None:
        for what, number, heard_at in self._loudspeaker.events():
            at = max(0, self._microphone.clock.sample_at(heard_at)) if self._microphone.clock.known else self._heard_until
            if what == "started" and number in self._playing:
                self._given.append(PlaybackStarted(at, number, _at_16k(self._playing[number])))
            elif what in ("ended", "cut"):
                self._playing.pop(number, None)
                self._given.append(PlaybackEnded(at, number, cut=what == "cut"))
        while self._cues and self._cues[0].rendering.done() and not self._loudspeaker.busy:
            cue = self._cues.popleft()
            self._playing[cue.number] = sound = self._rendered(cue)
            self._loudspeaker.play(cue.number, sound, self._gain_db)

    def _rendered(self, cue: _Cue) -> Sound:
        """What to play; where the voice failed, a chime (the line is on the screen)."""
        try:
            return cue.rendering.result()
        except Trouble as trouble:
            self.mishaps.append(str(trouble))
            self._given.append(DeviceLost(self._heard_until, "voice"))
            return chime("soon")

    def _look_after_devices(self) -> None:
        now = time.monotonic()
        if self._gone("microphone", self._microphone.lost, now) and self._microphone.reopen():
            self._back("microphone")
        if self._gone("speaker", self._loudspeaker.lost, now) and self._loudspeaker.reopen():
            self._back("speaker")

    def _gone(self, device: str, lost: bool, now: float) -> bool:
        """Is it time to try to get this device back?"""
        if device not in self._lost:
            if not lost:
                return False
            self._lost[device] = now
            self._given.append(DeviceLost(self._heard_until, "microphone" if device == "microphone" else "speaker"))
            return False
        if now - self._lost[device] < REOPEN_EVERY:
            return False
        self._lost[device] = now
        return True

    def _back(self, device: str) -> None:
        del self._lost[device]
        self._given.append(DeviceBack(self._heard_until, "microphone" if device == "microphone" else "speaker"))


def _at_16k(sound: Sound) -> Sound:
    return np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE), np.float32)
