"""The clips that recognition is measured on: people and made voices that training never heard.

Parameters (the weight of `[unk]`, confidence bars) are chosen on the "tuning" sets; tables show the others.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from . import lexicon, people, places
from .augment import hiss
from .clips import RATE_HZ, Clip, as_pcm
from .kitchen import cutlery, level
from .rooms import image_room
from .voices import HELD_ACCENTS, HELD_VARIANTS, Espeak, flite_voice

Floats = NDArray[np.float32]

DINNERS_TOOL = places.HUMAN_DATA.parent / "tools" / "dinners"
FREE_DINNERS = ("d07", "d08", "d09", "d10", "d11", "d12")
"""Dinners of the tool's set `dev` in which both talk as they like, at 20, 10 and 5 dB."""
AN4_COMMANDS = frozenset(["yes", "no", "stop", "help", "start", "go", "repeat", "enter", "erase"])
TRAINED_ON = "trained on, no result:"
REHEARSED_VOICES = ("en-us", "en", "en-us+m3", "en-us+f3", "en+f2", "en+m7")
"""Voices of rehearsed dinners; trained on like any other, so their figures are for those dinners only."""


@dataclass(frozen=True, slots=True)
class Set:
    """Clips and the phrases allowed while they are heard. `rate_hz`: of the clips' samples."""

    name: str
    clips: list[Clip]
    phrases: list[str]
    rate_hz: int = RATE_HZ


def commands() -> list[str]:
    """Every command and plain word of danger: the full command grammar."""
    return list(dict.fromkeys([*lexicon.text_lines("commands"), *lexicon.text_lines("danger")]))


def _of(name: str, clips: Sequence[Clip], rate_hz: int = RATE_HZ, among: Sequence[Clip] = ()) -> Set:
    return Set(name, list(clips), sorted({clip.text for clip in [*clips, *among]}), rate_hz)


def human_sets() -> Iterator[Set]:
    """Recordings of people, each set with its own few phrases; the last two were trained on and say so."""
    if not people.available():
        return
    wake, phrases = list(people.command_clips("wake")), list(people.command_clips("phrases"))
    yield _of("human wake words (words kept aside)", list(people.command_clips("wake", for_training=False)), among=wake)
    yield _of("human command words (GSC, people kept aside)", list(people.command_clips("gsc", for_training=False)))
    an4 = [clip for clip in people.command_clips("an4", for_training=False) if clip.text in AN4_COMMANDS]
    yield _of("human AN4 commands (people kept aside)", an4)
    yield _of("human phrases (phrases kept aside)", list(people.command_clips("phrases", for_training=False)), among=phrases)
    digits = [Clip(_halved(clip.pcm), clip.text, clip.voice) for clip in people.command_clips("fsdd")]
    yield _of("human digits at 8 kHz", digits, 8000)
    trained = list(people.command_clips("wake", for_training=True))
    yield _of(f"{TRAINED_ON} human wake words", trained, among=wake)
    yield _of(f"{TRAINED_ON} human phrases", list(people.command_clips("phrases", for_training=True)), among=phrases)


