"""Seconds from starting `companion run` to its first chime and its first word, heard in the virtual room of tests/rig; and from
SIGTERM to its end.

    python scripts/bench/startup.py [RUNS]

Prints each run and the best and median. The first run fills the caches and does not count. A computer with other work to do is
slower: the processor time of the program itself until it is stopped, a second after its first word, is printed beside.
"""

from __future__ import annotations

import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "rig"))

from live_evening import LiveEvening
from virtual_room import CannotStart, Ear, VirtualRoom


def once(rig: VirtualRoom, home: Path) -> tuple[float, float, float, float]:
    """Seconds to the chime and to the first word as heard, from SIGTERM to the end, and of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Ear(rig) as ear:
        with LiveEvening(rig, home) as evening:
            evening.wait_until(lambda: len(evening.spoken(".")) >= 2)
            chime, word = (event["start"] for event in evening.spoken(".")[:2])
            told = time.monotonic()
            evening.send(signal.SIGTERM)
            evening.end()
            leaving = time.monotonic() - told
            began = evening.began
        first = ear.loud_stretches()[0][0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return first - began, first - began + word - chime, leaving, used


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    try:
        rig = VirtualRoom()
    except CannotStart as reason:
        sys.exit(str(reason))
    with tempfile.TemporaryDirectory() as home:
        once(rig, Path(home))
        print("chime (s)  word (s)  to leave (s)  processor (s)")
        rows = []
        for _ in range(runs):
            rows.append(once(rig, Path(home)))
            print(f"{rows[-1][0]:9.2f} {rows[-1][1]:9.2f} {rows[-1][2]:13.2f} {rows[-1][3]:14.2f}", flush=True)
    rig.close()
    for name, of in (("best", min), ("median", median)):
        print(f"{of(r[0] for r in rows):9.2f} {of(r[1] for r in rows):9.2f}  {name}")


if __name__ == "__main__":
    main()
