"""What an evening needs from the world; filled by adapters, the simulated room, or a recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from companion.effects import Effect
from companion.events import Event
from companion.inputs import Input
from companion.timeline import Sample


class Core(Protocol):
    """The companion without its world: inputs in, events and effects out."""

    def start(self) -> list[Event | Effect]:
        """The evening begins."""
        ...

    def feed(self, given: Input) -> list[Event | Effect]:
        """One input."""
        ...

    def finish(self) -> list[Event | Effect]:
        """The sound is over."""
        ...


class Clock(Protocol):
    """Which sample belongs to which moment of the computer's monotonic clock."""

    @property
    def known(self) -> bool:
        """Whether a block has ever arrived."""
        ...

    def sample_at(self, at: float) -> Sample:
        """The sample that arrives at `at` monotonic seconds."""
        ...


class SoundSource(Protocol):
    """A microphone: blocks numbered without a hole, silence where there is no sound."""

    channels: int
    """Of every block."""
    dropped: int
    """Samples given up because the loop was too late."""

    @property
    def clock(self) -> Clock:
        """Samples against seconds."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the device is gone."""
        ...

    def read(self, timeout: float) -> tuple[Sample, NDArray[np.float32]] | None:
        """The next block, (n, channels); None when there was none for `timeout` seconds."""
        ...

    def reopen(self) -> bool:
        """Try to get a lost device back."""
        ...

    def pause(self) -> None:
        """Stop recording altogether; time goes on."""
        ...

    def resume(self) -> None:
        """Record again."""
        ...

    def close(self) -> None:
        """End of the evening; safe at any moment, also twice."""
        ...


class SoundSink(Protocol):
    """A loudspeaker: one cue after the other, and word of what became of each."""

    @property
    def busy(self) -> bool:
        """Whether a cue sounds or waits."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the device is gone."""
        ...

    def play(self, cue: int, pcm48k: NDArray[np.float32], gain_db: float = 0.0) -> None:
        """Play mono 48 kHz, now."""
        ...

    def hush(self) -> None:
        """Silence within 50 ms."""
        ...

    def events(self) -> Sequence[tuple[str, int, float]]:
        """What became of cues: "started", "ended", "cut" or "underflow"; the cue; when, in monotonic seconds."""
        ...

    def reopen(self) -> bool:
        """Try to get a lost device back."""
        ...

    def close(self) -> None:
        """End of the evening; safe at any moment, also twice."""
        ...


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

    def render(self, text: str, keep: bool = True) -> NDArray[np.float32]:
        """Mono, 48 kHz, levelled to -20 dBFS. Raises `Trouble` when it cannot be spoken.

        `keep` false: nothing of it is written to a disk.
        """
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
