"""Real recognizers on clips: libvosk with our model, and PocketSphinx with its own, both with the same phrases."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from .clips import RATE_HZ, Clip
from .graphs import UNKNOWN
from .lexicon import EXTRA_DICT, read_dictionary

BLOCK = 1600
SHORT_BLOCK_S = 0.032
"""Blocks of the companion, for delays."""
QUIET_DB = 30.0
"""A phrase ends where its sound stays so far below its loudest 20 ms. A choice of ours."""
WAIT_S = 2.0
"""Silence after a clip in which its final result must come by itself."""
LEAD_S, TAIL_S = 0.3, 0.5
"""Faint noise put around every clip."""
ACCEPT_CONFIDENCE = 0.7


@dataclass(frozen=True, slots=True)
class Result:
    """What was understood in one clip. `confidence`: of the least sure word; 1 where the engine gives none."""

    said: str
    confidence: float
    parts: tuple[tuple[str, float], ...] = ()

    def accepted(self, phrases: Iterable[str], bar: float = ACCEPT_CONFIDENCE) -> bool:
        """The companion's rule: exactly one phrase, least sure word at or above the bar."""
        return self.said in set(phrases) and self.confidence >= bar


@dataclass(slots=True)
class Cost:
    """What recognising took. `cpu_s` of this process, `sound_s` heard."""

    cpu_s: float = 0.0
    sound_s: float = 0.0

    @property
    def ms_per_s(self) -> float:
        return 1000 * self.cpu_s / max(self.sound_s, 1e-9)


class Engine(Protocol):
    """Something that hears clips with a set of phrases allowed."""

    name: str
    cost: Cost

    def hear(self, clips: Sequence[Clip], phrases: Sequence[str], rate_hz: int = RATE_HZ) -> list[Result]: ...


