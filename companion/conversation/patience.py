"""Patience: how long a partner's own pauses are, so that a slow talker is not hurried.

Pauses inside turns differ between people by far more than gaps between turns do (Heldner & Edlund 2010), so the limits on
silence are scaled by the partner's own median long pause.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from companion.timeline import samples

LONG = samples(0.5)
"""A pause from here on is one for breath or thought, not a stop or a hesitation."""

USUAL = samples(0.9)
"""The median of pauses of at least LONG in ordinary talk: a pause of this length scales by 1. A choice of ours."""

LONGEST = samples(10.0)
"""Longer silences are something else than a pause."""

KEPT = 40
"""So many of the latest long pauses are remembered."""

PRIOR = 5
"""As many pauses as it takes until their median weighs as much as USUAL does, so that the first few do not swing the scale."""


class Patience:
    """Learns one partner's pause scale."""

    def __init__(self, limits: tuple[float, float]) -> None:
        self._limits = limits
        self._pauses: deque[int] = deque(maxlen=KEPT)

    def feed(self, pause: int) -> None:
        """A silence inside one of the partner's turns is over; `pause` in samples."""
        if LONG <= pause <= LONGEST:
            self._pauses.append(pause)

    @property
    def scale(self) -> float:
        """What to multiply limits on this partner's silence by, within the limits of the manners."""
        heard = len(self._pauses)
        own = median(self._pauses) / USUAL if heard else 1.0
        low, high = self._limits
        return float(min(high, max(low, own ** (heard / (heard + PRIOR)))))
