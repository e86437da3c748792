"""What keeps an evening going when something of ours fails: the companion's own faults, and the recogniser's."""

from __future__ import annotations

import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from companion.effects import Effect
from companion.evening.ports import Core
from companion.events import Event, Mishap
from companion.hearing.heard import Word
from companion.hearing.ports import Recognizer, SaysSoFar
from companion.hearing.telling import FreeRecognizer, HearsFreely
from companion.inputs import Input
from companion.timeline import Sample, samples

Done = TypeVar("Done")

MOST_FAULTS = 5
"""Faults of ours within `FAULTS_IN` that end the evening: one now and then costs a moment, a row of them costs every word."""

FAULTS_IN = samples(60.0)


class TooManyFaults(Exception):
    """Our own code failed `MOST_FAULTS` times within a minute: the evening can't go on."""


class GuardedCompanion:
    """A companion whose own faults do not end the evening.

    A fault goes to `complain` (standard error) with its traceback, the first time, and to the log as a `Mishap` that names its
    kind and place, never what was said. Nothing is spoken of it. `troubles` gives what else broke since it was last asked; that
    too becomes a `Mishap`. Raises `TooManyFaults` for the fifth fault within a minute of the sample clock.
    """

    def __init__(
        self, companion: Core, troubles: Callable[[], Sequence[str]] = tuple, complain: Callable[[str], None] | None = None
    ) -> None:
        self._companion, self._troubles = companion, troubles
        self._complain = complain or _to_stderr
        self._faults: deque[Sample] = deque(maxlen=MOST_FAULTS)
        self._seen: set[str] = set()
        self.now: Sample = 0
        """The latest moment that was told of."""

    def start(self) -> list[Event | Effect]:
        """The evening begins. A fault here is raised: nothing has begun yet."""
        return self._companion.start()

    def feed(self, given: Input) -> list[Event | Effect]:
        """One input. Where our own code fails over it, the input is lost and the evening goes on."""
        self.now = max(self.now, given.at)
        broken: list[Event | Effect] = [Mishap(self.now, self.now, what) for what in self._troubles()]
        try:
            return [*broken, *self._companion.feed(given)]
        except Exception as error:
            return [*broken, self._own_fault(error)]

    def finish(self) -> list[Event | Effect]:
        """What is still under way is brought to its end, as far as that goes."""
        try:
            return self._companion.finish()
        except Exception as error:
            return [self._own_fault(error)]

    def _own_fault(self, error: Exception) -> Mishap:
        what = f"a fault of ours: {_place(error)}"
        self._complain(what if what in self._seen else "".join(traceback.format_exception(error)))
        self._seen.add(what)
        self._faults.append(self.now)
        if len(self._faults) == MOST_FAULTS and self.now - self._faults[0] <= FAULTS_IN:
            raise TooManyFaults(f"{MOST_FAULTS} faults of ours within a minute, the last one {_place(error)}") from error
        return Mishap(self.now, self.now, what)


class GuardedRecognizer:
    """A `Recognizer` that never fails: what its engine raises switches it off for good, and `lost` says so.

    While `sparing` (the computer is behind), utterances that begin are not looked at: recognition is the first to be given up.
    """

    def __init__(self, engine: Recognizer, complain: Callable[[str], None] | None = None) -> None:
        self.lost = self.sparing = False
        self._engine, self._complain = engine, complain or _to_stderr
        self._vocabulary = engine.vocabulary
        self._idle = self._no_talk = False

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word it can hear."""
        return self._vocabulary

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        """See `Recognizer`."""
        if not self.lost:
            try:
                self._engine.listen_for(phrases, decoys)
            except Exception as error:
                self._fail(error)

    def begin(self, at: Sample) -> None:
        """See `Recognizer`."""
        self._idle = self.sparing
        if not (self.lost or self._idle):
            try:
                self._engine.begin(at)
            except Exception as error:
                self._fail(error)

    def feed(self, sound: NDArray[np.float32]) -> None:
        """See `Recognizer`."""
        if not (self.lost or self._idle):
            try:
                self._engine.feed(sound)
            except Exception as error:
                self._fail(error)

    def end(self) -> tuple[Word, ...]:
        """See `Recognizer`. Nothing where it is lost or has been sparing."""
        if self.lost or self._idle:
            return ()
        try:
            return self._engine.end()
        except Exception as error:
            self._fail(error)
            return ()

    def so_far(self) -> tuple[str, ...]:
        """See `SaysSoFar`. Nothing where it is lost, sparing or cannot say."""
        if self.lost or self._idle or not isinstance(self._engine, SaysSoFar):
            return ()
        try:
            return self._engine.so_far()
        except Exception as error:
            self._fail(error)
            return ()

    @property
    def hears_talk(self) -> bool:
        """See `HearsFreely`."""
        return isinstance(self._engine, HearsFreely) and self._engine.hears_talk

    def freely(self) -> GuardedFreeRecognizer | None:
        """See `HearsFreely`. None where the engine cannot, or has failed at it before: that costs the hints of the evening."""
        if self.lost or self._no_talk or not isinstance(self._engine, HearsFreely):
            return None
        try:
            free = self._engine.freely()
        except Exception as error:
            self.lose_talk(error)
            return None
        return GuardedFreeRecognizer(free, self) if free is not None else None

    def lose_talk(self, error: Exception) -> None:
        """Talk is not listened to any more tonight; phrases are."""
        self._no_talk = True
        self._complain("".join(traceback.format_exception(error)))

    def _fail(self, error: Exception) -> None:
        self.lost = True
        self._complain("".join(traceback.format_exception(error)))


class GuardedFreeRecognizer:
    """A `FreeRecognizer` that never fails: what its engine raises costs the hints of the evening, not the phrases that `beside`
    hears. It is spared with it.
    """

    def __init__(self, engine: FreeRecognizer, beside: GuardedRecognizer) -> None:
        self._engine, self._beside = engine, beside
        self._idle = self._lost = False
        self._start = self._end = 0

    def begin(self, at: Sample) -> None:
        """See `FreeRecognizer`."""
        self._start = self._end = at
        self._idle = self._lost or self._beside.sparing
        self._try(lambda: self._engine.begin(at))

    def feed(self, sound: NDArray[np.float32]) -> None:
        """See `FreeRecognizer`."""
        self._end += len(sound)
        self._try(lambda: self._engine.feed(sound))

    def end(self) -> tuple[Word, ...]:
        """See `FreeRecognizer`. What it was spared, or lost, leaves a hole: a word without a text."""
        words = self._try(self._engine.end)
        return (Word("", self._start, self._end, 0.0, 0.0),) if words is None else words

    def close(self) -> None:
        """See `FreeRecognizer`."""
        self._idle = self._lost
        self._try(self._engine.close)
        self._idle = self._lost = True

    def _try(self, do: Callable[[], Done]) -> Done | None:
        if self._idle:
            return None
        try:
            return do()
        except Exception as error:
            self._idle = self._lost = True
            self._beside.lose_talk(error)
            return None


def _place(error: BaseException) -> str:
    """Kind and innermost place of an error, like "ValueError in engine.py:120"; never its message, which may quote words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _to_stderr(text: str) -> None:
    print(text.rstrip("\n"), file=sys.stderr, flush=True)