def padded(pcm: NDArray[np.int16], rate_hz: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """The clip between faint noises."""

    def hush(seconds: float) -> NDArray[np.int16]:
        return np.rint(rng.standard_normal(int(rate_hz * seconds)) * 2).astype(np.int16)

    return np.concatenate([hush(LEAD_S), pcm, hush(TAIL_S)])


class Vosk:
    """libvosk with a model folder; a new recognizer for every clip."""

    def __init__(self, folder: Path, unknown: bool, name: str | None = None) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        began = time.perf_counter()
        self._model = vosk.Model(str(folder))
        self.load_ms = 1000 * (time.perf_counter() - began)
        self._unknown = unknown
        self.name = name or ("ours + [unk]" if unknown else "ours")
        self.cost = Cost()

    def recognizer(self, phrases: Sequence[str], rate_hz: int = RATE_HZ) -> Any:
        """A recognizer for these phrases, words with confidences."""
        import vosk

        grammar = json.dumps([*phrases, *([UNKNOWN] if self._unknown else [])])
        made = vosk.KaldiRecognizer(self._model, rate_hz, grammar)
        made.SetWords(True)
        return made

    def hear(self, clips: Sequence[Clip], phrases: Sequence[str], rate_hz: int = RATE_HZ) -> list[Result]:
        rng = np.random.default_rng(0)
        results = []
        for clip in clips:
            recognizer, sound = self.recognizer(phrases, rate_hz), padded(clip.pcm, rate_hz, rng)
            began = time.process_time()
            heard = list(decoded(recognizer, sound))
            self.cost.cpu_s += time.process_time() - began
            self.cost.sound_s += len(sound) / rate_hz
            words = [word for result in heard for word in result.get("result", [])]
            confidence = min((word["conf"] for word in words), default=0.0)
            parts = tuple((one["text"], min(word["conf"] for word in one["result"])) for one in heard if one.get("result"))
            results.append(Result(" ".join(word["word"] for word in words), confidence, parts))
        return results

    def delays(self, clip: Clip, phrases: Sequence[str], rate_hz: int = RATE_HZ) -> tuple[float | None, float | None]:
        """Seconds from the end of the phrase to (the first partial result that is the phrase, the final result by itself)."""
        recognizer = self.recognizer(phrases, rate_hz)
        hush = np.rint(np.random.default_rng(0).standard_normal(int(WAIT_S * rate_hz)) * 2).astype(np.int16)
        sound, end_s = np.concatenate([clip.pcm, hush]), spoken_end_s(clip.pcm, rate_hz)
        block, partial_s = int(SHORT_BLOCK_S * rate_hz), None
        for start in range(0, len(sound), block):
            over = recognizer.AcceptWaveform(sound[start : start + block].tobytes())
            now_s = (start + block) / rate_hz - end_s
            if over:
                return partial_s, now_s if json.loads(recognizer.Result())["text"] == clip.text else None
            if partial_s is None and json.loads(recognizer.PartialResult())["partial"] == clip.text:
                partial_s = now_s
        return partial_s, None


def spoken_end_s(pcm: NDArray[np.int16], rate_hz: int) -> float:
    """Where the last sound of a clip is, by level."""
    frame = rate_hz // 50
    frames = pcm[: len(pcm) // frame * frame].reshape(-1, frame).astype(np.float64)
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1)
    return float(np.flatnonzero(levels > levels.max() - QUIET_DB)[-1] + 1) * frame / rate_hz


def decoded(recognizer: Any, sound: NDArray[np.int16]) -> Iterable[dict[str, Any]]:
    """Each result of feeding the sound in blocks of 0.1 s, the last one forced."""
    for start in range(0, len(sound), BLOCK):
        if recognizer.AcceptWaveform(sound[start : start + BLOCK].tobytes()):
            yield json.loads(recognizer.Result())
    yield json.loads(recognizer.FinalResult())


class Sphinx:
    """PocketSphinx with its own English model and a grammar of the phrases; it cannot reject."""

    name = "PocketSphinx"

    def __init__(self) -> None:
        self.cost = Cost()

    def _decoder(self, phrases: Sequence[str]) -> Any:
        from pocketsphinx import Decoder

        decoder = Decoder(samprate=RATE_HZ, loglevel="FATAL", lm=None)
        for word, variants in read_dictionary(EXTRA_DICT).items():
            if not decoder.lookup_word(word):
                decoder.add_word(word, " ".join(variants[0]), False)
        decoder.add_jsgf_string("phrases", f"#JSGF V1.0; grammar g; public <phrase> = {' | '.join(phrases)} ;")
        decoder.activate_search("phrases")
        return decoder

    def hear(self, clips: Sequence[Clip], phrases: Sequence[str], rate_hz: int = RATE_HZ) -> list[Result]:
        decoder, rng, results = self._decoder(phrases), np.random.default_rng(0), []
        for clip in clips:
            sound = padded(clip.pcm, rate_hz, rng)
            if rate_hz != RATE_HZ:
                up = soxr.resample(sound.astype(np.float32), rate_hz, RATE_HZ)
                sound = np.clip(np.rint(up), -32768, 32767).astype(np.int16)
            began = time.process_time()
            decoder.start_utt()
            decoder.process_raw(sound.tobytes(), full_utt=True)
            decoder.end_utt()
            best = decoder.hyp()
            self.cost.cpu_s += time.process_time() - began
            self.cost.sound_s += len(sound) / RATE_HZ
            results.append(Result(best.hypstr if best else "", 1.0))
        return results


class Remembered:
    """An engine whose results are kept in a folder, by the very samples and phrases: it is asked only once."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.name, self.cost = engine.name, Cost()
        self._engine, self._folder = engine, folder

    def hear(self, clips: Sequence[Clip], phrases: Sequence[str], rate_hz: int = RATE_HZ) -> list[Result]:
        """As the engine does; what it cost then is counted again."""
        key = hashlib.sha256(json.dumps([self.name, phrases, rate_hz]).encode())
        for clip in clips:
            key.update(clip.pcm.tobytes())
        path = self._folder / f"{key.hexdigest()[:24]}.json"
        if not path.exists():
            before = Cost(self._engine.cost.cpu_s, self._engine.cost.sound_s)
            said = [(result.said, result.confidence) for result in self._engine.hear(clips, phrases, rate_hz)]
            spent = [self._engine.cost.cpu_s - before.cpu_s, self._engine.cost.sound_s - before.sound_s]
            path.write_text(json.dumps({"said": said, "spent": spent}), encoding="utf8")
        kept = json.loads(path.read_text(encoding="utf8"))
        self.cost.cpu_s += kept["spent"][0]
        self.cost.sound_s += kept["spent"][1]
        return [Result(said, confidence) for said, confidence in kept["said"]]
