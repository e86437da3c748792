"""Whatever a file says, it loads or it is told why: never a traceback."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from our_content import MIRROR, answers, exercise, library

from companion.exercises.answers import interpret_command
from companion.exercises.finding import ContentTrouble
from companion.exercises.lint import lint

FOLDER = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SNIPPETS = [
    "yes", "on", "null", "[]", "{}", "- ", ": ", "'", '"', "\t", "  ", "&a ", "*a", "!!x ", "0", "-1", "1e9", "{holder", "}",
    "🙂", "\u202e", "short", "exits: {done: end}", "mirrored", "steps", "say", "- swap\n", "60 s", "when", "\n", "#", "|",
    ">", "%", "@", "`",
]  # fmt: skip


@FOLDER
@given(st.integers(0, len(MIRROR)), st.integers(0, 12), st.sampled_from(SNIPPETS))
def test_a_good_file_with_something_cut_out_and_put_in(tmp_path: Path, at: int, cut: int, put: str) -> None:
    text = MIRROR[:at] + put + MIRROR[at + cut :]
    try:
        exercise(tmp_path, text)
    except ContentTrouble as told:
        assert all(1 <= finding.line <= text.count("\n") + 2 and finding.sentence for finding in told.findings)


LINES = MIRROR.strip("\n").split("\n")


@FOLDER
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=len(LINES)))
def test_a_good_file_with_its_lines_shuffled_and_lost(tmp_path: Path, order: list[int]) -> None:
    path = tmp_path / "echo.yaml"
    path.write_text("\n".join(LINES[index] for index in order), encoding="utf-8")
    assert all(str(finding) for finding in lint([path], library=library()))


@FOLDER
@given(st.text(alphabet=string.printable + "äß🙂\u202e\x00", max_size=200))
def test_any_text_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentTrouble):
        exercise(tmp_path, text)


ANSWERING = ["yes", "no", "yeah", "but", "not", "really", "kind", "of", "well", "um", "seven", "and", "out", "ten", "half"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(ANSWERING)).map(" ".join))
def test_any_answer_at_all_is_read(said: str) -> None:
    assert answers().check(said) in ("yes", "partly", "no", "unsure", "repeat", "next")
    assert answers().consent(said) in ("yes", "no", "ask-again", "repeat")
    number = answers().number(said)
    assert number is None or 0 <= number <= 10
    assert interpret_command(said, library()) in (None, *library().commands)


DOUBTS = ["maybe", "but", "not", "if", "guess", "whatever", "later"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["yes", "yeah", "sure", "no", "i", "okay", *DOUBTS])))
def test_a_word_of_doubt_or_refusal_anywhere_is_never_consent(words: list[str]) -> None:
    if set(DOUBTS) & set(words):
        assert answers().consent(" ".join(words)) != "yes"
