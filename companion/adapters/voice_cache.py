"""Spoken sentences kept on disk: files that may vanish, be damaged or not be writable, and nobody at the table notices.

A file is a 16-bit mono wav at the engine's own rate (44 kB a second, a quarter of the finished line) followed by 32 bytes, the
SHA-256 of all before; sound players ignore them. What comes after the engine (levelling, pauses) is done anew on each use, so
a change there needs no new files.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import threading
import time
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 200_000_000
"""How much the folder may hold: some 75 minutes of speech, ten times the lines of all exercises."""

_SUM = 32
_KEEP = 0.9
"""When the folder is too full, the files used longest ago go, until this share of the bound is left."""

_DAY_S = 86_400.0


def key(shape: Mapping[str, object]) -> str:
    """The name under which a sound is kept: a digest of all that shapes it."""
    return hashlib.sha256(json.dumps(shape, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class VoiceCache:
    """A bounded folder of sounds by key. Never raises: an unusable folder is as an empty one, and `trouble` says why."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most_bytes
        self._lock = threading.Lock()
        self._held: int | None = None
        self.trouble: str | None = None
        """One sentence on why sounds are not kept, or None."""

    def holds(self, key: str) -> bool:
        """Whether there is a file for it (which may still prove damaged when it is read)."""
        return self._path(key).is_file()

    def get(self, key: str) -> tuple[NDArray[np.int16], int] | None:
        """Samples and rate; None when there are none or the file is damaged (it is then removed)."""
        path = self._path(key)
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        sound = _decode(raw)
        with contextlib.suppress(OSError):
            if sound is None:
                path.unlink()
            elif time.time() - path.stat().st_mtime > _DAY_S:
                os.utime(path)  # used again: the oldest by use go first, at one write a day
        return sound

    def put(self, key: str, samples: NDArray[np.int16], rate: int) -> None:
        """Keep a sound: written under a temporary name, flushed to the disk, renamed; the oldest make room."""
        raw = _encode(samples, rate)
        part = self._folder / f".{key}.{os.getpid()}.{threading.get_ident()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(part, "wb") as out:
                out.write(raw)
                out.flush()
                os.fsync(out.fileno())
            os.replace(part, self._path(key))
        except OSError as bad:
            self.trouble = f"Spoken lines cannot be kept in {self._folder} ({bad.strerror}): make it writable, or make room."
            with contextlib.suppress(OSError):
                part.unlink()
            return
        with self._lock:
            self._held = self._scan() if self._held is None else self._held + len(raw)
            if self._held > self._most:
                self._make_room()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.wav"

    def _scan(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _files(self) -> list[tuple[float, int, Path]]:
        """(last use, bytes, path) of all sounds, and of remains of writers that were cut off a day ago or more."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((".wav", ".part")):
                    with contextlib.suppress(OSError):
                        about = entry.stat()
                        if entry.name.endswith(".part") and time.time() - about.st_mtime < _DAY_S:
                            continue
                        found.append((about.st_mtime, about.st_size, Path(entry.path)))
        return found

    def _make_room(self) -> None:
        files = sorted(self._files(), key=lambda file: (file[0], file[2].name))
        self._held = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._held <= self._most * _KEEP:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                self._held -= size


def _encode(samples: NDArray[np.int16], rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue() + hashlib.sha256(out.getvalue()).digest()


def _decode(raw: bytes) -> tuple[NDArray[np.int16], int] | None:
    body, digest = raw[:-_SUM], raw[-_SUM:]
    if len(raw) <= _SUM or hashlib.sha256(body).digest() != digest:
        return None
    with wave.open(io.BytesIO(body)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16), sound.getframerate()
