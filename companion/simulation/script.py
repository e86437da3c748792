"""The script: what both people do at each point of the evening, from what they are told and the step that is played.

They know what people at the table know: what the companion says aloud, its chimes, the step and whose floor it is, and each
other. They never learn what hearing or conversation made of their speech.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from companion.effects import FloorKind
from companion.events import EveningStarted, Event, ExerciseEnded, ExerciseStarted, FloorChanged, StateChanged, StepEntered
from companion.partner import Pair, Partner
from companion.simulation.courses import after, answer, command, insist, later, listen, speak, tell, then, visit
from companion.simulation.free_talk import Talk
from companion.simulation.person import Course, Person, Table
from companion.simulation.reflection import Reflection
from companion.simulation.sayings import ToCompanion, Topic
from companion.simulation.scenario import Doings, Scenario, Utters
from companion.simulation.truth import Truth, TurnTaken
from companion.simulation.turn import ONE_WORD_BUDGET, Turn, plan
from companion.timeline import BLOCK, Sample, samples, seconds

_UNASKED = samples(2.5)
"""When the companion has said nothing so long after a step began, people begin by themselves."""

_RESUME_AFTER = 4.0


@dataclass(frozen=True)
class Line:
    """Something the companion said: `keys` are its name in the content and its name in the cue table."""

    text: str
    keys: frozenset[str]

    def names(self, pair: Pair) -> list[Partner]:
        """The partners it names, in order."""
        found = [(self.text.find(who), who) for who in pair if re.search(rf"\b{re.escape(who)}\b", self.text)]
        return [who for _, who in sorted(found)]


class Script:
    """Drives both people. Told of events, lines and chimes; lives a block at a time."""

    def __init__(self, scenario: Scenario, people: dict[Partner, Person], pair: Pair, table: Table, truth: Truth,
                 rng: np.random.Generator, guest: Person | None = None) -> None:  # fmt: skip
        self._guest, self._stopping = guest, False
        self._scenario, self._people, self._pair = scenario, people, pair
        self._table, self._truth, self._rng = table, truth, rng
        self._within: list[tuple[str, Counter[str]]] = []  # the exercise, with steps counted; an interlude after it
        self._step: StepEntered | None = None
        self._doings = Doings()
        self._commands: list[Utters] = []
        self._all: Counter[str] = Counter()
        self._begun = True  # what people do in this step is under way
        self._since: Sample = 0
        self._lines = 0
        self._holder: Partner | None = None  # of the last turn
        self._floor: Partner | None = None
        self._asked: list[Partner] = list(pair)
        self._turn: Turn | None = None
        self._topic: Topic | None = None
        self._reflection: Reflection | None = None
        self._places: dict[Partner, list[int]] = {who: [0, 0] for who in pair}
        self._state = "running"
        self._paused_at: Sample = 0

    @property
    def _exercise(self) -> str:
        """What is being played."""
        return self._within[-1][0] if self._within else ""

    # --- what they are told

    def happened(self, event: Event) -> None:
        """The evening moved on."""
        match event:
            case StateChanged(state=state):
                self._changed(state)
            case _ if self._stopping:
                pass
            case ExerciseStarted(exercise=exercise):
                self._within.append((exercise, Counter()))
            case ExerciseEnded():
                self._within = self._within[:-1]
            case StepEntered():
                self._enter(event)
            case FloorChanged(kind=kind, holder=holder):
                self._floor = holder if kind is FloorKind.HOLDER else None
                if self._step is not None and self._step.kind == "rounds" and kind is not FloorKind.NOBODY:
                    self._begin()
            case EveningStarted():
                self._step = None
            case _:
                pass

    def line_ended(self, line: Line, cut: bool) -> None:
        """The companion has said a line."""
        if self._stopping or self._state not in ("running", "welcome", "closing", "resting"):
            return
        if self._aside(line) or self._step is None or self._doings.silent:
            return
        self._lines += 1
        match self._step.kind:
            case "ask" | "rest" | "choose":
                self._asked_something(line)
            case "check":
                self._checked(line)
            case "reflect":
                self._reflecting(line)
            case "say":
                if "try_a_command" in line.keys:
                    one = self._people[self._pair.one]
                    tried = one.hand.to_companion.command("pause")
                    one.follow(later(one, 1.0, command(one, self._other(one), tried, self._truth)))
            case _:
                if not self._begun:
                    self._begin()

    def chimed(self, kind: str) -> None:
        """The companion has chimed."""
        if self._turn is not None and kind == "floor":
            self._turn.chimed = True

    def live(self) -> None:
        """One block."""
        self._visits()
        if self._stops():
            for person in self._people.values():
                person.live()
            return
        self._speaks_up()
        waited = self._table.now >= self._since + _UNASKED and not self._table.companion_spoke_within(1.0)
        if not self._begun and not self._lines and waited:
            self._begin()
        for person in self._people.values():
            person.live()

    def _visits(self) -> None:
        """Whoever walks in comes when it is time."""
        plan, guest, now = self._scenario.guest, self._guest, self._table.now
        if plan is None or guest is None:
            return
        if samples(plan.at) <= now < samples(plan.at) + BLOCK:
            guest.follow(visit(guest, list(self._people.values()), now + samples(plan.length)))
        guest.live()

    def _speaks_up(self) -> None:
        """A command that the script has for a step that is no turn: both leave off, and one of them says it."""
        step = self._step
        if step is None or step.kind == "turn" or not self._commands or self._state == "paused":
            return
        if self._table.now >= self._since + samples(self._commands[0].at):
            says = self._commands.pop(0)
            who = self._people[self._pair.one if says.by == "holder" else self._pair.two]
            for person in self._people.values():
                person.follow(None)
            self._begun = True
            who.follow(insist(who, self._other(who), says.phrase, self._truth))

    def _stops(self) -> bool:
        """Whether one of the two has had enough: from then on both only wait for the end."""
        at = self._scenario.stop_at
        if at is not None and not self._stopping and self._table.now >= samples(at) and self._state != "finished":
            self._stopping = True
            who = self._people[(self._pair.one, self._pair.two)[int(self._rng.integers(2))]]
            for person in self._people.values():
                person.follow(None)
            who.follow(insist(who, self._other(who), who.hand.to_companion.command("stop"), self._truth))
        return self._stopping

    # --- steps

    def _enter(self, step: StepEntered) -> None:
        for person in self._people.values():
            person.follow(None)
        self._all[step.kind] += 1
        here = self._within[-1][1] if self._within else Counter()
        here[step.kind] += 1
        self._doings = self._scenario.doings(self._exercise, step.kind, self._all[step.kind], here[step.kind])
        self._step, self._since, self._lines = step, self._table.now, 0
        self._commands = sorted(self._doings.says, key=lambda one: one.at)
        self._turn, self._reflection = None, None
        self._table.step = f"{self._exercise}/{step.step}"
        waits = {"turn", "thank", "joint", "clarify", "guess"}
        self._begun = step.kind not in waits or self._doings.silent
        if step.kind == "turn":
            self._take_turn(step)
        if step.kind == "reflect" and self._holder is not None:
            listener = self._listener()
            answers: list[str] = list(self._doings.answers or ("yes",))
            self._reflection = Reflection(self._other(listener), listener, self._topic, self._doings.hint, answers, self._truth)

    def _begin(self) -> None:
        assert self._step is not None
        self._begun = True
        match self._step.kind:
            case "turn" if self._turn is not None:
                self._turn.holder.follow(tell(self._turn, self._truth))
                self._turn.listener.follow(listen(self._turn, self._truth))
            case "thank":
                self._thank()
            case "joint":
                self._converse(self._step)
            case "clarify":
                self._clarify()
            case "guess":
                listener = self._listener()
                self._one(listener, [listener.hand.next("guessing")], after=0.8)
                source = self._other(listener)
                source.follow(after(source, listener, speak(source, iter([source.hand.next("adding")]), None)))
            case "rounds" if self._floor is not None:
                holder = self._people[self._floor]
                self._one(holder, [self._sentence(holder) for _ in range(3)], after=0.8)
            case "rounds":
                self._relay(self._step)
            case _:
                pass

    def _take_turn(self, step: StepEntered) -> None:
        self._holder = step.holder or self._floor or self._pair.one
        holder = self._people[self._holder]
        drawn = plan(self._doings, self._scenario.usual, seconds(step.budget), self._exercise, self._rng)
        taken = self._new_turn(holder, "turn")
        self._turn = Turn(holder, self._other(holder), drawn, self._sentences(holder), taken)

    def _new_turn(self, person: Person, kind: str) -> TurnTaken:
        taken = TurnTaken(person.name, self._table.step, kind, self._all[kind])
        self._truth.turns.append(taken)
        return taken

    def _sentences(self, holder: Person) -> Iterator[str]:
        ring = {"welcome": "day", "arrive": "arriving", "close": "taking", "thank-you-because": "thanks"}.get(self._exercise)
        if self._step is not None and 0 < seconds(self._step.budget) <= ONE_WORD_BUDGET:
            ring = "in_a_word"
        if ring is None:
            self._topic = holder.hand.stories[self._places[holder.name][0] % len(holder.hand.stories)]
        while True:
            yield holder.hand.next(ring) if ring is not None else self._sentence(holder)

    def _sentence(self, holder: Person) -> str:
        """The next sentence of this person's stories, in order."""
        told = self._places[holder.name]
        topic = holder.hand.stories[told[0] % len(holder.hand.stories)]
        text = topic.story[told[1]]
        told[1] += 1
        if told[1] == len(topic.story):
            told[0], told[1] = told[0] + 1, 0
        return text

    def _thank(self) -> None:
        listener = self._listener()
        listener.follow(speak(listener, iter([listener.hand.next("thanking")]), None))
        other = self._other(listener)
        other.follow(after(other, listener, speak(other, iter([other.hand.next("thanking")]), None, after=1.0)))

    def _clarify(self) -> None:
        listener = self._listener()
        self._one(listener, [listener.hand.next("asking")], after=0.5)
        source = self._other(listener)
        texts = [self._sentence(source) for _ in range(2)]
        source.follow(after(source, listener, speak(source, iter(texts), None, after=2.5)))

    def _converse(self, step: StepEntered) -> None:
        goal = seconds(step.budget) * float(self._rng.uniform(0.35, 0.6))
        one, two = (self._people[who] for who in self._pair)
        talk = Talk(self._table.now + samples(goal), [one, two], self._truth, self._table.step)
        one.follow(talk.of(0))
        two.follow(talk.of(1))

    def _relay(self, step: StepEntered) -> None:
        """A sentence each, turn about, for as long as the companion lets them."""
        one, two = (self._people[who] for who in self._pair)
        talk = Talk(self._table.now + 2 * step.budget, [one, two], self._truth, self._table.step, most=1)
        one.follow(talk.of(0))
        two.follow(talk.of(1))

    def _one(self, person: Person, texts: Iterable[str], *, after: float) -> None:
        assert self._step is not None
        taken = self._new_turn(person, self._step.kind)
        person.follow(speak(person, iter(list(texts)), taken.talk, after=after))

    # --- questions

    def _asked_something(self, line: Line) -> None:
        assert self._step is not None
        named = line.names(self._pair)
        if named:
            self._asked = named
        elif not line.keys & {"c_unheard", "c_unheard_consent", "c_unheard_choice"} or not self._asked:
            self._asked = [self._step.holder] if self._step.holder else list(self._pair)
        kind = self._doings.answers[0] if self._doings.answers else "yes"
        if kind == "silence" or (self._step.kind == "rest" and "?" not in line.text):
            return
        for n, who in enumerate(self._asked):
            me = self._people[who]
            text = (
                (self._doings.choose or _option(line.text, self._pair, me.hand.to_companion))
                if self._step.kind == "choose"
                else me.hand.next("yes" if kind == "yes" else "no")
            )
            me.follow(answer(me, self._other(me), kind, text, self._truth, after_other=n > 0))

    def _checked(self, line: Line) -> None:
        named = line.names(self._pair)
        who = named[0] if named else self._holder or self._pair.one
        kind = self._doings.answers[0] if self._doings.answers else "yes"
        if kind != "silence":
            me = self._people[who]
            me.follow(answer(me, self._other(me), kind, me.hand.next({"yes": "close"}.get(kind, kind)), self._truth))

    def _reflecting(self, line: Line) -> None:
        if self._reflection is not None:
            self._reflection.line_ended(line.keys)

    # --- things that may come at any time

    def _aside(self, line: Line) -> bool:
        """Cues that are not about the step itself: true when this line was one."""
        keys, turn = line.keys, self._turn
        holder = self._people[self._floor or self._holder or self._pair.one]
        if keys & {"c_wrap", "c_long"} and turn is not None:
            turn.wrapped = True
            return True
        if "c_int3" in keys or "c_heat2" in keys:
            goes_on = holder.hand.to_companion.command("resume", 1)
            self._say_aside(holder, command(holder, self._other(holder), goes_on, self._truth))
            return True
        if keys & {"c_heat", "c_third"}:
            self._say_aside(holder, answer(holder, self._other(holder), "no", holder.hand.to_companion.no, self._truth))
            return True
        if any(key.startswith("t_enrol") for key in keys) and turn is not None:
            turn.plan.goal = turn.elapsed() + 8.0
            turn.wrapped = turn.closing = False
            self._begin()
            return True
        return any(key.startswith("t_") or key in _REMARKS for key in keys)

    def _say_aside(self, person: Person, what: Course) -> None:
        """Say something to the companion, then go on with what one was doing."""
        turn = self._turn
        person.follow(then(what, tell(turn, self._truth) if turn is not None and person is turn.holder else None))

    def _changed(self, state: str) -> None:
        before, self._state = self._state, state
        if state == "paused":
            asked = [one for one in self._truth.commands if one.wanted == "pause"]
            who = self._people[asked[-1].by if asked else self._pair.one]
            for person in self._people.values():
                person.follow(None)
            self._paused_at = self._table.now
            resume = who.hand.to_companion.command("resume")
            who.follow(later(who, _RESUME_AFTER, insist(who, self._other(who), resume, self._truth)))
        elif state == "running" and before == "paused":
            for person in self._people.values():
                person.follow(None)
            if self._turn is not None and self._turn.started is not None:
                self._turn.started += self._table.now - self._paused_at
                self._turn.taken = self._new_turn(self._turn.holder, "turn")
            self._begun, self._since, self._lines = self._step is None or self._step.kind == "reflect", self._table.now, 0
        elif state in ("stopped", "finished"):
            for person in self._people.values():
                person.follow(None)

    def _listener(self) -> Person:
        """Whoever listened: the one the step is for, else the one who had not the last turn."""
        if self._step is not None and self._step.holder is not None:
            return self._people[self._step.holder]
        return self._other(self._people[self._holder or self._pair.two])

    def _other(self, person: Person) -> Person:
        return self._people[self._pair.other(person.name)]


_REMARKS = frozenset(
    {"c_int1", "c_int2", "c_both", "c_think", "c_stuck", "c_short", "c_swap", "c_more", "c_noise", "c_who", "welcome_back"}
)
"""Cues nobody answers: people just go on."""


def _option(text: str, pair: Pair, spoken: ToCompanion) -> str:
    """The last option of a question such as "Comfort, ideas, or listening, Sam?"."""
    parts = (" ".join(re.findall(r"[\w'-]+", part)) for part in re.split(rf"[,:;?¿]|\b(?i:{'|'.join(spoken.either)})\b", text))
    named = [part.lower() for part in parts if part and part not in pair]
    return named[-1] if named else spoken.yes
