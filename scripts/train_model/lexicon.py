"""Step `lexicon`: which words the model knows, and how they are said.

Pronunciations come from the CMU dictionary (inside the PyPI package pocketsphinx) and from `extra.dict`, which adds
what it lacks. Words are those of the phrases in `texts/` and `content/en/`, and the most common words of English.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import places
from .phones import NUMBER

Lexicon = dict[str, list[list[str]]]
"""Word to its pronunciations, each a list of phones without stress."""

N_COMMON_WORDS = 3200
EXTRA_DICT = places.HERE / "extra.dict"
PHRASE_TEXTS = ("commands", "answers", "danger")
WORD_TEXTS = ("twins", "feelings", "needs", "numbers", "spoken")
CONTENT_FILES = ("commands.yaml", "answers.yaml", "danger.yaml")
VOWELS = frozenset({"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"})
BROAD_A = frozenset(
    {
        "after",
        "afternoon",
        "ask",
        "asked",
        "asking",
        "answer",
        "aunt",
        "bath",
        "can't",
        "castle",
        "chance",
        "class",
        "dance",
        "fast",
        "faster",
        "glass",
        "grass",
        "half",
        "halfway",
        "last",
        "laugh",
        "laughing",
        "laughter",
        "master",
        "nasty",
        "pass",
        "past",
        "path",
        "plant",
        "rather",
        "staff",
        "task",
        "vast",
    }
)
"""Words with the vowel of “father” in southern English."""
MEANING_KEYS = frozenset({"check", "consent", "where", "by"})
"""Keys of content files whose values say what a phrase means and are not spoken."""


class UnknownWords(Exception):
    """Words that no dictionary can pronounce; the sentence says where to add them."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(
            f"No pronunciation for {', '.join(sorted(words))}: add a line for each to {EXTRA_DICT.name}, "
            "such as “companion K AH M P AE N Y AH N”."
        )


def words_of(phrase: str) -> list[str]:
    """The spoken words of a phrase: lower case, apostrophes and inner hyphens kept, other signs dropped."""
    plain = phrase.lower().replace("’", "'")
    return re.findall(r"[a-z]+(?:['-][a-z]+)*'?", plain)


def pocketsphinx_dictionary() -> Path:
    """The CMU dictionary inside the installed PyPI package pocketsphinx (which is not imported)."""
    found = importlib.util.find_spec("pocketsphinx")
    if found is None or found.origin is None:
        raise SystemExit("The CMU dictionary comes with the package pocketsphinx: pip install pocketsphinx")
    return Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"


