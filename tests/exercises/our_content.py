"""The content that is shipped, loaded once for all tests."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from companion.exercises.answers import Answers, answers_of
from companion.exercises.content import Exercise, Library
from companion.exercises.loader import load_library

CONTENT = Path(__file__).resolve().parents[2] / "content"
CACHE = Path(tempfile.gettempdir()) / f"companion-tests-{os.getuid()}"
"""Libraries that were read before; known by their files' times, so that nothing old is ever tested."""


@cache
def library() -> Library:
    loaded, findings = load_library(CONTENT)
    assert not findings, [str(each) for each in findings]
    return loaded


@cache
def answers() -> Answers:
    return answers_of(library())


MIRROR = """
exercise: echo
title: Echo
serves: [active-listening]
rests_on: [W14]
lasts: {short: 4 min, medium: 5 min, long: 6 min}
lines:
  set_up: ["One tells, one says it back.", "A talk and an echo.", "Tell, and say it back."]
  thanks: ["Thank you.", "Thanks.", "Good, thanks."]
openers:
  day: [What was good today?, A moment you'd keep.]
steps:
  - say: set_up
  - mirrored:
      - turn: {listen: WORDS, for: {short: 60 s, medium: 90 s, long: 2 min}, openers: day}
      - reflect: {listen: WORDS, for: 45 s, tries: {short: 1, medium: 2, long: 2}}
      - thank: thanks
"""
"""A good exercise in few lines, for tests to spoil."""


def exercise(folder: Path, text: str, name: str = "echo") -> Exercise:
    """The exercise a file of this text holds. Raises ContentTrouble."""
    from companion.exercises.loader import load_exercise

    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return load_exercise(path, library())
