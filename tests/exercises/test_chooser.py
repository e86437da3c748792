"""Which evening is offered."""

from __future__ import annotations

import pytest
from our_content import library

from companion.exercises.chooser import Wish, choose, may_be_offered, named, options
from companion.trouble import Trouble


def test_the_first_evening_is_the_one_made_for_it() -> None:
    assert choose(library(), Wish()).slug == "first-evening"


def test_it_never_comes_again() -> None:
    assert not may_be_offered(library().evening("first-evening"), library(), Wish(evenings_done=1))


def test_an_evening_whose_gates_forbid_it_is_not_offered() -> None:
    table = library().evening("first-table")
    assert not may_be_offered(table, library(), Wish(evenings_done=0))
    assert may_be_offered(table, library(), Wish(evenings_done=1))


def test_an_evening_is_found_by_name_and_so_is_a_single_exercise() -> None:
    assert named(library(), "first-table").title == "A first table"
    assert [item.slug for item in named(library(), "floor-practice").plan] == ["welcome", "floor-practice", "close"]


def test_an_unknown_name_is_told_with_what_was_meant() -> None:
    with pytest.raises(Trouble, match="did you mean 'first-table'"):
        named(library(), "first-tabel")


def test_an_unknown_theme_is_told() -> None:
    with pytest.raises(Trouble, match="no theme called 'listning'; did you mean 'listening'"):
        choose(library(), Wish(theme="listning", evenings_done=9))


def test_too_little_time_is_told() -> None:
    with pytest.raises(Trouble, match="allow more minutes"):
        choose(library(), Wish(minutes=1, evenings_done=9))


def test_what_was_played_lately_comes_later() -> None:
    ahead = choose(library(), Wish(evenings_done=9))
    if len(library().evenings) > 2:
        assert choose(library(), Wish(evenings_done=9, lately=(ahead.slug,))) != ahead


def test_never_more_than_three_options() -> None:
    assert 1 <= len(options(library(), Wish(evenings_done=9), at_most=7)) <= 3


def test_the_same_day_chooses_the_same() -> None:
    assert choose(library(), Wish(evenings_done=9, date=5)) == choose(library(), Wish(evenings_done=9, date=5))
