"""How fast and loud the talk has become, against these two people's own evening: five signals, none of which is a verdict.

Each is as often joy as anything else. Two of the last half minute together (three for gentle and for lively manners) are reason
enough to offer a moment of quiet, nothing more; nothing of it is kept, said or logged but that the offer was made. The five and
their limits are choices of ours; laughter, noise and play switch them off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from companion.events import Event, Gap, Interruption, Laugh, Overlap, SpeechEnded
from companion.exercises.moment import Moment, Voiced
from companion.partner import Partner
from companion.timeline import Sample, samples

WINDOW = 30.0
"""Seconds that are looked at."""
EPISODE, EPISODES = 10.0, 3
"""Seconds after which an interruption by the same partner is another episode, and how many of them."""
OVERLAPPED = 0.25
"""Share of the speech of the window that is spoken by both at once."""
OVERLAP_OF = 8.0
"""Seconds of speech in the window below which a share says nothing."""
LOUDER_DB, LOUDER_FOR = 8.0, 5.0
HIGHER = 4.0 / 12.0
"""Four semitones, in octaves."""
QUICK_GAP, QUICK_CHANGES = 0.1, 4
OWN_FROM = 12
"""Segments of a partner from which on their own evening is known."""
REMEMBERED = 400
"""Segments of a partner's evening that its medians rest on."""
LAUGHED_WITHIN = 10.0
CALM = 8.0
"""Seconds without an interruption, a quick change or overlap that take the offer back."""


@dataclass(slots=True)
class _Own:
    """One partner's evening: levels in dB and pitches in octaves of their segments; and those of the window with their times."""

    levels: deque[float]
    pitches: deque[float]
    lately: deque[Voiced]


class Pace:
    """Counts signals. `notice` once a block; `signals` how many of the five there are now; `calm` whether it has passed."""

    def __init__(self, pair: Sequence[Partner]) -> None:
        self._own = {who: _Own(deque(maxlen=REMEMBERED), deque(maxlen=REMEMBERED), deque()) for who in pair}
        self._episodes: deque[tuple[Sample, Partner]] = deque()
        self._overlaps: deque[tuple[Sample, int]] = deque()
        self._speech: deque[tuple[Sample, int]] = deque()
        self._changes: deque[Sample] = deque()
        self._stirred: Sample | None = None
        self._laughed: Sample | None = None
        self._last: dict[Partner, Sample] = {}  # end of the last interruption by each

    def notice(self, moment: Moment, events: Sequence[Event]) -> None:
        """Take a block in."""
        for event in events:
            match event:
                case Interruption():
                    self._interrupted(event)
                case Overlap():
                    self._overlaps.append((event.end, event.end - event.start))
                    self._stir(event.end)
                case Gap() if event.end - event.start < samples(QUICK_GAP):
                    self._changes.append(event.end)
                    self._stir(event.end)
                case SpeechEnded():
                    self._speech.append((event.end, event.end - event.start))
                case Laugh():
                    self._laughed = event.end
                case _:
                    pass
        for voiced in moment.voiced:
            own = self._own[voiced.by]
            own.levels.append(voiced.level_db)
            own.lately.append(voiced)
            if voiced.pitch is not None:
                own.pitches.append(voiced.pitch)
        self._forget(moment.now - samples(WINDOW))

    def signals(self, now: Sample) -> int:
        """How many of the five there are; none while people laugh."""
        if self._laughed is not None and now - self._laughed < samples(LAUGHED_WITHIN):
            return 0
        found = (
            len(self._episodes) >= EPISODES, self._both_at_once(now), any(self._loud(own) for own in self._own.values()),
            any(self._high(own) for own in self._own.values()), len(self._changes) >= QUICK_CHANGES,
        )  # fmt: skip
        return sum(found)

    def calm(self, now: Sample) -> bool:
        """Whether nothing of the kind has happened for a while."""
        return self._stirred is None or now - self._stirred >= samples(CALM)

    def begin_again(self) -> None:
        """What was counted led to an offer: count afresh."""
        for counted in (self._episodes, self._overlaps, self._speech, self._changes):
            counted.clear()
        for own in self._own.values():
            own.lately.clear()

    def _interrupted(self, event: Interruption) -> None:
        last = self._last.get(event.by)
        if last is None or event.start - last >= samples(EPISODE):
            self._episodes.append((event.noticed, event.by))
        self._last[event.by] = event.end
        self._stir(event.noticed)

    def _stir(self, at: Sample) -> None:
        self._stirred = at if self._stirred is None else max(at, self._stirred)

    def _both_at_once(self, now: Sample) -> bool:
        since = now - samples(WINDOW)
        both = sum(min(length, end - since) for end, length in self._overlaps)
        speech = sum(min(length, end - since) for end, length in self._speech) - both  # both segments hold it
        return speech >= samples(OVERLAP_OF) and both >= OVERLAPPED * speech

    @staticmethod
    def _loud(own: _Own) -> bool:
        if len(own.levels) < OWN_FROM:
            return False
        usual = median(own.levels)
        return sum(each.length for each in own.lately if each.level_db >= usual + LOUDER_DB) >= samples(LOUDER_FOR)

    @staticmethod
    def _high(own: _Own) -> bool:
        lately = [each.pitch for each in own.lately if each.pitch is not None]
        return len(own.pitches) >= OWN_FROM and len(lately) >= 3 and median(lately) >= median(own.pitches) + HIGHER

    def _forget(self, before: Sample) -> None:
        for timed in (self._episodes, self._overlaps, self._speech):
            while timed and timed[0][0] < before:
                timed.popleft()
        while self._changes and self._changes[0] < before:
            self._changes.popleft()
        for own in self._own.values():
            while own.lately and own.lately[0].end < before:
                own.lately.popleft()
