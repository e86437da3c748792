"""Trying out two voices before an evening: from recordings or from the microphone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.adapters.microphone import Microphone
from companion.evening import house
from companion.partner import Pair, Partner
from companion.timeline import BLOCK
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of one partner's enrolment; `trouble` says in a sentence why it cannot be used."""

    who: Partner
    seconds: float
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Apart:
    """How well the two can be told apart: by voice in standard deviations, by place in degrees (two microphones)."""

    voice: float
    place_degrees: float | None
    advice: str | None

    def record(self) -> dict[str, float | str | None]:
        """For JSON."""
        return {"voice": round(self.voice, 2), "place_degrees": self.place_degrees, "advice": self.advice}

    @property
    def sentence(self) -> str:
        """For people."""
        place = "" if self.place_degrees is None else f", your places {self.place_degrees:.0f} degrees"
        return f"Your voices are {self.voice:.1f} standard deviations apart{place}. {self.advice or 'I can tell you apart.'}"


class Enrolling:
    """Learns two partners and says how different they are."""

    def __init__(self, pair: Pair, channels: int) -> None:
        self._hearing = house.ears(pair, channels, None).hearing

    def learn(self, who: Partner, sound: NDArray[np.float32]) -> Learnt:
        """Learn from (n, channels) float32 at 16 kHz."""
        enrolled = self._hearing.learn(who, sound)
        trouble = None if enrolled.trouble is None else house.ENROLMENT_TROUBLE[enrolled.trouble].format(name=who)
        return Learnt(who, enrolled.seconds, trouble)

    def apart(self) -> Apart:
        """How well they can be told apart; both must have been learnt."""
        found = self._hearing.separability()
        return Apart(found.voice, found.place_degrees, found.advice)

    @staticmethod
    def listen(microphone: Microphone, samples: int, progress: Callable[[float], None]) -> NDArray[np.float32]:
        """So many samples from the microphone. Raises Trouble when it is lost on the way."""
        parts: list[NDArray[np.float32]] = []
        while len(parts) * BLOCK < samples:
            block = microphone.read(1.0)
            if block is None or microphone.lost:
                raise Trouble("The microphone went away; plug it in and start again.")
            parts.append(block[1])
            progress(len(parts) * BLOCK / samples)
        return np.concatenate(parts)
