"""An evening as a picture: who spoke when, turns, overlaps, cues and the companion's own voice."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.adapters.cue_words import cue_words, was_a_command
from companion.adapters.picture_labels import Label, Placed, in_lanes, lanes_used
from companion.trouble import Trouble

ROW_SECONDS = 180.0
"""Seconds in one row of the picture: enough to see a hum, little enough to read a turn."""

WIDE, MARGIN, LEFT = 15.0, 0.15, 1.25
"""Inches: the picture, its edges, and the names on the left."""

HEAD, FOOT, BETWEEN = 0.45, 0.85, 0.35
"""Inches: the title, the legend, and the times under each row."""

UNIT, LANE = 0.36, 0.36
"""Inches from one partner's bar to the next, and from one lane of labels to the next in such steps."""

LETTERS, LETTER = 6.5, 0.65
"""Points of the labels, and how wide a letter is at most, on the average of a label: no cue's words are wider."""

_SAME_CUE = 25.0
"""Seconds within which the parts of one cue are named once."""

_COLOURS = ("#2f6f9f", "#c2703d")
_COMPANION, _OVERLAP, _CUE, _HEARD, _PLAYED = "#4b4b4b", "#b3261e", "#6a4c93", "#1b5e20", "#444444"
_CAME_IN = {"takeover": "took over", "butt-in": "came in", "completion": "helped finish"}
_STILL = frozenset({"paused", "deaf", "resting"})


@dataclass(frozen=True, slots=True)
class _Row:
    """One stretch of the evening, and the labels of each kind, placed: what was played, who came in, cues, what was heard."""

    start: float
    end: float
    letter: float  # in seconds
    played: list[Placed]
    came_in: list[Placed]
    cues: list[Placed]
    heard: list[Placed]

    @property
    def top(self) -> float:
        return 3.72 + LANE * (lanes_used(self.came_in) + lanes_used(self.played)) + 0.1

    @property
    def bottom(self) -> float:
        return self.heard_at(lanes_used(self.heard)) + LANE / 2

    def came_in_at(self, lane: int) -> float:
        return 3.72 + LANE * lane

    def played_at(self, lane: int) -> float:
        return 3.72 + LANE * (lanes_used(self.came_in) + lane)

    def cue_at(self, lane: int) -> float:
        return 0.24 - LANE * lane

    def heard_at(self, lane: int) -> float:
        return self.cue_at(lanes_used(self.cues)) - LANE * lane


