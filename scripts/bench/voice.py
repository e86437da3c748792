"""The companion's voice in figures: seconds a line cold and warm, words a minute asked and heard, levels, and the rate table.

python scripts/bench/voice.py           the tables of the report
python scripts/bench/voice.py --fit     measure the table of rates anew (voice_settings.py)
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.loudness import Sound, decibels, gated_rms
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import MEASURED, NOMINAL, VoiceSettings
from companion.adapters.voices import choose_voice
from companion.timeline import PLAYBACK_RATE

LINES = (
    "Good evening, you two. Put your phones away, and sit so that you can see each other.",
    "Sam, tell Alex about a moment this week that stayed with you. Take two minutes.",
    "Alex, just listen. No advice, no fixing.",
    "Sam, what did you hear? Tell Alex in your own words, then ask if you got it right.",
    "Half a minute left.",
    "Let's swap. Alex, it's your turn to speak now.",
    "Is there more? Take your time.",
    "Close your eyes if you like, and breathe out slowly. I will tell you when a minute has gone.",
    "Thank you both. What would you like to keep from tonight?",
    "We were in the middle. Shall we go on?",
)
VOICES = ("en-us", "en", "en-us+f3")


def heard_speed(sounds: list[Sound]) -> float:
    """Words a minute over the whole lines, half a second between their sentences included."""
    return sum(len(line.split()) for line in LINES) / sum(sound.size for sound in sounds) * PLAYBACK_RATE * 60


def timed(render: Callable[[str], Sound]) -> float:
    """Median seconds a line."""
    took = []
    for line in LINES:
        begun = time.perf_counter()
        render(line)
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def cost(out: Console, folder: Path) -> None:
    table = Table("adapter", "cold, s a line", "warm", "seconds of sound", title="median of ten lines")
    for name, voice in (
        ("pyttsx3", Pyttsx3Voice(VoiceSettings(), VoiceCache(folder / "a"))),
        ("espeak", EspeakVoice(VoiceSettings(), VoiceCache(folder / "b"))),
    ):
        cold, warm = timed(voice.render), timed(voice.render)
        seconds = statistics.median(voice.render(line).size for line in LINES) / PLAYBACK_RATE
        table.add_row(name, f"{cold:.3f}", f"{warm:.4f}", f"{seconds:.2f}")
    begun = time.perf_counter()
    voice, _ = choose_voice(VoiceSettings(), folder / "a")
    voice.render(LINES[0])
    table.add_row("self-test and first line, warm", "", f"{time.perf_counter() - begun:.3f}", "")
    begun = time.perf_counter()
    Pyttsx3Voice(VoiceSettings(), VoiceCache(folder / "c")).render_all(LINES, workers=2)
    table.add_row("ten lines, two at a time", f"{time.perf_counter() - begun:.2f} in all", "", "")
    out.print(table)


def speed(out: Console) -> None:
    table = Table("asked", *VOICES, title="words a minute, as heard")
    for asked in (120, 140, 150, 165, 190):
        row = []
        for name in VOICES:
            voice = EspeakVoice(VoiceSettings(voice=name, words_a_minute=asked))
            row.append(f"{heard_speed(voice.render_all(LINES)):.0f}")
        table.add_row(str(asked), *row)
    out.print(table)


def levels(out: Console) -> None:
    table = Table("voice", "gated RMS, dBFS: quietest line", "loudest", "highest peak", title="levels of the finished lines")
    for name in (*VOICES, "es", "en-us+Andrea", "en-us+klatt"):
        pregain = 8.0 if "klatt" in name else 0.0
        sounds = EspeakVoice(replace(VoiceSettings(voice=name), pregain_db=pregain)).render_all(LINES)
        rms = [gated_rms(sound, PLAYBACK_RATE) for sound in sounds]
        peak = max(decibels(float(abs(sound).max())) for sound in sounds)
        table.add_row(f"{name} {pregain:+.0f} dB" if pregain else name, f"{min(rms):.1f}", f"{max(rms):.1f}", f"{peak:.1f}")
    out.print(table)


def fit(out: Console) -> None:
    """Words a minute heard at each nominal rate of the table, mean of the first two voices."""
    measured = []
    for asked in MEASURED:
        voices = (EspeakVoice(VoiceSettings(voice=name, words_a_minute=asked)) for name in VOICES[:2])
        measured.append(statistics.mean(heard_speed(voice.render_all(LINES)) for voice in voices))
    out.print(f"NOMINAL = {NOMINAL}")
    out.print(f"MEASURED = {tuple(round(words, 1) for words in measured)}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fit", action="store_true", help="measure the table of rates")
    out = Console()
    if arguments.parse_args().fit:
        fit(out)
        return
    with tempfile.TemporaryDirectory() as folder:
        cost(out, Path(folder))
    speed(out)
    levels(out)


if __name__ == "__main__":
    main()
