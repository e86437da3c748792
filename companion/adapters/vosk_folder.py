"""Is a folder a whole speech model? Looked at before libvosk loads it, since libvosk crashes on some damage and ignores other.

Measured with libvosk 0.3.45: a truncated `HCLr.fst` loads and then crashes the process at the first utterance; a missing
`--endpoint.silence-phones` aborts it; a damaged `final.mdl` raises.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from companion.trouble import Trouble

NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/words.txt", "graph/disambig_tid.int")
"""Files without which libvosk does not load a model, or crashes later."""

_FST, _ADD_ON = 2125659606, 446681434
_STATE = np.dtype([("final", "<f4"), ("arc", "<u4"), ("arcs", "<u4"), ("iepsilons", "<u4"), ("oepsilons", "<u4")])
_ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("cost", "<f4"), ("next", "<i4")])


class Damaged(Exception):
    """What is wrong with a file, as the end of a sentence that begins with its name."""


def check(folder: Path) -> frozenset[str]:
    """The words the model in `folder` can hear, the special ones left out. Raises Trouble for anything that is no whole model."""
    if not folder.is_dir():
        raise Trouble(f"There is no speech model in {folder}; see companion doctor.")
    for name in NEEDED:
        if not (folder / name).is_file():
            raise Trouble(f"{folder} is no speech model ({name} is missing); see companion doctor.")
    try:
        _as_listed(folder)
        if "--endpoint.silence-phones" not in _text(folder, "conf/model.conf"):
            raise Damaged("conf/model.conf names no silence phones, without which libvosk aborts")
        words = _words(_text(folder, "graph/words.txt"))
        if not (folder / "am/final.mdl").read_bytes()[:2] == b"\0B":
            raise Damaged("am/final.mdl is no Kaldi file")
        _graph((folder / "graph/HCLr.fst").read_bytes(), max(words.values()))
    except (Damaged, OSError) as bad:
        raise Trouble(f"The speech model in {folder} is damaged ({bad}); install it again.") from bad
    return frozenset(word for word in words if word[0] not in "<[#!")


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as bad:
        raise Damaged(f"{name} is no text") from bad


def _as_listed(folder: Path) -> None:
    """Sizes and hashes, where the manifest beside the folder lists its files."""
    manifest = folder.parent / "manifest.yaml"
    if not manifest.is_file():
        return
    try:
        listed = YAML(typ="safe", pure=True).load(manifest)["models"][folder.name]["files"]
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError):
        return  # another model, or none of our lists
    for name, known in listed.items():
        if not (folder / name).is_file():
            raise Damaged(f"{name} is missing")
        raw = (folder / name).read_bytes()
        if len(raw) != known["bytes"]:
            raise Damaged(f"{name} has {len(raw)} bytes instead of {known['bytes']}")
        if hashlib.sha256(raw).hexdigest() != known["sha256"]:
            raise Damaged(f"{name} is not the file this version was made with")


def _words(text: str) -> dict[str, int]:
    words: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 2 or not parts[1].isdigit():
            raise Damaged(f"graph/words.txt, line {number}, is no word with its number")
        words[parts[0]] = int(parts[1])
    if not words:
        raise Damaged("graph/words.txt is empty")
    return words


class _Header(NamedTuple):
    kind: str
    flags: int
    start: int
    states: int
    arcs: int


class _Bytes:
    """Reads on; raises Damaged where the file ends too early."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self.at = raw, 0

    def take(self, form: str) -> tuple[int, ...]:
        return struct.unpack(form, self._piece(struct.calcsize(form)))

    def table(self, kind: np.dtype[np.void], count: int) -> NDArray[np.void]:
        if count < 0:
            raise Damaged("graph/HCLr.fst counts less than nothing")
        return np.frombuffer(self._piece(kind.itemsize * count), kind)

    def string(self) -> str:
        (size,) = self.take("<i")
        if not 0 <= size < 100:
            raise Damaged("graph/HCLr.fst is no graph")
        return self._piece(size).decode("ascii", "replace")

    def header(self) -> _Header:
        (magic,) = self.take("<i")
        if magic != _FST:
            raise Damaged("graph/HCLr.fst is no graph")
        kind = self.string()
        self.string()
        _, flags, _, start, states, arcs = self.take("<iiQqqq")
        return _Header(kind, flags, start, states, arcs)

    def _piece(self, size: int) -> bytes:
        if self.at + size > len(self._raw):
            raise Damaged("graph/HCLr.fst ends too early")
        self.at += size
        return self._raw[self.at - size : self.at]

    @property
    def over(self) -> bool:
        return self.at == len(self._raw)


def _graph(raw: bytes, words: int) -> None:
    """Walk through the whole of an `olabel_lookahead` graph, as OpenFst writes it, down to its last byte."""
    reader = _Bytes(raw)
    outer = reader.header()
    if outer.kind != "olabel_lookahead" or outer.flags & 3:
        return  # laid out otherwise than any model of ours: libvosk decides
    if reader.take("<i") != (_ADD_ON,):
        raise Damaged("graph/HCLr.fst is no graph")
    inner = reader.header()
    if inner.kind != "const" or inner.flags:
        return
    states, arcs = reader.table(_STATE, inner.states), reader.table(_ARC, inner.arcs)
    _inside(inner, states, arcs, words)
    if reader.take("<b") == (0,):
        raise Damaged("graph/HCLr.fst has no look-ahead data")
    for _ in range(2):  # for input labels and for output labels
        if reader.take("<b") != (0,):
            _reach(reader, inner.states)
    if not reader.over:
        raise Damaged("graph/HCLr.fst goes on after its end")


def _inside(header: _Header, states: NDArray[np.void], arcs: NDArray[np.void], words: int) -> None:
    ends = states["arc"].astype(np.int64) + states["arcs"]
    sound = 0 <= header.start < header.states and (not len(ends) or int(ends.max()) <= header.arcs)
    if sound and len(arcs):
        sound = int(arcs["next"].min()) >= 0 and int(arcs["next"].max()) < header.states
    if not sound:
        raise Damaged("graph/HCLr.fst points outside itself")
    if len(arcs) and int(arcs["output"].max()) > words:
        raise Damaged("graph/words.txt lacks words of graph/HCLr.fst")


def _reach(reader: _Bytes, states: int) -> None:
    """The label intervals of every state."""
    reader.take("<b")  # reach_input
    (relabelled,) = reader.take("<b")
    if relabelled:
        (count,) = reader.take("<q")
        reader.table(np.dtype([("from", "<i4"), ("to", "<i4")]), count)
    reader.take("<i")  # final label
    (count,) = reader.take("<q")
    if count != states:
        raise Damaged("graph/HCLr.fst has look-ahead data of another graph")
    for _ in range(count):
        (intervals,) = reader.take("<q")
        reader.table(np.dtype([("begin", "<i4"), ("end", "<i4")]), intervals)
        reader.take("<i")
