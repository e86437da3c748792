"""The writer's second reader: one test a rule, each on a good exercise spoiled in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from our_content import CONTENT, MIRROR, library

from companion.exercises.durations import longest, typical
from companion.exercises.lint import lint, lint_library
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


def test_our_own_content_has_nothing_to_be_said_about_it() -> None:
    assert [str(each) for each in lint([CONTENT], CONTENT)] == []


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
