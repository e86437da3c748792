"""The ladder of a reflection: how a listener who does not know how to begin is helped, one rung at a time.

The listener reflects, never the machine. Unasked, no word of what was said is spoken; a listener who asks for a hint is given at
most two words that nothing forbids (`hints`), hedged, or is sent to the one who said it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from companion.exercises.hints import NOTHING, Offer
from companion.partner import Partner

Rung = Literal["neutral", "shape", "scaffold", "hint", "ask"]

NEUTRAL = "c_neutral"
LINES: dict[Rung, str] = {"shape": "c_shape", "scaffold": "c_scaffold", "ask": "c_source"}
"""The line of each rung that is entered without words. What a hint says is `hint_line`."""
NO_HINT = "c_no_hint"
"""Where a hint was asked for and there is none to give: it sends the listener to the source."""
OFF = "hints_off"
"""Said once an evening, where a hint was asked for and there can be none tonight; the line of the source follows it."""


class Recollection(Protocol):
    """Whoever can say what may be offered of the turn before a reflection."""

    @property
    def on(self) -> bool:
        """Whether there can be hints tonight: the recogniser knows the words of ordinary talk, and nobody switched words off."""

    def first_refusal(self) -> bool:
        """Whether nobody has been told yet tonight that hints are off; from now on somebody has."""

    def offer(self, source: Partner, *, deep: bool = False) -> Offer:
        """What may be given of this partner's turn; nothing where there were no words, or nothing is sure enough."""

    def covers(self, source: Partner) -> bool:
        """Whether the other has taken up enough of it for a warmer question. Its absence says nothing."""


@dataclass(frozen=True, slots=True)
class Help:
    """What a listener is helped with: a rung, the line of content that is spoken, and what fills it.

    `spoken`: the words of the turn among them, as they were said.
    """

    rung: Rung
    line: str
    slots: dict[str, str]
    spoken: tuple[str, ...] = ()


def hinted(offer: Offer) -> Help:
    """What is said to a listener who asked for a hint."""
    if len(offer.words) == 1:
        return Help("hint", "c_hint_one", {"w1": offer.words[0]}, offer.words)
    if offer.words:
        return Help("hint", "c_hint_two", dict(zip(("w1", "w2"), offer.words, strict=True)), offer.words)
    if offer.feeling is not None:
        return Help("hint", "c_quoted_word", {"word": offer.feeling}, (offer.feeling,))
    return Help("ask", NO_HINT, {})


def unasked(silent: float, wait: float) -> Help:
    """What is offered to a listener silent for so many seconds, a rung every `wait` seconds. Never a word of the turn."""
    rungs: Sequence[Rung] = ("neutral", "shape", "scaffold", "ask")
    rung = rungs[min(len(rungs) - 1, int(max(0.0, silent) // wait))]
    return Help(rung, LINES.get(rung, NEUTRAL), {})


class Ladder:
    """One rung at a time, from the top; no rung twice."""

    def __init__(self) -> None:
        self._used: set[Rung] = set()

    def silent(self) -> Help | None:
        """The listener has been silent for long: the shape of a beginning, then its scaffold, then the source."""
        return self._first("shape", "scaffold", "ask")

    def helped(self) -> Help | None:
        """The listener asked for help."""
        return self._first("shape", "scaffold", "ask")

    def at_a_loss(self) -> Help | None:
        """The listener said that they do not know."""
        return self._first("ask")

    def hinted(self, offer: Offer | None = NOTHING) -> Help | None:
        """The listener asked for a hint: once there may be one. Asked for again, or where hints are off (None), the source is
        next.
        """
        if "hint" in self._used or offer is None:
            return self._first("ask")
        self._used.add("hint")
        given = hinted(offer)
        if given.rung == "ask":
            if "ask" in self._used:
                return None
            self._used.add("ask")
        return given

    def _first(self, *rungs: Rung) -> Help | None:
        rung = next((each for each in rungs if each not in self._used), None)
        if rung is None:
            return None
        self._used.add(rung)
        return Help(rung, LINES[rung], {})
