"""How the evening went, held against what was really said: the truth of a rehearsal and the event log it left.

`score.json` holds what `Score.record` gives, times in seconds:

    {"passed": true,                         # no faults
     "faults": ["12.30 s: …", …],            # one sentence each, in order of time
     "checks": {"turns": {"of": 14, "right": 14}, …},
     "metrics": {"talk_share": 0.09, …},     # null where there was nothing to measure
     "truth": {"end": …, "turns": […], "said": […], "interruptions": […], "commands": […], "answers": […], "sounded": […]}}

Checks (a fault for each that is not right)
  turns          every scripted turn has a `turn` of the right partner: half of it covered, its start within 0.75 s
  interruptions  every scripted one has an `interruption` by and of the right partners
  episodes       every run of them (new after 10 s) was cued, or mended itself, or the step's cap was used up
  needless       of all interruption cues, those that answer something the script did
  gaps           of all the companion sounded, what did not begin while a partner had been speaking for 0.3 s (stop apart)
  commands       every scripted command was heard and carried out
  unsaid         of all commands that were obeyed, those that somebody had said
  answers        of all scripted answers, those not taken for their opposite
  own_voice      of all speech given to a partner, what is not the companion's own sound
  budgets        of all turns with a twin in the other half of a mirrored block, those with as much time as the twin
  names          of all cues that name somebody, those that name the holder
  mishaps        of all steps, those that did not break
  end            the evening came to the end the scenario leads to
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from companion.simulation.measures import metrics
from companion.simulation.rows import Row, Stretch, answering, cues, heard_by, named, of_span, stretches
from companion.simulation.truth import CameIn, Commanded, Truth, TurnTaken
from companion.timeline import seconds

START_WITHIN = 0.75
"""Seconds a turn's start may be off: less than a listener would notice as belonging elsewhere."""

COVERED = 0.5
EPISODE = 10.0
"""Seconds without another interruption of the same direction, after which the next one is a new episode."""

REACTION = 0.3
"""Seconds of speech that nobody could have reacted to yet."""

_LATEST_CUE = 12.0
"""A cue for an episode comes within this of its end: 4 s of staleness, 6 s of the holder's silence, and a gap."""

_OBEYED_WITHIN = 5.0

_SHORTEST_INTERRUPTION = 1.0
"""Seconds; see docs/glossary.md."""


@dataclass
class Check:
    """One check: how many things there were, how many came out right, and what was wrong with the others."""

    of: int = 0
    right: int = 0
    faults: list[tuple[float, str]] = field(default_factory=list)

    def count(self, right: bool, at: float, fault: str) -> None:
        """One more."""
        self.of += 1
        self.right += right
        if not right:
            self.faults.append((at, f"{at:.2f} s: {fault}"))


@dataclass(frozen=True)
class Score:
    """The result of all checks."""

    checks: dict[str, Check]
    metrics: dict[str, float | None]
    truth: Truth

    @property
    def faults(self) -> list[str]:
        """All faults, in order of time."""
        return [text for _, text in sorted(one for check in self.checks.values() for one in check.faults)]

    @property
    def passed(self) -> bool:
        """Whether there are none."""
        return not self.faults

    def record(self) -> dict[str, Any]:
        """For `score.json`, as laid out above."""
        return {
            "passed": self.passed,
            "faults": self.faults,
            "checks": {name: {"of": check.of, "right": check.right} for name, check in self.checks.items()},
            "metrics": self.metrics,
            "truth": self.truth.as_dict(),
        }


def score(truth: Truth, log: Iterable[Mapping[str, Any]], welcome: Callable[[str], bool] = lambda step: False) -> Score:
    """Hold the lines of `events.jsonl` (as dicts, times in seconds) against the truth.

    `welcome`: whether coming in is nobody's business in a step of this name; then it need not be noticed, nor answered by a cue.
    """
    uninvited = [came for came in _that_count(truth) if not welcome(came.step)]
    rows: Sequence[Row] = list(log)
    checks = {
        "turns": _turns(truth, rows),
        "interruptions": _interruptions(uninvited, rows),
        "episodes": _episodes(uninvited, rows),
        "needless": _needless(truth, rows),
        "gaps": _gaps(truth, rows),
        "commands": _commands(truth, rows),
        "unsaid": _unsaid(truth, rows),
        "answers": _answers(truth, rows),
        "own_voice": _own_voice(truth, rows),
        "names": _names(truth, rows),
        "budgets": _budgets(rows),
        "mishaps": _mishaps(rows),
        "end": _end(truth, rows),
    }
    return Score(checks, metrics(truth, rows), truth)


