"""What a cue is for, in a few words for people: in the picture of an evening and in what is printed while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CUES = {
    "c_int1": "one at a time",
    "c_int2": "one at a time",
    "c_int3": "carry on or swap?",
    "c_both": "one of you first",
    "c_think": "take your time",
    "c_stuck": "another, or skip?",
    "c_idle": "I'll wait",
    "c_soft": "time is nearly up",
    "c_wrap": "time is up",
    "c_long": "room for both",
    "c_short": "there is more time",
    "c_reb": "give it back first",
    "c_more": "anything to add?",
    "c_heat": "slow down?",
    "c_heat2": "carry on, or a break?",
    "c_noise": "too loud",
    "c_third": "company?",
    "c_who": "who is who?",
    "c_stop": "stopping",
    "c_gone": "nobody there",
}
"""By a cue's name in the table of cues."""

CHIMES = {
    "hello": "good evening",
    "soon": "heard",
    "floor": "one at a time",
    "swap": "the other's turn",
    "rest": "the end of quiet",
}
"""What a chime says that is no cue of the table: a step's own, or the answer to a command."""

OVERLAPS = 0.3
"""Seconds by which a command's first word may be placed after the end of what it was first taken for."""


def cue_words(name: str, chime: str = "", default: str = "") -> str:
    """A cue by its name, else the chime that it sounds, else `default`."""
    return CUES.get(name) or CHIMES.get(chime) or default or name.removeprefix("c_").replace("_", " ")


def was_a_command(interruption: Mapping[str, Any], command: Mapping[str, Any]) -> bool:
    """Whether what was taken for coming in was somebody asking for something; both in seconds, as in the log."""
    by = command.get("by")
    same = by is None or by == interruption.get("by")
    return bool(same and command["start"] <= interruption["end"] + OVERLAPS and command["end"] >= interruption["start"])
