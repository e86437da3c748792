"""Three fidelities of one world: the same people, the same companion, more or less air between them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scripted_host import Host, dinner

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))

from exercises import Unseen, library, scenario

from companion.core import Companion
from companion.effects import Effect
from companion.evening import house
from companion.evening.loop import EFFECTS, run
from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import Rehearsed
from companion.evening.settings import Settings
from companion.events import Event
from companion.inputs import Block, Input, PlaybackStarted
from companion.simulation.dinner import Dinner
from companion.simulation.stage import Fidelity
from companion.simulation.timed_voice import TimedVoice
from companion.simulation.told_ears import ToldEars
from companion.simulation.truth import Said
from companion.timeline import samples

TURN = [("turn", "Alex", 40.0, "Describe a room you know by heart.")]
FIDELITIES: tuple[Fidelity, ...] = ("events", "tracks", "room")


def sat_through(fidelity: Fidelity) -> tuple[Dinner, Host]:
    world = dinner(5, channels=2, fidelity=fidelity)
    host = Host(world, [*TURN])
    host.run(60.0)
    return world, host


def test_people_say_the_same_at_every_fidelity() -> None:
    said = [[(one.by, one.role, one.text) for one in sat_through(fidelity)[0].truth.said] for fidelity in FIDELITIES]
    assert len(said[0]) > 4
    assert said[0] == said[1] == said[2]


def test_without_sound_there_is_no_sound_and_with_tracks_no_echo() -> None:
    quiet, tracks = (sat_through(fidelity) for fidelity in ("events", "tracks"))
    assert not np.concatenate(quiet[1].sound).any()
    line = next(one for one in tracks[1].inputs if isinstance(one, PlaybackStarted))
    assert line.sound is None
    heard = np.concatenate(tracks[1].sound)
    spoken = tracks[0].truth.sounded[0].span
    before = heard[: spoken.start]  # the microphones' own noise, and nothing else
    assert np.std(heard[spoken.start : spoken.end]) < 1.1 * np.std(before)


def test_on_tracks_a_voice_dies_with_its_last_word_and_in_a_room_it_rings_on() -> None:
    def left_over(fidelity: Fidelity) -> float:
        world, host = sat_through(fidelity)
        heard, talk = np.concatenate(host.sound)[:, 0], world.truth.said[0].span
        after = heard[talk.end + samples(0.02) : talk.end + samples(0.12)]
        return float(np.std(after) / np.std(heard[talk.start : talk.end]))

    assert left_over("tracks") < 0.1 * left_over("room")


class Kept:
    """A world that keeps what it gave."""

    def __init__(self, world: Dinner) -> None:
        self.inputs: list[Input] = []
        self._world = world

    def next(self) -> Input | None:
        given = self._world.next()
        if given is not None:
            self.inputs.append(given)
        return given

    def perform(self, effects: list[Effect]) -> None:
        self._world.perform(effects)


def the_companion(plan: Rehearsed, said: list[Said]) -> Companion:
    pair = plan.scenario.pair()
    told = ToldEars(pair, said)
    return house.companion(
        plan.evening, plan.library, pair, Settings(), None, 2, seed=3, size="short", told=told, words=True,
    )  # fmt: skip


class Noted:
    """Keeps the events; the people at the table see them too."""

    def __init__(self, world: Dinner) -> None:
        self.events: list[Event] = []
        self._world = world

    def write(self, events: list[Event]) -> None:
        self.events += events
        self._world.watch(events)

    def show(self, events: list[Event], effects: list[Effect]) -> None:
        """Look away."""

    def close(self) -> None:
        """Nothing to close."""


def test_what_was_told_and_the_recorded_inputs_give_the_same_events_again() -> None:
    # protects: the law of replay holds without sound too
    plan = Rehearsed.of(scenario("one-small-ask", "difficult"), library())
    pair = plan.scenario.pair()
    voices = {who: TimedVoice(165) for who in pair}
    world = Dinner(plan.scenario, pair, TimedVoice(165), voices, lambda kind: np.full(24_000, 0.1, np.float32), 3, channels=2,
                   fidelity="events")  # fmt: skip
    kept, noted = Kept(world), Noted(world)
    run(the_companion(plan, world.truth.said), kept, noted, Unseen())  # type: ignore[arg-type]
    again = the_companion(plan, list(world.truth.said))
    news = [*again.start(), *(one for given in kept.inputs for one in again.feed(given)), *again.finish()]
    assert [one for one in news if not isinstance(one, EFFECTS)] == noted.events
    assert len(noted.events) > 200


@pytest.mark.parametrize("fidelity", ["tracks"])
def test_an_exercise_is_played_by_the_real_ear_from_clean_tracks(fidelity: Fidelity, tmp_path: Path) -> None:
    plan = Rehearsed.of(scenario("eyes-first", "polite").model_copy(update={"minutes": 0.6}), library())
    done = rehearse(plan, tmp_path, 1, Settings(), Unseen(), fidelity=fidelity)
    rows = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert {"Alex", "Sam"} == {row["by"] for row in rows if row["event"] == "answer"}
    assert done.score.checks["gaps"].faults == []
    assert (tmp_path / "room.wav").stat().st_size > 600_000


def test_blocks_come_at_the_same_pace_at_every_fidelity() -> None:
    for fidelity in FIDELITIES:
        world, due = dinner(1, fidelity=fidelity), 0
        for _ in range(50):
            given = world.next()
            assert isinstance(given, Block) and given.at == due
            due += len(given.sound)
