"""Sets of spoken clips with the words said in them: 16 kHz, mono, 16 bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance. `pcm`: int16 samples at 16 kHz; `text`: lower-case words; `voice`: who or what said it."""

    pcm: NDArray[np.int16]
    text: str
    voice: str

    @property
    def seconds(self) -> float:
        return len(self.pcm) / RATE_HZ


def as_pcm(sound: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples within ±1 as 16-bit integers, clipped."""
    pcm: NDArray[np.int16] = np.rint(np.clip(sound * 32767.0, -32768, 32767)).astype(np.int16)
    return pcm


def save(path: Path, clips: Iterable[Clip]) -> None:
    """Write all clips into one file, whole or not at all."""
    rows = list(clips)
    unfinished = path.with_suffix(".part.npz")
    np.savez(
        unfinished,
        pcm=np.concatenate([row.pcm for row in rows]),
        lengths=np.array([len(row.pcm) for row in rows]),
        texts=np.array([row.text for row in rows]),
        voices=np.array([row.voice for row in rows]),
    )
    unfinished.replace(path)


def load(path: Path) -> Iterator[Clip]:
    """The clips of a file written by `save`."""
    with np.load(path) as file:  # each member is read once: an npz reads it anew at every access
        pcm, lengths, texts, voices = file["pcm"], file["lengths"], file["texts"], file["voices"]
    ends = np.cumsum(lengths)
    for start, end, text, voice in zip(ends - lengths, ends, texts, voices, strict=True):
        yield Clip(pcm[start:end], str(text), str(voice))
