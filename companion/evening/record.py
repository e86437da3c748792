"""The files of one evening: there while it runs, gone at its end unless they are wanted, and never a reason to stop."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from companion.adapters.event_log import EventLog
from companion.evening import folders
from companion.evening.under_way import is_held
from companion.events import Event
from companion.trouble import Trouble

UNKEPT = "The log of this evening could not be written ({why}): make room on the disk, or mend the rights of {where}."


class Record:
    """A `Log` in a folder of its own, with a file of facts (version, settings) beside it.

    `out`: the folder a person asked for, kept in any case; Trouble is raised where it can't be written or holds a log already.
    None: a new folder among the evenings; where that can't be written there is no log, and `trouble` says so in a sentence.
    """

    def __init__(self, out: Path | None, partners: tuple[str, str], facts: str) -> None:
        self._asked = out is not None
        self._folder: Path | None = None
        self._log: EventLog | None = None
        self._why: str | None = None
        self._held: IO[bytes] | None = None  # while it is, nobody takes this evening for one that was cut off
        if out is not None and (out / "events.jsonl").exists():
            raise Trouble(f"{out} holds the log of an evening already; name another folder, or remove that one.")
        try:
            self._folder = out or folders.new_evening()
            self._log = EventLog(self._folder / "events.jsonl", partners)
            folders.write_whole(self._folder / _FACTS, facts)
            self._held = _hold(self._folder)
        except Trouble as trouble:
            if self._asked:
                self._tidy()
                raise
            self._why = str(trouble)

    @property
    def trouble(self) -> str | None:
        """One sentence when something could not be written."""
        if self._why is not None:
            return f"This evening went on without a log. {self._why}"
        if self._log is not None and self._log.failed is not None:
            return UNKEPT.format(why=self._log.failed, where=self._folder)
        return None

    def write(self, events: Iterable[Event]) -> None:
        """Append events, as long as they can be written."""
        if self._log is not None:
            self._log.write(events)

    def close(self) -> None:
        """Finish the files as they were asked for."""
        self.finish(keep=False)

    def finish(self, keep: bool) -> Path | None:
        """The end: the folder if its files are kept (both agreed, or they were asked for), else None, and they are gone."""
        keep = keep or self._asked
        self._let_go()
        if self._log is not None:
            self._log.close(keep)
        if keep:
            return self._folder if self._log is not None and self._log.failed is None else None
        self._tidy()
        return None

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _tidy(self) -> None:
        """Remove what this evening wrote; a folder that a person named stays."""
        self._let_go()
        if self._log is not None:
            self._log.close(keep=False)
        if self._folder is None or self._asked:
            return
        shutil.rmtree(self._folder, ignore_errors=True)


_FACTS = "evening.yaml"


def _hold(folder: Path) -> IO[bytes] | None:
    """Lock the evening's facts for as long as this process lives; None where the file system knows no locks."""
    try:
        held = (folder / _FACTS).open("rb")
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return held
    except OSError:
        return None


def is_written(folder: Path) -> bool:
    """Whether an evening still runs that writes into this folder."""
    return is_held(folder / _FACTS)
