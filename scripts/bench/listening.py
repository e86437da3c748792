"""What a rehearsal sounds like, read from its sound: how loud the companion is beside the people, how long its pauses are.

    python -m scripts.bench.listening FOLDER … [--script] [--picture PNG]

FOLDER is what `companion rehearse … --fidelity room` left: room.wav, score.json. One row a rehearsal; with `--script` every line
and every person's words before it, with the time, the pause before, the level over the people's and the words a minute; with
`--picture` the levels of the first folder from beginning to end, to be looked at while room.wav is listened to.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from companion.trouble import Trouble

LULL = 6.0
"""Seconds in which nobody sounds, outside quiet steps: worth a look at why."""
SLOW = 2.5
"""Seconds before a line that answers somebody: longer sounds like a machine that thinks."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch in which somebody sounded: seconds; `level` in dB, full scale 0."""

    who: str
    text: str
    start: float
    end: float
    level: float
    spoken: bool = True

    @property
    def pace(self) -> float:
        """Words a minute."""
        return 60 * len(self.text.split()) / max(0.1, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Heard:
    """A rehearsal's sounds in order, with its first channel at `rate`."""

    name: str
    rate: int
    wave: NDArray[np.float32]
    sounds: tuple[Sound, ...]

    @property
    def lines(self) -> list[Sound]:
        """What the companion said."""
        return [each for each in self.sounds if each.who == "companion" and each.spoken]

    @property
    def people(self) -> float:
        """The median level of the people, dB."""
        return median(each.level for each in self.sounds if each.who != "companion" and each.end - each.start > 0.8)

    def pauses(self) -> Iterator[tuple[Sound, float]]:
        """Each sound of the companion with the silence before it, in seconds."""
        last = 0.0
        for each in self.sounds:
            if each.who == "companion":
                yield each, max(0.0, each.start - last)
            last = max(last, each.end)

    def lulls(self) -> Iterator[tuple[float, float]]:
        """Silences of everybody, from LULL on: start and length."""
        last = 0.0
        for each in self.sounds:
            if each.start - last >= LULL:
                yield last, each.start - last
            last = max(last, each.end)


def heard(folder: Path) -> Heard:
    """Read a rehearsal. Raises Trouble where it is none with sound."""
    try:
        wave, rate = soundfile.read(folder / "room.wav", dtype="float32", always_2d=True)
        truth: dict[str, Any] = json.loads((folder / "score.json").read_text(encoding="utf-8"))["truth"]
    except (OSError, soundfile.LibsndfileError, KeyError, ValueError) as fault:
        raise Trouble(
            f"{folder} is no rehearsal with sound ({fault}): make one with companion rehearse NAME --out {folder}"
        ) from fault
    mono = wave[:, 0]

    def sound(who: str, row: dict[str, Any]) -> Sound:
        part = mono[int(row["start"] * rate) : max(int(row["start"] * rate) + 1, int(row["end"] * rate))]
        level = float(10 * np.log10(np.mean(part**2) + 1e-10)) if len(part) else -100.0
        return Sound(who, row["text"], row["start"], row["end"], level, bool(row.get("spoken", True)))

    sounds = [sound(row["by"], row) for row in truth["said"]] + [sound("companion", row) for row in truth["sounded"]]
    return Heard(folder.name, rate, mono, tuple(sorted(sounds, key=lambda each: each.start)))


def script(one: Heard) -> Iterator[str]:
    """The rehearsal as a page to read."""
    before = {id(each): pause for each, pause in one.pauses()}
    for each in one.sounds:
        minutes = f"{int(each.start // 60)}:{each.start % 60:04.1f}"
        if each.who != "companion":
            yield f"{minutes:>7}  {each.who}: {each.text}"
            continue
        how = f"after {before[id(each)]:.1f} s, {each.level - one.people:+.0f} dB"
        yield f"{minutes:>7}  ** {each.text} **  ({how}{f', {each.pace:.0f} words a minute' if each.spoken else ', chime'})"
    for start, length in one.lulls():
        yield f"         nobody for {length:.0f} s from {int(start // 60)}:{start % 60:04.1f}"


def table(all_of_them: Sequence[Heard]) -> Table:
    """One row a rehearsal."""
    out = Table(title="Levels beside the people's (dB), pauses before the companion's lines (s)", title_justify="left")
    for name in (
        "rehearsal",
        "lines",
        "voice",
        "spread",
        "chimes",
        "pause median",
        "95 %",
        f"over {SLOW:g} s",
        "words/min",
        "runs",
        "peak",
        "lulls",
    ):
        out.add_column(name, justify="left" if name == "rehearsal" else "right")
    for one in all_of_them:
        levels = [line.level - one.people for line in one.lines]
        chimes = [each.level - one.people for each in one.sounds if each.who == "companion" and not each.spoken]
        pauses = [pause for each, pause in one.pauses() if each.spoken]
        pace = median(line.pace for line in one.lines if len(line.text.split()) > 3)
        out.add_row(
            one.name, str(len(levels)), f"{median(levels):+.1f}", f"{np.percentile(levels, 95) - np.percentile(levels, 5):.1f}",
            f"{median(chimes):+.1f}" if chimes else "–", f"{median(pauses):.1f}", f"{np.percentile(pauses, 95):.1f}",
            str(sum(pause > SLOW for pause in pauses)), f"{pace:.0f}",
            str(_longest_run(one)), f"{20 * np.log10(np.abs(one.wave).max() + 1e-9):.1f}", str(sum(1 for _ in one.lulls())),
        )  # fmt: skip
    return out


def _longest_run(one: Heard) -> int:
    """Lines of the companion in a row, nobody speaking between."""
    longest = run = 0
    for each in one.sounds:
        run = 0 if each.who != "companion" else run + int(each.spoken)
        longest = max(longest, run)
    return longest


def draw(one: Heard, to: Path) -> None:
    """Levels of ten milliseconds, two minutes a row; the companion's lines in colour."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    step = one.rate // 50
    frames = one.wave[: len(one.wave) // step * step].reshape(-1, step)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    row, rows = 120.0, int(len(one.wave) / one.rate // 120) + 1
    figure, axes = plt.subplots(rows, 1, figsize=(18, 1.9 * rows), squeeze=False)
    for i, axis in enumerate(axes[:, 0]):
        t = np.arange(len(level)) / 50
        inside = (t >= i * row) & (t < (i + 1) * row)
        axis.plot(t[inside], level[inside], lw=0.5, color="0.35")
        for each in one.sounds:
            if i * row <= each.start < (i + 1) * row:
                own = each.who == "companion"
                axis.axvspan(each.start, each.end, color="tab:orange" if own else "tab:blue", alpha=0.35 if own else 0.08, lw=0)
                if own:
                    axis.text(each.start, -2, each.text[:34], fontsize=6, rotation=12, va="bottom")
        axis.set(xlim=(i * row, (i + 1) * row), ylim=(-75, 0))
    figure.tight_layout()
    figure.savefig(to, dpi=70)


def main() -> int:
    """Read the folders and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0], epilog=(__doc__ or "").split("\n", 2)[2],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--script", action="store_true", help="every line with its time, pause and level")
    parser.add_argument("--picture", type=Path, help="draw the levels of the first folder here")
    asked = parser.parse_args()
    try:
        all_of_them = [heard(folder) for folder in asked.folders]
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    for one in all_of_them if asked.script else ():
        print(f"\n{one.name}", *script(one), sep="\n")
    Console(width=150).print(table(all_of_them))
    if asked.picture is not None:
        draw(all_of_them[0], asked.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
