"""What hearing knows of people in general, before it meets the two at the table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from companion.hearing.fusion import Net
from companion.hearing.voices import Mixture


@dataclass(frozen=True)
class Background:
    """A background model of voices, and the trained nets that weigh the evidence (None: by hand)."""

    voices: Mixture
    one_microphone: Net | None = None
    two_microphones: Net | None = None

    @classmethod
    def load(cls, folder: Path) -> Background:
        """Read `models/hearing`. Raises Trouble where a file is missing or broken."""
        nets = [Net.load(f) if (f := folder / name).exists() else None for name in ("one_microphone.npz", "two_microphones.npz")]
        return cls(Mixture.load(folder / "voices.npz"), *nets)
