"""How well spoken commands are recognised: ours, ours with `[unk]`, and PocketSphinx, on the same clips in one run.

    python -m scripts.bench.recognition                       everything
    python -m scripts.bench.recognition --parts human talk    some of the tables
    python -m scripts.bench.recognition --only GSC stop       some sets, by words of their names
    python -m scripts.bench.recognition --published DIR       a published Vosk model as one more column
    python -m scripts.bench.recognition --model DIR           another model in place of ours
    python -m scripts.bench.recognition --no-sphinx --confusions

People's recordings are used where they lie beside the checkout; made voices always. None of these clips was trained on,
apart from sets that say so. What PocketSphinx made of the very same clips and phrases is kept in the work folder, since it
takes most of the time and never changes. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from scripts.bench import recognition_costs
from scripts.train_model import places
from scripts.train_model.bench_sets import TRAINED_ON, Set, human_sets, made_sets, talk_sets
from scripts.train_model.clips import Clip
from scripts.train_model.graphs import UNKNOWN
from scripts.train_model.recognizers import ACCEPT_CONFIDENCE, Engine, Remembered, Result, Sphinx, Vosk

PARTS = ("human", "made", "talk", "costs")
BARS = (0.5, ACCEPT_CONFIDENCE, 0.8, 0.9, 0.95, 0.99)
"""Confidence bars of the table of operating points."""
WANTED_SHARE = 0.92
"""Share of people's commands that must still be accepted where false accepts are counted."""


def understood(sets: Iterable[Set], engines: Sequence[Engine], ruled: Vosk, confusions: bool) -> list[tuple[Clip, Result, Set]]:
    """Print the share of clips whose whole result is the phrase said, and the share our rule accepts.

    `ruled`: the engine whose results the rule is put to. Returns what it heard.
    """
    names = " | ".join(engine.name for engine in engines)
    print(f"\n| understood: set (clips, phrases) | {names} | accepted at ≥ {ACCEPT_CONFIDENCE} | wrong, accepted |")
    print(f"| --- |{' --- |' * (len(engines) + 2)}", flush=True)
    kept = []
    for found in sets:
        heard = {engine.name: engine.hear(found.clips, found.phrases, found.rate_hz) for engine in engines}
        cells = [percent(sum(map(right, found.clips, results)), len(found.clips)) for results in heard.values()]
        pairs = list(zip(found.clips, heard[ruled.name], strict=True))
        accepted = [(clip, result) for clip, result in pairs if result.accepted(found.phrases)]
        taken = sum(right(clip, result) for clip, result in accepted)
        cells += [percent(taken, len(found.clips)), percent(len(accepted) - taken, len(found.clips))]
        print(f"| {found.name} ({len(found.clips)}, {len(found.phrases)}) | {' | '.join(cells)} |", flush=True)
        if confusions:
            missed = ((clip.text, result.said) for clip, result in pairs if not right(clip, result))
            for (said, taken_for), count in Counter(missed).most_common(25):
                print(f"    {count} × “{said}” → “{taken_for}”")
        kept += [(clip, result, found) for clip, result in pairs]
    return kept


def by_word(heard: Sequence[tuple[Clip, Result, Set]], least: int = 2) -> None:
    """Print the words that were missed most often, and what for."""
    words: dict[str, Counter[str]] = {}
    for clip, result, _ in heard:
        said, found = clip.text.split(), result.said.split()
        for place, word in enumerate(said):
            whole = found[place] if len(found) == len(said) else (word if word in found else "–")
            words.setdefault(word, Counter())[whole] += 1
    worst = sorted(words, key=lambda word: words[word][word] / words[word].total())
    rows = [word for word in worst if words[word].total() - words[word][word] >= least][:15]
    print("\n| word (ours + [unk]) | said | understood | taken for |\n| --- | --- | --- | --- |")
    for word in rows:
        others = ", ".join(f"{other} {count}" for other, count in words[word].most_common(4) if other != word)
        print(f"| {word} | {words[word].total()} | {percent(words[word][word], words[word].total())} | {others} |", flush=True)


def right(clip: Clip, result: Result) -> bool:
    return result.said == clip.text


def percent(part: int, whole: int) -> str:
    return f"{part} = {100 * part / max(whole, 1):.1f} %"


def latency(heard: Sequence[tuple[Clip, Result, Set]], engine: Vosk) -> None:
    """Print how long after the end of a phrase its first right partial result and its final result come."""
    known = [engine.delays(clip, found.phrases, found.rate_hz) for clip, result, found in heard if right(clip, result)]
    print("\n| after the end of the phrase, ours + [unk] | phrases | median | 90 % |\n| --- | --- | --- | --- |")
    for name, place in (("first partial result with the whole phrase", 0), ("final result", 1)):
        delays = [delay for both in known if (delay := both[place]) is not None]
        if delays:
            middle, late = np.percentile(delays, [50, 90])
            print(f"| {name} | {len(delays)} of {len(known)} | {middle:.2f} s | {late:.2f} s |", flush=True)


