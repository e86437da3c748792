"""Which voice speaks tonight: a one-word self-test decides."""

from __future__ import annotations

from pathlib import Path

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_process import Deadline
from companion.adapters.voice_settings import VoiceError, VoiceSettings
from companion.trouble import Trouble

SELF_TEST = "ready"


def choose_voice(
    settings: VoiceSettings, cache_folder: Path | None, deadline: Deadline | None = None
) -> tuple[Pyttsx3Voice | EspeakVoice, str]:
    """The first voice that really says "ready", and one sentence on which it is and why.

    pyttsx3 first, then espeak-ng directly. Lines are kept in `cache_folder`, or nowhere. Raises `Trouble` when neither speaks.
    """
    cache = VoiceCache(cache_folder) if cache_folder is not None else None
    try:
        first = Pyttsx3Voice(settings, cache, deadline)
        first.fresh(SELF_TEST)
        return first, "The voice is pyttsx3: it passed its self-test."
    except VoiceError as failed:
        why = failed
    try:
        second = EspeakVoice(settings, cache, deadline)
        second.fresh(SELF_TEST)
        return second, f"The voice is espeak-ng itself, as pyttsx3 failed its self-test. {why}"
    except VoiceError as failed:
        if failed.refused:
            raise
        raise Trouble(f"Nothing here can speak: pip install espeakng-loader, or apt install libespeak-ng1. {failed}") from failed
