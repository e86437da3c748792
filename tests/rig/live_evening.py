"""`companion run` as a process of its own, in folders of its own, on the virtual devices."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from virtual_room import VirtualRoom

PATIENCE = 30.0
"""Seconds that anything may take on a busy computer."""


class Unheard(AssertionError):
    """What was waited for has not come."""


class LiveEvening:
    """A running evening: what it logs, what it prints, and how it ended. Ends it at the end of the context."""

    def __init__(self, rig: VirtualRoom, home: Path, *arguments: str) -> None:
        self.home = home
        places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        environment = {**os.environ, **rig.environment, **places, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        code = "import sys; from companion.cli import main; sys.argv[0] = 'companion'; main()"
        devices = ("--mic", "rig_mic", "--speaker", "rig_speaker")
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, "run", "first-table", *devices, *arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._printed: dict[str, bytes] = {"out": b"", "err": b""}
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self._printed]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> LiveEvening:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)

    # --- what it does

    def log(self) -> list[dict[str, Any]]:
        """Events so far, whole lines only; where the log is gone, none."""
        for path in sorted(self.home.rglob("events.jsonl*")):
            lines = path.read_text().splitlines(keepends=True)
            return [json.loads(line) for line in lines if line.endswith("\n")]
        return []

    def spoken(self, pattern: str) -> list[dict[str, Any]]:
        """Lines that match and have been heard to their end."""
        log = self.log()
        cues = {event["cue"] for event in log if event["event"] == "cue" and re.search(pattern, event["text"])}
        return [event for event in log if event["event"] == "spoken" and event["cue"] in cues]

    def has(self, event: str, **fields: object) -> bool:
        """Whether this has been logged."""
        return any(each["event"] == event and fields.items() <= each.items() for each in self.log())

    def count(self, event: str) -> int:
        """How often this has been logged."""
        return sum(each["event"] == event for each in self.log())

    def states(self) -> list[str]:
        """The states it has been through."""
        return [event["state"] for event in self.log() if event["event"] == "state"]

    def wait_until(self, what: Callable[[], object], at_most: float = PATIENCE) -> None:
        """Until it is so, or the evening is over; fails with what was printed where it takes too long."""

        def alive() -> bool:
            if what():
                return True
            assert self._process.poll() is None, f"it ended too early:\n{self.printed}"
            return False

        self.pause_until(alive, at_most)

    def pause_until(self, what: Callable[[], object], at_most: float = PATIENCE) -> None:
        """Until it is so; fails with what was printed where it takes too long."""
        until, pause = time.monotonic() + at_most, threading.Event()
        while not what():
            if time.monotonic() > until:
                if at_most >= PATIENCE:
                    self.send(signal.SIGABRT)  # it then prints where each thread of it is
                    self.end()
                last = "\n".join(map(str, self.log()[-12:]))
                raise Unheard(f"nothing came of it in {at_most} s:\n{last}\n{self.printed}")
            pause.wait(0.05)

    # --- how it ends

    def listens_for_signals(self) -> bool:
        """Whether the program itself has taken charge of SIGTERM."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        caught = int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16)  # type: ignore[index]
        return bool(caught >> (signal.SIGTERM - 1) & 1)

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self, at_most: float = PATIENCE) -> int:
        """Its exit status."""
        status = self._process.wait(at_most)
        for reader in self._readers:
            reader.join(5)
        return status

    @property
    def printed(self) -> str:
        return self._printed["out"].decode(errors="replace") + self._printed["err"].decode(errors="replace")

    @property
    def complaints(self) -> str:
        """What it printed on standard error."""
        return self._printed["err"].decode(errors="replace")

    def left_behind(self) -> list[Path]:
        """Files in its state folder."""
        return [path for path in (self.home / "state").rglob("*") if path.is_file()]

    def _read(self, name: str) -> None:
        pipe = self._process.stdout if name == "out" else self._process.stderr
        assert pipe is not None
        while piece := os.read(pipe.fileno(), 4096):
            self._printed[name] += piece
