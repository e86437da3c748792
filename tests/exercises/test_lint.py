"""The writer's second reader: one test a rule, each on a good exercise spoiled in one place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from our_content import CACHE, CONTENT, MIRROR, library

from companion.exercises.durations import longest, typical
from companion.exercises.lint import lint, lint_library
from companion.exercises.lint_wording import Text, aloud_findings
from companion.exercises.step_spec import SIZES


def rules(folder: Path, text: str, name: str = "echo") -> dict[str, str]:
    """Rule → severity of everything found in a file of this text."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    found = sorted(lint([path], CONTENT, library=library()), key=lambda finding: finding.severity, reverse=True)
    return {finding.id: finding.severity for finding in found}  # an error goes over a warning of the same rule


def spoiled(old: str, new: str) -> str:
    assert old in MIRROR
    return MIRROR.replace(old, new)


def test_our_own_content_has_nothing_to_be_said_about_it_but_which_helplines_a_person_must_still_check() -> None:
    assert [str(each) for each in lint([CONTENT], CONTENT, library=library()) if each.id != "L41"] == []


def test_the_example_has_only_too_few_openers(tmp_path: Path) -> None:
    assert rules(tmp_path, MIRROR) == {"L12": "warning"}


def line(text: str) -> str:
    return spoiled('thanks: ["Thank you.", "Thanks.", "Good, thanks."]', f'thanks: ["{text}", "Thanks.", "Good, thanks."]')


def opener(text: str) -> str:
    return spoiled("A moment you'd keep.", f'"{text}"')


