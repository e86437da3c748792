"""An evening put together from single exercises, where no written one fits: practices that were least served come first.

It keeps the rules of written evenings: something settling first, levels that rise by one, at most one deep exercise and never
first or in the last ten minutes, something light at the end.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from companion.exercises.content import LEVELS, Evening, Exercise, Library, PlanItem, Size
from companion.exercises.gates import Wish, allowed, reaches, rested
from companion.exercises.lint_evening import LAST_MINUTES

THEMES: dict[str, frozenset[str]] = {
    "quick": frozenset({"gratitude", "active-listening", "no-interrupting", "shared-challenges", "mindful-presence",
                        "reflect-and-clarify", "eye-contact"}),
    "warm": frozenset({"gratitude", "gratitude-for-efforts", "storytelling", "share-fears-and-dreams", "eye-contact",
                       "mindful-presence", "active-listening"}),
    "deep": frozenset({"vulnerability", "share-fears-and-dreams", "empathise", "patience", "mindful-presence",
                       "reflect-and-clarify"}),
    "trust": frozenset({"share-fears-and-dreams", "active-listening", "gratitude"}),
    "listening": frozenset({"eye-contact", "no-interrupting", "reflect-and-clarify", "empathise"}),
    "shared": frozenset({"shared-challenges", "storytelling", "mindful-presence"}),
    "resilience": frozenset({"gratitude-for-efforts", "vulnerability", "patience", "safe-space"}),
    "check-in": frozenset({"active-listening", "gratitude", "gratitude-for-efforts", "patience"}),
}  # fmt: skip
"""Which practices a theme draws on; a theme that is not here draws on all."""
DEEPEST = {"quick": 0, "warm": 1}
"""The most tender level (its place in `LEVELS`) of themes that are never deep."""
FALLBACK = ("breathe-together", "thank-you-because")
"""What always fits, when little else does."""
LITTLE_LEFT = "little-left"
"""The evening of breath and thanks that is played when fewer than two exercises fit."""
FULL = 0.85
"""Share of the time after which nothing more is added: lingering is what the evening is for."""
SIZES: dict[bool, tuple[Size, ...]] = {True: ("long", "medium", "short"), False: ("medium", "short")}
"""Sizes tried, longest first: from fifty minutes on, and below."""
LONG_EVENING = 3000.0
LIKE = 2
"""Exercises of one energy besides talk, and of one practice, in one evening."""


@dataclass(frozen=True, slots=True)
class _Pick:
    exercise: Exercise
    size: Size

    @property
    def level(self) -> int:
        return reaches(self.exercise, self.size)

    @property
    def seconds(self) -> float:
        return self.exercise.lasts.of(self.size)


def compose(library: Library, wish: Wish) -> Evening:
    """An evening for this wish. Where fewer than two exercises fit it is one of breath and thanks, called `little-left`."""
    time = (wish.minutes or 20.0) * 60.0
    frame = {slug: library.frame(slug).lasts.short for slug in ("welcome", "arrive", "close")}
    room = time - sum(frame.values())
    before = frame["welcome"] + frame["arrive"]
    ordered = _ordered(_picked(library, wish, room, time >= LONG_EVENING), time, before)  # less a deep one without a place
    name = f"{wish.theme or 'any'}-tonight"
    if len(ordered) < 2 and not (ordered and room <= 600.0 and ordered[0].seconds >= 0.6 * room):
        ordered, name = _ordered(_fallback(library, ordered, wish, room), time, before), LITTLE_LEFT
    plan = [
        PlanItem(frame="welcome", size="short"),
        PlanItem(frame="arrive", size="short"),
        *(PlanItem(exercise=each.exercise.slug, size=each.size) for each in ordered),
        PlanItem(frame="close", size="short"),
    ]
    return Evening(
        evening=name, title="Tonight", themes=(wish.theme,) if wish.theme else (), time=f"{time:.0f} s", plan=tuple(plan),  # type: ignore[arg-type]
        starts="other-than-last-time",
    )  # fmt: skip


def _picked(library: Library, wish: Wish, room: float, long: bool) -> list[_Pick]:
    """The exercises, best first, until the time is well filled."""
    left, picks = room, list[_Pick]()
    for exercise in sorted(library.exercises.values(), key=lambda each: _rank(each, library, wish)):
        if not _fits_theme(exercise, wish.theme) or not rested(exercise, wish):
            continue
        for size in SIZES[long]:
            pick = _Pick(exercise, size)
            if pick.seconds <= left and _may(pick, wish) and _varied(pick, picks):
                picks.append(pick)
                left -= pick.seconds
                break
        if left <= (1 - FULL) * room:
            break
    return picks


def _may(pick: _Pick, wish: Wish) -> bool:
    return allowed(pick.exercise, pick.size, wish) and pick.level <= DEEPEST.get(wish.theme or "", len(LEVELS))


def _fits_theme(exercise: Exercise, theme: str | None) -> bool:
    practices = THEMES.get(theme or "")
    return practices is None or bool(practices & set(exercise.serves))


def _rank(exercise: Exercise, library: Library, wish: Wish) -> tuple[int, int, int, float]:
    """Deep first where deep was wished; then the practice least recently served, the exercise least recently played, the lot."""
    practice = exercise.serves[0] if exercise.serves else ""
    alike = [each.slug for each in library.exercises.values() if practice in each.serves[:1]]
    lot = random.Random(f"{wish.day}/{exercise.slug}").random()
    tender = -LEVELS.index(exercise.level) if wish.theme == "deep" else 0
    return (tender, -wish.diary.ago(alike), -wish.diary.ago([exercise.slug]), lot)


def _varied(pick: _Pick, picks: list[_Pick]) -> bool:
    """Not too much of one kind, and one deep exercise at most."""
    energies = Counter(each.exercise.energy for each in picks)
    practices = Counter(each.exercise.serves[:1] for each in picks)
    energy = pick.exercise.energy
    return (
        (energy == "talk" or energies[energy] < LIKE)
        and practices[pick.exercise.serves[:1]] < LIKE
        and not (pick.level == 2 and any(each.level == 2 for each in picks))
    )


def _ordered(picks: list[_Pick], time: float, before: float) -> list[_Pick]:
    """Settle, talk, lift; levels rising. A deep one comes after something open, with light things and ten minutes behind it."""
    settle, talk, lift = ([each for each in picks if each.exercise.energy == energy] for energy in ("settle", "talk", "lift"))
    tender = sorted((each for each in talk if each.level), key=lambda each: each.level)
    light = [each for each in talk if not each.level]
    deep = [each for each in tender if each.level == 2]
    if deep:
        rising = [*settle[:1], *light[:1], *tender]
        ends = before + sum(each.seconds for each in rising)
        opened = any(each.level == 1 for each in rising)
        if opened and time - ends >= LAST_MINUTES:
            return [*rising, *light[1:], *_apart(settle[1:], lift)]
        tender = [each for each in tender if each.level < 2]
    return [*settle[:1], *light, *tender, *_apart(settle[1:], lift)]


def _apart(settle: list[_Pick], lift: list[_Pick]) -> list[_Pick]:
    """What is left, no two of an energy running."""
    return [*lift[:1], *settle, *lift[1:]]


def _fallback(library: Library, picks: list[_Pick], wish: Wish, room: float) -> list[_Pick]:
    """Breath and thanks, in the longest sizes that fit."""
    known = [library.exercises[slug] for slug in FALLBACK if slug in library.exercises]
    taken = [each for each in picks if each.exercise not in known]
    for exercise in known:
        left = room - sum(each.seconds for each in taken)
        size: Size = next((size for size in SIZES[room > LONG_EVENING] if exercise.lasts.of(size) <= left / 2), "short")
        if exercise.lasts.of(size) <= left:
            taken.append(_Pick(exercise, size))
    return taken
