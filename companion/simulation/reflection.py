"""A reflection from the partners' side: the listener gives back, the source judges, as often as the companion asks."""

from __future__ import annotations

from companion.simulation.courses import answer, insist, speak
from companion.simulation.person import Course, Person
from companion.simulation.sayings import Topic
from companion.simulation.truth import Truth, TurnTaken

_RUNGS = frozenset(
    {
        "c_neutral",
        "c_neutral_again",
        "c_shape",
        "c_scaffold",
        "c_hint",
        "c_hint_one",
        "c_hint_two",
        "c_source",
        "c_no_hint",
        "hints_off",
    }
)
_AGAIN = frozenset({"c_unheard", "ask_the_source"})
"""The answer was not understood, or taken for the listener's: the source says it again."""

_QUESTIONS = frozenset({"c_check", "c_check_warm"})


class Reflection:
    """Goes through a reflect step; `line_ended` is told of each line of the companion in it."""

    def __init__(
        self, source: Person, listener: Person, topic: Topic | None, hint: bool, answers: list[str], truth: Truth
    ) -> None:
        self._source, self._listener, self._truth = source, listener, truth
        self._back = list(topic.back if topic is not None else listener.hand.to_companion.given_back)
        self._hint, self._answers = hint, answers
        self._given = False  # the listener has given something back, and nobody has judged it yet
        self._partly = False  # the source is to add what is missing
        self._last = "yes"
        self._mine: TurnTaken | None = None  # what the listener is giving back now, a plea for a hint included

    def line_ended(self, keys: frozenset[str]) -> None:
        """Do what this line asks for."""
        if keys & {"c_enough_thanks", "hints_off"}:  # after which another line comes, or nothing
            return
        if "c_reb" in keys:
            self._reflect()
        elif "c_enough" in keys or keys & _AGAIN:
            self._judge("yes" if "c_enough" in keys else self._last)
        elif keys & {"c_source"}:
            self._source.follow(speak(self._source, iter([self._source.hand.to_companion.source_again]), None))
            self._listener.follow(_when_quiet(self._listener, self._source, self._given_back()))
        elif keys & _QUESTIONS or (self._given and not keys & _RUNGS and not self._partly and "c_again" not in keys):
            self._judge(self._answers.pop(0) if self._answers else "yes")
        elif "c_again" in keys:
            self._partly = False
            taken = self._turn(self._source)
            self._source.follow(speak(self._source, iter([self._source.hand.next("adding")]), taken.talk))
        elif self._hint:
            self._hint = False
            self._mine = self._mine or self._turn(self._listener)
            plea = self._listener.hand.to_companion.command("hint")
            self._listener.follow(insist(self._listener, self._source, plea, self._truth, self._mine.talk))
        else:
            self._reflect()

    def _reflect(self) -> None:
        self._listener.follow(self._given_back())

    def _given_back(self) -> Course:
        self._mine = self._mine or self._turn(self._listener)
        yield from speak(self._listener, iter(self._back), self._mine.talk, after=0.6)
        self._given = True
        self._back = self._back[-1:]

    def _judge(self, kind: str) -> None:
        self._given, self._last, self._mine = False, kind, None
        self._partly = kind in ("partly", "no")
        me = self._source
        if kind != "silence":
            me.follow(answer(me, self._listener, kind, me.hand.next({"yes": "close"}.get(kind, kind)), self._truth))

    def _turn(self, who: Person) -> TurnTaken:
        taken = TurnTaken(who.name, who.table.step, "reflect", len(self._truth.turns))
        self._truth.turns.append(taken)
        return taken


def _when_quiet(me: Person, other: Person, course: Course) -> Course:
    yield
    while other.busy or other.saying is not None:
        yield
    yield from course
