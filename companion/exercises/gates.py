"""What may be offered to a pair: by what is behind them, by what they wish, and by how long something has rested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from companion.exercises.content import LEVELS, Exercise, Level, Library, PlanItem, Size
from companion.exercises.diary import Diary
from companion.exercises.step_spec import Spec, WhenSpec, inner

LIGHT_AT_FIRST = 3
"""So many evenings are light, whatever is wished."""
RESTS = 4
"""Evenings for which an exercise is not offered again."""
OFTEN = frozenset({"thank-you-because", "breathe-together", "slow-bites"})
"""Exercises that rest for one evening only: thanks, breath and food wear out least."""
PASSED_RESTS = 14
"""Days for which what was passed is not offered; and a deep exercise that was played."""
LEVEL_OF: dict[str, Level] = {"first": "light", "quick": "light", "warm": "open", "deep": "deep"}
"""The most tender level of what was chosen aloud; "you choose" stays at open, since nobody chose deep."""
MINUTES = {"ten": 10.0, "twenty": 20.0, "forty": 40.0, "sixty": 60.0}
UNDECIDED = frozenset({"you-choose", "nothing"})
NO_DIARY = Diary()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the pair would like, and what is behind them. `minutes`: how long they have, None for no matter.

    `theme` None: "you choose". `level`: nothing more tender than this. `day`: the day as a number, so that a day's choice
    repeats. `evenings_done`: where no diary tells. `cannot`: needs (sight, hands, movement) that one of them does not have.
    """

    theme: str | None = None
    minutes: float | None = None
    level: Level = "deep"
    evenings_done: int = 0
    day: int = 0
    diary: Diary = NO_DIARY
    cannot: frozenset[str] = frozenset()

    def answered(self, what: str, answer: str) -> Wish:
        """The wish after an answer to "what theme?" or "how many minutes?"; "you choose" leaves it open."""
        if what == "theme":
            return replace(self, theme=None if answer in UNDECIDED else answer, level=LEVEL_OF.get(answer, "open"))
        return self if answer in UNDECIDED else replace(self, minutes=MINUTES[answer])

    @property
    def done(self) -> int:
        """Evenings behind them."""
        return max(self.evenings_done, self.diary.done)

    @property
    def deepest(self) -> int:
        """The place in `LEVELS` of the most tender level that may be offered."""
        return 0 if self.done < LIGHT_AT_FIRST else LEVELS.index(self.level)


def reaches(exercise: Exercise, size: Size) -> int:
    """The place in `LEVELS` of the most tender thing asked in this size: a ladder may climb above its exercise's level."""
    rings = {getattr(step, "openers", None) for step in _in_size(exercise.steps, size)} & set(exercise.openers)
    least = [min(LEVELS.index(each.level or "light") for each in exercise.openers[ring]) for ring in rings if ring]
    return max([LEVELS.index(exercise.level), *least])


def allowed(exercise: Exercise, size: Size, wish: Wish) -> bool:
    """Whether level, gates and needs let this be offered; how lately it was played is another question."""
    return (
        reaches(exercise, size) <= wish.deepest
        and exercise.evenings_needed() <= wish.done
        and not set(exercise.needs) & wish.cannot
        and exercise.slug not in wish.diary.passed_since(wish.day - PASSED_RESTS)
        and not (exercise.level == "deep" and exercise.slug in wish.diary.played_since(wish.day - PASSED_RESTS))
    )


def rested(exercise: Exercise, wish: Wish) -> bool:
    """Whether it was left alone long enough."""
    return exercise.slug not in wish.diary.played_lately(1 if exercise.slug in OFTEN else RESTS)


def deepest(plan: tuple[PlanItem, ...], library: Library) -> Level:
    """The most tender level of a plan: whoever asks for it by name has chosen that."""
    played = [reaches(library.played(item), item.size) for item in plan if item.exercise]
    return LEVELS[max(played, default=0)]


def plan_allowed(plan: tuple[PlanItem, ...], library: Library, wish: Wish) -> bool:
    """Whether all of a plan may be offered."""
    return all(allowed(library.played(item), item.size, wish) for item in plan if item.exercise)


def plan_rested(plan: tuple[PlanItem, ...], library: Library, wish: Wish) -> bool:
    """Whether all of a plan was left alone long enough."""
    return all(rested(library.played(item), wish) for item in plan if item.exercise)


def _in_size(steps: tuple[Spec, ...], size: Size) -> Iterator[Spec]:
    """Every step that can be reached in this size."""
    for step in steps:
        yield step
        branches = inner(step)
        if isinstance(step, WhenSpec):
            sized = [test for test in step.condition.tests if test.fact == "size"]
            branches = branches if all(test.holds({"size": size}) for test in sized) else branches[1:]
        for branch in branches:
            yield from _in_size(branch, size)
