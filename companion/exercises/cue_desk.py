"""The cue desk: the only place that decides that the companion speaks now.

Steps propose cues and owe lines; the desk waits for a gap, drops what is stale or has mended itself, lets the more important go
first, keeps distances and caps, names nobody it is unsure of, and falls silent for a partner who begins as it begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from companion.conversation.manners import Manners
from companion.effects import Effect
from companion.events import CueDropped, CueGiven, Event, Laugh, Mishap
from companion.exercises.cue_under_way import Playing, Waiting
from companion.exercises.cues import OWED, Cue, Mends, Rank
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.exercises.script import Words
from companion.inputs import PlaybackEnded, PlaybackStarted
from companion.timeline import BLOCK, Sample, samples, seconds

CueVoice = Literal["spoken", "chimes", "none"]
Why = Literal["stale", "mended", "yielded", "capped", "distance", "outranked", "setting", "ended"]
Out = Event | Effect

LAUGHTER_WITHIN = 1.0
"""Seconds around a cue's trigger in which laughter says that no cue was needed."""
STILL_GOING = 12.0
"""Seconds for which a cue about an interruption stays fresh while the interruption goes on."""
STROKES_WITHIN = 1.2
"""Seconds after the first stroke of a chime in which the second still belongs to it; later it would be another cue."""
DEAF = 0.25
"""Seconds after our own sound in which nobody is heard: hearing waits for the room's tail."""
BETWEEN_LINES = 0.4
"""Seconds between two lines of the companion's own."""
OWED_EASES = 10.0
"""Seconds after which a line that is owed takes a gap of 0.3 s, so that lively talk does not hold it up for ever."""