def draw(lines: Sequence[dict[str, Any]], partners: tuple[str, str], path: Path) -> None:
    """Write the picture of a log's lines (as `event_log.read_lines` gives them) to `path` (PNG, PDF or SVG).

    Raises Trouble where there is nothing to draw, matplotlib is missing, or the file cannot be written.
    """
    figure = figure_of(lines, partners)
    if path.is_dir():
        raise Trouble(f"{path} is a folder; name a .png in it.")
    part = path.with_name(path.stem + ".part" + (path.suffix or ".png"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(part, dpi=110)
        os.replace(part, path)
    except (OSError, ValueError) as bad:
        raise Trouble(f"I can't write {path} ({bad}); name a .png in a folder that you may write in.") from bad
    finally:
        part.unlink(missing_ok=True)


def figure_of(lines: Sequence[dict[str, Any]], partners: tuple[str, str]) -> Any:
    """The picture as a matplotlib figure. Raises Trouble where there is nothing to draw, or matplotlib is missing."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise Trouble("Pictures need matplotlib; run: pip install 'companion[report]'") from missing
    last = _last(lines)
    if last <= 0.0:
        raise Trouble("There is nothing in this log to draw; let an evening run first.")
    rows = _rows(lines, last)
    inches = [(row.top - row.bottom) * UNIT for row in rows]
    high = HEAD + sum(inches) + BETWEEN * len(rows) + FOOT
    figure = Figure(figsize=(WIDE, high))
    FigureCanvasAgg(figure)
    below = high - HEAD
    for row, height in zip(rows, inches, strict=True):
        below -= height
        axis = figure.add_axes((LEFT / WIDE, below / high, (WIDE - LEFT - MARGIN) / WIDE, height / high))
        _draw_row(axis, lines, partners, row)
        below -= BETWEEN
    figure.text(MARGIN / WIDE, 1 - 0.3 / high, _title(lines, partners), fontsize=11, ha="left")
    _legend(figure, partners)
    return figure


def _last(lines: Sequence[dict[str, Any]]) -> float:
    return max((float(line.get("end", line.get("at", 0.0))) for line in lines), default=0.0)


def _title(lines: Sequence[dict[str, Any]], partners: tuple[str, str]) -> str:
    evening = next((line["evening"] for line in lines if line["event"] == "evening"), None)
    outcome = next((line["outcome"] for line in lines if line["event"] == "evening_ended"), None)
    name = f"{evening}: {partners[0]} and {partners[1]}" if evening else f"{partners[0]} and {partners[1]}"
    return f"{name}, {outcome}" if outcome else name


# --- words


def _rows(lines: Sequence[dict[str, Any]], last: float) -> list[_Row]:
    """The evening in stretches, with every label in a lane of its row."""
    count = max(1, math.ceil(last / ROW_SECONDS))
    width = ROW_SECONDS if count > 1 else last
    letter = LETTER * LETTERS / 72 * width / (WIDE - LEFT - MARGIN)
    words = {
        "played": [Label(line["at"], str(line["exercise"]).replace("-", " ")) for line in lines if line["event"] == "exercise"],
        "came_in": [Label(line["start"], _CAME_IN.get(line.get("kind", ""), "came in")) for line in _interruptions(lines)],
        "cues": _cue_labels(lines),
        "heard": [
            Label(line["start"], str(line.get("command") or line.get("answer")).replace("-", " "))
            for line in lines
            if line["event"] in ("command", "answer")
        ],
    }
    rows = []
    for nth in range(count):
        start, end = nth * ROW_SECONDS, nth * ROW_SECONDS + width
        here = {
            kind: in_lanes([label for label in labels if start <= label.at < end], start, end, letter)
            for kind, labels in words.items()
        }
        rows.append(_Row(start, end, letter, **here))
    return rows


def _interruptions(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that were no command: who asks for a pause interrupts nobody."""
    commands = [line for line in lines if line["event"] == "command"]
    found = [line for line in lines if line["event"] == "interruption"]
    return [line for line in found if not any(was_a_command(line, command) for command in commands)]


def _cue_labels(lines: Sequence[dict[str, Any]]) -> list[Label]:
    """The unasked cues in words, those of several parts named once."""
    labels: list[Label] = []
    before = ("", 0.0)
    for line in _cues(lines):
        name, at = str(line.get("id", "")), _given(line)
        if name != before[0] or at - before[1] > _SAME_CUE:
            labels.append(Label(at, cue_words(name, "" if line.get("spoken") else str(line.get("text", "")))))
        before = (name, at)
    return labels


def _cues(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "cue" and not line.get("asked")]


def _given(line: dict[str, Any]) -> float:
    return float(line.get("noticed", line.get("at", 0.0)))


# --- the drawing


def _draw_row(axis: Any, lines: Sequence[dict[str, Any]], partners: tuple[str, str], row: _Row) -> None:
    level = {partners[0]: 3.0, partners[1]: 2.0}
    colour = dict(zip(partners, _COLOURS, strict=True))
    _draw_floors(axis, lines, colour, row)
    for line in lines:
        kind, begin = line["event"], float(line.get("start", line.get("at", 0.0)))
        until = float(line.get("end", begin))
        if until < row.start or begin >= row.end:
            continue
        begin = max(begin, row.start)
        by = str(line.get("by"))
        if kind == "speech":
            high, at = (0.55, level[by]) if by in level else (0.3, 1.35)
            axis.barh(at, until - begin, high, begin, color=colour.get(by, "#999999"), lw=0)
        elif kind == "turn" and by in level:
            axis.barh(level[by] + 0.42, until - begin, 0.09, begin, color=colour[by], lw=0)
        elif kind == "backchannel" and by in level:
            axis.plot([(begin + until) / 2], [level[by] - 0.42], marker=".", color=colour[by], ms=5)
        elif kind == "overlap":
            axis.barh(2.5, until - begin, 0.22, begin, color=_OVERLAP, lw=0)
        elif kind == "spoken":
            axis.barh(1.0, until - begin, 0.5, begin, color=_COMPANION, lw=0)
        elif kind == "exercise":
            axis.axvline(begin, color="#888888", lw=0.8, ls=":")
    for line in _cues(lines):
        if row.start <= _given(line) < row.end:
            axis.plot([_given(line)], [0.56], marker="v", color=_CUE, ms=6)
    _draw_labels(axis, lines, level, row)
    _draw_axis(axis, partners, row)


def _draw_floors(axis: Any, lines: Sequence[dict[str, Any]], colour: dict[str, str], row: _Row) -> None:
    """Whose floor it is, as a shade; where the evening stands still, hatched."""
    for by, begin, until in _stretches(lines, "floor", "holder"):
        if by in colour and begin < row.end and until > row.start:
            axis.axvspan(max(begin, row.start), min(until, row.end), color=colour[by], alpha=0.10, lw=0)
    for state, begin, until in _stretches(lines, "state", "state"):
        if state in _STILL and begin < row.end and until > row.start:
            axis.axvspan(max(begin, row.start), min(until, row.end), facecolor="none", edgecolor="#bbbbbb", hatch="//", lw=0)


def _draw_labels(axis: Any, lines: Sequence[dict[str, Any]], level: dict[str, float], row: _Row) -> None:
    """The words, each tied to its moment by a thin line where it lies further away."""
    who = {float(line["start"]): str(line.get("by")) for line in _interruptions(lines)}

    def write(placed: Placed, at: float, colour: str) -> None:
        axis.text(placed.left + row.letter / 2, at, placed.label.text, fontsize=LETTERS, color=colour, va="center")

    for each in row.came_in:
        at = row.came_in_at(each.lane)
        axis.plot([each.label.at] * 2, [level.get(who[each.label.at], 2.5), at - 0.14], color=_OVERLAP, lw=0.8)
        write(each, at, _OVERLAP)
    for each in row.played:
        write(each, row.played_at(each.lane), _PLAYED)
    for each in row.cues:
        if each.lane:
            axis.plot([each.label.at] * 2, [0.5, row.cue_at(each.lane) + 0.14], color=_CUE, lw=0.4, alpha=0.6)
        write(each, row.cue_at(each.lane), _CUE)
    for each in row.heard:
        write(each, row.heard_at(each.lane), _HEARD)


def _draw_axis(axis: Any, partners: tuple[str, str], row: _Row) -> None:
    axis.set_xlim(row.start, row.end)
    axis.set_ylim(row.bottom, row.top)
    marks = [(3.0, partners[0]), (2.0, partners[1]), (1.0, "companion")]
    if row.cues:
        marks.append((row.cue_at(0), "unasked"))
    if row.heard:
        marks.append((row.heard_at(0), "heard"))
    axis.set_yticks([at for at, _ in marks], [text for _, text in marks], fontsize=8)
    ticks = range(int(row.start), int(row.end) + 1, 15 if row.end - row.start > 60 else 5)
    axis.set_xticks(list(ticks), [f"{t // 60}:{t % 60:02d}" for t in ticks], fontsize=7)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="y", length=0)


def _stretches(lines: Sequence[dict[str, Any]], event: str, value: str) -> list[tuple[str | None, float, float]]:
    """What held from when until when: each value that such events gave, up to the next one or the end."""
    changes = [(line.get(value), float(line["at"])) for line in lines if line["event"] == event]
    ends = [*(at for _, at in changes[1:]), _last(lines)]
    return [(given, at, until) for (given, at), until in zip(changes, ends, strict=False)]


def _legend(figure: Any, partners: tuple[str, str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    speaks = "{} speaks (line above: the turn; dot: mhm)"
    handles = [
        *(Patch(color=colour, label=speaks.format(who)) for who, colour in zip(partners, _COLOURS, strict=True)),
        Patch(color="#dddddd", label="shade: has the floor"),
        Patch(color=_OVERLAP, label="both at once; coming in"),
        Patch(color=_COMPANION, label="the companion sounds"),
        Line2D([], [], marker="v", color=_CUE, lw=0, label="it comes in unasked"),
        Patch(color="#999999", label="a voice not known yet"),
        Patch(facecolor="none", edgecolor="#bbbbbb", hatch="//", label="the evening stands still"),
        Patch(color=_HEARD, label="heard: a command or an answer"),
    ]
    figure.legend(handles=handles, loc="lower left", ncol=3, fontsize=7, frameon=False)
