"""The laws of a whole evening: recorded inputs, fed again, give the same evening; the same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from companion.adapters.chimes import chime
from companion.adapters.event_log import EventLog
from companion.adapters.voices import choose_voice
from companion.core import Companion
from companion.effects import Effect
from companion.evening import folders, house
from companion.evening.loop import run
from companion.evening.rehearse import partner_voice
from companion.evening.settings import Settings
from companion.events import CueGiven, Event, SpeechEnded, StepEntered, TurnEnded
from companion.inputs import Input
from companion.simulation.dinner import Dinner
from companion.simulation.scenario import Scenario, read_scenario

MINUTES = 1.2


class Recorded:
    """A world that keeps what it was asked for."""

    def __init__(self, dinner: Dinner) -> None:
        self.inputs: list[Input] = []
        self._dinner = dinner

    def next(self) -> Input | None:
        given = self._dinner.next()
        if given is not None:
            self.inputs.append(given)
        return given

    def perform(self, effects: Iterable[Effect]) -> None:
        self._dinner.perform(effects)


class Watching:
    def __init__(self, dinner: Dinner) -> None:
        self._dinner = dinner

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        self._dinner.watch(list(events))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario("dinner").model_copy(update={"minutes": MINUTES, "evening": "floor-practice"})


def the_companion(scenario: Scenario) -> Companion:
    library = house.library("en")
    return house.companion(
        house.evening_called("floor-practice", library), library, scenario.pair(), Settings(), house.recognizer(), 2, seed=3
    )


def played(scenario: Scenario, out: Path) -> tuple[list[Input], bytes]:
    pair = scenario.pair()
    voice, _ = choose_voice(house.voice_settings(Settings()), folders.rendered_speech())
    people = zip(pair, scenario.partners, strict=True)
    voices = {who: partner_voice(persona, folders.rendered_speech()) for who, persona in people}
    dinner = Dinner(scenario, pair, voice, voices, chime, 3, channels=2)
    world = Recorded(dinner)
    with EventLog(out / "events.jsonl", (pair.one, pair.two)) as log:
        run(the_companion(scenario), world, log, Watching(dinner))
    return world.inputs, (out / "events.jsonl").read_bytes()


@pytest.fixture(scope="module")
def first(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Input], bytes]:
    return played(scenario, tmp_path_factory.mktemp("first"))


def test_the_same_seed_gives_the_same_bytes(scenario: Scenario, first: tuple[list[Input], bytes], tmp_path: Path) -> None:
    # protects: what one person saw in a rehearsal, another can look into
    assert played(scenario, tmp_path)[1] == first[1]


def test_recorded_inputs_fed_again_give_the_same_evening(
    scenario: Scenario, first: tuple[list[Input], bytes], tmp_path: Path
) -> None:
    # protects: live equals replay
    inputs, bytes_then = first
    companion = the_companion(scenario)
    pair = scenario.pair()
    with EventLog(tmp_path / "events.jsonl", (pair.one, pair.two)) as log:
        for news in (companion.start(), *(companion.feed(given) for given in inputs), companion.finish()):
            log.write([one for one in news if hasattr(one, "noticed")])
    assert (tmp_path / "events.jsonl").read_bytes() == bytes_then


def test_in_an_evening_nothing_is_noticed_before_it_happens_and_time_never_runs_backwards(
    scenario: Scenario, first: tuple[list[Input], bytes]
) -> None:
    companion = the_companion(scenario)
    events = [one for one in companion.start() if hasattr(one, "noticed")]
    events += [one for given in first[0] for one in companion.feed(given) if hasattr(one, "noticed")]
    assert all(one.at <= one.noticed for one in events)
    noticed = [one.noticed for one in events]
    assert noticed == sorted(noticed)
    assert {CueGiven, StepEntered, SpeechEnded, TurnEnded} <= {type(one) for one in events}
