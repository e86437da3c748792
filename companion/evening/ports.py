"""What an evening needs from the world; filled by adapters, the simulated room, or a recording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from companion.effects import Effect
from companion.events import Event
from companion.inputs import Input


class World(Protocol):
    """Where sound comes from and effects go: live devices, a simulated room, a recording."""

    def next(self) -> Input | None:
        """The next input in order of the sample clock; None when there will be no more."""
        ...

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out effects, in order. What became of them comes back as inputs."""
        ...


class Voice(Protocol):
    """Text to sound."""

    def render(self, text: str) -> NDArray[np.float32]:
        """Mono, 48 kHz, levelled to -20 dBFS. Raises `Trouble` when it cannot be spoken."""
        ...


class Log(Protocol):
    """Where events are kept."""

    def write(self, events: Iterable[Event]) -> None:
        """Append events. Never raises: a log that cannot be written stops quietly and says so at the end."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Screen(Protocol):
    """What a person sees while the evening runs."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Bring the display up to date."""
        ...
