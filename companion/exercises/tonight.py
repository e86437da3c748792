"""What is so tonight: the settings that everything in the evening shares, who is known by voice, and the two clocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion.conversation.manners import Manners
from companion.effects import Effect
from companion.events import Event, StateChanged
from companion.exercises.content import Level
from companion.exercises.recall import Recall
from companion.exercises.step_spec import Size
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples, seconds

Out = Event | Effect

SETTLED_AFTER = 600.0
"""Seconds after an offer to slow down or a time-out in which nothing deep is begun."""
ALONE_AFTER = 120.0
"""Seconds after a third voice was heard in which nothing open or deep is begun."""


@dataclass(slots=True)
class Tonight:
    """One record for the evening. `out`: what has been decided in this block, in order.

    `recall`: the words a reflection may need, where there are any. `keep`: both want it remembered; `forgotten`: somebody wanted
    it forgotten, which nothing undoes. `unsettled`: when a slower pace was last offered or a time-out called. `company`: when a
    third voice was last there. `words`: those of a turn may be listened for; `phrases`: a recogniser hears commands and answers.
    `lost_track`: we no longer know who is who; `asked_who`: how often we asked.
    `now` is the evening's clock; `clock` stands still while the evening is paused (`hold`: since when; `held`: samples lost).
    """

    pair: Pair
    manners: Manners
    first: Partner
    words: bool
    names: bool = True
    enrolled: set[Partner] = field(default_factory=set)
    size: Size | None = None
    level: Level = "light"
    evenings_done: int = 0
    diary_on: bool = False
    night: bool = False
    channels: int = 1
    phrases: bool = True
    recall: Recall | None = None
    keep: bool = False
    forgotten: bool = False
    unsettled: Sample | None = None
    company: Sample | None = None
    lost_track: bool = False
    asked_who: int = 0
    state: str = "waiting"
    began: Sample = 0
    now: Sample = 0
    held: int = 0
    hold: Sample | None = None
    out: list[Out] = field(default_factory=list)

    @property
    def clock(self) -> Sample:
        """The clock of the steps."""
        return (self.now if self.hold is None else self.hold) - self.held

    @property
    def known(self) -> bool:
        """Whether both voices are known."""
        return len(self.enrolled) == 2

    @property
    def elapsed(self) -> float:
        """Seconds of the evening, pauses apart."""
        return seconds(self.clock - self.began)

    @property
    def calm(self) -> bool:
        """Whether nothing has unsettled the evening for a while: neither an offer to slow down nor a time-out."""
        return self.unsettled is None or self.now - self.unsettled > samples(SETTLED_AFTER)

    @property
    def between_two(self) -> bool:
        """Whether nobody else has been at the table for a while."""
        return self.company is None or self.now - self.company > samples(ALONE_AFTER)

    @property
    def recogniser(self) -> str:
        """For the content: what the recogniser can do."""
        return ("full" if self.words else "embedded") if self.phrases else "none"

    def turn_to(self, state: str) -> None:
        """The evening is in another state now."""
        if state != self.state:
            self.state = state
            self.out.append(StateChanged(self.now, self.now, state))

    def release(self) -> int:
        """The clock of the steps goes on; how many samples it stood still."""
        if self.hold is None:
            return 0
        away, self.hold = self.now - self.hold, None
        self.held += away
        return away