SPOILED = {
    "L01 unequal turns": ("L01", "error", spoiled("openers: day}", "openers: day}\n      - turn: {holder: first, for: 9 s}")),
    "L01 one turn more": ("L01", "error", MIRROR + "  - turn: {holder: first, for: 30 s, openers: day}\n"),
    "L01 absolute holder": ("L01", "error", spoiled("openers: day}", "openers: day, holder: first}")),
    "L01 swap inside": ("L01", "error", spoiled("      - thank: thanks", "      - swap\n      - thank: thanks")),
    "L02 exit to nowhere": ("L02", "error", spoiled("tries: {short", "exits: {yes: nowhere}, tries: {short")),
    "L02 unknown exit": ("L02", "error", spoiled("tries: {short", "exits: {maybe: end}, tries: {short")),
    "L02 unreachable": ("L02", "error", spoiled("- say: set_up", "- say: {line: set_up, exits: {done: end}}")),
    "L02 fact never so": ("L02", "error", MIRROR + "  - when: {if: {size: huge}, then: [{say: thanks}]}\n"),
    "L02 nothing to do": ("L02", "error", MIRROR + "  - when: {if: {size: long}}\n"),
    "L03 endless loop": ("L03", "error", MIRROR.replace("- say: set_up", "- say: {line: set_up, name: start}")
                         + "  - say: {line: thanks, exits: {done: start}}\n"),
    "L03 loop onto itself": ("L03", "error", spoiled("say: set_up", "say: {line: set_up, name: top, exits: {done: top}}")),
    "L04 far too long": ("L04", "error", spoiled("short: 4 min", "short: 90 s")),
    "L05 words together": ("L05", "error", MIRROR + "  - joint: {listen: WORDS, for: 20 s}\n"),
    "L05 deaf too long": ("L05", "error", MIRROR + "  - private: {told: thanks, for: 4 min}\n"),
    "L06 soft words": ("L06", "error", spoiled("openers: day}", "openers: day, soft: true}")),
    "L06 deep without care": ("L06", "error", spoiled("title: Echo", "title: Echo\nlevel: deep")),
    "L07 silence is no yes": ("L07", "error", MIRROR + "  - ask: {line: thanks, otherwise: yes}\n"),
    "L08 no such line": ("L08", "error", spoiled("- thank: thanks", "- thank: thakns")),
    "L08 no such ring": ("L08", "error", spoiled("openers: day}", "openers: days}")),
    "L08 slot out of place": ("L08", "error", spoiled("One tells, one says it back.", "{source} says it back.")),
    "L08 open brace": ("L08", "error", spoiled("One tells, one says it back.", "{first tells.")),
    "L09 unknown source": ("L09", "warning", spoiled("rests_on: [W14]", "rests_on: [W41]")),
    "L09 serves nothing": ("L09", "warning", spoiled("serves: [active-listening]\n", "")),
    "L10 too many words": ("L10", "error", line("Thank you both so very much for all of this.")),
    "L10 long opener": ("L10", "error", opener("Something that happened on one of those days that never quite came to an end.")),
    "L11 two wordings": ("L11", "error", spoiled('"Thanks.", "Good, thanks."', '"Thanks."')),
    "L11 the same twice": ("L11", "error", spoiled('"Thanks.", "Good, thanks."', '"Thanks.", "thank you"')),
    "L12 nearly the same": ("L12", "warning", opener("What was good todayy?")),
    "L13 emoji": ("L13", "error", line("Thanks 🙂")),
    "L13 markup": ("L13", "error", line("<break/> Thanks.")),
    "L13 address": ("L13", "error", line("See https://example.org")),
    "L13 brackets": ("L13", "error", line("Thanks (both).")),
    "L13 slash": ("L13", "error", line("Yes/no?")),
    "L13 digits": ("L13", "error", line("About 45 seconds.")),
    "L13 short form": ("L13", "error", line("Thanks, Dr. Who.")),
    "L13 other script": ("L13", "error", line("Thаnks.")),
    "L13 right to left override": ("L13", "error", line("Thanks \\u202E.")),
    "L13 control character": ("L13", "error", line("Thanks \\u0007.")),
    "L13 far too long": ("L13", "error", line("thanks " * 60)),
    "L14 hisses": ("L14", "warning", line("Say some sibilants slowly.")),
    "L14 ends on a name": ("L14", "warning", line("Now a word from {listener}.")),
    "L15 command early": ("L15", "warning", line("Stop, and thank them now.")),
    "L17 phrase twice": ("L17", "error", MIRROR + "  - choose: {line: thanks, otherwise: a, "
                         "options: [{name: a, phrases: [warm]}, {name: b, phrases: [warm]}]}\n"),
    "L17 options alike": ("L17", "warning", MIRROR + "  - choose: {line: thanks, otherwise: a, "
                          "options: [{name: a, phrases: [warm]}, {name: b, phrases: [hard]}]}\n"),
    "L20 praise": ("L20", "error", line("Well done.")),
    "L20 grading": ("L20", "error", line("Good job, both of you.")),
    "L20 hurry": ("L20", "error", line("Now calm down.")),
    "L21 brand": ("L21", "error", line("Like Alexa, but kind.")),
    "L22 accusation": ("L22", "error", line("You never thank.")),
    "L23 detection": ("L23", "error", line("You seem glad.")),
    "L24 gender": ("L24", "error", line("Now she thanks.")),
    "L24 couple words": ("L24", "error", line("Thank your wife.")),
    "L25 why": ("L25", "warning", opener("Why were you late?")),
    "L25 two questions": ("L25", "warning", opener("What was it? And when?")),
    "L25 negative": ("L25", "warning", opener("What don't you like about rain?")),
    "L26 presumes": ("L26", "warning", opener("A walk with your mother.")),
    "L27 tender": ("L27", "warning", opener("When were you ashamed?")),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_exercise_breaks_its_rule(tmp_path: Path, what: str) -> None:
    rule, severity, text = SPOILED[what]
    assert rules(tmp_path, text).get(rule) == severity


@pytest.mark.parametrize("what", SPOILED)
def test_every_finding_says_where_it_is_and_what_was_expected(tmp_path: Path, what: str) -> None:
    _, _, text = SPOILED[what]
    path = tmp_path / "echo.yaml"
    path.write_text(text, encoding="utf-8")
    for finding in lint([path], CONTENT, library=library()):
        assert str(finding).startswith(f"{path}:{finding.line}: ")
        assert "expected" in finding.sentence, finding


@pytest.mark.parametrize("what", [what for what, (_, severity, _) in SPOILED.items() if severity == "error"])
def test_structural_errors_name_their_line(tmp_path: Path, what: str) -> None:
    _, _, text = SPOILED[what]
    path = tmp_path / "echo.yaml"
    path.write_text(text, encoding="utf-8")
    assert all(1 <= finding.line <= text.count("\n") + 1 for finding in lint([path], CONTENT, library=library()))


def test_a_repeat_of_more_than_six_is_refused(tmp_path: Path) -> None:
    assert rules(tmp_path, MIRROR + "  - repeat: {times: 7, steps: [{say: thanks}]}\n") == {"schema": "error"}


def test_a_stem_may_say_how_somebody_seems(tmp_path: Path) -> None:
    assert "L23" not in rules(tmp_path, opener("You seem most yourself when…"))


EVENING = (CONTENT / "evenings" / "first-table.yaml").read_text(encoding="utf-8").replace("evening: first-table", "evening: odd")

EVENINGS = {
    "no welcome": EVENING.replace("  - frame: welcome\n", ""),
    "no close": EVENING.replace("  - frame: close\n    size: short\n", ""),
    "close in the middle": EVENING.replace("  - exercise: floor", "  - frame: close\n  - exercise: floor"),
    "too long for its time": EVENING.replace("time: 25 min", "time: 15 min"),
    "too short for its time": EVENING.replace("time: 25 min", "time: 60 min"),
}


@pytest.mark.parametrize("what", EVENINGS)
def test_a_spoiled_evening_breaks_its_rule(tmp_path: Path, what: str) -> None:
    assert rules(tmp_path, EVENINGS[what], "odd").get("L30") == "error"


def test_words_the_recogniser_does_not_know_are_told() -> None:
    known = frozenset({"stop"})
    assert {finding.id for finding in lint_library(library(), "commands.yaml", known)} == {"L16"}


def test_a_broken_file_is_one_finding_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("exercise: [", encoding="utf-8")
    (tmp_path / "echo.yaml").write_text(MIRROR, encoding="utf-8")
    assert {Path(each.file).name for each in lint([tmp_path], CONTENT, library=library())} == {"bad.yaml", "echo.yaml"}


@pytest.mark.parametrize("slug", sorted(library().exercises))
def test_every_exercise_is_as_long_as_it_says(slug: str) -> None:
    exercise = library().exercise(slug)
    for size in SIZES:
        promised = exercise.lasts.of(size)
        assert 0.8 * promised <= typical(exercise, size) <= 1.2 * promised
        assert typical(exercise, size) <= longest(exercise, size) <= 2 * promised + 120


# --- files that refer to each other


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def told(*paths: Path, own: Path | None = None) -> list[str]:
    return [str(each) for each in lint(list(paths), CONTENT, own=own, cache=CACHE)]


OURS = EVENING.replace("  - exercise: floor-practice\n    size: short\n", "  - exercise: echo\n    size: short\n")


def test_an_evening_may_name_an_exercise_that_is_written_with_it(tmp_path: Path) -> None:
    assert "exercise: echo" in OURS
    evening = written(tmp_path, "evenings/odd.yaml", OURS)
    assert any("there is no exercise 'echo'" in each for each in told(evening))
    written(tmp_path, "exercises/echo.yaml", MIRROR)
    assert not any("there is no exercise" in each for each in told(tmp_path))


def test_an_evening_of_unknown_exercises_is_a_finding_with_what_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path, "odd.yaml", EVENING.replace("floor-practice", "flor-practice"))
    assert any("did you mean 'floor-practice'" in each for each in told(path))


