"""The companion's own voice is never a partner; a partner who speaks over it is still heard.

While the companion sounds, and for the room's tail after it, who speaks is not asked at all. A side path takes the known echo out
of the microphone and watches what is left: somebody talking over the companion is a barge-in, and the few commands that are
live then (stop, time-out, pause) are listened for there. Whatever cannot be told from echo yet counts as echo.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.hearing.activity import Gain
from companion.hearing.echo import CLIPPED, FEW_CLIPPED, EchoCanceller
from companion.hearing.echo_path import EXPLAINED, Resemblance, shift_of
from companion.hearing.leak import Leak
from companion.hearing.ports import ActivityModel
from companion.timeline import BLOCK, Sample, samples, seconds

Floats = NDArray[np.float32]

LEAD = samples(0.020)
"""Own voice begins this much before it was said to: the error of a playback stamp."""

TAIL = samples(0.250)
"""And lasts this much longer: the tail of a 0.4 s room and the error of the stamp."""

LONGEST_TAIL = samples(0.700)
"""In a room that rings on it lasts as long as it decays, but no longer than this."""

CLEAN_DB, UNCLEAN_DB = 10.0, 4.0
"""From so much echo taken out, what is left may be recognised, and below so little no longer. Our choice: partners and the noise
of the room, which are in both, make the figure smaller than the canceller deserves."""

_REFERENCE_LEAD = samples(0.032)
"""The reference runs ahead by this, so that a stamp that is late by 20 ms still gives a causal path."""

_ALIGN_BLOCKS = 8
"""Blocks of sound (0.26 s) from which the error of a cue's stamp is told, once the path is known."""

_BARGE_BLOCKS, _BARGE_WINDOW = 5, 9
"""Blocks of speech (0.16 s) within 0.29 s that make a barge-in."""

_PLAINLY_DB, _PERHAPS, _LIKELY = 10.0, 0.08, 0.6
"""What is plainly more than echo needs little sign of speech: remains of echo around it make the activity model unsure."""

_KEPT_BLOCKS = 94
_SOUNDING = 1e-6
_DECAY_DB_S = 60 / 0.7  # the slowest room
_QUIET_DB = 6.0  # over the noise floor a tail is over


@dataclass(frozen=True, slots=True)
class Side:
    """The side path, one block.

    `own`: the companion sounds, or its tail does. `left`: the first channel without the echo. `speech`: probability of a
    partner's speech in it, 0 where there is no own voice or it may be echo. `clean`: words may be recognised in `left`.
    `sounds_like_speech`: that probability with no thought of echo: a chime's is no speech.
    """

    own: bool
    left: Floats
    speech: float
    barge_in: bool
    clean: bool = True
    sounds_like_speech: float = 0.0


