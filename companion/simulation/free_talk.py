"""Two people who talk as they like."""

from __future__ import annotations

from companion.simulation.courses import insist, speak
from companion.simulation.person import Course, Person
from companion.simulation.truth import Truth, TurnTaken
from companion.timeline import Sample


class Talk:
    """Both talk as they like: up to `most` sentences each, turn about, until one has had enough."""

    def __init__(self, until: Sample, people: list[Person], truth: Truth, step: str, most: int = 2) -> None:
        self._until, self._people, self._truth, self._step, self._most = until, people, truth, step, most
        self._next = int(people[0].rng.integers(2))
        self._over = False

    def of(self, k: int) -> Course:
        """The course of one of the two."""
        me, other = self._people[k], self._people[1 - k]
        yield from me.wait(1.0)
        while not self._over:
            if self._next != k or other.saying is not None:
                yield
                continue
            if me.table.now >= self._until:
                self._over = True
                yield from insist(me, other, me.hand.to_companion.command("next"), self._truth)
                return
            taken = TurnTaken(me.name, self._step, "joint", len(self._truth.turns))
            self._truth.turns.append(taken)
            texts = [me.hand.next("together") for _ in range(int(me.rng.integers(1, self._most + 1)))]
            yield from speak(me, iter(texts), taken.talk)
            self._next = 1 - k
