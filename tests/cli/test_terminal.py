"""What is printed while an evening runs: words for people, whole lines, nothing that has to be taken back."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from companion.adapters.cue_words import CUES, cue_words
from companion.cli.terminal import Terminal
from companion.effects import FloorKind, ListenFor, Mode, Show
from companion.events import (
    QUOTING,
    AnswerHeard,
    CommandHeard,
    CueDropped,
    CueGiven,
    EveningEnded,
    Event,
    FloorChanged,
    Interruption,
    SpeechEnded,
    StateChanged,
    TurnEnded,
)
from companion.exercises.cues import KINDS
from companion.partner import Partner
from companion.timeline import samples
from tests.cli.conftest import Ask

ALEX, SAM = Partner("Alex"), Partner("Sam")
LONG = "One talks, the other says it back in other words, and then the first says whether that was it, or partly, or not."


def printed(*events: Event, width: int | None = None, detail: bool = False, resume: str = "resume") -> str:
    """What these events look like in a file, or on a terminal of so many columns."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=width is not None, width=width or 80, no_color=True, legacy_windows=False)
    terminal = Terminal(console, detail, resume)
    terminal._status = None  # the clock at the bottom is none of the lines
    with terminal:
        for event in events:
            terminal.show([event], [])
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


def said(text: str) -> CueGiven:
    return CueGiven(0, 0, 1, "line", text, True, True, False)


def chimed(kind: str, name: str = "line") -> CueGiven:
    return CueGiven(0, 0, 1, name, kind, False, name == "line", False)


def state(name: str, at: float = 1.0) -> StateChanged:
    return StateChanged(samples(at), samples(at), name)


def came_in(at: float, kind: str = "butt-in", seconds: float = 1.0) -> Interruption:
    start, end = samples(at), samples(at + seconds)
    return Interruption(start, end, end, SAM, ALEX, kind, 0.9, 0.9, True)  # type: ignore[arg-type]


def command(at: float, name: str = "pause", seconds: float = 1.2, by: Partner | None = SAM) -> CommandHeard:
    return CommandHeard(samples(at), samples(at + seconds), samples(at + seconds + 0.5), name, by)


def speech(at: float) -> SpeechEnded:
    return SpeechEnded(samples(at - 1), samples(at), samples(at), ALEX, 1.0)


def test_a_line_of_a_file_is_whole_however_long_it_is() -> None:
    (line,) = printed(said(LONG)).splitlines()
    assert line == f"  0:00  companion: “{LONG}”"


def test_on_a_terminal_a_long_line_goes_on_under_its_beginning() -> None:
    lines = printed(said(LONG), width=60).splitlines()
    assert len(lines) == 3 and all(len(line.rstrip()) <= 60 for line in lines)
    assert lines[0].startswith("  0:00  companion: “One talks")
    assert all(line.startswith(" " * 8) and line[8] != " " for line in lines[1:])
    assert " ".join(" ".join(lines).split()) == f"0:00 companion: “{LONG}”"


def test_states_of_the_engine_are_not_printed_as_they_are_called() -> None:
    out = printed(*(state(name) for name in ("welcome", "running", "closing", "finished")))
    assert out == ""


def test_a_pause_says_that_it_is_one_and_how_to_go_on() -> None:
    out = printed(state("running"), state("paused"), chimed("rest"), state("running")).splitlines()
    assert [line[8:] for line in out] == [
        "the evening is paused; to go on, say “resume”", "companion: ♪ (paused)", "going on"
    ]  # fmt: skip
    assert "say “seguimos”" in printed(state("paused"), resume="seguimos")


def test_chimes_say_what_they_are_for() -> None:
    assert "♪ (time is nearly up) (unasked)" in printed(chimed("soon", "c_soft"))
    assert "♪ (heard)" in printed(chimed("soon"))  # "louder, please"
    assert "♪ (one at a time) (unasked)" in printed(chimed("floor", "c_int1"))
    assert "♪ (good night)" in printed(state("closing"), chimed("rest"))


def test_every_cue_has_words_of_its_own() -> None:
    assert set(KINDS) <= set(CUES)
    assert cue_words("c_of_tomorrow") == "of tomorrow"


