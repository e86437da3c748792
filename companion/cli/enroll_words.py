"""`companion enroll --words`: ten commands, said once by each partner."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from companion.adapters.microphone import Microphone
from companion.adapters.wav_files import Recording
from companion.cli.progress import progress_bar
from companion.evening import house, models, word_enrolment
from companion.evening.enrolment import Enrolling
from companion.evening.settings import Settings
from companion.evening.word_enrolment import Try, WordTrial
from companion.exercises.content import Library
from companion.partner import Partner
from companion.timeline import RATE
from companion.trouble import Trouble

SECONDS = 3.0
"""That one command is listened for: the longest takes 2 s, said slowly."""

_ENDINGS = (".wav", ".flac", ".ogg")

Said = tuple[Partner, str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Whether what comes of it is to be kept, and who has said yes already."""

    wanted: bool
    agreed: frozenset[str]


def enroll_words(settings: Settings, files: Sequence[tuple[str, Path]], mic: str | None, keeping: Keeping, as_json: bool) -> None:
    """Hear the ten commands, say what came of it, and keep it if both agree. Raises Trouble."""
    asked = Path(settings.speech_model) if settings.speech_model else None
    folder = models.in_force(asked, settings.language)
    recognizer = house.recognizer(asked, language=settings.language)
    if recognizer is None or folder is None:
        raise Trouble(house.without_words(settings.language))
    library = house.library(settings.language)
    trial = WordTrial(recognizer, library)
    said = _recorded(files, library) if files else _spoken(settings, library, mic)
    tries = [trial.hear(*one) for one in said]
    found = word_enrolment.allowances(tries, library)
    kept = None
    if keeping.wanted and _both_agree(tries, keeping):
        kept = word_enrolment.keep(found, folder)
    if as_json:
        record = {"words": [one.record() for one in tries], "allowances": found, "kept": str(kept) if kept else None}
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        _tell(tries, kept)


def _tell(tries: Sequence[Try], kept: Path | None) -> None:
    for who in dict.fromkeys(one.who for one in tries):
        theirs = [one for one in tries if one.who == who]
        typer.echo(f"{who}: {sum(one.understood for one in theirs)} of {len(theirs)} understood")
        for one in theirs:
            if not one.understood or one.allowance:
                typer.echo(f"  {one.sentence}")
    typer.echo(
        f"Kept in {kept}; companion forget removes it." if kept else "Nothing is kept (--keep would, if you both say yes)."
    )


def _both_agree(tries: Sequence[Try], keeping: Keeping) -> bool:
    """Each is asked, unless a yes was given already; one no is enough, and who can't be asked has not said yes."""
    partners = list(dict.fromkeys(one.who for one in tries))
    if len(partners) != 2:
        raise Trouble("To keep it, both of you are needed: try out the words of both, then both can say yes.")
    question = "{}, may I keep how you say these words, as numbers, on this machine?"
    return all(who in keeping.agreed or _says_yes(question.format(who)) for who in partners)


def _says_yes(question: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(question, default=False, err=True)


def _spoken(settings: Settings, library: Library, mic: str | None) -> Iterator[Said]:
    with Microphone(mic or settings.microphone, settings.channels) as microphone:
        for name in settings.partners:
            for phrase in word_enrolment.ten(library):
                typer.prompt(f"{name}, press Enter and say: {phrase}", default="", show_default=False, err=True)
                with progress_bar(f"listening to {name}") as progress:
                    sound = Enrolling.listen(microphone, round(SECONDS * RATE), progress)
                yield Partner(name), phrase, np.ascontiguousarray(sound[:, 0])


def _recorded(files: Sequence[tuple[str, Path]], library: Library) -> Iterator[Said]:
    by_letters = {_letters(phrase): phrase for one in library.commands.values() for phrase in one.phrases}
    for name, path in files:
        for file in _clips(path):
            phrase = by_letters.get(_letters(file.stem))
            if phrase is None:
                raise Trouble(f"{file.name} is named after no command; name it after what is said in it, as in skip-this.wav.")
            yield Partner(name), phrase, np.ascontiguousarray(Recording(file).whole(20.0)[:, 0])


def _clips(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    clips = sorted(file for file in path.iterdir() if file.suffix.lower() in _ENDINGS)
    if not clips:
        raise Trouble(f"{path} holds no recordings (wav, flac or ogg); put one in for each command, as in stop.wav.")
    return clips


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())
