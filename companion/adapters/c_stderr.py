"""What C libraries print on standard error, kept out of the person's sight and in ours."""

from __future__ import annotations

import faulthandler
import os
import sys
import tempfile
import threading
from types import TracebackType

_TURN = threading.RLock()


def python_only() -> None:
    """For the rest of this process, standard error is Python's alone: what C libraries print there goes nowhere.

    PortAudio and ALSA report a lost device there at any moment, over a person's screen. A crash of the process itself is still
    told. Nothing happens where there is no descriptor 2.
    """
    try:
        sys.stderr.flush()
        kept = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):
        return
    sys.stderr = kept
    faulthandler.enable(kept)


class CStderr:
    """While this context lasts, file descriptor 2 writes into a temporary file; `text` holds it afterwards.

    ALSA and PortAudio report every attempt and every lost device there, past Python's `sys.stderr`. Python's own
    messages written meanwhile are kept in the same text. One at a time: a second thread waits. Where the process has no
    descriptor 2 nothing is redirected.
    """

    def __init__(self) -> None:
        self.text = ""
        self._saved: int | None = None

    def __enter__(self) -> CStderr:
        _TURN.acquire()
        try:
            self._flush()
            self._saved = os.dup(2)
        except OSError:
            self._saved = None
            return self
        self._file = tempfile.TemporaryFile()
        os.dup2(self._file.fileno(), 2)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._saved is None:
                return
            self._flush()
            os.dup2(self._saved, 2)
            os.close(self._saved)
            self._file.seek(0)
            self.text = self._file.read().decode(errors="replace").strip()
            self._file.close()
        finally:
            _TURN.release()

    @staticmethod
    def _flush() -> None:
        if sys.stderr is not None:
            sys.stderr.flush()
