"""`companion rehearse`: a simulated dinner, heard and guided as a real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from companion.adapters.event_log import read_lines
from companion.adapters.timeline_picture import draw
from companion.cli.news import resume_phrase
from companion.cli.page import hang, page, settings_in_force
from companion.cli.progress import progress_bar
from companion.cli.terminal import Terminal
from companion.evening import house
from companion.evening.rehearse import Rehearsal
from companion.evening.rehearse import rehearse as play
from companion.evening.rehearsed import Rehearsed, default, find, make_room
from companion.exercises.content import Size
from companion.simulation.measures import in_words
from companion.simulation.sayings import spoken_here
from companion.simulation.stage import Fidelity
from companion.simulation.truth import Said
from companion.trouble import Trouble

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
    "budgets": "turns with as much time as the other partner's",
    "mishaps": "steps that did not break",
    "end": "reached its end",
}
"""What the score looks at, in words for people."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse")(rehearse)


def rehearse(
    what: Annotated[
        str | None,
        typer.Argument(
            help="An exercise, an evening or a scenario: by name, or a YAML file (also one of your own that you are writing). "
            "Left out: a dinner."
        ),
    ] = None,
    fidelity: Annotated[
        Fidelity,
        typer.Option(
            metavar="HOW",
            help="events: no sound, done in seconds. tracks: clean voices, no walls, no noise. room: a kitchen with noise.",
        ),
    ] = "room",
    seed: Annotated[int, typer.Option(help="Another number, another dinner; the same number, the same dinner.")] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for what it leaves. Left out: one of its own in rehearsal/.")
    ] = None,
    size: Annotated[
        Size | None, typer.Option(metavar="SIZE", help="short, medium or long. Left out: an exercise is short.")
    ] = None,
    channels: Annotated[int, typer.Option(min=1, max=2, metavar="1|2", help="Microphones in the room.")] = 2,
    real_time: Annotated[bool, typer.Option("--real-time", help="No faster than it would take at a table.")] = False,
    detail: Annotated[bool, typer.Option("--detail", help="Show hums, laughs and what it did not say, too.")] = False,
    speech_model: Annotated[Path | None, typer.Option(help="Another Vosk model, by name or folder.")] = None,
    language: Annotated[str | None, typer.Option(help="Another language than the one in your settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the score, as JSON.")] = False,
    picture: Annotated[bool, typer.Option(help="Draw the evening's timeline.")] = True,
) -> None:
    """Play an exercise or an evening with two scripted partners, and score what the companion made of it.

    Two synthetic voices talk, hum, pause, interrupt and use voice commands; the companion hears only the room's microphones.
    It leaves room.wav to listen to, timeline.png to look at, events.jsonl and score.json.

    Examples: companion rehearse two-minute-mirror · companion rehearse my-exercise.yaml --fidelity events

    Exit status 0 when it reached its end and the score found no fault, 1 when it found some, 2 when it could not be rehearsed.
    """
    settings = settings_in_force()
    if language not in (None, settings.language):
        settings = settings.model_copy(update={"language": language, "voice": None})
    library = house.library(settings.language)
    plan = find(what or default(library, settings.evening), library, size)
    console = page(quiet=as_json)
    folder = out or Path("rehearsal") / f"{plan.scenario.scenario}-{fidelity}-{seed}"
    make_room(folder)
    if fidelity != "events" and plan.scenario.recogniser and house.recognizer(speech_model, language=settings.language) is None:
        console.print(house.without_words(settings.language))
    if (spoken := spoken_here(settings.language)) != settings.language:
        console.print(f"The rehearsed partners speak {spoken!r}: their answers are not understood in {settings.language!r}.")
    try:
        with (
            progress_bar("rendering the partners' lines") as progress,
            Terminal(console, detail, resume_phrase(plan.library)) as terminal,
        ):
            done = play(
                plan, folder, seed, settings, terminal, fidelity=fidelity, channels=channels, real_time=real_time,
                speech_model=speech_model, progress=progress, on_said=_printing(terminal, detail),
            )  # fmt: skip
    finally:
        with suppress(OSError):
            folder.rmdir()  # broken off before anything was written
    if as_json:
        typer.echo(json.dumps(done.score.record(), ensure_ascii=False))
    else:
        _tell(console, done, fidelity)
    if picture:
        _draw(console, done, plan)
    if done.score.faults:
        raise typer.Exit(1)


def _printing(terminal: Terminal, detail: bool) -> Callable[[Said], None]:
    """Prints what the partners say; hums and laughs only in detail."""

    def print_one(one: Said) -> None:
        if detail or one.role not in ("hum", "laugh"):
            terminal.said(one.by, one.text, one.span.start)

    return print_one


def _tell(console: Console, done: Rehearsal, fidelity: Fidelity) -> None:
    speed = done.seconds / max(0.001, done.took)
    console.print(f"\n{done.seconds / 60:.1f} minutes of dinner in {done.took:.1f} s ({speed:.0f} × real time).", highlight=False)
    for name, check in done.score.checks.items():
        if check.of:
            hang(console, "  ", f"{CHECKS.get(name, name)}: {check.right} of {check.of}")
    for sentence in in_words(done.score.metrics):
        hang(console, "  ", escape(sentence))
    for fault in done.score.faults:
        hang(console, "  [red]fault:[/red] ", escape(fault))
    files = {"Listen": "room.wav", "Log": "events.jsonl", "Score": "score.json"}
    for what, file in files.items():
        if what != "Listen" or fidelity != "events":
            hang(console, f"{what}: ", escape(str(done.out / file)))


def _draw(console: Console, done: Rehearsal, plan: Rehearsed) -> None:
    pair = plan.scenario.pair()
    try:
        draw(list(read_lines(done.out / "events.jsonl")), (pair.one, pair.two), done.out / "timeline.png")
        hang(console, "Picture: ", escape(str(done.out / "timeline.png")))
    except Trouble as trouble:
        hang(console, "No picture: ", escape(str(trouble)))
