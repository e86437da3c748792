"""What may come back of a turn: only what was plainly said, and nothing where there is any doubt."""

from __future__ import annotations

import math
import string
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from our_content import library
from said import forms, rows, said

from companion.exercises.hints import NOTHING, SURE, Hints, Offer
from companion.exercises.turn_words import TurnWord

GARDEN = "The garden was so peaceful this morning. I sat down. I sat in the garden."


@cache
def hints() -> Hints:
    return Hints(library())


def given_for(text: str) -> tuple[str, ...]:
    return hints().offered(said(text)).words


# --- the turns of the tables


@pytest.mark.parametrize(("why", "words", "text"), rows("flips.tsv"))
def test_what_was_not_plainly_meant_never_comes_back(why: str, words: str, text: str) -> None:
    forbidden = set(words.split(", "))
    assert [offer.words for turn in forms(text) if forbidden & set((offer := hints().offered(turn)).words)] == []


@pytest.mark.parametrize("pauses", [True, False])
def test_what_comes_back_of_a_plain_turn_was_plainly_said(pauses: bool) -> None:
    given_words = [
        (word, gold.split(", "))
        for gold, text in rows("plain_turns.tsv")
        for word in hints().offered(said(text, pauses=pauses, seed=1)).words
    ]
    assert sum(word in gold for word, gold in given_words) >= 0.98 * len(given_words)


def test_half_of_plain_turns_have_a_hint() -> None:
    turns = rows("plain_turns.tsv")
    available = [bool(hints().offered(said(text, seed=1)).words) for _, text in turns]
    assert len(turns) >= 60
    assert sum(available) >= 0.5 * len(turns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GARDEN, ("garden",)),
        ("I don't want a garden. It stays as it is. A garden is just work.", ()),
        ("She said the kitchen was a mess. All day long. I like the kitchen.", ()),
        ("If we had a balcony. I mean it. A balcony would change everything.", ()),
        ("Maybe the concert. It was in June. The concert, I guess.", ()),
        ("I used to love swimming. All year round. Swimming was my thing.", ()),
        ("The holiday, that holiday without a single plan! Two weeks long. The holiday.", ()),
        ("Great holiday, yeah right. So many days. Great holiday.", ()),
        ("Is it the office? I wonder every day. Always the office.", ()),
        ("My sister's wedding. The music was good. The music went on till morning.", ("music",)),
        ("We finally finished the notebook thing. You know, two years of work. The notebook, you know.", ("notebook",)),
        ("I hate the station. Every time again. The station at night.", ()),
        ("No, the mountain! It was so high. The mountain was the best bit.", ()),
    ],
)
def test_the_examples_that_started_it_all(text: str, words: tuple[str, ...]) -> None:
    assert given_for(text) == words


# --- known, repeated, recent, sure


def test_a_word_said_once_is_no_hint() -> None:
    assert given_for("The garden was so peaceful this morning. I sat down.") == ()


def test_a_word_said_twice_in_one_breath_is_said_once() -> None:
    assert given_for("The garden, garden. I sat down.") == ()


def test_a_word_of_long_ago_is_no_hint() -> None:
    turn = said(GARDEN)
    later = [TurnWord("fine", turn[-1].end + 45.0, turn[-1].end + 45.4, 0.95)]
    assert hints().offered([*turn, *later]) == NOTHING


def test_a_word_heard_unsurely_is_no_hint() -> None:
    turn = [replace(word, confidence=0.84) if word.text == "garden" else word for word in said(GARDEN)]
    assert hints().offered(turn) == NOTHING


def test_a_turn_heard_unsurely_gives_nothing() -> None:
    assert hints().offered(said(GARDEN, confidence=0.74)) == NOTHING


def test_an_uncertain_denial_still_counts() -> None:
    turn = [
        replace(word, confidence=0.2) if word.text == "don't" else word
        for word in said("I don't want a garden. So it is. A garden.")
    ]
    assert hints().offered(turn) == NOTHING


def test_what_may_have_been_a_denial_counts_as_one() -> None:
    turn = said(GARDEN)
    hole = [replace(word, text="", confidence=0.0) if word.text == "the" else word for word in turn]
    assert hints().offered(hole) == NOTHING


def test_words_without_times_or_in_disorder_give_nothing() -> None:
    turn = said(GARDEN)
    assert hints().offered([replace(word, start=math.nan) for word in turn]) == NOTHING
    assert hints().offered(turn[::-1]) == NOTHING
    assert hints().offered([]) == NOTHING


def test_the_plural_is_the_same_word_and_comes_back_as_it_was_said() -> None:
    assert given_for("We saw a village by the road. I slept well. Those villages were so quiet.") == ("villages",)
    assert given_for("I like the village by the road. I slept well. I hate those villages.") == ()


def test_two_words_come_in_the_order_in_which_they_were_first_said() -> None:
    text = "We drove to the market. We had coffee there. Then the coffee was gone. The market closed. More coffee."
    assert given_for(text) == ("market", "coffee")


