"""The sounds the model tells apart, and the numbers they carry in the network and in the graphs.

One emitting state a phone; its first frame and its further frames have probability functions ("pdfs") of their own,
and both depend on the class of the phone before. The ten hand-made classes stand in for Kaldi's decision tree.
"""

from __future__ import annotations

SILENCE = "SIL"
PHONES = tuple(
    [
        "AA",
        "AE",
        "AH",
        "AO",
        "AW",
        "AY",
        "B",
        "CH",
        "D",
        "DH",
        "EH",
        "ER",
        "EY",
        "F",
        "G",
        "HH",
        "IH",
        "IY",
        "JH",
        "K",
        "L",
        "M",
        "N",
        "NG",
        "OW",
        "OY",
        "P",
        "R",
        "S",
        "SH",
        "T",
        "TH",
        "UH",
        "UW",
        "V",
        "W",
        "Y",
        "Z",
        "ZH",
    ]
)
SOUNDS = (SILENCE, *PHONES)
NUMBER = {sound: number for number, sound in enumerate(SOUNDS)}

LEFT_CLASSES: tuple[tuple[str, ...], ...] = (
    (SILENCE,),
    ("IY", "IH", "EY", "Y"),
    ("EH", "AE", "AY"),
    ("AA", "AO", "AH", "AW"),
    ("UW", "UH", "OW", "OY", "W"),
    ("ER", "R"),
    ("L",),
    ("M", "N", "NG"),
    ("P", "B", "T", "D", "K", "G", "F", "TH", "HH", "V", "DH"),
    ("S", "Z", "SH", "ZH", "CH", "JH"),
)
CLASS_OF = {sound: number for number, sounds in enumerate(LEFT_CLASSES) for sound in sounds}

N_CLASSES = len(LEFT_CLASSES)
N_SOUNDS = len(SOUNDS)
N_PDFS = 2 + 2 * N_CLASSES * len(PHONES)

POSITIONS = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
"""Where in its word a phone stands; the recognizer needs it to say when words start and end."""


def first_pdf(sound: str, left_class: int) -> int:
    """The pdf of the first frame of `sound` after a sound of `left_class`; silence has one whatever came before.

    The pdf of all further frames is the next number.
    """
    if sound == SILENCE:
        return 0
    return 2 + 2 * (left_class * len(PHONES) + NUMBER[sound] - 1)


def positioned(sound: str, position: str) -> int:
    """The number of a phone at a position of its word, as the graphs and `word_boundary.int` use it (from 1)."""
    if sound == SILENCE:
        return 1
    return 2 + 4 * (NUMBER[sound] - 1) + "BIES".index(position)


def pdf_pairs() -> list[list[tuple[int, int]]]:
    """For each positioned phone, in order, the (first, further) pdfs it may have."""
    pairs = [[(0, 1)]]
    for phone in PHONES:
        own = [(first_pdf(phone, c), first_pdf(phone, c) + 1) for c in range(N_CLASSES)]
        pairs += [own] * len(POSITIONS)
    return pairs


def word_boundary_lines() -> list[str]:
    """The lines of `graph/phones/word_boundary.int`."""
    lines = ["1 nonword"]
    for phone in PHONES:
        lines += [f"{positioned(phone, position)} {name}" for position, name in POSITIONS.items()]
    return lines
