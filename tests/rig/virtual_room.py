"""The virtual sound devices of tests/rig/rig, seen from Python: start, feed the microphone, hear the speaker, pull a plug."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from companion.adapters.clock_fit import SampleClock

SCRIPT = Path(__file__).with_name("rig")
RATE = 48_000
ROOM = "module-null-sink sink_name=room rate=48000 format=s16le channels=2"
MIC = "module-remap-source source_name=mic master=room.monitor channels=2"
SPEAKER = "module-null-sink sink_name=speaker rate=48000 format=s16le channels=2"


class CannotStart(Exception):
    """The rig has not started here, and why."""


class VirtualRoom:
    """A running rig. `environment` is what a program needs to see its devices `rig_mic` and `rig_speaker`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rig"))
        started = subprocess.run(["sh", str(SCRIPT), "start", str(self.folder)], capture_output=True, text=True, timeout=30)
        if started.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise CannotStart(started.stderr.strip())
        pairs = [pair.split("=", 1) for pair in started.stdout.removeprefix("export ").split()]
        self.environment = {name: value.strip("'") for name, value in pairs}
        self._listeners: dict[str, subprocess.Popen[bytes]] = {}
        for sink in ("speaker", "room"):
            self._keep_awake(sink)

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.terminate()
            listener.wait(5)
        subprocess.run(["sh", str(SCRIPT), "stop", str(self.folder)], check=False, timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def feed(self, wav: Path) -> subprocess.Popen[bytes]:
        """Play a wav into the room, as if its channels were the two microphones'."""
        return subprocess.Popen(["paplay", "--device=room", str(wav)], env=self._env())

    def unplug(self, sink: str) -> None:
        """Remove "speaker" or "room" (with it the microphone), as if the stick were pulled.

        The server would move what plays there to another sink; a bare sound card has nowhere to move it, so it is ended.
        """
        users = self._users("sink", "sink-inputs", {sink})
        hearers = self._users("source", "source-outputs", {f"{sink}.monitor", "mic" if sink == "room" else ""})
        for module in self._modules(sink):
            self._pactl("unload-module", module)
        for stream in users:
            self._command(f"kill-sink-input {stream}")
        for stream in hearers:
            self._command(f"kill-source-output {stream}")

    def plug(self, sink: str) -> None:
        """Bring it back under the same name."""
        for module in (ROOM, MIC) if sink == "room" else (SPEAKER,):
            self._pactl("load-module", *module.split())
        self._keep_awake(sink)

    def _keep_awake(self, sink: str) -> None:
        """Somebody who listens closely. Without, a null sink moves sound in lumps of two seconds, which no sound card does: a
        program would get its first block after 1.9 s, and its output would stall for as long (measured)."""
        before = self._listeners.pop(sink, None)
        if before is not None:
            before.terminate()
            before.wait(5)
        command = ["parec", f"--device={sink}.monitor", "--latency-msec=20"]
        self._listeners[sink] = subprocess.Popen(command, env=self._env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def hearers(self) -> int:
        """How many programs record from the virtual microphone."""
        return len(self._users("source", "source-outputs", {"mic"}))

    def suspend_microphone(self, asleep: bool) -> None:
        self._pactl("suspend-source", "mic", "1" if asleep else "0")

    def wire_speaker_to_room(self) -> None:
        """From now on the virtual microphone hears the virtual speaker."""
        self._wire = self._pactl(
            "load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=20"
        ).strip()

    def unwire(self) -> None:
        self._pactl("unload-module", self._wire)

    def _modules(self, sink: str) -> list[str]:
        names = {"room": ("source_name=mic", "sink_name=room"), "speaker": ("sink_name=speaker",)}[sink]
        rows = [row.split("\t") for row in self._pactl("list", "short", "modules").splitlines()]
        return [row[0] for name in names for row in rows if len(row) > 2 and name in row[2]]

    def _pactl(self, *words: str) -> str:
        return subprocess.run(["pactl", *words], env=self._env(), check=True, capture_output=True, text=True, timeout=10).stdout

    def _users(self, kind: str, streams: str, names: set[str]) -> list[str]:
        """The numbers of the streams that use a sink or source of one of these names."""
        devices = [row.split("\t") for row in self._pactl("list", "short", f"{kind}s").splitlines()]
        numbers = {row[0] for row in devices if row[1] in names}
        rows = [row.split("\t") for row in self._pactl("list", "short", streams).splitlines()]
        return [row[0] for row in rows if row[1] in numbers]

    def _command(self, line: str) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.folder / "pulse" / "cli"))
            server.settimeout(5)
            server.sendall(f"{line}\n".encode())
            server.shutdown(socket.SHUT_WR)
            while server.recv(4096):
                pass

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


class Ear:
    """Records what the virtual speaker plays (mono, 48 kHz), each sample with the moment it could be heard, at the latest."""

    def __init__(self, room: VirtualRoom) -> None:
        command = ["parec", "--device=speaker.monitor", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=5"]
        self._process = subprocess.Popen(command, env={**os.environ, **room.environment}, stdout=subprocess.PIPE)
        self._pieces: list[NDArray[np.int16]] = []
        self._arrivals: list[tuple[float, int]] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._listener.join(5)

    def loud_stretches(self, threshold: float = 0.01, apart: float = 0.1) -> list[tuple[float, float]]:
        """When something sounded: start and end in monotonic seconds of every stretch above `threshold` of full scale."""
        sound = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > threshold * 32768)
        if not len(loud):
            return []
        breaks = np.flatnonzero(np.diff(loud) > apart * RATE)
        starts, ends = [loud[0], *loud[breaks + 1]], [*loud[breaks], loud[-1]]
        return [(self._when(int(start)), self._when(int(end))) for start, end in zip(starts, ends, strict=True)]

    def heard_until(self) -> float:
        """The moment up to which it has listened; 0 before the first sound arrived."""
        return self._when(sum(map(len, self._pieces))) if self._pieces else 0.0

    def _when(self, sample: int) -> float:
        """By the fit of ten seconds around the sample; the clock counts 16 kHz samples, of which ours are a third."""
        clock = SampleClock()
        middle = min(self._arrivals, key=lambda arrival: abs(arrival[1] - sample))[0]
        for at, end in self._arrivals:
            if abs(at - middle) < 5:
                clock.note(at, end // 3)
        return clock.when(sample // 3)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        count = 0
        while piece := os.read(self._process.stdout.fileno(), 4096):
            sound = np.frombuffer(piece[: len(piece) // 2 * 2], np.int16)
            count += len(sound)
            self._pieces.append(sound)
            self._arrivals.append((time.monotonic(), count))
