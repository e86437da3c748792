"""The two people at the table. The only room that says there are two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NewType

Partner = NewType("Partner", str)
"""One of the two people, by the first name they gave."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both partners. Their order is for display only: nothing may depend on who comes first here."""

    one: Partner
    two: Partner

    def __post_init__(self) -> None:
        if self.one == self.two:
            raise ValueError(f"both partners are called {self.one!r}")

    def __iter__(self) -> Iterator[Partner]:
        return iter((self.one, self.two))

    def __contains__(self, who: object) -> bool:
        return who == self.one or who == self.two

    def other(self, who: Partner) -> Partner:
        """The partner who is not `who`. Raises ValueError for a stranger."""
        if who == self.one:
            return self.two
        if who == self.two:
            return self.one
        raise ValueError(f"{who!r} is neither {self.one!r} nor {self.two!r}")

    def index(self, who: Partner) -> int:
        """0 for the first of the two as displayed, 1 for the second."""
        return (self.one, self.two).index(who)
