"""A rehearsed dinner: the same loop as a live evening, with two scripted people at one of three fidelities.

`companion.simulation.stage` says what the fidelities are. The companion cannot tell which it is in: at each it is fed blocks and
playback, by its own clock, and asked for effects.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.adapters.chimes import chime
from companion.adapters.event_log import EventLog, read_lines
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.voices import choose_voice
from companion.adapters.wav_files import WavWriter
from companion.core import Companion
from companion.effects import Effect
from companion.evening import folders, house
from companion.evening.loop import run
from companion.evening.ports import Screen
from companion.evening.rehearsed import Rehearsed
from companion.evening.settings import Settings
from companion.evening.under_way import under_way
from companion.events import Event
from companion.hearing.ports import Recognizer
from companion.inputs import Block, Input
from companion.partner import Partner
from companion.simulation.dinner import Dinner, RendersText
from companion.simulation.sayings import bank
from companion.simulation.scenario import Persona, Scenario
from companion.simulation.score import Score, score
from companion.simulation.stage import Fidelity
from companion.simulation.timed_voice import TimedVoice
from companion.simulation.told_ears import ToldEars
from companion.simulation.truth import Said
from companion.timeline import RATE

AHEAD = 0.25
"""Seconds that `--real-time` may run ahead of the wall clock."""

RENDERERS = 2
"""Processes that render the partners' lines."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal left behind. `took`: seconds of work, rendering the partners' lines apart."""

    out: Path
    score: Score
    seconds: float
    took: float


class _Watched:
    """The screen, and the people at the simulated table: both see the evening go by."""

    def __init__(self, screen: Screen, dinner: Dinner, on_said: Callable[[Said], None] | None) -> None:
        self._screen, self._dinner, self._on_said, self._told = screen, dinner, on_said, 0

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        events = list(events)
        self._dinner.watch(events)
        if self._on_said is not None:
            fresh = self._dinner.truth.said[self._told :]
            self._told += len(fresh)
            for one in fresh:
                self._on_said(one)
        self._screen.show(events, effects)


class _InRealTime:
    """A world that is not let run ahead of the wall clock."""

    def __init__(self, world: Dinner) -> None:
        self._world = world
        self._began = time.monotonic()

    def next(self) -> Input | None:
        given = self._world.next()
        if isinstance(given, Block):
            due = self._began + given.at / RATE - AHEAD
            time.sleep(max(0.0, due - time.monotonic()))
        return given

    def perform(self, effects: Iterable[Effect]) -> None:
        self._world.perform(effects)


def rehearse(
    what: Rehearsed | Scenario,
    out: Path,
    seed: int,
    settings: Settings,
    screen: Screen,
    *,
    fidelity: Fidelity = "room",
    channels: int = 2,
    real_time: bool = False,
    speech_model: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
    on_said: Callable[[Said], None] | None = None,
) -> Rehearsal:
    """Play it and write `events.jsonl`, `score.json` and, where there is sound, `room.wav` into `out`.

    The same scenario, seed and machine give the same bytes of `events.jsonl`. `on_said`: told of each thing a partner says, as it
    begins. Raises Trouble for what cannot be rehearsed.
    """
    plan = what if isinstance(what, Rehearsed) else Rehearsed.of(what, house.library(settings.language))
    spoken = bank(plan.library.language).to_companion
    scenario, pair = plan.scenario.spoken_with(spoken.accents), plan.scenario.pair()
    sounds = fidelity != "events"
    voice, voices = _voices(scenario, settings) if sounds else _timed(scenario, settings)
    recognizer = house.recognizer(speech_model, language=plan.library.language) if sounds and scenario.recogniser else None
    with ExitStack() as files:
        files.enter_context(under_way("rehearsal"))
        log = files.enter_context(EventLog(out / "events.jsonl", (pair.one, pair.two)))
        room = files.enter_context(WavWriter(out / "room.wav", channels)) if sounds else None
        on_room = partial(_record, room) if room is not None else None
        dinner = Dinner(
            scenario, pair, voice, voices, chime, seed, channels=channels, fidelity=fidelity, language=plan.library.language,
            on_room=on_room,
        )  # fmt: skip
        _render_ahead(dinner, voices, progress)
        companion = _companion(plan, dinner, settings, recognizer, channels, seed)
        began = time.monotonic()
        run(companion, _InRealTime(dinner) if real_time else dinner, log, _Watched(screen, dinner, on_said))
        took = time.monotonic() - began
    result = score(dinner.truth, list(read_lines(out / "events.jsonl")), plan.welcome)
    folders.write_whole(out / "score.json", json.dumps(result.record(), indent=1, ensure_ascii=False) + "\n")
    return Rehearsal(out, result, dinner.now / RATE, took)


def _companion(
    plan: Rehearsed, dinner: Dinner, settings: Settings, recognizer: Recognizer | None, channels: int, seed: int
) -> Companion:
    pair, words = plan.scenario.pair(), plan.scenario.recogniser
    told = ToldEars(pair, dinner.truth.said, words=words, snr_db=dinner.stage.snr_db)
    exact = dinner.stage.fidelity == "events"
    return house.companion(
        plan.evening, plan.library, pair, settings, recognizer, channels, seed=seed, size=plan.scenario.size,
        told=told if exact else None, words=words if exact else None,
    )  # fmt: skip


def _people(scenario: Scenario) -> dict[Partner, Persona]:
    guest = () if scenario.guest is None else (scenario.guest,)
    return {Partner(one.name): one for one in (*scenario.partners, *guest)}


def _voices(scenario: Scenario, settings: Settings) -> tuple[RendersText, Mapping[Partner, RendersText]]:
    """The companion's voice, and everybody else's."""
    voice, _ = choose_voice(house.voice_settings(settings), folders.rendered_speech())
    return voice, {who: partner_voice(one, folders.rendered_speech()) for who, one in _people(scenario).items()}


def _timed(scenario: Scenario, settings: Settings) -> tuple[RendersText, Mapping[Partner, RendersText]]:
    people = {who: TimedVoice(one.words_a_minute) for who, one in _people(scenario).items()}
    return TimedVoice(house.voice_settings(settings).words_a_minute), people


def _render_ahead(dinner: Dinner, voices: Mapping[Partner, RendersText], progress: Callable[[float], None]) -> None:
    lines = dinner.lines_ahead()
    total, done = sum(len(texts) for texts in lines.values()), 0
    for who, texts in lines.items():
        voice = voices[who]
        if isinstance(voice, Pyttsx3Voice):
            voice.render_all(texts, RENDERERS, partial(_report, progress, done, total))
        done += len(texts)
    progress(1.0)


def partner_voice(persona: Persona, cache_folder: Path) -> Pyttsx3Voice:
    """The voice of a scripted partner; rendered lines are kept in `cache_folder`."""
    spoken = VoiceSettings(
        voice=persona.voice,
        words_a_minute=persona.words_a_minute,
        pitch=persona.pitch,
        pregain_db=persona.pregain_db,
        sentence_pause_s=0.3,
    )
    return Pyttsx3Voice(spoken, VoiceCache(cache_folder))


def _report(progress: Callable[[float], None], before: int, total: int, done: int, of: int) -> None:
    progress((before + done) / max(1, total))


def _record(room: WavWriter, block: NDArray[np.int16]) -> None:
    room.write(block.astype(np.float32) / np.float32(32768.0))
