"""Made voices: espeak-ng inside this process, flite as a program."""

from __future__ import annotations

import ctypes
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from .clips import RATE_HZ, Clip, as_pcm

Voice = Callable[[str, random.Random], Clip]

VARIANTS = tuple(
    [
        "m1",
        "m2",
        "m3",
        "m4",
        "m5",
        "m6",
        "m7",
        "f1",
        "f2",
        "f3",
        "f4",
        "klatt",
        "klatt2",
        "klatt3",
        "klatt4",
        "Alex",
        "Andrea",
        "Annie",
        "Denis",
        "Diogo",
        "Gene",
        "Gene2",
        "Henrique",
        "Hugo",
        "Jacky",
        "Lee",
        "Marco",
        "Mario",
        "Mike",
        "Nguyen",
        "Reed",
        "RicishayMax",
        "RicishayMax3",
        "adam",
        "anika",
        "antonio",
        "aunty",
        "belinda",
        "benjamin",
        "boris",
        "caleb",
        "david",
        "ed",
        "edward",
        "edward2",
        "grandpa",
        "gustave",
        "ian",
        "iven",
        "iven2",
        "iven3",
        "john",
        "kaukovalta",
        "linda",
        "marcelo",
        "max",
        "michel",
        "miguel",
        "mike2",
        "norbert",
        "pablo",
        "paul",
        "pedro",
        "quincy",
        "rob",
        "robert",
        "sandro",
        "shelby",
        "steph",
        "steph2",
        "steph3",
        "travis",
        "victor",
        "zac",
    ]
)
HELD_VARIANTS = tuple(["f5", "m8", "Andy", "Alicia", "Michael", "grandma", "announcer"])
"""Never trained on; the bench speaks with them."""

ACCENTS = ("en-us",) * 8 + ("en",) * 5 + ("en-gb-x-rp",) * 2 + ("en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc", "en-029")
HELD_ACCENTS = ("en-us", "en-us", "en", "en-gb-scotland")
PLAIN_SHARE = 0.35
"""Share of espeak prompts by the voices people meet most: no variant, or the first few."""
PLAIN_VARIANTS = ("", "", "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4")

FLITE_PITCH_HZ = {"awb": 120, "slt": 170, "kal16": 105, "rms": 95}
HELD_FLITE = ("rms",)

SOUNDED = {"mhm": "[[@mh'@m]]", "mm-hmm": "[[mh'm]]", "uh-huh": "[[Vh'V]]", "uh-uh": "[['V||V]]"}
"""Words that espeak would spell, as phonemes."""

_SYNCHRONOUS, _KEEP_PROCESS, _UTF8_AND_PHONEMES = 2, 0x8000, 1 | 0x100
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4


class Espeak:
    """libespeak-ng of the package espeakng-loader. One object a process."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate_hz: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _KEEP_PROCESS)
        if self.rate_hz <= 0:
            raise SystemExit(f"espeak-ng cannot start with its data in {data.decode()}.")
        self._sound = bytearray()
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._collect)  # kept, or it would be freed while the library calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, wave: int | None, count: int, _events: int | None) -> int:
        if wave and count > 0:
            self._sound += ctypes.string_at(wave, 2 * count)
        return 0

    def say(self, text: str, voice: str, words_per_minute: int = 160, pitch: int = 50, melody: int = 50) -> NDArray[np.int16]:
        """Samples at 16 kHz. `pitch` and `melody` (range): 0 to 100."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}.")
        for parameter, value in ((_RATE, words_per_minute), (_PITCH, pitch), (_RANGE, melody), (_VOLUME, 100)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._sound = bytearray()
        raw = " ".join(SOUNDED.get(word, word) for word in text.split()).encode()
        self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8_AND_PHONEMES, None, None)
        sound = np.frombuffer(bytes(self._sound), np.int16).astype(np.float32) / 32768
        return as_pcm(soxr.resample(sound, self.rate_hz, RATE_HZ))


def espeak_voice(held: bool) -> Voice:
    """A new espeak voice for every prompt; `held`: those kept aside."""
    engine = Espeak()

    def speak(text: str, rng: random.Random) -> Clip:
        if held:
            accent, variant = rng.choice(HELD_ACCENTS), rng.choice(HELD_VARIANTS)
        elif rng.random() < PLAIN_SHARE:
            accent, variant = rng.choice(("en-us", "en")), rng.choice(PLAIN_VARIANTS)
        else:
            accent, variant = rng.choice(ACCENTS), rng.choice(VARIANTS)
        voice = f"{accent}+{variant}" if variant else accent
        pitch = 50 if rng.random() < 0.3 else rng.randint(20, 80)
        pcm = engine.say(text, voice, rng.randint(112, 205), pitch, rng.randint(25, 75))
        return Clip(pcm, text, f"espeak/{voice}")

    return speak


def flite_voice(held: bool) -> Voice:
    """A flite voice with its own pace and pitch for every prompt; needs the program `flite`."""

    def speak(text: str, rng: random.Random) -> Clip:
        voice = rng.choice(HELD_FLITE if held else ("awb", "slt", "slt", "kal16"))
        pace, pitch = rng.uniform(0.8, 1.35), FLITE_PITCH_HZ[voice] * rng.uniform(0.8, 1.25)
        options = ("--setf", f"duration_stretch={pace:.2f}", "--setf", f"int_f0_target_mean={pitch:.0f}")
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder, "said.wav")
            subprocess.run(["flite", "-voice", voice, *options, "-t", text, "-o", str(wav)], check=True, capture_output=True)
            sound, rate = soundfile.read(wav, dtype="float32")
        return Clip(as_pcm(sound if rate == RATE_HZ else soxr.resample(sound, rate, RATE_HZ)), text, f"flite/{voice}")

    return speak
