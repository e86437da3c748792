"""The word graphs of a Vosk model, walked through as OpenFst writes them, and the word list that some of them carry.

Measured with libvosk 0.3.45: a truncated graph loads and then crashes the process at the first utterance; truncated look-ahead
data is not noticed at all. So every byte is looked at before libvosk sees it.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FST, _ADD_ON, _SYMBOLS = 2125659606, 446681434, 2125658996
_STATE = np.dtype([("final", "<f4"), ("arc", "<u4"), ("arcs", "<u4"), ("iepsilons", "<u4"), ("oepsilons", "<u4")])
_ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("cost", "<f4"), ("next", "<i4")])
_PAIR = np.dtype([("from", "<i4"), ("to", "<i4")])


class Damaged(Exception):
    """What is wrong with a file, as the end of a sentence that begins with its name."""


class _Header(NamedTuple):
    kind: str
    flags: int
    start: int
    states: int
    arcs: int


class _Bytes:
    """Reads on; raises Damaged, with the file's name, where it ends too early."""

    def __init__(self, raw: bytes, name: str) -> None:
        self._raw, self._name, self.at = raw, name, 0

    def take(self, form: str) -> tuple[int, ...]:
        size = struct.calcsize(form)
        if self.at + size > len(self._raw):
            raise Damaged(f"{self._name} ends too early")
        self.at += size
        return struct.unpack_from(form, self._raw, self.at - size)

    def table(self, kind: np.dtype[np.void], count: int) -> NDArray[np.void]:
        if count < 0:
            raise Damaged(f"{self._name} counts less than nothing")
        return np.frombuffer(self._piece(kind.itemsize * count), kind)

    def string(self, longest: int = 100) -> str:
        (size,) = self.take("<i")
        if not 0 <= size < longest:
            raise Damaged(f"{self._name} is no graph")
        return bytes(self._piece(size)).decode("utf-8", "replace")

    def header(self) -> _Header:
        (magic,) = self.take("<i")
        if magic != _FST:
            raise Damaged(f"{self._name} is no graph")
        kind = self.string()
        self.string()
        _, flags, _, start, states, arcs = self.take("<iiQqqq")
        return _Header(kind, flags, start, states, arcs)

    def _piece(self, size: int) -> memoryview:
        if self.at + size > len(self._raw):
            raise Damaged(f"{self._name} ends too early")
        self.at += size
        return memoryview(self._raw)[self.at - size : self.at]

    @property
    def over(self) -> bool:
        return self.at == len(self._raw)


def words_within(raw: bytes, name: str) -> dict[str, int]:
    """The word list inside a graph, word to number; empty where it carries none. Raises Damaged."""
    reader = _Bytes(raw, name)
    header = reader.header()
    if not header.flags & 3:
        return {}
    (magic,) = reader.take("<i")
    if magic != _SYMBOLS:
        raise Damaged(f"{name} is no graph")
    reader.string(1000)
    _, count = reader.take("<qq")
    words: dict[str, int] = {}
    for _ in range(count):
        word = reader.string(1000)
        (words[word],) = reader.take("<q")
    return words


def walk(raw: bytes, words: int, name: str) -> None:
    """Walk through the whole of an `olabel_lookahead` graph, down to its last byte; `words`: the highest word number.

    Raises Damaged. Graphs that are laid out otherwise than any we know are left to a trial in another process.
    """
    reader = _Bytes(raw, name)
    outer = reader.header()
    if outer.kind != "olabel_lookahead" or outer.flags & 3:
        return
    if reader.take("<i") != (_ADD_ON,):
        raise Damaged(f"{name} is no graph")
    inner = reader.header()
    if inner.kind != "const" or inner.flags:
        return
    states, arcs = reader.table(_STATE, inner.states), reader.table(_ARC, inner.arcs)
    _inside(inner, states, arcs, words, name)
    if reader.take("<b") == (0,):
        raise Damaged(f"{name} has no look-ahead data")
    for _ in range(2):  # for input labels and for output labels
        if reader.take("<b") != (0,):
            _reach(reader, inner.states, name)
    if not reader.over:
        raise Damaged(f"{name} goes on after its end")


def _inside(header: _Header, states: NDArray[np.void], arcs: NDArray[np.void], words: int, name: str) -> None:
    ends = states["arc"].astype(np.int64) + states["arcs"]
    sound = 0 <= header.start < header.states and (not len(ends) or int(ends.max()) <= header.arcs)
    if sound and len(arcs):
        sound = int(arcs["next"].min()) >= 0 and int(arcs["next"].max()) < header.states
    if not sound:
        raise Damaged(f"{name} points outside itself")
    if len(arcs) and int(arcs["output"].max()) > words:
        raise Damaged(f"the word list lacks words of {name}")


def _reach(reader: _Bytes, states: int, name: str) -> None:
    """The label intervals of every state."""
    reader.take("<b")  # reach_input
    (relabelled,) = reader.take("<b")
    if relabelled:
        (count,) = reader.take("<q")
        reader.table(_PAIR, count)
    reader.take("<i")  # final label
    (count,) = reader.take("<q")
    if count != states:
        raise Damaged(f"{name} has look-ahead data of another graph")
    for _ in range(count):
        (intervals,) = reader.take("<q")
        reader.table(_PAIR, intervals)
        reader.take("<i")
