"""The rehearsed dinner as the loop's world: a room whose microphones it hears, and two people who react to what it says.

`Dinner` fills `companion.evening.ports.World`. The loop is given the microphones' signal and its own playback, nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.effects import Chime, ChimeKind, Effect, Finish, Hush, ListenFor, Mode, Say
from companion.events import CueGiven, Event
from companion.inputs import Block, Button, Input, PlaybackEnded, PlaybackStarted
from companion.partner import Pair, Partner
from companion.simulation import stage as stages
from companion.simulation.air import FADE, Wave
from companion.simulation.person import Person, Table
from companion.simulation.room import Spot
from companion.simulation.sayings import BASE, Hand, Ring, bank, deal
from companion.simulation.scenario import Guest, Persona, Scenario
from companion.simulation.script import Line, Script
from companion.simulation.sounds import Sound
from companion.simulation.stage import Fidelity
from companion.simulation.truth import Sounded, Truth
from companion.timeline import BLOCK, PLAYBACK_RATE, RATE, Sample, Span, samples

OUTPUT_LATENCY = samples(0.040)
"""From the order to speak to the first sound: two blocks of a sound card and its driver."""

_BETWEEN = samples(0.15)
_QUIET_END = samples(1.0)
_CUES_KNOWN = 32


class RendersText(Protocol):
    """Text to sound: mono float32, 48 kHz, levelled to -20 dBFS."""

    def render(self, text: str) -> NDArray[np.float32]:
        """The sound of `text`."""
        ...


@dataclass
class _Playing:
    cue: int
    text: str
    spoken: bool
    key: str
    sound: Sound
    wave: Wave
    end: Sample
    cut: bool = False
    told: bool = False


class Dinner:
    """A rehearsed dinner. Same scenario, pair, voices and seed: the same bytes.

    `channels`: 1 or 2 microphones. `fidelity`: see `companion.simulation.stage`. `language`: what people speak.
    `on_room(block)`: called with each block of sound as int16 (n, channels), for a recording of the room.
    """

    def __init__(
        self,
        scenario: Scenario,
        pair: Pair,
        companion_voice: RendersText,
        partner_voices: Mapping[Partner, RendersText],
        chime: Callable[[ChimeKind], NDArray[np.float32]],
        seed: int,
        *,
        channels: int = 1,
        fidelity: Fidelity = "room",
        language: str = BASE,
        on_room: Callable[[NDArray[np.int16]], None] | None = None,
    ) -> None:
        if channels not in (1, 2):
            raise ValueError(f"a rehearsed room has 1 or 2 microphones, not {channels}")
        ways = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(8)]
        self._scenario, self._voice, self._chime, self._on_room = scenario, companion_voice, chime, on_room
        self.stage = stages.build(scenario, fidelity, channels, *ways[:4])
        self.room, self.truth, self._table = self.stage.room, Truth(ends=scenario.ends), Table(button=not scenario.recogniser)
        self._air = self.stage.air
        self._sayings = bank(language)
        hands = deal(ways[4], language)
        self.people = {
            who: self._person(who, persona, hand, partner_voices[who], self.room.seats[k], ways[5 + k])
            for k, (who, persona, hand) in enumerate(zip(pair, scenario.partners, hands, strict=True))
        }
        self.guest = self._visitor(scenario.guest, partner_voices, ways[7])
        self._script = Script(scenario, self.people, pair, self._table, self.truth, ways[7], self.guest)
        self._silence = np.zeros((BLOCK, channels), np.float32)
        self._at: Sample = 0
        self._due: deque[Input] = deque()
        self._queue: deque[Say | Chime] = deque()
        self._playing: _Playing | None = None
        self._free_at: Sample = 0
        self._ids: dict[int, str] = {}
        self._off = False
        self._finish_at: Sample | None = None

    @property
    def now(self) -> Sample:
        """The end of the last block given out."""
        return self._at

    def _person(
        self, who: Partner, persona: Persona, hand: Hand, voice: RendersText, spots: tuple[Spot, ...], rng: np.random.Generator
    ) -> Person:  # fmt: skip
        gain = self.stage.gain * 10 ** (persona.loudness_db / 20)
        return Person(who, persona, hand, lambda text: self._sound(voice.render(text)), spots, gain, self._table, self._air,
                      self.truth, rng)  # fmt: skip

    def _visitor(self, guest: Guest | None, voices: Mapping[Partner, RendersText], rng: np.random.Generator) -> Person | None:
        """Whoever walks in: stands where noise comes from, and has something to say."""
        if guest is None:
            return None
        who = Partner(guest.name)
        hand = Hand((), (), {"visiting": Ring(self._sayings.visiting)}, self._sayings.to_companion)
        return self._person(who, guest, hand, voices[who], self.room.around[:1], np.random.default_rng(rng.integers(1 << 32)))

    def _sound(self, rendered: NDArray[np.float32]) -> Sound:
        """At the microphones' rate; a sound without sound need not be resampled well."""
        return rendered[:: PLAYBACK_RATE // RATE] if self.stage.fidelity == "events" else _resampled(rendered)

    def lines_ahead(self) -> dict[Partner, tuple[str, ...]]:
        """Everything the partners may say this evening, for rendering ahead."""
        commands = (*self._sayings.to_companion.all_commands(), self._sayings.to_companion.source_again)
        scripted = tuple(one.phrase for happening in self._scenario.happens for one in happening.then.says)
        ahead = {who: tuple(dict.fromkeys([*person.hand.texts(), *commands, *scripted])) for who, person in self.people.items()}
        return ahead if self.guest is None else {**ahead, self.guest.name: self.guest.hand.texts()}

    # --- the world

    def next(self) -> Input | None:
        """The next input by the sample clock; None a second after the evening finished, or when the scenario's time is up."""
        while not self._due:
            if self._over():
                self.truth.end = self._at
                return None
            self._live()
        return self._due.popleft()

    def perform(self, effects: Iterable[Effect]) -> None:
        """Do what the loop asks: speak, chime, fall silent, switch the microphone off, finish."""
        for effect in effects:
            match effect:
                case Say() | Chime():
                    self._queue.append(effect)
                case Hush():
                    self._hush()
                case ListenFor(mode=mode):
                    self._off = mode is Mode.OFF
                case Finish():
                    self._finish_at = self._at
                case _:
                    pass

    def watch(self, events: Iterable[Event]) -> None:
        """What people notice of the evening: steps, whose floor it is, pauses. Never what was heard of their speech."""
        for event in events:
            if isinstance(event, CueGiven):
                self._ids[event.cue] = event.id
                while len(self._ids) > _CUES_KNOWN:
                    del self._ids[next(iter(self._ids))]
            else:
                self._script.happened(event)

    # --- a block

    def _over(self) -> bool:
        if self._at >= samples(self._scenario.minutes * 60):
            return True
        return (
            self._finish_at is not None
            and not self._queue
            and self._playing is None
            and (self._at >= max(self._finish_at, self._free_at) + _QUIET_END)
        )

    def _live(self) -> None:
        """One block more: playback, people, sound; its inputs fall due in order."""
        start, end = self._at, self._at + BLOCK
        self._play(end)
        self._table.now = start
        self._script.live()
        self._due.extend(Button(end, press) for press in self._table.presses)
        self._table.presses.clear()
        self._due.append(Block(start, self._microphones(end)))
        self._at = end

    def _microphones(self, end: Sample) -> NDArray[np.float32]:
        """What they take up until `end`: (512, channels), as 16-bit sound cards give it."""
        if self.stage.fidelity == "events":
            return self._silence
        self.stage.fill(end)
        ints = np.clip(np.round(self._air.take(BLOCK) * 32768.0), -32768, 32767).astype(np.int16)
        if self._off:
            ints = np.zeros_like(ints)
        if self._on_room is not None:
            self._on_room(ints)
        return np.asarray(ints.astype(np.float32) / np.float32(32768.0))

    def _play(self, end: Sample) -> None:
        """What begins or ends before `end` is told first, in order."""
        while True:
            playing = self._playing
            if playing is not None:
                if not playing.told and playing.wave.at < end:
                    playing.told = True
                    heard = playing.sound if self.stage.fidelity == "room" else None  # nothing of it reaches the microphones
                    self._due.append(PlaybackStarted(playing.wave.at, playing.cue, heard))
                    if playing.spoken:
                        self._table.line_since = playing.wave.at
                    else:
                        self._table.chime_until = playing.end
                if not playing.told or playing.end >= end:
                    return
                self._ended(playing)
            elif self._queue:
                self._start(self._queue.popleft())
            else:
                return

    def _start(self, effect: Say | Chime) -> None:
        at = max(self._at + OUTPUT_LATENCY, self._free_at + _BETWEEN)
        spoken = isinstance(effect, Say)
        raw = self._voice.render(effect.text) if isinstance(effect, Say) else self._chime(effect.kind)
        sound = self._sound(raw)
        wave = self._air.sound((sound * self.stage.echo_gain).astype(np.float32), at, self.room.speaker.response)
        text, key = (effect.text, effect.line) if isinstance(effect, Say) else (effect.kind, effect.kind)
        self._playing = _Playing(effect.cue, text, spoken, key, sound, wave, at + len(sound))

    def _ended(self, playing: _Playing) -> None:
        self._playing, self._free_at = None, playing.end
        self._due.append(PlaybackEnded(playing.end, playing.cue, playing.cut))
        span = Span(playing.wave.at, playing.end)
        self.truth.sounded.append(Sounded(playing.cue, playing.text, playing.spoken, span, playing.cut))
        self._table.now = max(self._table.now, self._at)
        if playing.spoken:
            self._table.line_since, self._table.line_until = None, playing.end
            keys = frozenset({playing.key, self._ids.pop(playing.cue, playing.key)})
            self._script.line_ended(Line(playing.text, keys), playing.cut)
        else:
            self._table.chime_until = playing.end
            self._script.chimed(playing.key)

    def _hush(self) -> None:
        for effect in self._queue:
            self._due.append(PlaybackEnded(self._at, effect.cue, True))
        self._queue.clear()
        playing = self._playing
        if playing is None or playing.cut:
            return
        playing.cut = True
        at = max(self._at, playing.wave.at)
        self._air.cut(playing.wave, at)
        playing.end = min(playing.end, at + FADE)


def _resampled(sound: NDArray[np.float32]) -> Sound:
    """From the playback rate to the microphones'."""
    return np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE, "HQ"), np.float32)
