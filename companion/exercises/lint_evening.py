"""What an evening means: frames in their place, levels that rise gently, a length that fits. Rules L30 and L31."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from companion.exercises.content import LEVELS, Evening, Library, PlanItem
from companion.exercises.finding import Finding, did_you_mean

LAST_MINUTES = 600.0  # a deep exercise ends this long before the evening's planned end: time to come up again


def evening_findings(evening: Evening, library: Library) -> list[Finding]:
    """Everything wrong or doubtful in an evening whose exercises and frames are all in the library."""
    file = evening.where or evening.slug
    errors = [*_frames(evening), *_levels(evening, library), *_length(evening, library)]
    doubts = [*_variety(evening, library), *_themes(evening, library)]
    return sorted(
        [
            *(Finding(file, line, "L30", "error", sentence) for line, sentence in errors),
            *(Finding(file, line, "L31", "warning", sentence) for line, sentence in doubts),
        ]
    )


def _frames(evening: Evening) -> list[tuple[int, str]]:
    wrong = []
    first, last = evening.plan[0], evening.plan[-1]
    if not any(item.frame == "welcome" for item in evening.plan):  # one in the middle is told as such
        wrong.append((first.line_no, f"the evening begins with {first.slug!r}; expected the frame welcome, where both say yes"))
    if last.frame != "close":
        wrong.append((last.line_no, f"the evening ends with {last.slug!r}; expected the frame close"))
    for item in evening.plan[1:-1]:
        if item.frame in ("welcome", "close"):
            place = "first" if item.frame == "welcome" else "last"
            wrong.append((item.line_no, f"found the frame {item.frame!r} in the middle; expected it {place}, and once"))
    return wrong


def _levels(evening: Evening, library: Library) -> list[tuple[int, str]]:
    wrong, highest, deep, gone = [], 0, 0, 0.0
    played = [item for item in evening.plan if item.exercise]
    for item in evening.plan:
        exercise = library.played(item)
        gone += exercise.lasts.of(item.size)
        if item.frame:
            continue
        level = LEVELS.index(exercise.level)
        if level > highest + 1:
            wrong.append((item.line_no, f"{item.slug!r} is {exercise.level}, more than one level above what comes before it"))
        highest = max(highest, level)
        if exercise.level != "deep":
            continue
        deep += 1
        if item is played[0]:
            wrong.append((item.line_no, f"the first exercise, {item.slug!r}, is deep; expected something light before it"))
        if deep > 1:
            wrong.append((item.line_no, f"{item.slug!r} is the second deep exercise; expected one an evening"))
        if evening.time - gone < LAST_MINUTES:
            wrong.append((item.line_no, f"{item.slug!r} is deep and ends in the last ten minutes; expected it earlier"))
    return wrong


def _length(evening: Evening, library: Library) -> list[tuple[int, str]]:
    def minutes(items: list[PlanItem]) -> float:
        return sum(library.played(item).lasts.of(item.size) for item in items) / 60

    left = evening.time / 60 - minutes([item for item in evening.plan if item.frame])
    filled = minutes([item for item in evening.plan if item.exercise])
    if 0.6 * left <= filled <= left:
        return []
    wanted = f"{max(0.6 * left, 0):.0f} to {max(left, 0):.0f} of the {evening.time / 60:.0f} min"
    return [(evening.at("time"), f"the exercises take {filled:.0f} min; expected {wanted}: change time, the sizes or the plan")]


def _variety(evening: Evening, library: Library) -> list[tuple[int, str]]:
    doubts = []
    played = [item for item in evening.plan if item.exercise]
    for before, item in pairwise(played[:-1]):  # the last may be light after something light
        energy = library.played(item).energy
        if energy != "talk" and energy == library.played(before).energy:
            doubts.append((item.line_no, f"{before.slug!r} and {item.slug!r} are both of the energy {energy}; expected a change"))
    served = Counter(practice for item in played for practice in library.played(item).serves[:1])
    seen: set[str] = set()
    for item in played:
        if item.slug in seen:
            doubts.append((item.line_no, f"{item.slug!r} is played twice; expected each exercise once an evening"))
        seen.add(item.slug)
    often = [(practice, count) for practice, count in served.items() if count > 2]
    at = evening.at("plan")
    doubts += [(at, f"{count} exercises serve {practice!r} first; expected two at most") for practice, count in often]
    return doubts


def _themes(evening: Evening, library: Library) -> list[tuple[int, str]]:
    """A theme nobody can ask for, that is nearly one of those that other evenings have."""
    known = {theme for other in library.evenings.values() if other.slug != evening.slug for theme in other.themes}
    return [
        (evening.at("themes", index), f"no other evening has the theme {theme!r}; expected one that can be asked for{close}")
        for index, theme in enumerate(evening.themes)
        if theme not in known and (close := did_you_mean(theme, known))
    ]
