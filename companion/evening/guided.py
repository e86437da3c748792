"""A live evening from start to end: devices opened, folder made, files kept or removed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from companion import __version__
from companion.adapters.event_log import EventLog
from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone
from companion.adapters.voices import choose_voice
from companion.effects import Finish
from companion.evening import folders, house
from companion.evening.live import LiveWorld
from companion.evening.loop import run
from companion.evening.ports import Screen, Voice
from companion.evening.settings import Settings
from companion.partner import Pair, Partner
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Ended:
    """How a live evening ended: its outcome, what broke on the way, and where its log lies if it was kept."""

    outcome: str
    mishaps: tuple[str, ...]
    kept: Path | None


def guide(
    evening_name: str,
    settings: Settings,
    screen: Screen,
    *,
    wait_for_device: float = 0.0,
    out: Path | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> Ended:
    """Run a live evening. `out`: keep the log there (a person asked for it); else it goes with the evening unless both agreed.

    Raises Trouble where devices, content or folders are not there.
    """
    folders.remove_stale()
    pair = Pair(Partner(settings.partners[0]), Partner(settings.partners[1]))
    library = house.library(settings.language)
    evening = house.evening_called(evening_name, library)
    recognizer = house.recognizer(Path(settings.speech_model) if settings.speech_model else None)
    if recognizer is None:
        say("No speech model is installed: the evening runs by the clock, by silence and by the button.")
    voice, _ = choose_voice(house.voice_settings(settings), folders.rendered_speech())

    def speak_at(faster: int) -> Voice:
        return choose_voice(house.voice_settings(settings, faster), folders.rendered_speech())[0] if faster else voice

    manner = house.manners(settings)
    microphone = _opened(lambda: Microphone(settings.microphone, settings.channels), wait_for_device)
    try:
        loudspeaker = _opened(lambda: Loudspeaker(settings.speaker), wait_for_device)
    except BaseException:
        microphone.close()
        raise
    world = LiveWorld(microphone, loudspeaker, speak_at, settings.volume_db, manner.chime_db)
    folder = out or folders.new_evening()
    log = EventLog(folder / "events.jsonl", (pair.one, pair.two))
    folders.write_whole(folder / "evening.yaml", _facts(evening_name, settings))
    companion = house.companion(evening, library, pair, settings, recognizer, microphone.channels, seed=time.time_ns() % 2**32)
    ending: Finish | None = None
    try:
        ending = run(companion, world, log, screen)
    finally:
        world.close()
        keep = out is not None or (ending is not None and ending.keep)
        log.close(keep)
        if not keep:
            _remove(folder)
    mishaps = [*world.mishaps, *([f"The log could not be written: {log.failed}."] if log.failed else [])]
    return Ended(ending.outcome if ending else "stopped", tuple(dict.fromkeys(mishaps)), folder if keep else None)


Device = TypeVar("Device")


def _opened(open_it: Callable[[], Device], wait: float) -> Device:
    until = time.monotonic() + wait
    while True:
        try:
            return open_it()
        except Trouble:
            if time.monotonic() >= until:
                raise
            time.sleep(min(2.0, max(0.1, until - time.monotonic())))


def _facts(evening: str, settings: Settings) -> str:
    lines = [f"version: {__version__}", f"evening: {evening}"]
    lines += [f"{name}: {value!r}" for name, value in settings.model_dump().items() if name != "partners"]
    return "\n".join(lines) + "\n"


def _remove(folder: Path) -> None:
    for file in ("events.jsonl", "events.jsonl.part", "evening.yaml"):
        (folder / file).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:
        return
