"""Writers of OpenFst's `const` and `olabel_lookahead` files, the two kinds of graph that libvosk takes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np

Arc = tuple[int, int, float, int]
"""(input label, output label, cost, next state); label 0 is epsilon."""
Intervals = Sequence[tuple[int, int]]
"""Half-open ranges of labels."""

MAGIC, ADD_ON_MAGIC = 2125659606, 446681434
EXPANDED, ACCEPTOR, NOT_ACCEPTOR = 0x1, 0x10000, 0x20000
INPUT_SORTED, NOT_INPUT_SORTED, OUTPUT_SORTED = 0x10000000, 0x20000000, 0x40000000

_STATE = np.dtype([("final", "<f4"), ("first", "<u4"), ("arcs", "<u4"), ("in_eps", "<u4"), ("out_eps", "<u4")])
_ARC = np.dtype([("in", "<i4"), ("out", "<i4"), ("cost", "<f4"), ("next", "<i4")])


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode()


def _header(kind: str, version: int, properties: int, start: int, states: int, arcs: int) -> bytes:
    fixed = struct.pack("<iiQqqq", version, 0, properties | EXPANDED, start, states, arcs)
    return struct.pack("<i", MAGIC) + _string(kind) + _string("standard") + fixed


def const(arcs: Sequence[Sequence[Arc]], finals: Mapping[int, float], start: int, properties: int) -> bytes:
    """`arcs`: those of each state, already sorted as `properties` say; `finals`: cost of ending in a state."""
    states = np.zeros(len(arcs), _STATE)
    rows = np.zeros(sum(len(own) for own in arcs), _ARC)
    position = 0
    for number, own in enumerate(arcs):
        in_eps, out_eps = sum(arc[0] == 0 for arc in own), sum(arc[1] == 0 for arc in own)
        states[number] = (finals.get(number, np.inf), position, len(own), in_eps, out_eps)
        if own:
            rows[position : position + len(own)] = list(own)
        position += len(own)
    return _header("const", 2, properties, start, len(states), len(rows)) + states.tobytes() + rows.tobytes()


def acceptor(arcs: Sequence[Sequence[Arc]], finals: Mapping[int, float], start: int) -> bytes:
    """A graph whose input and output labels are the same, its arcs sorted by label."""
    return const(arcs, finals, start, ACCEPTOR | INPUT_SORTED | OUTPUT_SORTED)


def output_lookahead(
    arcs: Sequence[Sequence[Arc]],
    finals: Mapping[int, float],
    start: int,
    reach: Sequence[Intervals],
    final_label: int,
) -> bytes:
    """A graph sorted by output label, and for every state the labels that can come first on a path from it.

    `final_label`, one past the last word, stands in `reach` for “may end here”.
    """
    properties = NOT_ACCEPTOR | OUTPUT_SORTED | NOT_INPUT_SORTED
    pieces = [
        _header("olabel_lookahead", 1, properties, -1, 0, 0),
        struct.pack("<i", ADD_ON_MAGIC),
        const(arcs, finals, start, properties),
        b"\1",  # an add-on follows:
        b"\0\1",  # nothing for input labels, something for output labels:
        b"\0\0",  # they are output labels; no relabelling is kept
        struct.pack("<iq", final_label, len(reach)),
    ]
    for intervals in reach:
        pieces.append(struct.pack("<q", len(intervals)))
        pieces += [struct.pack("<ii", begin, end) for begin, end in intervals]
        pieces.append(struct.pack("<i", sum(end - begin for begin, end in intervals)))
    return b"".join(pieces)
