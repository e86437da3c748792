"""Which evening to play: the one asked for, the programme's next, or one put together from what was not done lately.

Small and plain: it knows what there is, what is behind the pair and what they wish. Nothing about how an evening went enters it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from companion.exercises.composing import compose
from companion.exercises.content import Evening, Library, PlanItem, did_you_mean, evening_of
from companion.exercises.gates import Wish, plan_allowed, plan_rested
from companion.trouble import Trouble

__all__ = ["ASKING", "PROGRAMME", "Wish", "asking", "choose", "may_be_offered", "named", "next_of_programme", "options"]

PROGRAMME = "twelve-weeks"
"""The theme of the evenings that follow one another."""
ASKING = "tonight"
"""The evening that asks which evening it is to be."""
ASKED_FOR = ("quick", "warm", "deep")
"""The themes offered by voice: three, as words."""


def named(library: Library, slug: str) -> Evening:
    """The evening of this name; an exercise's name means an evening of just that. Raises Trouble with what comes close."""
    if slug in library.evenings:
        return library.evenings[slug]
    if slug in library.exercises:
        return evening_of(library.exercises[slug])
    if slug == ASKING:
        return asking()
    known = [*library.evenings, *library.exercises, ASKING]
    close = did_you_mean(slug, known)
    raise Trouble(f"There is no evening or exercise called {slug!r}{close or '; `companion exercises` lists them.'}")


def asking() -> Evening:
    """An evening that begins with two yeses and the question what it is to be."""
    frames = tuple(PlanItem(frame=slug, size="short") for slug in ("welcome", "which-evening", "close"))
    return Evening(evening=ASKING, title="Tonight", time="60 min", plan=frames, starts="other-than-last-time")  # type: ignore[arg-type]


def choose(library: Library, wish: Wish) -> Evening:
    """The evening to play. The very first has its own; "you choose" is the programme's next; a theme, what has rested of it.

    Of written evenings the longest that fits. Where none has rested, one is put together. Raises Trouble for an unknown theme.
    """
    _known_theme(library, wish)
    made_for_now = [each for each in _offered(library, wish) if _for_now_alone(each)]
    if made_for_now and wish.theme in (None, *{theme for each in made_for_now for theme in each.themes}):
        return min(made_for_now, key=lambda each: _rank(each, wish))
    if wish.theme is None:
        following = next_of_programme(library, wish)
        if following is not None:
            return following
    written = [
        each
        for each in _offered(library, wish)
        if (wish.theme in each.themes if wish.theme else PROGRAMME not in each.themes)
        and (wish.minutes is None or each.time >= 0.75 * 60 * wish.minutes)
        and plan_rested(each.plan, library, wish)
        and not _played(each, wish)
    ]
    return min(written, key=lambda each: _rank(each, wish)) if written else compose(library, wish)


def next_of_programme(library: Library, wish: Wish) -> Evening | None:
    """The first evening of the programme that was not played yet and may be; None where none is left or fits."""
    following = [each for each in _offered(library, wish) if PROGRAMME in each.themes and not _played(each, wish)]
    return min(following, key=lambda each: each.slug) if following else None


def options(library: Library, wish: Wish, at_most: int = 3) -> Sequence[Evening]:
    """Up to three evenings to choose from: one of each theme that can be asked for."""
    chosen = [choose(library, _with_theme(wish, theme)) for theme in ASKED_FOR]
    return list({_what_is_played(evening): evening for evening in chosen}.values())[: max(1, min(at_most, 3))]


def may_be_offered(evening: Evening, library: Library, wish: Wish) -> bool:
    """Whether its own condition, its length, and the gates and levels of all its exercises allow it."""
    if evening.offer is not None and not evening.offer.holds({"evenings_done": wish.done}):
        return False
    if wish.minutes is not None and evening.time > wish.minutes * 60:
        return False
    return plan_allowed(evening.plan, library, wish)


def _offered(library: Library, wish: Wish) -> list[Evening]:
    return [each for each in library.evenings.values() if may_be_offered(each, library, wish)]


def _known_theme(library: Library, wish: Wish) -> None:
    themes = sorted({theme for evening in library.evenings.values() for theme in evening.themes})
    if wish.theme is not None and wish.theme not in themes:
        close = did_you_mean(wish.theme, themes) or f"; themes are {', '.join(themes)}."
        raise Trouble(f"There is no theme called {wish.theme!r}{close}")


def _for_now_alone(evening: Evening) -> bool:
    """Whether it is offered at one moment only, such as the first evening."""
    return evening.offer is not None and any(test.how == "is" for test in evening.offer.tests)


def _played(evening: Evening, wish: Wish) -> bool:
    return any(past.evening == evening.slug for past in wish.diary.evenings)


def _with_theme(wish: Wish, theme: str) -> Wish:
    return replace(wish, theme=theme)


def _rank(evening: Evening, wish: Wish) -> tuple[float, float, str]:
    lot = random.Random(f"{wish.day}/{evening.slug}").random()
    return (-evening.time, lot, evening.slug)


def _what_is_played(evening: Evening) -> tuple[tuple[str, str, str | None], ...]:
    """Two evenings of one plan are one choice, wherever they are written."""
    return tuple((item.slug, item.size, item.form) for item in evening.plan)
