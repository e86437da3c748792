"""Every mistake is told once, at its own line, with what was found and what to do: one fault a row, in a good exercise."""

from __future__ import annotations

from pathlib import Path

import pytest
from our_content import CONTENT, library

from companion.exercises.content_files import misplaced
from companion.exercises.finding import ContentTrouble
from companion.exercises.lint import lint
from companion.exercises.loader import load_exercise

GOOD = """exercise: stroll
title: Stroll
serves: [shared-challenges]
level: light
lasts:
  short: 3 min
  medium: 4 min
  long: 6 min
rests_on: [A00]
lines:
  set_up:
    - "A walk, made up together."
    - "You two plan a walk."
    - "An invented walk, part by part."
  shall_we:
    - "Shall we?"
    - "Want to try it?"
    - "Ready for it?"
  which:
    - "A forest, or the beach?"
    - "Forest or beach?"
    - "Which one: forest or beach?"
  your_part:
    phrasings:
      - "{holder}, where does it begin?"
      - "Where does it start, {holder}?"
      - "{holder}, the first part."
    role_free:
      - "Where does it begin?"
      - "Where does it start?"
      - "The first part."
  together:
    - "What would you bring home?"
    - "Which part would you keep?"
    - "What was the best part?"
steps:
  - say: set_up
  - ask:
      line: shall_we
      of: both
      otherwise: no
      exits:
        no: last_talk
  - choose:
      line: which
      options:
        - {name: forest, phrases: [forest, a forest]}
        - {name: beach, phrases: [beach, the beach]}
      otherwise: forest
  - mirrored:
      - turn:
          for:
            short: 25 s
            medium: 45 s
            long: 90 s
          prompt: your_part
  - quiet:
      for: 20 s
  - joint:
      name: last_talk
      for:
        short: 30 s
        medium: 40 s
        long: 60 s
      prompt: together
"""


