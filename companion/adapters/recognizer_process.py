"""The recogniser in a process of its own, behind the same port: what crashes there costs a moment, not the evening.

The caller keeps the utterance under way, so that a listener that dies in the middle of it (libvosk is from 2022 and crashes
on some input; the system kills what grows too much) is replaced and hears it again from its beginning.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from companion.adapters import vosk_folder
from companion.adapters.model_trial import try_out
from companion.adapters.recognizer_worker import FORK, READY, REFUSED, receive, send
from companion.hearing.heard import Word
from companion.timeline import Sample, samples
from companion.trouble import Trouble

LOAD_WAIT = 60.0
"""Seconds that the model may take to load: 0.6 s here with ours, imports included, 20 s with the largest published one."""

ANSWER_WAIT = 5.0
"""Seconds that an answer may take: it takes 10 ms here, so 0.1 s on a Pi 4. Longer, the listener hangs and is replaced. At
2 s, on two cores with fifteen busy processes, listeners were replaced that only had to wait their turn (measured)."""

KEPT = samples(60.0)
"""Of an utterance so much is kept to be heard again by another listener; what is longer is no phrase."""

FRESH_AFTER = samples(1800.0)
"""Talk after which a listener is replaced between two utterances: what libvosk and the allocator hold on to goes with it."""

TRIES = 3
"""Replacements in a row that may fail before it is given up."""

_BROKEN = (OSError, EOFError, ValueError)


class RecognizerProcess:
    """A `hearing.ports.Recognizer` whose work is done elsewhere. `close` lets the processes go; they end by themselves if we die.

    Raises Trouble for a folder that is no model; RuntimeError where no process can be had any more.
    """

    def __init__(self, folder: Path, unknown: bool = True, freely: bool = False) -> None:
        """`unknown`: other speech may be heard as no phrase; `freely`: any word is heard instead of phrases."""
        self._folder, self._unknown, self._freely = folder, unknown, freely
        self._free: RecognizerProcess | None = None
        self._control: socket.socket | None = None
        self._line: socket.socket | None = None
        self._nursery: subprocess.Popen[bytes] | None = None
        self._listener = 0
        self._handle: int | None = None
        self._loaded = False
        self._model = vosk_folder.look(folder)
        if not self._model.vouched:
            try_out(folder)
        self._start_nursery()  # which is not waited for before somebody speaks
        self._grammar: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._start: Sample = 0
        self._kept: list[NDArray[np.float32]] = []
        self._fed = self._talk = 0
        self.replaced = 0
        """Listeners that were lost and replaced."""

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word it can hear."""
        return self._model.vocabulary

    def processes(self) -> tuple[int, ...]:
        """The nursery, and the listener where there is one, by their numbers."""
        nursery = (self._nursery.pid,) if self._nursery else ()
        return (*nursery, self._listener) if self._line is not None else nursery

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        """See `Recognizer`."""
        self._model.check(phrases)
        self._forget()
        self._grammar = (tuple(phrases), tuple(decoys))
        self._tell(b"G", self._grammar_sent())

    def begin(self, at: Sample) -> None:
        """See `Recognizer`."""
        if self._talk > FRESH_AFTER:
            self._drop_listener()
            self._talk = 0
        self._forget()
        self._start = at
        self._tell(b"B", self._start_sent())

    def feed(self, sound: NDArray[np.float32]) -> None:
        """See `Recognizer`."""
        if self._idle or not len(sound):
            return
        sound = np.ascontiguousarray(sound, np.float32)
        self._fed += len(sound)
        self._talk += len(sound)
        if self._fed <= KEPT:
            self._kept.append(sound.copy())
        if self._line is None:
            self._bring(0)
        else:
            self._tell(b"S", sound.tobytes())

    def end(self) -> tuple[Word, ...]:
        """See `Recognizer`."""
        if self._idle or not self._fed:
            return ()
        for attempt in range(TRIES):
            try:
                return self._answer()
            except _BROKEN:
                self._replace(attempt)
        self._forget()
        return ()

    def so_far(self) -> tuple[str, ...]:
        """See `SaysSoFar`. Nothing where no listener answers: nothing depends on it."""
        if self._idle or not self._fed or self._line is None:
            return ()
        try:
            send(self._line, b"P")
            kind, body = receive(self._line)
            return tuple(body.decode().split()) if kind == b"P" else ()
        except _BROKEN:
            self._replace(0)
            return ()

    def freely(self) -> RecognizerProcess | None:
        """Another one on the same model that hears any word, in processes of its own; None where it knows too few for talk."""
        if self._free is None and self._model.full:
            self._free = RecognizerProcess(self._folder, freely=True)
        return self._free

    def close(self) -> None:
        """Let the processes go."""
        if self._free is not None:
            self._free.close()
        self._drop_listener()
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._nursery is not None:
            try:
                self._nursery.wait(1.0)
            except subprocess.TimeoutExpired:
                self._nursery.kill()
                self._nursery.wait()
            self._nursery = None

    def __enter__(self) -> RecognizerProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- talking to the listener

    def _answer(self) -> tuple[Word, ...]:
        line = self._open_line()
        send(line, b"E")
        kind, body = receive(line)
        if kind != b"W":
            raise EOFError("another answer than words")
        words = tuple(Word(text, start, end, sure) for text, start, end, sure in json.loads(body))
        self._forget()
        return words

    def _tell(self, kind: bytes, body: bytes) -> None:
        """Say it; a listener that is gone is replaced by one that is told all there is to know, this included."""
        if self._line is None:
            return  # nobody listens yet: whoever will is told all of it
        try:
            send(self._line, kind, body)
        except _BROKEN:
            self._replace(0)

    def _replace(self, attempt: int) -> None:
        self.replaced += 1
        self._bring(attempt)

    def _bring(self, attempt: int) -> None:
        """A listener that has heard all of the utterance so far. Raises RuntimeError where none is to be had."""
        for again in range(attempt, TRIES):
            self._drop_listener()
            if again == TRIES - 1:
                self._kept = []  # perhaps it is this sound that crashes them
            try:
                self._settle()
                line = self._open_line()
                send(line, b"B", self._start_sent())
                for sound in self._kept:
                    send(line, b"S", sound.tobytes())
                return
            except _BROKEN:
                if again == TRIES - 1:
                    raise RuntimeError("the recogniser's process can't be started again") from None

    def _forget(self) -> None:
        self._kept, self._fed = [], 0

    def _grammar_sent(self) -> bytes:
        phrases, decoys = self._grammar
        return json.dumps({"phrases": phrases, "decoys": decoys, "freely": self._freely}).encode()

    @property
    def _idle(self) -> bool:
        return not (self._grammar[0] or self._freely)

    def _start_sent(self) -> bytes:
        return self._start.to_bytes(8, "little", signed=True)

    def _open_line(self) -> socket.socket:
        if self._line is None:
            raise EOFError("no listener")
        return self._line

    # --- having one

    def _settle(self) -> None:
        """A listener that knows the grammar, forked by the nursery; a new nursery where that is gone. Raises one of `_BROKEN`."""
        try:
            self._fork()
        except _BROKEN:
            self._start_nursery()
            self._fork()
        send(self._open_line(), b"G", self._grammar_sent())

    def _fork(self) -> None:
        if self._control is None:
            raise EOFError("no nursery")
        self._await_nursery(self._control)
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
        self._line, self._listener = ours, int(body)
        with contextlib.suppress(OSError):
            self._handle = os.pidfd_open(self._listener)

    def _await_nursery(self, control: socket.socket) -> None:
        """Until the model is loaded. Raises Trouble where libvosk refuses it, EOFError where it crashes over it."""
        if self._loaded:
            return
        kind, body = receive(control)
        if kind == REFUSED:
            raise Trouble(body.decode())
        self._loaded = kind == READY

    def _start_nursery(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._nursery is not None:
            with contextlib.suppress(OSError):
                self._nursery.kill()
            self._nursery.wait()
        ours, theirs = socket.socketpair()
        asked = [sys.executable, "-m", "companion.adapters.recognizer_worker"]
        asked += [str(theirs.fileno()), str(self._folder), "1" if self._unknown else "0"]
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # it forks: no threads
        with theirs:
            self._nursery = subprocess.Popen(
                asked, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), env=alone,
                start_new_session=True,
            )  # fmt: skip
        ours.settimeout(LOAD_WAIT)
        self._control, self._loaded = ours, False

    def _drop_listener(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._handle is not None:  # one that hangs would not notice; a handle, since a number may be another's by now
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            os.close(self._handle)
            self._handle = None
