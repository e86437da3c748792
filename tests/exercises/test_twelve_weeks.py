"""Twelve weeks of evenings, two a week, played one after the other with a diary, at the level of events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from our_content import library
from people import Polite
from table import ALEX, PAIR, Table, engine

from companion.events import ExerciseStarted
from companion.exercises.chooser import Wish, choose
from companion.exercises.diary import Diary
from companion.partner import Partner

MAIN = {
    "share-fears-and-dreams": {"closeness-ladder", "dream-shelf", "small-fears"},
    "active-listening": {"two-minute-mirror", "load-off"},
    "gratitude": {"thank-you-because", "seen-and-unseen"},
    "eye-contact": {"eyes-first", "listening-eyes"},
    "no-interrupting": {"floor-practice", "one-breath"},
    "reflect-and-clarify": {"two-minute-mirror", "mirror-and-more", "curious-questions"},
    "empathise": {"name-the-weather", "makes-sense"},
    "shared-challenges": {"story-relay", "tiny-challenge", "plan-a-first"},
    "storytelling": {"story-time", "the-day-that-shaped-me"},
    "mindful-presence": {"breathe-together", "slow-bites"},
    "gratitude-for-efforts": {"seen-and-unseen", "long-road"},
    "vulnerability": {"soft-spots", "closeness-ladder"},
    "patience": {"one-breath", "long-road", "kind-outsider", "one-small-ask"},
}
"""The exercises that serve each of the thirteen practices in the first place."""


@dataclass
class Weeks:
    """What twelve weeks leave: the diary, who began each exercise, and how often each opener was asked within twenty evenings."""

    diary: Diary = field(default_factory=Diary)
    began: list[Partner] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


@cache
def weeks() -> Weeks:
    played = Weeks()
    for number in range(24):
        diary = played.diary
        wish = Wish(diary=diary, day=700_000 + 7 * (number // 2) + 4 * (number % 2))
        plan = choose(library(), wish)
        first = next((who for who in PAIR if str(who) == diary.starts), ALEX)
        table = Table(
            engine(library(), plan, seed=number, first=first, evenings_done=diary.done, heard_before=diary.heard_lately()),
            react=Polite(share=0.25),
        ).start().finish(7200.0)  # fmt: skip
        past = table.engine.past(wish.day)
        played.outcomes.append(table.outcome)
        played.began += [each.first for each in table.kinds(ExerciseStarted) if each.exercise in library().exercises]
        played.repeated += sorted(diary.heard_lately() & set(past.openers))
        played.diary = diary.with_evening(past)
    return played


def test_all_evenings_end_well() -> None:
    assert weeks().outcomes == ["done"] * 24


def test_all_evenings_are_distinct() -> None:
    assert len({past.evening for past in weeks().diary.evenings}) == 24
    assert len({past.exercises for past in weeks().diary.evenings}) == 24


def test_every_practice_is_served_at_least_three_times_by_an_exercise_made_for_it() -> None:
    played = Counter(slug for past in weeks().diary.evenings for slug in past.exercises)
    served = {practice: sum(played[slug] for slug in slugs) for practice, slugs in MAIN.items()}
    assert len(served) == 13 and min(served.values()) >= 3, served


def test_every_exercise_is_played() -> None:
    assert {slug for past in weeks().diary.evenings for slug in past.exercises} == set(library().exercises)


def test_nobody_begins_more_than_one_time_oftener_than_the_other() -> None:
    begun = Counter(weeks().began)
    assert abs(begun[PAIR.one] - begun[PAIR.two]) <= 1
    for length in range(1, len(weeks().began)):
        so_far = Counter(weeks().began[:length])
        assert abs(so_far[PAIR.one] - so_far[PAIR.two]) <= 1


def test_no_opener_comes_again_within_twenty_evenings() -> None:
    assert weeks().repeated == []


def test_no_exercise_but_the_few_that_wear_well_returns_within_four_evenings() -> None:
    evenings = weeks().diary.evenings
    for at, past in enumerate(evenings):
        before = {slug for each in evenings[max(0, at - 3) : at] for slug in each.exercises}
        assert not (set(past.exercises) & before) - {"thank-you-because", "breathe-together", "slow-bites"}, past.evening