def false_accepts(sets: Iterable[Set], engine: Vosk) -> dict[str, tuple[float, list[float]]]:
    """Print how often talk is taken for a command, with the whole grammar. Returns minutes and confidences by set."""
    print(f"\n| taken for one of the commands + {UNKNOWN} | minutes | one phrase | and ≥ {ACCEPT_CONFIDENCE} | an hour | which |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    found_in = {}
    for found in sets:
        allowed = set(found.phrases)
        parts = [part for result in engine.hear(found.clips, found.phrases) for part in result.parts]
        phrases = [part for part in parts if part[0] in allowed]
        sure = [part for part in phrases if part[1] >= ACCEPT_CONFIDENCE]
        minutes = sum(clip.seconds for clip in found.clips) / 60
        taken = ", ".join(f"{said} {confidence:.2f}" for said, confidence in sure[:10])
        hourly = f"{60 * len(sure) / minutes:.1f}"
        print(f"| {found.name} | {minutes:.1f} | {len(phrases)} | {len(sure)} | {hourly} | {taken} |", flush=True)
        found_in[found.name] = minutes, [part[1] for part in phrases]
    return found_in


def operating_points(heard: Sequence[tuple[Clip, Result, Set]], talk: dict[str, tuple[float, list[float]]]) -> None:
    """Print commands of people accepted against false accepts, at several bars of confidence."""
    print(f"\n| bar | people's commands accepted | {' | '.join(talk)} |\n| --- | --- |{' --- |' * len(talk)}")
    for bar in BARS:
        accepted = sum(right(clip, result) and result.accepted(found.phrases, bar) for clip, result, found in heard)
        mark = "" if accepted >= WANTED_SHARE * len(heard) else f" (under {100 * WANTED_SHARE:.0f} %)"
        false = [f"{sum(sure >= bar for sure in found)} in {minutes:.0f} min" for minutes, found in talk.values()]
        print(f"| {bar} | {percent(accepted, len(heard))}{mark} | {' | '.join(false)} |", flush=True)


def cpu(engines: Sequence[Engine]) -> None:
    """Print CPU per second of the sound heard since the last time."""
    spent = [f"{engine.name} {engine.cost.ms_per_s:.1f} ms" for engine in engines if engine.cost.sound_s]
    if spent:
        print(f"\nCPU per second of sound: {', '.join(spent)}.", flush=True)
    for engine in engines:
        engine.cost.cpu_s = engine.cost.sound_s = 0.0


def chosen(sets: Iterable[Set], words: Sequence[str] | None) -> Iterable[Set]:
    return (found for found in sets if not words or any(word in found.name for word in words))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=places.MODEL, help="a Vosk model folder in place of ours")
    parser.add_argument("--published", type=Path, help="a published Vosk model folder, as one more column")
    parser.add_argument("--parts", nargs="*", choices=PARTS, help="some tables only")
    parser.add_argument("--only", nargs="*", metavar="WORD", help="sets whose name holds one of these words")
    parser.add_argument("--no-sphinx", action="store_true", help="leave PocketSphinx out")
    parser.add_argument("--confusions", action="store_true", help="list what was taken for what")
    parser.add_argument("--quick", action="store_true", help="half of the commands, 8 minutes of each kind of talk")
    options = parser.parse_args()
    parts = options.parts or PARTS
    ruled = Vosk(options.model, unknown=True)
    engines: list[Engine] = [Vosk(options.model, unknown=False), ruled]
    if options.published:
        engines.append(Vosk(options.published, unknown=True, name=options.published.name))
    if not options.no_sphinx:
        engines.append(Remembered(Sphinx(), places.work("recognition", "x").parent))
    human: list[tuple[Clip, Result, Set]] = []
    if "human" in parts:
        human = understood(chosen(human_sets(), options.only), engines, ruled, options.confusions)
        cpu(engines)
        by_word(human)
        latency(human[::3], ruled)
    if "made" in parts:
        made = understood(chosen(made_sets(2 if options.quick else 1), options.only), engines, ruled, options.confusions)
        cpu(engines)
        by_word(made, least=3)
    if "talk" in parts:
        talk = false_accepts(chosen(talk_sets(8.0 if options.quick else 60.0), options.only), ruled)
        cpu([ruled])
        if new := [row for row in human if not row[2].name.startswith(TRAINED_ON)]:
            operating_points(new, talk)
    if "costs" in parts:
        recognition_costs.report(options.model)


if __name__ == "__main__":
    main()
