"""Sound to frames, one every 16 ms: level over the noise, the colour of the voice, pitch, phase between microphones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from companion.hearing.pitch import WINDOW, pitch
from companion.timeline import BLOCK, RATE, Sample

Floats = NDArray[np.float32]
Phasors = NDArray[np.complex64]

HOP = 256
FRAME = 512
FRAMES_A_SECOND = RATE / HOP
LATE = BLOCK + 128
"""The frames that come out end this many samples before the end of the block that went in (slopes and pitch look ahead)."""

LOW, HIGH = 8, 160
"""Bins used for direction: 250 to 5000 Hz. Below, a small array sees no phase; above, the phase wraps."""

CEPSTRA = 19
BANDS = 40
_FLOOR_RISE = 3.0 / FRAMES_A_SECOND  # dB a frame: the noise floor climbs 3 dB a second
SETTLING = 9
"""Frames (0.14 s) of sound after which a level means something: the first ones hold what was before it, and a room fills up.
Measured: a floor begun at the first frame lay 10 to 25 dB too low in steady noise and took five seconds to climb; that was heard
as speech."""

_DEEPEST = 120.0  # dB the floor may lie below the loudest sound so far
_TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Frames:
    """Some frames in a row; n = 2 for each block. Frame i covers `start + i * HOP` to `start + (i + 1) * HOP`."""

    start: Sample
    vad: Floats  # (n,) speech probability
    db: Floats  # (n,) level over the noise floor
    level: Floats  # (n,) dBFS
    bands: Floats  # (n, 40) mel bands, dB over their noise floors
    voice: Floats  # (n, 38) c1 to c19 and their slopes
    f0: Floats  # (n,) log2 Hz
    voiced: Floats  # (n,) 0..1
    phase: Phasors | None  # (n, bins) unit phasors between the first two microphones
    weight: Floats | None  # (n, bins) how much each bin stands out of the noise, 0..1


def _mel_bank(n: int = BANDS, low: float = 80, high: float = 7600) -> Floats:
    def mel(f: NDArray[np.float64] | float) -> NDArray[np.float64]:
        return np.asarray(2595 * np.log10(1 + np.asarray(f) / 700))

    edges = 700 * (10 ** (np.linspace(mel(low), mel(high), n + 2) / 2595) - 1)
    f = np.arange(FRAME // 2 + 1) * RATE / FRAME
    up = (f - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - f) / (edges[2:] - edges[1:-1])[:, None]
    bank: Floats = np.maximum(0, np.minimum(up, down)).astype(np.float32)
    return bank


def _dct(n: int, keep: int) -> Floats:
    k, i = np.arange(1, keep + 1)[:, None], np.arange(n)[None]
    rows: Floats = (np.sqrt(2 / n) * np.cos(np.pi * k * (2 * i + 1) / (2 * n))).astype(np.float32)
    return rows


_HANN = np.hanning(FRAME + 1)[:-1].astype(np.float32)
_MEL = np.ascontiguousarray(_mel_bank().T)
_DCT = np.ascontiguousarray(_dct(BANDS, CEPSTRA).T) * np.float32(np.log(10) / 10)  # from dB to nepers of power
_FULL_SCALE = np.float32(10 * np.log10(FRAME * FRAME * 0.375 / 2))


class NoiseFloor:
    """A floor under levels in dB: falls with a smoothed minimum, climbs slowly."""

    def __init__(self) -> None:
        self._smooth: Floats | None = None
        self._floor: Floats | None = None
        self._top = -1e9
        self._fed = 0

    def feed(self, db: Floats) -> Floats:
        """Levels of one frame, any shape, to the floor under them."""
        self._top = max(self._top, float(db.max()))
        self._fed += 1
        if self._smooth is None or self._floor is None:
            self._smooth, self._floor = db.copy(), db.copy()
        elif self._fed < SETTLING:
            self._smooth += np.float32(0.5) * (db - self._smooth)
            self._floor = self._smooth.copy()
        else:
            self._smooth += np.float32(0.2) * (db - self._smooth)
            self._floor = np.minimum(self._floor + np.float32(_FLOOR_RISE), self._smooth)
            self._floor = np.maximum(self._floor, np.float32(self._top - _DEEPEST))
        return self._floor


class _Made(NamedTuple):
    """What of two frames is known without look-ahead."""

    vad: Floats
    db: Floats
    level: Floats
    bands: Floats
    phase: Phasors | None
    weight: Floats | None


class Features:
    """Blocks of 512 samples in, two frames out, `LATE` samples late. Nothing depends on the recording level."""

    def __init__(self, channels: int) -> None:
        self._two = channels >= 2
        self._sound = np.zeros((2 if self._two else 1, 3 * BLOCK), np.float32)
        item = self._sound.strides
        self._rows = as_strided(self._sound[:, BLOCK + HOP :], (len(self._sound), 2, FRAME), (item[0], 4 * HOP, 4))
        self._wide = as_strided(self._sound[0], (2, WINDOW), (4 * HOP, 4))
        self._cepstra = np.zeros((6, CEPSTRA), np.float32)  # oldest first; the frames that come out are rows 2 and 3
        self._floor = NoiseFloor()
        self._vad = 0.0
        self._held: _Made | None = None

    def feed(self, at: Sample, sound: Floats, vad: float) -> Frames | None:
        """`sound` (512, channels) begins at `at`; `vad` is its speech probability. None for the very first block."""
        s = self._sound
        s[:, : 2 * BLOCK] = s[:, BLOCK:]
        s[:, 2 * BLOCK :] = sound[:, : len(s)].T
        held, self._held = self._held, self._make(vad)
        if held is None:
            return None
        c = self._cepstra
        voice = np.empty((2, 2 * CEPSTRA), np.float32)
        voice[:, :CEPSTRA] = c[2:4]
        voice[:, CEPSTRA:] = np.float32(0.2) * (c[4:6] - c[0:2]) + np.float32(0.1) * (c[3:5] - c[1:3])
        f0, voiced = pitch(self._wide)
        return Frames(at - BLOCK - 128, held.vad, held.db, held.level, held.bands, voice, f0, voiced, held.phase, held.weight)

    def _make(self, vad: float) -> _Made:
        """The two newest frames; remembers their cepstra."""
        spectrum = np.fft.rfft(self._rows * _HANN, axis=2)
        power = spectrum[0].real ** 2 + spectrum[0].imag ** 2
        mel = power @ _MEL
        mel += np.float32(1e-7) * mel.mean(axis=1, keepdims=True) + np.float32(_TINY)
        levels = np.empty((2, 1 + BANDS + (HIGH - LOW if self._two else 0)), np.float32)
        levels[:, 0] = power[:, 4:240].sum(axis=1)
        levels[:, 1 : 1 + BANDS] = mel
        if self._two:
            levels[:, 1 + BANDS :] = power[:, LOW:HIGH]
        levels = np.float32(10) * np.log10(levels + np.float32(_TINY))
        self._cepstra[:4] = self._cepstra[2:]
        self._cepstra[4:] = levels[:, 1 : 1 + BANDS] @ _DCT
        if self._rows[0].any():
            over = np.empty_like(levels)
            for i in (0, 1):
                np.subtract(levels[i], self._floor.feed(levels[i]), out=over[i])
        else:
            over = np.zeros_like(levels)  # digital silence teaches nothing about the room
        vads = np.array([(self._vad + vad) / 2, vad], np.float32)
        self._vad = vad
        known = vads, over[:, 0], levels[:, 0] - _FULL_SCALE, over[:, 1 : 1 + BANDS]
        if not self._two:
            return _Made(*known, None, None)
        z = spectrum[0, :, LOW:HIGH] * spectrum[1, :, LOW:HIGH].conj()
        z /= np.abs(z) + np.float32(1e-30)
        weight = np.minimum(np.maximum((over[:, 1 + BANDS :] - 4) * np.float32(0.1), 0), 1)
        return _Made(*known, z.astype(np.complex64, copy=False), weight)
