"""Where the partners sit as the evening goes on: heads move, chairs are moved, seats are exchanged, the device is turned.

Heads are followed slowly, on speech that is surely one partner's. Exchanged seats show as voices that speak from each other's
place. A device that was turned shows as both voices speaking from places that are neither's; a third person or a television does
not, since then the old places still speak, or only one new one does.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.hearing.direction import Directions, Place, degrees_apart, place
from companion.hearing.features import FRAMES_A_SECOND, Frames

Floats = NDArray[np.float32]

TRUST = 300.0
"""The enrolment counts as this many frames of speech (5 s) when newer speech is added (ours; with 60, a place in babble drifted
away from its partner)."""

MEMORY = 300.0
"""Speech older than about this many frames is forgotten; no more than the enrolment, so that no place drifts far."""

SURE, UNSURE, CLEAR_DB = 0.95, 0.05, 12.0
"""Adapt only where one partner surely speaks and the other surely does not, well above the noise."""

EVERY = 32
"""Frames of sure speech between two looks at the places: half a second."""

_SWAP_MEMORY = 4.0 * FRAMES_A_SECOND
_SWAP_LEAST = 2.5 * FRAMES_A_SECOND  # frames of speech on each side before seats can be thought exchanged
_SWAP_SHARE = 0.35  # of the difference between the voices at enrolment, the other way round


_TURNED_MEMORY = 4.5 * FRAMES_A_SECOND
_TURNED_LEAST = 1.0 * FRAMES_A_SECOND  # frames of speech of each voice from new places, of those remembered
_TURNED_CLAIMED = 0.25  # share of the speech of that time that may still fit an old place
_TURNED_APART = 15.0  # degrees between the two new places: a television is one place
_VOICE_MEMORY = 0.7 * FRAMES_A_SECOND  # over which a voice is averaged before it is believed


class Seats:
    """The places of both partners, followed slowly. `places` is what to listen with now."""

    def __init__(self, one: Place, two: Place, voices_apart: float) -> None:
        """`voices_apart`: by how many nats a frame the voices differ, each on its own enrolment (both directions added)."""
        self.places = (one, two)
        self._apart = voices_apart
        self._first = [one.resultant, two.resultant]
        self._sum = np.zeros((2, len(one.mean)), np.complex128)
        self._weight = np.zeros((2, len(one.mean)))
        self._new = 0
        self._voice = 0.0  # by how much the voice of the last moment speaks for the first partner
        self._seen: deque[tuple[NDArray[np.bool_], NDArray[np.int8]]] = deque()  # claimed, whose voice: until `follow`
        self._forget()

    def _forget(self) -> None:
        self._moved = np.zeros((2, len(self.places[0].mean)), np.complex128)
        self._moved_weight = np.zeros((2, len(self.places[0].mean)))
        self._moved_frames = np.zeros(2)
        self._claimed = 0.0  # frames of clear speech of the last while that fit a place
        self._says = np.zeros(2)  # how much the voice speaks for the first partner where the first and second place sound
        self._heard = np.zeros(2)

    def follow(self, frames: Frames, speaks: Floats) -> bool:
        """Learn from frames whose speakers are known now: `speaks` (n, 2) probabilities. True when the places have moved."""
        if frames.phase is None or frames.weight is None:
            return False
        if self._seen and self._turned(frames, *self._seen.popleft()):
            return True
        for k in (0, 1):
            rows = (speaks[:, k] > SURE) & (speaks[:, 1 - k] < UNSURE) & (frames.db > CLEAR_DB)
            if not rows.any():
                continue
            w = frames.weight[rows]
            self._sum[k] += (w * frames.phase[rows]).sum(axis=0)
            self._weight[k] += w.sum(axis=0)
            self._new += len(w)
            keep = 1 - len(w) / MEMORY
            self._sum[k] *= keep
            self._weight[k] *= keep
        if self._new < EVERY:
            return False
        self._new = 0
        one, two = (place((TRUST * self._first[k] + self._sum[k]) / (TRUST + self._weight[k])) for k in (0, 1))
        self.places = (one, two)
        return True

    def exchanged(self, d: Directions, voices: Floats, vad: Floats) -> bool:
        """Compare what the places say with what the voices say, (n, 2) log likelihoods. True when seats were just exchanged."""
        score = d.bands.sum(axis=2)  # (2, n)
        ahead = score[0] - score[1]
        self._note(score, voices, vad > 0.5)
        clear = (np.abs(ahead) > 8) & (score.max(axis=0) > 0) & (vad > 0.5)
        if not clear.any():
            return False
        says = np.clip(voices[:, 0] - voices[:, 1], -8, 8)
        for k, here in ((0, clear & (ahead > 0)), (1, clear & (ahead < 0))):
            n = int(here.sum())
            if n:
                keep = 1 - n / _SWAP_MEMORY
                self._says[k] = keep * self._says[k] + float(says[here].sum())
                self._heard[k] = keep * self._heard[k] + n
        if self._heard.min() < _SWAP_LEAST:
            return False
        one, two = self._says / self._heard
        if one - two > -_SWAP_SHARE * self._apart:
            return False
        self._exchange()
        return True

    def _note(self, score: Floats, voices: Floats, speech: NDArray[np.bool_]) -> None:
        """Remember of each frame whether it fits a place, and whose voice it seems to be (-1: not sure), for `follow`."""
        whose = np.full(len(speech), -1, np.int8)
        for i in np.flatnonzero(speech):
            says = float(np.clip(voices[i, 0] - voices[i, 1], -8, 8))
            self._voice += (says - self._voice) / _VOICE_MEMORY
            if abs(self._voice) > _SWAP_SHARE / 2 * self._apart:
                whose[i] = 0 if self._voice > 0 else 1
        self._seen.append((score.max(axis=0) > 0, whose))

    def _turned(self, frames: Frames, claimed: NDArray[np.bool_], whose: NDArray[np.int8]) -> bool:
        """Collect speech that fits no place by its voice. True when both partners have just been found at new places."""
        assert frames.phase is not None and frames.weight is not None
        clear = (frames.vad > 0.5) & (frames.db > CLEAR_DB)
        n = int(clear.sum())
        if not n:
            return False
        keep = 1 - n / _TURNED_MEMORY
        self._moved *= keep
        self._moved_weight *= keep
        self._moved_frames *= keep
        self._claimed = keep * self._claimed + int((clear & claimed).sum())
        for k in (0, 1):
            rows = clear & ~claimed & (whose == k)
            if rows.any():
                self._moved[k] += (frames.weight[rows] * frames.phase[rows]).sum(axis=0)
                self._moved_weight[k] += frames.weight[rows].sum(axis=0)
                self._moved_frames[k] += int(rows.sum())
        heard = float(self._moved_frames.sum())
        if self._moved_frames.min() < _TURNED_LEAST or self._claimed > _TURNED_CLAIMED * (heard + self._claimed):
            return False
        means = [self._moved[k] / (self._moved_weight[k] + 1e-6) for k in (0, 1)]
        one, two = (place(m) for m in means)
        if degrees_apart(one, two) < _TURNED_APART:
            return False
        self.places, self._first = (one, two), means
        self._sum[:], self._weight[:], self._new = 0, 0, 0
        self._forget()
        return True

    def _exchange(self) -> None:
        self.places = (self.places[1], self.places[0])
        self._first.reverse()
        self._sum, self._weight = self._sum[::-1].copy(), self._weight[::-1].copy()
        self._forget()
