"""What is going on just now, so that `companion forget` can say so, and what goes on can be forgotten at its end too."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from companion.evening import folders

What = Literal["evening", "rehearsal"]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Something that goes on. `mark`: its file, locked as long as it does; None where none could be made."""

    mark: Path | None

    @property
    def forgotten(self) -> bool:
        """Whether somebody asked meanwhile that everything be forgotten."""
        return self.mark is not None and not self.mark.exists()


@contextmanager
def under_way(what: What) -> Iterator[UnderWay]:
    """While the block runs, this goes on. Forgotten meanwhile, all it has written since goes when it ends. Never raises."""
    mark = folders.running() / f"{what}-{os.getpid()}"
    with contextlib.ExitStack() as held:
        here = UnderWay(None)
        with contextlib.suppress(OSError):
            mark.parent.mkdir(parents=True, exist_ok=True)
            file = held.enter_context(mark.open("wb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            here = UnderWay(mark)
            for old in mark.parent.iterdir():  # what a kill or a power cut left
                if old != mark and not is_held(old):
                    old.unlink(missing_ok=True)
        try:
            yield here
        finally:
            if here.forgotten:
                with contextlib.suppress(Exception):
                    folders.forget()
            elif here.mark is not None:
                here.mark.unlink(missing_ok=True)


def forget_what_is_under_way() -> set[What]:
    """Tell whatever goes on just now that it is to be forgotten; what that is. Marks left by a power cut are removed."""
    found: set[What] = set()
    with contextlib.suppress(OSError):
        for mark in folders.running().iterdir():
            if is_held(mark):
                found.add("rehearsal" if mark.name.startswith("rehearsal") else "evening")
            mark.unlink(missing_ok=True)
    return found


def is_held(file: Path) -> bool:
    """Whether a process that still lives has locked this file. Never raises: one that can't be opened is not held."""
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
