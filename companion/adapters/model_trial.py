"""A model is tried in a process of its own before libvosk loads it in ours: what crashes there costs nothing here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from companion.trouble import Trouble

LONGEST = 120.0
"""Seconds a trial may take; the largest published English model loads in some 20 s on a desktop (a choice of ours)."""

DAMAGED = "The speech model in {folder} is damaged (libvosk {what}); install it again."


def try_out(folder: Path) -> None:
    """Load the model and let it hear a second of noise, in another process. Raises Trouble where that fails in any way."""
    asked = [sys.executable, "-m", __name__, str(folder)]
    try:
        ended = subprocess.run(
            asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, start_new_session=True, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Trouble(DAMAGED.format(folder=folder, what=f"gave no answer in {LONGEST:.0f} s")) from late
    except OSError as bad:
        raise Trouble(f"I can't try out the model in {folder} ({bad.strerror or bad}); start again.") from bad
    if ended.returncode == 2:
        raise Trouble(ended.stdout.decode("utf-8", "replace").strip())
    if ended.returncode:
        raise Trouble(DAMAGED.format(folder=folder, what="crashed over it" if ended.returncode < 0 else "failed over it"))


def _hear_noise(folder: Path) -> None:
    import numpy as np

    from companion.adapters.vosk_recognizer import VoskRecognizer
    from companion.timeline import BLOCK, RATE

    recognizer = VoskRecognizer(folder, tried=True)
    if recognizer.commands:
        spelt = sorted(word for word in recognizer.vocabulary if word.isalpha())
        recognizer.listen_for(spelt[:: max(1, len(spelt) // 3)][:3] or sorted(recognizer.vocabulary)[:3])
    else:
        recognizer.listen_freely()
    rng = np.random.default_rng(0)
    recognizer.begin(0)
    for _ in range(RATE // BLOCK):
        recognizer.feed((0.05 * rng.standard_normal(BLOCK)).astype(np.float32))
    recognizer.end()


if __name__ == "__main__":
    try:
        _hear_noise(Path(sys.argv[1]))
    except Trouble as trouble:
        print(trouble)
        sys.exit(2)
