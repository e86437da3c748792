"""What a rehearsed evening measures: figures for a table, none of them spoken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from companion.simulation.rows import Row, answering, cues, of_span, stretches
from companion.simulation.truth import Truth

YIELDS_WITHIN = 0.7
"""A partner who begins this soon after a cue's start was about to speak: the gap was none."""


def metrics(truth: Truth, rows: Sequence[Row]) -> dict[str, float | None]:
    """All figures; None where there was nothing to measure. Seconds and shares.

    `talk_share`: the companion's voice over the time from first to last word. `unasked_a_minute`: unasked spoken cues per
    minute of floor time. `yielded`: share of lines within whose first 0.7 s a partner began. `cue_delay_*`: from the trigger of
    an unasked cue to its sound. `wrap_overrun_median`: how long holders go on after the wrap. `same_twice`: a wording used twice
    running. `interruption_notice_median`: from an interruption's start to its event. `false_interruptions`: events for none.
    """
    sounds = {one.cue: of_span(one.span) for one in truth.sounded}
    given = cues(rows)
    unasked = [row for row in given if not row.get("asked")]
    delays = [sounds[row["cue"]].start - float(row["at"]) for row in unasked if row["cue"] in sounds]
    floor = sum(of_span(turn.span).length for turn in truth.turns if turn.talk and turn.kind == "turn")
    spoken_unasked = sum(bool(row.get("spoken")) for row in unasked)
    found = stretches(rows, "interruption")
    real = [of_span(one.span) for one in truth.interruptions]
    noticed = [float(row["noticed"]) - float(row["start"]) for row in rows if row["event"] == "interruption"]
    return {
        "minutes": round(truth.end / 960_000, 3),
        "talk_share": _talk_share(truth),
        "unasked_a_minute": _ratio(spoken_unasked * 60, floor),
        "yielded": _yielded(truth),
        "cue_delay_median": round(median(delays), 3) if delays else None,
        "cue_delay_95": round(float(np.percentile(delays, 95)), 3) if delays else None,
        "wrap_overrun_median": _overrun(truth, given),
        "same_twice": float(_same_twice(truth)),
        "turn_start_error_median": _start_error(truth, rows),
        "interruption_notice_median": round(median(noticed), 3) if noticed else None,
        "false_interruptions": float(sum(not any(one.near(span, 0.5) for span in real) for one in found)),
        "backchannels_found": _ratio(
            sum(any(one.near(of_span(said.span), 0.2) and one.by == said.by for one in stretches(rows, "backchannel"))
                for said in truth.said if said.role == "hum"),
            sum(said.role == "hum" for said in truth.said),
        ),
        "answers_understood": _ratio(
            sum(any(one.what == said.answer for one in answering(rows, of_span(said.span))) for said in truth.answers),
            len(truth.answers),
        ),
    }  # fmt: skip


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _talk_share(truth: Truth) -> float | None:
    everything = [of_span(one.span) for one in truth.said] + [of_span(one.span) for one in truth.sounded]
    if not everything:
        return None
    voice = sum(of_span(one.span).length for one in truth.sounded if one.spoken)
    return _ratio(voice, max(one.end for one in everything) - min(one.start for one in everything))


def _yielded(truth: Truth) -> float | None:
    lines = [of_span(one.span).start for one in truth.sounded if one.spoken]
    begun = [of_span(one.span).start for one in truth.said]
    return _ratio(sum(any(0 <= at - line < YIELDS_WITHIN for at in begun) for line in lines), len(lines))


def _overrun(truth: Truth, given: Sequence[Row]) -> float | None:
    over = []
    for row in given:
        if row["id"] == "c_wrap":
            at = float(row["at"])
            spans = [of_span(turn.span) for turn in truth.turns if turn.talk]
            over += [span.end - at for span in spans if span.start <= at <= span.end]
    return round(median(over), 3) if over else None


def _same_twice(truth: Truth) -> int:
    texts = [one.text for one in truth.sounded if one.spoken]
    return sum(a == b for a, b in pairwise(texts))


def _start_error(truth: Truth, rows: Sequence[Row]) -> float | None:
    errors = []
    for turn in truth.turns:
        if turn.talk:
            span = of_span(turn.span)
            near = [abs(one.start - span.start) for one in stretches(rows, "turn") if one.by == turn.by and one.overlap(span) > 0]
            if near:
                errors.append(min(near))
    return round(median(errors), 3) if errors else None
