"""A table without sound: two people at the level of events, who react to what the companion says. As fast as the engine goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from companion.conversation.manners import STANDARD, Manners
from companion.effects import Chime, Effect, Enrol, Finish, GiveFloor, Hush, ListenFor, Say
from companion.events import CueGiven, Enrolled, Event, PhraseHeard, SpeechEnded, SpeechStarted
from companion.exercises.content import Evening, Library, PlanItem
from companion.exercises.engine import Engine
from companion.exercises.moment import Moment
from companion.inputs import PlaybackEnded, PlaybackStarted
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, samples, seconds

ALEX, SAM = Partner("Alex"), Partner("Sami")  # names of one length, so that lines about either last as long
PAIR = Pair(ALEX, SAM)
CONTENT = Path(__file__).resolve().parents[2] / "content"


@dataclass
class Table:
    """Drives an engine block by block. `talk`, `say` put speech and phrases in; what came out is in `out`, stamped."""

    engine: Engine
    now: Sample = 0
    out: list[tuple[Sample, Event | Effect]] = field(default_factory=list)
    mute: bool = False  # nothing the companion says is ever reported as played
    speech: list[tuple[Partner | None, Sample, Sample]] = field(default_factory=list)
    phrases: list[PhraseHeard] = field(default_factory=list)
    extra: list[Event] = field(default_factory=list)
    later: list[tuple[Sample, Event]] = field(default_factory=list)
    react: Callable[[Table, Event | Effect], None] | None = None
    patience: dict[Partner, float] = field(default_factory=dict)
    _quiet: int = 10 * 16000
    _sounding: tuple[int, Sample, Sample] | None = None
    _begun: set[tuple[Partner | None, Sample]] = field(default_factory=set)

    def start(self) -> Table:
        self._take(self.engine.start(self.now))
        return self

    # --- what people do

    def talk(self, who: Partner | None, start: float, length: float) -> Table:
        """`who` speaks `length` seconds, from `start` seconds after now."""
        begin = self.now + samples(start)
        self.speech.append((who, begin, begin + samples(length)))
        return self

    def say(
        self, phrase: str, by: Partner | None = None, after: float = 0.0, *, sure: float = 0.9, laughed: bool = False,
        confidence: float = 0.95,
    ) -> Table:  # fmt: skip
        """Someone says a phrase, `after` seconds from now; it takes 0.6 s and is recognised 0.4 s later."""
        begin = self.now + samples(after)
        end = begin + samples(0.6)
        self.speech.append((by, begin, end))
        self.phrases.append(
            PhraseHeard(begin, end, end + samples(0.4), phrase, confidence, by, sure if by else 0.0, True, laughed)
        )
        return self

    def happen(self, event: Event) -> Table:
        self.extra.append(event)
        return self

    def tell(self, given: object) -> Table:
        self._take(self.engine.tell(given))  # type: ignore[arg-type]
        return self

    # --- time

    def run(self, length: float) -> Table:
        end = self.now + samples(length)
        while self.now < end and not self.engine.finished:
            self.block()
        return self

    def until(self, what: Callable[[Event | Effect], bool], within: float = 600.0) -> Sample:
        """Go on until something that fits comes out; its time. Fails after `within` seconds."""
        seen, end = len(self.out), self.now + samples(within)
        while True:
            for at, each in self.out[seen:]:
                if what(each):
                    return at
            seen = len(self.out)
            if self.now >= end or self.engine.finished:
                raise AssertionError(f"nothing of the kind in {within} s; last was {self.out[-3:]}")
            self.block()

    def until_said(self, id: str, within: float = 600.0) -> str:
        """Go on until the cue of this name has been given, and return its words (or its chime)."""
        found: list[str] = []

        def fits(each: Event | Effect) -> bool:
            if isinstance(each, CueGiven) and each.id == id:
                found.append(each.text)
                return True
            return False

        self.until(fits, within)
        return found[-1]

    def finish(self, within: float = 7200.0) -> Table:
        end = self.now + samples(within)
        while not self.engine.finished:
            if self.now >= end:
                raise AssertionError(f"the evening did not end within {within} s; {self.out[-5:]}")
            self.block()
        return self

    def block(self) -> None:
        self.now += BLOCK
        now = self.now
        if self._sounding is not None:
            cue, start, end = self._sounding
            if start is not None and now >= start > now - BLOCK:
                self._take(self.engine.tell(PlaybackStarted(now, cue)))
            if self._sounding is not None and now >= end:
                self._sounding = None
                self._take(self.engine.tell(PlaybackEnded(now, cue)))
        events: list[Event] = self.extra + [event for at, event in self.later if at <= now]
        self.extra, self.later = [], [(at, event) for at, event in self.later if at > now]
        speaking = set()
        for who, begin, end in list(self.speech):
            if begin < now and end > now - BLOCK:
                speaking.add(who)
                if (who, begin) not in self._begun:
                    self._begun.add((who, begin))
                    events.append(SpeechStarted(begin, now, who))
            if end <= now:
                self.speech.remove((who, begin, end))
                events.append(SpeechEnded(begin, end, now, who, 0.95))
        self._quiet = 0 if speaking else self._quiet + BLOCK
        for phrase in list(self.phrases):
            if phrase.noticed <= now:
                self.phrases.remove(phrase)
                events.append(phrase)
        moment = Moment(
            now,
            self._quiet,
            frozenset(who for who in speaking if who is not None),
            self._sounding is not None,
            30.0,
            self.patience,
        )
        self._take(self.engine.feed(moment, events))

    # --- what came out

    def _take(self, out: list[Event | Effect]) -> None:
        for each in out:
            self.out.append((self.now, each))
            if isinstance(each, Say) and not self.mute:
                self._sound(each.cue, 0.06 * len(each.text))
            elif isinstance(each, Chime) and not self.mute:
                self._sound(each.cue, 0.5)
            elif isinstance(each, Hush) and self._sounding is not None:
                cue, _, _ = self._sounding
                self._sounding = None
                self._take(self.engine.tell(PlaybackEnded(self.now, cue, cut=True)))
            elif isinstance(each, Enrol) and each.done:
                self.extra.append(Enrolled(self.now, self.now, each.who, 12.0, None))
            if self.react is not None:
                self.react(self, each)

    def _sound(self, cue: int, length: float) -> None:
        assert self._sounding is None, "two sounds at once"
        self._sounding = (cue, self.now + BLOCK, self.now + samples(0.1 + length))

    def kinds(self, *wanted: type) -> list[Any]:
        return [each for _, each in self.out if isinstance(each, wanted)]

    def said(self) -> list[str]:
        """The words the companion has spoken so far."""
        return [each.text for _, each in self.out if isinstance(each, Say)]

    def cues(self) -> list[str]:
        """Ids of the unasked cues given so far."""
        return [each.id for _, each in self.out if isinstance(each, CueGiven) and not each.asked]

    def outcome_of(self, id: str) -> list[str]:
        """Everything given under this cue's name: words, and the names of chimes."""
        return [each.text for _, each in self.out if isinstance(each, CueGiven) and each.id == id]

    def story(self) -> str:
        """Everything, for a person to read."""
        return "\n".join(f"{seconds(at):8.2f}  {each}" for at, each in self.out if not isinstance(each, (ListenFor, GiveFloor)))

    @property
    def outcome(self) -> str:
        return next(each.outcome for _, each in self.out if isinstance(each, Finish))


def engine(
    library: Library, plan: list[PlanItem] | Evening, *, enrolled: bool = True, words: bool = True, manners: Manners = STANDARD,
    seed: int = 1, pair: Pair = PAIR, **more: object,
) -> Engine:  # fmt: skip
    """An engine for a plan, without a time limit."""
    evening = plan
    if not isinstance(evening, Evening):
        evening = Evening.model_validate({"evening": "test", "title": "Test", "time": "120 min", "plan": tuple(evening)})
    return Engine(evening, library, pair, manners, seed=seed, enrolled=enrolled, words=words, **more)  # type: ignore[arg-type]


def table(library: Library, plan: list[PlanItem] | Evening, **more: object) -> Table:
    """A table at which the evening has begun."""
    return Table(engine(library, plan, **more)).start()  # type: ignore[arg-type]
