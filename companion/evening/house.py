"""Putting the house together: which file fills which port."""

from __future__ import annotations

import os
from pathlib import Path

from companion.adapters.silero_activity import SileroActivity
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.hearing.ears import Ears
from companion.hearing.hearing import Hearing
from companion.hearing.own_voice import OwnVoice
from companion.hearing.ports import Recognizer
from companion.hearing.voices import Background
from companion.hearing.words import Words
from companion.partner import Pair
from companion.trouble import Trouble

ENROLMENT_TROUBLE = {
    "short": "I heard less than 3 seconds of speech; record {name} talking for 10 to 20 seconds.",
    "noisy": "the room is too loud to learn a voice; record {name} again where it is quieter.",
    "clipped": "the recording is overdriven; record {name} again further from the microphone.",
    "two-voices": "I hear more than one person; record {name} alone.",
    "same-voice": "this sounds like the other partner's voice; record {name} again, and only {name}.",
}
"""What each reason for refusing an enrolment means, for whoever made the recording."""


def models_folder() -> Path:
    """Where the models lie: `$COMPANION_MODELS`, else beside the package. Raises Trouble where there are none."""
    named = os.environ.get("COMPANION_MODELS")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "models"
    if not folder.is_dir():
        raise Trouble(f"I find no models in {folder}; install companion from its own folder, or set COMPANION_MODELS.")
    return folder


def activity() -> SileroActivity:
    """A fresh model of speech activity."""
    return SileroActivity(models_folder() / "silero" / "silero_16k.npz")


def recognizer(folder: Path | None = None) -> Recognizer | None:
    """The recogniser with the model in `folder`, else with the one we ship; None where none is installed.

    Raises Trouble for a folder that is no model.
    """
    named = folder or (Path(os.environ["COMPANION_SPEECH_MODEL"]) if "COMPANION_SPEECH_MODEL" in os.environ else None)
    if named is not None:
        return VoskRecognizer(named)
    shipped = models_folder() / "embedded-en"
    return VoskRecognizer(shipped) if (shipped / "am" / "final.mdl").is_file() else None


def ears(pair: Pair, channels: int, recognizer: Recognizer | None) -> Ears:
    """A whole ear for these two, for blocks of so many channels."""
    background = Background.load(models_folder() / "hearing" / "background.npz")
    return Ears(Hearing(pair, activity(), background, channels), OwnVoice(activity()), Words(recognizer))
