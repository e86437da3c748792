"""Endpoints: when an answer or a reflection is over."""

from __future__ import annotations

from companion.conversation.manners import STANDARD, Manners
from companion.timeline import samples

ENOUGH = samples(3.0)
"""A reflection of this much speech has said something; after less its speaker is still looking for words."""


class Endpoint:
    """How long to wait after somebody's last word. All lengths in samples."""

    def __init__(self, manners: Manners = STANDARD) -> None:
        self._manners = manners

    def answer_over(self, silence: int, hedged: bool = False) -> bool:
        """Whether an answer is over after this much silence; a hedge ("well…") gets longer [Kendrick & Torreira 2015]."""
        return silence >= samples(self._manners.answer_end_hedged if hedged else self._manners.answer_end)

    def reflection_over(self, spoken: int, silence: int, patience: float = 1.0) -> bool:
        """Whether a reflection of `spoken` samples of speech is over; `patience` is its speaker's pause scale."""
        if spoken <= 0:
            return False
        wait = self._manners.reflect_end if spoken >= ENOUGH else self._manners.reflect_end_short
        return silence >= samples(wait * patience)
