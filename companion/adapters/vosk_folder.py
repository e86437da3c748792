"""Is a folder a whole speech model, and what can it do? Looked at before libvosk loads it: some damage crashes that.

Two layouts are read: `am/`, `conf/`, `graph/` (all of today's), and the older one with every file side by side. Measured with
libvosk 0.3.45: a truncated `HCLr.fst` crashes the process at the first utterance; without `--endpoint.silence-phones` it aborts;
a damaged `final.mdl` raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.adapters import model_files
from companion.adapters.vosk_graph import Damaged, walk, words_within
from companion.timeline import RATE
from companion.trouble import Trouble

UNKNOWN = "[unk]"

FULL_VOCABULARY = 20_000
"""Words from which a model counts as one of full vocabulary: 98 % of talk is 6,000 to 7,000 word families (Nation 2006), each of
several words. Published models have 100,000 and more, ours has 3,500."""


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A folder that was looked at.

    `commands`: phrases of a grammar can be listened for. `unknown`: beside them it can hear other speech as `[unk]`. `full`: it
    knows the words of ordinary talk, as hints need. `vouched`: its files are those listed (`model_files.listed`), and so need no
    trial before libvosk loads them.
    """

    folder: Path
    vocabulary: frozenset[str]
    commands: bool
    unknown: bool
    full: bool
    vouched: bool

    def check(self, phrases: Sequence[str]) -> None:
        """Raises Trouble, one sentence, for the first phrase that it cannot be asked for."""
        if phrases and not self.commands:
            raise Trouble(f"The speech model in {self.folder} takes no phrases, so it hears no commands; choose another.")
        for phrase in phrases:
            strange = [word for word in phrase.split() if word not in self.vocabulary]
            if strange or not phrase.strip():
                word = strange[0] if strange else "nothing"
                raise Trouble(f"The speech model cannot hear {word!r} of the phrase {phrase!r}; choose other words.")


def look(folder: Path) -> SpeechModel:
    """What the model in `folder` is. Raises Trouble, one sentence, for anything that is no whole model for 16 kHz."""
    if not folder.is_dir():
        raise Trouble(f"There is no speech model in {folder}; see companion doctor.")
    flat = not (folder / "am").exists() and (folder / "final.mdl").is_file()
    if not (folder / "am/final.mdl").is_file() and (folder / "final.ext.raw").is_file():
        raise Trouble(f"{folder} is a model of speakers, which knows no words; choose another from companion models list.")
    for name in _needed(flat):
        if not (folder / name).is_file():
            raise Trouble(f"{folder} is no speech model ({name} is missing); see companion doctor.")
    try:
        files = model_files.listed(folder)
        if files is not None and (unlike := model_files.difference(folder, files)):
            raise Damaged(unlike)
        _options(folder, flat)
        return _looked_at(folder, "" if flat else "graph/", vouched=files is not None)
    except (Damaged, OSError) as bad:
        raise Trouble(f"The speech model in {folder} is damaged ({bad}); install it again.") from bad


def check(folder: Path) -> frozenset[str]:
    """The words the model in `folder` can hear, the special ones left out. Raises Trouble for anything that is no whole model."""
    return look(folder).vocabulary


def _needed(flat: bool) -> tuple[str, ...]:
    """Files without which libvosk does not load a model, or crashes later."""
    if flat:
        return "final.mdl", "mfcc.conf"
    return "am/final.mdl", "conf/mfcc.conf", "conf/model.conf"


def _options(folder: Path, flat: bool) -> None:
    """What the files of options say; raises Damaged, or Trouble for a model of another sample rate."""
    name = "mfcc.conf" if flat else "conf/mfcc.conf"
    rate = re.search(r"^\s*--sample-frequency\s*=\s*([\d.]+)", _text(folder, name), re.MULTILINE)
    if rate and float(rate[1]) != RATE:
        raise Trouble(
            f"The speech model in {folder} is made for {float(rate[1]):.0f} samples a second and the companion hears at {RATE}; "
            "choose another from companion models list."
        )
    if not flat and "--endpoint.silence-phones" not in _text(folder, "conf/model.conf"):
        raise Damaged("conf/model.conf names no silence phones, without which libvosk aborts")
    network = "final.mdl" if flat else "am/final.mdl"
    with (folder / network).open("rb") as file:
        if file.read(2) != b"\0B":
            raise Damaged(f"{network} is no Kaldi file")


def _looked_at(folder: Path, graph: str, vouched: bool) -> SpeechModel:
    fixed, free, loop = (f"{graph}{name}" for name in ("HCLG.fst", "HCLr.fst", "Gr.fst"))
    commands = not (folder / fixed).is_file()  # libvosk uses HCLG alone where there is one, and then knows no grammars
    if commands and not (folder / free).is_file():
        raise Trouble(f"{folder} is no speech model ({free} is missing); see companion doctor.")
    if commands and not (folder / f"{graph}disambig_tid.int").is_file():
        raise Trouble(f"{folder} is no speech model ({graph}disambig_tid.int is missing); see companion doctor.")
    words = _vocabulary(folder, graph, loop)
    if commands and not vouched:
        walk((folder / free).read_bytes(), max(words.values()), free)
    if not commands and (folder / fixed).stat().st_size < 100:
        raise Damaged(f"{fixed} ends too early")
    known = frozenset(word for word in words if word[0] not in "<[#!")
    rewrites = not commands or (folder / loop).is_file()
    return SpeechModel(folder, known, commands, UNKNOWN in words, rewrites and len(known) >= FULL_VOCABULARY, vouched)


def _vocabulary(folder: Path, graph: str, loop: str) -> dict[str, int]:
    """Word to number: from `words.txt`, else from the list inside `Gr.fst`, as libvosk does."""
    listing = f"{graph}words.txt"
    if (folder / listing).is_file():
        return _words(_text(folder, listing), listing)
    words = words_within((folder / loop).read_bytes(), loop) if (folder / loop).is_file() else {}
    if not words:
        raise Trouble(f"{folder} is no speech model ({listing} is missing); see companion doctor.")
    return words


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as bad:
        raise Damaged(f"{name} is no text") from bad


def _words(text: str, name: str) -> dict[str, int]:
    words: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 2 or not parts[1].isdigit():
            raise Damaged(f"{name}, line {number}, is no word with its number")
        words[parts[0]] = int(parts[1])
    if not words:
        raise Damaged(f"{name} is empty")
    return words
