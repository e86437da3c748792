"""What `--help` says can be read at 80 columns, whole and in words."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from companion.cli.app import COMMANDS, unbroken
from tests.cli.conftest import Ask

MODELS = ("list", "fetch", "add", "verify", "use", "remove", "path")
EVERY = [(name,) for name in COMMANDS] + [("models", name) for name in MODELS]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_help_is_not_cut_at_eighty_columns(ask: Ask, command: tuple[str, ...]) -> None:
    said = ask(*command, "--help")
    assert said.status == 0
    assert all(len(line) <= 80 for line in said.out.splitlines())
    assert re.findall(r"\w…", said.out) == []  # a word that was cut; `…` of its own stands for something left out
    assert not re.search(r"\bNone\b", said.out)


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_sentence_of_help_is_not_broken_where_the_source_is(ask: Ask, command: tuple[str, ...]) -> None:
    prose = [line.strip() for line in ask(*command, "--help").out.split("╭")[0].splitlines()]
    for line, following in pairwise(prose):
        if line and following and not line.startswith("#"):
            assert len(line) + 1 + len(following.split()[0]) > 76, f"{line!r} could go on with {following!r}"


def test_what_looks_like_markup_is_printed(ask: Ask) -> None:
    assert '"spoken_words": [words of the turn]' in " ".join(ask("reflect", "--help").out.split())


def test_commands_are_listed_in_the_order_in_which_they_are_needed(ask: Ask) -> None:
    listed = re.findall(r"^│ ([a-z][a-z-]*) +\S", ask("--help").out, flags=re.MULTILINE)
    assert listed == list(COMMANDS)


def test_what_is_set_off_in_a_docstring_stays_set_off() -> None:
    text = "One\nsentence.\n\n    # as\n    it is\n\nAnother\none."
    assert unbroken(text) == "One sentence.\n\n    # as\n    it is\n\nAnother one."
