"""Sound files in and out: any common rate and channel count in, 16 kHz blocks out, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from companion.timeline import BLOCK, RATE
from companion.trouble import Trouble

LEAST_RATE, MOST_RATE = 8_000, 192_000
"""Sample rates of recordings we take; below 8 kHz speech cannot be told apart."""

_SILENT = 1e-6


class Recording:
    """A recording on disk, read in pieces.

    Raises Trouble for what cannot be used: missing, no sound file, empty, a strange rate.
    `channels` is 1 or 2: of more than two channels the first two are taken. `rates`: the lowest and highest taken.
    """

    def __init__(self, path: Path, rates: tuple[int, int] = (LEAST_RATE, MOST_RATE)) -> None:
        self.path = path
        if not path.exists():
            raise Trouble(f"There is no file {path}; check the name.")
        try:
            with sf.SoundFile(path) as file:
                rate, frames, channels = int(file.samplerate), int(file.frames), int(file.channels)
        except (RuntimeError, OSError) as bad:
            raise Trouble(f"{path} is no sound file I can read; give me a wav or flac.") from bad
        if not rates[0] <= rate <= rates[1]:
            raise Trouble(f"{path} has {rate} samples a second; record at {rates[0]} to {rates[1]}.")
        if frames == 0:
            raise Trouble(f"{path} holds no sound; record it again.")
        self.rate, self.frames, self.channels = rate, frames, min(2, channels)
        self.file_channels = channels

    @property
    def seconds(self) -> float:
        """Length as its header says."""
        return self.frames / self.rate

    def pieces(self) -> Iterator[NDArray[np.float32]]:
        """float32 (n, channels) at 16 kHz, some 0.1 s at a time. What is not a number becomes silence."""
        resampler = None if self.rate == RATE else soxr.ResampleStream(self.rate, RATE, self.channels, dtype="float32")
        step = self.rate // 10
        try:
            with sf.SoundFile(self.path) as file:
                while True:
                    raw = file.read(step, dtype="float32", always_2d=True)
                    last = len(raw) < step
                    sound = np.nan_to_num(raw[:, : self.channels], copy=False, nan=0.0, posinf=0.0, neginf=0.0)
                    np.clip(sound, -1.0, 1.0, out=sound)
                    if resampler is not None:
                        sound = resampler.resample_chunk(np.ascontiguousarray(sound), last=last)
                        sound = sound.reshape(-1, self.channels)
                    if len(sound):
                        yield sound
                    if last:
                        return
        except (RuntimeError, OSError) as bad:
            raise Trouble(
                f"{self.path} is damaged, and was read only up to there ({bad}); record it again, or cut it before that."
            ) from bad

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """float32 (512, channels) at 16 kHz; the last one is filled up with silence."""
        rest = np.zeros((0, self.channels), np.float32)
        for piece in self.pieces():
            rest = np.concatenate([rest, piece]) if len(rest) else piece
            whole = len(rest) // BLOCK * BLOCK
            for start in range(0, whole, BLOCK):
                yield rest[start : start + BLOCK]
            rest = rest[whole:]
        if len(rest):
            yield np.concatenate([rest, np.zeros((BLOCK - len(rest), self.channels), np.float32)])

    def whole(self, most_seconds: float = 120.0) -> NDArray[np.float32]:
        """All of it at 16 kHz, (n, channels), up to `most_seconds` (an enrolment is short)."""
        got: list[NDArray[np.float32]] = []
        length = 0
        for piece in self.pieces():
            got.append(piece)
            length += len(piece)
            if length >= most_seconds * RATE:
                break
        return np.concatenate(got) if got else np.zeros((0, self.channels), np.float32)


def is_silent(sound: NDArray[np.float32]) -> bool:
    """Is there nothing but (digital) silence in it?"""
    return not len(sound) or float(np.abs(sound).max()) < _SILENT


class WavWriter:
    """Writes 16-bit wav as it comes, under a temporary name until `close`. Raises Trouble when it cannot begin."""

    def __init__(self, path: Path, channels: int, rate: int = RATE) -> None:
        self.path, self._part = path, path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sf.SoundFile(self._part, "w", rate, channels, "PCM_16", format="WAV")
        except (RuntimeError, OSError) as bad:
            raise Trouble(f"I can't write {path}; choose another folder.") from bad

    def write(self, sound: NDArray[np.float32]) -> None:
        """Append (n, channels) float32."""
        self._file.write(sound)

    def close(self) -> None:
        """Finish the file: on disk for good, then under its own name."""
        if not self._file.closed:
            self._file.close()
            with self._part.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(self._part, self.path)

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()
            self._part.unlink(missing_ok=True)
