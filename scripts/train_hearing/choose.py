"""What the thresholds of `companion.hearing.segments` do on held-out people, with the nets as they are.

    python scripts/train_hearing/choose.py HELD_OUT {1|2} [--net FILE]

HELD_OUT is a folder made by `simulate.py --held-out`. Prints a line for each setting: diarisation error at 0 and 250 ms with its
split, overlap precision and recall, how late onsets come (median, 90 %), and how well laughs and hums of a segment are told.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
from dataset import examples  # noqa: E402

import companion.hearing.segments as segments  # noqa: E402
from companion.hearing.evidence import PLACED  # noqa: E402
from companion.hearing.features import HOP  # noqa: E402
from companion.hearing.fusion import HUMS, LAUGHS, SPEAKS, Fusion, Net  # noqa: E402
from companion.hearing.voices import Mixture  # noqa: E402
from companion.partner import Partner  # noqa: E402

Dinner = tuple[np.ndarray, np.ndarray, np.ndarray]


def told(net: Net, held: list[tuple[np.ndarray, ...]], two: bool) -> list[Dinner]:
    """Probabilities (n, 2, 5), truth (n, 3) and small sounds (n, 2, 2) of every dinner, the lag taken out."""
    out = []
    for common, each, truth, small in held:
        c, e = common.astype("f4"), each.astype("f4")
        if not two:
            c[:, 3:5], c[:, -3:], e[..., -PLACED:] = 0, 0, 0
        out.append((Fusion(net).feed(c, e)[net.lag :], truth[: -net.lag], small[: -net.lag]))
    return out


def tracked(p: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int, int, float, float]]]:
    """(n, 2) who speaks after segmentation, and the segments: partner, first and last frame, laugh, hum."""
    on, out = np.zeros((len(p), 2), bool), []
    for k in (0, 1):
        track, done = segments.Track(Partner("One"), 0), []
        for i, x in enumerate(p[:, k].tolist()):
            if (s := track.feed(i * HOP, x[SPEAKS], x[LAUGHS], hum=x[HUMS])) is not None:
                done.append(s)
        last = track.finish()
        for s in [*done, *([last] if last else [])]:
            a, b = s.start // HOP, s.end // HOP
            on[a:b, k] = True
            out.append((k, a, b, s.laugh, s.hum))
    return on, out


def score(dinners: list[Dinner]) -> str:
    sums, late, small = np.zeros((2, 4)), [], []
    both = np.zeros(3)
    for p, truth, sounds in dinners:
        on, segs = tracked(p)
        ref = truth[:, :2] > 0
        edges = np.abs(np.diff(ref.astype(int), axis=0)).max(1)
        off = np.convolve(np.concatenate([edges, [0]]), np.ones(31), "same") > 0
        nr, nh, ok = ref.sum(1), on.sum(1), (ref & on).sum(1)
        for c, keep in enumerate((np.ones(len(nr), bool), ~off)):
            sums[c] += [
                nr[keep].sum(),
                np.maximum(nr - nh, 0)[keep].sum(),
                np.maximum(nh - nr, 0)[keep].sum(),
                (np.minimum(nr, nh) - ok)[keep].sum(),
            ]
        both += [((nr == 2) & (nh == 2)).sum(), (nh == 2).sum(), (nr == 2).sum()]
        for k in (0, 1):
            starts = np.flatnonzero(np.diff(np.concatenate([[0], ref[:, k].astype(int)])) > 0)
            for a in starts:
                quiet = not ref[max(0, a - 30) : a, k].any()
                hits = np.flatnonzero(on[max(0, a - 12) : a + 125, k])
                if quiet:
                    late.append(abs(float(hits[0]) - min(a, 12)) * HOP / 16000 if len(hits) else 2.0)
        for k, a, b, laugh, hum in segs:
            t = ref[a:b, k].mean()
            if t > 0.5:
                small.append((laugh, hum, sounds[a:b, k, 0].mean() / t, sounds[a:b, k, 1].mean() / t, b - a))
    der = 100 * sums[:, 1:] / sums[:, :1]
    precision, recall = 100 * both[0] / max(1, both[1]), 100 * both[0] / both[2]
    s = np.array(small)
    talk = s[s[:, 2:4].max(1) < 0.1]
    sounds_told = ", ".join(
        f"{name} {100 * (s[s[:, k + 2] > 0.7, k] > 0.5).mean():.0f} %, talk {100 * (talk[:, k] > 0.5).mean():.2f} %"
        for k, name in enumerate(("laughs", "hums"))
    )
    return (
        f"der0 {der[0].sum():5.2f} {der[0].round(1)} der250 {der[1].sum():5.2f} {der[1].round(1)} "
        f"overlap {precision:.0f}/{recall:.0f} onset {np.percentile(late, 50):.3f}/{np.percentile(late, 90):.3f} {sounds_told}"
    )


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("held", type=Path), p.add_argument("microphones", type=int, choices=(1, 2)), p.add_argument("--net", type=Path)
    a = p.parse_args()
    two = a.microphones == 2
    net = Net.load(a.net or ROOT / "models/hearing" / ("two_microphones.npz" if two else "one_microphone.npz"))
    held = examples(a.held, Mixture.load(ROOT / "models/hearing/voices.npz"), set())
    dinners = told(net, held, two)
    print("as it is:", score(dinners))
    for on, off, back in itertools.product((0.4, 0.5, 0.6), (0.25, 0.35, 0.45), (12,)):
        segments.ON, segments.OFF, segments.BACK = on, min(on, off), back * HOP
        print(f"on {on} off {off} back {back}:", score(dinners), flush=True)


if __name__ == "__main__":
    main()
