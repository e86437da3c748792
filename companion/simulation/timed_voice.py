"""A voice without sound, for the fidelity of events: a line lasts as long as our voices take for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.timeline import PLAYBACK_RATE

START_S = 0.3
A_LETTER_S = 9.4
"""Seconds a letter takes, times words a minute. Both fitted to 50 lines of espeak-ng in three voices: 0.66 s off at most."""


class TimedVoice:
    """Renders every text as so much of a constant. `render_all` is there for whoever wants lines ahead; it has nothing to do."""

    def __init__(self, words_a_minute: float) -> None:
        self._each = A_LETTER_S / words_a_minute

    def render(self, text: str) -> NDArray[np.float32]:
        """As long as the text takes to say; 48 kHz."""
        return np.full(round(PLAYBACK_RATE * (START_S + self._each * len(text))), 0.1, np.float32)
