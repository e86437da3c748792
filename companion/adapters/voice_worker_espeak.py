"""The program that speaks one sentence through libespeak-ng itself, without pyttsx3: a wav, and when each word begins.

Run by path in a process of its own, one sentence a process (see voice_process.py for the job it reads); it imports nothing of
`companion` and no numpy. espeak-ng is GPL-3.0 code and lives in this process alone. One fresh process a sentence makes the same
text the same bytes: the library keeps the phase of its waves and the state of its noise from one utterance to the next.
"""

from __future__ import annotations

import ctypes as c
import json
import os
import signal
import sys
import wave

REFUSED = 3
"""Exit status of a worker whose engine said no (an unknown voice): asking again is no use."""

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS, _DO_NOT_EXIT, _UTF8, _WORD = 2, 0x8000, 1, 1
_RATE, _VOLUME, _PITCH = 1, 2, 3
_BUFFER_MS = 200

_SEED = 1
"""The library seeds the noise of breathy voices with the time of day, unless it is told a seed."""


class _Event(c.Structure):
    """`espeak_EVENT`: 40 bytes on a 64-bit machine."""

    _fields_ = [
        ("type", c.c_int),
        ("message", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("milliseconds", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", c.c_void_p),
    ]


def _refuse(why: str) -> None:
    print(why, file=sys.stderr, flush=True)
    os._exit(REFUSED)


def main() -> None:
    """Read the job, speak, write both files; end with 0, or with REFUSED and a line on standard error."""
    job = json.loads(sys.stdin.buffer.read())
    signal.alarm(job["seconds"])
    engine = c.CDLL(job["library"] or "libespeak-ng.so.1")
    engine.espeak_Synth.argtypes = [
        c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint, c.c_void_p, c.c_void_p,
    ]  # fmt: skip
    data = job["data"].encode() if job["data"] else None
    rate_hz = engine.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, _DO_NOT_EXIT)
    if rate_hz <= 0:
        _refuse(f"espeak-ng finds no voices in {job['data']}")

    samples = bytearray()
    words: list[list[int]] = []

    def take(pcm: object, n: int, events: object) -> int:
        for event in iter_events(events):
            if event.type == _WORD:
                words.append([event.text_position - 1, event.length, event.sample])
        if pcm and n > 0:
            samples.extend(c.string_at(pcm, 2 * n))  # type: ignore[arg-type]
        return 0

    def iter_events(events: object) -> list[_Event]:
        found: list[_Event] = []
        while events[len(found)].type:  # type: ignore[index]
            found.append(events[len(found)])  # type: ignore[index]
        return found

    callback = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))(take)
    engine.espeak_SetSynthCallback(callback)
    if engine.espeak_SetVoiceByName(job["voice"].encode()) != 0:
        _refuse(f"SetVoiceByName failed for voice: {job['voice']}")
    for what, value in ((_RATE, job["rate"]), (_PITCH, job["pitch"]), (_VOLUME, round(100 * job["volume"]))):
        engine.espeak_SetParameter(what, value, 0)
    if hasattr(engine, "espeak_ng_SetRandSeed"):
        engine.espeak_ng_SetRandSeed(c.c_long(_SEED))
    raw = job["text"].encode()
    if engine.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None) != 0:
        _refuse("espeak-ng refused the text")

    with wave.open(job["wav"], "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(bytes(samples))
    with open(job["words"], "w", encoding="utf-8") as out_words:
        json.dump(words, out_words)
    os._exit(0)  # no interpreter shutdown with the library's state alive


if __name__ == "__main__":
    main()
