"""What the room is like: how far speech stands out of everything else, and whether that is enough to follow."""

from __future__ import annotations

from collections import deque

import numpy as np

from companion.events import Noise, ThirdVoice
from companion.hearing.features import FRAMES_A_SECOND, HOP
from companion.timeline import RATE, Sample, samples

UNKNOWN_DB = 30.0
"""Signal to noise while nobody has spoken yet."""

_SPEECH = 1 / (4 * FRAMES_A_SECOND)  # memory of the speech level: 4 s of speech
_REST = 1 / (2 * FRAMES_A_SECOND)  # of the rest: 2 s of it
_OVER_FLOOR_DB = 2.0  # noise lies this much above a floor that follows its minima
_LOWEST_OF = round(6 * FRAMES_A_SECOND)
"""Frames whose lowest floor counts: talk without a breath lifts the floor by 3 dB a second, and every dip brings it back. The
lowest of six seconds is the room's; of one moment it made a quiet kitchen loud (heard in rehearsals, three in a hundred)."""
_SURE, _SILENT = 0.7, 0.15  # probabilities above and below which a frame counts as speech and as rest


class Ambience:
    """Signal to noise from labelled frames, with a word when it becomes too little (`Noise`)."""

    def __init__(self, too_little_db: float, for_s: float, enough_db: float, back_for_s: float) -> None:
        self._limits = (too_little_db, samples(for_s)), (enough_db, samples(back_for_s))
        self._speech: float | None = None  # mean level, dB: means of dB forget a loud moment sooner than means of power
        self._rest: float | None = None
        self._floors: deque[float] = deque(maxlen=_LOWEST_OF)
        self._loud = False
        self._since: Sample | None = None  # how long the limit has been crossed

    @property
    def snr_db(self) -> float:
        """Speech over everything else, dB, between -10 and 60."""
        if self._speech is None or self._rest is None:
            return UNKNOWN_DB
        over = 10 ** (max(0.05, self._speech - self._rest) / 10) - 1  # what is measured as speech is speech and rest
        return float(np.clip(10 * np.log10(over), -10, 60))

    def feed(self, speaks: float, level_db: float, floor_db: float) -> None:
        """One frame: the probability that a partner speaks in it, its level, and the noise floor under it."""
        if speaks > _SURE:
            self._speech = level_db if self._speech is None else self._speech + _SPEECH * (level_db - self._speech)
        elif speaks < _SILENT:
            self._rest = level_db if self._rest is None else self._rest + _REST * (level_db - self._rest)
        self._floors.append(floor_db)
        if self._rest is not None:  # in a din nothing is clearly silence, and the floor alone tells
            self._rest = max(self._rest, min(self._floors) + _OVER_FLOOR_DB)

    def notice(self, now: Sample) -> Noise | None:
        """Once a block: whether the room has just become too loud to follow, or quiet enough again."""
        snr = self.snr_db
        limit, long = self._limits[self._loud]
        crossed = snr >= limit if self._loud else snr <= limit
        if not crossed:
            self._since = None
            return None
        if self._since is None:
            self._since = now
        if now - self._since < long:
            return None
        at, self._since, self._loud = self._since, None, not self._loud
        return Noise(at, now, self._loud, round(snr, 1))


UNCLAIMED, OF_IT = 0.6, 0.75
"""Speech for which the net knows no partner counts as others' from this probability on, at this share of its length: what is
merely missed of a partner's speech (6 % of it, measured) never adds up to a third voice."""


class Others:
    """Speech of nobody we know: a third voice, a television. Present after 1.5 s of it within some 8, gone after 10 s without."""

    def __init__(self) -> None:
        self._heard = 0.0  # s of others' speech, leaking away over 8 s
        self._last: Sample = 0
        self._first: Sample | None = None
        self._present = False

    def feed(self, at: Sample, another: float, unclaimed: float = 0.0) -> None:
        """One frame: the probability that somebody else speaks in it, and that there is speech well above the noise which is
        neither partner's."""
        self._heard -= self._heard * HOP / (8 * RATE)
        if another > 0.5 or unclaimed > UNCLAIMED:
            self._heard += HOP / RATE * (1.0 if another > 0.5 else OF_IT)
            self._last = at
            self._first = at if self._first is None else self._first
        elif self._heard < 0.3 and not self._present:
            self._first = None

    def notice(self, now: Sample) -> ThirdVoice | None:
        """Once a block: whether a third voice has just come or gone."""
        if not self._present and self._heard >= 1.5 and self._first is not None:
            self._present = True
            return ThirdVoice(self._first, now, True)
        if self._present and now - self._last > samples(10.0):
            self._present, self._first = False, None
            return ThirdVoice(self._last, now, False)
        return None
