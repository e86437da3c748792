"""The live evening: a real microphone, a real speaker, speech rendered ahead by a worker."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from companion.adapters.chimes import chime
from companion.effects import (
    Adjust,
    Chime,
    ChimeKind,
    Effect,
    Enrol,
    Finish,
    GiveFloor,
    Hush,
    ListenFor,
    Mode,
    Prepare,
    Say,
    Show,
)
from companion.evening.guard import GuardedRecognizer
from companion.evening.ports import SoundSink, SoundSource
from companion.evening.speech import Line, Speech, line_of
from companion.events import QUOTING
from companion.inputs import Block, Device, DeviceBack, DeviceLost, Input, PlaybackEnded, PlaybackStarted
from companion.timeline import RATE, Sample, samples

READ_FOR = 0.1
"""Seconds that one read of the microphone may take before the loudspeaker is looked after again."""

REOPEN_EVERY = 2.0
"""Seconds between two attempts to get a lost device back."""

LATE = 2.0
"""Seconds a line may be rendered before a chime stands in for it: after as long, the companion's mouth counts it as begun."""

LAST_SOUND = 15.0
"""Seconds after the end of an evening that a last sound is waited for."""

BEHIND, CAUGHT_UP = samples(1.0), samples(0.1)
"""So far behind the microphone, recognition is given up; so near it again, it is taken up. Choices of ours: a *stop* that is
heard a second late is better than one not heard, but two seconds behind, the microphone gives up sound (`Microphone.dropped`)."""

TELL_EVERY = samples(60.0)
"""Between two words in the log about sound that was given up."""

NOTCH_DB = 3.0
"""One notch of louder or softer."""

LOUDEST_DB, SOFTEST_DB = 6.0, -30.0

Lost = Literal["microphone", "speaker"]


@dataclass(slots=True)
class _Cue:
    """Something to be played: being rendered, then waiting for the loudspeaker."""

    number: int
    line: Future[Line]
    due: float


