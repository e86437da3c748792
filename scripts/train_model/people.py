"""Recordings of people, and which of them training may hear. The rest belong to the bench.

Kept aside by person: a quarter of AN4, a fifth of LibriSpeech, half of Google Speech Commands. The speakers of wake words
and phrases are unnamed, so these are split by whole folders, that is by words: the same person may be on both sides, but
says other words there. 8 kHz digits are wholly kept aside. VoxForge is never trained on (GPL-3.0).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from . import places
from .clips import RATE_HZ, Clip, as_pcm
from .lexicon import Lexicon

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

LONGEST_S = 12.0
EDGE_S = 0.1
"""Added on both sides of a machine-timed segment."""

TRAINED_FOLDERS = frozenset(
    ["wake/computer", "wake/computer_mycroft", "wake/jarvis", "phrases/how_are_you", "phrases/trick_or_treat", "phrases/archie"]
)
"""Words of unnamed people that training hears; the other folders of `wake` and `phrases` are kept aside."""

NOISE_FILES = [
    "rain",
    "fire_crackling",
    "clock_tick",
    "sneezes",
    "baby_cry",
    "dog_bark",
    "music_jazz",
    "music_song",
    "dishes_long",
    "tap_long",
    "coughs",
    "babble_10",
    "television_like",
]
"""Noises whose licence lets weights be trained on them (CC BY, CC0, or made by us). Never the kitchen recordings."""


@cache
def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def available() -> bool:
    """Whether recordings of people lie beside the checkout."""
    return (places.HUMAN_DATA / "commands" / "clips.csv").exists()


def read_sound(path: Path) -> NDArray[np.float32]:
    """A mono file at 16 kHz."""
    blocks = [block for block in soundfile.blocks(path, blocksize=1 << 18, dtype="float32", always_2d=True)]
    sound: NDArray[np.float32] = np.concatenate(blocks)[:, 0]
    rate = soundfile.info(path).samplerate
    return sound if rate == RATE_HZ else soxr.resample(sound, rate, RATE_HZ)


def kept_aside(speakers: set[str], one_in: int) -> set[str]:
    """Every `one_in`-th speaker by name."""
    return set(sorted(speakers)[::one_in])


def command_clips(folder: str, for_training: bool | None = None) -> Iterator[Clip]:
    """Clips of one folder of `commands/` ("an4", "gsc", "wake", …); `for_training` picks one side of the split by speaker."""
    root = places.HUMAN_DATA / "commands"
    chosen = [row for row in rows(root / "clips.csv") if row["path"].split("/")[0] == folder]
    aside = kept_aside({row["speaker"] for row in chosen}, {"an4": 4, "gsc": 2}.get(folder, 1))
    for row in chosen:
        kept = folder_of(row) not in TRAINED_FOLDERS if folder in ("wake", "phrases") else row["speaker"] in aside
        if for_training is None or kept != for_training:
            yield Clip(as_pcm(read_sound(root / row["path"])), row["transcript"].strip().lower(), f"{folder}/{row['speaker']}")


def folder_of(row: dict[str, str]) -> str:
    """The folder of a clip, such as “wake/computer”."""
    return row["path"].rpartition("/")[0]


def read_speech(for_training: bool) -> Iterator[Clip]:
    """LibriSpeech segments with their machine transcripts, and (for training) LJ Speech with its human ones."""
    root = places.HUMAN_DATA / "speech"
    speakers = {row["file"] for row in rows(root / "speakers.csv") if row["source"].startswith("LibriSpeech")}
    aside = kept_aside(speakers, 5)
    wanted = (speakers - aside) | {"lj.ogg"} if for_training else aside
    sounds: dict[str, NDArray[np.float32]] = {}
    for row in rows(root / "transcripts.csv"):
        name = row["file"]
        if name not in wanted:
            continue
        if name not in sounds:
            sounds = {name: read_sound(root / name)}
        start, end = float(row["start"]) - EDGE_S, float(row["end"]) + EDGE_S
        if end - start <= LONGEST_S:
            part = sounds[name][max(0, round(start * RATE_HZ)) : round(end * RATE_HZ)]
            yield Clip(as_pcm(part), spelt_out(row["transcript"] or row["asr_transcript"]), f"read/{Path(name).stem}")


def spelt_out(transcript: str) -> str:
    """A transcript as lower-case words; numbers below a hundred are spelt, others stay and so drop the segment."""
    plain = transcript.lower().replace("’", "'").replace("mr.", "mister").replace("mrs.", "missus").replace("-", " ")
    plain = re.sub(r"\d+", _number, plain)
    return " ".join(word.strip("'") for word in re.sub(r"[^a-z0-9' ]+", " ", plain).split())


def _number(found: re.Match[str]) -> str:
    value = int(found[0])
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    return found[0]


def training_clips(lexicon: Lexicon) -> dict[str, list[Clip]]:
    """What training hears of people, by source; segments with words that the dictionary lacks are dropped."""
    sources = {
        "an4": command_clips("an4", for_training=True),
        "gsc": command_clips("gsc", for_training=True),
        "read": read_speech(for_training=True),
        "wake": command_clips("wake", for_training=True),
        "phrases": command_clips("phrases", for_training=True),
    }

    def sayable(clip: Clip) -> bool:
        return bool(clip.text) and all(word in lexicon for word in clip.text.split())

    return {name: [clip for clip in found if sayable(clip)] for name, found in sources.items()}


def noises() -> list[NDArray[np.float32]]:
    """The noises that training may use."""
    return [read_sound(places.HUMAN_DATA / "noise" / f"{name}.ogg") for name in NOISE_FILES]
