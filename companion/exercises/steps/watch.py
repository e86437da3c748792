"""What is watched while one partner has the floor: long silences, the other coming in. It proposes; the cue desk decides."""

from __future__ import annotations

from dataclasses import replace

from companion.events import ContestedStart, Interruption, InterruptionEnded, PhraseHeard, SpeechEnded
from companion.exercises.cues import unasked
from companion.exercises.steps.step import Beat, Scene, Wish, Withdraw
from companion.partner import Partner
from companion.timeline import Sample, samples

AGAIN_WITHIN = 90.0
"""A second episode this soon after the first cue is answered in words."""
LONG_TAKEOVER = 4.0
"""A takeover that lasts this long is answered in words, even if it is the first."""
VERDICT = 0.55
"""Seconds of silence before the chime: a command of the listener's is known as one 0.45 s after its last word."""
BRIEF = 1.4
"""Seconds: what was shorter is left uncued. Most laughs are shorter, and hearing draws hums out; first chosen on rehearsed
dinners 1 to 5, then lengthened for laughs of 0.9 s that were heard as 1.38, without walls."""
GROWS = 2.0
"""Seconds that make an episode longer which is under way already: reverberation draws a hum out to 1.3 s."""
CERTAIN = 2.5
"""Seconds after which there is no more doubt that it is one: neither hums nor laughs last so long."""


