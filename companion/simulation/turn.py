"""A scripted turn: what the holder means to say, what the listener does meanwhile, and how far they have got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from companion.simulation.person import Person
from companion.simulation.scenario import ComesIn, Doings, Silence, Usual, Utters
from companion.simulation.truth import TurnTaken
from companion.timeline import RATE, Sample

SHORT_BUDGET = 25.0
"""In turns shorter than this nobody hums or comes in: there is hardly time."""

ONE_WORD = 3.0
"""Seconds people take for how they arrive, in one word: one sentence or two."""

ONE_WORD_BUDGET = 8.0
"""Turns up to this long are for a word."""

_APART = 14.0
"""Seconds from the end of one scripted interruption to the next: after ten they are two episodes."""


@dataclass(frozen=True)
class Beat:
    """Something the listener does when the holder has talked for `at` seconds."""

    at: float
    what: Literal["hum", "laugh"] | ComesIn


@dataclass
class TurnPlan:
    """What is to happen in one turn. `goal`: seconds after which the holder is done."""

    goal: float
    overruns: bool
    beats: list[Beat]
    pause: Silence | None
    says: list[Utters]


def plan(doings: Doings, usual: Usual, budget: float, exercise: str, rng: np.random.Generator) -> TurnPlan:
    """Draw a turn of a budget of `budget` seconds; what `doings` says is certain, the rest is as usual."""
    short = budget < SHORT_BUDGET
    share = doings.talks if doings.talks is not None else float(rng.uniform(*usual.talks))
    overruns = share > 1 or (doings.talks is None and not short and bool(rng.random() < usual.overruns))
    if exercise == "welcome":
        share, overruns = 1.0, False  # so that the voice is learnt
    goal = budget * (1.3 if overruns else share)
    if exercise == "arrive":
        goal = min(goal, ONE_WORD)
    if budget <= ONE_WORD_BUDGET:
        goal, overruns = 0.1, False
    usually = 0 if short else 1
    comes_in = doings.interrupt
    if comes_in is None:
        comes_in = _draw_interruptions(usual, goal, rng) if usually else ()
    hums = doings.hums if doings.hums is not None else usually * int(rng.integers(usual.hums[0], usual.hums[1] + 1))
    laughs = doings.laughs if doings.laughs is not None else usually * int(rng.integers(usual.laughs[0], usual.laughs[1] + 1))
    beats = [Beat(one.at, one) for one in comes_in]
    taken = [(one.at - 4.0, one.at + one.length + 5.0) for one in comes_in] + [(s.at - 4.0, s.at + 6.0) for s in doings.says]
    if doings.pause is not None:
        taken.append((doings.pause.at - 1.0, doings.pause.at + doings.pause.length + 1.0))
    for what, count in (("hum", hums), ("laugh", laughs)):
        for at in _free(count, taken, goal, rng):
            beats.append(Beat(at, "hum" if what == "hum" else "laugh"))
            taken.append((at - 2.5, at + 2.5))
    beats.sort(key=lambda beat: beat.at)
    return TurnPlan(goal, overruns, beats, doings.pause, sorted(doings.says, key=lambda one: one.at))


def _draw_interruptions(usual: Usual, goal: float, rng: np.random.Generator) -> tuple[ComesIn, ...]:
    if rng.random() >= usual.interrupted:
        return ()
    count = int(rng.integers(usual.interruptions[0], usual.interruptions[1] + 1))
    out: list[ComesIn] = []
    at = float(rng.uniform(6.0, 11.0))
    kinds: tuple[Literal["takeover", "butt-in", "in-pause"], ...] = ("takeover", "butt-in", "in-pause")
    for _ in range(count):
        one = ComesIn.of(kinds[int(rng.integers(3))], round(at, 2), round(float(rng.uniform(1.8, 3.5)), 2))
        if at + one.length + 4.0 > goal:
            break
        out.append(one)
        at += one.length + _APART + float(rng.uniform(0, 6))
    return tuple(out)


def _free(count: int, taken: list[tuple[float, float]], goal: float, rng: np.random.Generator) -> Iterator[float]:
    """Up to `count` moments of a turn at which nothing else is going on."""
    for _ in range(count):
        for _ in range(30):
            at = float(rng.uniform(2.5, max(3.0, goal - 5.0)))
            if not any(low < at < high for low, high in taken):
                yield at
                break


@dataclass
class Turn:
    """A turn under way."""

    holder: Person
    listener: Person
    plan: TurnPlan
    sentences: Iterator[str]
    taken: TurnTaken
    started: Sample | None = None
    closing: bool = False  # the holder is about to end it; the listener senses that
    wrapped: bool = False  # the companion said that time is up
    hold_back: bool = False  # the listener is about to speak, and the holder sees it
    stalled: bool = False  # the holder sits in silence, until something is said
    chimed: bool = field(default=False)  # the companion chimed for the holder

    def elapsed(self) -> float:
        """Seconds since the holder's first word."""
        return 0.0 if self.started is None else (self.holder.table.now - self.started) / RATE