def test_two_words_that_suggest_a_story_become_one() -> None:
    text = "We met in the hotel. All was ready. The office was there too. I went up. The hotel, the office. And that was it."
    assert len(given_for(text)) == 1


def test_only_words_that_the_recogniser_knows_are_given() -> None:
    assert Hints(library(), known={"music"}).offered(said(GARDEN)) == NOTHING


def test_a_name_is_never_given() -> None:
    assert Hints(library(), unspoken=["Garden"]).offered(said(GARDEN)) == NOTHING


# --- what is never spoken


def blocked_words() -> list[str]:
    lists = library().word_lists["blocked"]
    never = ("kin", "insults", "shame")
    return sorted({word for name, words in lists.items() if name in never or name.startswith("private_") for word in words})


def test_no_hint_word_is_private_a_feeling_a_person_or_alike_to_another() -> None:
    offered = set(library().word_lists["hints"]["words"])
    alike = {part for group in library().word_lists["blocked"]["confusables"] for part in group.split()}
    feelings = {
        word for name, words in library().word_lists["feelings"].items() if not name.startswith("need-") for word in words
    }
    assert offered & (set(blocked_words()) | alike | feelings) == set()
    assert all(len(word) >= 4 for word in offered)


INFLECTIONS = ("{}", "{}s", "{}es", "{}'s", "{}ing", "{}ed", "{}.", "“{}”", "({})", "{}!", "{}-", "_{}_", "{}’s", " {}")


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(blocked_words()), st.sampled_from(INFLECTIONS), st.sampled_from([str.lower, str.upper, str.title]))
def test_what_is_private_never_leaks_in_whatever_form(word: str, form: str, case: object) -> None:
    shaped = form.format(case(word))  # type: ignore[operator]
    turn = [TurnWord(text, n * 2.0, n * 2.0 + 0.4, 0.99) for n, text in enumerate(["my", shaped, "there", shaped, "my", shaped])]
    given_back = hints().offered(turn)
    assert given_back.words == ()
    assert given_back.feeling is None or word in given_back.feeling


HEARD = st.builds(
    TurnWord,
    st.sampled_from(
        ["garden", "Garden", "music", "the", "was", "not", "i", "kitchen", "", "[unk]", "office", "maybe", "proud", "so"]
    )
    | st.text(alphabet=string.ascii_letters + "'’-. é🙂", max_size=12),
    st.floats(min_value=0, max_value=90) | st.just(math.nan),
    st.floats(min_value=0, max_value=90) | st.just(math.nan),
    st.floats(min_value=0, max_value=1) | st.just(math.nan),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(HEARD, max_size=40).map(lambda words: sorted(words, key=lambda word: word.start)))
def test_no_word_comes_back_that_was_not_surely_said(turn: list[TurnWord]) -> None:
    offer = hints().offered(turn)
    sure = {word.bare for word in turn if word.confidence >= SURE}
    assert set(offer.words) <= sure
    assert len(offer.words) <= 2
    assert offer.feeling is None or offer.feeling in {word.lower() for word in sure}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(rows("flips.tsv")), st.randoms(use_true_random=False))
def test_holes_in_a_turn_bring_nothing_back_that_was_forbidden(row: list[str], random: object) -> None:
    turn = [replace(word, text="", confidence=0.0) if random.random() < 0.1 else word for word in said(row[2])]  # type: ignore[attr-defined]
    assert not set(hints().offered(turn).words) & set(row[1].split(", "))


def test_a_very_long_turn_is_judged_at_once() -> None:
    turn = [TurnWord("garden" if n % 7 == 0 else "so", n * 0.3, n * 0.3 + 0.2, 0.95) for n in range(20_000)]
    assert hints().offered(turn).words == ("garden",)


# --- a feeling


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("I was proud. It took a while. Honestly, I was proud.", "proud"),
        ("I wasn't proud. It took a while. I was proud.", None),
        ("I was not relaxed, more like tired. It took a while. I was so tired.", None),
        ("She was proud. It took a while. She was proud.", None),
        ("She said I was relaxed. It took a while. I was relaxed.", None),
        ("I was ashamed. It took a while. I was ashamed.", None),
        ("I was relieved and then we drove off.", "relieved"),
        ("The relieved ones drove off.", None),
        ("I was so happy. We drove off.", "happy"),
        ("If I was happy. It took a while. I was happy.", None),
    ],
)
def test_a_feeling_is_quoted_only_where_it_was_said_of_oneself(text: str, feeling: str | None) -> None:
    assert hints().offered(said(text, confidence=0.96)) == Offer(feeling=feeling)


def test_no_feeling_is_named_in_anything_deep_and_none_that_was_said_once_unsurely() -> None:
    assert hints().offered(said("I was relieved and then we drove off.", confidence=0.96), deep=True) == NOTHING
    assert hints().offered(said("I was relieved and then we drove off.", confidence=0.94)) == NOTHING