class Interruptions:
    """Episodes of one step: a chime, then words, then a question to the holder, then never again in this step.

    An episode begins with an interruption and ends when `Manners.episode` seconds have passed without another.
    """

    def __init__(self, scene: Scene, holder: Partner) -> None:
        self._scene = scene
        self._holder = holder
        self._episodes = 0
        self._last: Sample | None = None  # end of the last interruption that counted, as far as known
        self._before: Sample | None = None  # the same before the one under way
        self._until: Sample = 0  # end of the interruption under way, as far as known
        self._longest = self._talked = 0  # of its stretches of speech: the longest, and all together
        self._cued: Sample | None = None  # when a cue was last given
        self._takeover: Interruption | None = None
        self._asked = False
        self._proposed = False  # a cue for the interruption under way

    def on(self, beat: Beat) -> list[Wish]:
        """The cues that this block's events call for."""
        if beat.news.given & {"c_int1", "c_int2", "c_int3"}:
            self._cued = beat.now
            self._asked = self._asked or "c_int3" in beat.news.given
        wishes: list[Wish] = []
        for event in beat.events:
            if isinstance(event, PhraseHeard) and self._takeover is not None and event.end > self._takeover.start:
                wishes += [Withdraw(id, "mended") for id in ("c_int1", "c_int2", "c_int3")]
                self._takeover = None
            if isinstance(event, Interruption):
                wishes += self._begun(event, beat)
            elif isinstance(event, SpeechEnded):
                wishes += self._said(event, beat)
            elif isinstance(event, InterruptionEnded) and event.of == self._holder:
                self._ended(event)
        return wishes + self._lasting(beat)

    def _sure(self, event: Interruption) -> bool:
        return event.probability >= self._scene.manners.interruption_probability

    def _begun(self, event: Interruption, beat: Beat) -> list[Wish]:
        ours = event.of == self._holder and event.kind != "completion" and event.confidence >= self._scene.manners.attribution
        if not ours or self._asked:
            return []
        self._takeover, self._proposed, self._until, self._before = event, False, event.end, self._last
        self._longest = self._talked = 0
        return self._propose(event, beat) if self._sure(event) else []

    def _same(self, event: Interruption) -> bool:
        """Whether it belongs to the episode before it."""
        return self._before is not None and event.start - self._before < samples(self._scene.manners.episode)

    def _propose(self, event: Interruption, beat: Beat) -> list[Wish]:
        """A new episode is cued; more of the same is not."""
        if self._same(event):
            return []
        self._proposed, self._last = True, self._until
        self._episodes += 1
        return self._cue(event, beat, worded=False)

    def _said(self, segment: SpeechEnded, beat: Beat) -> list[Wish]:
        """A long laugh or a drawn-out hum is over before it deserves a cue; if more follows after all, it does."""
        event = self._takeover
        if event is None or segment.by != event.by or segment.end <= event.start:
            return []
        if segment.start - self._until > samples(self._scene.manners.interruption_same):
            self._takeover = None  # something new, and no part of it
            return []
        self._until = max(segment.end, self._until)
        lasted = self._lasted(segment.end - max(segment.start, event.start))
        if self._proposed and lasted < samples(BRIEF):
            self._proposed, self._last = False, self._before
            self._episodes -= 1
            return [Withdraw(id, "mended") for id in ("c_int1", "c_int2", "c_int3")]
        wishes: list[Wish] = []
        if not self._proposed and lasted >= samples(BRIEF if self._sure(event) else CERTAIN):
            wishes = self._propose(event, beat)
        self._lengthen(event, self._until)
        return wishes

    def _lasted(self, stretch: int) -> int:
        """How long it has lasted, with this stretch: its longest, or half of all. Two hums in a row are no interruption."""
        self._longest, self._talked = max(self._longest, stretch), self._talked + stretch
        return max(self._longest, self._talked // 2)

    def _lengthen(self, event: Interruption, until: Sample) -> None:
        """The episode reaches as far as this one, if it is that of the episode's cue or long enough."""
        if self._proposed or (self._same(event) and until - event.start >= samples(GROWS)):
            self._last = until

    def _ended(self, event: InterruptionEnded) -> None:
        if self._takeover is not None and self._takeover.start == event.start:
            self._lengthen(self._takeover, event.end)
            self._takeover = None

    def _lasting(self, beat: Beat) -> list[Wish]:
        """A takeover that goes on and on, and a holder who has lost the floor."""
        event = self._takeover
        if event is None or self._asked or not self._sure(event):
            return []
        lasts = beat.now - event.start
        if samples(LONG_TAKEOVER) <= lasts < samples(LONG_TAKEOVER) + samples(0.032) and event.kind == "takeover":
            return [Withdraw("c_int1", "outranked"), *self._cue(event, beat, worded=True)]
        return []

    def _cue(self, event: Interruption, beat: Beat, *, worded: bool) -> list[Wish]:
        manners = self._scene.manners
        again = self._cued is not None and beat.now - self._cued <= samples(AGAIN_WITHIN)
        if self._episodes >= 3 and manners.cued_interruptions == "spoken" and event.quiet:
            id = "c_int3"
        elif (worded or again) and event.quiet:
            id = "c_int2"
        else:
            id = "c_int1"
        holder = self._holder
        cue = unasked(id, beat.now, holder=holder, sure=event.confidence, slots=self._scene.slots(holder))
        return [replace(cue, gap=VERDICT) if id == "c_int1" else cue]


class FloorWatch:
    """Everything that may be cued while `holder` has the floor."""

    def __init__(self, scene: Scene, holder: Partner, *, soft: bool) -> None:
        self._scene = scene
        self._holder = holder
        self._interruptions = Interruptions(scene, holder)
        self._stuck = scene.manners.stuck_soft if soft else scene.manners.stuck
        self._soft = soft
        self._thought = False
        self._offered = False
        self._spoke: Sample | None = None  # when c_think was given: the next words keep their distance

    def on(self, beat: Beat, since: Sample) -> list[Wish]:
        """`since`: the moment from which silence counts at the earliest, such as the end of the prompt."""
        wishes = self._interruptions.on(beat)
        if "c_think" in beat.news.given:
            self._spoke = beat.now
        for event in beat.events:
            if isinstance(event, ContestedStart) and event.won is None:
                wishes.append(self._cue("c_both", beat))
        return wishes + self._silence(beat, since)

    def _silence(self, beat: Beat, since: Sample) -> list[Wish]:
        if beat.moment.quiet_for == 0:
            self._thought = self._offered = False
            return []
        manners, scene = self._scene.manners, self._scene
        silent = min(beat.moment.quiet_for, beat.now - since)
        begun = scene.talk.of(self._holder).spoken > 0
        patience = beat.moment.patience_of(self._holder)
        think = samples((manners.think if begun else manners.think_first) * patience)
        apart = self._spoke is None or beat.now - self._spoke >= samples(manners.cue_distance)
        if silent >= samples(self._stuck * patience) and apart and not self._offered:
            self._offered = True
            return [self._cue("c_stuck", beat)]
        if silent >= think and not self._thought and not self._soft:
            self._thought = True
            return [self._cue("c_think", beat)]
        return []

    def _cue(self, id: str, beat: Beat) -> Wish:
        return unasked(id, beat.now, holder=self._holder, slots=self._scene.slots(self._holder))
