"""Words of a small grammar by Vosk, behind hearing's `Recognizer` port. The only file that imports vosk.

A grammar is fixed when its recogniser is made (changing it under way aborts the process), so each grammar has a recogniser of its
own; a few are kept, and each is made anew after ten minutes of speech, since its composed graph only grows.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import vosk
from numpy.typing import NDArray

from companion.hearing.heard import Word
from companion.timeline import RATE, Sample, samples
from companion.trouble import Trouble

UNKNOWN = "[unk]"
KEPT = 6
"""Recognisers of recent grammars that are kept."""

FRESH_AFTER = samples(600.0)
"""Speech after which a recogniser is made anew."""

NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/words.txt", "graph/disambig_tid.int")
"""Files without which libvosk does not load a model, or crashes later."""


def vocabulary_of(folder: Path) -> frozenset[str]:
    """Words of a model folder, the special ones left out. Raises Trouble where it is none."""
    table = folder / "graph" / "words.txt"
    try:
        words = (line.split()[0] for line in table.read_text(encoding="utf-8").splitlines() if line.strip())
        return frozenset(word for word in words if word[0] not in "<[#!")
    except (OSError, UnicodeDecodeError) as bad:
        raise Trouble(f"{folder} is no speech model ({table.name} is missing or damaged); see companion doctor.") from bad


class VoskRecognizer:
    """libvosk with one model. Raises Trouble for a folder that is no model, before libvosk can crash on it.

    `unknown`: the grammar may also hear speech as none of its words (`[unk]`).
    """

    def __init__(self, folder: Path, unknown: bool = True) -> None:
        self._unknown = unknown
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise Trouble(f"{folder} is no speech model ({missing[0]} is missing); see companion doctor.")
        if "--endpoint.silence-phones" not in (folder / "conf" / "model.conf").read_text(encoding="utf-8", errors="replace"):
            raise Trouble(f"{folder}/conf/model.conf names no silence phones, which would crash; use another model.")
        self._vocabulary = vocabulary_of(folder)
        vosk.SetLogLevel(-1)
        quiet = os.environ.get("COMPANION_VOSK_LOG")
        if quiet:
            vosk.SetLogLevel(int(quiet))
        try:
            self._model = vosk.Model(str(folder))
        except Exception as bad:
            raise Trouble(f"The speech model in {folder} does not load; install it again.") from bad
        self._kept: OrderedDict[tuple[str, ...], tuple[Any, int]] = OrderedDict()
        self._grammar: tuple[str, ...] = ()
        self._fed = 0
        self._start: Sample = 0
        self._results: list[dict[str, Any]] = []

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word it can hear."""
        return self._vocabulary

    def listen_for(self, phrases: Sequence[str], decoys: Sequence[str] = ()) -> None:
        """Use this grammar from the next utterance on."""
        for phrase in phrases:
            strange = [word for word in phrase.split() if word not in self._vocabulary]
            if strange or not phrase.strip():
                word = strange[0] if strange else "nothing"
                raise Trouble(f"The speech model cannot hear {word!r} of the phrase {phrase!r}; choose other words.")
        known = [d for d in decoys if all(word in self._vocabulary for word in d.split())]
        self._grammar = tuple(sorted({*phrases, *known})) if phrases else ()

    def begin(self, at: Sample) -> None:
        """An utterance begins at `at`."""
        self._start, self._fed, self._results = at, 0, []

    def feed(self, sound: NDArray[np.float32]) -> None:
        """More of it: mono, 16 kHz, ±1."""
        if not self._grammar:
            return
        recognizer = self._recognizer()
        pcm = np.rint(np.clip(sound, -1.0, 1.0) * 32767.0).astype(np.int16).tobytes()
        self._fed += len(sound)
        if recognizer.AcceptWaveform(pcm):
            self._results.append(json.loads(recognizer.Result()))

    def end(self) -> tuple[Word, ...]:
        """Its words; the recogniser is ready for the next utterance."""
        if not self._grammar or not self._fed:
            return ()
        recognizer = self._recognizer()
        self._results.append(json.loads(recognizer.FinalResult()))
        recognizer.Reset()
        maker, heard = self._kept[self._grammar]
        zero = self._start - heard  # libvosk counts from the first sample it was ever given
        if heard + self._fed > FRESH_AFTER:
            del self._kept[self._grammar]
        else:
            self._kept[self._grammar] = (maker, heard + self._fed)
        found = [word for result in self._results for word in result.get("result", ())]
        self._fed, self._results = 0, []
        return tuple(Word(w["word"], zero + samples(w["start"]), zero + samples(w["end"]), float(w["conf"])) for w in found)

    def _recognizer(self) -> Any:
        if self._grammar in self._kept:
            self._kept.move_to_end(self._grammar)
            return self._kept[self._grammar][0]
        made = vosk.KaldiRecognizer(self._model, RATE, json.dumps([*self._grammar, *([UNKNOWN] if self._unknown else [])]))
        made.SetWords(True)
        self._kept[self._grammar] = (made, 0)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made
