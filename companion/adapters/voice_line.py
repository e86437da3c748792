"""From a line of text to its sentences, and from the sentences' samples back to one finished line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.adapters.loudness import Sound, amplitude, fade, level, limit
from companion.adapters.voice_settings import VoiceError, VoiceSettings
from companion.timeline import PLAYBACK_RATE

LONGEST = 300
"""Characters in one line: some 20 s of speech, far beyond any line that belongs at a table."""

FADE_IN_S, FADE_OUT_S = 0.005, 0.010

_SILENCE = amplitude(-50.0)
"""Below this the engine's lead-in and tail are cut off, so that the pauses are ours and a cue starts when it says it does."""

_MARGIN_S = 0.010
"""What is left standing around the sound when silence is cut off: room for the fades."""

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})
_ABBREVIATIONS = frozenset(["dr", "mr", "mrs", "ms", "st", "vs", "prof", "jr", "sr", "e.g", "i.e", "etc", "sra", "srta"])
_ENDING = re.compile(r"[.!?]+[\"')\]]*\s+(?=[\"'(\[]*[¿¡]?[^\W_a-zß-ÿ])")


def speakable(text: str) -> str:
    """The line as the engine gets it: one space between words, plain quotes. Raises `VoiceError` where it makes no sense.

    Refused: no letter or digit, more than 300 characters, control and invisible characters (line ends and tabs count as
    spaces), and symbols such as emoji, whose names would be read out ("red heart").
    """
    line = " ".join(unicodedata.normalize("NFC", text).translate(_PLAIN).split())
    if len(line) > LONGEST:
        raise VoiceError(f"The line {_short(line)} has {len(line)} characters: keep it within {LONGEST}.", True)
    for letter in line:
        category = unicodedata.category(letter)
        if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
            raise VoiceError(f"The line {_short(line)} holds the unspeakable character U+{ord(letter):04X}: take it out.", True)
        if category in ("So", "Sk") and letter not in "°`´":
            raise VoiceError(f"The line {_short(line)} holds {letter!r}, whose name would be read out: write words.", True)
    if not _has_words(line):
        raise VoiceError(f"The line {_short(text)} has nothing to say: write at least one word.", True)
    return line


def sentences(line: str) -> list[str]:
    """A speakable line cut after each sentence, so that the pauses are ours. "Dr. Wu", "J. Smith" and "7.30" stay whole."""
    cut: list[str] = []
    start = 0
    for ending in _ENDING.finditer(line):
        before = line[start : ending.start()].split()
        last = before[-1].strip("\"'(").lower() if before else ""
        stop = line[ending.start() : ending.end()].strip()
        if stop == "." and (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last not in "iay")):
            continue
        cut.append(line[start : ending.end()].strip())
        start = ending.end()
    cut.append(line[start:].strip())
    whole: list[str] = []
    for piece in cut:
        if whole and not (_has_words(whole[-1]) and _has_words(piece)):
            whole[-1] += " " + piece
        else:
            whole.append(piece)
    return whole


def finish(pieces: Sequence[tuple[NDArray[np.int16], int]], settings: VoiceSettings) -> tuple[Sound, list[int]]:
    """Sentences as the engine gave them (16-bit samples and their rate) made into one line at the playback rate.

    Returns the line (float32, mono, 48 kHz, levelled, limited, faded) and where each piece's own first sample lies in it,
    in playback samples; negative where the engine's lead-in was cut off.
    """
    line: list[Sound] = []
    starts: list[int] = []
    at = 0
    pause = np.zeros(round(settings.sentence_pause_s * PLAYBACK_RATE), np.float32)
    for samples, rate in pieces:
        sound = samples.astype(np.float32) / np.float32(32768.0 * settings.volume)
        if rate != PLAYBACK_RATE:
            sound = np.asarray(soxr.resample(sound, rate, PLAYBACK_RATE, quality="HQ"), np.float32)
        begin, end = _extent(sound)
        if line:
            line.append(pause)
            at += pause.size
        starts.append(at - begin)
        line.append(fade(sound[begin:end], PLAYBACK_RATE, FADE_IN_S, FADE_OUT_S))
        at += end - begin
    whole = np.concatenate(line) * np.float32(amplitude(settings.pregain_db))
    return limit(level(whole, PLAYBACK_RATE), PLAYBACK_RATE), starts


def _extent(sound: Sound) -> tuple[int, int]:
    """First and last sample worth playing, with a margin on both sides."""
    heard = np.flatnonzero(np.abs(sound) > _SILENCE)
    if heard.size == 0:
        return 0, sound.size
    margin = round(_MARGIN_S * PLAYBACK_RATE)
    return max(0, int(heard[0]) - margin), min(sound.size, int(heard[-1]) + 1 + margin)


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _short(text: str) -> str:
    """A line as it may stand in a message: quoted, escaped, at most 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
