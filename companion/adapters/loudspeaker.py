"""The loudspeaker: one output stream all evening, cues that can be hushed, and word of what was heard when."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.adapters.devices import PORT_AUDIO, SIGN_OF_LIFE, Opened, SoundSystem
from companion.adapters.opening import SOON, Opening, another_under_way, none_under_way
from companion.timeline import PLAYBACK_RATE
from companion.trouble import Trouble

FADE = 0.020
"""Seconds of the raised-cosine fade of a hushed cue: no click, and still silent within 50 ms of the order."""

SILENT_DEVICE = 3.0
"""Seconds without a callback after which the device counts as lost: a suspended device says nothing of it (measured), while a
pulled one ends its stream at once. Longer than the microphone's, because giving up cuts a cue and pauses the evening, and a
sound server may take sound in lumps: PulseAudio's null sink stalled for 2.0 s at a time (measured)."""

WARM_UP = 2.0
"""Seconds after opening in which callbacks may come in fits: a sound server fills its buffer and starts
up to 0.8 s later (measured)."""

MOST_LEAD = 0.5
"""Seconds between callback and sound beyond which PortAudio's stamps are not believed (20 to 225 ms were measured)."""

NO_CUE = -1
"""Stands for the cue in an "underflow" that hit no cue."""

Report = tuple[str, int, float]
"""What became of a cue: "started", "ended", "cut" or "underflow"; the cue; when it was heard, in monotonic seconds."""

_CURVE = ((1 + np.cos(np.linspace(0, np.pi, round(FADE * PLAYBACK_RATE)))) / 2).astype(np.float32)


