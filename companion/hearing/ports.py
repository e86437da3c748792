"""What hearing needs from outside: a model of speech activity and a recogniser. Both are computation, not IO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from companion.hearing.heard import Word
from companion.timeline import Sample


class ActivityModel(Protocol):
    """Is anybody speaking?"""

    def feed(self, block: NDArray[np.float32]) -> float:
        """Speech probability (0..1) of one block of 512 samples, mono, 16 kHz, full scale ±1. Keeps its own state."""
        ...

    def reset(self) -> None:
        """Back to the first state."""
        ...


class Recognizer(Protocol):
    """Words of a small grammar, with times on the sample clock. Never the source of turn timing."""

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        """Use this grammar from the next utterance on, with `[unk]`. An empty one switches recognition off.

        Raises `companion.trouble.Trouble` for a phrase with a word outside `vocabulary`.
        """
        ...

    def begin(self, at: Sample) -> None:
        """An utterance begins: what is fed next starts at `at`."""
        ...

    def feed(self, sound: NDArray[np.float32]) -> None:
        """More of the utterance: mono, 16 kHz, full scale ±1, any length."""
        ...

    def end(self) -> tuple[Word, ...]:
        """The utterance is over: its words (`[unk]` among them), with spans and confidences. Empty where there were none."""
        ...

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word it can hear."""
        ...


@runtime_checkable
class SaysSoFar(Protocol):
    """What a recogniser may be able to do besides: tell the words of an utterance before it is over."""

    def so_far(self) -> tuple[str, ...]:
        """Its words up to now, as they seem now; empty where there are none yet."""
        ...
