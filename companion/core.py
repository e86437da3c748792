"""The whole flow on one screen: sound in, what happened and what to do about it out. No IO, no clock but the samples."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from companion.conversation.conversation import Conversation
from companion.effects import Effect, Enrol, GiveFloor, ListenFor, Say
from companion.events import Event, FloorChanged, Spoken
from companion.exercises.diary import Past
from companion.exercises.engine import Engine
from companion.exercises.moment import Moment, Voiced
from companion.hearing.heard import Heard
from companion.inputs import Block, Button, DeviceBack, DeviceLost, FloorGiven, Input, PlaybackEnded, PlaybackStarted
from companion.timeline import BLOCK, Sample

_TEXTS = 8
"""Texts of recent cues that are remembered until they sound."""


class Hears(Protocol):
    """What the core needs of an ear: `companion.hearing.ears.Ears`, or one that is told what was said (a rehearsal of events)."""

    @property
    def enrolled(self) -> bool:
        """Whether both voices are known."""
        ...

    def listen_for(self, what: ListenFor) -> None:
        """A new mode and grammar, from the next block on."""
        ...

    def enrol(self, what: Enrol) -> None:
        """Begin or end learning a voice."""
        ...

    def playback_started(self, at: Sample, sound: NDArray[np.float32] | None, text: str) -> None:
        """The companion began to sound `text` (nothing for a chime) at `at`."""
        ...

    def playback_ended(self, at: Sample) -> None:
        """It fell silent."""
        ...

    def feed(self, at: Sample, block: NDArray[np.float32]) -> Heard:
        """One block: float32 (512, channels), its first sample at `at`."""
        ...

    def finish(self) -> Heard:
        """The sound is over: what was still open is closed."""
        ...


class Companion:
    """Holds the stages and feeds one into the next.

    `feed` takes one input and returns events (for the log) and effects (for the world) in the order in which they came about.
    Blocks may be cut in any way: inside, sound moves in steps of 512 samples.
    """

    def __init__(self, ears: Hears, conversation: Conversation, engine: Engine | None = None) -> None:
        self._ears, self._conversation, self._engine = ears, conversation, engine
        self._rest: NDArray[np.float32] | None = None
        self._now: Sample = 0
        self._texts: dict[int, str] = {}
        self._sounding: tuple[int, Sample] | None = None
        self._floor_events: list[Event] = []

    @property
    def now(self) -> Sample:
        """The end of the last block that was heard."""
        return self._now

    def start(self) -> list[Event | Effect]:
        """The evening begins."""
        return self._carry_out(self._engine.start(self._now)) if self._engine else []

    def past(self, day: int) -> Past | None:
        """What a diary may hold of this evening, if anything."""
        return self._engine.past(day) if self._engine else None

    def feed(self, given: Input) -> list[Event | Effect]:
        """One input."""
        match given:
            case Block(at, sound):
                return self._blocks(at, sound)
            case PlaybackStarted(at, cue, sound):
                self._sounding = (cue, at)
                self._ears.playback_started(at, sound, self._texts.pop(cue, ""))
                return self._tell(given)
            case PlaybackEnded(at, cue, cut):
                self._ears.playback_ended(at)
                began = self._sounding[1] if self._sounding and self._sounding[0] == cue else at
                self._sounding = None
                return [Spoken(began, max(began, at), max(self._now, at), cue, cut), *self._tell(given)]
            case FloorGiven(at, kind, holder):
                return list(self._conversation.give_floor(GiveFloor(kind, holder), at))
            case Button() | DeviceLost() | DeviceBack():
                return self._tell(given)

    def finish(self) -> list[Event | Effect]:
        """The sound is over: what is still under way is brought to its end."""
        heard = self._ears.finish()
        return [*self._conversation.feed(heard), *self._conversation.finish(self._now)]

    def _blocks(self, at: Sample, sound: NDArray[np.float32]) -> list[Event | Effect]:
        rest = sound if self._rest is None else np.concatenate([self._rest, sound])
        if at + len(sound) != self._now + len(rest):
            raise ValueError(f"a block at {at} was fed where one at {self._now + len(rest) - len(sound)} was due")
        out: list[Event | Effect] = []
        self._rest = None  # a fault below loses this sound, not the count of samples
        while len(rest) >= BLOCK:
            block, rest = rest[:BLOCK], rest[BLOCK:]
            out += self._block(block)
        self._rest = rest if len(rest) else None
        return out

    def _block(self, sound: NDArray[np.float32]) -> list[Event | Effect]:
        at, self._now = self._now, self._now + BLOCK
        heard = self._ears.feed(at, sound)
        events: list[Event] = [*self._floor_events, *self._conversation.feed(heard), *heard.notices, *heard.said]
        fresh = events[len(self._floor_events) :]
        self._floor_events = []
        if self._engine is None:
            return list(fresh)
        return [*fresh, *self._carry_out(self._engine.feed(self._moment(heard), events))]

    def _moment(self, heard: Heard) -> Moment:
        conversation, pair = self._conversation, self._conversation.pair
        return Moment(
            now=heard.now,
            quiet_for=0 if heard.barge_in else conversation.quiet_for(),
            speaking=conversation.speaking(),
            own_voice=heard.own_voice,
            snr_db=heard.snr_db,
            patience={who: conversation.patience(who) for who in pair},
            words=heard.words,
            voiced=tuple(
                Voiced(each.by, each.start, each.end, each.level_db, each.pitch)
                for each in heard.segments
                if not each.open and each.by is not None
            ),
        )

    def _tell(self, given: PlaybackStarted | PlaybackEnded | Button | DeviceLost | DeviceBack) -> list[Event | Effect]:
        return self._carry_out(self._engine.tell(given)) if self._engine else []

    def _carry_out(self, wanted: list[Event | Effect]) -> list[Event | Effect]:
        """Do what concerns the stages to the left, from the next block on; all of it goes on to the world."""
        out: list[Event | Effect] = []
        for one in wanted:
            out.append(one)
            match one:
                case ListenFor():
                    self._ears.listen_for(one)
                case Enrol():
                    self._ears.enrol(one)
                case GiveFloor():
                    changed = self._conversation.give_floor(one, self._now)
                    self._floor_events += [event for event in changed if not isinstance(event, FloorChanged)]
                    out += changed
                case Say(cue=cue, text=text):
                    self._texts[cue] = text
                    while len(self._texts) > _TEXTS:
                        del self._texts[next(iter(self._texts))]
                case _:
                    pass
        return out
