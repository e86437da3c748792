"""`companion`: all commands, and what becomes of errors."""

from __future__ import annotations

import inspect
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from companion import __version__
from companion.trouble import Trouble

COMMANDS = (
    "run", "rehearse", "replay", "timeline", "enroll", "exercises", "lint", "schema", "interpret", "reflect", "recognize",
    "models", "doctor", "settings", "help-card", "forget",
)  # fmt: skip
"""Each is a module of this folder, in the order in which `--help` lists them."""

INTERRUPTED = 130
"""How typer tells of Ctrl-C."""

STOPPED = "companion: stopped before the end; nothing half-written was kept."

EPILOG = "Exit status: 0 done; 2 something you can mend (one line says what and how); 1 a fault of ours."

PARAGRAPH = "\n\n"


class _InOrder(TyperGroup):
    """Commands in the order of COMMANDS, whether they are one command or, like `models`, several."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=COMMANDS.index)


app = typer.Typer(
    name="companion",
    cls=_InOrder,
    help="An offline conversation companion for two at a table.\n\nNothing leaves this machine; by default no words are kept.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    if version:
        typer.echo(f"companion {__version__}")
        raise typer.Exit


def load(asked: Sequence[str]) -> None:
    """Add the command that is asked for, or all where it is none of ours: what is not asked for need not be loaded."""
    for name in asked if asked and asked[0] in COMMANDS else COMMANDS:
        if name not in _registered:
            import_module(f"companion.cli.{name.replace('-', '_')}").register(app)
            _registered.add(name)
    for command in app.registered_commands:
        if command.help is None and command.callback is not None:
            command.help = unbroken(inspect.getdoc(command.callback) or "")


def unbroken(text: str) -> str:
    """A docstring for a terminal of any width: its paragraphs in one line each; what is set off stays as it is written."""
    paragraphs = text.split(PARAGRAPH)
    return PARAGRAPH.join(each if each.startswith((" ", "#")) else " ".join(each.split()) for each in paragraphs)


_registered: set[str] = set()


def _terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line and leave with the documented exit status."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)
    try:
        load(sys.argv[1:2])
        status = app(standalone_mode=False) or 0
    except Trouble as trouble:
        print(f"companion: {trouble}", file=sys.stderr)
        status = 2
    except typer.Exit as left:
        status = left.exit_code
    except TyperException as wrong:
        print(f"companion: {wrong.format_message()} See: companion --help", file=sys.stderr)
        status = 2
    except (KeyboardInterrupt, typer.Abort):
        print(STOPPED, file=sys.stderr)
        status = 2
    except BrokenPipeError:
        sys.stderr.close()
        status = 0
    except Exception:
        traceback.print_exc()
        print("companion: that was a fault of ours, not yours; the lines above tell us where.", file=sys.stderr)
        status = 1
    if status == INTERRUPTED:
        print(STOPPED, file=sys.stderr)
        status = 2
    sys.exit(status)
