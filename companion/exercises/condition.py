"""Conditions on facts: `{size: long}`, `{minutes_left: at least 5 min}`, `{evenings_done: 0}`, `{recogniser: not none}`.

The facts are a closed set and say nothing about persons, nor about what was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

Fact = Literal[
    "answer", "size", "level", "setting", "minutes_left", "evenings_done", "first_time", "recogniser", "channels", "night",
    "diary_on", "form", "words_ahead", "voices_known",
]  # fmt: skip
"""`form`: the form an evening's plan gives a frame (`form: first`). `words_ahead`: a WORDS step is still to come tonight.
`voices_known`: both voices are known already, so that nobody needs to be heard first.
`answer`: the last answer of this exercise (yes, partly, no, or an option's name)."""
FACTS: tuple[str, ...] = get_args(Fact)
NUMBERS: frozenset[str] = frozenset({"minutes_left", "evenings_done", "channels"})
FLAGS: frozenset[str] = frozenset({"first_time", "night", "diary_on", "words_ahead", "voices_known"})

_COMPARED = re.compile(r"^(at least|below|not)\s+(.+?)(?:\s*min)?$")


class Record(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Test(Record):
    """One fact compared with one value."""

    __test__ = False

    fact: Fact
    how: Literal["is", "not", "at least", "below"]
    value: str | float | bool

    def holds(self, facts: Mapping[str, str | float | bool]) -> bool:
        """Whether it is so; a fact that is not known fails every test but `not`."""
        if self.fact not in facts:
            return self.how == "not"
        known = facts[self.fact]
        if self.how in ("is", "not"):
            return (known == self.value) == (self.how == "is")
        if isinstance(known, str) or isinstance(self.value, str):
            return False
        return known >= self.value if self.how == "at least" else known < self.value


class Condition(Record):
    """All of its tests must hold."""

    tests: tuple[Test, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "tests" in value:
            return value
        return {"tests": [_test(fact, wanted) for fact, wanted in value.items() if fact != "line_no"]}

    def holds(self, facts: Mapping[str, str | float | bool]) -> bool:
        """Whether every test holds."""
        return all(test.holds(facts) for test in self.tests)


def _test(fact: str, wanted: object) -> dict[str, object]:
    how: str = "is"
    if isinstance(wanted, str):
        compared = _COMPARED.match(wanted.strip())
        if compared:
            how, wanted = compared.group(1), compared.group(2)
    if fact in NUMBERS and isinstance(wanted, str):
        try:
            wanted = float(wanted)
        except ValueError:
            raise ValueError(f"{fact}: found {wanted!r}; expected a number, `at least …` or `below …`") from None
    if fact in FLAGS and not isinstance(wanted, bool):
        raise ValueError(f"{fact}: found {wanted!r}; expected true or false")
    return {"fact": fact, "how": how, "value": wanted}