def read_dictionary(path: Path) -> Lexicon:
    """A dictionary in CMU's form; `word(2)` lines are further pronunciations of `word`, stress digits are dropped."""
    lexicon: Lexicon = {}
    for line in path.read_text(encoding="utf8").splitlines():
        if not line.strip() or line.startswith((";;;", "#")):
            continue
        word, *sounds = line.split("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word.lower())
        phones = [re.sub(r"\d", "", sound) for sound in sounds]
        known = lexicon.setdefault(word, [])
        if phones and all(phone in NUMBER for phone in phones) and phones not in known:
            known.append(phones)
    return {word: prons for word, prons in lexicon.items() if prons}


def british(word: str, phones: list[str]) -> list[str]:
    """The word as southern English has it: no r before consonants and at the end, broad a, short o, “mirra”."""
    found: list[str] = []
    for phone, following in zip(phones, [*phones[1:], ""], strict=True):
        if phone == "R" and following not in VOWELS:
            continue
        if phone == "ER" and not following and VOWELS & set(found):
            found.append("AH")
            continue
        open_vowel = (phone == "AE" and word in BROAD_A) or (phone == "AO" and following in ("NG", "F", "S", "TH"))
        found.append("AA" if open_vowel else phone)
    return found


def hurried(phones: list[str]) -> list[str]:
    """The word with a first t or d before r as most people say it: “chrick”, “jream”."""
    soft = {"T": "CH", "D": "JH"}
    return [soft[phones[0]], *phones[1:]] if phones[0] in soft and phones[1:2] == ["R"] else phones


def pronunciations() -> Lexicon:
    """All words that can be said, American forms first; `extra.dict` overrules the CMU dictionary."""
    lexicon = read_dictionary(pocketsphinx_dictionary()) | read_dictionary(EXTRA_DICT)
    for word, variants in lexicon.items():
        for phones in tuple(variants):
            other = british(word, phones)
            if len(other) > 1 and other not in variants:  # a word of one vowel would be heard everywhere
                variants.append(other)
        soft = hurried(variants[0])
        if soft not in variants:
            variants.append(soft)
    return lexicon


def text_lines(name: str) -> list[str]:
    """The lines of `texts/<name>.txt` without comments."""
    lines = (places.TEXTS / f"{name}.txt").read_text(encoding="utf8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def own_phrases() -> list[str]:
    """Every command, answer and danger phrase of `texts/`, in order, each once."""
    return list(dict.fromkeys(line for name in PHRASE_TEXTS for line in text_lines(name)))


def content_phrases(folder: Path = places.CONTENT) -> list[str]:
    """Every phrase in the content files that hold what people say, as written; none where they are absent."""
    from ruamel.yaml import YAML

    found: list[str] = []
    for name in CONTENT_FILES:
        path = folder / name
        if path.exists():
            found += _strings(YAML(typ="safe").load(path.read_text(encoding="utf8")))
    return list(dict.fromkeys(" ".join(words_of(phrase)) for phrase in found if words_of(phrase)))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item)
    elif isinstance(node, dict):
        for name, below in node.items():
            if name not in MEANING_KEYS:
                yield from _strings(below)


def content_words(folder: Path = places.CONTENT) -> set[str]:
    """Every word that a person may say to steer the evening, by the content folder."""
    return {word for phrase in content_phrases(folder) for word in phrase.split()} | step_words()


def step_words() -> set[str]:
    """Every word of a phrase that any step of any exercise listens for: choices and answers of its own among them."""
    from companion.exercises.commands import vocabulary
    from companion.exercises.loader import load_library

    library, _ = load_library(language=places.CONTENT.name)
    return {word for phrase in vocabulary(library) for word in words_of(phrase)}


def needed_words() -> set[str]:
    """The words the model must know: all of `texts/` and of the content folder."""
    lines = [line for name in (*PHRASE_TEXTS, *WORD_TEXTS) for line in text_lines(name)]
    lines += [re.sub(r"\{\w\}", " ", line) for line in text_lines("frames")]
    return {word for line in lines for word in words_of(line)} | content_words()


def common_words(lexicon: Lexicon, count: int) -> list[str]:
    """The `count` most common English words of the dictionary, most common first (by the package wordfreq)."""
    import wordfreq

    top = wordfreq.top_n_list("en", 3 * count)
    fit = (word for word in top if word in lexicon and (len(word) > 1 or word in "aio") and words_of(word) == [word])
    return [word for word, _ in zip(fit, range(count), strict=False)]


def vocabulary(lexicon: Lexicon) -> list[str]:
    """The words of the model: needed ones first, then common ones. Raises UnknownWords."""
    needed = needed_words()
    if missing := [word for word in needed if word not in lexicon]:
        raise UnknownWords(missing)
    return list(dict.fromkeys([*sorted(needed), *common_words(lexicon, N_COMMON_WORDS)]))


def spelt(words: Iterable[str]) -> Lexicon:
    """The words with their pronunciations. Raises UnknownWords."""
    dictionary, wanted = pronunciations(), list(words)
    if missing := [word for word in wanted if word not in dictionary]:
        raise UnknownWords(missing)
    return {word: dictionary[word] for word in wanted}


def run() -> None:
    """Write `work/train_model/vocabulary.txt`, one word a line."""
    words = vocabulary(pronunciations())
    places.work("vocabulary.txt").write_text("\n".join(words) + "\n", encoding="utf8")
    print(f"{len(words)} words")
