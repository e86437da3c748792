"""The command line: one command a file, put together in `app`."""

from companion.cli.app import main

__all__ = ["main"]
