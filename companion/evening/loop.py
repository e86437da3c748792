"""The one loop: live, rehearsed and replayed evenings differ only in the world they are given."""

from __future__ import annotations

from companion.effects import Adjust, Chime, Effect, Enrol, Finish, GiveFloor, Hush, ListenFor, Prepare, Say, Show
from companion.evening.ports import Core, Log, Screen, World
from companion.events import Event

EFFECTS = (Say, Chime, Hush, Prepare, ListenFor, GiveFloor, Enrol, Adjust, Show, Finish)


def run(companion: Core, world: World, log: Log, screen: Screen) -> Finish | None:
    """Play until the world has no more inputs. Returns how the evening ended, or None where nobody ended it."""
    outcome = _pass_on(companion.start(), world, log, screen)
    while (given := world.next()) is not None:
        outcome = _pass_on(companion.feed(given), world, log, screen) or outcome
    _pass_on(companion.finish(), world, log, screen)
    return outcome


def _pass_on(news: list[Event | Effect], world: World, log: Log, screen: Screen) -> Finish | None:
    if not news:
        return None
    effects: list[Effect] = [one for one in news if isinstance(one, EFFECTS)]
    events: list[Event] = [one for one in news if not isinstance(one, EFFECTS)]
    world.perform(effects)
    log.write(events)
    screen.show(events, effects)
    return next((one for one in effects if isinstance(one, Finish)), None)
