"""A day of talk through the recogniser: what it takes of memory and CPU, hour by hour.

    python -m scripts.bench.recognizer_day                      an hour of talk, as fast as it goes
    python -m scripts.bench.recognizer_day --hours 24           a day
    python -m scripts.bench.recognizer_day --never-anew         one recogniser a grammar, never made anew
    python -m scripts.bench.recognizer_day --own-process        in a process of its own
    python -m scripts.bench.recognizer_day --model DIR          another model

All of the talk goes to the recogniser, which an evening does not do (it stops listening to an utterance after 3.6 s), in
utterances of 1 to 30 s with the grammars of an evening in turn. The talk is people's readings where they lie beside the checkout
(of others than us: nothing is trained or chosen on them), else synthetic. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from companion.adapters import vosk_recognizer
from companion.adapters.wav_files import Recording
from companion.effects import Mode
from companion.evening import house, models
from companion.exercises.commands import Listening, phrases_for
from companion.hearing.ports import Recognizer
from companion.timeline import BLOCK, RATE, samples, seconds

TALK = Path(__file__).resolve().parents[3] / "shared" / "data" / "speech"
MARKS = (1 / 60, 1 / 12, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
"""Hours at which a line is printed."""


def memory_mb(process: int) -> float:
    """What a process holds now (Linux), in MB; what it shares with others is shared out among them."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


def cpu_s(process: int) -> float:
    """CPU that a process has used, in seconds."""
    user, system = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def talk() -> list[NDArray[np.float32]]:
    """A few minutes of each reader, at the level of a table."""
    files = sorted(TALK.glob("*.ogg"))[:60]
    if files:
        return [0.4 * Recording(file).whole(60.0)[:, 0] for file in files]
    from companion.adapters.voices import choose_voice
    from companion.evening import folders
    from companion.evening.settings import Settings

    voice, _ = choose_voice(house.voice_settings(Settings()), folders.rendered_speech())
    lines = [line for group in house.library("en").lines.values() for line in group.phrasings][:200]
    return [np.asarray(sound, np.float32) for sound in voice.render_all(lines, 1)]


def utterances(seed: int) -> Iterator[NDArray[np.float32]]:
    """Talk without end, in pieces of 1 to 30 s."""
    rng = np.random.default_rng(seed)
    sounds = talk()
    while True:
        sound = sounds[rng.integers(len(sounds))]
        length = min(len(sound), samples(float(rng.uniform(1.0, 30.0))))
        start = int(rng.integers(max(1, len(sound) - length)))
        noise = 0.001 * rng.standard_normal(length)
        yield (sound[start : start + length] * rng.uniform(0.3, 1.0) + noise).astype(np.float32)


def grammars() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What an evening listens for, step by step."""
    library = house.library("en")
    modes = [
        (Mode.FLOOR, "turn"),
        (Mode.YN, "ask"),
        (Mode.CMD, "say"),
        (Mode.JOINT, "talk"),
        (Mode.QUIET, "rest"),
        (Mode.NUM, "choose"),
    ]
    return [tuple(phrases_for(mode, library, Listening(kind))) for mode, kind in modes]  # type: ignore[misc]


class Cost:
    """What processes take that come and go: memory now over the start, CPU so far."""

    def __init__(self, processes: Callable[[], Sequence[int]], start_mb: float) -> None:
        self._processes, self._start_mb = processes, start_mb
        self._seen: dict[int, float] = {process: cpu_s(process) for process in processes()}
        self.cpu_s = self.highest_mb = self.mb = 0.0

    def look(self) -> None:
        """Bring the figures up to date."""
        for process in self._processes():
            now = cpu_s(process)
            self.cpu_s += now - self._seen.get(process, 0.0)
            self._seen[process] = now
        self.mb = sum(map(memory_mb, self._processes())) - self._start_mb
        self.highest_mb = max(self.highest_mb, self.mb)


def run(recognizer: Recognizer, hours: float, cost: Cost, said: Iterator[NDArray[np.float32]]) -> None:
    """Feed `hours` of what is `said` and print a line at each mark."""
    every = [(phrases, decoys) for phrases, decoys in grammars() if phrases]
    rng = np.random.default_rng(1)
    fed = heard = 0
    began = time.monotonic()
    marks = [mark for mark in MARKS if mark <= hours]
    print("\n| hours of talk | memory over the start, MB | highest, MB | CPU, ms/s | words heard | minutes taken |")
    print("| --- | --- | --- | --- | --- | --- |")
    with Console(stderr=True).status("listening") as status:
        for number, sound in enumerate(said):
            if number % 12 == 0:
                recognizer.listen_for(*every[rng.integers(len(every))])
            recognizer.begin(fed)
            for k in range(0, len(sound), BLOCK):
                recognizer.feed(sound[k : k + BLOCK])
            heard += len(recognizer.end())
            fed += len(sound)
            cost.look()
            if seconds(fed) / 3600 >= marks[0]:
                spent, minutes = 1000 * cost.cpu_s / (fed / RATE), (time.monotonic() - began) / 60
                line = f"{cost.mb:.0f} | {cost.highest_mb:.0f} | {spent:.1f} | {heard} | {minutes:.1f}"
                print(f"| {marks.pop(0):.2f} | {line} |", flush=True)
                status.update(f"{seconds(fed) / 3600:.2f} h")
            if not marks:
                return


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0, help="Hours of talk.")
    parser.add_argument("--never-anew", action="store_true", help="Never make a recogniser anew.")
    parser.add_argument("--own-process", action="store_true", help="In a process of its own.")
    parser.add_argument("--model", help="Another model, by name or folder.")
    asked = parser.parse_args()
    if asked.never_anew:
        vosk_recognizer.FRESH_AFTER = samples(1e6)
    said = utterances(2)
    next(said)
    if asked.own_process:
        from companion.adapters.recognizer_process import RecognizerProcess

        folder = models.in_force(asked.model)
        assert folder is not None
        with RecognizerProcess(folder) as apart:
            run(apart, asked.hours, Cost(apart.processes, 0.0), said)
        return
    start = memory_mb(os.getpid())
    recognizer = house.recognizer(asked.model)
    assert recognizer is not None
    run(recognizer, asked.hours, Cost(lambda: (os.getpid(),), start), said)


if __name__ == "__main__":
    main()
