"""`companion rehearse`: a simulated dinner, heard and guided as a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from companion.adapters.event_log import read_lines
from companion.adapters.timeline_picture import draw
from companion.cli.progress import progress_bar
from companion.cli.terminal import Terminal
from companion.evening import house
from companion.evening import settings as stored
from companion.evening.rehearse import Rehearsal
from companion.evening.rehearse import rehearse as play
from companion.simulation.scenario import Scenario, read_scenario, shipped
from companion.trouble import Trouble

DEFAULT = "dinner"

CHECKS = {
    "turns": "scripted turns found",
    "interruptions": "scripted interruptions noticed",
    "episodes": "interruptions answered by a cue, or mended by themselves",
    "needless": "interruption cues that were for an interruption",
    "gaps": "lines and chimes begun in silence",
    "commands": "commands obeyed",
    "unsaid": "commands heard that were said",
    "answers": "answers understood",
    "own_voice": "the companion's own sounds taken for nobody",
    "names": "cues that named the right partner",
    "end": "reached its end",
}
"""What the score looks at, in words for people."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse")(rehearse)


def rehearse(
    what: Annotated[
        str,
        typer.Argument(help="A scenario (SCENARIO.yaml, or dinner, polite, difficult), or the name of an evening or exercise."),
    ] = DEFAULT,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for room.wav, events.jsonl, score.json, timeline.png.")] = Path(
        "rehearsal"
    ),
    seed: Annotated[int, typer.Option(help="Another number, another dinner; the same number, the same dinner.")] = 1,
    channels: Annotated[int, typer.Option(min=1, max=2, help="Microphones in the room.")] = 2,
    real_time: Annotated[bool, typer.Option("--real-time", help="No faster than it would take at a table.")] = False,
    detail: Annotated[bool, typer.Option("--detail", help="Show hums, laughs and dropped cues too.")] = False,
    speech_model: Annotated[Path | None, typer.Option(help="Folder of another Vosk model.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the score, as JSON.")] = False,
    picture: Annotated[bool, typer.Option(help="Draw the evening's timeline.")] = True,
) -> None:
    """Play an evening with two scripted partners in a simulated room, and score what the companion made of it.

    Two synthetic voices talk, hum, pause, interrupt and use voice commands; the companion hears only the room's microphones.
    Exit status 0 when the evening reached its end and the score found no fault.
    """
    scenario = _scenario(what)
    console = Console(quiet=as_json)
    if house.recognizer(speech_model) is None:
        console.print("No speech model is installed: the evening runs by the clock and by silence, without voice commands.")
    with progress_bar("rendering the partners' lines") as progress, Terminal(console, detail) as terminal:
        done = play(
            scenario,
            out,
            seed,
            stored.load(),
            terminal,
            channels=channels,
            real_time=real_time,
            speech_model=speech_model,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(done.score.record(), ensure_ascii=False))
    else:
        _tell(console, done, scenario)
    if picture:
        _draw(console, done, scenario)
    if done.score.faults:
        raise typer.Exit(2)


def _scenario(what: str) -> Scenario:
    if what in shipped() or what.endswith((".yaml", ".yml")):
        return read_scenario(what if what in shipped() else Path(what))
    scenario = read_scenario(DEFAULT)
    house.evening_called(what, house.library(stored.load().language))
    return scenario.model_copy(update={"evening": what, "happens": ()})


def _tell(console: Console, done: Rehearsal, scenario: Scenario) -> None:
    speed = done.seconds / max(0.001, done.took)
    console.print(f"\n{done.seconds / 60:.1f} minutes of dinner in {done.took:.0f} s ({speed:.0f} × real time).")
    for name, check in done.score.checks.items():
        console.print(f"  {CHECKS.get(name, name)}: {check.right} of {check.of}", highlight=False)
    for fault in done.score.faults:
        console.print(f"  [red]fault:[/red] {fault}", highlight=False)
    console.print(f"Listen: {done.out / 'room.wav'}   Log: {done.out / 'events.jsonl'}   Score: {done.out / 'score.json'}")


def _draw(console: Console, done: Rehearsal, scenario: Scenario) -> None:
    pair = scenario.pair()
    try:
        draw(list(read_lines(done.out / "events.jsonl")), (pair.one, pair.two), done.out / "timeline.png")
        console.print(f"Picture: {done.out / 'timeline.png'}")
    except Trouble as trouble:
        console.print(f"No picture: {trouble}")