def _turns(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    found = stretches(rows, "turn")
    for turn in truth.turns:
        if turn.talk:
            span = of_span(turn.span)
            theirs = [one for one in found if one.by == turn.by and one.overlap(span) > 0]
            begun = [one for one in theirs if abs(one.start - span.start) <= START_WITHIN]
            covered = max((one.overlap(span) for one in begun), default=0.0)
            if begun and _asked_for_more(rows, span):  # two turns, with the companion's own line between them
                covered = sum(one.overlap(span) for one in theirs)
            right = covered >= COVERED * span.length
            check.count(right, span.start, _missing_turn(turn, span, found))
    return check


def _asked_for_more(rows: Sequence[Row], span: Stretch) -> bool:
    """Whether the companion broke into a turn to ask for more of a voice."""
    return any(span.start < float(row["at"]) < span.end for row in cues(rows) if str(row["id"]).startswith("t_enrol"))


def _missing_turn(turn: TurnTaken, span: Stretch, found: Sequence[Stretch]) -> str:
    near = max((one for one in found if one.overlap(span) > 0), key=lambda one: one.overlap(span), default=None)
    what = f"{turn.by}'s turn of {span.length:.1f} s ({turn.step})"
    if near is None:
        return f"{what} was not found"
    return f"{what} was found only as one of {near.by} from {near.start:.2f} to {near.end:.2f} s"


def _that_count(truth: Truth) -> list[CameIn]:
    """Interruptions as defined: from a second on. One who broke off before that made an abandoned start."""
    return [came for came in truth.interruptions if of_span(came.span).length >= _SHORTEST_INTERRUPTION]


def _interruptions(uninvited: Sequence[CameIn], rows: Sequence[Row]) -> Check:
    check = Check()
    found = stretches(rows, "interruption", "interruption_ended")
    for came in uninvited:
        span = of_span(came.span)
        right = any(one.by == came.by and one.of == came.of and one.near(span, 0.5) for one in found)
        check.count(right, span.start, f"the {came.kind} of {came.by} ({span.length:.1f} s) was not noticed as {came.by}'s")
    return check


@dataclass
class _Episode:
    step: str
    by: str
    start: float
    end: float


def _of_episodes(came: Sequence[CameIn]) -> list[_Episode]:
    out: list[_Episode] = []
    for one in sorted(came, key=lambda one: one.span.start):
        span = of_span(one.span)
        last = next((e for e in reversed(out) if e.step == one.step and e.by == one.by), None)
        if last is not None and span.start - last.end < EPISODE:
            last.end = max(last.end, span.end)
        else:
            out.append(_Episode(one.step, one.by, span.start, span.end))
    return out


def _episodes(uninvited: Sequence[CameIn], rows: Sequence[Row]) -> Check:
    check = Check()
    given = [row for row in cues(rows) if str(row["id"]).startswith("c_int")]
    dropped = [row for row in rows if row["event"] == "cue_dropped" and str(row["id"]).startswith("c_int")]
    for episode in _of_episodes(uninvited):

        def within(row: Row, episode: _Episode = episode) -> bool:
            return episode.start <= float(row["at"]) <= episode.end + _LATEST_CUE

        right = any(map(within, given)) or any(within(row) and row["why"] in ("mended", "capped") for row in dropped)
        why = sorted({str(row["why"]) for row in dropped if within(row)})
        left = f"dropped as {', '.join(why)}" if why else "never proposed"
        check.count(right, episode.start, f"the interruption by {episode.by} got no cue ({left})")
    return check


def _needless(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    episodes = _of_episodes(truth.interruptions)
    for row in cues(rows):
        if str(row["id"]).startswith(("c_int", "c_both")):
            at = float(row["at"])
            right = any(e.start - 0.5 <= at <= e.end + _LATEST_CUE for e in episodes)
            near = [one for one in truth.said if abs(of_span(one.span).end - at) < 3.0 and one.role != "talk"]
            about = f"after {near[-1].by}'s {near[-1].role} {near[-1].text!r}" if near else "with nothing to it"
            check.count(right, at, f"the cue {row['id']} was given {about}")
    return check


def _gaps(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    urgent = {row["cue"] for row in cues(rows) if row["id"] in ("c_stop", "c_danger", "c_medical")}
    for sound in truth.sounded:
        if sound.cue in urgent:
            continue
        at = of_span(sound.span).start
        over = [
            one for one in truth.said if one.role != "guest" and of_span(one.span).start + REACTION < at < of_span(one.span).end
        ]
        spoke = ", ".join(f"{one.by} said {one.text!r}" for one in over)
        check.count(not over, at, f"{sound.text!r} began while {spoke}")
    return check


def _commands(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    for one in truth.commands:
        span = of_span(one.span)
        moot = any(span.start - 3.0 <= float(row["at"]) < span.end for row in rows if row["event"] == "step_left")
        if moot and one.wanted in ("done", "next", "pass"):
            continue
        check.count(_obeyed(one, span, rows), span.start, f"{one.by}'s {one.phrase!r} was not obeyed ({one.step})")
    return check


def _obeyed(one: Commanded, span: Stretch, rows: Sequence[Row]) -> bool:
    heard = [s for s in stretches(rows, "command") if s.what == one.wanted and s.near(span, 0.5)]
    after = [row for row in rows if span.start <= float(row["at"]) <= span.end + _OBEYED_WITHIN]
    if not heard:
        return False
    match one.wanted:
        case "done" | "next" | "pass":
            room = one.wanted == "done" and any(row["event"] == "cue" and row["id"] in ("c_more", "c_short") for row in after)
            return room or any(row["event"] == "step_left" for row in after)  # "there's room for more" is an answer to "done" too
        case "pause":
            # where it was invited, the step that asked for it is left
            tried = any(row["event"] == "step_left" and (row["kind"], row["exit"]) == ("say", "yes") for row in after)
            return tried or any(row["event"] == "state" and row["state"] == "paused" for row in after)
        case "stop":
            return any(row["event"] in ("state", "evening_ended") for row in after)
        case _:
            return True


def _unsaid(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    for row, heard in zip((row for row in rows if row["event"] == "command"), stretches(rows, "command"), strict=True):
        right = any(one.wanted == heard.what and of_span(one.span).near(heard, 0.5) for one in truth.commands)
        said = [one for one in truth.said if of_span(one.span).near(heard, 0.0)]
        really = f"{said[-1].by} said {said[-1].text!r}" if said else "nobody spoke"
        check.count(right, float(row["at"]), f"{heard.what} was obeyed, while {really}")
    return check


def _answers(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    opposite = {"yes": "no", "no": "yes"}
    for one in truth.answers:
        span = of_span(one.span)
        flipped = any(s.what == opposite.get(one.answer) for s in answering(rows, span))
        check.count(not flipped, span.start, f"{one.by}'s {one.text!r} was taken for {opposite.get(one.answer)!r}")
    return check


def _own_voice(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    own = [of_span(one.span) for one in truth.sounded]
    people = [of_span(one.span) for one in truth.said]
    for segment in stretches(rows, "speech"):
        if segment.by is None or segment.length <= 0:
            continue
        is_own = heard_by(segment, own) > 0.5 and heard_by(segment, people) < 0.2
        check.count(not is_own, segment.start, f"the companion's own sound ({segment.length:.1f} s) was taken for {segment.by}")
    return check


def _names(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    partners = sorted({one.by for one in truth.said if one.role != "guest"})
    for row in cues(rows):
        names = named(str(row["text"]), partners)
        if row["id"] in ("c_int2", "c_int3", "c_think", "c_wrap") and names:
            at = float(row["at"])
            holder = next((t.by for t in reversed(truth.turns) if t.talk and of_span(t.span).start <= at), None)
            check.count(names == [holder], at, f"{row['text']!r} names {', '.join(names)}, and {holder} had the floor")
    return check


def _budgets(rows: Sequence[Row]) -> Check:
    check = Check()
    last: dict[str, Row] = {}
    for row in rows:
        if row["event"] == "exercise":
            last.clear()
        elif row["event"] == "step" and row["kind"] == "turn" and "mirrored" in str(row["step"]):
            name = re.sub(r"(mirrored(?:#\d+)?)\[[01]\]", r"\1", str(row["step"]))
            twin = last.pop(name, None)
            if twin is None or twin.get("holder") == row.get("holder"):
                last[name] = row
                continue
            said = f"{row.get('holder')} got {row['budget']:g} s in {row['step']}, and {twin.get('holder')} {twin['budget']:g} s"
            check.count(abs(float(twin["budget"]) - float(row["budget"])) < 0.01, float(row["at"]), said)
    return check


def _mishaps(rows: Sequence[Row]) -> Check:
    check = Check()
    for row in rows:
        if row["event"] in ("step_left", "mishap"):
            check.count(row["event"] == "step_left", float(row["at"]), f"{row.get('what')}")
    return check


def _end(truth: Truth, rows: Sequence[Row]) -> Check:
    check = Check()
    last = next((row for row in reversed(rows) if row["event"] == "evening_ended"), None)
    outcome = "nothing" if last is None else str(last["outcome"])
    check.count(outcome == truth.ends, seconds(truth.end), f"the evening ended with {outcome}, not with {truth.ends}")
    return check
