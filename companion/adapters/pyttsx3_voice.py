"""The companion's voice through pyttsx3: rendering to samples only, each sentence in a fresh process, never played by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from companion.adapters.loudness import Sound
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_process import Deadline, Worker, package_folder, package_version
from companion.adapters.voice_rendering import Rendering
from companion.adapters.voice_settings import VoiceError, VoiceSettings

_PROGRAM = Path(__file__).with_name("voice_worker_pyttsx3.py")


class Pyttsx3Voice:
    """A `Voice`. Raises `VoiceError` when pyttsx3 is not installed."""

    def __init__(
        self,
        settings: VoiceSettings | None = None,
        cache: VoiceCache | None = None,
        deadline: Deadline | None = None,
        program: Path = _PROGRAM,
    ) -> None:
        folder = package_folder("pyttsx3")
        if folder is None:
            raise VoiceError("The speech package pyttsx3 is not installed: run pip install pyttsx3.", refused=True)
        worker = Worker("pyttsx3", program, (folder,), package_version("pyttsx3"))
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
