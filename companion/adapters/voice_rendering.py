"""Lines rendered by one worker program: sentences from the cache or from fresh processes, joined and levelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from companion.adapters.loudness import Sound
from companion.adapters.voice_cache import VoiceCache, key
from companion.adapters.voice_line import finish, sentences, speakable
from companion.adapters.voice_process import Deadline, Spoken, Worker, find_engine, speak
from companion.adapters.voice_settings import VoiceSettings, check_variant, nominal_rate
from companion.timeline import PLAYBACK_RATE


class Rendering:
    """What both voices do; they differ in the worker alone. Safe to use from several threads."""

    def __init__(self, worker: Worker, settings: VoiceSettings, cache: VoiceCache | None, deadline: Deadline) -> None:
        check_variant(settings.voice, find_engine().data)
        self._worker = worker
        self._settings = settings
        self._cache = cache
        self._deadline = deadline

    def render(self, text: str, keep: bool = True) -> Sound:
        """Mono float32 at 48 kHz, -20 dBFS gated RMS, no sample above -2 dBFS. Raises `VoiceError`.

        `keep` false writes nothing to the cache: for a line that quotes what a partner said.
        """
        pieces = [self._sentence(sentence, keep) for sentence in sentences(speakable(text))]
        return finish(pieces, self._settings)[0]

    def cached(self, text: str) -> bool:
        """Whether the line can be had without starting a process. Raises `VoiceError` for an unspeakable line."""
        cache = self._cache
        return cache is not None and all(cache.holds(self._key(sentence)) for sentence in sentences(speakable(text)))

    def render_all(
        self, texts: Sequence[str], workers: int = 2, progress: Callable[[int, int], None] | None = None
    ) -> list[Sound]:
        """All lines, in order, `workers` processes at a time. `progress(done, of)` is called after each, in order.

        Raises the first line's `VoiceError`; lines not yet begun are then left.
        """
        pool = ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="voice")
        try:
            under_way = [pool.submit(self.render, text) for text in texts]
            rendered = []
            for line in under_way:
                rendered.append(line.result())
                if progress is not None:
                    progress(len(rendered), len(texts))
            return rendered
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def with_words(self, text: str) -> tuple[Sound, list[tuple[str, int]]]:
        """The line, and each word with the playback sample at which it begins; only from a worker that knows them."""
        line = sentences(speakable(text))
        spoken = [self._speak(sentence) for sentence in line]
        sound, starts = finish([(piece.samples, piece.rate) for piece in spoken], self._settings)
        words = []
        for sentence, piece, start in zip(line, spoken, starts, strict=True):
            for at, length, sample in piece.words:
                words.append((sentence[at : at + length], max(0, start + round(sample * PLAYBACK_RATE / piece.rate))))
        return sound, words

    def fresh(self, text: str) -> Sound:
        """As `render`, with no look at the cache: what a self-test needs."""
        return finish([(s.samples, s.rate) for s in map(self._speak, sentences(speakable(text)))], self._settings)[0]

    def _sentence(self, sentence: str, keep: bool) -> tuple[NDArray[np.int16], int]:
        name = self._key(sentence)
        if self._cache is not None and (kept := self._cache.get(name)) is not None:
            return kept
        spoken = self._speak(sentence)
        if keep and self._cache is not None:
            self._cache.put(name, spoken.samples, spoken.rate)
        return spoken.samples, spoken.rate

    def _speak(self, sentence: str) -> Spoken:
        return speak(self._worker, sentence, self._settings, self._deadline)

    def _key(self, sentence: str) -> str:
        """Digest of all that shapes the engine's samples; pauses, pre-gain and levelling come after and are not in it."""
        return key(
            {
                "text": sentence,
                "voice": self._settings.voice,
                "rate": nominal_rate(self._settings.words_a_minute),
                "pitch": self._settings.pitch,
                "volume": self._settings.volume,
                "worker": self._worker.name,
                "worker version": self._worker.version,
                "engine": find_engine().version,
            }
        )
