"""The truth of a labelled dinner as hearing would pass it on: what the floor logic makes of it is its ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from companion.hearing.heard import Heard, Segment
from companion.partner import Partner
from companion.timeline import BLOCK, Sample, samples

CLOSE, DROP = 0.15, 0.08
"""Hearing closes silences below the one and drops pieces below the other (s)."""


def stretches(truth: dict[str, Any], laughs: str, jitter: float, miss: float, rng: np.random.Generator) -> list[Segment]:
    """Speech of both partners as closed segments in order of start, spoiled as asked.

    `laughs`: `known` marks laughter as such. `jitter`: spread of edges, s. `miss`: share of stretches left out.
    """
    out = []
    for by in truth["speech"]:
        laughter = [(s["start"], s["end"]) for s in truth["backchannels"] if s["kind"] == "laugh" and s["by"] == by]
        spans: list[tuple[float, float]] = []
        for a, b in truth["speech"][by]:
            if rng.random() < miss:
                continue
            a, b = (max(0.0, t + jitter * float(rng.standard_normal())) for t in (a, b))
            if spans and a - spans[-1][1] < CLOSE:
                spans[-1] = (min(a, spans[-1][0]), max(b, spans[-1][1]))
            elif b - a >= DROP:
                spans.append((a, b))
        for a, b in spans:
            laughed = sum(max(0.0, min(b, d) - max(a, c)) for c, d in laughter) > 0.5 * (b - a)
            laugh = 1.0 if laughed and laughs == "known" else 0.0
            out.append(Segment(Partner(by), samples(a), samples(b), open=False, laugh=laugh))
    return sorted(out, key=lambda s: (s.start, str(s.by)))


def heard_from(segments: Sequence[Segment], length: Sample, ahead: Sample) -> Iterator[Heard]:
    """The blocks hearing would pass on: segments open while they go on, closed once the silence after them is long enough.

    The last one is what hearing says when the recording is over.
    """
    waiting, going = list(segments), []
    for now in range(BLOCK, length + BLOCK, BLOCK):
        settled = now - ahead
        while waiting and waiting[0].start + samples(DROP) <= settled:
            going.append(waiting.pop(0))
        shown = [replace(s, end=min(s.end, settled), open=settled < s.end + samples(CLOSE)) for s in going]
        going = [s for s, seen in zip(going, shown, strict=True) if seen.open]
        yield Heard(now, max(0, settled), tuple(shown), anyone=any(s.start < now <= s.end for s in [*going, *waiting[:4]]))
    now = -(-length // BLOCK) * BLOCK
    yield Heard(now, now, tuple(replace(s, end=min(s.end, now)) for s in [*going, *waiting] if s.start < now))
