"""How Spanish words sound, by their spelling, and which English phones stand in for them: the network knows no others.

The spelling says it all but for names and hums. A sound is one of `SOUNDS`: vowels in small letters, stressed ones with an accent
behind (`a'`); `b d g` after a pause or a nasal, their soft forms `B D G` between vowels; `r` the tap of *pero*, `rr` the trill of
*perro*; `x` the sound of *jota*; `T` that of *zapato*, an s in most of the Spanish-speaking world; `jj` that of *yo* and *calle*.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

VOWELS = "aeiou"
STRONG = "aeo"
_ACCENTED = dict(zip("áéíóú", VOWELS, strict=True))
_PAIRS = {"ch": "tS", "ll": "jj", "rr": "rr"}
_HARD_AFTER = frozenset({"m", "n", "ny"})
_PLAIN = {"f": "f", "j": "x", "k": "k", "l": "l", "m": "m", "n": "n", "ñ": "ny", "p": "p", "s": "s", "t": "t", "z": "T"}

_DIPHTHONGS = ("aj", "a'j", "ej", "e'j", "oj", "o'j", "aw", "a'w")

SOUNDS = (
    *VOWELS, *(f"{vowel}'" for vowel in VOWELS), *_DIPHTHONGS, "j", "w", "p", "t", "k", "b", "d", "g", "B", "D", "G", "tS", "f",
    "T", "s", "x", "m", "n", "ny", "l", "jj", "r", "rr",
)  # fmt: skip


class Unspeakable(ValueError):
    """A word with a letter that Spanish has not."""


def sounds(word: str) -> list[str]:
    """The sounds of a written word, in order. Raises Unspeakable."""
    letters = unicodedata.normalize("NFC", word.lower())
    made = _stressed(_consonants(letters), letters)
    if not any(sound[0] in VOWELS for sound in made):
        raise Unspeakable(f"{word!r} has no vowel: add its sounds to HUMS in spanish.py.")
    return _together(made)


def _consonants(letters: str) -> list[str]:
    """Consonants as sounds; vowels stay as written, accents and all."""
    found: list[str] = []
    at = 0
    while at < len(letters):
        rest, first = letters[at:], letters[at]
        soft = rest[1:2] in ("e", "i", "é", "í")
        taken = 1
        if rest[:2] in _PAIRS:
            found.append(_PAIRS[rest[:2]])
            taken = 2
        elif first == "q" or (rest[:2] == "gu" and rest[2:3] in ("e", "i", "é", "í")):
            found.append("k" if first == "q" else _soft_or_hard("g", found))
            taken = 2
        elif first in "aeiouáéíóúü":
            found.append(first)
        elif first == "y":
            found.append("jj" if rest[1:2] and rest[1:2] in "aeiouáéíóú" else "i")
        elif first in "bvw":
            found.append(_soft_or_hard("b", found))
        elif first in "dg" and not (first == "g" and soft):
            found.append(_soft_or_hard(first, found))
        elif first == "g":
            found.append("x")
        elif first == "c":
            found.append("T" if soft else "k")
        elif first == "x":
            found += ["k", "s"]
        elif first == "r":
            found.append("rr" if not found or found[-1] in ("n", "l", "s") else "r")
        elif first in _PLAIN:
            found.append(_PLAIN[first])
        elif first != "h":
            raise Unspeakable(f"{letters!r} holds {first!r}, which Spanish has not.")
        at += taken
    return found


def _soft_or_hard(letter: str, before: list[str]) -> str:
    """The stop at the beginning, after a nasal and, for d, after l; else its soft form."""
    hard = not before or before[-1] in _HARD_AFTER or (letter == "d" and before[-1] == "l")
    return letter if hard else letter.upper()


def _stressed(found: list[str], letters: str) -> list[str]:
    """Glides beside stronger vowels, and the stress where spelling puts it."""
    plain = [_ACCENTED.get(sound, "u" if sound == "ü" else sound) for sound in found]
    glides = {at for at in range(len(plain)) if _glide(at, found, plain)}
    nuclei = [at for at, sound in enumerate(plain) if sound in VOWELS and at not in glides]
    if not nuclei:
        return plain
    marked = [at for at, sound in enumerate(found) if sound in _ACCENTED]
    last = letters[-1] in "aeiouns" or letters[-1] in _ACCENTED
    beat = marked[0] if marked else nuclei[-2] if last and len(nuclei) > 1 else nuclei[-1]
    named = {"i": "j", "u": "w"}
    return [named[s] if at in glides else f"{s}'" if at == beat else s for at, s in enumerate(plain)]


def _together(made: list[str]) -> list[str]:
    """A vowel and the glide behind it are one sound, as in *seis* and *pausa*."""
    found: list[str] = []
    for at, sound in enumerate(made):
        onset = at + 1 < len(made) and made[at + 1][0] in VOWELS
        if found and sound in ("j", "w") and not onset and found[-1] + sound in SOUNDS:
            found[-1] += sound
        else:
            found.append(sound)
    return found


def _glide(at: int, found: list[str], plain: list[str]) -> bool:
    """An i or u without accent next to another vowel; of two such beside each other the first."""
    if plain[at] not in "iu" or found[at] in _ACCENTED:
        return False
    before = plain[at - 1] if at else ""
    after = plain[at + 1] if at + 1 < len(plain) else ""
    if after in VOWELS and after:
        return True
    return bool(before) and before in STRONG


# --- as a network hears them that was trained on English

AS_ENGLISH: dict[str, tuple[str, ...]] = {
    "a": ("AE", "AH"), "a'": ("AE", "AA"), "e": ("IH", "EH"), "e'": ("EY", "EH"), "i": ("IY",), "i'": ("IY",),
    "o": ("AO", "OW"), "o'": ("AO", "OW"), "u": ("OW", "UW"), "u'": ("OW", "UW"),
    "aj": ("AY", "AE IY"), "a'j": ("AY", "AE IY"), "ej": ("EY", "EH IY"), "e'j": ("EY", "EH IY"), "oj": ("OY", "AO IY"),
    "o'j": ("OY", "AO IY"), "aw": ("AW", "AE W"), "a'w": ("AW", "AE W"), "j": ("Y", "IY"), "w": ("W",),
    "p": ("P",), "t": ("T",), "k": ("K",), "b": ("B",), "d": ("D",), "g": ("G",), "B": ("B", "V", "W"), "D": ("V", "DH", "D"),
    "G": ("G",), "tS": ("CH",), "f": ("F",), "T": ("S", "TH"), "s": ("S",), "x": ("K", "F", "HH"), "m": ("M",), "n": ("N",),
    "ny": ("N Y",), "l": ("L",), "jj": ("Y", "JH"), "r": ("R", "L", "D"), "rr": ("R",),
}  # fmt: skip
"""English phones that stand in for each Spanish sound, the likeliest first. Which ones was read off the network itself: ten
made voices said 700 phrases, and a search through its scores told which phones fit each sound best. What only those voices
would need was left out (a trill as `F`), what people need beside it was put in (`HH` for *jota*, `AA`, `D` between vowels)."""

MOST = 96
"""Pronunciations of a word at most, those with the fewest second choices. With twice as many alternatives a sound, the graph was
2.3 times as big and decoding 1.6 times as slow, and no more was understood."""

HUMS = {"mm": [["M", "M"]]}
"""Sounds people make that have no vowel."""


def pronunciations(word: str) -> list[list[str]]:
    """How a word is heard, in English phones without stress. Raises Unspeakable."""
    if word in HUMS:
        return HUMS[word]
    choices = [AS_ENGLISH[sound] for sound in sounds(word)]
    combinations = itertools.islice(_by_second_choices([len(choice) for choice in choices]), MOST)
    found: dict[tuple[str, ...], None] = {}
    for numbers in combinations:
        phones = [phone for choice, number in zip(choices, numbers, strict=True) for phone in choice[number].split()]
        found[tuple(phone for phone, before in zip(phones, ["", *phones], strict=False) if phone != before)] = None
    return [list(phones) for phones in found]


def _by_second_choices(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """One number below each size, in every combination, those with the smallest sums first."""
    for total in range(sum(sizes) - len(sizes) + 1):
        yield from _summing(sizes, total)


def _summing(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if not sizes:
        if total == 0:
            yield ()
        return
    for number in range(min(sizes[0] - 1, total) + 1):
        for rest in _summing(sizes[1:], total - number):
            yield (number, *rest)