def test_a_name_and_an_id_that_are_taken_are_told(tmp_path: Path) -> None:
    taken = MIRROR.replace("exercise: echo", "exercise: close")
    assert any("the name 'close' is taken" in each for each in told(written(tmp_path, "close.yaml", taken)))
    same = MIRROR.replace("title: Echo", "title: Echo\nid: E01")
    assert any(":4: the id 'E01' is taken" in each for each in told(written(tmp_path, "echo.yaml", same)))


def test_a_file_where_nobody_looks_is_told_where_to_put_it(tmp_path: Path) -> None:
    written(tmp_path, "exercises/echo.yaml", MIRROR)
    written(tmp_path, "lost.yaml", MIRROR)
    written(tmp_path, "excercises/echo.yaml", MIRROR)
    found = told(tmp_path)
    assert any("lost.yaml:1: nobody looks here" in each for each in found)
    assert any("did you mean 'exercises'" in each for each in found)


def test_a_folder_without_content_is_told(tmp_path: Path) -> None:
    assert any("found no YAML file in this folder" in each for each in told(tmp_path))


def test_a_line_of_ones_own_that_overrides_nothing_is_told_with_what_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path, "en/lines.yaml", "c_gonne: [Bye now., So long then., Good night.]\n")
    assert any("did you mean 'c_gone'" in each for each in told(path))


def test_a_command_there_is_not_is_told_with_what_was_meant(tmp_path: Path) -> None:
    path = written(tmp_path, "en/commands.yaml", "puase: {taught: hang on}\n")
    assert any(":1: there is no command 'puase'; did you mean 'pause'" in each for each in told(path))


def test_more_words_for_a_command_are_no_finding_and_words_of_another_are(tmp_path: Path) -> None:
    assert told(written(tmp_path, "en/commands.yaml", "pause: {taught: hold on a moment, also: [one moment]}\n")) == []
    (clash,) = told(written(tmp_path, "en/commands.yaml", "pause:\n  taught: stop\n"))
    assert clash.startswith(f"{tmp_path}/en/commands.yaml:2: the phrase 'stop' means stop already")


# --- L40: translations


