"""Every line takes one breath, measured on the rendered sound: a set-up 8 s, a line in the flow 3 s."""

from __future__ import annotations

import random

import pytest
from our_content import library

from scripts.bench.line_lengths import KNOWN, MOST, known, measured, spoken, too_long

AT_MOST = 60
"""So many lines the test renders itself; after larger changes `python -m scripts.bench.line_lengths` renders them once."""
CHECKED = 12
"""So many of the known lengths are measured again."""


@pytest.fixture(scope="module")
def lengths() -> dict[str, float]:
    whole = known()
    missing = sorted({text for text, _ in spoken(library())} - set(whole))
    assert len(missing) <= AT_MOST, (
        f"{len(missing)} lines have no length in {KNOWN.name}; run python -m scripts.bench.line_lengths"
    )
    return whole | dict(measured(missing))


@pytest.mark.parametrize("sort", sorted(MOST))
def test_no_line_takes_longer_than_a_breath(sort: str, lengths: dict[str, float]) -> None:
    texts = list(spoken(library()))
    assert any(each == sort for _, each in texts)
    assert too_long(texts, lengths, sort) == []  # type: ignore[arg-type]


def test_the_lengths_that_are_known_are_those_of_the_voice(lengths: dict[str, float]) -> None:
    some = random.Random(7).sample(sorted(lengths), CHECKED)
    for text, length in measured(some):
        assert length == pytest.approx(lengths[text], abs=0.02), text
