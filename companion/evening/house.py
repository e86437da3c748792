"""Putting the house together: which file fills which port."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from companion.adapters.recognizer_process import RecognizerProcess
from companion.adapters.silero_activity import SileroActivity
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.conversation.conversation import Conversation
from companion.conversation.manners import MANNERS, Manners
from companion.core import Companion, Hears
from companion.evening import models
from companion.evening.content import content as content
from companion.evening.content import language_of as language_of
from companion.evening.content import left_out as left_out
from companion.evening.content import library as library
from companion.evening.settings import Settings
from companion.exercises.chooser import ASKING, asking
from companion.exercises.content import Evening, Library, Size, did_you_mean, evening_of
from companion.exercises.content_files import BASE
from companion.exercises.diary import Diary
from companion.exercises.engine import Engine
from companion.exercises.gates import Wish
from companion.exercises.help_card import help_card
from companion.exercises.hints import Hints
from companion.hearing.background import Background
from companion.hearing.ears import Ears
from companion.hearing.hearing import Hearing
from companion.hearing.own_voice import OwnVoice
from companion.hearing.ports import Recognizer
from companion.hearing.telling import HearsFreely
from companion.hearing.words import Allowances, Words
from companion.partner import Pair, Partner
from companion.trouble import Trouble

SHOWN = 4
"""Names listed where nothing comes close to the one that was asked for."""

ENROLMENT_TROUBLE = {
    "short": "I heard less than 3 seconds of speech; record {name} talking for 10 to 20 seconds.",
    "noisy": "the room is too loud to learn a voice; record {name} again where it is quieter.",
    "clipped": "the recording is overdriven; record {name} again further from the microphone.",
    "two-voices": "I hear more than one person; record {name} alone.",
    "same-voice": "this sounds like the other partner's voice; record {name} again, and only {name}.",
}
"""What each reason for refusing an enrolment means, for whoever made the recording."""


def models_folder() -> Path:
    """Where the models that come along lie: `$COMPANION_MODELS`, else beside the package. Raises Trouble where there are none."""
    return models.shipped_folder()


def activity() -> SileroActivity:
    """A fresh model of speech activity."""
    return SileroActivity(models_folder() / "silero" / "silero_16k.npz")


def recognizer(
    model: Path | None = None, unknown: bool = True, language: str = BASE, *, apart: bool = False
) -> Recognizer | None:
    """The recogniser with this model (folder or name), else with the one in force for the language; None where none is installed.

    `unknown`: other speech may be heard as no phrase. `apart`: in a process of its own. Raises Trouble for what is no model.
    """
    folder = models.in_force(model, language)
    if folder is None:
        return None
    return RecognizerProcess(folder, unknown) if apart else VoskRecognizer(folder, unknown)


def without_words(language: str) -> str:
    """What to say where there is no recogniser: what the evening goes by, and what would bring one."""
    known = models.models_for(language)
    fetch = f" For voice commands, run once: companion models fetch {known[0].name}" if known and not known[0].shipped else ""
    named = "" if language == BASE else f" for the language {language!r}"
    return f"No speech model{named} is installed: the evening runs by the clock, by silence and by the button.{fetch}"


def ears(
    pair: Pair, channels: int, recognizer: Recognizer | None, allowances: Mapping[Partner, Allowances] | None = None
) -> Ears:
    """A whole ear for these two, for blocks of so many channels. `allowances`: for how each of them says the phrases."""
    background = Background.load(models_folder() / "hearing")
    freely = recognizer.freely if isinstance(recognizer, HearsFreely) and recognizer.hears_talk else None
    hearing = Hearing(pair, activity(), background, channels)
    return Ears(hearing, OwnVoice(activity()), Words(recognizer, allowances, hearing.attribution), freely)


def hints(library: Library, pair: Pair, recognizer: Recognizer | None) -> Hints | None:
    """Which words of a turn may come back as a hint; None where the recogniser does not know the words of ordinary talk, or the
    language has no list of words that may.
    """
    if not library.word_lists.get("hints") or not isinstance(recognizer, HearsFreely) or not recognizer.hears_talk:
        return None
    return Hints(library, recognizer.vocabulary, unspoken=tuple(pair))


def evening_called(name: str, library: Library, size: Size = "short") -> Evening:
    """The evening of this name, or an evening of the one exercise of this name. Raises Trouble with what comes close."""
    if name in library.evenings:
        return library.evenings[name]
    if name in library.exercises:
        return evening_of(library.exercises[name], size)
    if name == ASKING:
        return asking()
    known = [*library.evenings, *library.exercises, ASKING]
    close = did_you_mean(name, known) or f"; there is {', '.join(list(library.evenings)[:SHOWN])} and more: companion exercises"
    tongue = "" if library.language == BASE else f" in {library.language!r}"
    raise Trouble(f"There is no evening or exercise called {name!r}{tongue}{close}")


def voice_settings(settings: Settings, faster: int = 0) -> VoiceSettings:
    """The companion's voice as set, so many notches of 10 % faster."""
    speed = min(220.0, max(110.0, settings.words_a_minute * 1.1**faster))
    voice = settings.voice or language_of(settings.language).voice
    return VoiceSettings(voice=voice, words_a_minute=speed, sentence_pause_s=settings.sentence_pause)


def manners(settings: Settings, evening: Evening) -> Manners:
    """The manner as set, else the evening's own."""
    return MANNERS[settings.manner or evening.manner]


def companion(
    evening: Evening,
    library: Library,
    pair: Pair,
    settings: Settings,
    recognizer: Recognizer | None,
    channels: int,
    *,
    seed: int,
    size: Size | None = None,
    told: Hears | None = None,
    words: bool | None = None,
    diary: Diary | None = None,
    day: int = 0,
    allowances: Mapping[Partner, Allowances] | None = None,
) -> Companion:
    """Everything together, ready for its first block. `told`: an ear that is told who says what, in place of one that listens;

    `words` then says whether it knows words. `diary`: what is behind the two, None where none is kept; `day`: today.
    `allowances`: for how each of them says the phrases.
    """
    manner = manners(settings, evening)
    whole = told or ears(pair, channels, recognizer, allowances)
    phrases = recognizer is not None if words is None else words
    judge = hints(library, pair, recognizer) if told is None else Hints(library, unspoken=tuple(pair)) if phrases else None
    engine = Engine(
        evening, library, pair, manner, seed=seed, enrolled=whole.enrolled, words=judge is not None, size=size,
        cue_voice=settings.cue_voice, names=settings.names, channels=channels, card=_card(settings),
        hints=judge, phrases=phrases,
        **_behind(pair, diary, day),
    )  # fmt: skip
    return Companion(whole, Conversation(pair, manner), engine)


def _card(settings: Settings) -> dict[str, str]:
    """The numbers that may be spoken: those of the country that is set, as far as they are checked."""
    return {} if settings.country is None else help_card(settings.country, settings.language).spoken()


class _Behind(TypedDict):
    """What the diary tells the engine."""

    first: Partner | None
    evenings_done: int
    diary_on: bool
    heard_before: frozenset[str]
    wish: Wish


def _behind(pair: Pair, diary: Diary | None, day: int) -> _Behind:
    past = diary or Diary()
    first = next((who for who in pair if str(who) == past.starts), None)
    return {
        "first": first, "evenings_done": past.done, "diary_on": diary is not None, "heard_before": past.heard_lately(),
        "wish": Wish(day=day, diary=past),
    }  # fmt: skip
