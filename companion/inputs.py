"""What the core is told: the closed union of inputs. `at` is the sample clock (`companion.timeline`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from companion.effects import FloorKind
from companion.partner import Partner
from companion.timeline import Sample

Device = Literal["microphone", "speaker", "recogniser", "voice"]


@dataclass(frozen=True, slots=True)
class Block:
    """Sound from the microphone: float32, (n, channels), n of any length, full scale ±1, its first sample at `at`."""

    at: Sample
    sound: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The loudspeaker began to sound cue number `cue` at `at`.

    `sound` is what is being played, mono at 16 kHz, for the echo to be told from people; None where it is not at hand.
    """

    at: Sample
    cue: int
    sound: NDArray[np.float32] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """Cue number `cue` fell silent at `at`; `cut` when it was hushed before its end."""

    at: Sample
    cue: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """Something of the outside world failed."""

    at: Sample
    device: Device


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """What had failed works again."""

    at: Sample
    device: Device


@dataclass(frozen=True, slots=True)
class Button:
    """The one button: short = done, yes, resume; double = pass, no; long = stop."""

    at: Sample
    press: Literal["short", "double", "long"]


@dataclass(frozen=True, slots=True)
class FloorGiven:
    """From outside an exercise (a replay): whose the floor is from `at` on."""

    at: Sample
    kind: FloorKind
    holder: Partner | None = None


Input = Block | PlaybackStarted | PlaybackEnded | DeviceLost | DeviceBack | Button | FloorGiven
