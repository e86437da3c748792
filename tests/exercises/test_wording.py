"""Which words a line is spoken in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from our_content import library

from companion.exercises.content import Line, Opener
from companion.exercises.wording import Phrasebook, filled, slots_of

NAMES = {"holder": "Sam", "listener": "Alex", "source": "Sam", "other": "Alex", "first": "Sam", "second": "Alex"}
THREE = Line(phrasings=("One.", "Two.", "Three."))
NAMED = Line(phrasings=("Back to you, {holder}.", "{holder}, go on."), role_free=("Back to the first voice.", "Go on."))


def test_each_phrasing_comes_before_any_comes_again() -> None:
    book = Phrasebook(1)
    for _ in range(5):
        assert {book.say("x", THREE, {}) for _ in range(3)} == {"One.", "Two.", "Three."}


@pytest.mark.parametrize("seed", range(20))
def test_no_phrasing_comes_twice_running(seed: int) -> None:
    book = Phrasebook(seed)
    said = [book.say("x", THREE, {}) for _ in range(40)]
    assert all(one != two for one, two in pairwise(said))


@pytest.mark.parametrize("seed", range(20))
def test_nothing_comes_twice_running_when_names_come_and_go(seed: int) -> None:
    line = Line(phrasings=("Quiet is fine.", "No hurry, {holder}."), role_free=("Quiet is fine.", "No hurry."))
    book = Phrasebook(seed)
    said = [book.say("x", line, NAMES, role_free=turn % 3 == 0) for turn in range(30)]
    assert all(one != two for one, two in pairwise(said))


def test_the_same_seed_says_the_same() -> None:
    one, two = Phrasebook(7), Phrasebook(7)
    assert [one.say("x", THREE, {}) for _ in range(9)] == [two.say("x", THREE, {}) for _ in range(9)]


def test_different_seeds_differ() -> None:
    said = {tuple(book.say("x", THREE, {}) for _ in range(6)) for book in map(Phrasebook, range(20))}
    assert len(said) > 3


def test_names_are_filled_in() -> None:
    assert "Sam" in Phrasebook(0).say("x", NAMED, NAMES)


def test_role_free_speaks_no_name() -> None:
    book = Phrasebook(0)
    assert {book.say("x", NAMED, NAMES, role_free=True) for _ in range(4)} == {"Back to the first voice.", "Go on."}


def test_a_missing_name_makes_the_line_role_free() -> None:
    assert Phrasebook(0).say("x", NAMED, {}) in NAMED.role_free


def test_a_slot_nobody_can_fill_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="w1"):
        Phrasebook(0).say("x", Line(phrasings=("Something about {w1}.",)), NAMES)


def test_every_shared_line_can_be_said_without_names() -> None:
    book, others = Phrasebook(3), {"w1": "garden", "w2": "music", "a": "tired", "b": "glad", "word": "proud"}
    numbers = {"crisis_line": "nine", "emergency": "ten", "abuse_line": "eight"}
    for name, line in library().lines.items():
        text = book.say(name, line, {**NAMES, **others, **numbers}, role_free=True)
        assert "Sam" not in text and "Alex" not in text, name


def test_a_state_taken_up_again_goes_on_where_it_was() -> None:
    one = Phrasebook(5)
    before = [one.say("x", THREE, {}) for _ in range(2)]
    two = Phrasebook(5)
    two.restore(one.state)
    assert two.say("x", THREE, {}) not in before


RING = tuple(Opener(text=f"Opener {number}") for number in range(20))


def test_no_opener_comes_twice_before_all_were_asked() -> None:
    book = Phrasebook(2)
    assert len({book.opener("ring", RING, {}) for _ in range(20)}) == 20


def test_openers_of_the_last_evenings_do_not_come_again() -> None:
    before = [f"Opener {number}" for number in range(15)]
    book = Phrasebook(2, heard_before=before)
    assert not {book.opener("ring", RING, {}) for _ in range(5)} & set(before)


def test_an_opener_too_tender_for_the_evening_is_left_out() -> None:
    ring = (Opener(text="light"), Opener(text="deep", level="deep"), Opener(text="open", level="open"))
    book = Phrasebook(0)
    assert {book.opener("ring", ring, {}, level="light") for _ in range(6)} == {"light"}


def test_openers_that_need_sight_or_romance_are_left_out_where_they_do_not_fit() -> None:
    ring = (Opener(text="plain"), Opener(text="look", needs=("sight",)), Opener(text="kiss", romantic=True))
    book = Phrasebook(0)
    assert {book.opener("ring", ring, {}, cannot=["sight"], friends=True) for _ in range(6)} == {"plain"}


def test_slots_are_found_and_a_broken_brace_is_told() -> None:
    assert slots_of("{holder}, and {w1}?") == {"holder", "w1"}
    with pytest.raises(ValueError):
        slots_of("{holder")
    with pytest.raises(ValueError, match="is no slot"):
        slots_of("{holder.name}")


def test_a_name_with_braces_is_only_a_name() -> None:
    assert filled("Hello {holder}.", {"holder": "{other}"}) == "Hello {other}."
