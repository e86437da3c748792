"""The command line: one command a file, put together in `app`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _evening() -> bool:
    """Whether a live evening is wanted: told to end, it ends well."""
    return sys.argv[1:2] == ["run"]


def _not_begun(number: int, frame: FrameType | None) -> None:
    """Told to end while we are still being loaded: nothing has been begun, so there is nothing to tidy."""
    os.write(*(1, b"Stopped. Good night.\n") if _evening() else (2, b"companion: stopped before anything was done.\n"))
    os._exit(0 if _evening() else 2)


def main() -> None:
    """Run the command line. Being loaded takes a second or more on a small machine, and can be cut short."""
    usual = {number: signal.signal(number, _not_begun) for number in (signal.SIGINT, signal.SIGTERM)}
    from companion.cli.app import load
    from companion.cli.app import main as command_line

    load(sys.argv[1:2])
    if not _evening():  # which takes charge of signals itself, as soon as there is something to tidy
        for number, handler in usual.items():
            signal.signal(number, handler)
    command_line()


__all__ = ["main"]