@dataclass(frozen=True, slots=True)
class Custom:
    """What cues a step allows: `all` of the table (floor steps), only chimes (`soft`), or none but the few that go everywhere.

    `play`: interruptions and balance are nobody's business here.
    """

    cues: bool = False
    soft: bool = False
    play: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What became of cues, by their tags: `over` (sounded to the end, or cut), `given` (begun), `dropped` (never given)."""

    over: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def and_then(self, later: News, but: frozenset[str] = frozenset()) -> News:
        """Both together, without what became of the cues tagged `but`."""
        return News((self.over | later.over) - but, self.given | later.given, (self.dropped | later.dropped) - but)


class CueDesk:
    """One for an evening. `feed` once a block; `news` tells the steps what became of their cues since they last asked."""

    def __init__(
        self, manners: Manners, words: Words, mouth: Mouth, cue_voice: CueVoice = "spoken", *, names: bool = True
    ) -> None:
        self.manners = manners
        self.cue_voice: CueVoice = cue_voice
        self.names = names
        self.deaf = False  # it is too loud to follow: only time is kept
        self.company = False  # a third voice is here: no cues
        self._over: set[str] = set()
        self._given: set[str] = set()
        self._dropped: set[str] = set()
        self._words = words
        self._mouth = mouth
        self._custom = Custom()
        self._waiting: list[Waiting] = []
        self._playing: Playing | None = None
        self._counts: dict[tuple[str, str], int] = {}
        self._last_given: dict[str, Sample] = {}
        self._spoken: deque[Sample] = deque(maxlen=8)
        self._chimed: Sample | None = None
        self._out: list[Out] = []

    # --- what the engine tells it

    def begin_step(self, custom: Custom, at: Sample) -> list[Out]:
        """A step begins: what waited for the last one has ended, the caps of a step start afresh."""
        self._custom = custom
        self._counts = {key: n for key, n in self._counts.items() if key[0] != "step"}
        return self.clear(at)

    def begin_exercise(self) -> None:
        """The caps of an exercise start afresh."""
        self._counts = {key: n for key, n in self._counts.items() if key[0] != "exercise"}

    def clear(self, at: Sample) -> list[Out]:
        """Forget everything that waits, further parts of an unasked cue among it. What is sounding goes on."""
        out = [self._drop(each.cue, "ended", at) for each in self._waiting]
        self._waiting.clear()
        if self._playing is not None and not self._playing.cue.asked:
            self._playing.chimes_left, self._playing.text = 0, ""
        return list(out)

    def silence(self, at: Sample) -> list[Out]:
        """Fall silent at once and forget everything that waits or sounds."""
        out: list[Out] = []
        if self._mouth.busy:
            out.append(self._mouth.hush())
            self._mouth.forget(at)
        if self._playing is not None:
            self._over.add(self._playing.cue.tag)
            self._playing = None
        return [*out, *self.clear(at)]

    @property
    def busy(self) -> bool:
        """Whether a cue is being sounded."""
        return self._playing is not None

    @property
    def owed(self) -> tuple[Cue, ...]:
        """Lines that are owed or were asked for: the one that sounds, in its words, then those that wait."""
        sounds = [] if self._playing is None else [replace(self._playing.cue, text=self._playing.words or self._playing.cue.text)]
        return tuple(cue for cue in (*sounds, *(each.cue for each in self._waiting)) if cue.asked)

    def propose(self, cue: Cue) -> list[Out]:
        """Take a cue up: it waits for its gap. Nothing happens if one of its name waits already; unasked ones may be refused."""
        if any(each.cue.name == cue.name and each.cue.tag == cue.tag for each in self._waiting):
            return []
        refused = None if cue.asked else self._refusal(cue)
        if refused is not None:
            return [self._drop(cue, refused, cue.at)]
        self._waiting.append(Waiting(cue, cue.at))
        return []

    def withdraw(self, name: str, why: Why, at: Sample) -> list[Out]:
        """Take a waiting cue back. A cue that sounds already is left to finish."""
        gone = [each for each in self._waiting if each.cue.name == name or (each.cue.tag == name and name)]
        self._waiting = [each for each in self._waiting if each not in gone]
        return [self._drop(each.cue, why, at) for each in gone]

    def told(self, given: PlaybackStarted | PlaybackEnded) -> None:
        """The loudspeaker's news."""
        self._mouth.told(given)
        if self._playing is not None and isinstance(given, PlaybackStarted) and given.cue == self._playing.number:
            self._playing.began = given.at

    def news(self) -> News:
        """What became of cues since the last call."""
        news = News(frozenset(self._over), frozenset(self._given), frozenset(self._dropped))
        self._over, self._given, self._dropped = set(), set(), set()
        return news

    # --- once a block

    def feed(self, moment: Moment, events: Sequence[Event]) -> list[Out]:
        """Go on: notice the end of what sounds, yield, drop, and give the one cue whose gap has come."""
        self._out = []
        self._go_on(moment)
        self._yield(moment)
        self._weed(moment, events)
        if not self._mouth.busy and self._playing is None:
            self._give(moment)
        return self._out

    def _go_on(self, moment: Moment) -> None:
        """Notice the end of a sound; a cue of several parts goes on in the next gap, or leaves the rest out."""
        sound, playing = self._mouth.beat(moment.now), self._playing
        if sound is not None and sound.unheard:
            self._out.append(Mishap(moment.now, moment.now, "a line was asked for and never heard"))
        if playing is None or self._mouth.busy:
            return
        if (sound is not None and sound.cut) or (playing.chimes_left == 0 and not playing.text):
            self._end(moment)
            return
        playing.waits = moment.now if playing.waits is None else playing.waits
        worded = playing.chimes_left == 0 and not playing.cue.asked
        gap = samples(self.manners.cue_gap if worded else self.manners.chime_gap)
        if self._silent_since_own(moment, 0 if playing.cue.asked else gap) and moment.quiet_for >= gap:
            playing.waits = None
            self._sound(moment)
        elif playing.chimes_left > 0 and moment.now - playing.waits > samples(STROKES_WITHIN):
            self._end(moment)
        elif moment.now - playing.waits > samples(min(self._stale(playing.cue), OWED.stale or 0.0)):
            self._out.append(self._drop(playing.cue, "yielded", moment.now))
            self._end(moment)

    def _silent_since_own(self, moment: Moment, gap: int) -> bool:
        """Nobody speaks, and has not for `gap` since we could hear people again after our own last sound."""
        deaf_until = None if self._mouth.over_at is None else self._mouth.over_at + samples(DEAF)
        return moment.silent and not moment.own_voice and (deaf_until is None or not gap or moment.now - deaf_until >= gap)

    def _end(self, moment: Moment) -> None:
        if self._playing is not None:
            self._over.add(self._playing.cue.tag)
            self._playing = None

    def _yield(self, moment: Moment) -> None:
        playing = self._playing
        if playing is None or playing.began is None or playing.cue.asked or not playing.yields or not playing.worded:
            return
        if moment.quiet_for == 0:
            playing.over_speech += BLOCK
        else:
            playing.over_speech = 0
        began_to_speak = moment.now - playing.over_speech
        if playing.over_speech == 0 or began_to_speak > playing.began + samples(self.manners.yield_within):
            return
        if playing.over_speech >= samples(self.manners.yield_after):
            self._out.append(self._mouth.hush())
            self._out.append(self._drop(playing.cue, "yielded", moment.now))
            playing.yields = False
            playing.text, playing.chimes_left = "", 0

    def _weed(self, moment: Moment, events: Sequence[Event]) -> None:
        laughed = any(isinstance(event, Laugh) for event in events)
        for each in list(self._waiting):
            why = self._gone(each, moment, laughed)
            if why is not None:
                self._waiting.remove(each)
                self._out.append(self._drop(each.cue, why, moment.now))

    def _gone(self, each: Waiting, moment: Moment, laughed: bool) -> Why | None:
        cue, mends = each.cue, each.cue.kind.mends
        if Mends.SPEECH in mends and moment.quiet_for == 0 and moment.now > cue.at:
            return "mended"
        if Mends.LAUGHTER in mends and laughed and moment.now - cue.at <= samples(LAUGHTER_WITHIN):
            return "mended"
        if Mends.ONE_VOICE in mends and len(moment.speaking) == 1:
            return "mended"
        if Mends.RESUMED in mends and moment.speaking == {cue.holder}:
            each.alone += BLOCK
            if each.alone >= samples(self.manners.self_repair):
                return "mended"
        still = Mends.RESUMED in mends and bool(moment.speaking - {cue.holder})
        if still and moment.now - each.proposed <= samples(STILL_GOING):
            each.cue = cue = replace(cue, at=moment.now)  # what it is about goes on: it is not stale yet
        if seconds(moment.now - cue.at) > self._stale(cue):
            return "distance" if each.held else "stale"
        return None

    def _stale(self, cue: Cue) -> float:
        return self.manners.cue_stale if cue.kind.stale is None else cue.kind.stale

    def _give(self, moment: Moment) -> None:
        urgent = [each for each in self._waiting if each.cue.kind.urgent]
        ready = urgent or [each for each in self._waiting if self._gap_for(each.cue, moment)]
        free = [each for each in ready if each.cue.asked or not each.cue.kind.apart or self._distant(each, moment)]
        if not free:
            return
        best = min(free, key=lambda each: (each.cue.kind.rank, each.cue.at))
        self._waiting.remove(best)
        for each in [each for each in self._waiting if not each.cue.asked and each.cue.kind.rank >= best.cue.kind.rank]:
            self._waiting.remove(each)
            self._out.append(self._drop(each.cue, "outranked", moment.now))
        self._start(best, moment)

    def _gap_for(self, cue: Cue, moment: Moment) -> bool:
        if moment.own_voice or not moment.silent:
            return False
        if cue.asked and self._mouth.over_at is not None and moment.now - self._mouth.over_at < samples(BETWEEN_LINES):
            return False
        gap = cue.gap if cue.gap is not None else cue.kind.gap
        if gap is None:
            gap = self.manners.cue_gap if cue.kind.words and not self._chimes_only(cue) else self.manners.chime_gap
        waited = seconds(moment.now - cue.at)
        if cue.name == "c_wrap" and waited >= OWED_EASES:
            gap = self.manners.wrap_pause_after_20 if waited >= 2 * OWED_EASES else self.manners.wrap_pause_after_10
        elif cue.asked and waited >= OWED_EASES:
            gap = min(gap, self.manners.chime_gap)
        return moment.quiet_for >= samples(gap)

    def _distant(self, each: Waiting, moment: Moment) -> bool:
        """Whether enough time lies between this unasked cue and those before; a held-back one may become its chime."""
        cue = each.cue
        speaks = cue.kind.words and not self._chimes_only(cue)
        if speaks and not self._may_speak(moment.now):
            if not (cue.kind.on_hold and cue.kind.stands_in):
                each.held = True
                return False
            speaks = False
            each.cue = cue = replace(cue, kind=replace(cue.kind, words=False, chime=cue.kind.stands_in, chimes=1))
        if not speaks and self._chimed is not None and moment.now - self._chimed < samples(self.manners.chime_distance):
            each.held = True
            return False
        return True

    def _may_speak(self, now: Sample) -> bool:
        if not self._spoken:
            return True
        minute = [at for at in self._spoken if now - at < samples(60.0)]
        return now - self._spoken[-1] >= samples(self.manners.cue_distance) and len(minute) < self.manners.cues_in_60_s

    # --- what may be given at all

    def _refusal(self, cue: Cue) -> Why | None:
        """Why an unasked cue may not even wait: the step has no cues, the setting none of these, or its cap is reached."""
        kind = cue.kind
        if not kind.everywhere and not self._custom.cues:
            return "setting"
        if self.deaf and kind.rank is not Rank.TIME and kind.id not in ("c_noise", "c_idle"):
            return "setting"
        if self.company and kind.id not in ("c_third", "c_noise", "c_idle"):
            return "setting"
        if self._custom.play and kind.rank in (Rank.INTERRUPTION, Rank.BALANCE):
            return "setting"
        if self.cue_voice == "none" and kind.rank is not Rank.TIME:
            return "setting"
        if self._chimes_only(cue) and kind.stands_in is None:
            return "setting"
        if any(self._counts.get((span, kind.id), 0) >= cap for span, cap in self._caps(cue) if cap is not None):
            return "capped"
        last = self._last_given.get(kind.id)
        if kind.cap.every is not None and last is not None and cue.at - last < samples(kind.cap.every):
            return "capped"
        return None

    def _caps(self, cue: Cue) -> Iterable[tuple[str, int | None]]:
        cap = cue.kind.cap
        return (("step", cap.step), ("exercise", cap.exercise), ("evening", cap.evening))

    def _chimes_only(self, cue: Cue) -> bool:
        if cue.asked:
            return False
        if self._custom.soft or self.cue_voice != "spoken":
            return True
        return cue.kind.rank is Rank.INTERRUPTION and self.manners.cued_interruptions == "chimes" and cue.name != "c_both"

    # --- giving it

    def _start(self, each: Waiting, moment: Moment) -> None:
        cue = each.cue
        role_free = not self.names or cue.sure < self.manners.attribution
        text, chimes = self._content(cue, role_free)
        if not text and not chimes:
            self._out.append(self._drop(cue, "setting", moment.now))
            self._over.add(cue.tag)
            return
        for span, _ in self._caps(cue):
            self._counts[span, cue.kind.id] = self._counts.get((span, cue.kind.id), 0) + 1
        self._last_given[cue.kind.id] = moment.now
        if not cue.asked:
            if text:
                self._spoken.append(moment.now)
            if chimes:
                self._chimed = moment.now
        self._given.add(cue.tag)
        self._playing = Playing(cue, chimes, text, role_free, words=text)
        self._sound(moment)

    def _content(self, cue: Cue, role_free: bool) -> tuple[str, int]:
        """The words and the number of chimes of a cue, as the settings want them. Before words one stroke is enough."""
        chimes = cue.chimes or cue.kind.chimes
        if self._chimes_only(cue) or not (cue.kind.words or cue.asked):
            return "", max(1, chimes) if (cue.chime or cue.kind.chime or cue.kind.stands_in) else 0
        text = cue.text or (self._words.words(cue.line, cue.slots, role_free=role_free) if cue.line else "") or ""
        return text, min(chimes, 1) if text else chimes

    def _sound(self, moment: Moment) -> None:
        playing = self._playing
        if playing is None:
            return
        cue = playing.cue
        kind = cue.chime or cue.kind.chime or cue.kind.stands_in
        if playing.chimes_left > 0 and kind is not None:
            playing.chimes_left -= 1
            chime = self._mouth.chime(kind, moment.now)
            playing.number = chime.cue
            self._out.append(CueGiven(cue.at, moment.now, chime.cue, cue.name, kind, False, cue.asked, playing.role_free))
            self._out.append(chime)
        else:
            say = self._mouth.say(cue.line or cue.name, playing.text, moment.now, urgent=cue.kind.urgent)
            playing.number, playing.text, playing.worded, playing.began = say.cue, "", True, None
            self._out.append(CueGiven(cue.at, moment.now, say.cue, cue.name, say.text, True, cue.asked, playing.role_free))
            self._out.append(say)

    def _drop(self, cue: Cue, why: Why, at: Sample) -> CueDropped:
        self._dropped.add(cue.tag)
        return CueDropped(min(cue.at, at), at, cue.name, why)
