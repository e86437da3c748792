"""The evening that asks what it is to be: two yeses, two questions, and off it goes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from our_content import library
from people import Polite
from table import ALEX, PAIR, Table, engine

from companion.effects import Mode, Say
from companion.events import EveningChosen, EveningEnded, ExerciseStarted, StepEntered
from companion.exercises.chooser import Wish, asking, choose
from companion.exercises.diary import Diary, Past
from companion.exercises.step_spec import ChooseSpec, walk


@dataclass
class Choosy(Polite):
    """Answers the questions of the chooser with these words, one after the other; silence once they are used up."""

    share: float = 0.2
    words: list[str] = field(default_factory=list)

    def addressed(self, table: Table, line: Say) -> None:
        if self.mode is Mode.NUM and self.words:
            table.say(self.words.pop(0), ALEX, 0.8 + 0.06 * len(line.text))
        Polite.addressed(self, table, line)


def played(*words: str, done: int = 9, **more: object) -> Table:
    diary = Diary(tuple(Past(f"other-{k}", k) for k in range(done)))
    plan = engine(library(), asking(), evenings_done=done, wish=Wish(diary=diary, day=1000), **more)  # type: ignore[arg-type]
    return Table(plan, react=Choosy(words=list(words))).start().finish(7200.0)


def exercises(table: Table) -> list[str]:
    return [each.exercise for each in table.kinds(ExerciseStarted)]


def expected(theme: str | None, minutes: float | None, level: str = "open") -> list[str]:
    diary = Diary(tuple(Past(f"other-{k}", k) for k in range(9)))
    evening = choose(library(), Wish(theme=theme, minutes=minutes, level=level, day=1000, diary=diary))  # type: ignore[arg-type]
    return [item.slug for item in evening.plan if item.frame != "welcome"]


@pytest.mark.parametrize(("theme", "level"), [("quick", "light"), ("warm", "open")])
@pytest.mark.parametrize(("said", "minutes"), [("ten", 10), ("twenty minutes", 20), ("forty", 40)])
def test_two_answers_make_an_evening(theme: str, level: str, said: str, minutes: int) -> None:
    table = played(theme, said)
    assert exercises(table) == ["welcome", "which-evening", *expected(theme, minutes, level)]
    assert table.outcome == "done"


def test_the_log_says_what_was_chosen_so_that_a_power_cut_does_not_lose_it() -> None:
    table = played("warm", "ten")
    (chosen,) = table.kinds(EveningChosen)
    assert [item.split("/")[0] for item in chosen.plan.split()] == ["welcome", *expected("warm", 10)]
    assert chosen.seconds <= 600.0 and chosen.evening not in ("", "tonight")


def test_deep_is_asked_for_in_one_word() -> None:
    assert "soft-spots" in exercises(played("deep", "forty"))


def test_you_choose_is_an_answer_and_asks_nothing_more() -> None:
    table = played("you choose")
    assert exercises(table)[2:] == expected(None, None)
    third = [at for at, each in table.out if isinstance(each, ExerciseStarted)][2]
    assert sum(isinstance(each, StepEntered) and each.kind == "choose" and at < third for at, each in table.out) == 1


def test_without_an_answer_twice_it_is_dinner() -> None:
    table = played()
    assert exercises(table) == ["welcome", "which-evening"]
    assert table.said()[-1] in library().lines["lets_have_dinner"].phrasings
    assert [each.outcome for each in table.kinds(EveningEnded)] == ["done"]


def test_never_more_than_three_things_to_choose_from_and_at_most_two_questions() -> None:
    for done in range(5):
        table = played("quick", "ten", done=done)
        assert [each.kind for each in table.kinds(StepEntered)].count("choose") == 2
    asked = [step for step in walk(library().frame("which-evening").steps) if isinstance(step, ChooseSpec)]
    assert asked and all(2 <= len(step.options) <= 3 for step in asked)


def test_in_the_first_evenings_nothing_deep_can_be_chosen() -> None:
    table = played("deep", "deep", done=1)
    assert exercises(table) == ["welcome", "which-evening"]


def test_the_very_first_time_the_first_evening_can_be_chosen() -> None:
    assert "floor-practice" in exercises(played("the first evening", "twenty", done=0))


def test_the_two_take_turns_in_beginning_after_a_choice_too() -> None:
    firsts = [each.first for each in played("warm", "forty").kinds(ExerciseStarted) if each.exercise in library().exercises]
    assert all(one != other for one, other in itertools.pairwise(firsts)) and set(firsts) == set(PAIR)
