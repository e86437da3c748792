"""The nursery as its caller sees it: the one process with the speech model in memory, and a way to have it fork listeners.

Whoever listens on one model shares its nursery: another listener costs a fork, not another model.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from companion.adapters.recognizer_worker import FORK, READY, REFUSED, receive
from companion.trouble import Trouble

LOAD_WAIT = 60.0
"""Seconds that the model may take to load: 0.6 s here with ours, imports included, 20 s with the largest published one."""

ANSWER_WAIT = 5.0
"""Seconds that an answer may take: it takes 10 ms here, so 0.1 s on a Pi 4. Longer, the listener hangs and is replaced. At
2 s, on two cores with fifteen busy processes, listeners were replaced that only had to wait their turn (measured)."""

BROKEN = (OSError, EOFError, ValueError)
"""What is raised where the other end is gone, hangs, or says something else than it should."""


@dataclass(slots=True)
class Listener:
    """A process that listens: the line to it, its number, and a handle that stays its own when the number is another's."""

    line: socket.socket
    number: int
    handle: int | None

    def drop(self) -> None:
        """Let it go; one that hangs would not notice that its line is closed, and is killed."""
        self.line.close()
        if self.handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            os.close(self.handle)
            self.handle = None


class Nursery:
    """Started at once and not waited for before the first listener is wanted; replaced where it is gone."""

    def __init__(self, folder: Path, unknown: bool) -> None:
        self._folder, self._unknown = folder, unknown
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._loaded = False
        self._start()

    @property
    def number(self) -> int | None:
        """Of its process, while it has one."""
        return self._process.pid if self._process is not None else None

    def listener(self) -> Listener:
        """A fresh listener. Raises one of `BROKEN` where none is to be had, Trouble where libvosk refuses the model."""
        try:
            return self._fork()
        except BROKEN:
            self._start()
            return self._fork()

    def close(self) -> None:
        """Let the process go; listeners end when their lines are dropped."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _fork(self) -> Listener:
        if self._control is None:
            raise EOFError("no nursery")
        self._await_model(self._control)
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [FORK], [theirs.fileno()])
            theirs.close()
            ours.settimeout(ANSWER_WAIT)
            kind, body = receive(ours)
            if kind != READY:
                raise EOFError("no listener")
        except BaseException:
            ours.close()
            theirs.close()
            raise
        number, handle = int(body), None
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(number)
        return Listener(ours, number, handle)

    def _await_model(self, control: socket.socket) -> None:
        """Until the model is loaded. Raises Trouble where libvosk refuses it, EOFError where it crashes over it."""
        if self._loaded:
            return
        kind, body = receive(control)
        if kind == REFUSED:
            raise Trouble(body.decode())
        self._loaded = kind == READY

    def _start(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
        ours, theirs = socket.socketpair()
        asked = [sys.executable, "-m", "companion.adapters.recognizer_worker"]
        asked += [str(theirs.fileno()), str(self._folder), "1" if self._unknown else "0"]
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # it forks: no threads
        with theirs:
            self._process = subprocess.Popen(
                asked, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), env=alone,
                start_new_session=True,
            )  # fmt: skip
        ours.settimeout(LOAD_WAIT)
        self._control, self._loaded = ours, False
