"""Every evening rehearsed with polite people, without sound: how long it is, and how much of it is the companion's voice.

    python -m scripts.bench.evenings [EVENING …] [--seed 1] [--where]

One row an evening, then each length beside what is aimed at. Lines have the lengths they have when rendered. `--where` adds where
the voice goes: by sort of line, by exercise and frame, and the lines that take most.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.effects import Effect, Say
from companion.evening import house
from companion.evening.rehearse import rehearse
from companion.evening.rehearsed import find
from companion.evening.settings import Settings
from companion.events import CueGiven, Event, ExerciseStarted, Spoken, StepEntered
from companion.exercises.content import Evening, Library
from companion.timeline import seconds

AIM = {10: 0.13, 20: 0.10, 40: 0.08, 60: 0.08}
"""The companion's share of an evening of so many minutes, at most: choices of ours, from a few per cent up where frames weigh."""
AIM_FIRST = 0.13
"""And of a first evening, which has to say what the companion is and how to stop it."""
MOST_LINES = 25
"""So many lines are named with `--where`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was spoken: its name in the content, where, and for how many seconds."""

    slug: str
    kind: str
    name: str
    unasked: bool
    length: float

    def sort(self, library: Library) -> str:
        """What it was for."""
        if self.slug in library.frames:
            return f"frame {self.slug}"
        if self.unasked:
            return "cues nobody asked for"
        if self.name.startswith("set_up"):
            return "set-ups"
        if self.name == "c_swap":
            return "hand-overs"
        if self.name in library.exercise(self.slug).openers:
            return "openers"
        if self.name.startswith("c_check") or self.kind == "check":
            return "is that it?"
        if self.kind in ("ask", "choose"):
            return "questions"
        return "thanks" if self.kind == "thank" else "prompts"


class Watching:
    """Notes every line as it ends, with the step in which it began."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._slug = self._kind = ""
        self._unasked: set[int] = set()
        self._under_way: dict[int, tuple[str, str, str]] = {}

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """See a block go by."""
        for event in events:
            match event:
                case ExerciseStarted():
                    self._slug = event.exercise
                case StepEntered():
                    self._kind = event.kind
                case CueGiven() if not event.asked:
                    self._unasked.add(event.cue)
                case Spoken() if event.cue in self._under_way:
                    slug, kind, name = self._under_way.pop(event.cue)
                    length = seconds(event.end - event.start)
                    self.lines.append(Line(slug, kind, name, event.cue in self._unasked, length))
                case _:
                    pass
        for effect in effects:
            if isinstance(effect, Say):
                self._under_way[effect.cue] = (self._slug, self._kind, effect.line or "(a name)")


def main() -> int:
    """Rehearse and print; 1 where an evening breaks."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("evenings", nargs="*", help="only these")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--where", action="store_true", help="also where the voice goes")
    given = asked.parse_args()
    library = house.library("en")
    shares: dict[str, list[float]] = defaultdict(list)
    lengths: dict[str, float] = {}
    lines: dict[str, list[Line]] = defaultdict(list)
    faults = 0
    print("| evening | planned, min | took, min | companion's share | aim | faults |\n|---|---|---|---|---|---|")
    for name in given.evenings or sorted(library.evenings, key=lambda each: (library.evenings[each].time, each)):
        evening, watching = library.evening(name), Watching()
        with tempfile.TemporaryDirectory() as folder:
            done = rehearse(find(name, library), Path(folder), given.seed, Settings(), watching, fidelity="events")
        share, minutes = done.score.metrics["talk_share"] or 0.0, done.score.metrics["minutes"] or 0.0
        shares[_class(evening)].append(share)
        lengths[_class(evening)] = lengths.get(_class(evening), 0.0) + minutes * 60
        lines[_class(evening)] += watching.lines
        faults += len(done.score.faults)
        above = " (above)" if share > aim(evening) else ""
        print(f"| {name} | {evening.time / 60:.0f} | {minutes:.1f} | {100 * share:.1f} %{above} | {100 * aim(evening):.0f} % "
              f"| {len(done.score.faults)} |", flush=True)  # fmt: skip
    _print_classes(shares, {_class(each): aim(each) for each in library.evenings.values()})
    if given.where:
        _print_where(lines, lengths, library)
    return 1 if faults else 0


def aim(evening: Evening) -> float:
    """The companion's share of this evening, at most; of one between two lengths, that of the longer."""
    if _first(evening):
        return AIM_FIRST
    return AIM[min((each for each in AIM if each * 60 >= evening.time), default=max(AIM))]


def _first(evening: Evening) -> bool:
    """Whether it is a first evening, of less than the forty minutes in which frames no longer weigh."""
    return "first" in evening.themes and evening.time < 40 * 60


def _class(evening: Evening) -> str:
    return "first" if _first(evening) else f"{evening.time / 60:.0f} min"


def _print_classes(shares: Mapping[str, Sequence[float]], aims: Mapping[str, float]) -> None:
    print("\n| length | evenings | mean share | most | aim | above it |\n|---|---|---|---|---|---|")
    for name, each in sorted(shares.items()):
        most, aimed = max(each), aims[name]
        print(f"| {name} | {len(each)} | {100 * statistics.fmean(each):.1f} % | {100 * most:.1f} % | {100 * aimed:.0f} % "
              f"| {sum(one > aimed for one in each)} |")  # fmt: skip


def _print_where(lines: Mapping[str, Sequence[Line]], lengths: Mapping[str, float], library: Library) -> None:
    """Shares of the evenings' time: by sort of line; by exercise or frame with seconds and lines a playing; single lines."""
    names = sorted(lines)
    sums = {name: Counter[str]() for name in names}
    for name in names:
        for line in lines[name]:
            sums[name][line.sort(library)] += line.length  # type: ignore[assignment]
    print("\n| sort of line | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for sort in sorted(
        {sort for each in sums.values() for sort in each}, key=lambda sort: -sum(each[sort] for each in sums.values())
    ):
        print(f"| {sort} | " + " | ".join(f"{100 * sums[name][sort] / lengths[name]:.2f} %" for name in names) + " |")
    every = [line for name in names for line in lines[name]]
    whole = sum(line.length for line in every)
    named: dict[str, list[float]] = defaultdict(list)
    for line in every:
        named[f"{line.slug}: {line.name}"].append(line.length)
    print("\n| line | times | s each | of all that is said |\n|---|---|---|---|")
    for name, each in sorted(named.items(), key=lambda one: -sum(one[1]))[:MOST_LINES]:
        print(f"| {name} | {len(each)} | {statistics.fmean(each):.1f} | {100 * sum(each) / whole:.1f} % |")


if __name__ == "__main__":
    sys.exit(main())
