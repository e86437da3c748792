"""One sentence spoken by a worker in a process of its own: found, started, watched, checked, and asked once again if it failed.

A worker is a program run by path (voice_worker_*.py). It reads one job as JSON on its standard input: `text`, `voice`, `rate`
(espeak's nominal words a minute), `pitch`, `volume`, `wav` and `words` (where to write; files in memory, handed down as open
descriptors, so nothing spoken touches a disk and a killed worker leaves nothing behind), `packages` (where its imports lie),
`library` and `data` (espeak-ng, or null for the system's), `seconds` (after which it ends itself, should its parent be gone).
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.adapters.voice_check import checked
from companion.adapters.voice_settings import VoiceError, VoiceSettings, nominal_rate

REFUSED = 3
"""Exit status with which a worker says that its engine said no."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where espeak-ng lies: `library` and `data` are None for the system's own. `version` names the build, for the cache."""

    library: str | None
    data: str | None
    version: str


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker program: the name it goes by, its file, the packages it imports, and its version for the cache."""

    name: str
    program: Path
    packages: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long one attempt may take. It takes 50 ms on a desktop core, so some 0.4 s on a Pi 4: ten times that."""

    base_s: float = 4.0
    per_character_s: float = 0.02

    def seconds(self, text: str) -> float:
        """Seconds allowed for `text`."""
        return self.base_s + self.per_character_s * len(text)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a worker made: 16-bit mono samples, their rate, and (character, length, sample) of each word where it knows them."""

    samples: NDArray[np.int16]
    rate: int
    words: tuple[tuple[int, int, int], ...] = ()


@cache
def package_folder(package: str) -> str | None:
    """The folder from which `package` would be imported, without importing it; None when it is not installed."""
    spec = find_spec(package)
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else None


def package_version(package: str) -> str:
    """Its version, or "none"."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} none"


@cache
def find_engine() -> Engine:
    """espeak-ng from the wheel `espeakng-loader` if it is installed, else the system's."""
    folder = package_folder("espeakng_loader")
    if folder:
        loader = Path(folder) / "espeakng_loader"
        library, data = loader / "libespeak-ng.so.1", loader / "espeak-ng-data"
        if library.is_file() and data.is_dir():
            return Engine(str(library), str(data), package_version("espeakng-loader"))
    system = Path("/usr/lib") / (sysconfig.get_config_var("MULTIARCH") or "") / "libespeak-ng.so.1"
    return Engine(None, None, f"system {os.path.realpath(system)}")


def speak(worker: Worker, text: str, settings: VoiceSettings, deadline: Deadline) -> Spoken:
    """One sentence, from a fresh process; once more in another if that failed. Raises `VoiceError`."""
    try:
        return _attempt(worker, text, settings, deadline)
    except VoiceError as first:
        if first.refused:
            raise
    return _attempt(worker, text, settings, deadline)


def _attempt(worker: Worker, text: str, settings: VoiceSettings, deadline: Deadline) -> Spoken:
    seconds = deadline.seconds(text)
    engine = find_engine()
    rate = nominal_rate(settings.words_a_minute)
    with _memory_file("wav") as wav, _memory_file("words") as words:
        job: dict[str, object] = {
            "text": text,
            "voice": settings.voice,
            "rate": rate,
            "pitch": settings.pitch,
            "volume": settings.volume,
            "wav": f"/proc/self/fd/{wav}",
            "words": f"/proc/self/fd/{words}",
            "packages": worker.packages,
            "library": engine.library,
            "data": engine.data,
            "seconds": math.ceil(seconds) + 1,
        }
        _run(worker, job, seconds, (wav, words))
        samples, rate_hz = checked(_content(wav), text, rate, settings.volume)
        return Spoken(samples, rate_hz, tuple((at, n, sample) for at, n, sample in json.loads(_content(words) or b"[]")))


def _run(worker: Worker, job: dict[str, object], seconds: float, open_files: tuple[int, ...]) -> None:
    """The worker to its end or its deadline. It has no terminal of ours: Ctrl-C at the table is not for it."""
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-S", str(worker.program)],
            input=json.dumps(job).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            pass_fds=open_files,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as late:
        raise VoiceError(f"The speech worker ({worker.name}) gave no answer in {seconds:.1f} s: run companion doctor.") from late
    except OSError as bad:
        raise VoiceError(f"The speech worker ({worker.name}) cannot be started ({bad}): run companion doctor.") from bad
    if ended.returncode == REFUSED and b"SetVoiceByName" in ended.stderr:
        raise VoiceError(
            f"espeak-ng has no voice {job['voice']!r}: choose another, as in: companion settings voice=en-us", refused=True
        )
    if ended.returncode:
        said = (ended.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1][-200:]
        raise VoiceError(
            f"The speech worker ({worker.name}) failed with status {ended.returncode} ({said}): run companion doctor.",
            refused=ended.returncode == REFUSED,
        )


@contextmanager
def _memory_file(name: str) -> Iterator[int]:
    handle = os.memfd_create(f"companion-{name}")
    try:
        yield handle
    finally:
        os.close(handle)


def _content(handle: int) -> bytes:
    size = os.fstat(handle).st_size
    return os.pread(handle, size, 0)
