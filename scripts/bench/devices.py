"""Sound in and out in the virtual room: how late a cue is heard, how fast a hush works, how long a round trip takes.

    python scripts/bench/devices.py [ROUNDS]

Prints a table in ms. Through PulseAudio's null sinks, so without the 5-40 ms that a real card and its cable add.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "rig"))

from rich.console import Console
from rich.table import Table
from virtual_room import CannotStart, Ear, VirtualRoom

from companion.adapters.calibrate import calibrate, whistle
from companion.adapters.devices import PORT_AUDIO
from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone
from companion.timeline import RATE
from companion.trouble import Trouble


def until(microphone: Microphone, true: Callable[[], bool], at_most: float) -> None:
    end = time.monotonic() + at_most
    while not true() and time.monotonic() < end:
        microphone.read(0.02)


def measure(room: VirtualRoom, rounds: int) -> dict[str, list[float]]:
    names = ("play() → heard", "heard, as reported", "hush() → silent", "silent, as reported", "round trip")
    rows: dict[str, list[float]] = {name: [] for name in names}
    sound = whistle()
    with Loudspeaker("rig_speaker") as loudspeaker, Microphone("rig_mic") as microphone:
        until(microphone, lambda: microphone.clock.known, 10)
        until(microphone, lambda: False, 2)
        with Ear(room) as ear:
            until(microphone, lambda: ear.heard_until() > 0, 5)
            orders = []
            for cue in range(rounds):
                played = time.monotonic()
                loudspeaker.play(cue, sound)
                until(microphone, lambda: False, 0.25 + 0.003 * cue)
                hushed = time.monotonic()
                loudspeaker.hush()
                until(microphone, lambda: not loudspeaker.busy, 2)
                until(microphone, lambda: False, 0.3)
                orders.append((played, hushed, {how: at for how, _, at in loudspeaker.events()}))
            until(microphone, lambda: False, 0.5)
        for played, hushed, said in orders:
            mine = [s for s in ear.loud_stretches(0.002) if played < s[0] < hushed]
            if mine and {"started", "cut"} <= said.keys():
                rows["play() → heard"].append(mine[0][0] - played)
                rows["hush() → silent"].append(mine[-1][1] - hushed)
                rows[names[1]].append(said["started"] - played)
                rows[names[3]].append(said["cut"] - hushed)
        room.wire_speaker_to_room()
        until(microphone, lambda: False, 2)
        for _ in range(max(2, rounds // 4)):
            try:
                rows["round trip"].append(calibrate(microphone, loudspeaker).latency / RATE)
            except Trouble as trouble:
                print(trouble, file=sys.stderr)
    print(f"gaps {microphone.gaps}, overflows {microphone.overflows}, underflows {loudspeaker.underflows}")
    return rows


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    try:
        room = VirtualRoom()
    except CannotStart as reason:
        sys.exit(str(reason))
    try:
        os.environ.update(room.environment)
        PORT_AUDIO.rescan()
        rows = measure(room, rounds)
    finally:
        room.close()
    table = Table(title=f"ms, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for heading in ("", "n", "median", "worst"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, values in rows.items():
        if values:
            table.add_row(name, str(len(values)), f"{1000 * median(values):.0f}", f"{1000 * max(values):.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
