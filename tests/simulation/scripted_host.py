"""A small scripted companion to rehearse with: it plays a few steps by the truth of what was said, hearing nothing itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.effects import Chime, Effect, Finish, FloorKind, Mode, Say
from companion.events import EveningStarted, Event, ExerciseStarted, FloorChanged, StateChanged, StepEntered
from companion.inputs import Block, Input, PlaybackEnded
from companion.partner import Pair, Partner
from companion.simulation.dinner import Dinner
from companion.simulation.scenario import Scenario, parse
from companion.timeline import PLAYBACK_RATE, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")


class Murmur:
    """A voice for tests that needs no synthesiser: a buzz with syllables, as long as the text, its pitch the voice's own."""

    def __init__(self, pitch_hz: float) -> None:
        self._pitch = pitch_hz

    def render(self, text: str) -> NDArray[np.float32]:
        n = int(PLAYBACK_RATE * (0.2 + 0.065 * len(text)))
        t = np.arange(n) / PLAYBACK_RATE
        buzz = sum(np.sin(2 * np.pi * self._pitch * h * t) / h for h in range(1, 12))
        sound = buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * t)) * np.minimum(1, np.minimum(t, t[::-1]) / 0.02)
        return (0.1 * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


def chime(_kind: str) -> NDArray[np.float32]:
    t = np.arange(int(PLAYBACK_RATE * 0.5)) / PLAYBACK_RATE
    return (0.2 * np.sin(2 * np.pi * 440 * t) * np.exp(-t / 0.2)).astype(np.float32)


SCENARIO = """
scenario: test
evening: none
minutes: 6
partners:
  - {name: Alex, voice: en-us+m3}
  - {name: Sam, voice: en-us+f3}
noise: {kind: pink, snr_db: [20, 20]}
"""


def scenario(happens: str = "") -> Scenario:
    return parse(SCENARIO + happens, "test.yaml")


def dinner(seed: int = 1, *, happens: str = "", channels: int = 1, **more: object) -> Dinner:
    voices = {ALEX: Murmur(110.0), SAM: Murmur(190.0)}
    return Dinner(scenario(happens), Pair(ALEX, SAM), Murmur(150.0), voices, chime, seed, channels=channels, **more)  # type: ignore[arg-type]


class Host:
    """Plays steps one after the other: says the prompt, and leaves a turn when its holder has said they are done."""

    def __init__(self, world: Dinner, steps: list[tuple[str, str | None, float, str]], exercise: str = "floor-practice") -> None:
        self.world, self.steps, self.exercise = world, steps, exercise
        self.inputs: list[Input] = []
        self.keep_blocks = False
        self.events: list[Event] = []
        self.sound: list[NDArray[np.float32]] = []
        self._cue = 0
        self._until: int | None = None
        self._commands = 0
        self._talking = False

    def run(self, seconds: float = 300.0) -> None:
        self._tell([EveningStarted(0, 0, "test", ("Alex", "Sam")), StateChanged(0, 0, "running"),
                    ExerciseStarted(0, 0, self.exercise, "short", ALEX)])  # fmt: skip
        self._next_step(0)
        while (given := self.world.next()) is not None:
            if isinstance(given, Block):
                self.sound.append(given.sound)
            else:
                self.inputs.append(given)
            if isinstance(given, PlaybackEnded):
                self._talking = False
            now = self.world.now
            if now >= samples(seconds):
                break
            if isinstance(given, Block) and not self._talking and self._left(now):
                self._next_step(now)

    def perform(self, *effects: Effect) -> None:
        self.world.perform(effects)

    def say(self, text: str, line: str = "line") -> None:
        self._cue += 1
        self._talking = True
        self.world.perform([Say(self._cue, line, text)])

    def chime(self) -> None:
        self._cue += 1
        self.world.perform([Chime(self._cue, "floor")])

    def _left(self, now: int) -> bool:
        commands = self.world.truth.commands
        if len(commands) > self._commands:
            one = commands[self._commands]
            self._commands += 1
            if one.wanted in ("done", "pass", "next"):
                return True
            if one.wanted == "pause":
                self._tell([StateChanged(now, now, "paused")])
            if one.wanted == "resume":
                self._tell([StateChanged(now, now, "running")])
        return self._until is not None and now >= self._until

    def _next_step(self, now: int) -> None:
        if not self.steps:
            self.world.perform([Finish("done")])
            self._until = None
            self._commands = 10**9
            return
        kind, holder, budget, text = self.steps.pop(0)
        who = None if holder is None else Partner(holder)
        self._until = now + samples(max(budget * 2, 6.0))
        self._tell([StepEntered(now, now, f"{kind}[{now}]", kind, Mode.FLOOR, who, samples(budget)),
                    FloorChanged(now, now, FloorKind.HOLDER if who else FloorKind.NOBODY, who)])  # fmt: skip
        if text:
            self.say(text)

    def _tell(self, events: list[Event]) -> None:
        self.events += events
        self.world.watch(events)
