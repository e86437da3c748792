"""What an answer means: every row of the two tables, messy answers of our own, numbers and commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from our_content import answers, library
from said import rows

from companion.exercises.answers import (
    interpret_command,
    interpret_consent,
    interpret_number,
    interpret_yes_no,
    interpret_yes_partly_no,
)  # fmt: skip

HERE = Path(__file__).parent


def table(name: str) -> list[tuple[str, str, str]]:
    rows = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(said, check, consent) for said, check, consent in (row.split("\t") for row in rows if not row.startswith("#"))]


@pytest.mark.parametrize(("said", "check", "consent"), table("answers_table.tsv"))
def test_the_table_of_answers_holds_in_both_columns(said: str, check: str, consent: str) -> None:
    assert check == "-" or answers().check(said) == check
    assert consent == "-" or answers().consent(said) == consent


def share(name: str) -> tuple[float, list[str], list[str]]:
    """Of a table: the share of check answers that are exact, yes taken for no or the other way, and false consents."""
    read = [(said, check, consent, interpret_yes_partly_no(said, answers())) for said, check, consent in table(name)]
    exact = [got == check for _, check, _, got in read if check != "-"]
    flips = [said for said, check, _, got in read if {check, got} == {"yes", "no"}]
    agreed = [said for said, _, consent, _ in read if consent not in ("-", "yes") and interpret_consent(said, answers()) == "yes"]
    return sum(exact) / len(exact), flips, agreed


SETS = ["answers_looked_at.tsv", "answers_looked_at_2.tsv", "answers_looked_at_3.tsv", "answers_looked_at_4.tsv",
        "answers_looked_at_5.tsv", "answers_looked_at_6.tsv", "answers_looked_at_7.tsv", "answers_aside.tsv",
        "answers_unseen.tsv"]  # fmt: skip
"""All were looked at in the end. The shares at their first run stand in docs/reflect-back.md."""


@pytest.mark.parametrize("name", SETS)
def test_answers_of_all_kinds_are_understood(name: str) -> None:
    exact, flips, agreed = share(name)
    assert (flips, agreed) == ([], [])
    assert exact >= 0.96


MESSY = [*table("answers_before.tsv"), *table("answers_after.tsv"), *table("answers_held.tsv")]


@pytest.mark.parametrize(("said", "check", "consent"), MESSY)
def test_messy_answers_are_understood(said: str, check: str, consent: str) -> None:
    assert check == "-" or answers().check(said) == check
    assert consent == "-" or answers().consent(said) == consent


def test_a_doubtful_answer_is_never_a_consent() -> None:
    rows = [*table("answers_table.tsv"), *MESSY]
    assert [said for said, _, consent in rows if consent == "no" and interpret_consent(said, answers()) == "yes"] == []


def test_nothing_said_is_no_answer_and_no_consent() -> None:
    for nothing in ("", "   ", "...", "?!", "🙂"):
        assert interpret_yes_partly_no(nothing, answers()) == "unsure"
        assert interpret_consent(nothing, answers()) == "no"


def test_the_last_of_yes_and_no_counts() -> None:
    assert interpret_yes_partly_no("yes, wait, no", answers()) == "no"
    assert interpret_yes_partly_no("no, wait, yes", answers()) == "yes"


def test_between_no_and_partly_it_is_partly() -> None:
    assert interpret_yes_partly_no("no, but nearly", answers()) == "partly"
    assert interpret_yes_partly_no("not quite, no", answers()) == "partly"


def test_a_reservation_makes_a_yes_into_partly() -> None:
    assert interpret_yes_partly_no("yes, except for the ending", answers()) == "partly"


def test_a_laugh_on_top_of_no_is_unclear() -> None:
    assert answers().check("no", laughed=True) == "unsure"
    assert answers().check("yes", laughed=True) == "yes"


def test_a_late_and_prefaced_yes_leans_one_step_down() -> None:
    assert answers().check("well, yes", late=True) == "partly"
    assert answers().check("well, yes") == "yes"
    assert answers().check("yes", late=True) == "yes"


def test_somebody_who_tells_on_is_partly_understood() -> None:
    assert interpret_yes_partly_no("the thing with the keys happened before she even came home", answers()) == "partly"


def test_asking_back_is_no_answer() -> None:
    assert interpret_yes_partly_no("what?", answers()) == "unsure"
    assert interpret_consent("what?", answers()) == "repeat"
    assert interpret_yes_no("what?", answers()) == "unsure"


def test_a_yes_with_a_story_after_it_is_asked_again_before_it_is_consent() -> None:
    assert interpret_consent("yes the neighbours were there too", answers()) == "ask-again"


def test_capital_letters_dashes_and_curly_apostrophes_do_not_matter() -> None:
    assert interpret_yes_partly_no("THAT’S IT – EXACTLY!", answers()) == "yes"
    assert interpret_yes_partly_no("Fifty–fifty", answers()) == "partly"


def test_ten_thousand_words_are_read_at_once() -> None:
    assert interpret_yes_partly_no("yes " * 10_000, answers()) == "yes"
    assert interpret_yes_partly_no("blue garden " * 5_000 + "no", answers()) == "no"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("seven", 7), ("seven.", 7), ("um, seven", 7), ("maybe a six", 6), ("I'd say eight", 8), ("seven out of ten", 7),
        ("10", 10), ("zero", 0), ("none", 0), ("seven, no, eight", 8), ("three three", 3), ("a half", None),
        ("seven and a half", None), ("two or three", None), ("7.5", None),
        ("minus two", None), ("a hundred", 100), ("eleven", 11), ("42", 42), ("a couple", 2), ("seven or eight", None),
        ("one out of ten", 1), ("twenty-one", 21), ("the third one", 3), ("wait a second", None), ("7/10", 7), ("1,000", 1000),
        ("", None), ("my three brothers came to visit", None), ("yes", None), ("between two and four", None),
        ("²", None), ("٣", None),
    ],
)  # fmt: skip
def test_a_number_is_one_number_and_nothing_else(said: str, number: int | None) -> None:
    assert interpret_number(said, answers()) == number


@pytest.mark.parametrize("said", ["eleven", "a hundred", "42"])
def test_an_evening_asks_for_no_number_above_ten(said: str) -> None:
    assert answers().number(said) is None


ASIDE = [(said, None if wanted == "-" else int(wanted)) for said, wanted in rows("numbers_aside.tsv")]


@pytest.mark.parametrize(("said", "number"), ASIDE)
def test_numbers_that_were_set_aside_are_read(said: str, number: int | None) -> None:
    assert interpret_number(said, answers()) == number


@pytest.mark.parametrize("name", ["commands_aside.tsv", "commands_looked_at.tsv"])
def test_commands_are_understood_as_people_ask_for_them_and_never_taken_for_another(name: str) -> None:
    heard = [(said, wanted, interpret_command(said, library()) or "-") for said, wanted in rows(name)]
    assert [each for each in heard if each[2] not in ("-", each[1])] == []
    assert sum(got == wanted for _, wanted, got in heard) >= 0.98 * len(heard)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("stop", "stop"), ("Stop!", "stop"), ("stop, stop, stop", "stop"), ("please stop", "stop"), ("companion, stop", "stop"),
        ("time out", "time-out"), ("time-out", "time-out"), ("I'm done.", "done"), ("over to you", "done"), ("skip this", "pass"),
        ("hold on a moment", "pause"), ("carry on", "resume"), ("give me a hint", "hint"), ("how long?", "how-long"),
        ("I can't stop laughing", None), ("the bus stop", None), ("done with the dishes", None), ("start", None), ("shop", None),
        ("", None), ("yes", None), ("stop the car", None),
    ],
)  # fmt: skip
def test_a_command_is_an_utterance_of_its_own(said: str, command: str | None) -> None:
    assert interpret_command(said, library()) == command


REFUSED = (HERE / "refused.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("said", REFUSED)
def test_a_yes_that_is_none_is_never_a_consent(said: str) -> None:
    assert interpret_consent(said, answers()) != "yes"


def test_a_polite_no_before_an_invitation_objects_to_nothing() -> None:
    assert interpret_consent("no, no, please do", answers()) == "yes"
    assert interpret_consent("no, please don't", answers()) == "no"


def test_talk_of_dinner_is_no_answer() -> None:
    assert interpret_yes_partly_no("this soup is lovely, where is it from?", answers()) == "unsure"
    assert interpret_yes_no("could you pass the bread", answers()) == "unsure"


def test_whom_one_speaks_to_does_not_matter() -> None:
    assert interpret_yes_partly_no("yes Priya that's just how it felt", answers()) == "yes"
    assert interpret_command("over to you, Priya", library()) == "done"


def test_a_command_is_asked_for_in_one_or_two_sentences_but_not_inside_talk() -> None:
    assert interpret_command("Sorry, I missed that. Could you say it again?", library()) == "repeat"
    assert interpret_command("could you say it again to your mother", library()) is None


@pytest.mark.parametrize("name", SETS)
def test_an_apostrophe_that_is_left_out_turns_nothing_round(name: str) -> None:
    read = [(check, interpret_yes_partly_no(said.replace("'", ""), answers()), said) for said, check, _ in table(name)]
    assert [said for check, got, said in read if {check, got} == {"yes", "no"}] == []
