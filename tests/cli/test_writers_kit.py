"""A writer's first evening with the kit, from the command line: content of their own, good and broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

CONTENT = Path(__file__).resolve().parents[2] / "content"
README = (CONTENT / "README.md").read_text(encoding="utf-8")
EXERCISE, EVENING = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
EVENTS = ("--fidelity", "events", "--no-picture", "--out")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The pair's own content folder, as the settings have it."""
    folder = tmp_path / "config" / "companion" / "content"
    for kind in ("exercises", "evenings", "en"):
        (folder / kind).mkdir(parents=True)
    return folder


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_exercise_of_the_readme_has_nothing_to_be_said_about_it(ask: Ask, own: Path) -> None:
    said = ask("lint", write(own, "exercises/small-joys.yaml", EXERCISE))
    assert (said.status, said.out.strip()) == (0, "0 errors, 0 warnings")


def test_the_exercise_of_the_readme_is_rehearsed_without_a_fault(ask: Ask, own: Path, tmp_path: Path) -> None:
    write(own, "exercises/small-joys.yaml", EXERCISE)
    said = ask("rehearse", "small-joys", *EVENTS, tmp_path / "out")
    assert said.status == 0, said.out


def test_the_evening_of_the_readme_is_listed_and_sound(ask: Ask, own: Path) -> None:
    write(own, "exercises/small-joys.yaml", EXERCISE)
    write(own, "evenings/our-thursday.yaml", EVENING)
    assert ask("lint", own).out.strip() == "0 errors, 0 warnings"
    assert "our-thursday" in ask("exercises").out


def test_every_command_of_the_readme_exists(ask: Ask) -> None:
    for command in sorted(set(re.findall(r"companion (lint|rehearse|run|exercises|schema|settings|doctor)\b", README))):
        assert ask(command, "--help").status == 0


def listed(ask: Ask, *options: object) -> dict[str, dict[str, object]]:
    said = ask("exercises", "--json", *options)
    assert said.status == 0
    return {row["slug"]: row for row in json.loads(said.out)}


def test_exercises_are_listed_with_all_that_was_promised(ask: Ask) -> None:
    rows = listed(ask)
    assert len(rows) == len(list((CONTENT / "exercises").glob("*.yaml")))
    assert all({"slug", "title", "practices", "level", "minutes", "language"} <= set(row) for row in rows.values())


def test_exercises_are_found_by_practice_level_length_and_language(ask: Ask) -> None:
    every = listed(ask)
    grateful = listed(ask, "--practice", "gratitude")
    assert grateful and all("gratitude" in row["practices"] for row in grateful.values())  # type: ignore[operator]
    assert {row["level"] for row in listed(ask, "--level", "deep").values()} == {"deep"}
    brief = listed(ask, "--most-minutes", 3)
    assert brief and len(brief) < len(every)
    assert set(listed(ask, "--most-minutes", 3, "--size", "medium")) < set(brief)
    assert {row["language"] for row in listed(ask, "--language", "es").values()} == {"es"}


@pytest.mark.parametrize(
    ("option", "given", "sentence"),
    [
        ("--practice", "gratitud", "did you mean 'gratitude'"),
        ("--level", "lite", "did you mean 'light'"),
        ("--size", "huge", "expected one of short, medium, long"),
        ("--language", "xx", "There is no content in 'xx'"),
    ],
)
def test_a_mistyped_filter_is_one_sentence(ask: Ask, option: str, given: str, sentence: str) -> None:
    said = ask("exercises", option, given)
    assert said.status == 2 and sentence in said.err and len(said.err.strip().splitlines()) == 1


def test_an_exercise_of_ones_own_is_marked_as_such(ask: Ask, own: Path) -> None:
    write(own, "exercises/small-joys.yaml", EXERCISE)
    rows = listed(ask)
    assert rows["small-joys"]["origin"] == "own" and rows["story-time"]["origin"] == "ours"
    assert set(listed(ask, "--own")) == {"small-joys"}


def test_a_file_of_ones_own_wins_over_ours_of_the_same_name(ask: Ask, own: Path) -> None:
    ours = (CONTENT / "exercises" / "story-time.yaml").read_text(encoding="utf-8")
    write(own, "exercises/story-time.yaml", re.sub(r"title: .*", "title: Our stories", ours))
    row = listed(ask)["story-time"]
    assert (row["title"], row["origin"]) == ("Our stories", "own")


