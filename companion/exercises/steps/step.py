"""What every step is, and what it is given: the scene it plays in, and a beat a block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from companion.conversation.manners import Manners
from companion.effects import Effect, ListenFor, Mode
from companion.events import Event, Exit
from companion.exercises.content import Level
from companion.exercises.cue_desk import Custom, News, Why
from companion.exercises.cues import OWED, Cue
from companion.exercises.moment import Moment
from companion.exercises.path import Place, Roles
from companion.exercises.reflection import Recollection
from companion.exercises.script import Script
from companion.exercises.shelf import Shelf
from companion.exercises.step_spec import Size
from companion.exercises.talk import Talk
from companion.partner import Pair, Partner
from companion.timeline import Sample, samples

LINE = 60.0
"""Seconds that one owed line may take at most: 30 s of waiting for a gap, and the time to speak it."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A proposed cue is not needed any more."""

    name: str
    why: Why = "mended"


@dataclass(frozen=True, slots=True)
class Leave:
    """The step is over, by this exit; the last of its wishes."""

    exit: Exit


Wish = Event | Effect | Cue | Withdraw | Leave
"""What a step may want: events it can vouch for, effects, cues (proposed or owed) and their withdrawal, and to be over."""


NOTHING_NEW = News()


@dataclass(frozen=True, slots=True)
class Order:
    """A command meant for the step. `by` None where the voice is not known well enough; `perhaps`: whose it is then rather than
    the other's, None where nothing speaks for either."""

    name: str
    by: Partner | None
    perhaps: Partner | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """One block as a step sees it. `clock`: samples on the clock of the step, which stands still while the evening is paused."""

    moment: Moment
    clock: Sample
    events: tuple[Event, ...] = ()
    orders: tuple[Order, ...] = ()
    pressed: bool = False
    news: News = NOTHING_NEW

    @property
    def now(self) -> Sample:
        """The moment's sample."""
        return self.moment.now

    def ordered(self, *names: str) -> Order | None:
        """The first of these commands given in this block."""
        return next((order for order in self.orders if order.name in names), None)


class Answers(Protocol):
    """What a step needs to understand answers."""

    def check(self, text: str, laughed: bool = False, late: bool = False) -> str:
        """What an utterance says to "is that it?": yes, partly, no, unsure, repeat or next."""

    def consent(self, text: str, laughed: bool = False) -> str:
        """What an utterance says to "shall we?": yes, no, ask-again or repeat."""


class Ear(Protocol):
    """What a step needs to have phrases listened for."""

    def listen(
        self, mode: Mode, kind: str, *, holder: Partner | None = None, answers: tuple[str, ...] = (), state: str = "running"
    ) -> ListenFor:
        """Listen in `mode`: the commands that are live there in a step of this kind, and these answers."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a step plays.

    `last_holder`: who had the last turn in this exercise; `last_teller`: the last that an opener began. `used`: samples the other
    used in the twin of this turn. `named`: whom the companion has named in it. `recalled`: the opener of the first half of a
    mirrored block. `thanks_follow`: the next step is a thank-you already. `recollection`: what may come back of the turn before.
    `shelf`: examples of feelings and needs that have not been named tonight.
    """

    place: Place
    pair: Pair
    size: Size
    level: Level
    manners: Manners
    script: Script
    talk: Talk
    ear: Ear
    answers: Answers
    words: bool
    enrolled: bool
    names: bool = True
    last_holder: Partner | None = None
    last_teller: Partner | None = None
    recalled: str | None = None
    named: frozenset[str] = frozenset()
    used: int = 0
    thanks_follow: bool = False
    recollection: Recollection | None = None
    shelf: Shelf | None = None

    @property
    def roles(self) -> Roles:
        """Who is who."""
        return self.place.roles

    def slots(self, holder: Partner | None = None) -> dict[str, str]:
        """The names for a line that is about `holder` (whoever holds by default, if not given)."""
        holder = holder or self.roles.holder
        other = self.pair.other(holder)
        return {
            "first": self.roles.first, "second": self.roles.second, "holder": holder, "listener": other, "source": holder,
            "other": other,
        }  # fmt: skip

    def owed(
        self, line: str, at: Sample, tag: str, *, id: str = "line", text: str = "", holder: Partner | None = None,
        gap: float | None = None, first: Partner | None = None,
    ) -> Cue:  # fmt: skip
        """A line the step owes: it waits for a gap as long as it must, within reason. `first`: who is meant by {first}."""
        slots = self.slots(holder) | ({"first": first} if first else {})
        return Cue(OWED, at, line=line, text=text, tag=tag, id=id, slots=slots, holder=holder, gap=gap)

    def budget(self, seconds: float) -> int:
        """A budget of the content in samples, as the manners stretch it. The same for both partners, always."""
        return samples(seconds * self.manners.budget_scale)

    def mode(self, wanted: Mode) -> Mode:
        """The mode a step may use: WORDS is FLOOR where no words are to be had tonight."""
        return Mode.FLOOR if wanted is Mode.WORDS and not self.words else wanted


class Step(Protocol):
    """A step being played. `longest`: samples on its clock after which the engine takes it away, whatever happens."""

    mode: Mode
    budget: int
    longest: int
    answer: str | None
    ours: ClassVar[frozenset[str]]  # commands the step itself understands

    @property
    def holder(self) -> Partner | None:
        """Who has the floor in it, if anybody."""

    @property
    def custom(self) -> Custom:
        """What cues it allows."""

    def enter(self, at: Sample) -> list[Wish]:
        """It begins."""

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """A block has passed: what the step wants now, or the exit by which it is over."""

    def leave(self) -> list[Wish]:
        """It is over, by whichever exit: what must be put in order behind it."""


class Spoken:
    """Lines said one after the other; the part of every step that begins with words."""

    def __init__(self, cues: list[Cue]) -> None:
        self._left = cues
        self.current: Cue | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to say."""
        return self.current is None and not self._left

    def on(self, news: News, now: Sample) -> list[Wish]:
        """Go on to the next line when the last is over or was dropped."""
        if self.current is not None and self.current.tag in news.over | news.dropped:
            self.current = None
        if self.current is None and self._left:
            self.current = replace(self._left.pop(0), at=now)
            return [self.current]
        return []

    def drop(self) -> list[Wish]:
        """Say no more: what waits is withdrawn, what follows forgotten."""
        self._left.clear()
        if self.current is None:
            return []
        current, self.current = self.current, None
        return [Withdraw(current.tag)]

    def drop_current(self) -> list[Wish]:
        """Leave out the line that waits, not those after it."""
        if self.current is None:
            return []
        current, self.current = self.current, None
        return [Withdraw(current.tag)]


NO_CUES = Custom()
