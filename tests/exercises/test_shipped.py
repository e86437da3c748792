"""Every exercise and evening we ship, played by polite people, by difficult ones, and by one who stops."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest
from our_content import library
from people import Difficult, Polite
from table import PAIR, Table, engine

from companion.conversation.manners import MANNERS
from companion.effects import ListenFor, Mode, Say
from companion.events import CueGiven, ExerciseStarted, Mishap, StepEntered, StepLeft
from companion.exercises.chooser import PROGRAMME
from companion.exercises.content import PlanItem
from companion.inputs import Button
from companion.timeline import seconds

EXERCISES = sorted(library().exercises)
EVENINGS = sorted(slug for slug, each in library().evenings.items() if PROGRAMME not in each.themes)
"""Those of the programme are played in test_twelve_weeks."""


@cache
def played(slug: str, people: type[Polite], share: float = 0.6) -> Table:
    """The exercise by itself, played to its end."""
    return alone(slug, people(share=share))


@cache
def evening(slug: str) -> Table:
    """The evening, played to its end by people whose voices are not known yet."""
    plan = library().evening(slug)
    return Table(engine(library(), plan, enrolled=False, manners=MANNERS[plan.manner]), react=Polite()).start().finish(7200.0)


def alone(slug: str, people: Polite, **more: Any) -> Table:
    """The exercise by itself, with known voices."""
    plan = [PlanItem(exercise=slug, size="short")]
    return Table(engine(library(), plan, **more), react=people).start().finish(3600.0)


@pytest.mark.parametrize("slug", EXERCISES)
def test_polite_people_need_no_cue(slug: str) -> None:
    table = played(slug, Polite)
    assert table.outcome == "done"
    assert [cue for cue in table.cues() if cue not in ("c_soft",)] == [], table.story()
    assert not table.kinds(Mishap)


@pytest.mark.parametrize("slug", EXERCISES)
def test_polite_people_take_about_as_long_as_announced(slug: str) -> None:
    announced = library().exercise(slug).lasts.short
    assert 0.35 * announced <= seconds(played(slug, Polite).now) <= 1.4 * announced


@pytest.mark.parametrize("slug", EXERCISES)
def test_difficult_people_come_to_an_end_too(slug: str) -> None:
    table = played(slug, Difficult, 0.5)
    assert table.outcome == "done"
    assert not table.kinds(Mishap)
    spoken = [each.noticed for each in table.kinds(CueGiven) if each.spoken and not each.asked]
    assert all(seconds(later - sooner) >= 20.0 for sooner, later in itertools.pairwise(spoken))


def test_every_scripted_interruption_is_cued() -> None:
    table = played("floor-practice", Difficult, 0.5)
    assert [cue for cue in table.cues() if cue.startswith("c_int")] == ["c_int1", "c_int2"]


@pytest.mark.parametrize("slug", EXERCISES)
def test_it_can_be_stopped_anywhere(slug: str) -> None:
    for when in (1.0, 20.0, 75.0):
        table = Table(engine(library(), [PlanItem(exercise=slug, size="short")]), react=Polite()).start().run(when)
        if not table.engine.finished:
            table.tell(Button(table.now, "long")).finish(12.0)
            assert table.outcome == "stopped"


@pytest.mark.parametrize("slug", EXERCISES)
def test_without_a_recogniser_no_words_are_asked_for(slug: str) -> None:
    table = alone(slug, Polite(), words=False)
    assert Mode.WORDS not in {each.mode for each in table.kinds(ListenFor)}
    assert table.outcome == "done"


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_line_is_whole(slug: str) -> None:
    for text in played(slug, Difficult, 0.5).said():
        assert "{" not in text and "  " not in text and text == text.strip()


@pytest.mark.parametrize("slug", EVENINGS)
def test_an_evening_is_played_from_hello_to_good_night(slug: str) -> None:
    table = evening(slug)
    assert table.outcome == "done"
    played = [each.exercise for each in table.kinds(ExerciseStarted)]
    assert (played[0], played[-1]) == ("welcome", "close")
    assert len(table.kinds(StepEntered)) == len(table.kinds(StepLeft))
    assert not table.kinds(Mishap)


@pytest.mark.parametrize("slug", EVENINGS)
def test_no_wording_comes_twice_running(slug: str) -> None:
    table = evening(slug)
    last: dict[str, str] = {}
    for each in table.kinds(Say):
        named = each.text
        for who in PAIR:
            named = named.replace(who, "")
        several = len(library().lines[each.line].phrasings) > 1 if each.line in library().lines else False
        assert not several or last.get(each.line) != named, each
        last[each.line] = named
