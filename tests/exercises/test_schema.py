"""What an editor is told about the format is what the loader takes: all our content fits, and what is wrong does not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from json_schema import faults
from our_content import CONTENT, MIRROR

from companion.exercises.content_files import languages
from companion.exercises.editor_schema import SUBJECTS, Subject, schema_of
from companion.exercises.yaml_source import parse_yaml, read_yaml

schema = cache(schema_of)


def subject_of(path: Path) -> Subject | None:
    if path.stem in ("lines", "commands"):
        return "lines" if path.stem == "lines" else "commands"
    folders: dict[str, Subject] = {"exercises": "exercise", "frames": "exercise", "evenings": "evening"}
    if path.parent.name in folders:
        return folders[path.parent.name]
    named = [CONTENT / kind / path.name for kind in ("exercises", "frames")]
    return "wording" if path.parent.name in languages(CONTENT) and any(each.is_file() for each in named) else None


def fits(text: str) -> list[str]:
    return faults(parse_yaml(text, "echo.yaml").data, schema("exercise"), schema("exercise"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_all_our_content_fits_its_schema(subject: Subject) -> None:
    files = [path for path in sorted(CONTENT.rglob("*.yaml")) if subject_of(path) == subject]
    assert files
    wrong = {path.name: faults(read_yaml(path).data, schema(subject), schema(subject))[:2] for path in files}
    assert {name: found for name, found in wrong.items() if found} == {}


SPOILED = {
    "an unknown key": ("title: Echo", "titel: Echo"),
    "an unknown kind of step": ("- reflect:", "- reflct:"),
    "an unknown key of a step": ("openers: day}", "opener: day}"),
    "a time without a unit": ("for: 45 s", "for: 45"),
    "a word for a switch": ("openers: day}", "openers: day, soft: maybe}"),
    "a level there is not": ("rests_on: [W14]", "rests_on: [W14]\nlevel: heavy"),
    "a practice there is not": ("serves: [active-listening]", "serves: [chatting]"),
    "a line of nothing": ('thanks: ["Thank you.", "Thanks.", "Good, thanks."]', "thanks: []"),
    "two names": ("title: Echo", "title: Echo\nframe: echo"),
    "no steps": ("steps:", "notes:"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_the_loader_refuses_the_editor_marks(what: str) -> None:
    old, new = SPOILED[what]
    assert fits(MIRROR) == []
    assert fits(MIRROR.replace(old, new, 1)) != []


@pytest.mark.parametrize(
    "step", ["swap", "say: set_up", "thank: thanks", "{quiet: {for: 20 s}}", "{mirrored: [{turn: {for: 9 s}}]}"]
)
def test_a_step_may_be_written_as_short_as_the_loader_takes_it(step: str) -> None:
    assert fits(f"{MIRROR}  - {step}\n") == []


@pytest.mark.parametrize("gates", ["[both-yes, calm]", "[evenings: 2]", "['evenings:2']"])
def test_gates_may_be_written_as_the_loader_takes_them(gates: str) -> None:
    assert fits(f"{MIRROR}gates: {gates}\n") == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_key_is_explained(subject: Subject) -> None:
    unexplained = {
        f"{name}.{key}"
        for name, record in {"top": schema(subject), **schema(subject)["$defs"]}.items()
        for key, each in _properties(record).items()
        if not each.get("description") and name not in ("Lengths", "Counts", "Rounds", "Step")
    }
    assert unexplained == set()


def _properties(record: dict[str, Any]) -> dict[str, Any]:
    inside = [each for each in record.get("anyOf", ()) if "properties" in each]
    return {**record.get("properties", {}), **(inside[0]["properties"] if inside else {})}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_of_the_inside_is_shown(subject: Subject) -> None:
    text = json.dumps(schema(subject))
    assert not any(word in text for word in ('"line_no"', '"kind"', '"discriminator"', '"slug"'))
