"""One scripted person: a voice at a seat, with habits, who hears when the companion speaks and falls silent for it.

What a person does is a *course*: a generator that is taken one block further at a time and says `yield` to wait. A person
has one course at a time; what is already being said goes on when the course is exchanged.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from companion.partner import Partner
from companion.simulation.air import Wave
from companion.simulation.room import Spot
from companion.simulation.sayings import Hand
from companion.simulation.scenario import Persona
from companion.simulation.sounds import Sound, active, laugh
from companion.simulation.stage import CarriesSound
from companion.simulation.truth import Role, Said, Truth
from companion.timeline import BLOCK, Sample, Span, samples

Course = Generator[None, None, None]

NOTICES = samples(0.25)
"""So long a person talks on before noticing that somebody else began: simple reactions to sound take 0.15-0.3 s."""

Press = Literal["short", "double", "long"]
_PRESSES: dict[str, Press] = {
    "yes": "short", "done": "short", "resume": "short", "next": "short", "no": "double", "pass": "double", "stop": "long",
}  # fmt: skip
"""What the one button can do."""

_LEAST_SILENCE = samples(0.02)
_KEPT = 48
"""Rendered sayings a person keeps in memory."""


@dataclass
class Table:
    """What both people perceive, besides each other."""

    now: Sample = 0
    step: str = ""
    line_since: Sample | None = None
    line_until: Sample = 0
    chime_until: Sample = 0
    button: bool = False  # nobody understands words tonight: people press the button
    presses: list[Press] = field(default_factory=list)

    def press(self, wanted: str) -> None:
        """Press the button for what one wants, where it can do that."""
        how: Press | None = _PRESSES.get(wanted)
        if how is not None:
            self.presses.append(how)

    def companion_speaks(self) -> bool:
        """Whether a person has noticed by now that the companion is speaking."""
        return self.line_since is not None and self.now >= self.line_since + NOTICES

    def companion_spoke_within(self, seconds: float) -> bool:
        """Whether it speaks, or sounded a moment ago."""
        return self.line_since is not None or self.now < max(self.line_until, self.chime_until) + samples(seconds)


@dataclass
class Utterance:
    """What a person is saying now."""

    said: Said
    wave: Wave
    heard: Span  # the audible part, dry, relative to the wave's start
    delay: int


class Person:
    """A partner of the rehearsal."""

    def __init__(
        self,
        name: Partner,
        persona: Persona,
        hand: Hand,
        render: Callable[[str], Sound],
        spots: tuple[Spot, ...],
        gain: float,
        table: Table,
        air: CarriesSound,
        truth: Truth,
        rng: np.random.Generator,
    ) -> None:
        self.name, self.persona, self.hand, self.rng, self.table = name, persona, hand, rng, table
        self._render, self._spots, self._gain, self._air, self._truth = render, spots, gain, air, truth
        self._spot = spots[0]
        self._sounds: OrderedDict[str, Sound] = OrderedDict()
        self._course: Course | None = None
        self.saying: Utterance | None = None
        self.silent_since: Sample = 0
        self.gives_way_at: Sample | None = None
        self.last: Said | None = None

    # --- being

    def follow(self, course: Course | None) -> None:
        """From now on do this; what was under way is dropped, the word on the lips is finished."""
        if self._course is not None:
            self._course.close()
        self._course = course
        self.gives_way_at = None

    @property
    def busy(self) -> bool:
        """Whether a course is still under way."""
        return self._course is not None

    def live(self) -> None:
        """One block of life."""
        if self.saying is not None and self.table.now >= self.saying.wave.end:
            self._over(self.saying.wave.end)
        if self._course is not None:
            try:
                next(self._course)
            except StopIteration:
                self._course = None

    def lean(self) -> None:
        """Move the head a few centimetres."""
        self._spot = self._spots[int(self.rng.integers(len(self._spots)))]

    def quiet_for(self) -> int:
        """Samples since this person's last sound; 0 while it lasts."""
        return 0 if self.saying is not None else self.table.now - self.silent_since

    # --- speaking

    def length(self, text: str) -> float:
        """Seconds it takes to say it."""
        return len(self._sound(text)) / samples(1.0)

    def begin(self, text: str, role: Role, at: Sample | None = None, softer_db: float = 0.0) -> Utterance:
        """Start to say `text` at `at` (now, or within this block)."""
        return self._emit(self._sound(text), text, role, at, softer_db)

    def laugh(self) -> Utterance:
        """Laugh."""
        return self._emit(laugh(self.persona.laugh_hz, self.rng), "(laughs)", "laugh", None, 4.0)

    def cut(self) -> None:
        """Break off."""
        if self.saying is None:
            return
        one, now = self.saying, self.table.now
        self._air.cut(one.wave, now)
        one.said.cut = True
        one.said.span = Span(one.said.span.start, max(one.said.span.start, min(one.said.span.end, one.wave.end + one.delay)))
        self._over(now)

    def say(self, text: str, role: Role = "talk", *, polite: bool = True, softer_db: float = 0.0) -> Generator[None, None, Said]:
        """Say it to the end, unless the companion begins to speak or one gives way to the other partner.

        `polite`: waits until the companion has finished, and a reaction time more.
        """
        if polite:
            yield from self.until_companion_is_silent()
        one = self.begin(text, role, softer_db=softer_db)
        yield from self.finish(one)
        return one.said

    def finish(self, one: Utterance) -> Course:
        """Go on with what is being said, as `say` does."""
        while self.saying is one:
            now = self.table.now
            gives_way = self.gives_way_at is not None and now >= self.gives_way_at
            if gives_way or (self.table.companion_speaks() and one.said.role != "command"):
                self.gives_way_at = None
                self.cut()
                return
            yield

    def until_companion_is_silent(self) -> Course:
        """Wait for the companion to have finished, and a moment longer."""
        while self.table.companion_speaks():
            while self.table.companion_speaks():
                yield
            yield from self.wait(self.reaction())

    def wait(self, seconds: float) -> Course:
        """Let time pass."""
        until = self.table.now + samples(seconds)
        while self.table.now < until:
            yield

    def reaction(self) -> float:
        """Seconds until this person does something about what they heard."""
        return float(self.rng.uniform(*self.persona.reaction_s))

    def pause(self) -> float:
        """Seconds between two sentences; now and then a thought."""
        if self.rng.random() < self.persona.think:
            return float(self.rng.uniform(1.5, 4.0))
        return float(np.clip(self.persona.pause_s * np.exp(0.45 * self.rng.standard_normal()), 0.2, 1.6))

    # --- sound

    def _sound(self, text: str) -> Sound:
        sound = self._sounds.get(text)
        if sound is None:
            sound = self._render(text)
            self._sounds[text] = sound
            while len(self._sounds) > _KEPT:
                self._sounds.popitem(last=False)
        self._sounds.move_to_end(text)
        return sound

    def _emit(self, dry: Sound, text: str, role: Role, at: Sample | None, softer_db: float) -> Utterance:
        if self.saying is not None:
            self.cut()
        start = self.table.now + int(self.rng.integers(BLOCK)) if at is None else at
        wave = self._air.sound((dry * (self._gain * 10 ** (-softer_db / 20))).astype(np.float32), start, self._spot.response)
        heard, delay = active(dry), self._spot.delay
        said = Said(self.name, role, text, heard.shifted(start + delay), self.table.step)
        self._truth.said.append(said)
        self.saying = Utterance(said, wave, heard, delay)
        self.last = said
        return self.saying

    def _over(self, at: Sample) -> None:
        self.saying = None
        self.silent_since = max(at, self.silent_since + _LEAST_SILENCE)
