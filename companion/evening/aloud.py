"""Content spoken by the voice of its language, and timed: what a writer would hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from companion.adapters.voices import choose_voice
from companion.evening import folders, house
from companion.evening.in_force import in_force
from companion.exercises.finding import Finding
from companion.exercises.lint import texts_of
from companion.exercises.lint_wording import Text, aloud_findings
from companion.exercises.wording import NAME_SLOTS, filled, slots_of
from companion.timeline import PLAYBACK_RATE
from companion.trouble import Trouble

AT_ONCE = 40
"""Texts given to the voice together, so that progress is seen."""

OTHER_SLOTS = {"emergency": "112"}
"""What stands in a slot for something else than a name; any other takes an ordinary word."""


def spoken_findings(paths: Sequence[Path], told: Callable[[str], None] = lambda sentence: None) -> list[Finding]:
    """Every text in these files that lasts too long as it is spoken, with the settings in force. Raises Trouble without a voice.

    `told`: progress, a sentence. A text that the voice refuses is an error of the linter's own rules and passed over here.
    """
    settings = in_force().settings
    findings: list[Finding] = []
    for language, texts in texts_of(paths).items():
        spoken = settings if settings.language == language else settings.model_copy(update={"language": language, "voice": None})
        voice, _ = choose_voice(house.voice_settings(spoken), folders.rendered_speech())
        for start in range(0, len(texts), AT_ONCE):
            told(f"speaking {language}: {start} of {len(texts)} texts")
            for text in texts[start : start + AT_ONCE]:
                try:
                    sound = voice.render(_filled(text, settings.partners))
                except (Trouble, ValueError):
                    continue
                findings += aloud_findings(text, len(sound) / PLAYBACK_RATE)
    return findings


def _filled(text: Text, names: tuple[str, str]) -> str:
    """The text with everybody's name in it; raises ValueError for an open brace."""
    slots = slots_of(text.text)
    listening = {"listener", "second", "other"}
    given = {slot: names[1 if slot in listening else 0] for slot in slots & NAME_SLOTS}
    return filled(text.text, {**{slot: OTHER_SLOTS.get(slot, names[0]) for slot in slots}, **given})
