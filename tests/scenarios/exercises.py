"""Every exercise by name, and how one is rehearsed here: at the fidelity of events, in a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from companion.effects import Effect
from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import Rehearsed
from companion.evening.settings import Settings
from companion.events import Event
from companion.exercises.content import Library
from companion.exercises.loader import content_folder, load_library
from companion.simulation.scenario import Scenario, read_scenario
from companion.simulation.score import Score

HERE = Path(__file__).parent
SLUGS = sorted(path.stem for path in (content_folder() / "exercises").glob("*.yaml"))


@cache
def library() -> Library:
    """Our own content, whatever else this machine holds."""
    return load_library()[0]


def scenario(slug: str, version: str) -> Scenario:
    """The scenario of an exercise: polite or difficult."""
    return read_scenario(HERE / f"{slug}-{version}.yaml")


@dataclass(frozen=True)
class Evening:
    """A rehearsed evening: its log, its score, how long it was."""

    rows: list[dict[str, Any]]
    score: Score
    seconds: float

    def of(self, *events: str) -> list[dict[str, Any]]:
        """The lines of these events."""
        return [row for row in self.rows if row["event"] in events]

    def cues(self) -> list[str]:
        """The names of all cues nobody asked for."""
        return [row["id"] for row in self.of("cue") if not row.get("asked")]


class Unseen:
    """Nobody watches."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Look away."""


def played(plan: Scenario, out: Path, seed: int = 1) -> Evening:
    """Rehearse it."""
    done = rehearse(Rehearsed.of(plan, library()), out, seed, Settings(), Unseen(), fidelity="events")
    rows = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    return Evening([row for row in rows if row["event"] != "log"], done.score, done.seconds)
