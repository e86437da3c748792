"""Words of a small grammar by Vosk, behind hearing's `Recognizer` port. The only file that imports vosk.

A grammar is fixed when its recogniser is made (changing it under way aborts the process), so each grammar has a recogniser of its
own; a few are kept, and each is made anew after a minute of speech, since its composed graph only grows.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import json
import os
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import vosk
from numpy.typing import NDArray

from companion.adapters import vosk_folder
from companion.adapters.model_trial import try_out
from companion.hearing.heard import Word
from companion.timeline import RATE, Sample, samples
from companion.trouble import Trouble

KEPT = 2
"""Recognisers of recent grammars that are kept: each grows with what it hears, by some 20 MB in two minutes of talk, and six of
them held 132 MB after half an hour of it (scripts/bench/recognizer_day.py). To make one takes 2 ms."""

FRESH_AFTER = samples(60.0)
"""Speech after which a recogniser is made anew: one and the same grew to 168 MB in 13 min of talk (measured, 213 phrases)."""

PHRASE_WEIGHT = 4
"""A phrase counts as much as this many decoys. A grammar is a web of word pairs with a backoff between all words, so decoys that
sound alike take probability from what was really said. Measured with scripts/bench/own_voice.py --commands (eight voices in rooms
at 20 dB, all phrases of a turn): 137 of 160 commands accepted at weight 1, 148 at 4; running talk taken for one: never."""

LONGEST = samples(20.0)
"""After so much of an utterance its words so far are taken and a fresh stretch begins: libvosk's lattice of it only grows."""

MOST_WORDS = 1000
"""Words of one utterance that are kept, for whoever never ends it."""

_Grammar = tuple[tuple[str, ...], tuple[str, ...]]  # phrases, decoys
_FREELY: _Grammar = ((), ())


def vocabulary_of(folder: Path) -> frozenset[str]:
    """Words that the model in `folder` can hear. Raises Trouble where it is no whole model."""
    return vosk_folder.check(folder)


def _give_back() -> None:
    """Freed memory goes back to the system: the allocator of libc keeps what lies between blocks still in use, for ever."""
    with contextlib.suppress(OSError, AttributeError):  # another libc has no such call
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(slots=True)
class _Running:
    """A recogniser of libvosk, and the samples it was ever given."""

    engine: Any
    given: int = 0


