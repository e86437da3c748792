"""The microphone: an endless row of blocks on the sample clock, whatever the device does.

PortAudio's callback only stamps and copies. All else (rate, gaps, loss, silence) happens in `read`, in the thread of the loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.adapters.clock_fit import SampleClock
from companion.adapters.devices import PORT_AUDIO, SIGN_OF_LIFE, Opened, SoundSystem
from companion.adapters.opening import SOON, Opening, another_under_way, none_under_way
from companion.adapters.ready_blocks import ReadyBlocks
from companion.adapters.resample import Downsampler
from companion.timeline import BLOCK, RATE, Sample
from companion.trouble import Trouble

BEHIND = 2.0
"""Seconds the loop may be behind the microphone. Beyond, what waits becomes silence: it never falls further behind."""

SILENT_DEVICE = 0.5
"""Seconds without a block after which the device counts as lost: a suspended device says nothing of it (measured)."""

WARM_UP = 2.0
"""Seconds after opening in which blocks may come in fits; a choice of ours."""

ASIDE = 10.0
"""Seconds between two times that the microphone makes way for a search for devices: each costs a hole in what it hears."""

SAME = 0.9995
"""Correlation from which two channels are one: 1.000 as printed with three places."""

Chunk = tuple[float, int, bytes]
"""Arrival in monotonic seconds, device frames that came before it, the int16 samples."""


class Microphone:
    """Sound in: blocks of 512 samples at 16 kHz, numbered without a hole for the whole evening.

    Where there is no sound (blocks lost, device gone, `pause`) there is silence of the right length, so that the index of a
    sample goes on being the time. While the device is lost or paused, `read` gives that silence (exact zeros) as it falls due by
    the monotonic clock. Use as a context manager. `read`, `reopen`, `pause` and `resume` belong to one thread.

    `name` and `rate` are the device's; `channels` is what blocks have, fixed for the evening. `gaps` counts stretches filled with
    silence, `overflows` the device's own reports of lost blocks, `dropped` the samples (16 kHz) given up because the loop was
    more than `BEHIND` seconds late, `callback_errors` our own failures in the callback.
    """

    def __init__(
        self,
        device: str | None = None,
        channels: int = 2,
        sound: SoundSystem = PORT_AUDIO,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens and starts `device` (part of a name; None for the usual one). Raises `Trouble` with a sentence for the user."""
        self.clock = SampleClock()
        self.gaps = self.overflows = self.dropped = self.callback_errors = 0
        self._sound, self._now, self._wanted, self._most = sound, now, device, channels
        self._ready = ReadyBlocks(channels)
        self._stream: Opened | None = None
        self._paused = self._finished = self._overrun = self._aligned = False
        self._nothing = Event()
        self._queue: SimpleQueue[Chunk] = SimpleQueue()
        self._room = round(BEHIND * RATE / BLOCK)
        self._frames = self._taken = 0
        self._base: Sample = 0
        self._last_call, self._moved_at = now(), now() - ASIDE
        self._opening: Opening | None = None
        self._begin(SIGN_OF_LIFE)
        sound.join(self)

    # ---- the callback's side -------------------------------------------------------------------------------------------------

    def _callback(self, indata: Any, frames: int, stamps: Any, status: Any) -> None:
        """PortAudio's thread: stamp, copy, count. Never waits, never raises."""
        try:
            now = self._now()
            self._last_call = now
            if status and status.input_overflow:
                self.overflows += 1
            before, self._frames = self._frames, self._frames + frames
            if self._queue.qsize() < self._room:
                self._queue.put((now, before, bytes(indata)))
            else:
                self._overrun = True
        except Exception:
            self.callback_errors += 1

    def _ended(self) -> None:
        self._finished = True

    # ---- the loop's side -----------------------------------------------------------------------------------------------------

    @property
    def lost(self) -> bool:
        """The device is gone: its stream ended, or no block has come for half a second. Never while paused."""
        if self._paused:
            return False
        if self._stream is None or self._finished:
            return True
        patience = SILENT_DEVICE if self._last_call - self._opened_at > WARM_UP else SIGN_OF_LIFE
        return self._now() - self._last_call > patience

    def read(self, timeout: float) -> tuple[Sample, NDArray[np.float32]] | None:
        """The next block: index of its first sample, and (512, channels) float32, full scale ±1.

        None when nothing came in `timeout` seconds. Never raises for a lost device.
        """
        until = self._now() + timeout
        while not self._ready.full:
            waiting = max(0.0, until - self._now())
            chunk = self._next_chunk(min(waiting, SILENT_DEVICE))
            if chunk is not None:
                self._accept(chunk)
            elif self._making_silence:
                self._fill_to_now()
                if not self._ready.full and waiting == 0.0:
                    return None
            elif waiting == 0.0:
                return None
        return self._ready.take()

    def reopen(self) -> bool:
        """Try to get a lost device back: by name, and where that fails with a new list of devices. True when it is open again.

        What was lost becomes silence. Cheap enough for every two seconds.
        """
        if not self.lost:
            return True
        if another_under_way(self._opening):
            return False
        self._close_stream()
        return self._try_open() or (none_under_way() and self._sound.rescan(self) and self._try_open())

    def pause(self) -> None:
        """Stop listening: the stream is closed, no sound is recorded at all. The sample clock goes on by the monotonic clock."""
        self._paused = True
        self._close_stream()
        if self._opening is not None:
            self._opening.give_up()
            self._opening = None

    def resume(self) -> None:
        """Listen again. When the device is gone meanwhile, `lost` says so; nothing is raised."""
        if self._paused:
            self._paused = False
            self._try_open()

    def close(self) -> None:
        """End of the evening. Safe at any moment, also twice."""
        self.pause()

    def __enter__(self) -> Microphone:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def make_way(self) -> bool:
        """Let others look for devices: at most once in ten seconds, because each time costs a hole in what is heard."""
        if self._opening is not None or (self._stream is not None and self._now() - self._moved_at < ASIDE):
            return False
        self._moved_at = self._now()
        self._close_stream()
        return True

    def move_back(self) -> None:
        """Open again after `make_way`."""
        if not self._paused:
            self._try_open()

    # ---- opening and closing -------------------------------------------------------------------------------------------------

    def _begin(self, wait: float) -> None:
        """Open, or take up an attempt that took long. Raises `Trouble`."""
        if self._opening is not None and self._opening.stuck:
            self._opening.give_up()
            self._opening = None
        if self._opening is None:
            self._queue = SimpleQueue()
            self._frames, self._finished, self._overrun = 0, False, False
            work = partial(self._sound.open_input, self._wanted, self._most, self._callback, self._ended)
            self._opening = Opening("microphone", work)
        try:
            opened = self._opening.result(wait)
        finally:
            if self._opening.over:
                self._opening = None
        self.name, self.rate = opened.name, opened.rate
        self._device_channels = opened.channels
        self.channels = self._ready.channels if self._ready.begun else min(self._most, opened.channels)
        self._ready.channels = self.channels
        self._down = Downsampler(opened.rate, self.channels)
        self._base, self._taken, self._aligned = self._ready.total, 0, False
        self._opened_at = self._last_call = self._now()
        self._stream = opened

    def _try_open(self) -> bool:
        try:
            self._begin(SOON)
        except Trouble:
            return False
        return True

    def _close_stream(self) -> None:
        if self._stream is None:
            return
        stream, self._stream = self._stream.stream, None
        try:
            stream.abort()
        finally:
            stream.close()
        while not self._queue.empty():
            self._accept(self._queue.get_nowait())
        self._ready.add(self._down.flush())

    # ---- blocks --------------------------------------------------------------------------------------------------------------

    @property
    def _making_silence(self) -> bool:
        """Whether there is no sound to wait for: paused, lost, or opened again and not heard from yet."""
        return self._paused or self.lost or (not self._aligned and self.clock.known)

    def _next_chunk(self, wait: float) -> Chunk | None:
        """What the callback brought, at most `wait` seconds from now; no longer than until made-up silence falls due."""
        if self._making_silence and self.clock.known and self._queue.empty():
            due = self.clock.when(self._ready.total + BLOCK - self._ready.waiting) - self._now()
            wait = min(wait, max(0.0, due))
        if self._stream is None:
            self._nothing.wait(wait)
            return None
        try:
            return self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
        except Empty:
            return None

    def _accept(self, chunk: Chunk) -> None:
        """Put one chunk in its place, with silence before it where sound is missing."""
        if self._overrun:
            chunk = self._catch_up(chunk)
        at, before, raw = chunk
        sound = np.frombuffer(raw, np.int16).reshape(-1, self._device_channels)
        if not self._aligned:
            self._align(at, len(sound))
        if before > self._taken:
            self.dropped += (before - self._taken) * RATE // self.rate
            self._silence_in_stream(before - self._taken)
        self._feed(_to_channels(sound, self.channels))
        self._taken = before + len(sound)
        self.clock.note(at, self._base + self._taken * RATE // self.rate)
        missing = self.clock.missing()
        if missing:
            self._insert(missing)

    def _align(self, at: float, frames: int) -> None:
        """The first chunk of a stream: the time since the last stream becomes silence."""
        self._aligned = True
        own = frames * RATE // self.rate
        if self.clock.known:
            lost = self.clock.sample_at(at) - own - self._ready.total
            if lost > 0:
                self.gaps += 1
                self._ready.add_silence(lost)
        self._base = self._ready.total
        self.clock.restart(at, self._base + own)

    def _catch_up(self, chunk: Chunk) -> Chunk:
        """The loop is too far behind: all that waits but the last chunk is given up and becomes silence."""
        while not self._queue.empty():
            chunk = self._queue.get_nowait()
        self._overrun = False
        return chunk

    def _insert(self, missing: int) -> None:
        """Blocks were lost without a word: silence of their length, noticed by the clock."""
        self.gaps += 1
        self._ready.add_silence(missing)
        self._base += missing
        self.clock.filled(missing)

    def _silence_in_stream(self, frames: int) -> None:
        """Silence through the resampler, so that fractions of samples are not lost."""
        self.gaps += 1
        while frames > 0:
            piece = min(frames, self.rate)
            self._feed(np.zeros((piece, self.channels), np.float32))
            frames -= piece

    def _fill_to_now(self) -> None:
        """Silence up to what is due by the clock; the stream, should it come back by itself, starts anew behind it."""
        if not self.clock.known:
            self.clock.restart(self._now(), self._ready.total)
        due = self.clock.sample_at(self._now()) - self._ready.total
        if due > 0:
            if self._stream is not None and self._aligned:
                self._ready.add(self._down.flush())
                self._down = Downsampler(self.rate, self.channels)
                self._base, self._aligned = self._ready.total, False
                due = self.clock.sample_at(self._now()) - self._ready.total
            self._ready.add_silence(max(0, due))

    def _feed(self, sound: NDArray[np.float32]) -> None:
        self._ready.add(self._down.feed(sound))


def channels_differ(samples: NDArray[np.float32]) -> bool:
    """Whether the first two channels of (n, channels) really are two microphones.

    Cheap "stereo" sticks are one microphone doubled: their channels correlate at 1.000; those of two real ones do not.
    Looks at the louder half of 32 ms pieces. False for one channel, and where either is silent.
    """
    if samples.ndim != 2 or samples.shape[1] < 2 or len(samples) < BLOCK:
        return False
    pieces = samples[: len(samples) // BLOCK * BLOCK, :2].astype(np.float64).reshape(-1, BLOCK, 2)
    power = np.sum(pieces**2, axis=(1, 2))
    loud = pieces[power >= np.median(power)].reshape(-1, 2)
    one, two = (loud - loud.mean(axis=0)).T
    scale = float(np.sqrt(np.sum(one**2) * np.sum(two**2)))
    return scale > 0.0 and abs(float(one @ two)) / scale < SAME


def _to_channels(sound: NDArray[np.int16], channels: int) -> NDArray[np.float32]:
    """int16 (n, device channels) as float32 (n, channels): the first ones, the last repeated where the device has fewer."""
    if sound.shape[1] < channels:
        sound = np.repeat(sound, -(-channels // sound.shape[1]), axis=1)
    return sound[:, :channels].astype(np.float32) / 32768.0
