"""`companion enroll`: can the two of you be told apart?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from companion.adapters.microphone import Microphone
from companion.adapters.wav_files import Recording
from companion.cli.enroll_words import Keeping, enroll_words
from companion.cli.page import settings_in_force
from companion.cli.progress import progress_bar
from companion.evening.enrolment import Enrolling, Learnt
from companion.partner import Pair, Partner
from companion.timeline import RATE
from companion.trouble import Trouble

SECONDS = 15.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("enroll")(enroll)


def enroll(
    recordings: Annotated[
        list[str] | None,
        typer.Option("--from", help="NAME=FILE: a recording of one partner alone; twice. Left out: the microphone."),
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Try out how each of you says ten commands, once each. --from takes a folder then.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="With --words: keep what comes of it, if both of you say yes.")] = False,
    agree: Annotated[list[str] | None, typer.Option(help="With --keep: a partner who has said yes already; twice.")] = None,
    mic: Annotated[str | None, typer.Option(help="Microphone, by part of its name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Try out your two voices: are they long, clear and different enough, and what would help?

    Nothing is kept. An evening learns your voices anew while you tell each other about your day. With --words it hears
    how each of you says the commands, and says which to avoid; --from NAME=FOLDER then takes one recording a command, each named
    after what is said in it, as in stop.wav and skip-this.wav.
    """
    settings = settings_in_force()
    if words:
        enroll_words(settings, [_named(each) for each in recordings or ()], mic, Keeping(keep, frozenset(agree or ())), as_json)
        return
    if recordings:
        files = [_named(each) for each in recordings]
        if len(files) != 2 or files[0][0] == files[1][0]:
            raise Trouble("Give --from twice, with two different names, as in --from Alex=alex.wav --from Sam=sam.wav.")
        takes = [(Partner(name), Recording(path)) for name, path in files]
        channels = min(take.channels for _, take in takes)
        enrolling = Enrolling(Pair(takes[0][0], takes[1][0]), channels)
        learnt = [enrolling.learn(who, take.whole()[:, :channels]) for who, take in takes]
    else:
        pair = Pair(Partner(settings.partners[0]), Partner(settings.partners[1]))
        with Microphone(mic or settings.microphone, settings.channels) as microphone:
            enrolling = Enrolling(pair, microphone.channels)
            learnt = []
            for who in pair:
                typer.prompt(
                    f"{who}, press Enter and talk about your day for {SECONDS:.0f} seconds", default="", show_default=False
                )
                with progress_bar(f"listening to {who}") as progress:
                    learnt.append(enrolling.learn(who, enrolling.listen(microphone, round(SECONDS * RATE), progress)))
    _tell(enrolling, learnt, as_json)


def _named(text: str) -> tuple[str, Path]:
    name, equals, file = text.partition("=")
    if not (name.strip() and equals and file):
        raise Trouble(f"--from {text} should look like NAME=FILE, as in Alex=alex.wav.")
    return name.strip(), Path(file)


def _tell(enrolling: Enrolling, learnt: list[Learnt], as_json: bool) -> None:
    apart = enrolling.apart() if all(one.trouble is None for one in learnt) else None
    if as_json:
        rows = [{"partner": one.who, "seconds": one.seconds, "trouble": one.trouble} for one in learnt]
        typer.echo(json.dumps({"partners": rows, "apart": None if apart is None else apart.record()}, ensure_ascii=False))
    else:
        for one in learnt:
            typer.echo(f"{one.who}: {one.seconds:.1f} s of speech; {one.trouble or 'good'}")
        if apart is not None:
            typer.echo(apart.sentence)
    if any(one.trouble for one in learnt):
        raise typer.Exit(2)
