"""How a partner says the commands: each of ten said once, thresholds adapted to it, and words named that are better avoided.

Nothing of the network changes. Where a command was understood, but with little confidence, that partner's way of saying it is
allowed so much more; where one was taken for another, that other needs so much more from this partner. What comes of it holds for
the model it was made with, and is kept only if both agree.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from companion.adapters.model_files import sha256_of
from companion.effects import Mode
from companion.evening import folders
from companion.exercises.commands import Listening, phrases_for
from companion.exercises.content import Command, Library
from companion.hearing.ports import Recognizer
from companion.hearing.words import LEAST_CONFIDENCE, Allowances, judge
from companion.partner import Pair, Partner
from companion.timeline import samples
from companion.trouble import Trouble

TEN = ("stop", "time-out", "pause", "resume", "pass", "next", "done", "repeat", "help", "hint")
"""Names of the commands that are tried out: those that an evening cannot do without, and those said most."""

SPARE = 0.05
"""Confidence that a command once said gets above its threshold: nobody says it twice alike (a choice of ours)."""

MOST = 0.25
"""More than this is neither added nor taken: then another wording is better (a choice of ours)."""

NEVER_HARDER = frozenset({"stop", "time-out"})
"""Commands that nothing makes harder to give."""

_HUSH = samples(0.4)
_SPEAKERS = "words.yaml"


@dataclass(frozen=True, slots=True)
class Try:
    """One command, said once: what was heard, how sure, what its phrase is allowed from now on, and what to say instead.

    `allowance` 0.0: nothing changes. `instead`: another wording of the same command, where this one is better avoided.
    """

    who: Partner
    phrase: str
    heard: str
    confidence: float
    understood: bool
    allowance: float = 0.0
    instead: str | None = None

    @property
    def sentence(self) -> str:
        """For people."""
        if self.understood and self.instead is None:
            return f"“{self.phrase}”: understood" + (", with more allowance" if self.allowance > 0 else "")
        heard = f"sounds like “{self.heard}” to me" if self.heard else "does not reach me"
        advice = f"say “{self.instead}” instead" if self.instead else "say it once more, a little louder"
        return f"“{self.phrase}”: your “{self.phrase}” {heard}; {advice}"

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "partner": self.who, "phrase": self.phrase, "heard": self.heard, "confidence": round(self.confidence, 3),
            "understood": self.understood, "allowance": round(self.allowance, 3), "instead": self.instead,
        }  # fmt: skip


class WordTrial:
    """Hears commands said once each, as in a turn with every command live."""

    def __init__(self, recognizer: Recognizer, library: Library) -> None:
        self._recognizer = recognizer
        grammar = phrases_for(Mode.FLOOR, library, Listening("turn"))
        asked = phrases_for(Mode.YN, library, Listening("ask"))
        hearable = recognizer.vocabulary
        every = dict.fromkeys((*grammar.phrases, *asked.phrases, *(phrase for one in _ten(library) for phrase in one.phrases)))
        self._phrases = frozenset(phrase for phrase in every if set(phrase.split()) <= hearable)
        decoys = tuple(decoy for decoy in dict.fromkeys((*grammar.decoys, *asked.decoys)) if decoy not in self._phrases)
        recognizer.listen_for(tuple(sorted(self._phrases)), decoys)
        self._commands = {phrase: one for one in library.commands.values() for phrase in one.phrases}

    def hear(self, who: Partner, phrase: str, sound: NDArray[np.float32]) -> Try:
        """One partner says `phrase`: mono float32 at 16 kHz. Raises Trouble where it is no command."""
        command = self._commands.get(phrase)
        if command is None:
            raise Trouble(f"{phrase!r} is no command; name the recording after what is said in it, as in skip-this.wav.")
        hush = (2e-4 * np.random.default_rng(0).standard_normal(_HUSH)).astype(np.float32)
        self._recognizer.begin(0)
        self._recognizer.feed(np.concatenate([hush, sound, hush]))
        words = self._recognizer.end()
        found, _ = judge(words, self._phrases, dict.fromkeys(self._phrases, MOST))
        sure = min((word.confidence for word in words), default=0.0)
        heard = " ".join(word.text for word in words if not word.text.startswith("["))
        if found is not None and self._commands.get(found) is command:
            return _understood(who, phrase, found, sure, command)
        return Try(who, phrase, heard, sure, False, 0.0, self._instead(phrase, heard, command))

    def _instead(self, phrase: str, heard: str, command: Command) -> str | None:
        """Another wording of the command: the one least like what was said and what was heard, and not too long to say."""
        avoided = set(f"{phrase} {heard}".split())
        others = [one for one in command.phrases if one in self._phrases and one != phrase and not avoided & set(one.split())]
        return max(others, key=lambda one: (len(one.split()) <= 4, len(one))) if others else None


def _understood(who: Partner, phrase: str, found: str, sure: float, command: Command) -> Try:
    missing = command.threshold + SPARE - sure
    allowance = min(MOST, missing) if missing > 0 else 0.0
    return Try(who, phrase, found, sure, sure + allowance >= max(command.threshold, LEAST_CONFIDENCE), allowance)


def allowances(tries: Iterable[Try], library: Library) -> dict[Partner, dict[str, float]]:
    """What each partner's phrases are allowed, and what is asked more of those that theirs were taken for."""
    commands = {phrase: one for one in library.commands.values() for phrase in one.phrases}
    found: dict[Partner, dict[str, float]] = {}
    for one in tries:
        theirs = found.setdefault(one.who, {})
        if one.understood and one.allowance:
            theirs[one.heard] = max(theirs.get(one.heard, 0.0), one.allowance)
        other = commands.get(one.heard)
        if not one.understood and other is not None and other.name not in NEVER_HARDER:
            less = min(MOST, max(0.0, one.confidence + SPARE - other.threshold))
            theirs[one.heard] = min(theirs.get(one.heard, 0.0), -less)
    return {who: {phrase: round(value, 3) for phrase, value in theirs.items() if value} for who, theirs in found.items()}


def ten(library: Library) -> tuple[str, ...]:
    """The ten commands as they are taught."""
    return tuple(command.taught for command in _ten(library))


def _ten(library: Library) -> list[Command]:
    return [library.commands[name] for name in TEN if name in library.commands]


# --- kept, if both agree


def keep(found: Mapping[Partner, Allowances], model: Path) -> Path:
    """Write them beside the kept voices; `companion forget` removes both. Raises Trouble where that can't be written."""
    out = io.StringIO()
    YAML().dump({"model": _mark(model), "partners": {str(who): dict(theirs) for who, theirs in found.items()}}, out)
    file = folders.voices() / _SPEAKERS
    folders.write_whole(file, out.getvalue())
    return file


def kept(pair: Pair, model: Path | None) -> dict[Partner, Allowances]:
    """What was kept for these two and this model; nothing where it is another's, or cannot be read. Never raises."""
    file = folders.voices() / _SPEAKERS
    try:
        if model is None or not file.is_file():
            return {}
        given = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        if given["model"] != _mark(model):
            return {}
        partners = given["partners"]
        return {
            who: {str(phrase): max(-MOST, min(MOST, float(value))) for phrase, value in partners[str(who)].items()}
            for who in pair
            if str(who) in partners
        }
    except (OSError, YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _mark(model: Path) -> str:
    """What tells one model from another: the hash of its network."""
    network = model / "am" / "final.mdl"
    return sha256_of(network if network.is_file() else model / "final.mdl")[:16]
