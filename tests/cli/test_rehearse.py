"""`companion rehearse`: what may be named, what is left behind, and what the exit status says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

EVENTS = ("--fidelity", "events", "--out")

EXERCISE = """
exercise: two-words
id: U1
title: Two words
serves: [gratitude]
level: light
lasts: {short: 1 min, medium: 1 min, long: 1 min}
gates: [both-yes]
lines:
  set_up:
    - "A word each, about today. {first} starts."
    - "Today in a word or two. {first} begins."
    - "One or two words for today, {first} first."
  word:
    phrasings: ["{holder}, your word.", "Your word, {holder}?", "A word, {holder}."]
    role_free: ["Your word.", "A word?", "One word, please."]
steps:
  - say: set_up
  - mirrored:
      - turn: {for: 20 s, prompt: word}
"""

DEAF = """
scenario: deaf
like: polite
evening: breathe-together
recogniser: false
happens: [{exercise: welcome, in: ask, nth: 1, then: {answers: [silence]}}]
"""


def test_an_exercise_is_played_to_its_end_and_its_talk_is_printed(ask: Ask, tmp_path: Path) -> None:
    said = ask("rehearse", "breathe-together", *EVENTS, tmp_path / "out", "--seed", 2)
    assert said.status == 0
    assert "companion: “" in said.out
    assert "Alex: " in said.out
    assert "reached its end: 1 of 1" in said.out
    assert "(line)" not in said.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"events.jsonl", "score.json", "timeline.png"}
    assert json.loads((tmp_path / "out" / "score.json").read_text())["passed"]


def test_without_out_it_has_a_folder_of_its_own(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask("rehearse", "eyes-first", "--fidelity", "events", "--seed", 3, "--no-picture").status == 0
    assert (tmp_path / "rehearsal" / "eyes-first-events-3" / "events.jsonl").is_file()


def test_the_same_seed_prints_the_same_score_and_another_another(ask: Ask, tmp_path: Path) -> None:
    def score(seed: int) -> str:
        return ask("rehearse", "eyes-first", *EVENTS, tmp_path / "out", "--seed", seed, "--json", "--no-picture").out

    assert score(1) == score(1) != score(2)


def test_an_exercise_that_is_being_written_is_rehearsed_from_its_file(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "two-words.yaml"
    path.write_text(EXERCISE)
    said = ask("rehearse", path, *EVENTS, tmp_path / "out", "--no-picture")
    assert said.status == 0, said.out
    assert "two-words" in said.out


def test_an_error_in_its_file_is_named_by_line(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "two-words.yaml"
    path.write_text(EXERCISE.replace("prompt: word", "prompt: wort"))
    said = ask("rehearse", path, *EVENTS, tmp_path / "out")
    assert said.status == 2
    assert "two-words.yaml:20" in said.err
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("good-new", "did you mean 'good-news'?"),
        ("zzz", "`companion exercises` lists what there is"),
        ("nowhere.yaml", "There is no file nowhere.yaml"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(ask: Ask, tmp_path: Path, what: str, says: str) -> None:
    said = ask("rehearse", what, *EVENTS, tmp_path / "out")
    assert said.status == 2
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_neither_scenario_nor_exercise_is_refused(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n- b\n")
    said = ask("rehearse", path, *EVENTS, tmp_path / "out")
    assert said.status == 2
    assert "found neither `scenario:`, `exercise:` nor `evening:`" in said.err


def test_a_rehearsal_that_goes_wrong_leaves_with_one(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "deaf.yaml"
    path.write_text(DEAF)
    said = ask("rehearse", path, *EVENTS, tmp_path / "out", "--no-picture")
    assert said.status == 1
    assert "the evening ended with declined, not with done" in said.out.replace("\n", " ")


def test_a_folder_with_something_else_in_it_is_left_alone(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "novel.txt").write_text("Chapter one")
    said = ask("rehearse", "eyes-first", *EVENTS, out)
    assert said.status == 2
    assert "holds more than a rehearsal" in said.err
    assert [path.name for path in out.iterdir()] == ["novel.txt"]


def test_what_an_earlier_rehearsal_left_is_replaced(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "room.wav").write_text("of the last time")
    assert ask("rehearse", "eyes-first", *EVENTS, out, "--no-picture").status == 0
    assert not (out / "room.wav").exists()


def test_an_unknown_fidelity_names_the_three(ask: Ask) -> None:
    said = ask("rehearse", "eyes-first", "--fidelity", "dream")
    assert said.status == 2
    assert all(name in said.err for name in ("events", "tracks", "room"))
