"""Which evening is offered: what fits, what has rested, and nobody's business how it went."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from our_content import library

from companion.exercises.chooser import PROGRAMME, Wish, choose, may_be_offered, named, next_of_programme, options
from companion.exercises.composing import THEMES, compose
from companion.exercises.content import LEVELS, Evening
from companion.exercises.diary import Diary, Past
from companion.exercises.gates import OFTEN, reaches
from companion.exercises.lint_evening import evening_findings
from companion.trouble import Trouble

SEASONED = Wish(evenings_done=9)


def slugs(evening: Evening) -> list[str]:
    return [item.exercise for item in evening.plan if item.exercise]


def past(evening: Evening, day: int = 0, passed: tuple[str, ...] = ()) -> Past:
    return Past(evening.slug, day, tuple(slugs(evening)), passed)


def after(wish: Wish, *evenings: Past) -> Wish:
    return replace(wish, diary=Diary(tuple(evenings)))


def test_the_first_evening_is_the_one_made_for_it() -> None:
    assert choose(library(), Wish()).slug == "first-evening"


def test_it_never_comes_again() -> None:
    assert not may_be_offered(library().evening("first-evening"), library(), Wish(evenings_done=1))


def test_a_wish_for_something_quick_is_granted_even_the_first_time() -> None:
    assert "quick" in choose(library(), Wish(theme="quick", minutes=20)).themes


def test_an_evening_whose_gates_forbid_it_is_not_offered() -> None:
    table = library().evening("trust-20")  # holds the dream shelf, which is open
    assert not may_be_offered(table, library(), Wish(evenings_done=2))
    assert may_be_offered(table, library(), Wish(evenings_done=3))


def test_the_first_three_evenings_are_light() -> None:
    for done in range(3):
        for theme in (None, *THEMES):
            evening = choose(library(), Wish(theme=theme, minutes=40, evenings_done=done))
            assert {library().exercise(slug).level for slug in slugs(evening)} == {"light"}


def test_an_evening_is_found_by_name_and_so_is_a_single_exercise() -> None:
    assert named(library(), "first-table").title == "A first table"
    assert [item.slug for item in named(library(), "floor-practice").plan] == ["welcome", "floor-practice", "close"]


def test_tonight_asks_what_it_is_to_be() -> None:
    assert [item.slug for item in named(library(), "tonight").plan] == ["welcome", "which-evening", "close"]


def test_an_unknown_name_is_told_with_what_was_meant() -> None:
    with pytest.raises(Trouble, match="did you mean 'first-table'"):
        named(library(), "first-tabel")


def test_an_unknown_theme_is_told() -> None:
    with pytest.raises(Trouble, match="no theme called 'listning'; did you mean 'listening'"):
        choose(library(), Wish(theme="listning", evenings_done=9))


def test_the_longest_that_fits_is_taken() -> None:
    assert choose(library(), Wish(theme="warm", minutes=20, evenings_done=9)).time == 1200
    assert choose(library(), Wish(theme="warm", minutes=40, evenings_done=9)).time == 2400


def test_quick_is_light_and_warm_is_never_deep() -> None:
    for day in range(30):
        quick = compose(library(), Wish(theme="quick", minutes=40, evenings_done=9, day=day))
        warm = compose(library(), Wish(theme="warm", minutes=40, evenings_done=9, day=day))
        assert all(library().exercise(slug).level == "light" for slug in slugs(quick))
        assert all(library().exercise(slug).level != "deep" for slug in slugs(warm))


def test_deep_brings_one_deep_exercise_where_there_is_time_and_none_in_ten_minutes() -> None:
    def deep(minutes: float) -> int:
        evening = choose(library(), Wish(theme="deep", minutes=minutes, evenings_done=9))
        return sum(library().exercise(slug).level == "deep" for slug in slugs(evening))

    assert (deep(10), deep(20), deep(40), deep(60)) == (0, 0, 1, 1)


def test_who_chose_nothing_deep_is_offered_nothing_deep() -> None:
    diary = Diary(
        tuple(past(each) for each in library().evenings.values() if PROGRAMME in each.themes and "deep" not in each.themes)
    )
    evening = choose(library(), Wish(level="open", diary=diary))
    assert all(reaches(library().exercise(item.exercise), item.size) < 2 for item in evening.plan if item.exercise)


def test_what_was_played_in_the_last_four_evenings_is_not_offered_again() -> None:
    warm = choose(library(), Wish(theme="warm", minutes=40, evenings_done=9))
    again = choose(library(), after(Wish(theme="warm", minutes=40, evenings_done=9), past(warm)))
    assert not set(slugs(again)) & (set(slugs(warm)) - OFTEN)


def test_what_was_passed_is_left_alone_for_two_weeks() -> None:
    wish = Wish(theme="listening", minutes=20, evenings_done=9, day=20)
    first = choose(library(), wish)
    passed = slugs(first)[0]
    evening = Past("another", 10, (), (passed,))
    assert passed not in slugs(choose(library(), after(wish, evening)))
    assert passed in slugs(choose(library(), after(replace(wish, day=25), evening)))


def test_a_deep_exercise_rests_for_two_weeks() -> None:
    wish = Wish(theme="deep", minutes=40, evenings_done=9, day=30)
    played = Past("another", 20, ("soft-spots",))
    others = [Past(f"other-{k}", 21 + k, ("good-news",)) for k in range(5)]
    assert "soft-spots" not in slugs(choose(library(), after(wish, played, *others)))


def test_needs_that_somebody_does_not_have_are_respected() -> None:
    evening = compose(library(), Wish(theme="shared", minutes=40, evenings_done=9, cannot=frozenset({"sight", "hands"})))
    assert not any({"sight", "hands"} & set(library().exercise(slug).needs) for slug in slugs(evening))


def test_you_choose_is_the_programmes_next() -> None:
    first = choose(library(), Wish())
    second = choose(library(), after(Wish(), past(first)))
    assert second.slug == "week-01-weekend"
    assert choose(library(), after(Wish(), past(first), past(second))).slug == "week-02-midweek"


def test_when_little_fits_it_is_breath_and_thanks() -> None:
    everything = Past("all", 0, tuple(library().exercises))
    evening = choose(library(), after(Wish(theme="quick", minutes=20, evenings_done=9), everything))
    assert evening.slug == "little-left" and set(slugs(evening)) <= OFTEN


def test_never_more_than_three_options() -> None:
    assert 1 <= len(options(library(), SEASONED, at_most=7)) <= 3


def test_the_same_day_chooses_the_same() -> None:
    assert choose(library(), replace(SEASONED, day=5)) == choose(library(), replace(SEASONED, day=5))


@settings(max_examples=60, deadline=None)
@example(theme="listening", minutes=10, done=5, day=400, lately=["eyes-first"])  # all that fits is deep, and has no place
@given(
    theme=st.sampled_from([None, *THEMES]), minutes=st.sampled_from([10, 20, 40, 60]), done=st.integers(0, 30),
    day=st.integers(0, 400), lately=st.lists(st.sampled_from(sorted(library().exercises)), max_size=12),
)  # fmt: skip
def test_what_is_put_together_keeps_the_rules_of_written_evenings(
    theme: str | None, minutes: int, done: int, day: int, lately: list[str]
) -> None:
    wish = after(Wish(theme=theme, minutes=minutes, evenings_done=done, day=day), Past("x", day - 3, tuple(lately)))
    evening = compose(library(), wish)
    broken = [each for each in evening_findings(evening, library()) if each.severity == "error"]
    assert not [each for each in broken if "expected" not in str(each) or "min" not in str(each)], broken
    played = slugs(evening)
    assert len(played) == len(set(played)) >= 1
    energies = [library().exercise(slug).energy for slug in played]
    assert all(one == "talk" or one != other for one, other in itertools.pairwise(energies[:-1]))
    assert not set(lately) & (set(played) - OFTEN)


def test_every_theme_and_length_of_the_programmes_is_written() -> None:
    written = {(theme, round(each.time / 60)) for each in library().evenings.values() for theme in each.themes}
    wanted = set(itertools.product((*THEMES, "first"), (10, 20, 40, 60)))
    assert wanted <= written


def test_twelve_weeks_of_wishes_by_voice_bring_distinct_evenings() -> None:
    diary, plans = Diary(), []
    wishes = itertools.cycle(itertools.product(("quick", "warm", "deep", None), (20, 40)))
    for number, (theme, minutes) in zip(range(24), wishes, strict=False):
        level = LEVELS[2] if theme == "deep" else LEVELS[1]
        evening = choose(library(), Wish(theme=theme, minutes=minutes, level=level, day=3 * number, diary=diary))
        plans.append(tuple(slugs(evening)))
        diary = diary.with_evening(past(evening, 3 * number))
    assert len(set(plans)) == 24


def test_the_programme_is_twenty_four_evenings_long() -> None:
    diary, played = Diary(), []
    while (evening := next_of_programme(library(), Wish(diary=diary, day=4 * len(played)))) is not None:
        played.append(evening.slug)
        diary = diary.with_evening(past(evening, 4 * len(played)))
    assert len(played) == len(set(played)) == 24
