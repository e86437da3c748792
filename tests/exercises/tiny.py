"""Small exercises built in Python, with short times: one of every kind of step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from companion.conversation.manners import STANDARD
from companion.exercises.content import Exercise, Library

HASTY = replace(STANDARD, idle=25.0, gone=20.0, answer_window=4.0, turn_starts_after=4.0)
"""Standard manners with little patience, so that tests of endings are short."""

LINES = {
    "set_up": ["One talks, the other listens. {first} starts.", "{first} talks first.", "We begin with {first}."],
    "prompt": ["{holder}, go on.", "Your word, {holder}.", "{holder}?"],
    "plain": ["Now you.", "Please begin.", "Go on."],
    "may_i": ["Shall we?", "Is that all right?", "Yes?"],
    "which": ["Warm or quick?", "Quick or warm?", "Warm, or quick?"],
    "thanks": ["Thank you both.", "Thanks.", "Good, thank you."],
    "told": ["My microphone goes off now.", "I go deaf.", "Off it goes."],
    "back": ["Ready to come back?", "Shall we go on?", "Back again?"],
}
STEPS: dict[str, list[Any]] = {
    "turn": [{"say": "set_up"}, {"mirrored": [{"turn": {"for": "20 s", "openers": "day"}}, {"thank": "thanks"}]}],
    "mirror": [
        {"mirrored": [
            {"turn": {"for": "10 s", "prompt": "prompt", "listen": "WORDS"}},
            {"reflect": {"for": "10 s", "tries": 2, "listen": "WORDS"}},
            {"thank": "thanks"},
        ]},
    ],
    "soft": [{"mirrored": [{"turn": {"for": "30 s", "prompt": "prompt", "soft": True}}]}],
    "asks": [
        {"ask": {"line": "may_i", "of": "both", "exits": {"no": "end"}}},
        {"check": {"of": "holder"}},
        {"choose": {
            "line": "which", "otherwise": "quick",
            "options": [{"name": "warm", "phrases": ["warm"]}, {"name": "quick", "phrases": ["quick"]}],
        }},
    ],
    "exchange": [{"mirrored": [{"clarify": {"for": "5 s", "answer": "8 s"}}, {"guess": {"for": "6 s"}}]}],
    "together": [
        {"rounds": {"count": 4, "each": "6 s", "breath": "2 s", "prompt": "plain"}},
        {"joint": {"for": "12 s", "prompt": "plain"}},
        {"quiet": {"for": "8 s", "prompt": "plain"}},
        {"private": {"for": "10 s", "told": "told"}},
    ],
    "loop": [
        {"repeat": {"times": 3, "until": "no", "steps": [
            {"ask": {"line": "may_i", "of": "either"}},
            {"turn": {"for": "6 s", "prompt": "prompt"}},
        ]}},
        {"swap": {}},
        {"turn": {"for": "6 s", "prompt": "prompt"}},
        {"chime": "swap"},
    ],
}  # fmt: skip


def exercise(slug: str, steps: list[Any] | None = None, **fields: Any) -> Exercise:
    """An exercise with these steps, or the small one of this name."""
    return Exercise.model_validate({
        "exercise": slug, "title": slug.title(), "lasts": "5 min", "lines": LINES,
        "openers": {"day": ["A good hour.", "A colour you saw.", "Something you heard.", "A small plan.", "A word you like."]},
        "steps": steps if steps is not None else STEPS[slug], **fields,
    })  # fmt: skip


def with_exercises(library: Library, *more: Exercise) -> Library:
    """The library and these exercises, or all the small ones."""
    added = more or tuple(exercise(slug) for slug in STEPS)
    return library.model_copy(update={"exercises": {**library.exercises, **{each.slug: each for each in added}}})