def _halved(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    return as_pcm(soxr.resample(pcm.astype(np.float32) / 32768, RATE_HZ, 8000))


def held_voices(phrases: Sequence[str], seed: int = 77) -> list[Clip]:
    """Each phrase by one voice kept aside: two thirds espeak-ng, one third flite where it is installed."""
    rng, engine = random.Random(seed), Espeak()
    flite = flite_voice(held=True) if shutil.which("flite") else None
    clips = []
    for number, phrase in enumerate(phrases):
        if flite and number % 3 == 2 and not any("-" in word or word == "mhm" for word in phrase.split()):
            clips.append(flite(phrase, rng))
        else:
            voice = f"{rng.choice(HELD_ACCENTS)}+{rng.choice(HELD_VARIANTS)}"
            clips.append(Clip(engine.say(phrase, voice, rng.randint(120, 190), rng.randint(30, 70)), phrase, voice))
    return clips


def rehearsed_voices(phrases: Sequence[str], seed: int = 78) -> list[Clip]:
    """Each phrase by one of the voices of rehearsed dinners."""
    rng, engine = random.Random(seed), Espeak()
    chosen = ((phrase, rng.choice(REHEARSED_VOICES)) for phrase in phrases)
    return [Clip(engine.say(phrase, voice, rng.randint(120, 190)), phrase, f"espeak/{voice}") for phrase, voice in chosen]


def kitchen_noise(length: int, rng: np.random.Generator) -> Floats:
    """Dinner noises that no training heard (the kitchen recordings where present, else made cutlery and hiss)."""
    names = ("cutlery", "plates", "clean_dishes", "water_flowing", "stove_fan", "boiling_water")
    path = places.HUMAN_DATA / "noise" / f"{names[rng.integers(len(names))]}.ogg"
    if not path.exists():
        return cutlery(length, rng) + 0.1 * hiss(length, rng)
    found = people.read_sound(path)
    start = int(rng.integers(0, max(1, len(found) - length)))
    return np.resize(found[start:], length)


def in_room(clips: Sequence[Clip], snr_db: float, distance_m: tuple[float, float] = (0.6, 1.2), seed: int = 9) -> list[Clip]:
    """The clips in simulated dining rooms with dinner noise `snr_db` below the voice."""
    from scipy.signal import fftconvolve

    rng = np.random.default_rng(seed)
    rooms = [image_room(rng, distance_m) for _ in range(12)]
    placed = []
    for clip in clips:
        speech = np.pad(clip.pcm.astype(np.float32) / 32768, (int(0.3 * RATE_HZ), int(0.5 * RATE_HZ)))
        wet = fftconvolve(speech, rooms[rng.integers(len(rooms))])[: len(speech)]
        voiced = wet[int(0.3 * RATE_HZ) : -int(0.5 * RATE_HZ)]
        noise = kitchen_noise(len(wet), rng)
        mix = wet / level(voiced) + noise / level(noise) * 10 ** (-snr_db / 20)
        placed.append(Clip(as_pcm(mix * 0.05), clip.text, clip.voice))
    return placed


def made_sets(every: int = 1) -> Iterator[Set]:
    """Made voices kept aside, with the full command grammar, in ever worse places; and the rehearsed dinners' voices.

    `every`: each how-many-th command is said; all are allowed.
    """
    phrases = commands()
    voices = held_voices(phrases[::every])
    places_heard: tuple[tuple[str, Callable[[list[Clip]], list[Clip]]], ...] = (
        ("clean", list),
        ("room, 20 dB", lambda clips: in_room(clips, 20)),
        ("room, 10 dB", lambda clips: in_room(clips, 10)),
        ("room, 5 dB", lambda clips: in_room(clips, 5)),
        ("3 m away, 20 dB", lambda clips: in_room(clips, 20, (2.7, 3.3))),
    )
    for name, place in places_heard:
        yield Set(f"made voices kept aside: {name}", place(voices), phrases)
    yield Set("“stop”, made voices kept aside: room, 10 dB", in_room(held_voices(["stop"] * (100 // every), 79), 10), phrases)
    yield Set("rehearsed dinners' voices: room, 20 dB", in_room(rehearsed_voices(phrases[::every]), 20), phrases)


def _pieces(folder: str, names: Sequence[str], length_s: float = 15.0) -> list[Clip]:
    found = []
    for name in names:
        sound, rate = soundfile.read(places.HUMAN_DATA / folder / name, dtype="float32")
        assert rate == RATE_HZ
        step = int(length_s * RATE_HZ)
        found += [Clip(as_pcm(sound[start : start + step]), "", name) for start in range(0, len(sound), step)]
    return found


def _volunteers() -> list[str]:
    rows = people.rows(places.HUMAN_DATA / "speech" / "speakers.csv")
    return sorted(row["file"] for row in rows if row["source"].startswith("VoxForge ("))


def _foreign() -> list[str]:
    return sorted(path.name for path in (places.HUMAN_DATA / "foreign").glob("*.ogg"))


def tuning_sets() -> tuple[list[Set], list[Set]]:
    """(commands to accept, talk to reject) for choosing parameters: none of it is in the tables.

    Accept: made voices kept aside, drawn anew, in rooms; command words of people that training heard. Reject: the other
    half of the VoxForge people and of the foreign words.
    """
    phrases = commands()
    voices = in_room(held_voices(phrases, 501), 10, seed=502)
    accept = [Set("made voices, room, 10 dB", voices, phrases)]
    reject: list[Set] = []
    if people.available():
        accept.append(_of("command words (GSC)", list(people.command_clips("gsc", for_training=True))))
        reject.append(Set("read English (VoxForge)", _pieces("speech", _volunteers()[1::2])[:20], phrases))
        reject.append(Set("isolated foreign words", _pieces("foreign", _foreign())[1::2][:20], phrases))
    return accept, reject


def talk_sets(minutes: float = 60.0) -> Iterator[Set]:
    """Talk of people that training never heard; any phrase accepted in it is false. At most `minutes` of each."""
    if not people.available():
        return
    phrases = commands()
    rows = people.rows(places.HUMAN_DATA / "speech" / "speakers.csv")
    libri = people.kept_aside({row["file"] for row in rows if row["source"].startswith("LibriSpeech")}, 5)
    volunteers, foreign = _volunteers()[::2], _foreign()
    most = int(minutes * 4)
    yield Set("read English (LibriSpeech people kept aside)", _pieces("speech", sorted(libri))[:most], phrases)
    yield Set("read English (VoxForge, never trained on)", _pieces("speech", volunteers)[:most], phrases)
    if DINNERS_TOOL.exists():
        yield Set("talk of couples at made dinners (VoxForge)", dinners(volunteers)[: max(1, int(minutes / 3))], phrases)
    yield Set("isolated foreign words", _pieces("foreign", foreign)[::2][:most], phrases)
    others = [clip for folder in ("notwake", "orders") for clip in people.command_clips(folder)]
    yield Set("other words and coffee orders", others, phrases)


def dinners(files: Sequence[str]) -> list[Clip]:
    """Free talk of couples in noisy rooms, 3 minutes each, made once by the dinners tool from these people."""
    cast, made = places.work("dinners", "cast"), places.work("dinners", "made")
    cast.mkdir(exist_ok=True)
    for name in files:
        link = cast / name
        if not link.exists():
            link.symlink_to(places.HUMAN_DATA / "speech" / name)
    shutil.copyfile(places.HUMAN_DATA / "speech" / "speakers.csv", cast / "speakers.csv")
    for name in FREE_DINNERS:
        if not (made / name / "mix.wav").exists():
            options = ["make", str(made), str(cast), "--set", "dev", "--half", "all", "--only", name]
            subprocess.run([sys.executable, str(DINNERS_TOOL), *options], check=True, stdout=subprocess.DEVNULL)
    mixes = [soundfile.read(made / name / "mix.wav", dtype="float32")[0][:, 0] for name in FREE_DINNERS]
    return [Clip(as_pcm(mix), "", name) for name, mix in zip(FREE_DINNERS, mixes, strict=True)]
