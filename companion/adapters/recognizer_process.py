"""The recogniser in a process of its own, behind the same port: what crashes there costs a moment, not the evening.

The caller keeps the utterance under way, so that a listener that dies in the middle of it (libvosk is from 2022 and crashes
on some input; the system kills what grows too much) is replaced and hears it again from its beginning.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from companion.adapters import vosk_folder
from companion.adapters.model_trial import try_out
from companion.adapters.recognizer_nursery import BROKEN, Listener, Nursery
from companion.adapters.recognizer_worker import receive, send
from companion.adapters.vosk_folder import SpeechModel
from companion.hearing.heard import Word
from companion.timeline import Sample, samples

KEPT = samples(60.0)
"""Of an utterance so much is kept to be heard again by another listener; what is longer is no phrase."""

FRESH_AFTER = samples(1800.0)
"""Talk after which a listener is replaced between two utterances: what libvosk and the allocator hold on to goes with it."""

TRIES = 3
"""Replacements in a row that may fail before it is given up."""


class RecognizerProcess:
    """A `hearing.ports.Recognizer` whose work is done elsewhere. `close` lets the processes go; they end by themselves if we die.

    Raises Trouble for a folder that is no model; RuntimeError where no process can be had any more.
    """

    def __init__(self, folder: Path, unknown: bool = True, beside: RecognizerProcess | None = None) -> None:
        """`unknown`: other speech may be heard as no phrase; `beside`: hear any word instead of phrases, on that one's model."""
        self._model: SpeechModel = vosk_folder.look(folder) if beside is None else beside._model
        if beside is None and not self._model.vouched:
            try_out(folder)
        self._freely, self._ours = beside is not None, beside is None
        self._nursery: Nursery = Nursery(folder, unknown) if beside is None else beside._nursery
        self._listener: Listener | None = None
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

    @property
    def hears_talk(self) -> bool:
        """Whether the model knows the words of ordinary talk."""
        return self._model.full

    def processes(self) -> tuple[int, ...]:
        """The nursery, and the listener where there is one, by their numbers."""
        nursery = (self._nursery.number,) if self._nursery.number is not None else ()
        return (*nursery, self._listener.number) if self._listener is not None else nursery

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
        if self._listener is None:
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
            except BROKEN:
                self._replace(attempt)
        self._forget()
        return ()

    def so_far(self) -> tuple[str, ...]:
        """See `SaysSoFar`. Nothing where no listener answers: nothing depends on it."""
        if self._idle or not self._fed or self._listener is None:
            return ()
        try:
            send(self._listener.line, b"P")
            kind, body = receive(self._listener.line)
            return tuple(body.decode().split()) if kind == b"P" else ()
        except BROKEN:
            self._replace(0)
            return ()

    def freely(self) -> RecognizerProcess | None:
        """Another one that hears any word, a listener of the same nursery; None where the model knows too few for talk."""
        return RecognizerProcess(self._model.folder, beside=self) if self._model.full else None

    def close(self) -> None:
        """Let the processes go, and what was heard with them; of one beside another its listener alone."""
        self._forget()
        self._drop_listener()
        if self._ours:
            self._nursery.close()

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
        if self._listener is None:
            return  # nobody listens yet: whoever will is told all of it
        try:
            send(self._listener.line, kind, body)
        except BROKEN:
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
            except BROKEN:
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
        if self._listener is None:
            raise EOFError("no listener")
        return self._listener.line

    def _settle(self) -> None:
        """A listener that knows the grammar. Raises one of `BROKEN`."""
        self._listener = self._nursery.listener()
        send(self._listener.line, b"G", self._grammar_sent())

    def _drop_listener(self) -> None:
        if self._listener is not None:
            self._listener.drop()
            self._listener = None
