"""An evening as a picture: who spoke when, turns, overlaps, cues and the companion's own voice."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from companion.trouble import Trouble

ROW_SECONDS = 180.0
"""Seconds in one row of the picture: enough to see a hum, little enough to read a turn."""

_SAME_CUE = 25.0
"""Seconds within which the parts of one cue are named once."""

_COLOURS = ("#2f6f9f", "#c2703d")
_COMPANION, _OVERLAP, _CUE = "#4b4b4b", "#b3261e", "#6a4c93"


_CUES = {
    "c_int1": "one at a time (chime)",
    "c_int2": "one at a time",
    "c_int3": "carry on or swap?",
    "c_both": "one of you first",
    "c_think": "take your time",
    "c_stuck": "another, or pass?",
    "c_idle": "I'll wait",
    "c_soft": "soon",
    "c_wrap": "last thought",
    "c_long": "room for both",
    "c_short": "there's more time",
    "c_more": "anything to add?",
    "c_noise": "too loud",
    "c_third": "company?",
}
"""What unasked cues say, in short."""


def draw(lines: Sequence[dict[str, Any]], partners: tuple[str, str], path: Path) -> None:
    """Write the picture of a log's lines (as `event_log.read_lines` gives them) to `path` (PNG, PDF or SVG).

    Raises Trouble where there is nothing to draw, matplotlib is missing, or the file cannot be written.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError as missing:
        raise Trouble("Pictures need matplotlib; run: pip install 'companion[report]'") from missing
    last = max((float(line.get("end", line.get("at", 0.0))) for line in lines), default=0.0)
    if last <= 0.0:
        raise Trouble("There is nothing in this log to draw; let an evening run first.")
    rows = max(1, math.ceil(last / ROW_SECONDS))
    width = min(last, ROW_SECONDS)
    figure, axes = plt.subplots(rows, 1, figsize=(15, 1.2 + 1.9 * rows), squeeze=False, constrained_layout=True)
    for row in range(rows):
        start = row * ROW_SECONDS
        _row(axes[row][0], lines, partners, start, start + (ROW_SECONDS if rows > 1 else width))
    figure.suptitle(_title(lines, partners), fontsize=11, ha="left", x=0.01)
    _legend(figure, partners)
    part = path.with_name(path.stem + ".part" + (path.suffix or ".png"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(part, dpi=110)
        os.replace(part, path)
    except (OSError, ValueError) as bad:
        raise Trouble(f"I can't write {path} ({bad}); name a .png in a folder that you may write in.") from bad
    finally:
        part.unlink(missing_ok=True)
        plt.close(figure)


def _title(lines: Sequence[dict[str, Any]], partners: tuple[str, str]) -> str:
    evening = next((line["evening"] for line in lines if line["event"] == "evening"), None)
    outcome = next((line["outcome"] for line in lines if line["event"] == "evening_ended"), None)
    name = f"{evening}: {partners[0]} and {partners[1]}" if evening else f"{partners[0]} and {partners[1]}"
    return f"{name}, {outcome}" if outcome else name


def _row(axis: Any, lines: Sequence[dict[str, Any]], partners: tuple[str, str], start: float, end: float) -> None:
    level = {partners[0]: 3.0, partners[1]: 2.0}
    colour = dict(zip(partners, _COLOURS, strict=True))
    for by, begin, until in _floors(lines):
        if by in level and begin < end and until > start:
            axis.axvspan(max(begin, start), min(until, end), 0.0, 1.0, color=colour[by], alpha=0.10, lw=0)
    labelled = ("", 0.0)
    for line in lines:
        kind, begin = line["event"], float(line.get("start", line.get("at", 0.0)))
        until = float(line.get("end", begin))
        if until < start or begin >= end:
            continue
        begin = max(begin, start)
        by = str(line.get("by"))
        if kind == "speech":
            axis.barh(
                level.get(by, 1.35), until - begin, 0.55 if by in level else 0.3, begin, color=colour.get(by, "#999999"), lw=0
            )
        elif kind == "turn" and by in level:
            axis.barh(level[by] + 0.42, until - begin, 0.09, begin, color=colour[by], lw=0)
        elif kind == "backchannel" and by in level:
            axis.plot([(begin + until) / 2], [level[by] - 0.42], marker=".", color=colour[by], ms=5)
        elif kind == "overlap":
            axis.barh(2.5, until - begin, 0.22, begin, color=_OVERLAP, lw=0)
        elif kind == "interruption":
            axis.annotate(line.get("kind", ""), (begin, level.get(by, 2.5)), (begin, 3.72), fontsize=6, color=_OVERLAP,
                          arrowprops={"arrowstyle": "-", "color": _OVERLAP, "lw": 0.8})  # fmt: skip
        elif kind == "spoken":
            axis.barh(1.0, until - begin, 0.5, begin, color=_COMPANION, lw=0)
        elif kind == "cue" and not line.get("asked"):
            given = float(line.get("noticed", begin))
            axis.plot([given], [0.45], marker="v", color=_CUE, ms=6)
            name = str(line.get("id", ""))
            if name != labelled[0] or given - labelled[1] > _SAME_CUE:
                axis.text(given + 0.9, 0.36, _CUES.get(name, name), fontsize=6, color=_CUE, clip_on=True)
            labelled = (name, given)
        elif kind in ("command", "answer"):
            axis.text(begin, 0.02, str(line.get("command") or line.get("answer")), fontsize=6, color="#1b5e20")
        elif kind == "exercise":
            axis.axvline(begin, color="#888888", lw=0.8, ls=":")
            axis.text(begin + 0.3, 3.86, line.get("exercise", ""), fontsize=7, color="#444444")
    axis.set_xlim(start, end)
    axis.set_ylim(-0.15, 4.15)
    axis.set_yticks([3.0, 2.0, 1.0], [partners[0], partners[1], "companion"], fontsize=8)
    ticks = range(int(start), int(end) + 1, 15 if end - start > 60 else 5)
    axis.set_xticks(list(ticks), [f"{t // 60}:{t % 60:02d}" for t in ticks], fontsize=7)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="y", length=0)


def _floors(lines: Sequence[dict[str, Any]]) -> list[tuple[str | None, float, float]]:
    changes = [(line.get("holder"), float(line["at"])) for line in lines if line["event"] == "floor"]
    last = max((float(line.get("end", line.get("at", 0.0))) for line in lines), default=0.0)
    ends = [*(at for _, at in changes[1:]), last]
    return [(by, at, until) for (by, at), until in zip(changes, ends, strict=False)]


def _legend(figure: Any, partners: tuple[str, str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        *(Patch(color=c, label=f"{p} speaks (thin: turn, dot: backchannel)") for p, c in zip(partners, _COLOURS, strict=True)),
        Patch(color="#dddddd", label="shade: has the floor"),
        Patch(color=_OVERLAP, label="overlap, interruption"),
        Patch(color=_COMPANION, label="companion"),
        Patch(color="#999999", label="a voice not known yet"),
        Line2D([], [], marker="v", color=_CUE, lw=0, label="unasked cue"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncol=3, fontsize=7, frameon=False)
