"""Whatever stands beside a word, however a turn is cut or misheard: nothing comes back that was not plainly and surely said."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from our_content import library
from said import rows, said

from companion.exercises.affirmed import LOCAL, PRIVATE, WIDE, Affirmed
from companion.exercises.hints import APART, SURE, Hints
from companion.exercises.turn_words import TurnWord

BLOCKED = library().word_lists["blocked"]
PLAIN = [text for table in ("plain_turns.tsv", "thanks.tsv") for _, text in rows(table)]
RANDOM = st.randoms(use_true_random=False)


@cache
def hints() -> Hints:
    return Hints(library())


@cache
def affirmed() -> Affirmed:
    return Affirmed(BLOCKED)


@cache
def giving() -> list[tuple[list[TurnWord], str]]:
    """Turns of the tables, each with a word that may come back of it."""
    turns = [said(text, seed=1) for text in PLAIN]
    return [(turn, word) for turn in turns for word in hints().offered(turn).words]


def blockers() -> list[str]:
    """Every phrase that keeps the words after it unsaid."""
    kinds = [*LOCAL, *WIDE, "irony", "simile"]
    topics = {phrase for name, phrases in BLOCKED.items() if name.startswith(PRIVATE) for phrase in phrases}
    return sorted({phrase for kind in kinds for phrase in BLOCKED[kind]} | (topics - set(BLOCKED["passing"])))


def with_before(turn: list[TurnWord], place: int, phrase: str) -> list[TurnWord]:
    """The turn with a phrase said right before one of its words, everything after it later."""
    words = phrase.split()
    shift, start = 0.36 * len(words), turn[place].start
    said_before = [TurnWord(word, start + 0.36 * n, start + 0.36 * n + 0.3, 0.95) for n, word in enumerate(words)]
    after = [replace(word, start=word.start + shift, end=word.end + shift) for word in turn[place:]]
    return [*turn[:place], *said_before, *after]


def harmless(turn: list[TurnWord], place: int, phrase: str) -> bool:
    """Whether the phrase became part of one that says nothing of the kind, as "may" in "in may"."""
    near = " ".join(word.text for word in turn[max(0, place - 4) : place])
    after = " ".join(word.text for word in turn[place : place + 4])
    return any(each in f"{near} {phrase} {after}" for each in BLOCKED["harmless"] if set(each.split()) & set(phrase.split()))


# --- beside a word


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(giving()), st.sampled_from(blockers()), RANDOM)
def test_a_blocker_before_any_occurrence_keeps_the_word_unsaid(
    given_turn: tuple[list[TurnWord], str], phrase: str, random: Random
) -> None:
    turn, word = given_turn
    place = random.choice([n for n, each in enumerate(turn) if each.bare == word])
    spoiled = with_before(turn, place, phrase)
    assert harmless(turn, place, phrase) or word not in hints().offered(spoiled).words


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(giving()),
    st.sampled_from(["not", "never", "maybe", "she said", "if", "i hate", "who wants", "miscarriage", "mortgage", "fucking"]),
    st.integers(0, 3),
    RANDOM,
)
def test_what_matters_most_reaches_over_a_few_words(
    given_turn: tuple[list[TurnWord], str], phrase: str, between: int, random: Random
) -> None:
    turn, word = given_turn
    place = random.choice([n for n, each in enumerate(turn) if each.bare == word])
    assert word not in hints().offered(with_before(turn, place, f"{phrase}{' the' * between}")).words


# --- cut, noisy, in another order


def surely_repeated(turn: list[TurnWord], word: str) -> bool:
    times = [each.start for each in turn if each.bare == word and each.confidence >= SURE and each.timed]
    return bool(times) and max(times) - min(times) >= APART


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([row[2] for row in rows("flips.tsv")] + PLAIN), RANDOM)
def test_cuts_shuffles_and_noise_give_no_word_that_was_not_surely_said_twice(text: str, random: Random) -> None:
    turn = said(text, pauses=random.random() < 0.7, seed=random.randrange(99))
    first, last = sorted((random.randrange(len(turn) + 1), random.randrange(len(turn) + 1)))
    turn = [
        replace(word, confidence=random.choice([word.confidence] * 6 + [random.random(), math.nan])) for word in turn[first:last]
    ]
    if random.random() < 0.5:
        texts = [word.text for word in turn]
        random.shuffle(texts)
        turn = [replace(word, text=text) for word, text in zip(turn, texts, strict=True)]
    unfit = {turn[n].bare for n in affirmed().unfit(turn)}
    offered = hints().offered(turn).words
    assert len(offered) <= 2
    assert all(surely_repeated(turn, word) and word not in unfit for word in offered)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(rows("flips.tsv")), RANDOM)
def test_hearing_a_turn_less_surely_brings_no_forbidden_word_back(row: list[str], random: Random) -> None:
    turn = [replace(word, confidence=min(word.confidence, random.choice([0.2, 0.7, 0.86, 1.0]))) for word in said(row[2])]
    assert not set(hints().offered(turn).words) & set(row[1].split(", "))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLAIN), RANDOM)
def test_less_sure_is_never_more_plainly_affirmed(text: str, random: Random) -> None:
    turn = said(text, seed=3)
    less = [replace(word, confidence=word.confidence * random.random()) for word in turn]
    assert affirmed().unfit(turn) <= affirmed().unfit(less)


# --- who and what it is about


@pytest.mark.parametrize(
    "text",
    [
        "After the loan came through I sat in the garden. It was late. I looked at the garden.",
        "I sat in the garden. We have such debts. I looked at the garden.",
        "My brother planted the garden. It took years. We sat in the garden.",
        "Sarah planted the garden. It took years. We sat in the garden.",
        "The garden and I are not friends. It took years. There lies the garden.",
        "I did not go out today. To the garden. Such weather for the garden.",
        "Scratch that the garden came later. We walked home. Up through the garden.",
    ],
)  # fmt: skip
def test_a_garden_that_is_not_the_point_stays_unsaid(text: str) -> None:
    assert "garden" not in hints().offered(said(text)).words


def test_one_doubt_clouds_a_turn_of_three_sentences_and_not_one_of_four() -> None:
    brief = "We sat in the garden. There was no wind. I love the garden."
    assert hints().offered(said(brief)).words == ()
    assert hints().offered(said(brief.replace("no wind", "some wind"))).words == ("garden",)
    assert hints().offered(said(brief.replace("We sat", "It was late. We sat"))).words == ("garden",)


@pytest.mark.parametrize(
    "text",
    [
        "I had a glass of wine in the garden. It was late. I looked at the garden.",
        "I want to say how much I love the garden. It rained. We sat in the garden.",
        "I love the garden more than anything. It rained. We sat in the garden.",
        "I sat in the garden and grinned like a fool. It rained. We sat in the garden.",
        "I sat in the garden with Sarah. It rained. We stopped at the garden.",
    ],
)
def test_a_garden_that_is_the_point_may_come_back(text: str) -> None:
    assert hints().offered(said(text)).words == ("garden",)


def test_most_short_turns_of_thanks_have_a_hint() -> None:
    turns = rows("thanks.tsv")
    right = [set(hints().offered(said(text, seed=1)).words) & {gold} for gold, text in turns]
    assert len(turns) >= 50
    assert sum(map(bool, right)) >= 0.85 * len(turns)
