"""Hearing: sound in, once a block; who is speaking out. The chain of stages in one place.

    sound ─▶ Activity ─▶ Features ─▶ attribution ─▶ Track per voice ─▶ Heard
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from companion.effects import Enrol
from companion.events import Enrolled
from companion.hearing.activity import Activity
from companion.hearing.attribution import ByHand, ByNet
from companion.hearing.background import Background
from companion.hearing.enrolment import Enrolment, colour_of
from companion.hearing.features import HOP, LATE, Features, Frames
from companion.hearing.heard import Heard, Notice, Segment
from companion.hearing.ports import ActivityModel
from companion.hearing.segments import Track
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, Span, samples, seconds

Floats = NDArray[np.float32]

KEPT = samples(30.0)
"""How far back `attribution` can look."""


class Hearing:
    """Who speaks, block by block. `delay`: samples of declared look-ahead."""

    def __init__(self, pair: Pair, activity: ActivityModel, background: Background, channels: int) -> None:
        self._pair, self._model, self._background, self._channels = pair, activity, background, channels
        self._net = background.two_microphones if channels > 1 else background.one_microphone
        self._lag = self._net.lag if self._net else ByHand.lag
        self.delay = LATE + self._lag * HOP
        self._enrolments: dict[Partner, Enrolment] = {}
        self._attribution: ByHand | ByNet | None = None
        self._enrolling: Partner | None = None
        self._now: Sample = 0
        self._begun = False
        self._own = False
        self._notices: list[Notice] = []
        self._waiting: deque[tuple[float, float, float, float | None, bool]] = deque()  # vad, laugh, level, f0, own: by frame
        self._past: deque[tuple[Sample, float, float]] = deque(maxlen=KEPT // HOP)
        self._activity = Activity(activity)
        self._features = Features(channels)
        self._tracks: list[Track] = [Track(None, 0)]
        self._closed: list[Segment] = []

    # --- who they are

    @property
    def enrolled(self) -> bool:
        """Whether both partners are known."""
        return self._attribution is not None

    def learn(self, who: Partner, sound: Floats) -> Enrolled:
        """Learn a partner from a recording (n, channels) at 16 kHz, before the evening begins."""
        activity, features, e = Activity(self._model), Features(self._channels), Enrolment()
        for k in range(len(sound) // BLOCK):
            block = sound[k * BLOCK : (k + 1) * BLOCK]
            frames = features.feed(k * BLOCK, block, activity.feed(np.ascontiguousarray(block[:, 0])))
            if frames is not None:
                e.feed(frames)
        self._model.reset()
        return self._take(who, e)

    def _take(self, who: Partner, e: Enrolment) -> Enrolled:
        self._enrolments[who] = e
        if all(p in self._enrolments for p in self._pair):
            one, two = (self._enrolments[p] for p in self._pair)
            colour, voices = colour_of(one, two), self._background.voices
            both = voices, one.profile(voices, colour), two.profile(voices, colour), colour
            self._attribution = ByNet(*both, self._net) if self._net else ByHand(*both)
        return Enrolled(self._now, self._now, who, round(e.seconds, 2), None)

    def enrol(self, e: Enrol) -> None:
        """Begin or end learning a partner by talk: all speech between is theirs."""
        if not e.done:
            self._enrolling = e.who
            self._enrolments[e.who] = Enrolment()
            self._retrack([e.who])
            return
        self._enrolling = None
        self._notices.append(self._take(e.who, self._enrolments.get(e.who, Enrolment())))
        self._retrack(list(self._pair) if self.enrolled else [None])

    def _retrack(self, voices: list[Partner | None] | list[Partner]) -> None:
        for t in self._tracks:
            done = t.finish()
            if done:
                self._closed.append(done)
        self._tracks = [Track(v, max(0, self._now - self.delay)) for v in voices]

    # --- what is heard

    def own_voice(self, sounding: bool) -> None:
        """From now on the companion itself sounds (or its echo does), or no longer."""
        self._own = sounding

    def feed(self, sound: Floats) -> Heard:
        """One block (512, channels), float32, full scale ±1."""
        at = self._now
        self._now += BLOCK
        if not self._begun:
            if not sound.any():  # silence in front moves everything and changes nothing
                return Heard(self._now, self._settled(), own_voice=self._own)
            self._begun = True
            if self._tracks[0].by is None and self.enrolled:
                self._retrack(list(self._pair))
        p = self._activity.feed(np.ascontiguousarray(sound[:, 0]))
        frames = self._features.feed(at, sound, p)
        if frames is not None:
            self._follow(frames)
        return self._report(p)

    def _follow(self, frames: Frames) -> None:
        if self._enrolling is not None and not self._own:
            self._enrolments[self._enrolling].feed(frames)
        attributed = self._attribution.feed(frames) if self._attribution is not None else None
        for i in range(len(frames.vad)):
            f0 = float(frames.f0[i]) if frames.voiced[i] > 0.6 else None
            self._waiting.append((float(frames.vad[i]), 0.0, float(frames.level[i]), f0, self._own))
            if len(self._waiting) <= self._lag:
                continue
            vad, laugh, level, f0, own = self._waiting.popleft()
            at = frames.start + i * HOP - self._lag * HOP
            if len(self._tracks) == 2 and attributed is not None:
                ps = [float(x) for x in attributed[i, :, 0]]
                laugh = float(attributed[i, :, 1].max())
                self._past.append((at, ps[0], ps[1]))
            else:
                ps = [vad]
            for t, x in zip(self._tracks, ps, strict=True):
                done = t.feed(at, 0.0 if own else x, laugh, level, f0)
                if done is not None:
                    self._closed.append(done)

    def _settled(self) -> Sample:
        return max(0, min([self._now - self.delay, *(t.settled for t in self._tracks)])) if self._begun else max(0, self._now - self.delay)

    def _report(self, p: float) -> Heard:
        segments = self._closed + [s for t in self._tracks if (s := t.segment) is not None]
        self._closed = []
        notices, self._notices = tuple(self._notices), []
        segments.sort(key=lambda s: (s.start, s.by or ""))
        return Heard(
            self._now, self._settled(), tuple(segments), anyone=p >= 0.5 and not self._own, own_voice=self._own, notices=notices
        )

    def finish(self) -> Heard:
        """The recording is over: label what is still waiting, close what is open."""
        silence = np.zeros((BLOCK, self._channels), np.float32)
        end = self._now
        for _ in range(-(-self.delay // BLOCK)):
            frames = self._features.feed(self._now, silence, 0.0)
            self._now += BLOCK
            if frames is not None:
                self._follow(frames)
        for t in self._tracks:
            done = t.finish()
            if done is not None:
                self._closed.append(done)
        self._now = end
        segments = tuple(sorted(self._closed, key=lambda s: (s.start, s.by or "")))
        self._closed = []
        return Heard(end, end, segments)

    def attribution(self, span: Span) -> tuple[Partner | None, float]:
        """Who spoke mostly in a past stretch (the last 30 s are kept), and how sure that is (0..1)."""
        ps = [(a, b) for at, a, b in self._past if at + HOP > span.start and at < span.end]
        one, two = sum(a for a, _ in ps), sum(b for _, b in ps)
        if not ps or max(one, two) < 0.2 * len(ps):
            return None, 0.0
        who = self._pair.one if one > two else self._pair.two
        return who, max(one, two) / (one + two)
