"""`companion reflect`: a line for a line, whatever comes in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

GARDEN = [("the", 1.0), ("garden", 1.4), ("was", 1.8), ("lovely", 2.2), ("the", 4.0), ("garden", 4.4)]


def turn(*words: tuple[str, float], id: Any = 1, conf: Any = 0.93, **more: Any) -> str:
    heard = [{"word": word, "conf": conf, "start": start, "end": start + 0.3} for word, start in words]
    return json.dumps({"id": id, "words": heard, **more})


@pytest.fixture
def reflect(ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    def asked(text: str, *options: str) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        said = ask("reflect", *options)
        return said.status, [json.loads(line) for line in said.out.splitlines()]

    return asked


def test_unasked_no_word_of_the_turn_is_spoken(reflect: Callable[..., Any]) -> None:
    status, (answer,) = reflect(turn(*GARDEN))
    assert (status, answer["id"], answer["rung"], answer["spoken_words"]) == (0, 1, "neutral", [])
    assert "garden" not in answer["line"]


def test_asked_for_a_hint_it_gives_a_word_as_it_was_said(reflect: Callable[..., Any]) -> None:
    _, (answer,) = reflect(turn(*GARDEN), "--hint")
    assert (answer["rung"], answer["spoken_words"]) == ("hint", ["garden"])
    assert "garden" in answer["line"]


def test_where_there_is_none_it_sends_to_the_source_by_name_where_one_is_given(reflect: Callable[..., Any]) -> None:
    _, (answer,) = reflect(turn(("fine", 1.0), source="Ana", listener="Ben"), "--hint")
    assert (answer["rung"], answer["spoken_words"]) == ("ask", [])
    assert "Ana" in answer["line"]


@pytest.mark.parametrize(
    ("silent", "rung"), [(0, "neutral"), (9, "neutral"), (10, "shape"), (20, "scaffold"), (30, "ask"), (1e9, "ask")]
)
def test_silence_climbs_the_ladder(reflect: Callable[..., Any], silent: float, rung: str) -> None:
    _, (answer,) = reflect(turn(*GARDEN), "--silent", str(silent))
    assert (answer["rung"], answer["spoken_words"]) == (rung, [])


@pytest.mark.parametrize("conf", [None, "high", float("nan"), 7, -1, True, [], 0.5])
def test_strange_confidences_count_as_unsure(reflect: Callable[..., Any], conf: Any) -> None:
    _, (answer,) = reflect(turn(*GARDEN, conf=conf), "--hint")
    assert answer["spoken_words"] == []


@pytest.mark.parametrize("more", [{"soft": True}, {"snr_db": 4.0}, {"snr_db": "loud"}])
def test_a_soft_or_noisy_turn_gives_nothing(reflect: Callable[..., Any], more: dict[str, Any]) -> None:
    _, (answer,) = reflect(turn(*GARDEN, **more), "--hint")
    assert answer["spoken_words"] == []


BAD = ["{", "", "[1]", '"words"', '{"id": 4}', '{"id": 5, "words": {}}', "null", "[" * 5000]
ODD = [
    '{"id": [NaN], "words": []}',
    '{"id": null, "words": []}',
    '{"id": "\\ud800", "words": [null, 5, {}, {"word": 7}, {"word": "", "start": "x"}]}',
]


@pytest.mark.parametrize("options", [(), ("--hint",)])
def test_bad_lines_are_answered_in_their_place_and_stop_nothing(reflect: Callable[..., Any], options: tuple[str, ...]) -> None:
    status, answers = reflect("\n".join([turn(*GARDEN, id="a"), *BAD, *ODD, turn(*GARDEN, id="z"), "", "  "]), *options)
    assert status == 2
    assert len(answers) == len(BAD) + len(ODD) + 2
    assert [answers[0]["id"], answers[-1]["id"]] == ["a", "z"]
    assert ["error" in answer for answer in answers[1:-1]] == [True] * len(BAD) + [False] * len(ODD)
    assert all(answer["spoken_words"] == [] for answer in answers[1:-1])


@pytest.mark.parametrize("written", ["don’t", "donʼt", "don´t", "don`t", "don＇t", "DON'T", "dont", "do n't", "ｄｏｎ’ｔ"])
def test_a_denial_is_understood_however_it_is_written(reflect: Callable[..., Any], written: str) -> None:
    denied = [("i", 0.2), (written, 0.5), ("want", 0.8), *GARDEN]
    _, (answer,) = reflect(turn(*denied), "--hint")
    assert answer["spoken_words"] == []


@pytest.mark.parametrize(
    "written", ["nοt", "no\u200bt", "no\u00adt", "\u202enot", "not\x00", "\ud800not", "[unk]", "<unk>", "", "🙂"]
)
def test_what_may_be_another_word_than_it_looks_counts_as_a_hole(reflect: Callable[..., Any], written: str) -> None:
    _, (answer,) = reflect(turn((written, 0.6), *GARDEN), "--hint")
    assert answer["spoken_words"] == []


@pytest.mark.parametrize(
    "written", ["gаrden", "gar\u200bden", "\u202egarden\u202c", "garden\x00", "\ud800garden", "ｇａｒｄｅｎ"]
)
def test_a_word_that_is_not_what_it_looks_is_never_spoken(reflect: Callable[..., Any], written: str) -> None:
    _, (answer,) = reflect(turn(*((written if word == "garden" else word, start) for word, start in GARDEN)), "--hint")
    assert answer["spoken_words"] == []


def test_a_mark_of_byte_order_is_passed_over(reflect: Callable[..., Any]) -> None:
    status, (answer,) = reflect("\ufeff" + turn(*GARDEN), "--hint")
    assert (status, answer["spoken_words"]) == (0, ["garden"])


def test_whatever_is_given_as_an_id_the_answer_is_json(reflect: Callable[..., Any]) -> None:
    ids = ["[NaN]", '{"a": Infinity}', "1e999", "[" * 900 + "]" * 900, "1" + "0" * 4200, '"\\ud800"', '"\\u202e"']
    status, answers = reflect("\n".join(f'{{"id": {each}, "words": []}}' for each in ids), "--hint")
    assert status == 0 and [answer["rung"] for answer in answers] == ["ask"] * len(ids)
    assert [answer["id"] for answer in answers[:3]] == [None, None, None]
