"""A rehearsed dinner: the same loop as a live evening, in a simulated room with two scripted people."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
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
from companion.effects import Effect
from companion.evening import folders, house
from companion.evening.loop import run
from companion.evening.ports import Screen
from companion.evening.settings import Settings
from companion.events import Event
from companion.inputs import Block, Input
from companion.simulation.dinner import Dinner
from companion.simulation.scenario import Persona, Scenario
from companion.simulation.score import Score, score
from companion.timeline import RATE

AHEAD = 0.25
"""Seconds that `--real-time` may run ahead of the wall clock."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal left behind."""

    out: Path
    score: Score
    seconds: float
    took: float


class _Watched:
    """The screen, and the people at the simulated table: both see the evening go by."""

    def __init__(self, screen: Screen, dinner: Dinner) -> None:
        self._screen, self._dinner = screen, dinner

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        events = list(events)
        self._dinner.watch(events)
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
    scenario: Scenario,
    out: Path,
    seed: int,
    settings: Settings,
    screen: Screen,
    *,
    channels: int = 2,
    real_time: bool = False,
    speech_model: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Rehearsal:
    """Play `scenario` and write `room.wav`, `events.jsonl` and `score.json` into `out`.

    The same scenario, seed and machine give the same bytes of `events.jsonl`. Raises Trouble for what cannot be rehearsed.
    """
    pair = scenario.pair()
    library = house.library(settings.language)
    evening = house.evening_called(scenario.evening, library, scenario.size)
    voice, _ = choose_voice(house.voice_settings(settings), folders.rendered_speech())
    voices = {
        who: partner_voice(persona, folders.rendered_speech()) for who, persona in zip(pair, scenario.partners, strict=True)
    }
    recognizer = house.recognizer(speech_model)
    with WavWriter(out / "room.wav", channels) as room, EventLog(out / "events.jsonl", (pair.one, pair.two)) as log:
        dinner = Dinner(
            scenario, pair, voice, voices, chime, seed, channels=channels, on_room=lambda block: room.write(_float(block))
        )
        lines = dinner.lines_ahead()
        total, done = sum(len(texts) for texts in lines.values()), 0
        for who, texts in lines.items():
            before = done
            voices[who].render_all(texts, 2, partial(_report, progress, before, total))
            done += len(texts)
        progress(1.0)
        companion = house.companion(evening, library, pair, settings, recognizer, channels, seed=seed, size=scenario.size)
        began = time.monotonic()
        run(companion, _InRealTime(dinner) if real_time else dinner, log, _Watched(screen, dinner))
        took = time.monotonic() - began
    result = score(dinner.truth, list(read_lines(out / "events.jsonl")))
    folders.write_whole(out / "score.json", json.dumps(result.record(), indent=1, ensure_ascii=False) + "\n")
    return Rehearsal(out, result, dinner.now / RATE, took)


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


def _float(block: NDArray[np.int16]) -> NDArray[np.float32]:
    return block.astype(np.float32) / np.float32(32768.0)