def test_the_floor_is_told_in_words() -> None:
    out = printed(
        FloorChanged(0, 0, FloorKind.HOLDER, ALEX),
        FloorChanged(0, 0, FloorKind.JOINT, None),
        FloorChanged(0, 0, FloorKind.NOBODY, None),
    )
    assert [line[8:] for line in out.splitlines()] == ["Alex has the floor", "both may talk"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("butt-in", "Sam came in on Alex, who went on"), ("takeover", "Sam came in on Alex, who stopped"),
     ("completion", "Sam helped Alex finish")],
)  # fmt: skip
def test_an_interruption_is_told_without_its_term(kind: str, told: str) -> None:
    out = printed(came_in(5.0, kind), speech(9.0))
    assert out == f"  0:06  {told}\n"


@pytest.mark.parametrize("by", [SAM, None])
def test_a_command_is_never_told_as_an_interruption(by: Partner | None) -> None:
    out = printed(came_in(5.0), command(4.9, by=by), state("paused", 6.6), speech(9.0))
    assert "came in" not in out
    assert [line[8:] for line in out.splitlines()] == ["heard: pause", "the evening is paused; to go on, say “resume”"]


def test_an_interruption_before_a_command_is_told_in_its_place() -> None:
    turn = TurnEnded(0, samples(6.2), samples(6.3), ALEX)
    out = printed(came_in(5.0), turn, command(7.0, "done", by=ALEX)).splitlines()
    assert [line[8:] for line in out] == ["Sam came in on Alex, who went on", "Alex spoke, 6 s", "heard: done"]


def test_an_interruption_at_the_very_end_is_not_lost() -> None:
    assert "Sam came in on Alex" in printed(came_in(5.0))
    assert printed(came_in(5.0), came_in(6.1)).count("came in") == 2


def test_what_was_not_given_is_told_in_words() -> None:
    dropped = CueDropped(0, 0, "c_int1", "mended")
    assert printed(dropped, detail=True)[8:] == "not given: one at a time (no longer needed)\n"
    assert printed(dropped) == ""


def test_the_end_says_why() -> None:
    assert "nobody was there any more" in printed(EveningEnded(0, 0, "gone"))
    assert "somebody said stop" in printed(EveningEnded(0, 0, "stopped"))
    assert printed(AnswerHeard(0, 0, 0, "yes", ALEX))[8:] == "answer: yes (Alex)\n"


@pytest.mark.parametrize("id", sorted(QUOTING))
@pytest.mark.parametrize("width", [None, 60])
def test_the_words_of_a_hint_are_for_the_table_alone(id: str, width: int | None) -> None:
    told = printed(CueGiven(0, 0, 1, id, "I think I caught garden.", True, True, False), width=width)
    assert "companion: a hint" in told and "garden" not in told


def test_names_and_words_are_never_taken_for_markup() -> None:
    assert "“[red]:smile: [/]”" in printed(said("[red]:smile: [/]"))
    assert "“[red]:smile: [/]”" in printed(said("[red]:smile: [/]"), width=60)


def test_the_clock_line_says_the_step_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    terminal = Terminal(console)
    terminal.show([], [ListenFor(Mode.FLOOR), Show("Good news: turn", ALEX, Mode.FLOOR, 41.6)])
    assert terminal._shown == "Good news: a turn to tell · 42 s left · listening for turns"


def test_a_rehearsal_into_a_file_breaks_no_line_and_speaks_to_people(ask: Ask, tmp_path: Path) -> None:
    out = ask("rehearse", "makes-sense", "--fidelity", "events", "--no-picture", "--out", tmp_path / "out").out
    lines = out.splitlines()
    assert all(line.count("“") == line.count("”") for line in lines)
    assert any(len(line) > 80 for line in lines)
    talk = [line[8:] for line in lines if re.match(r" +\d+:\d\d  ", line)]
    assert not {"running", "finished", "welcome", "closing", "paused"} & set(talk)
    assert not any("(cue)" in line or "floor:" in line for line in talk)
