"""Two people at the table without sound: polite ones, who do what they are asked, and difficult ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from table import ALEX, SAM, Table

from companion.effects import Effect, Enrol, FloorKind, GiveFloor, ListenFor, Mode, Say
from companion.events import Event, Interruption, StepEntered
from companion.partner import Partner
from companion.timeline import samples, seconds


@dataclass
class Polite:
    """Answers yes, talks for part of the time given, says "I'm done", thanks, and says nothing else."""

    share: float = 0.6
    mode: Mode = Mode.CMD
    step: StepEntered | None = None
    floor: tuple[str, Partner | None] = ("", None)

    def __call__(self, table: Table, each: Event | Effect) -> None:
        match each:
            case StepEntered():
                self.step, self.floor = each, ("", None)
            case ListenFor():
                self.mode = each.mode
            case GiveFloor():
                self.given(table, each)
            case Enrol(done=False):
                table.talk(None, 0.5, 12.0)
            case Say():
                self.addressed(table, each)
            case _:
                pass

    @property
    def kind(self) -> str:
        return self.step.kind if self.step else ""

    def given(self, table: Table, floor: GiveFloor) -> None:
        if floor.kind is FloorKind.JOINT and self.kind == "rounds":
            table.talk(SAM, 0.8, 9.0)
        if floor.kind is FloorKind.JOINT and self.kind == "joint" and self.step is not None:
            table.talk(SAM, 4.0, 0.9 * seconds(self.step.budget))
        if floor.kind is not FloorKind.HOLDER or floor.holder is None:
            return
        if self.kind == "turn" and self.step is not None:
            length = max(3.0, self.share * seconds(self.step.budget))
            table.talk(floor.holder, 0.7, length).say("i'm done", floor.holder, 0.7 + length + 0.8)
        elif self.kind == "reflect":
            table.talk(floor.holder, 0.8, 5.0)
        else:
            table.talk(floor.holder, 0.8, 9.0 if self.kind == "rounds" else 2.5)

    def addressed(self, table: Table, line: Say) -> None:
        after = 0.1 + 0.06 * len(line.text)
        if self.mode is Mode.YN:
            table.say(self.answer(), None, after + 0.7)
        elif self.mode is Mode.NUM:
            pass
        elif self.kind == "thank":
            table.talk(ALEX, after + 0.5, 0.7)

    def answer(self) -> str:
        return "yes"


@dataclass
class Difficult(Polite):
    """Two interruptions, a silence of thirty seconds, one pass, one "partly", one "no", one hint."""

    share: float = 0.5
    done: set[str] = field(default_factory=set)
    answers: list[str] = field(default_factory=lambda: ["mostly", "not really"])

    def once(self, what: str) -> bool:
        first = what not in self.done
        self.done.add(what)
        return first

    def given(self, table: Table, floor: GiveFloor) -> None:
        if self.kind == "turn" and floor.holder is not None and self.step is not None:
            if self.step.budget >= samples(40.0) and self.once("interrupt"):
                self.interrupts(table, floor.holder)
                return
            if self.once("silence"):
                table.talk(floor.holder, 31.0, 5.0).say("i'm done", floor.holder, 37.0)
                return
            if self.once("pass"):
                table.talk(floor.holder, 0.7, 2.0).say("skip this", floor.holder, 3.5)
                return
        if self.kind == "reflect" and self.once("hint"):
            table.say("give me a hint", floor.holder, 1.0).talk(floor.holder, 7.0, 5.0)
            return
        Polite.given(self, table, floor)

    def interrupts(self, table: Table, holder: Partner) -> None:
        other = table.engine._tonight.pair.other(holder)
        table.talk(holder, 0.5, 5.0).talk(holder, 8.8, 14.0).talk(holder, 26.2, 4.0)
        for begin in (5.5, 23.0):
            table.talk(other, begin, 2.0)
            start = table.now + samples(begin)
            table.later.append((
                start + samples(1.0),
                Interruption(start, start + samples(1.0), start + samples(1.0), other, holder, "takeover", 0.95, 0.95, True),
            ))  # fmt: skip
        table.say("i'm done", holder, 31.0)

    def answer(self) -> str:
        return self.answers.pop(0) if self.kind in ("reflect", "check") and self.answers else "yes"
