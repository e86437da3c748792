"""The program that speaks one sentence through pyttsx3 into a wav, and ends. The only file that imports pyttsx3.

Run by path in a process of its own, one sentence a process (see voice_process.py for the job it reads). It must not import
anything of `companion`: it starts in some 60 ms because it loads neither our package nor numpy. espeak-ng is GPL-3.0 code and
lives in this process alone.

Why a process a sentence, and why nothing here trusts a return value: under Linux pyttsx3's first `runAndWait` comes back before
the file is written, a later one may never come back, `stop` waits for the sound to end, `say` plays through `aplay`, errors
inside the callback are swallowed, and the same text twice in one process gives other samples.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

REFUSED = 3
"""Exit status of a worker whose engine said no (an unknown voice): asking again is no use."""

_SEED = 1
"""The library seeds the noise of breathy voices with the time of day, unless it is told a seed."""


def _load_engine(library: str | None, data: str | None) -> None:
    """Bring espeak-ng into the process by its full path, so that pyttsx3's bare name finds this copy."""
    if data:
        os.environ["ESPEAK_DATA_PATH"] = data
    if library:
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)


def _settle(library: ctypes.CDLL) -> None:
    """Wait until the library's thread has done what it was told.

    Parameters go through its queue and voices do not: without this a voice is now and then loaded while the speed is being
    set, and the same line differs in some samples about once in a hundred processes.
    """
    library.espeak_Synchronize()


def _refuse(failures: list[str]) -> None:
    print(failures[0], file=sys.stderr, flush=True)
    os._exit(REFUSED)


def _end_without_event(espeak_module: object, types: object) -> None:
    """Teach the driver the ending of espeak-ng builds without async support (the 64-bit Arm wheel).

    They call back once with no samples and no event where others send MSG_TERMINATED, at which the driver writes its file;
    unpatched it renders nothing there, without an error.
    """
    driver = espeak_module.EspeakDriver  # type: ignore[attr-defined]
    event = types.EVENT  # type: ignore[attr-defined]
    on_synth = driver._onSynth
    end = (event * 2)()
    end[0].type = types.EVENT_MSG_TERMINATED  # type: ignore[attr-defined]

    def patched(self: object, wav: object, n: int, events: object) -> object:
        if not wav and events[0].type == types.EVENT_LIST_TERMINATED:  # type: ignore[attr-defined, index]
            return on_synth(self, wav, 0, ctypes.cast(end, ctypes.POINTER(event)))
        return on_synth(self, wav, n, events)

    driver._onSynth = patched


def main() -> None:
    """Read the job, speak, end with 0 once the file is there, or with REFUSED and a line on standard error."""
    job = json.loads(sys.stdin.buffer.read())
    signal.alarm(job["seconds"])
    sys.path[:0] = job["packages"]
    _load_engine(job["library"], job["data"])

    import threading

    import pyttsx3
    from pyttsx3.drivers import _espeak, espeak

    _end_without_event(espeak, _espeak)
    engine = pyttsx3.init("espeak")
    over = threading.Event()
    failures: list[str] = []

    def failed(name: object, exception: object) -> None:
        failures.append(str(exception))
        over.set()

    engine.connect("finished-utterance", lambda name, completed: over.set())
    engine.connect("error", failed)
    _settle(_espeak.dll)
    engine.proxy.setBusy(False)  # properties now, not when the text starts: the library's own thread is idle
    for name in ("voice", "rate", "pitch", "volume"):
        engine.setProperty(name, job[name])
        _settle(_espeak.dll)
    engine.proxy.setBusy(True)
    if failures:
        _refuse(failures)
    if hasattr(_espeak.dll, "espeak_ng_SetRandSeed"):
        _espeak.dll.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
    engine.save_to_file(job["text"], job["wav"])
    engine.runAndWait()
    over.wait()
    if failures:
        _refuse(failures)
    os._exit(0)  # no interpreter shutdown with the library's thread alive


if __name__ == "__main__":
    main()
