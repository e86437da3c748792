"""What a rehearsed evening measures: figures for a table, none of them spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from companion.simulation.rows import Row, answering, cues, of_span, stretches
from companion.simulation.truth import Truth

IN_FLOW_WORDS = 7
"""Lines within the talk have no more words than this; set-ups have more."""

YIELDS_WITHIN = 0.7
"""A partner who begins this soon after a cue's start was about to speak: the gap was none."""


def metrics(truth: Truth, rows: Sequence[Row]) -> dict[str, float | None]:
    """All figures; None where there was nothing to measure. Seconds and shares.

    `talk_share`: the companion's voice over the time from first to last word. `unasked_a_minute`: unasked spoken cues per
    minute of floor time. `yielded`: share of lines within whose first 0.7 s a partner began. `cue_delay_*`: from the trigger of
    an unasked cue to its sound. `wrap_overrun_median`: how long holders go on after the wrap. `same_twice`: a wording used twice
    running. `interruption_notice_median`: from an interruption's start to its event. `false_interruptions`: events for none.
    `unasked_in_a_minute`: the most unasked spoken cues in any 60 s. `longest_set_up`, `longest_in_flow`: the longest line of more
    than seven words, and of up to seven. `stop_noticed`: from the end of "stop" to its event.
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
        "unasked_in_a_minute": float(_crowd([float(row["noticed"]) for row in unasked if row.get("spoken")])),
        "yielded": _yielded(truth),
        "cue_delay_median": round(median(delays), 3) if delays else None,
        "cue_delay_95": round(float(np.percentile(delays, 95)), 3) if delays else None,
        "wrap_overrun_median": _overrun(truth, given),
        "same_twice": float(_same_twice(truth)),
        "longest_set_up": _longest(truth, IN_FLOW_WORDS + 1, 1000),
        "longest_in_flow": _longest(truth, 1, IN_FLOW_WORDS),
        "stop_noticed": _stop_noticed(rows),
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


def in_words(figures: Mapping[str, float | None]) -> list[str]:
    """The figures a person looks at first, each with what was aimed at."""
    out = []
    for name, (sentence, scale) in _SENTENCES.items():
        value = figures.get(name)
        if value is not None:
            out.append(sentence.format(value * scale))
    return out


_SENTENCES = {
    "talk_share": ("the companion's voice: {:.1f} % of the time (aim: 13 in 10 min, 8 in an hour)", 100.0),
    "unasked_a_minute": (
        "unasked spoken cues a minute of turns: {:.2f} (aim: 0.1 with polite people, 1 with difficult ones)",
        1.0,
    ),
    "unasked_in_a_minute": ("most unasked spoken cues in a minute: {:.0f} (aim: 2)", 1.0),
    "cue_delay_median": ("cues come {:.2f} s after their reason (median; aim: 1.5)", 1.0),
    "cue_delay_95": ("and within {:.2f} s (95 %; aim: 4)", 1.0),
    "yielded": ("lines into which a partner began to speak: {:.0f} % (aim: 10)", 100.0),
    "wrap_overrun_median": ("turns go on for {:.1f} s after the last thought is asked for (median; aim: 6)", 1.0),
    "longest_set_up": ("longest set-up: {:.1f} s (aim: 8)", 1.0),
    "longest_in_flow": ("longest line within the talk: {:.1f} s (aim: 3)", 1.0),
    "same_twice": ("wordings used twice running: {:.0f} (aim: 0)", 1.0),
    "stop_noticed": ("stop is understood {:.2f} s after it was said (aim: 0.8)", 1.0),
}
"""The aims are choices of ours, apart from those of the glossary."""


def _crowd(at: Sequence[float]) -> int:
    """The most moments in any minute."""
    return max((sum(0 <= other - one < 60.0 for other in at) for one in at), default=0)


def _longest(truth: Truth, least: int, most: int) -> float | None:
    """The longest line of so many words, names counted, that was not cut."""
    lines = [one for one in truth.sounded if one.spoken and not one.cut and least <= len(one.text.split()) <= most]
    return round(max(of_span(one.span).length for one in lines), 2) if lines else None


def _stop_noticed(rows: Sequence[Row]) -> float | None:
    stops = [float(row["noticed"]) - float(row["end"]) for row in rows if row["event"] == "command" and row["command"] == "stop"]
    return round(max(stops), 3) if stops else None


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