WORDING = """title: Eco
lines:
  set_up: ["Una persona cuenta.", "Una charla y un eco.", "Cuenta, y devuelve."]
  thanks: ["Gracias.", "Muchas gracias.", "Bien, gracias."]
openers:
  day: [¿Qué fue bueno hoy?, Un momento que guardarías.]
"""

MISSING = {
    "a line": (WORDING.replace("  thanks:", "  danke:"), "'thanks' is missing under lines"),
    "a name that is not": (WORDING.replace("  thanks:", "  thakns:"), "did you mean 'thanks'"),
    "a title": (WORDING.replace("title: Eco\n", ""), "'title' is missing"),
    "openers": (WORDING.split("openers:")[0], "'openers' is missing"),
    "wordings": (WORDING.replace('"Gracias.", ', ""), "'thanks' has 2 wordings; expected at least 3"),
    "a slot": (WORDING.replace("Una persona cuenta.", "{first} cuenta."), "has the slots {first}; expected none"),
    "another key": (WORDING + "steps: []\n", "unknown key 'steps'; expected title, lines, openers, phrases"),
    "speakable words": (WORDING.replace("Gracias.", "Gracias 🙂"), "a symbol"),
    "kind words": (WORDING.replace("Gracias.", "Tú siempre igual."), "an accusation: 'tú siempre'"),
    "short words": (WORDING.replace("Gracias.", "Gracias por todo lo que me has contado hoy."), "expected at most 7"),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_translation_that_lacks_something_is_told(tmp_path: Path, what: str) -> None:
    written(tmp_path, "exercises/echo.yaml", MIRROR)
    text, sentence = MISSING[what]
    path = written(tmp_path, "es/echo.yaml", text)
    found = told(path)
    assert any(sentence in each and each.startswith(f"{path}:") for each in found), found


def test_a_whole_translation_has_nothing_to_be_said_about_it(tmp_path: Path) -> None:
    written(tmp_path, "exercises/echo.yaml", MIRROR)
    assert [each for each in told(written(tmp_path, "es/echo.yaml", WORDING)) if "[L12]" not in each] == []


def test_options_are_translated_too(tmp_path: Path) -> None:
    text = (CONTENT / "es" / "soft-landing.yaml").read_text(encoding="utf-8")
    path = written(tmp_path, "es/soft-landing.yaml", text.replace("  light: [algo ligero, ligero por favor]\n", ""))
    assert any("'light' is missing under phrases" in each for each in told(path))


def test_an_exercise_in_a_language_without_content_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "echo.yaml", MIRROR.replace("title: Echo", "title: Echo\nlanguage: ess"))
    assert any(":4: found no content in 'ess'; expected one of en, es; did you mean 'es'" in each for each in told(path))


# --- L41: help cards


CARD = """country: ES
name: Spain
checked: "2026-01-15"
emergency:
  - {number: "112", say: one one two, source: 112.es}
crisis:
  - {number: "024", source: sanidad.gob.es}
"""


def card(folder: Path, text: str, today: date) -> list[str]:
    return [str(each) for each in lint([written(folder, "help/ES.yaml", text)], CONTENT, library=library(), today=today)]


def test_a_help_card_is_looked_through_once_a_year(tmp_path: Path) -> None:
    assert card(tmp_path, CARD, date(2026, 12, 1)) == []
    assert any(":3: last checked 2026-01-15" in each for each in card(tmp_path, CARD, date(2027, 2, 1)))


def test_a_line_to_be_verified_is_told(tmp_path: Path) -> None:
    marked = CARD.replace("source: sanidad.gob.es", "source: sanidad.gob.es, verify: true")
    assert any(":7: 024 is marked verify" in each for each in card(tmp_path, marked, date(2026, 12, 1)))


# --- L10 by the ear, L16 by the recogniser


def test_a_line_that_lasts_too_long_aloud_is_told() -> None:
    text = Text("Thank you both.", "in-flow", "echo.yaml", 9)
    assert [str(each) for each in aloud_findings(text, 2.9)] == []
    assert [each.id for each in aloud_findings(text, 3.2)] == ["L10"]


def test_an_answer_that_nobody_can_give_is_told(tmp_path: Path) -> None:
    asked = (
        "  - choose: {line: thanks, otherwise: a, options: [{name: a, phrases: [abracadabra]}, {name: b, phrases: [quick]}]}\n"
    )
    path = written(tmp_path, "echo.yaml", MIRROR + asked)
    found = lint([path], CONTENT, {"en": frozenset({"quick"})}, library=library())
    assert [each.sentence for each in found if each.id == "L16"] == [
        "the recogniser does not know the word 'abracadabra', so nobody could choose it; expected a commoner word"
    ]
