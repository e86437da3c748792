"""Records that know where they were written: a finding is told at its very line, and a record can still be looked up."""

from __future__ import annotations

from companion.exercises.content import PlanItem


def test_the_line_of_a_key_is_found_and_of_what_stands_in_it_as_far_as_it_was_written() -> None:
    item = PlanItem(exercise="walk", line_no=3, key_lines={"exercise": 4, "if": 5, "if.size": 6})
    assert [item.at(*way) for way in (("exercise",), ("if", "size"), ("if", "level"), ("form",))] == [4, 6, 5, 3]


def test_a_plan_can_be_looked_up_however_it_was_written() -> None:
    plan, again = (
        (PlanItem(exercise="walk", line_no=3, key_lines={"exercise": 3}), PlanItem(frame="close", line_no=4)) for _ in range(2)
    )
    assert {plan: "tonight"}[again] == "tonight"
    assert len({*plan, *again, PlanItem(exercise="walk", line_no=9)}) == 3