def told(folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "exercises" / "stroll.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [(each.line, each.sentence) for each in lint([path], CONTENT, library=library())]


def test_the_exercise_the_faults_are_put_into_is_good(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == []


# what stands there, what is put in its place, the part of it that marks the line, what the finding says
FAULTS = {
    # --- YAML
    "a quotation mark left open": ('"Forest or beach?"', '"Forest or beach?', 'never closed: - "Forest'),
    "a single one left open": ("title: Stroll", "title: 'Stroll", "never closed: title: 'Stroll"),
    "a bracket left open": ("serves: [shared-challenges]", "serves: [shared-challenges", "a bracket [ that is never closed"),
    "a bracket too many": ("serves: [shared-challenges]", "serves: [shared-challenges]]", "a bracket ] or } too many"),
    "no space after a colon": ("level: light", "level:light", "a colon without a space after it"),
    "no space after a dash": ('    - "Forest or beach?"', '    -"Forest or beach?"', "a dash without a space after it"),
    "a tab": ("  short: 3 min", "\tshort: 3 min", "found a tab; indent with spaces"),
    "a name that begins a text": ('    - "Forest or beach?"', "    - {holder}, forest?", "begins with a brace; put it in quotes"),
    "a backslash": ('"Forest or beach?"', '"Forest\\q or beach?"', "a backslash"),
    "a step too far to the left": ("          prompt: your_part", "        prompt: your_part", "check the indentation"),
    # --- form
    "a name that is a number": ("exercise: stroll", "exercise: 12", "exercise: found 12; expected the file's own name"),
    "a key mistyped": ("lasts:", "last:", "unknown key 'last'; expected one of exercise"),
    "a key in capitals": ("level: light", "Level: light", "did you mean 'level'?"),
    "a size mistyped": ("            medium: 45 s", "            middle: 45 s", "'middle'; expected one of short, medium, long"),
    "a list for sizes": ("      for: 20 s", "      for: [20 s, 30 s]", "expected one value, or {short: …, medium: …, long: …}"),
    "an option that is a word": (
        "        - {name: beach, phrases: [beach, the beach]}",
        "        - beach",
        "expected `{name: walk, phrases: [walk, a walk]}`",
    ),
    "a phrase that is no list": ("phrases: [beach, the beach]", "phrases: beach", "phrases: found 'beach'; expected a list"),
    "nobody of that name": (
        "      of: both",
        "      of: everyone",
        "expected one of first, second, holder, listener, source, both",
    ),
    "a gate there is not": ("rests_on: [A00]", "rests_on: [A00]\ngates: [sober]", "expected one of both-yes, calm, ask-again"),
    "an answer there is not": ("      otherwise: forest", "      otherwise: hill", "expected one of the options forest, beach"),
    # --- meaning
    "a line there is not": (
        "          prompt: your_part",
        "          prompt: your_prt",
        "no line 'your_prt'; expected it under lines; did",
    ),
    "an exit to nowhere": ("        no: last_talk", "        no: lost_talk", "did you mean 'last_talk'?"),
    "an exit that is none": ("        no: last_talk", "        noo: last_talk", "an ask has no exit 'noo'"),
    "a name taken": (
        "      for: 20 s",
        "      for: 20 s\n      name: stay\n  - chime: {which: rest, name: stay}",
        "'stay' is taken",
    ),
    "a time of nothing": ("      for: 20 s", "      for: 0 s", "a quiet of 0 s in short is over before it begins"),
    "a phrase of two options": (
        "phrases: [beach, the beach]",
        "phrases: [beach, forest]",
        "the phrase 'forest' means 'forest' already",
    ),
    "an option given twice": ("{name: beach, phrases", "{name: forest, phrases", "found the option 'forest' twice"),
    "an answer nobody can give": (
        "  - quiet:\n      for: 20 s",
        "  - when:\n      if:\n        answer: hill\n      then: [{quiet: {for: 20 s}}]",
        "answer is never 'hill'",
    ),
    "nobody to be played instead": ("level: light", "level: light\ninstead: story-tme", "did you mean 'story-time'?"),
    "a turn for one alone": (
        "  - quiet:\n      for: 20 s",
        "  - turn: {holder: first, for: 20 s}",
        "s for the second in short; expected the same for both",
    ),
    # --- wording
    "a slot mistyped": ('"{holder}, the first part."', '"{holdr}, the first part."', "did you mean 'holder'?"),
    "a name where nobody is known": (
        '      - "The first part."',
        '      - "{holder}, go on."',
        "found {holder} under role_free; expected no name",
    ),
    "braces in braces": (
        '"{holder}, the first part."',
        '"{{holder}}, the first part."',
        "found {{; expected one brace on each side",
    ),
    "a brace left open": ('"{holder}, the first part."', '"{holder, the first part."', "found '{' without its twin"),
    "too many words": (
        '"Forest or beach?"',
        '"Would you like a forest, or rather a beach?"',
        "found 9 words; expected at most 7",
    ),
    "an address": ('"Forest or beach?"', '"Ask ada@example.org, please."', "found 'ada@example.org,': markup"),
    "an ampersand": ('"Forest or beach?"', '"Forest & beach?"', "found '&': markup"),
    "nothing but dots": ('"Forest or beach?"', '"..."', "found nothing to say"),
    "a short form behind one that may be": ('"Forest or beach?"', '"OK, ASAP?"', "the short form 'ASAP'"),
    "ten thousand letters": ('"Forest or beach?"', f'"{"a" * 10000}"', "found 10000 characters; expected at most 300"),
    "the same wording twice": ('"Which one: forest or beach?"', '"Forest, or beach?"', "the wording 'Forest, or beach?' twice"),
    "a title nobody can say": ("title: Stroll", "title: Stroll 🙂", "found a symbol or emoji (U+1F642)"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_one_finding_at_its_own_line(tmp_path: Path, what: str) -> None:
    old, new, sentence = FAULTS[what]
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    ((line, said),) = told(tmp_path, text)
    assert sentence in said
    changed = [at for at, (one, other) in enumerate(zip(GOOD.split("\n"), text.split("\n"), strict=False), 1) if one != other]
    last = changed[0] + new.count("\n")
    assert line in range(changed[0], last + 1)


def test_a_name_mistyped_is_not_told_again_as_a_line_nobody_says(tmp_path: Path) -> None:
    assert len(told(tmp_path, GOOD.replace("prompt: your_part", "prompt: your_parts"))) == 1


PLACES = {
    "evenings/stroll.yaml": "found an exercise in evenings/; expected it in exercises/",
    "exercises/more/stroll.yaml": "found the folder 'more' in exercises/; expected the file right in exercises/",
    "exercises/stroll.txt": "found the ending .txt; expected stroll.yaml",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_file_where_nobody_looks_for_it_is_told(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(GOOD, encoding="utf-8")
    assert [PLACES[place] in each.sentence for each in lint([path], CONTENT, library=library())] == [True]


def test_an_exercise_that_belongs_to_no_folder_may_lie_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "stroll.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert lint([path], CONTENT, library=library()) == []


def test_a_copied_ring_is_one_finding(tmp_path: Path) -> None:
    ring = (
        "openers:\n  day: [A hill you climbed., Some bread you baked., The loudest hour., What you saw at noon., An old song.]\n"
    )
    for name in ("one", "two"):
        text = GOOD.replace("stroll", name).replace("Stroll", name).replace("prompt: together", "openers: day")
        (tmp_path / f"{name}.yaml").write_text(text + ring, encoding="utf-8")
    found = [each.sentence for each in lint([tmp_path], CONTENT, library=library()) if "nearly" in each.sentence]
    assert found == ["5 openers from here on are nearly those of one.yaml; expected others"]


LEGAL = {
    "a mark at the start": "\ufeff" + GOOD,
    "the ends of lines that Windows writes": GOOD.replace("\n", "\r\n"),
    "a document's own ends": f"---\n{GOOD}...\n",
    "a text over two lines": GOOD.replace('"Forest or beach?"', ">-\n      Forest\n      or beach?"),
    "a list over three lines": GOOD.replace("serves: [shared-challenges]", "serves: [\n  shared-challenges,\n]"),
    "keys in quotes": GOOD.replace("level: light", "\"level\": 'light'"),
    "accents and curly apostrophes": GOOD.replace('"Forest or beach?"', '"A café, or what’s nearer?"'),
    "three dots and a dash": GOOD.replace('"Forest or beach?"', '"Forest – or beach …"'),
    "times in other words": GOOD.replace("for: 20 s", "for: {short: 20sec, medium: 0.3 min, long: 20 s}"),
    "a small number": GOOD.replace('"Forest or beach?"', '"Forest or 2 beaches?"'),
    "two equal turns by name": GOOD.replace(
        "  - quiet:\n      for: 20 s", "  - turn: {holder: first, for: 9 s}\n  - turn: {holder: second, for: 9 s}"
    ),
    "what depends on an answer": GOOD.replace(
        "  - quiet:\n      for: 20 s",
        "  - when: {if: {answer: forest}, then: [{quiet: 20 s}], otherwise: [{joint: {for: 20 s}}]}",
    ),
}


@pytest.mark.parametrize("what", LEGAL)
def test_what_is_unusual_and_legal_is_no_finding(tmp_path: Path, what: str) -> None:
    assert told(tmp_path, LEGAL[what]) == []


def test_a_file_whose_ending_nobody_reads_is_told_by_the_loader(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "stroll.yaml.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "exercises" / "ideas.md").write_text("A walk in the rain?", encoding="utf-8")
    assert [each.sentence for each in misplaced(tmp_path)] == [
        "found the ending .txt; expected stroll.yaml, since nothing else is read"
    ]


def test_what_cannot_be_spoken_is_not_rehearsed_either(tmp_path: Path) -> None:
    path = tmp_path / "stroll.yaml"
    path.write_text(GOOD.replace('"Forest or beach?"', '"Forest 🙂 or beach?"'), encoding="utf-8")
    with pytest.raises(ContentTrouble, match=r"stroll\.yaml:\d+: .*found a symbol or emoji"):
        load_exercise(path, library())


def test_after_mirrored_nobody_is_holder_any_more(tmp_path: Path) -> None:
    ((line, said),) = told(tmp_path, GOOD.replace('"Which part would you keep?"', '"What would you keep, {holder}?"'))
    assert line == 34 and "found {holder} in a joint; expected {first}, {second}" in said