class OwnVoice:
    """Follows what the companion plays; one block in, one `Side` out. Bounded."""

    def __init__(self, activity: ActivityModel) -> None:
        self._activity = activity
        self._canceller, self._leak, self._same, self._gain = EchoCanceller(), Leak(), Resemblance(), Gain()
        self._from: Sample | None = None
        self._ended: Sample | None = None
        self._reference: tuple[Sample, Floats] | None = None
        self._factor = 1.0
        self._shift = 0
        self._aligning: list[tuple[Floats, Floats]] | None = None
        self._powers: deque[tuple[float, float]] = deque(maxlen=_KEPT_BLOCKS)  # microphone, left
        self._levels: deque[float] = deque([-100.0], maxlen=10)
        self._floor_db = 0.0
        self._clipped = 0
        self._clean = False
        self._recent: deque[bool] = deque(maxlen=_BARGE_WINDOW)

    @property
    def erle_db(self) -> float:
        """How much of the echo has been taken out lately; 0 before there was any."""
        before, after = (sum(powers) for powers in zip(*self._powers, strict=True)) if self._powers else (1.0, 1.0)
        return float(10 * np.log10((before + 1e-12) / (after + 1e-12)))

    def started(self, at: Sample, sound: Floats | None) -> None:
        """A cue began to sound; `sound` is what is played, mono, 16 kHz."""
        self._from, self._ended = at - LEAD, None
        self._reference = None if sound is None else (at, sound)
        self._shift = 0
        self._aligning = [] if self._clean else None
        self._activity.reset()
        self._same.forget()
        self._recent.clear()

    def ended(self, at: Sample) -> None:
        """The cue fell silent."""
        self._ended = at
        if self._reference is not None:
            start, sound = self._reference
            self._reference = (start, sound[: max(0, at - start)])

    def feed(self, at: Sample, block: Floats) -> Side:
        """One mono block whose first sample is `at`."""
        level = float(10 * np.log10(np.mean(np.clip(block, -1, 1) ** 2) + 1e-10))
        if self._from is None or at + len(block) <= self._from or self._over(at, level):
            self._floor_db = min(self._floor_db + 0.06, 0.9 * self._floor_db + 0.1 * level)
            self._leak.silence(block)
            self._factor = self._gain.feed(block)
            return Side(False, block, 0.0, False)
        if self._ended is None:
            self._levels.append(level)
        return self._beside(at, block)

    def _over(self, at: Sample, level: float) -> bool:
        """Has the tail died away? A room that rings on is told from a partner by its decay."""
        if self._ended is None or at < self._ended + TAIL:
            return False
        dying = max(self._levels) - _DECAY_DB_S * seconds(at - self._ended) + 3.0
        if at < self._ended + LONGEST_TAIL and self._floor_db + _QUIET_DB < level < dying:
            return False
        self._from, self._reference, self._ended = None, None, None
        return True

    def _beside(self, at: Sample, block: Floats) -> Side:
        reference = self._played(at)
        sounding = float(np.mean(reference**2)) > _SOUNDING
        left = self._canceller.feed(block, reference, learn=self._aligning is None)
        if self._aligning is not None and sounding:
            self._align(at, block)
        heard = self._activity.feed(np.clip(left * np.float32(self._factor), -1, 1))
        somebody = self._somebody(block, left, reference)
        if sounding and not somebody and self._aligning is None:
            self._powers.append((float(np.mean(block**2)), float(np.mean(left**2))))
        speech = heard if somebody else 0.0
        if self._leak.beyond_db > _PLAINLY_DB and speech > _PERHAPS:
            speech = max(speech, _LIKELY)
        self._recent.append(speech > 0.5)
        self._clean = self.erle_db >= (UNCLEAN_DB if self._clean else CLEAN_DB)
        return Side(True, left, speech, sum(self._recent) >= _BARGE_BLOCKS, self._clean and self._aligning is None, heard)

    def _somebody(self, block: Floats, left: Floats, reference: Floats) -> bool:
        """Is there more in what is left than echo?"""
        clips = int(np.count_nonzero(np.abs(block) >= CLIPPED)) > FEW_CLIPPED // 4
        self._clipped = 3 if clips else max(0, self._clipped - 1)
        if self._aligning is not None or self._clipped:
            return False
        alike = self._same.feed(left, self._canceller.echo)
        beyond = self._leak.feed(left, reference)
        if beyond and alike > EXPLAINED:
            self._canceller.doubt_again()
            self._leak.forget()
            self._powers.clear()
            self._clean = False
            self._recent.clear()
            return False
        return beyond

    def _align(self, at: Sample, block: Floats) -> None:
        """Collect the beginning of a cue, then tell by how much its stamp is off."""
        known = self._aligning if self._aligning is not None else []
        known.append((block, self._canceller.echo))
        if len(known) < _ALIGN_BLOCKS:
            return
        self._aligning = None
        self._shift = shift_of(np.concatenate([m for m, _ in known]), np.concatenate([e for _, e in known]))
        if self._shift:
            for back in range(_ALIGN_BLOCKS + 4, -1, -1):
                self._canceller.play(self._played(at - back * BLOCK))

    def _played(self, at: Sample) -> Floats:
        """The reference of the block at `at`."""
        at += _REFERENCE_LEAD - self._shift
        out = np.zeros(BLOCK, np.float32)
        if self._reference is not None:
            start, sound = self._reference
            lo, hi = max(at, start), min(at + BLOCK, start + len(sound))
            if lo < hi:
                out[lo - at : hi - at] = sound[lo - start : hi - start]
        return out
