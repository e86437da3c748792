"""Tender exercises: asked twice, left without a word, followed by something light or by the soft landing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from our_content import library
from people import Polite
from table import ALEX, SAM, Table, engine

from companion.effects import ListenFor, Mode, Say
from companion.events import CueGiven, ExerciseStarted, StepEntered, ThirdVoice
from companion.exercises.content import PlanItem

DEEP = {"soft-spots": "thank-you-because", "kind-outsider": "long-road"}


@dataclass
class Refuses(Polite):
    """Says yes to so many questions, then no."""

    yeses: int = 0

    def answer(self) -> str:
        self.yeses -= 1
        return "yes" if self.yeses >= 0 else "no thanks"


class Light(Polite):
    """Chooses something light."""

    def addressed(self, table: Table, line: Say) -> None:
        if self.mode is Mode.NUM:
            table.say("something light", ALEX, 0.8 + 0.06 * len(line.text))
        Polite.addressed(self, table, line)


def played(plan: list[PlanItem], people: Polite, **more: object) -> Table:
    return Table(engine(library(), plan, **more), react=people).start().finish(7200.0)


def first_exercise(table: Table, kind: type) -> list[Any]:
    """What came out of this kind before the second exercise began."""
    second = [at for at, each in table.out if isinstance(each, ExerciseStarted)][1]
    return [each for at, each in table.out if isinstance(each, kind) and at < second]


def exercises(table: Table) -> list[str]:
    return [each.exercise for each in table.kinds(ExerciseStarted)]


@pytest.mark.parametrize("slug", sorted(DEEP))
@pytest.mark.parametrize("yeses", [0, 1, 2, 3])
def test_any_no_to_a_deep_exercise_brings_something_lighter_and_no_comment(slug: str, yeses: int) -> None:
    table = played([PlanItem(exercise=slug, size="short")], Refuses(yeses=yeses))
    assert exercises(table) == [slug, DEEP[slug]]
    asked = [each.kind for each in first_exercise(table, StepEntered)]
    assert set(asked) <= {"ask", "say"}


@pytest.mark.parametrize("slug", sorted(DEEP))
def test_four_yeses_lead_through_it_to_the_soft_landing(slug: str) -> None:
    table = played([PlanItem(exercise=slug, size="short")], Polite())
    assert exercises(table)[:2] == [slug, "soft-landing"]


def test_something_lighter_that_comes_anyway_is_not_played_twice() -> None:
    plan = [PlanItem(exercise="soft-spots", size="short"), PlanItem(exercise="thank-you-because", size="medium")]
    assert exercises(played(plan, Refuses())) == ["soft-spots", "thank-you-because"]


@pytest.mark.parametrize("slug", sorted(DEEP))
def test_no_word_is_recognised_in_a_tender_step_and_its_cues_are_chimes(slug: str) -> None:
    table = played([PlanItem(exercise=slug, size="short")], Polite(share=1.5))
    assert Mode.WORDS not in {each.mode for each in first_exercise(table, ListenFor)}
    unasked = [each for each in first_exercise(table, CueGiven) if not each.asked]
    assert unasked and not any(each.spoken for each in unasked)


def test_with_somebody_else_at_the_table_nothing_tender_is_begun() -> None:
    plan = [PlanItem(exercise="small-fears", size="short"), PlanItem(exercise="thank-you-because", size="short")]
    at = Table(engine(library(), [PlanItem(frame="arrive", size="short"), *plan]), react=Polite()).start()
    at.happen(ThirdVoice(0, 0, True)).finish()
    assert exercises(at) == ["arrive", "thank-you-because"]


def test_after_a_time_out_nothing_deep_is_begun() -> None:
    plan = [PlanItem(exercise="small-fears", size="short"), PlanItem(exercise="soft-spots", size="short")]
    table = Table(engine(library(), plan), react=Light()).start().run(15.0)
    table.say("time out", ALEX).finish(7200.0)
    assert exercises(table) == ["small-fears", "time-out", "soft-landing", "thank-you-because"]


@pytest.mark.parametrize(
    ("size", "evenings", "yeses", "rings"),
    [("short", 9, 9, 1), ("medium", 1, 9, 1), ("medium", 9, 0, 1), ("medium", 9, 9, 2), ("long", 9, 3, 2), ("long", 3, 9, 2),
     ("long", 9, 9, 3)],
)  # fmt: skip
def test_the_ladder_climbs_only_as_far_as_both_say(size: str, evenings: int, yeses: int, rings: int) -> None:
    table = Table(
        engine(library(), [PlanItem(exercise="closeness-ladder", size=size)], evenings_done=evenings, level="deep"),
        react=Refuses(yeses=yeses, share=0.2),
    ).start().finish(7200.0)  # fmt: skip
    asked = {each.line for each in table.kinds(Say) if each.line.startswith("rung")}
    assert len(asked) == rings
    assert ("soft-landing" in exercises(table)) == (rings == 3)


def rungs(table: Table) -> tuple[list[str], list[str]]:
    """What was asked on the first rung, and what was said to hand the same question over."""
    ladder = [each for each in table.kinds(Say) if each.line in ("rung_one", "c_swap")]
    asked = [each.text.removeprefix(f"{ALEX}. ").removeprefix(f"{SAM}. ") for each in ladder if each.line == "rung_one"]
    return asked, [each.line for each in ladder]


def test_one_no_on_the_ladder_brings_one_more_question_of_the_same_rung() -> None:
    table = Table(
        engine(library(), [PlanItem(exercise="closeness-ladder", size="medium")], evenings_done=9), react=Refuses(share=0.2)
    ).start().finish(3600.0)  # fmt: skip
    asked, said = rungs(table)
    assert len(set(asked)) == len(asked) == 3 + 1
    assert said[:6] == ["rung_one", "c_swap"] * 3


def test_both_answer_the_same_question_on_the_ladder() -> None:
    asked, said = rungs(played([PlanItem(exercise="closeness-ladder", size="short")], Polite(share=0.2)))
    assert (
        said == ["rung_one", "c_swap"] * 4
    )  # the one who has just heard it answered is not asked it again, only given the floor
    assert len(set(asked)) == 4