class Loudspeaker:
    """Sound out, 48 kHz mono (the same on every channel of the device). It plays silence between cues and is never stopped.

    Every cue given to `play` is reported by exactly one "ended" or "cut", and by a "started" before unless it was cut unheard.
    Use as a context manager. All methods belong to one thread. `underflows` counts clicks from a computer that was too busy.
    """

    def __init__(
        self, device: str | None = None, sound: SoundSystem = PORT_AUDIO, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Opens `device` (part of a name; None for the usual one). Raises `Trouble` with a sentence for the user."""
        self.underflows = self.callback_errors = 0
        self._sound, self._now, self._wanted = sound, now, device
        self._orders: SimpleQueue[tuple[int, NDArray[np.int16]] | None] = SimpleQueue()
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._given = self._done = 0
        self._cue, self._pcm, self._at, self._fade = NO_CUE, None, 0, -1
        self._next: tuple[int, NDArray[np.int16]] | None = None
        self._lead, self._last_call = 0.0, now()
        self._finished = False
        self._stream: Opened | None = None
        self._opening: Opening | None = None
        self._begin(SIGN_OF_LIFE)
        sound.join(self)

    _pcm: NDArray[np.int16] | None

    # ---- the callback's side -------------------------------------------------------------------------------------------------

    def _callback(self, out: NDArray[np.int16], frames: int, stamps: Any, status: Any) -> None:
        """PortAudio's thread: take orders, copy samples, report. Never waits, never raises."""
        try:
            now = self._now()
            self._last_call = now
            lead = stamps.outputBufferDacTime - stamps.currentTime
            if 0.0 <= lead <= MOST_LEAD:
                self._lead = lead
            heard = now + self._lead
            out.fill(0)
            if status and status.output_underflow:
                self.underflows += 1
                if self._pcm is not None:
                    self._reports.put(("underflow", self._cue, heard))
            while not self._orders.empty():
                self._obey(self._orders.get_nowait(), heard)
            done = 0
            while done < frames and (self._pcm is not None or self._next is not None):
                done += self._sound_cue(out[done:], heard + done / PLAYBACK_RATE)
        except Exception:
            self.callback_errors += 1

    def _obey(self, order: tuple[int, NDArray[np.int16]] | None, heard: float) -> None:
        """Hush (None) or play: what sounds is faded; what waited is cut unheard and reported."""
        if self._next is not None:
            self._finish("cut", self._next[0], heard)
        self._next = order
        if self._pcm is not None and self._fade < 0:
            self._fade = 0

    def _sound_cue(self, out: NDArray[np.int16], heard: float) -> int:
        """Write the cue into `out` until either ends; frames written. Takes the waiting cue where none sounds."""
        if self._pcm is None:
            assert self._next is not None
            (self._cue, self._pcm), self._next = self._next, None
            self._at, self._fade = 0, -1
            self._reports.put(("started", self._cue, heard))
        part = self._pcm[self._at : self._at + len(out)]
        if self._fade >= 0:
            curve = _CURVE[self._fade : self._fade + len(part)]
            part = (part[: len(curve)] * curve).astype(np.int16)
            self._fade += len(part)
        out[: len(part)] = part[:, None]
        self._at += len(part)
        faded = self._fade >= len(_CURVE)
        if faded or self._at >= len(self._pcm):
            self._pcm = None
            self._finish("cut" if self._fade >= 0 else "ended", self._cue, heard + len(part) / PLAYBACK_RATE)
        return len(part)

    def _finish(self, how: str, cue: int, heard: float) -> None:
        self._reports.put((how, cue, heard))
        self._done += 1

    def _ended(self) -> None:
        self._finished = True

    # ---- the loop's side -----------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a cue sounds or waits."""
        return self._given > self._done

    @property
    def lost(self) -> bool:
        """The device is gone: its stream ended, or it has not asked for sound for `SILENT_DEVICE` seconds."""
        if self._stream is None or self._finished:
            return True
        warm = self._last_call - self._opened_at > WARM_UP
        return self._now() - self._last_call > (SILENT_DEVICE if warm else SIGN_OF_LIFE)

    def play(self, cue: int, pcm48k: NDArray[np.float32], gain_db: float = 0.0) -> None:
        """Play (n,) float32 at 48 kHz, full scale ±1, louder by `gain_db`, clipped at full scale. Begins with the next 10 ms.

        A cue that still sounds is faded first (20 ms) and reported "cut"; normally the caller waits until not `busy`.
        With the device lost the cue is reported "cut" at once.
        """
        loud = np.clip(np.asarray(pcm48k, np.float32).reshape(-1) * 10 ** (gain_db / 20), -1.0, 1.0)
        self._given += 1
        self._orders.put((cue, np.round(loud * 32767).astype(np.int16)))
        if self.lost:
            self._settle()

    def hush(self) -> None:
        """Silence: a 20 ms fade from the next 10 ms on; whatever waits is cut too. Nothing happens when nothing sounds."""
        self._orders.put(None)

    def events(self) -> list[Report]:
        """What became of cues since the last call, oldest first. Cues of a lost device come out as "cut"."""
        if self.lost:
            self._settle()
        reports = []
        while not self._reports.empty():
            reports.append(self._reports.get_nowait())
        return reports

    def reopen(self) -> bool:
        """Try to get a lost device back: by name, and where that fails with a new list of devices. True when it is open again.

        Cheap enough for every two seconds. Cues of before are not taken up again.
        """
        if not self.lost:
            return True
        if another_under_way(self._opening):
            return False
        self._settle()
        return self._try_open() or (none_under_way() and self._sound.rescan(self) and self._try_open())

    def close(self) -> None:
        """Silence at once and end. Safe at any moment, also twice; hush first and wait for "cut" to avoid a click."""
        self._settle()
        if self._opening is not None:
            self._opening.give_up()

    def __enter__(self) -> Loudspeaker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def make_way(self) -> bool:
        """Let others look for devices, when nothing sounds."""
        if self._opening is not None or (self.busy and not self.lost):
            return False
        self._settle()
        return True

    def move_back(self) -> None:
        """Open again after `make_way`."""
        self._try_open()

    # ---- opening and closing -------------------------------------------------------------------------------------------------

    def _begin(self, wait: float) -> None:
        """Open, or take up an attempt that took long. Raises `Trouble`."""
        if self._opening is not None and self._opening.stuck:
            self._opening.give_up()
            self._opening = None
        if self._opening is None:
            self._finished = False
            self._opening = Opening("speaker", lambda: self._sound.open_output(self._wanted, self._callback, self._ended))
        try:
            opened = self._opening.result(wait)
        finally:
            if self._opening.over:
                self._opening = None
        self.name, self.channels, self.rate = opened.name, opened.channels, opened.rate
        self._opened_at = self._last_call = self._now()
        self._stream = opened

    def _try_open(self) -> bool:
        try:
            self._begin(SOON)
        except Trouble:
            return False
        return True

    def _settle(self) -> None:
        """Close the stream; with no callback left to do it, cut what it had in hand, heard until its last call."""
        if self._stream is not None:
            stream, self._stream = self._stream.stream, None
            try:
                stream.abort()
            finally:
                stream.close()
        heard = self._last_call + self._lead
        while not self._orders.empty():
            self._obey(self._orders.get_nowait(), heard)
        if self._pcm is not None:
            self._pcm = None
            self._finish("cut", self._cue, heard)
        if self._next is not None:
            self._finish("cut", self._next[0], heard)
            self._next = None
