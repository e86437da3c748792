"""Which evening to play: the one asked for, or the one that fits best of those that may be offered.

Small and plain: it knows slugs, exercises, themes, the time there is, how many evenings are behind the pair and which they played
lately. Nothing about how an evening went enters it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from companion.exercises.content import Evening, Library, did_you_mean, evening_of
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Wish:
    """What the pair would like, and what is behind them. `minutes`: how long they have, None for no matter.

    `lately`: slugs of the evenings played last, latest last. `date`: the day as a number, so that a day's choice repeats.
    """

    theme: str | None = None
    minutes: float | None = None
    evenings_done: int = 0
    lately: tuple[str, ...] = ()
    date: int = 0


def named(library: Library, slug: str) -> Evening:
    """The evening of this name; an exercise's name means an evening of just that. Raises Trouble with what comes close."""
    if slug in library.evenings:
        return library.evenings[slug]
    if slug in library.exercises:
        return evening_of(library.exercises[slug])
    known = [*library.evenings, *library.exercises]
    close = did_you_mean(slug, known)
    raise Trouble(f"There is no evening or exercise called {slug!r}{close or '; `companion exercises` lists them.'}")


def choose(library: Library, wish: Wish) -> Evening:
    """The evening to offer. First evenings first, then what was not played lately.

    Of those the longest that fits. Raises Trouble if none may be offered.
    """
    offered = [evening for evening in library.evenings.values() if may_be_offered(evening, library, wish)]
    if wish.theme is not None:
        themes = sorted({theme for evening in library.evenings.values() for theme in evening.themes})
        if wish.theme not in themes:
            close = did_you_mean(wish.theme, themes) or f"; themes are {', '.join(themes)}."
            raise Trouble(f"There is no theme called {wish.theme!r}{close}")
        offered = [evening for evening in offered if wish.theme in evening.themes]
    if wish.minutes is not None:
        offered = [evening for evening in offered if evening.time <= wish.minutes * 60]
    if not offered:
        raise Trouble("No evening fits that: leave out the theme, or allow more minutes.")
    return min(offered, key=lambda evening: _rank(evening, wish))


def may_be_offered(evening: Evening, library: Library, wish: Wish) -> bool:
    """Whether its own condition and the gates of all its exercises allow it."""
    facts: dict[str, str | float | bool] = {"evenings_done": wish.evenings_done}
    if evening.offer is not None and not evening.offer.holds(facts):
        return False
    return all(library.played(item).evenings_needed() <= wish.evenings_done for item in evening.plan)


def options(library: Library, wish: Wish, at_most: int = 3) -> Sequence[Evening]:
    """Up to three evenings to choose from, best first."""
    offered = [evening for evening in library.evenings.values() if may_be_offered(evening, library, wish)]
    fitting = [evening for evening in offered if wish.minutes is None or evening.time <= wish.minutes * 60]
    return sorted(fitting, key=lambda evening: _rank(evening, wish))[: min(at_most, 3)]


def _rank(evening: Evening, wish: Wish) -> tuple[bool, int, float, float]:
    made_for_now = evening.offer is not None
    played = len(wish.lately) - wish.lately[::-1].index(evening.slug) if evening.slug in wish.lately else 0
    lot = random.Random(f"{wish.date}/{evening.slug}").random()
    return (not made_for_now, played, -evening.time, lot)
