"""The recogniser's own process: a nursery that loads the model once, and forks whoever listens.

    python -m companion.adapters.recognizer_worker FD FOLDER UNKNOWN

The nursery never decodes, so it neither crashes nor grows; a listener that died, or grew, is replaced by a fork of it within
milliseconds, the model already in memory. It takes open sockets over `FD`, one for each listener to be; when the other end of a
socket is gone, whoever reads it ends. See `recognizer_process` for the other side.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.trouble import Trouble

READY, REFUSED, FORK = b"R", b"T", b"F"
"""What the nursery says once the model is loaded, or cannot be; and what it is asked for."""

_HEAD = struct.Struct("<cI")
MOST_BYTES = 64_000_000
"""Of one message; more is none of ours."""


class Message(NamedTuple):
    """What goes between listener and caller: grammar, begin, sound, words so far (both ways), end, and words back."""

    kind: bytes  # G, B, S, P, E, W
    body: bytes


def send(to: socket.socket, kind: bytes, body: bytes = b"") -> None:
    """Raises OSError where the other end is gone or takes nothing in time."""
    to.sendall(_HEAD.pack(kind, len(body)) + body)


def receive(of: socket.socket) -> Message:
    """The next message. Raises EOFError where the other end is gone, OSError where nothing comes in time."""
    kind, size = _HEAD.unpack(_exactly(of, _HEAD.size))
    if size > MOST_BYTES:
        raise EOFError("no message of ours")
    return Message(kind, _exactly(of, size))


def _exactly(of: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        piece = of.recv(min(size - len(parts), 1 << 16))
        if not piece:
            raise EOFError("the other end is gone")
        parts += piece
    return bytes(parts)


def listen(recognizer: VoskRecognizer, caller: socket.socket) -> None:
    """Do what the caller says until it is gone."""
    while True:
        try:
            kind, body = receive(caller)
        except (EOFError, OSError):
            return
        match kind:
            case b"G":
                grammar = json.loads(body)
                if grammar["freely"]:
                    recognizer.listen_freely()
                else:
                    recognizer.listen_for(grammar["phrases"], grammar["decoys"])
            case b"B":
                recognizer.begin(int.from_bytes(body, "little", signed=True))
            case b"S":
                recognizer.feed(np.frombuffer(body, np.float32))
            case b"P":
                send(caller, b"P", " ".join(recognizer.so_far()).encode())
            case b"E":
                words = [[word.text, word.start, word.end, word.confidence] for word in recognizer.end()]
                send(caller, b"W", json.dumps(words).encode())


def nurse(recognizer: VoskRecognizer, control: socket.socket) -> None:
    """Fork a listener for each socket that comes, until nobody can send one any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # listeners that end are nobody's to wait for
    send(control, READY)
    while True:
        asked, given, _, _ = socket.recv_fds(control, 1, 1)
        if asked != FORK or not given:
            return
        if os.fork() == 0:
            control.close()
            with socket.socket(fileno=given[0]) as caller:
                send(caller, READY, str(os.getpid()).encode())
                listen(recognizer, caller)
            os._exit(0)
        os.close(given[0])


def main(arguments: list[str]) -> None:
    """The process. `arguments`: descriptor of the control socket, folder of the model, 1 for `[unk]`."""
    descriptor, folder, unknown = arguments
    with socket.socket(fileno=int(descriptor)) as control:
        try:
            recognizer = VoskRecognizer(Path(folder), unknown == "1", tried=True)
        except Trouble as trouble:
            with contextlib.suppress(OSError):
                send(control, REFUSED, str(trouble).encode())
            return
        nurse(recognizer, control)


if __name__ == "__main__":
    main(sys.argv[1:])
