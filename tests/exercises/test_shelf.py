"""Examples named on request while somebody guesses a feeling: two families, never because of what was said."""

from __future__ import annotations

import pytest
from our_content import library as ours
from table import SAM, Table, engine
from tiny import exercise, with_exercises

from companion.effects import Say
from companion.exercises.content import Library, PlanItem
from companion.exercises.shelf import Kind, Shelf

FAMILIES = ours().word_lists["feelings"]


def guessing(library: Library, **guess: object) -> Table:
    """Sam is to guess what Alex felt."""
    steps = [{"guess": {"for": "60 s", **guess}}, {"say": "thanks"}]
    table = Table(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")])).start()
    table.until(lambda each: isinstance(each, Say) and each.line == "c_guess", 30.0)
    table.run(4.0)
    return table


def lines(table: Table) -> list[str]:
    return [each.line for each in table.kinds(Say)]


def helped(table: Table, times: int) -> Table:
    for _ in range(times):
        table.run(1.0).say("help", SAM).run(6.0)
    return table


def test_asked_for_help_again_it_names_two_families_and_something_else(library: Library) -> None:
    table = helped(guessing(library, shelf=True), 3)
    assert lines(table)[1:4] == ["c_guess_shape", "c_guess_shelf", "c_guess_source"]
    assert table.kinds(Say)[2].text.endswith("something else?")


def test_unasked_no_feeling_is_ever_named(library: Library) -> None:
    assert "c_guess_shelf" not in lines(guessing(library, shelf=True).run(45.0))


def test_where_the_writer_wants_no_examples_none_are_named(library: Library) -> None:
    assert "c_guess_shelf" not in lines(helped(guessing(library), 3))


@pytest.mark.parametrize("kind", ["feeling", "need"])
def test_no_family_is_named_twice_in_an_evening_and_then_none(kind: Kind) -> None:
    shelf = Shelf(FAMILIES)
    named = []
    while (names := shelf.take(kind)) is not None:
        named += [names["a"], names["b"]]
    assert len(named) == len(set(named)) >= 10
    assert shelf.take(kind) is None


def test_the_rotation_is_the_same_every_evening() -> None:
    assert Shelf(FAMILIES).take("feeling") == Shelf(FAMILIES).take("feeling")
    assert Shelf({}).take("need") is None
