"""Times and counts as a writer gives them: with a unit, plain or one for each length of an exercise."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Size = Literal["short", "medium", "long"]
SIZES: tuple[Size, ...] = ("short", "medium", "long")

T = TypeVar("T")

_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(s|sec|min|m)\s*$")


def seconds_of(value: object) -> object:
    """A time with its unit, in seconds: `45 s` is 45.0, `2 min` is 120.0; plain 0 needs none. Others raise ValueError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == 0:
            return 0.0
        raise ValueError(f"found {value} without a unit; expected a time such as {value} s or {value} min")
    if isinstance(value, str):
        found = _DURATION.match(value)
        if found:
            return float(found.group(1)) * (60.0 if found.group(2).startswith("m") else 1.0)
    raise ValueError(f"found {value!r}; expected a time such as 45 s or 2 min")


LONGEST = 7200
"""Seconds that any time may be: two hours."""
Seconds = Annotated[float, BeforeValidator(seconds_of), Field(ge=0, le=LONGEST)]
Count = Annotated[int, Field(strict=True, ge=1, le=30)]
Times = Annotated[int, Field(strict=True, ge=1, le=6)]


class BySize(BaseModel, Generic[T]):
    """One value for each length of an exercise. In YAML a plain value stands for all three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    short: T
    medium: T
    long: T

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if isinstance(value, (dict, BySize)):
            return value
        if isinstance(value, list):
            raise ValueError("found a list; expected one value, or {short: …, medium: …, long: …}")
        return {"short": value, "medium": value, "long": value}

    def of(self, size: Size) -> T:
        """The value for this length."""
        return {"short": self.short, "medium": self.medium, "long": self.long}[size]


class Lengths(BySize[Seconds]):
    """Seconds for each size."""


class Counts(BySize[Count]):
    """How many, for each size: at most thirty."""


class Rounds(BySize[Times]):
    """How often, for each size: at most six times."""
