"""Turns written as JSON, one a line: what `companion reflect` reads. Whatever is wrong in one line is said in one sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from companion.exercises.turn_words import HOLE, TurnWord

HOLDERS = 0.8
"""Attribution from which a word counts as the holder's; others become holes (a choice of ours)."""
LEAST_SNR = 10.0
"""dB of signal to noise below which nothing of a turn is used (a choice of ours)."""
EXPECTED = '{"id": …, "words": [{"word": …, "conf": …, "start": …, "end": …}]}'
UNKNOWN = ("[unk]", "<unk>")


class BadTurn(Exception):
    """A line that is no turn; its message says what is wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its `id` as it was given, its words, and how tender the step was.

    `clear`: whether it may be used at all; not so in a soft step, or in noise.
    """

    id: Any
    words: tuple[TurnWord, ...]
    clear: bool = True
    deep: bool = False
    source: str | None = None
    listener: str | None = None


def read_turn(line: str) -> Turn:
    """A turn from its JSON line: `{"id": …, "words": [{"word": …, "conf": …, "start": …, "end": …}, …]}`.

    May also have `source` and `listener` (names, for lines that name somebody), `soft`, `level` and `snr_db`; a word may have
    `holder_confidence`. A word without a confidence or with a strange one counts as unsure, one without times as untimed. Raises
    BadTurn, with the id where it could be read.
    """
    if not line.strip():
        raise BadTurn(f"this is empty; expected {EXPECTED}")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as bad:
        at = f" at column {bad.colno}" if isinstance(bad, json.JSONDecodeError) else ""
        raise BadTurn(f"this cannot be read as JSON{at}; expected {EXPECTED}") from None
    if not isinstance(data, dict):
        raise BadTurn(f"found {_kind(data)}; expected an object with id and words")
    words = data.get("words")
    if not isinstance(words, list):
        raise BadTurn(f"found {_kind(words)} for words; expected a list of words")
    snr = _number(data.get("snr_db", math.inf))
    clear = data.get("soft") is not True and (math.isinf(snr) or snr >= LEAST_SNR)
    return Turn(
        _plain_id(data.get("id")), tuple(_word(each) for each in words), clear, data.get("level") == "deep",
        _name(data, "source"), _name(data, "listener"),
    )  # fmt: skip


def id_of(line: str) -> Any:
    """The id of a line that is no turn, where it can be read at all."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return _plain_id(data.get("id")) if isinstance(data, dict) else None


def _plain_id(given: Any) -> Any:
    """The id as it was given; null where JSON cannot write it: NaN and infinity, alone or within, and what is nested too deep."""
    try:
        json.dumps(given, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return given


def _word(given: Any) -> TurnWord:
    if not isinstance(given, Mapping):
        return TurnWord(HOLE, math.nan, math.nan, 0.0)
    text, sure = given.get("word"), _number(given.get("conf"))
    if not isinstance(text, str) or text.strip().lower() in UNKNOWN:
        text = HOLE
    theirs = _number(given.get("holder_confidence", 1.0))
    if not theirs >= HOLDERS:  # also where it is not a number
        text = HOLE
    return TurnWord(text.strip(), _number(given.get("start")), _number(given.get("end")), sure if 0.0 <= sure <= 1.0 else 0.0)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _name(data: Mapping[str, Any], key: str) -> str | None:
    name = data.get(key)
    return name.strip() if isinstance(name, str) and 0 < len(name.strip()) <= 40 else None


def _kind(value: Any) -> str:
    names = {list: "a list", dict: "an object", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")
