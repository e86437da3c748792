"""The laws of each exercise we ship, under random people, buttons, devices and events in orders that make no sense.

`COMPANION_FUZZ=20` plays each exercise with twenty sets of events rather than one.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exercises"))

from table import ALEX, CONTENT, PAIR, SAM, Table, engine
from tiny import HASTY

from companion.effects import Chime, Effect, Finish, Say
from companion.events import (
    CueGiven,
    Enrolled,
    Event,
    ExerciseEnded,
    ExerciseStarted,
    Interruption,
    InterruptionEnded,
    Laugh,
    Mishap,
    Noise,
    PhraseHeard,
    SomethingHeard,
    SpeechEnded,
    SpeechStarted,
    StepEntered,
    StepLeft,
    ThirdVoice,
    TurnEnded,
)
from companion.exercises.content import Library, PlanItem
from companion.exercises.loader import load_library
from companion.inputs import Button, DeviceBack, DeviceLost, PlaybackEnded, PlaybackStarted
from companion.partner import Partner
from companion.timeline import Sample, samples, seconds

SLUGS = sorted(path.stem for path in (CONTENT / "exercises").glob("*.yaml"))
ROUNDS = int(os.environ.get("COMPANION_FUZZ", "1"))
WHO: tuple[Partner | None, ...] = (ALEX, SAM, ALEX, SAM, None)
PHRASES = (
    "time out", "hold on a moment", "resume", "carry on", "skip this", "next please", "i'm done", "another one", "say that again",
    "help", "give me a hint", "how long", "louder", "slower", "swap", "you first", "fewer cues", "microphone off",
    "no words tonight", "forget tonight", "help numbers", "yes", "no", "mostly", "not really", "maybe", "partly", "one more",
    "gladly", "a place", "this week", "comfort",
)  # fmt: skip
"""Everything but stop, which would leave little to see; it has a law of its own."""

SILENCE_BEFORE = samples(0.3)
"""The least anybody must have been silent before the companion makes a sound: the gap of a chime."""


@cache
def content() -> Library:
    return load_library(CONTENT)[0]


@dataclass
class Watched:
    """An exercise with somebody who looks at everything that comes out."""

    slug: str
    rng: random.Random
    table: Table = field(init=False)
    spoken_over: list[str] = field(default_factory=list)
    longest_passed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = engine(content(), [PlanItem(exercise=self.slug, size="short")], manners=HASTY, seed=self.rng.randrange(100))
        self.table = Table(made)
        self.table.react = self.look
        self.table.start()

    def look(self, table: Table, each: Event | Effect) -> None:
        if isinstance(each, (Say, Chime)) and not getattr(each, "urgent", False) and table._quiet < SILENCE_BEFORE:
            self.spoken_over.append(f"{seconds(table.now)} s: {each}")

    def go_on(self, length: float) -> None:
        self.table.run(length)
        playing = self.table.engine._course.playing
        if playing is not None and playing.step is not None:
            over = self.table.engine._tonight.clock - playing.since - playing.step.longest
            if over > samples(0.1):
                self.longest_passed.append(f"{playing.place} by {seconds(over)} s")

    def anything(self) -> None:
        """One thing that people, devices or a confused ear may do."""
        rng, table = self.rng, self.table
        who = rng.choice(WHO)
        match rng.choice(
            ("talk", "talk", "talk", "phrase", "phrase", "phrase", "both", "come in", "button", "device", "nonsense")
        ):
            case "talk":
                table.talk(who, 0.0, rng.uniform(0.1, 25.0))
            case "both":
                table.talk(ALEX, 0.0, rng.uniform(0.5, 6.0)).talk(SAM, rng.uniform(0, 1), rng.uniform(0.5, 6.0))
            case "phrase":
                table.say(rng.choice(PHRASES), who, laughed=rng.random() < 0.1, confidence=rng.uniform(0.5, 1.0))
            case "come in":
                by = rng.choice((ALEX, SAM))
                at, length = table.now, samples(rng.uniform(1.0, 6.0))
                kind = rng.choice(("takeover", "butt-in", "completion"))
                table.talk(by, 0.0, seconds(length))
                table.happen(Interruption(at, at + samples(1.0), at, by, PAIR.other(by), kind, rng.random(), rng.random(), True))
                table.later.append((at + length, InterruptionEnded(at, at + length, at + length, by, PAIR.other(by), kind)))
            case "button":
                table.tell(Button(table.now, rng.choice(("short", "short", "double"))))
            case "device":
                device = rng.choice(("microphone", "speaker", "recogniser", "voice"))
                table.tell((DeviceLost if rng.random() < 0.4 else DeviceBack)(table.now, device))
            case _:
                self.nonsense(rng, table)

    def nonsense(self, rng: random.Random, table: Table) -> None:
        """Events that fit nothing: ends without beginnings, the same thing twice, news of cues that never were."""
        now, who = table.now, rng.choice((ALEX, SAM))
        wrong: list[Event] = [
            SpeechEnded(now + 100, now, now, who, 0.5),
            SpeechStarted(now, now, who),
            TurnEnded(0, now, now, who),
            InterruptionEnded(now, now, now, who, PAIR.other(who), "takeover"),
            Interruption(now, now, now, who, who, "takeover", 1.0, 1.0, True),
            Enrolled(now, now, who, 0.0, rng.choice(("short", "noisy", None))),
            Noise(now, now, rng.random() < 0.5, 3.0),
            ThirdVoice(now, now, rng.random() < 0.5),
            Laugh(now, now, now, who),
            SomethingHeard(now, now, now, None),
            PhraseHeard(now, now, now, "", 0.0, None, 0.0),
            PhraseHeard(now, now, now, "yes " * 40, 1.0, who, 1.0),
        ]
        for each in rng.sample(wrong, 3):
            table.happen(each)
        table.tell(rng.choice((PlaybackEnded(now, 9_999), PlaybackStarted(now, 9_999), PlaybackEnded(now, 0, True))))


def wild(slug: str, seed: int) -> Watched:
    """Forty things happen, and then nothing more."""
    rng = random.Random(f"{slug} {seed}")
    one = Watched(slug, rng)
    for _ in range(40):
        one.go_on(rng.choice((0.0, 0.5, 2.0, 5.0, 12.0, 30.0)))
        if one.table.engine.finished:
            break
        one.anything()
    return one


def silent_to_its_end(one: Watched) -> None:
    """Nobody does anything any more."""
    for _ in range(360):
        one.go_on(10.0)
        if one.table.engine.finished:
            return
    raise AssertionError(f"{one.slug} went on for an hour after everybody had fallen silent: {one.table.out[-4:]}")


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("slug", SLUGS)
def test_it_ends_and_keeps_its_manners_whatever_happens(slug: str, seed: int) -> None:
    """Protects: laws 8 and 9 for each exercise: it ends, steps keep their time, nobody is spoken over, the end is the end."""
    one = wild(slug, seed)
    silent_to_its_end(one)
    table = one.table
    assert isinstance(table.out[-1][1], Finish)
    assert len(table.kinds(StepEntered)) == len(table.kinds(StepLeft))
    assert len(table.kinds(ExerciseStarted)) == len(table.kinds(ExerciseEnded))
    assert one.longest_passed == []
    assert one.spoken_over == []
    assert [each.what for each in table.kinds(Mishap) if "failed" in each.what] == []
    assert _budgets(table)[ALEX] == _budgets(table)[SAM]


def _budgets(table: Table) -> dict[Partner, list[int]]:
    """Of mirrored turns whose twin was played too."""
    halves: dict[str, dict[int, StepEntered]] = {}
    within: list[str] = []  # an interlude may come between two steps of an exercise
    for step in table.kinds(ExerciseStarted, ExerciseEnded, StepEntered):
        if isinstance(step, ExerciseStarted):
            within.append(step.exercise)
        elif isinstance(step, ExerciseEnded):
            within.pop()
        elif step.kind == "turn" and "mirrored" in step.step and step.holder is not None:
            block, _, rest = step.step.rpartition("mirrored")[2].partition("]")
            before = f"{within[-1]} {len(within)} {step.step[: step.step.rindex('mirrored')]}"
            halves.setdefault(before + block.split("[")[0] + rest, {})[int(block[-1])] = step
    both = [pair for pair in halves.values() if len(pair) == 2]
    return {who: sorted(s.budget for pair in both for s in pair.values() if s.holder == who) for who in (ALEX, SAM)}


@pytest.mark.parametrize("slug", SLUGS)
def test_stop_ends_it_from_wherever_it_is(slug: str) -> None:
    """Protects: anyone's stop, at any moment of any exercise, is the last thing but one line."""
    rng = random.Random(slug)
    one = wild(slug, 1000) if rng.random() < 0.3 else Watched(slug, rng)
    one.go_on(rng.uniform(0.0, 120.0))
    table = one.table
    if table.engine.finished:
        return
    said: Sample = table.now
    table.speech.clear()
    table.phrases.clear()
    table.say("stop", rng.choice(WHO)).finish(within=12.0)
    given = [each for at, each in table.out if isinstance(each, CueGiven) and at >= said + samples(1.1)]
    assert {each.id for each in given} <= {"c_stop"}
    assert table.outcome == "stopped" or table._sounding is None