class VoskRecognizer:
    """libvosk with one model. Raises Trouble for a folder that is no model, before libvosk can crash on it.

    `unknown`: the grammar may also hear speech as none of its words (`[unk]`). `tried`: the model is known to load; else one that
    nobody vouches for is tried in another process first.
    """

    def __init__(self, folder: Path, unknown: bool = True, tried: bool = False) -> None:
        model = vosk_folder.look(folder)
        if not (tried or model.vouched):
            try_out(folder)
        self._unknown = unknown and model.unknown
        self._looked = model
        vosk.SetLogLevel(-1)
        quiet = os.environ.get("COMPANION_VOSK_LOG")
        if quiet:
            vosk.SetLogLevel(int(quiet))
        try:
            self._model = vosk.Model(str(folder))
        except Exception as bad:
            raise Trouble(f"The speech model in {folder} does not load; install it again.") from bad
        self._kept: OrderedDict[_Grammar, _Running] = OrderedDict()
        self._grammar: _Grammar | None = None
        self._fed = self._stretch = 0
        self._start: Sample = 0
        self._words: deque[Word] = deque(maxlen=MOST_WORDS)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word it can hear."""
        return self._looked.vocabulary

    @property
    def commands(self) -> bool:
        """Whether phrases can be listened for."""
        return self._looked.commands

    @property
    def hears_talk(self) -> bool:
        """Whether the model knows the words of ordinary talk."""
        return self._looked.full

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        """Use this grammar from the next utterance on; what is under way is dropped. No phrases: listen for nothing.

        Decoys with words that the model does not know are left out. Raises Trouble for such a phrase.
        """
        self._looked.check(phrases)
        self.end()
        accepted = {" ".join(phrase.split()) for phrase in phrases}
        known = {d for d in decoys if d.split() and all(word in self.vocabulary for word in d.split())} - accepted
        self._grammar = (tuple(sorted(accepted)), tuple(sorted(known))) if accepted else None

    def listen_freely(self) -> None:
        """Hear any word of the vocabulary from the next utterance on. Raises Trouble where the model knows too few for talk."""
        if not self._looked.full:
            raise Trouble(f"The speech model in {self._looked.folder} knows too few words for talk; choose a bigger one.")
        self.end()
        self._grammar = _FREELY

    def freely(self) -> VoskRecognizer | None:
        """Another recogniser on the same model that hears any word; None where the model knows too few words for talk."""
        if not self._looked.full:
            return None
        other = copy.copy(self)
        other._kept, other._words = OrderedDict(), deque(maxlen=MOST_WORDS)
        other._grammar, other._fed, other._stretch = _FREELY, 0, 0
        return other

    def close(self) -> None:
        """Let go of everything heard and of what decodes it; the model stays with whoever else uses it."""
        self._grammar, self._fed, self._stretch = None, 0, 0
        self._words.clear()
        self._kept.clear()
        _give_back()

    def begin(self, at: Sample) -> None:
        """An utterance begins at `at`; one under way is dropped."""
        self.end()
        self._start = at

    def feed(self, sound: NDArray[np.float32]) -> None:
        """More of it: mono, 16 kHz, ±1, any length. Every 20 s of one utterance a result is forced."""
        while len(sound) and self._grammar is not None:
            piece, sound = sound[: LONGEST - self._stretch], sound[LONGEST - self._stretch :]
            self._accept(piece, self._grammar)
            if self._stretch >= LONGEST:
                self._conclude(self._grammar)

    def end(self) -> tuple[Word, ...]:
        """Its words, the last 1,000 where there are more; the recogniser is ready for the next utterance."""
        if self._grammar is None or not self._fed:
            return ()
        if self._stretch:
            self._conclude(self._grammar)
        words = tuple(self._words)
        self._fed = 0
        self._words.clear()
        return words

    def so_far(self) -> tuple[str, ...]:
        """Words of the utterance under way, as they seem now; empty where a part of it has been concluded already."""
        if self._grammar is None or not self._fed or self._words:
            return ()
        partial: str = json.loads(self._running(self._grammar).engine.PartialResult()).get("partial", "")
        return tuple(partial.split())

    def _accept(self, sound: NDArray[np.float32], grammar: _Grammar) -> None:
        pcm = np.rint(np.clip(np.nan_to_num(sound), -1.0, 1.0) * 32767.0).astype(np.int16).tobytes()
        running = self._running(grammar)
        self._fed += len(sound)
        self._stretch += len(sound)
        running.given += len(sound)
        if running.engine.AcceptWaveform(pcm):
            self._take(running, running.engine.Result())

    def _conclude(self, grammar: _Grammar) -> None:
        """Force a result; a recogniser that has heard enough makes room for a fresh one."""
        running = self._running(grammar)
        self._take(running, running.engine.FinalResult())
        running.engine.Reset()
        self._stretch = 0
        if running.given > FRESH_AFTER:
            del self._kept[grammar], running
            _give_back()

    def _take(self, running: _Running, result: str) -> None:
        zero = self._start + self._fed - running.given  # libvosk counts from the first sample it was ever given
        for word in json.loads(result).get("result", ()):
            start, end = zero + samples(word["start"]), zero + samples(word["end"])
            self._words.append(Word(word["word"], start, end, float(word["conf"])))

    def _running(self, grammar: _Grammar) -> _Running:
        if grammar in self._kept:
            self._kept.move_to_end(grammar)
            return self._kept[grammar]
        made = self._kept[grammar] = _Running(self._made(grammar))
        made.engine.SetWords(True)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def _made(self, grammar: _Grammar) -> Any:
        if grammar is _FREELY:
            return vosk.KaldiRecognizer(self._model, RATE)
        phrases, decoys = grammar
        listed = [*phrases * PHRASE_WEIGHT, *decoys, *([vosk_folder.UNKNOWN] if self._unknown else [])]
        return vosk.KaldiRecognizer(self._model, RATE, json.dumps(listed, ensure_ascii=False))  # libvosk reads no escapes
