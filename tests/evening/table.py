"""A table without devices: a microphone, a loudspeaker and a voice that do as the adapters do, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from companion.effects import Effect
from companion.evening.guard import GuardedRecognizer
from companion.evening.live import LiveWorld
from companion.evening.speech import Speech
from companion.hearing.heard import Word
from companion.inputs import Block, DeviceBack, DeviceLost, Input, PlaybackEnded, PlaybackStarted
from companion.timeline import BLOCK, PLAYBACK_RATE, RATE, Sample
from companion.trouble import Trouble

Sound = NDArray[np.float32]

LEAD = 0.02
"""Seconds between an order and its sound."""


class Time:
    """Seconds, moved by the microphone."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Clock:
    """The fit of samples to seconds, exact."""

    known = True

    def __init__(self, time: Time) -> None:
        self._began = time.now

    def sample_at(self, at: float) -> Sample:
        return round((at - self._began) * RATE)


class Microphone:
    """A block of silence every 32 ms. `slow`: so many seconds pass in the loop before the next one is read."""

    def __init__(self, time: Time) -> None:
        self.clock, self._time, self._at = Clock(time), time, 0
        self.lost = self.recording = False
        self.recording = True
        self.channels = 2
        self.dropped = 0
        self.there = True
        self.closed = False
        self.slow = 0.0

    def read(self, timeout: float) -> tuple[Sample, Sound] | None:
        self._time.now = max(self._time.now + self.slow, 1000.0 + (self._at + BLOCK) / RATE)
        at, self._at = self._at, self._at + BLOCK
        return at, np.zeros((BLOCK, 2), np.float32)

    def reopen(self) -> bool:
        self.lost = not self.there
        return not self.lost

    def pause(self) -> None:
        self.recording = False

    def resume(self) -> None:
        self.recording = True

    def close(self) -> None:
        self.closed = True


class Loudspeaker:
    """Plays in the test's time; `played` holds every sound that was ordered, with its gain."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.lost = False
        self.there = True
        self.closed = False
        self.played: list[tuple[int, Sound, float]] = []
        self.hushed: list[float] = []
        self._sounding: tuple[int, float] | None = None
        self._reports: list[tuple[str, int, float]] = []

    @property
    def busy(self) -> bool:
        self._go_on()
        return self._sounding is not None

    def play(self, cue: int, pcm48k: Sound, gain_db: float = 0.0) -> None:
        self.played.append((cue, pcm48k, gain_db))
        if self.lost:
            self._reports.append(("cut", cue, self._time.now))
            return
        begin = self._time.now + LEAD
        self._reports.append(("started", cue, begin))
        self._sounding = cue, begin + len(pcm48k) / PLAYBACK_RATE

    def hush(self) -> None:
        self.hushed.append(self._time.now)
        self._cut(self._time.now + 0.04)

    def events(self) -> list[tuple[str, int, float]]:
        self._go_on()
        reports, self._reports = self._reports, []
        return reports

    def reopen(self) -> bool:
        self.lost = not self.there
        return not self.lost

    def close(self) -> None:
        self.closed = True

    def pulled(self) -> None:
        """The plug is pulled: what sounds is cut."""
        self.lost, self.there = True, False
        self._cut(self._time.now)

    def _cut(self, at: float) -> None:
        if self._sounding is not None:
            self._reports.append(("cut", self._sounding[0], at))
            self._sounding = None

    def _go_on(self) -> None:
        if self._sounding is not None and self._time.now >= self._sounding[1]:
            self._reports.append(("ended", *self._sounding))
            self._sounding = None


class Voice:
    """Half a second of sound for any line; `broken` lines raise."""

    def __init__(self, level: float = 0.1) -> None:
        self.level = level
        self.broken = False
        self.asked: list[str] = []

    def render(self, text: str, keep: bool = True) -> Sound:
        self.asked.append(text)
        if self.broken:
            raise Trouble("The voice is gone.")
        return np.full(PLAYBACK_RATE // 2, self.level, np.float32)


class Engine:
    """A recogniser that hears "yes" in everything, until it breaks."""

    vocabulary = frozenset({"yes"})

    def __init__(self) -> None:
        self.broken = False
        self.fed = 0

    def listen_for(self, phrases: Iterable[str], decoys: Iterable[str] = ()) -> None:
        self._may_break()

    def begin(self, at: Sample) -> None:
        self._may_break()

    def feed(self, sound: Sound) -> None:
        self._may_break()
        self.fed += 1

    def end(self) -> tuple[Word, ...]:
        self._may_break()
        return (Word("yes", 0, BLOCK, 1.0),)

    def _may_break(self) -> None:
        if self.broken:
            raise RuntimeError("the decoder has fallen over")


class Table:
    """The live world on these devices; `live` lets time pass and collects what the core would be told."""

    def __init__(self, voice: Voice | None = None) -> None:
        self.time = Time()
        self.microphone, self.loudspeaker = Microphone(self.time), Loudspeaker(self.time)
        self.voice = voice or Voice()
        self.engine = Engine()
        self.complaints: list[str] = []
        self.recognizer = GuardedRecognizer(self.engine, self.complaints.append)
        self.speech = Speech(lambda notches: self.voice)
        self.leave = False
        self.world = LiveWorld(
            self.microphone, self.loudspeaker, self.speech, recognizer=self.recognizer, ended=lambda: self.leave, now=self.time
        )  # fmt: skip

    def does(self, *effects: Effect) -> None:
        self.world.perform(effects)

    def live(self, until: Callable[[Input], bool] | None = None, blocks: int = 400) -> list[Input]:
        """Everything but the blocks, until something comes or so many blocks have passed."""
        told: list[Input] = []
        while blocks:
            given = self.world.next()
            if given is None:
                return told
            if isinstance(given, Block):
                blocks -= 1
                continue
            told.append(given)
            if until is not None and until(given):
                return told
        return told


def brief(told: Iterable[Input]) -> list[str]:
    """Inputs in a few words."""
    out = []
    for given in told:
        match given:
            case PlaybackStarted(cue=cue):
                out.append(f"{cue} started")
            case PlaybackEnded(cue=cue, cut=cut):
                out.append(f"{cue} cut" if cut else f"{cue} ended")
            case DeviceLost(device=device):
                out.append(f"{device} lost")
            case DeviceBack(device=device):
                out.append(f"{device} back")
    return out
