"""What may befall any scenario: a stop, no words understood, a loud room, company. Each gives the scenario with that in it."""

from __future__ import annotations

from collections.abc import Callable

from companion.simulation.scenario import Guest, Noise, Persona, Scenario

LOUD_DB = 5.0
"""Signal to noise of a room too loud to follow: a tap running beside the table, or a party next door."""


def stopped(scenario: Scenario, at: float = 75.0) -> Scenario:
    """One of the two says "stop" at so many seconds."""
    return scenario.model_copy(update={"stop_at": at, "ends": "stopped"})


def without_words(scenario: Scenario) -> Scenario:
    """No recogniser: people press the button."""
    return scenario.model_copy(update={"recogniser": False})


def in_noise(scenario: Scenario) -> Scenario:
    """It is loud all evening."""
    return scenario.model_copy(update={"noise": Noise(kind=scenario.noise.kind, snr_db=(LOUD_DB, LOUD_DB))})


def visited(scenario: Scenario, at: float = 80.0, length: float = 20.0) -> Scenario:
    """A third person walks in and talks."""
    guest = Guest.model_validate({"at": f"{at:g} s", "for": f"{length:g} s"})
    return scenario.model_copy(update={"guest": guest})


def exchanged(scenario: Scenario) -> Scenario:
    """Each partner under the other's name: the same people, and the log with the names exchanged."""
    one, two = scenario.partners
    return scenario.model_copy(update={"partners": (_called(one, two.name), _called(two, one.name))})


def _called(persona: Persona, name: str) -> Persona:
    return persona.model_copy(update={"name": name})


VARIANTS: dict[str, Callable[[Scenario], Scenario]] = {
    "stopped": stopped,
    "without-words": without_words,
    "noisy": in_noise,
    "visited": visited,
}
"""All that end by themselves, by name."""