def test_content_may_lie_elsewhere(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere" / "exercises").mkdir(parents=True)
    write(tmp_path / "elsewhere", "exercises/small-joys.yaml", EXERCISE)
    monkeypatch.setenv("COMPANION_CONTENT", str(tmp_path / "elsewhere"))
    assert listed(ask)["small-joys"]["origin"] == "own"


BROKEN = {
    "syntax": "exercise: [",
    "a step that is none": EXERCISE.replace("- joint:", "- jiont:"),
    "an emoji": EXERCISE.replace("A small good thing?", "A small good thing 🙂?"),
    "markup": EXERCISE.replace("A small good thing?", "<speak>A small good thing?</speak>"),
    "ten thousand characters": EXERCISE.replace("A small good thing?", "good " * 2000),
    "another script": EXERCISE.replace("A small good thing?", "דבר טוב קטן?"),
    "unequal turns": EXERCISE + "  - turn: {holder: first, for: 20 s, prompt: small_joy}\n",
    "an accusation": EXERCISE.replace("A small good thing?", "Why did you wait?"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_of_ones_own_stops_no_evening_of_good_ones(ask: Ask, own: Path, what: str) -> None:
    write(own, "exercises/small-joys.yaml", BROKEN[what])
    write(own, "evenings/our-thursday.yaml", EVENING)
    said = ask("exercises")
    assert "small-joys" not in said.out.split("evenings:")[0]
    assert re.search(r"Left out: .*small-joys\.yaml:\d+: .* and 1 more; the rest of your content is played", said.out)
    assert "our-thursday" not in said.out.split("Left out: ")[0]  # it depends on the broken one
    assert "quick-10" in said.out and "two-minute-mirror" in said.out
    told = ask("lint")
    assert told.status == 2 and re.search(r"small-joys\.yaml:\d+: ", told.out)


def test_doctor_tells_of_what_is_left_out(ask: Ask, own: Path) -> None:
    write(own, "exercises/small-joys.yaml", "exercise: [")
    checks = {row["name"]: row for row in json.loads(ask("doctor", "--json").out)}
    assert checks["content"]["verdict"] == "so-so" and "small-joys.yaml:1" in checks["content"]["do"]


def test_doctor_says_each_thing_once(ask: Ask) -> None:
    told = [row["do"] for row in json.loads(ask("doctor", "--json").out) if row["do"]]
    assert len(told) == len(set(told))


def test_a_name_that_nothing_has_is_told_before_any_device_is_looked_for(ask: Ask) -> None:
    said = ask("run", "two-minute-miror", "--wait-for-device", 60)
    assert said.status == 2 and "did you mean 'two-minute-mirror'" in said.err and "microphone" not in said.err


def test_schemas_are_written_beside_the_content(ask: Ask, own: Path) -> None:
    said = ask("schema")
    assert said.status == 0 and "yaml-language-server: $schema=../schema/exercise.schema.json" in said.out
    assert json.loads((own / "schema" / "exercise.schema.json").read_text(encoding="utf-8"))["$defs"]["Step"]
    assert json.loads(ask("schema", "evening").out)["properties"]["plan"]
    assert ask("lint", own).status == 0


def test_a_spanish_evening_has_its_voice_and_a_model_and_says_which_would_be_better(ask: Ask) -> None:
    assert ask("settings", "language=es").status == 0
    checks = {row["name"]: row for row in json.loads(ask("doctor", "--json").out)}
    assert "made for English" in checks["speech model"]["do"]
    assert "companion models fetch small-es" in checks["speech model"]["do"]
    assert "first-evening" in ask("exercises").out
    from companion.evening import house
    from companion.evening import settings as stored

    assert house.voice_settings(stored.load()).voice == "roa/es"
    heard = house.recognizer(language="es")
    assert heard is not None and {"basta", "sí"} <= heard.vocabulary
    assert house.recognizer(language="de") is None


def test_a_name_that_spanish_does_not_have_is_told_with_those_it_has(ask: Ask) -> None:
    ask("settings", "language=es")
    said = ask("run", "tiny-challenge")
    assert said.status == 2 and "in 'es'" in said.err and "first-evening" in said.err
