"""What is listed can be read: at 80 columns, and whole where it goes into a file or another program."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from companion.cli.recognize import _in_words
from companion.evening.recognize import Recognised
from companion.exercises.help_card import countries, help_card
from tests.cli.conftest import Ask
from tests.exercises.our_content import CONTENT

EXERCISE = (CONTENT / "exercises" / "story-time.yaml").read_text(encoding="utf-8")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    (folder / "exercises").mkdir(parents=True)
    monkeypatch.setenv("COMPANION_CONTENT", str(folder))
    return folder


def plain(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


# --- exercises


@pytest.mark.usefixtures("terminal")
def test_at_eighty_columns_exercises_are_listed_without_a_cut(ask: Ask) -> None:
    rows = json.loads(ask("exercises", "--json").out)
    out = plain(ask("exercises").out)
    assert all(len(line) <= 80 for line in out)
    text = "\n".join(out)
    assert "…" not in text
    slugs = [row["slug"] for row in rows]
    begins = [at for at, line in enumerate(out) if line.split()[:1] and line.split()[0] in slugs]
    assert len(begins) == len(rows)
    for row, begin, until in zip(rows, begins, [*begins[1:], begins[-1] + 3], strict=True):
        shown = " ".join(" ".join(out[begin:until]).split())
        assert shown.startswith(f"{row['slug']} {row['level']} {' / '.join(f'{value:g}' for value in row['minutes'].values())} ")
        assert ", ".join(row["practices"]) in shown


def test_in_a_pipe_an_exercise_is_one_line(ask: Ask) -> None:
    rows = json.loads(ask("exercises", "--json").out)
    out = ask("exercises").out.splitlines()
    for row in rows:
        (line,) = [line for line in out if line.split()[:1] == [row["slug"]]]
        assert row["title"] in line and ", ".join(row["practices"]) in line


def test_ones_own_exercise_is_marked(ask: Ask, own: Path) -> None:
    (own / "exercises" / "story-time.yaml").write_text(EXERCISE, encoding="utf-8")
    marked = [line for line in ask("exercises").out.splitlines() if line.split()[1:2] == ["*"]]
    assert [line.split()[0] for line in marked] == ["story-time"]


# --- lint


def test_a_writer_sees_their_own_first_and_our_help_cards_in_one_line(ask: Ask, own: Path) -> None:
    (own / "exercises" / "mine.yaml").write_text("exercise: mine\ntitle: Mine\nsteps: [sey: hello]\n", encoding="utf-8")
    said = ask("lint")
    assert said.status == 2
    out = said.out.splitlines()
    assert str(own / "exercises" / "mine.yaml") in out[0]
    assert "[L41]" not in said.out
    (told,) = [line for line in out if "wait to be verified" in line]
    waiting = sum(len(help_card(country).unchecked()) for country in countries())
    assert told.startswith(f"{waiting} lines of ") and "docs/content.md" in told and "--all lists them" in told


def test_all_of_them_are_listed_when_asked_for(ask: Ask) -> None:
    everything, programs = ask("lint", "--all").out, json.loads(ask("lint", "--json").out)
    found = sum(one["id"] == "L41" for one in programs)
    assert found > 0 and everything.count("[L41]") == found
    assert "wait to be verified" not in everything


def test_a_help_card_that_is_named_is_told_of(ask: Ask) -> None:
    assert "[L41]" in ask("lint", CONTENT / "en" / "help" / "CH.yaml").out


# --- help card


@pytest.mark.parametrize("country", countries())
def test_no_number_is_printed_twice(country: str) -> None:
    card = help_card(country)
    printed = [line for lines in card.printed().values() for line in lines]
    assert Counter(line.number for line in printed).most_common(1)[0][1] == 1
    every = [line for kind in ("emergency", "abuse", "anyone", "crisis") for line in getattr(card, kind)]
    assert {line.number for line in printed} == {line.number for line in every}
    unchecked = {line.number for line in every if line.verify}
    assert {line.number for line in printed if line.verify} == unchecked


def test_the_card_of_the_united_states_says_whom_a_line_is_for_once(ask: Ask) -> None:
    out = ask("help-card", "US").out
    assert out.count("1-800-799-7233") == 1
    assert "or text START to 88788; for everyone" in out and "For anyone" not in out


# --- recognise


@pytest.mark.parametrize(
    ("phrase", "confidence", "raw", "printed"),
    [
        ("stop", 0.98, "stop", "stop (0.98)"),
        (None, 0.0, "[unk] [unk]", "none (other words)"),
        (None, 0.0, "", "none (nobody spoke)"),
        (None, 0.45, "stop", "none (not sure enough of “stop”, 0.45)"),
        (None, 0.0, "[unk] stop", "none (“stop” among other words)"),
    ],
)
def test_a_clip_has_one_phrase_or_none(phrase: str | None, confidence: float, raw: str, printed: str) -> None:
    assert _in_words(Recognised("a.wav", phrase, confidence, raw=raw)) == printed
