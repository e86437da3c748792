"""docs/content.md tells the truth about the exercises: every practice, every exercise, every scenario, every source."""

from __future__ import annotations

import re
from pathlib import Path

from our_content import library
from test_twelve_weeks import MAIN

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "content.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\((\.\./[^)]+)\)")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table that begins with this heading."""
    table = PAGE.split(heading, 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table.splitlines()[2:]]


def test_every_link_leads_somewhere() -> None:
    assert [link for link in LINK.findall(PAGE) if not (DOCS / link).is_file()] == []


def test_all_thirteen_practices_have_their_exercises_and_two_scenarios() -> None:
    practices = rows("| section | practice |")
    told = [set(re.findall(r"\[([a-z-]+)\]\(\.\./content/exercises", row[2])) for row in practices if row[0] != "(its ground)"]
    assert sorted(map(sorted, told)) == sorted(map(sorted, MAIN.values())) and len(told) == 13
    assert all("-polite.yaml" in row[4] and "-difficult.yaml" in row[4] for row in practices)


def test_every_exercise_is_listed_as_it_is() -> None:
    listed = {re.findall(r"\[([a-z-]+)\]", row[0])[0]: row for row in rows("| exercise | level |")}
    assert set(listed) == set(library().exercises)
    for slug, exercise in library().exercises.items():
        _, level, minutes, gates, modes, rests_on = listed[slug]
        assert level == exercise.level
        assert minutes == "/".join(f"{exercise.lasts.of(size) / 60:.0f}" for size in ("short", "medium", "long"))
        assert all(gate.replace(":", " ") in gates for gate in exercise.gates if gate != "both-yes")
        assert set(modes.split()) == {mode.value for mode in exercise.modes()}
        assert rests_on.split(", ") == list(exercise.rests_on)


def test_every_source_an_exercise_rests_on_is_named() -> None:
    sources = set(re.findall(r"^\| ([A-Z]+\d\d) \|", PAGE, re.MULTILINE))
    whole = [*library().exercises.values(), *library().frames.values()]
    assert {tag for one in whole for tag in one.rests_on} <= sources