class LiveWorld:
    """Devices as a world. `next` blocks until there is an input, a tenth of a second at most; `close` from any state.

    `recognizer` is spared while the loop is behind, and its failure told. `ended` is asked before each wait: when it says so
    there are no more inputs. What breaks on the way is told once by `troubles`, in a few words for the log.
    """

    def __init__(
        self,
        microphone: SoundSource,
        loudspeaker: SoundSink,
        speech: Speech,
        *,
        gain_db: float = 0.0,
        chime_db: float = 0.0,
        recognizer: GuardedRecognizer | None = None,
        ended: Callable[[], bool] = lambda: False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._microphone, self._loudspeaker, self._speech = microphone, loudspeaker, speech
        self._gain_db, self._chime_db = gain_db, chime_db
        self._recognizer, self._ended, self._now = recognizer, ended, now
        self._given: deque[Input] = deque()
        self._cues: deque[_Cue] = deque()
        self._playing: dict[int, Line] = {}
        self._over: deque[PlaybackEnded] = deque()
        self._heard_until: Sample = 0
        self._lost: dict[Lost, float] = {}
        self._mute = self._wordless = False
        self._finished: float | None = None
        self._dropped: int | None = None  # not known before the first block: what was lost while we were loaded is nobody's loss
        self._told_at: Sample = -TELL_EVERY
        self._troubles: list[str] = []

    # --- inputs

    def next(self) -> Input | None:
        """The next input. Blocks are never skipped; playback is reported between them."""
        while not self._ended():
            self._look_after_speaker()
            self._look_after_devices()
            self._look_after_words()
            if self._given:
                return self._given.popleft()
            if self._finished is not None and (not self._sounding or self._now() - self._finished > LAST_SOUND):
                return None
            block = self._microphone.read(READ_FOR)
            if block is not None:
                at, sound = block
                self._heard_until = at + len(sound)
                self._look_after_pace()
                return Block(at, sound)
        return None

    def troubles(self) -> tuple[str, ...]:
        """What broke since this was last asked, a few words each."""
        told, self._troubles = tuple(self._troubles), []
        return told

    # --- effects

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out effects without waiting for any of them."""
        for effect in effects:
            match effect:
                case Say(cue=cue, line=key, text=text):
                    self._await(cue, self._speech.say(text, keep=key not in QUOTING))
                case Chime(cue=cue, kind=kind):
                    self._await(cue, _done(_chime(kind, self._chime_db)))
                case Hush():
                    self.hush()
                case Prepare(texts=texts):
                    self._speech.prepare(texts)
                case ListenFor(mode=Mode.OFF):
                    self._microphone.pause()
                case ListenFor():
                    self._microphone.resume()
                case Adjust(louder=louder, faster=faster):
                    self._gain_db = max(SOFTEST_DB, min(LOUDEST_DB, self._gain_db + NOTCH_DB * louder))
                    self._speech.change_speed(faster)
                case Finish():
                    self._finished = self._now()
                case GiveFloor() | Enrol() | Show():
                    pass
                case _:
                    assert_never(effect)

    def hush(self) -> None:
        """Silence within 50 ms; what waits is not played."""
        self._loudspeaker.hush()
        while self._cues:
            self._drop(self._cues.popleft())

    def close(self) -> None:
        """Fall silent and let the devices go."""
        self.hush()
        self._speech.close()
        until = time.monotonic() + 0.1
        while self._loudspeaker.busy and not self._loudspeaker.lost and time.monotonic() < until:
            time.sleep(0.01)
        try:
            self._loudspeaker.close()
        finally:
            self._microphone.close()

    # --- the loudspeaker

    @property
    def _sounding(self) -> bool:
        return bool(self._cues or self._over) or self._loudspeaker.busy

    def _await(self, cue: int, line: Future[Line]) -> None:
        """Play this next. One sound at a time: an earlier one that is not even rendered has had its time."""
        while self._cues and not self._cues[0].line.done():
            self._drop(self._cues.popleft())
        self._cues.append(_Cue(cue, line, self._now() + LATE))

    def _drop(self, cue: _Cue) -> None:
        self._over.append(PlaybackEnded(self._heard_until, cue.number, cut=True))

    def _look_after_speaker(self) -> None:
        for what, number, heard_at in self._loudspeaker.events():
            clock = self._microphone.clock
            at = max(0, clock.sample_at(heard_at)) if clock.known else self._heard_until
            if what == "started" and number in self._playing:
                self._given.append(PlaybackStarted(at, number, self._playing[number].reference))
            elif what in ("ended", "cut"):
                self._playing.pop(number, None)
                self._over.append(PlaybackEnded(at, number, cut=what == "cut"))
        while self._over and self._over[0].at <= self._heard_until:  # told when it is past: the row of inputs never runs ahead
            self._given.append(self._over.popleft())
        while self._cues and not self._loudspeaker.busy and self._ready(self._cues[0]):
            cue = self._cues.popleft()
            self._playing[cue.number] = line = self._rendered(cue)
            self._loudspeaker.play(cue.number, line.sound, self._gain_db)

    def _ready(self, cue: _Cue) -> bool:
        return cue.line.done() or self._now() >= cue.due

    def _rendered(self, cue: _Cue) -> Line:
        """What to play; where the voice failed or is late, a chime (the line is on the screen)."""
        if not cue.line.done():
            self._troubles.append("a line was late")
            return _chime("soon", self._chime_db)
        error = cue.line.exception()
        if error is None:
            if self._mute:
                self._mute = False
                self._given.append(DeviceBack(self._heard_until, "voice"))
            return cue.line.result()
        self._troubles.append(f"a line could not be spoken: {error}")
        if not self._mute:
            self._mute = True
            self._given.append(DeviceLost(self._heard_until, "voice"))
        return _chime("soon", self._chime_db)

    # --- devices, words, pace

    def _look_after_devices(self) -> None:
        """One attempt to reopen at a time: PortAudio is not made for two threads at once, and an attempt may take a second."""
        now = self._now()
        devices: tuple[tuple[Lost, SoundSource | SoundSink], ...] = (
            ("microphone", self._microphone),
            ("speaker", self._loudspeaker),
        )
        for name, device in devices:
            if name not in self._lost and device.lost:
                self._lost[name] = now
                self._tell(DeviceLost, name)
        for name, device in devices:
            if name in self._lost and now - self._lost[name] >= REOPEN_EVERY:
                if device.reopen():
                    del self._lost[name]
                    self._tell(DeviceBack, name)
                else:
                    self._lost[name] = self._now()
                return

    def _tell(self, what: type[DeviceLost] | type[DeviceBack], device: Device) -> None:
        self._given.append(what(self._heard_until, device))

    def _look_after_words(self) -> None:
        if self._recognizer is not None and self._recognizer.lost and not self._wordless:
            self._wordless = True
            self._tell(DeviceLost, "recogniser")

    def _look_after_pace(self) -> None:
        """How far the loop is behind the microphone: recognition is given up first; sound that was lost is told."""
        if self._recognizer is not None and self._microphone.clock.known:
            behind = self._microphone.clock.sample_at(self._now()) - self._heard_until
            self._recognizer.sparing = behind > (CAUGHT_UP if self._recognizer.sparing else BEHIND)
        if self._dropped is None:
            self._dropped = self._microphone.dropped
        if self._microphone.dropped > self._dropped and self._heard_until - self._told_at >= TELL_EVERY:
            lost, self._dropped = self._microphone.dropped - self._dropped, self._microphone.dropped
            self._told_at = self._heard_until
            self._troubles.append(f"the computer was too slow: {lost / RATE:.1f} s of sound were lost")


def _done(line: Line) -> Future[Line]:
    ready: Future[Line] = Future()
    ready.set_result(line)
    return ready


@cache
def _chime(kind: ChimeKind, gain_db: float) -> Line:
    sound: NDArray[np.float32] = chime(kind) * np.float32(10 ** (gain_db / 20))
    return line_of(sound)
