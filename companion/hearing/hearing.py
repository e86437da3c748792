"""Hearing: sound in, once a block; who is speaking out. The chain of stages in one place.

sound ─▶ Activity ─▶ Features ─▶ attribution ─▶ Track per voice ─▶ Heard
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.effects import Enrol
from companion.events import Enrolled
from companion.hearing.activity import Activity
from companion.hearing.ambience import Ambience, Others
from companion.hearing.attribution import ByHand, ByNet
from companion.hearing.background import Background
from companion.hearing.enrolment import (
    LIVE,
    RECORDED,
    Enrolment,
    Limits,
    Separability,
    colour_of,
    compared,
    same_person,
    separability,
)
from companion.hearing.features import HOP, LATE, Features, Frames
from companion.hearing.heard import Heard, Notice, Segment
from companion.hearing.ports import ActivityModel
from companion.hearing.seats import CLEAR_DB
from companion.hearing.segments import Track
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, Span, samples

Floats = NDArray[np.float32]

KEPT = samples(30.0)
"""How far back `attribution` can look."""

NO_SIGN, NO_MORE_DB, LATELY = 0.05, 3.0, 6
"""Speech probability and dB over the floor below which a frame is nobody's, whatever the net says, where the LATELY frames before
it and those ahead show no sign either: in a room all but silent (80 dB below full scale) the net took the hush for a partner."""

_OWN_KEPT = 64  # blocks whose own-voice mark is kept: more than the look-ahead


class _Waiting(NamedTuple):
    """What is known of a frame before it is labelled."""

    vad: float
    level: float
    floor: float
    f0: float | None
    like: float | None  # nats by which the voice is more the first partner's, where there is speech and only voices tell


class Hearing:
    """Who speaks, block by block. `delay`: samples of declared look-ahead."""

    def __init__(
        self,
        pair: Pair,
        activity: ActivityModel,
        background: Background,
        channels: int,
        *,
        noise_snr_db: float = 5.0,
        noise_for: float = 15.0,
        noise_back_db: float = 8.0,
        noise_back_for: float = 20.0,
    ) -> None:
        """The noise limits: announce when speech has stood out by `noise_snr_db` or less for `noise_for` s, take it back when it
        has by `noise_back_db` for `noise_back_for` s."""
        self.pair, self._model, self._background, self._channels = pair, activity, background, channels
        self._net = background.two_microphones if channels > 1 else background.one_microphone
        self._lag = self._net.lag if self._net else ByHand.lag
        self.delay = LATE + self._lag * HOP
        self._activity, self._features = Activity(activity), Features(channels)
        self._ambience, self._others = Ambience(noise_snr_db, noise_for, noise_back_db, noise_back_for), Others()
        self._enrolments: dict[Partner, Enrolment] = {}
        self._attribution: ByHand | ByNet | None = None
        self._enrolling: Partner | None = None
        self._now: Sample = 0
        self._begun = self._own = False
        self._owned: deque[bool] = deque([False] * _OWN_KEPT, maxlen=_OWN_KEPT)  # own voice, newest block last
        self._waiting: deque[_Waiting] = deque()
        self._lately: deque[float] = deque(maxlen=LATELY)  # speech probabilities of the last frames labelled
        self._past: deque[tuple[Sample, float, float]] = deque(maxlen=KEPT // HOP)
        self._tracks: list[Track] = [Track(None, 0)]
        self._closed: list[Segment] = []
        self._notices: list[Notice] = []

    # --- who they are

    @property
    def enrolled(self) -> bool:
        """Whether both partners are known."""
        return self._attribution is not None

    def learn(self, who: Partner, sound: Floats) -> Enrolled:
        """Learn a partner from a recording (n, channels) at 16 kHz, before the evening begins."""
        activity, features, e = Activity(self._model), Features(self._channels), Enrolment()
        for at in range(0, len(sound) - BLOCK + 1, BLOCK):
            block = sound[at : at + BLOCK]
            e.listen(block)
            frames = features.feed(at, block, activity.feed(np.ascontiguousarray(block[:, 0])))
            if frames is not None:
                e.feed(frames)
        self._model.reset()
        return self._take(who, e, RECORDED)

    def enrol(self, e: Enrol) -> None:
        """Begin or end learning a partner by talk: all speech between is theirs."""
        if not e.done:
            self._enrolling = e.who
            self._enrolments[e.who] = Enrolment()
            self._attribution = None
            self._retrack([e.who])
        elif self._enrolling == e.who:
            self._enrolling = None
            self._notices.append(self._take(e.who, self._enrolments[e.who], LIVE))

    def _take(self, who: Partner, e: Enrolment, limits: Limits) -> Enrolled:
        """Make the profiles once both enrolments are good."""
        trouble = e.trouble(self._background.voices, limits)
        other = self._enrolments.get(self.pair.other(who))
        if trouble is None and other is not None and same_person(self._background.voices, e, other, limits):
            trouble = "same-voice"
        self._enrolments.pop(who, None)
        if trouble is None:
            self._enrolments[who] = e
            self._introduce()
        self._retrack([*self.pair, None] if self.enrolled else [None])
        remedy = self.separability().remedy if trouble is None and self.enrolled else None
        return Enrolled(self._now, self._now, who, round(e.seconds, 2), trouble, remedy)

    def _introduce(self) -> None:
        """With both partners known, begin to tell them apart."""
        if len(self._enrolments) < 2:
            return
        one, two = (self._enrolments[p] for p in self.pair)
        colour, voices = colour_of(one, two), self._background.voices
        both = voices, one.profile(voices, colour), two.profile(voices, colour), colour
        mine, theirs = compared(voices, one, two)
        apart = float(mine.mean() + theirs.mean())
        self._attribution = ByNet(*both, self._net, apart) if self._net else ByHand(*both)

    def separability(self) -> Separability:
        """How well the two can be told apart, in numbers and a sentence of advice. Raises ValueError before both are enrolled."""
        if len(self._enrolments) < 2:
            raise ValueError("both partners must be enrolled first")
        one, two = (self._enrolments[p] for p in self.pair)
        return separability(self._background.voices, one, two)

    def _retrack(self, voices: Sequence[Partner | None]) -> None:
        for t in self._tracks:
            self._keep(t.finish())
        at = max(0, self._now - self.delay)
        self._tracks = [Track(v, at) for v in voices]

    def _keep(self, done: Segment | None) -> None:
        if done is not None:
            self._closed.append(done)

    # --- what is heard

    def own_voice(self, sounding: bool) -> None:
        """From now on the companion itself sounds (or its echo does), or no longer: nothing in it is anybody's speech."""
        self._own = sounding

    def feed(self, sound: Floats) -> Heard:
        """One block (512, channels), float32, full scale ±1."""
        at = self._now
        self._now += BLOCK
        if not self._begun and not sound.any():  # silence in front moves everything and changes nothing
            return Heard(self._now, max(0, self._now - self.delay), own_voice=self._own)
        self._begun = True
        self._owned.append(self._own)
        vad = 0.0 if self._own else self._activity.feed(np.ascontiguousarray(sound[:, 0]))
        if self._enrolling is not None and not self._own:
            self._enrolments[self._enrolling].listen(sound)
        frames = self._features.feed(at, sound, vad)
        if frames is not None:
            self._follow(frames)
        return self._report(vad)

    def _follow(self, frames: Frames) -> None:
        """Two frames through attribution; what comes out belongs to those `lag` frames before them."""
        if self._owned[-1] or self._owned[-2]:
            frames = _silenced(frames)
        elif self._enrolling is not None:
            self._enrolments[self._enrolling].feed(frames)
        told = self._attribution.feed(frames) if self._attribution is not None else None
        likeness = None if self._attribution is None else self._attribution.likeness
        for i in range(len(frames.vad)):
            level = float(frames.level[i])
            f0 = float(frames.f0[i]) if frames.voiced[i] > 0.6 else None
            like = None if likeness is None or frames.vad[i] <= 0.5 else float(likeness[i])
            self._waiting.append(_Waiting(float(frames.vad[i]), level, level - float(frames.db[i]), f0, like))
            if len(self._waiting) > self._lag:
                at = frames.start + (i - self._lag) * HOP
                self._label(at, self._waiting.popleft(), None if told is None else told[i])

    def _label(self, at: Sample, w: _Waiting, told: Floats | None) -> None:
        """One frame, `lag` frames later: its probabilities to the tracks."""
        own = self._owned[-1 - min(_OWN_KEPT - 1, (self._now - 1 - (at + HOP // 2)) // BLOCK)]
        self._lately.append(w.vad)
        if told is not None and self._nothing(w):
            told = np.zeros_like(told)
        if told is None or len(self._tracks) < 3:
            speaks, laughs, hums = [w.vad], [0.0], [0.0]
        else:
            speaks = [float(told[0, 0]), float(told[1, 0]), float(told[0, 3])]
            laughs = [float(told[0, 1]), float(told[1, 1]), 0.0]
            hums = [float(told[0, 2]), float(told[1, 2]), 0.0]
            self._past.append((at, speaks[0], speaks[1]))
            if not own:
                clear = w.vad if w.level - w.floor > CLEAR_DB else 0.0
                self._others.feed(at, speaks[2], clear * (1 - max(speaks[:2])))
        likes = (w.like, None if w.like is None else -w.like, None)[: len(speaks)]
        for t, p, laugh, hum, like in zip(self._tracks, speaks, laughs, hums, likes, strict=True):
            self._keep(t.feed(at, 0.0 if own else p, laugh, w.level, w.f0, hum, like))
        if not own:
            self._ambience.feed(max(speaks[:2]), w.level, w.floor)

    def _nothing(self, w: _Waiting) -> bool:
        """Whether a frame holds no more than the noise, with no sign of speech just before it or as far as can be seen ahead."""
        signs = max(*self._lately, *(each.vad for each in self._waiting), 0.0)
        return signs < NO_SIGN and w.level - w.floor < NO_MORE_DB

    def _report(self, vad: float) -> Heard:
        notices = [*self._notices, self._ambience.notice(self._now), self._others.notice(self._now)]
        self._notices = []
        segments = [*self._closed, *(s for t in self._tracks if (s := t.segment) is not None)]
        self._closed = []
        return Heard(
            self._now,
            max(0, min(self._now - self.delay, *(t.settled for t in self._tracks))),
            tuple(sorted(segments, key=_order)),
            anyone=vad >= 0.5,
            own_voice=self._own,
            snr_db=self._ambience.snr_db,
            notices=tuple(n for n in notices if n is not None),
        )

    def finish(self) -> Heard:
        """The recording is over: label what is still waiting, close what is open."""
        end, silence = self._now, np.zeros((BLOCK, self._channels), np.float32)
        for _ in range(-(-self.delay // BLOCK) if self._begun else 0):
            frames = self._features.feed(self._now, silence, 0.0)
            self._now += BLOCK
            self._owned.append(False)
            if frames is not None:
                self._follow(frames)
        for t in self._tracks:
            self._keep(t.finish())
        self._now = end
        done = (replace(s, end=min(s.end, end)) for s in self._closed if s.start < end)
        segments, self._closed = tuple(sorted(done, key=_order)), []
        return Heard(end, end, segments, snr_db=self._ambience.snr_db)

    def attribution(self, span: Span) -> tuple[Partner | None, float]:
        """Who spoke mostly in a past stretch (the last 30 s are kept), and how sure that is (0..1)."""
        ps = [(a, b) for at, a, b in self._past if at + HOP > span.start and at < span.end]
        one, two = sum(a for a, _ in ps), sum(b for _, b in ps)
        if not ps or max(one, two) < 0.2 * len(ps):
            return None, 0.0
        return (self.pair.one if one > two else self.pair.two), max(one, two) / (one + two)


def _order(s: Segment) -> tuple[Sample, str]:
    return s.start, s.by or ""


def _silenced(frames: Frames) -> Frames:
    """The same frames with nobody in them."""
    zero = np.zeros_like(frames.vad)
    weight = None if frames.weight is None else np.zeros_like(frames.weight)
    return replace(frames, vad=zero, db=zero, voiced=zero, bands=np.zeros_like(frames.bands), weight=weight)
