"""What the companion never claims, counts or keeps: over all content, all docs and all records."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from our_content import library

import companion.effects
import companion.events
from companion.exercises.lint_wording import exercise_texts, shared_texts

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "content" / "README.md"]
CLAIM = re.compile(
    r"\b(?:detect|recogni[sz]e|sense|monitor|notice|identif(?:y|ie)|spot|predict|prevent)(?:s|d|es|ing)?\b[^.\n|]{0,50}"
    r"\b(?:danger|distress|abuse|violence|anger|mood|emotion|feeling|drunk|intoxication|depression|lies|lying)\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|no|nothing|cannot|can't|neither|nor|none|nobody)\b", re.IGNORECASE)
TALLY = re.compile(
    r"%|percent|\b(?:talked|spoke|interrupted|passed) (?:more|less|\w+ times)\b|\bscore\b|\bwell done\b", re.IGNORECASE
)


def texts() -> list[str]:
    whole = [*library().exercises.values(), *library().frames.values()]
    return [each.text for one in whole for each in exercise_texts(one)] + [
        each.text for each in shared_texts(library().lines, "lines.yaml")
    ]


def claims(text: str) -> list[str]:
    """Sentences that claim to notice how somebody is, and do not deny it."""
    sentences = re.split(r"(?<=[.!?])\s|\n\n", text)
    return [one for one in sentences if CLAIM.search(one) and not DENIED.search(one)]


def test_the_search_finds_a_claim_and_lets_a_denial_pass() -> None:
    assert claims("It detects anger in your voice.") and claims("The companion senses your mood.")
    assert not claims("It detects nothing: no danger, no distress.")


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_file()], ids=lambda page: page.name)
def test_no_page_claims_to_detect_danger_distress_or_mood(page: Path) -> None:
    assert claims(page.read_text(encoding="utf-8")) == []


def test_no_line_claims_to_detect_anything() -> None:
    assert [text for text in texts() if claims(text)] == []
    assert "I can't judge, advise, or notice danger." in " ".join(library().frame("welcome").lines["small_machine"].phrasings)


def test_no_line_counts_or_compares_the_two() -> None:
    assert [text for text in texts() if TALLY.search(text)] == []


def test_no_record_has_a_field_for_how_somebody_is() -> None:
    forbidden = re.compile(r"anger|mood|emotion|distress|danger|stress|drunk|heat|sentiment")
    for module in (companion.events, companion.effects):
        for name, record in vars(module).items():
            if is_dataclass(record):
                assert not [each.name for each in fields(record) if forbidden.search(each.name)], name


def test_every_evening_begins_with_two_yeses() -> None:
    asks = [step for step in library().frame("welcome").steps if step.kind == "ask"]
    assert [(step.of, step.otherwise, step.exits["no"]) for step in asks] == [  # type: ignore[union-attr]
        ("first", "no", "finish"), ("second", "no", "finish"),
    ]  # fmt: skip
    assert all(evening.plan[0].frame == "welcome" for evening in library().evenings.values())


def test_a_no_is_answered_in_one_sentence_and_asks_nothing() -> None:
    assert all("?" not in text for text in library().lines["that_is_fine"].phrasings)


def test_deep_exercises_ask_both_again_before_the_tender_step() -> None:
    for exercise in library().exercises.values():
        if exercise.level == "deep":
            kinds = [step.kind for step in exercise.steps]
            asks = [step for step in exercise.steps if step.kind == "ask"]
            assert [(step.of, step.otherwise) for step in asks] == [("both", "no")] * 2  # type: ignore[union-attr]
            assert kinds.index("mirrored") > max(i for i, kind in enumerate(kinds) if kind == "ask")
