"""Which phrases are listened for now, and what they mean.

A command is an utterance of its own that is exactly one phrase: nothing is ever found inside talk. The grammar of a moment holds
the commands that make sense there, the answers of a question, and decoys that sound alike and mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from companion.effects import Mode
from companion.exercises.content import Command, Library
from companion.exercises.step_spec import CheckSpec, ChooseSpec, Spec, walk

DangerClass = Literal["afraid", "police", "own_life", "body"]

_ANSWERING: frozenset[Mode] = frozenset({Mode.YN, Mode.NUM})
_OPEN_STATES: frozenset[str] = frozenset({"running", "resting", "offer", "before-turn"})


@dataclass(frozen=True, slots=True)
class Listening:
    """What is going on while we listen: the kind of step, the state of the evening, and what else may be answered.

    `state`: running, paused, after-stop, resting, offer (a choice was just offered) or before-turn. `answers`: phrases of options
    and other answers of this step.
    """

    kind: str = ""
    state: str = "running"
    answers: tuple[str, ...] = ()


class Grammar(NamedTuple):
    """Phrases to accept, and decoys to draw mishearings off. No phrase is in both."""

    phrases: tuple[str, ...]
    decoys: tuple[str, ...]


RUNNING = Listening()


def phrases_for(mode: Mode, library: Library, listening: Listening = RUNNING) -> Grammar:
    """Everything to listen for in this mode at this moment; nothing where the microphone is off."""
    if mode is Mode.OFF:
        return Grammar((), ())
    live = live_commands(mode, library, listening)
    phrases = [phrase for command in live for phrase in command.phrases]
    phrases += [addressed(command.taught, library) for command in live]
    phrases += listening.answers
    if mode is Mode.YN and library.answers is not None:
        phrases += library.answers.spoken
    if mode is Mode.NUM and library.answers is not None and not listening.answers:
        phrases += library.answers.numbers
    if mode is not Mode.QUIET:
        phrases += danger_phrases(library)
    accepted = tuple(dict.fromkeys(phrases))
    small = small_sounds(library)
    twins = [decoy for command in live for decoy in command.decoys]
    decoys = dict.fromkeys(decoy for decoy in (*twins, *small) if decoy not in accepted)
    return Grammar(accepted, tuple(decoys))


def live_commands(mode: Mode, library: Library, listening: Listening = RUNNING) -> tuple[Command, ...]:
    """The commands that are obeyed in this mode at this moment."""
    if mode is Mode.OFF:
        return ()
    return tuple(command for command in library.commands.values() if _live(command, mode, listening))


def command_of(phrase: str, mode: Mode, library: Library, listening: Listening = RUNNING) -> str | None:
    """The command a phrase gives in this mode at this moment, or None. Answers of the step go before commands."""
    if phrase in listening.answers:
        return None
    plain = unaddressed(phrase, library)
    return next((command.name for command in live_commands(mode, library, listening) if plain in command.phrases), None)


def addressed(phrase: str, library: Library) -> str:
    """A phrase said to the companion by its name; as it stands in a language where it has none."""
    return f"{library.address} {phrase}".strip()


def unaddressed(phrase: str, library: Library) -> str:
    """A phrase without the companion's name before it."""
    return phrase.removeprefix(f"{library.address} ") if library.address else phrase


def danger_of(phrase: str, library: Library) -> DangerClass | None:
    """The class of a phrase after which the companion must not go on, or None."""
    if library.danger is None:
        return None
    classes: dict[DangerClass, tuple[str, ...]] = {
        "afraid": library.danger.afraid,
        "police": library.danger.police,
        "own_life": library.danger.own_life,
        "body": library.danger.body,
    }
    return next((name for name, phrases in classes.items() if phrase in phrases), None)


def danger_phrases(library: Library) -> tuple[str, ...]:
    """Every such phrase."""
    danger = library.danger
    return () if danger is None else (*danger.afraid, *danger.police, *danger.own_life, *danger.body)


def small_sounds(library: Library) -> tuple[str, ...]:
    """Hums and the commonest short words: decoys beside every grammar."""
    return tuple(sound for sounds in library.word_lists.get("small_sounds", {}).values() for sound in sounds)


def masked(text: str, library: Library) -> frozenset[str]:
    """The commands that a line of our own contains: deaf to them while it is spoken, since the echo would give them."""
    said = f" {folded(text)} "
    over = (command for command in library.commands.values() if command.over_own_voice)
    return frozenset(command.name for command in over if any(f" {phrase} " in said for phrase in command.phrases))


def vocabulary(library: Library) -> frozenset[str]:
    """Every word that can be in a grammar of this language: the recogniser must know them all."""
    phrases: list[str] = [library.address, *danger_phrases(library), *small_sounds(library)]
    for command in library.commands.values():
        phrases += [*command.phrases, *command.decoys]
    if library.answers is not None:
        phrases += [*library.answers.spoken, *library.answers.numbers]
    phrases += library.word_lists.get("replies", {}).get("at_a_loss", ())
    for exercise in (*library.exercises.values(), *library.frames.values()):
        phrases += _answers_in(exercise.steps)
    return frozenset(word for phrase in phrases for word in phrase.split())


def folded(text: str) -> str:
    """Small letters without punctuation: as a recogniser would write it. Apostrophes inside words and accents stay."""
    small = text.lower().replace("’", "'").replace("‘", "'")
    words = (word.strip("'") for word in re.sub(r"[^\w']+|_", " ", small).split())
    return " ".join(word for word in words if word)


def _live(command: Command, mode: Mode, listening: Listening) -> bool:
    where = command.where
    if "everywhere" in where:
        return True
    if mode is Mode.QUIET:
        return "quiet" in where and command.name != "next"
    if listening.state in where:
        return True
    if listening.state not in _OPEN_STATES or (mode in _ANSWERING and command.name == "done"):
        return False  # "that's it" is a yes where a question was asked
    return "any" in where or (listening.kind != "" and listening.kind in where)


def _answers_in(steps: tuple[Spec, ...]) -> list[str]:
    found: list[str] = []
    for step in walk(steps):
        if isinstance(step, ChooseSpec):
            found += [phrase for option in (*step.options, *step.unspoken) for phrase in option.phrases]
        elif isinstance(step, CheckSpec):
            found += [phrase for phrases in step.also.values() for phrase in phrases]
    return found
