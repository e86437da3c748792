"""The second voice: libespeak-ng called directly, in a worker process as well; it also knows when each word begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from companion.adapters.loudness import Sound
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_process import Deadline, Worker
from companion.adapters.voice_rendering import Rendering
from companion.adapters.voice_settings import VoiceSettings

_PROGRAM = Path(__file__).with_name("voice_worker_espeak.py")


class EspeakVoice:
    """A `Voice`, with word times. GPL-3.0 code stays in the worker's process."""

    def __init__(
        self,
        settings: VoiceSettings | None = None,
        cache: VoiceCache | None = None,
        deadline: Deadline | None = None,
        program: Path = _PROGRAM,
    ) -> None:
        worker = Worker("espeak", program, (), "1")
        self._rendering = Rendering(worker, settings or VoiceSettings(), cache, deadline or Deadline())

    def render(self, text: str, keep: bool = True) -> Sound:
        """Mono float32, 48 kHz, -20 dBFS gated RMS, limited at -2 dBFS, faded. Raises `VoiceError`.

        `keep` false writes nothing to the cache: for a line that quotes what a partner said.
        """
        return self._rendering.render(text, keep)

    def cached(self, text: str) -> bool:
        """Whether `render` will need no process."""
        return self._rendering.cached(text)

    def render_all(
        self, texts: Sequence[str], workers: int = 2, progress: Callable[[int, int], None] | None = None
    ) -> list[Sound]:
        """Many lines, in order, several processes at a time; `progress(done, of)` after each. Raises `VoiceError`."""
        return self._rendering.render_all(texts, workers, progress)

    def fresh(self, text: str) -> Sound:
        """As `render`, but never from the cache."""
        return self._rendering.fresh(text)

    def words(self, text: str) -> tuple[Sound, list[tuple[str, int]]]:
        """The same sound as `render`, and each word with the playback sample (48 kHz) at which it begins. Raises `VoiceError`."""
        return self._rendering.with_words(text)
