"""RTTM: who spoke when, in the ten columns that diarization tools share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from companion.events import SpeechEnded
from companion.timeline import seconds
from companion.trouble import Trouble


class RttmFile:
    """Writes SPEAKER lines as segments end, under a temporary name until `close`. Raises Trouble when it cannot begin."""

    def __init__(self, path: Path, recording: str) -> None:
        self.path, self._part = path, path.with_name(path.name + ".part")
        self._recording = "_".join(recording.split()) or "recording"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = self._part.open("w", encoding="utf-8")
        except OSError as bad:
            raise Trouble(f"I can't write {path} ({bad.strerror or bad}); choose another folder.") from bad

    def write(self, segment: SpeechEnded) -> None:
        """Append one partner's segment; speech of nobody we know has no line."""
        if segment.by is not None and segment.end > segment.start:
            first = max(0, segment.start)  # an onset can be dated back to before the first sample
            start, length = seconds(first), seconds(segment.end - first)
            name = "_".join(segment.by.split())
            self._file.write(f"SPEAKER {self._recording} 1 {start:.3f} {length:.3f} <NA> <NA> {name} <NA> <NA>\n")

    def close(self, keep: bool = True) -> None:
        """Finish the file: on disk for good, then under its own name; or gone."""
        if self._file.closed:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if keep:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)
