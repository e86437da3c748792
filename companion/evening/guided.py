"""A live evening on open devices, from start to end: all put together, played, let go."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voices import choose_voice
from companion.effects import Finish
from companion.evening import folders, house, models, word_enrolment
from companion.evening.diary_file import read_diary, remember
from companion.evening.guard import GuardedCompanion, GuardedRecognizer, TooManyFaults
from companion.evening.leaving import Leaving
from companion.evening.live import LiveWorld
from companion.evening.loop import run
from companion.evening.ports import Screen, SoundSink, SoundSource, Voice
from companion.evening.record import Record
from companion.evening.recovery import facts_of, take_up
from companion.evening.settings import Settings
from companion.evening.speech import Speech, Understudied
from companion.evening.under_way import UnderWay, under_way
from companion.events import EveningEnded
from companion.partner import Pair, Partner
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Ended:
    """How a live evening ended: done, declined, stopped, gone or failed, or `left` by Ctrl-C or SIGTERM.

    `mishaps`: a sentence for each thing that was lost on the way and matters afterwards. `kept`: where its log lies if it was
    kept. `fault`: our own failure that ended it.
    """

    outcome: str
    mishaps: tuple[str, ...]
    kept: Path | None
    fault: TooManyFaults | None = None


def guide(
    evening_name: str,
    settings: Settings,
    microphone: SoundSource,
    loudspeaker: SoundSink,
    screen: Screen,
    leaving: Leaving,
    *,
    out: Path | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> Ended:
    """Run a live evening on open devices. `out`: keep the log there (a person asked for it); else it goes with the evening.

    Raises Trouble where content or a voice is missing, or `out` can't be written. A state folder that can't be written costs the
    log, not the evening.
    """
    folders.remove_stale()
    with under_way("evening") as here:
        return _guided(evening_name, settings, microphone, loudspeaker, screen, leaving, here, out, say)


def _guided(
    evening_name: str, settings: Settings, microphone: SoundSource, loudspeaker: SoundSink, screen: Screen, leaving: Leaving,
    here: UnderWay, out: Path | None, say: Callable[[str], None],
) -> Ended:  # fmt: skip
    aside = ThreadPoolExecutor(1, "voice-choice")
    try:
        voice = aside.submit(choose_voice, house.voice_settings(settings), folders.rendered_speech())
        evening = _Evening(evening_name, settings, microphone.channels, say)
        speech = Speech(_voices(settings, voice.result()[0]))
        return evening.play(microphone, loudspeaker, speech, screen, leaving, here, out)
    finally:
        aside.shutdown(wait=False)


class _Evening:
    """All that an evening needs but its devices."""

    def __init__(self, name: str, settings: Settings, channels: int, say: Callable[[str], None]) -> None:
        self._name, self._settings = name, settings
        self._pair = Pair(Partner(settings.partners[0]), Partner(settings.partners[1]))
        library, findings = house.content(settings.language)
        evening, self._cut = house.evening_called(name, library), take_up(name, library)
        if self._cut is not None:
            evening = self._cut.evening
        if findings:
            say(house.left_out(findings))
        self._chime_db = house.manners(settings, evening).chime_db
        named = Path(settings.speech_model) if settings.speech_model else None
        engine = house.recognizer(named, language=settings.language, apart=settings.speech_apart)
        if engine is None:
            say(house.without_words(settings.language))
        self._recognizer = GuardedRecognizer(engine) if engine is not None else None
        seed = time.time_ns() % 2**32
        self._diary, self._day = read_diary(), date.today().toordinal()
        self._companion = house.companion(
            evening, library, self._pair, settings, self._recognizer, channels, seed=seed, diary=self._diary, day=self._day,
            allowances=word_enrolment.kept(self._pair, models.in_force(named, settings.language)),
        )  # fmt: skip

    def play(
        self, microphone: SoundSource, loudspeaker: SoundSink, speech: Speech, screen: Screen, leaving: Leaving,
        here: UnderWay, out: Path | None,
    ) -> Ended:  # fmt: skip
        """From the first block to the last; the log is finished before the devices are let go."""
        settings = self._settings
        world = LiveWorld(
            microphone, loudspeaker, speech, gain_db=settings.volume_db, chime_db=self._chime_db,
            recognizer=self._recognizer, ended=lambda: leaving.wanted,
        )  # fmt: skip
        leaving.gently()
        record = Record(out, (self._pair.one, self._pair.two), facts_of(self._name, settings, self._cut))
        companion = GuardedCompanion(self._companion, world.troubles)
        ending: Finish | None = None
        fault: TooManyFaults | None = None
        try:
            ending = run(companion, world, record, screen)
        except TooManyFaults as too_many:
            fault = too_many
        finally:
            world.hush()
            if ending is None:
                record.write([EveningEnded(companion.now, companion.now, "failed" if fault else "stopped")])
            kept = record.finish(keep=False)
            world.close()
        unkept = None if here.forgotten else self._remember(ending)
        outcome = "failed" if fault else ending.outcome if ending else "left"
        return Ended(outcome, tuple(trouble for trouble in (record.trouble, unkept) if trouble), kept, fault)

    def _remember(self, ending: Finish | None) -> str | None:
        """Write the diary, where both agreed tonight or before; a sentence where that fails."""
        past = self._companion.past(self._day)
        agreed = ending is not None and ending.outcome != "declined" and (ending.keep or self._diary is not None)
        if past is None or not agreed:
            return None
        try:
            remember(past)
        except Trouble as trouble:
            return f"The diary was not kept tonight. {trouble}"
        return None


def _voices(settings: Settings, chosen: Pyttsx3Voice | EspeakVoice) -> Callable[[int], Voice]:
    """The voice at each speed, with the other one as its understudy."""
    cache = VoiceCache(folders.rendered_speech())

    def at(faster: int) -> Voice:
        shape = house.voice_settings(settings, faster)
        first = chosen if not faster else type(chosen)(shape, cache)
        other = EspeakVoice if isinstance(chosen, Pyttsx3Voice) else Pyttsx3Voice
        return Understudied(first, lambda: other(shape, cache))

    return at
