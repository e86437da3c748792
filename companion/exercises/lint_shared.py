"""What the files of a language mean: commands one can tell apart, words the ear knows, sources, help cards. L09, L16, L41."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from companion.exercises.commands import vocabulary
from companion.exercises.content import Command, Exercise, Library, did_you_mean
from companion.exercises.finding import Finding
from companion.exercises.help_card import HelpCard
from companion.exercises.reading import read_record
from companion.exercises.step_spec import CheckSpec, ChooseSpec, Spec, walk
from companion.exercises.yaml_source import Source, read_yaml

_TAG = re.compile(r"^\|\s*([A-Z][A-Z0-9]+)\s*\|", re.MULTILINE)


def library_findings(
    library: Library, file: str, words: frozenset[str] | None = None, own: Collection[str] | None = None
) -> list[Finding]:
    """L16: every word that may be listened for is known to the recogniser (`words`), and no phrase means two commands at once.

    `own`: the commands that `file` itself holds, all where left out.
    """
    findings = []
    mine = [each for name, each in library.commands.items() if own is None or name in own]
    for word in sorted(vocabulary(library) - words if words is not None else ()):
        places = [_heard_at(command, word) for command in mine]
        at = next((line for line in places if line), 1)
        told = f"the recogniser does not know the word {word!r}, so nobody could say it; expected a commoner word"
        findings.append(Finding(file, at, "L16", "error", told))
    owners: dict[str, list[str]] = {}
    for name, command in library.commands.items():
        for phrase in set(command.phrases):
            owners.setdefault(phrase, []).append(name)
    for command in mine:
        for index, phrase in enumerate(command.phrases):
            others = [name for name in owners[phrase] if name != command.name]
            if others:
                told = f"the phrase {phrase!r} means {others[0]} already; expected each phrase for one command"
                at = command.at("also", index - 1) if index else command.at("taught")
                findings.append(Finding(file, at, "L16", "error", told))
        twins = set(command.decoys) & set(command.phrases)
        if twins:
            told = f"{', '.join(sorted(twins))} is a phrase and a decoy of {command.name}; expected one of both"
            findings.append(Finding(file, command.line_no, "L16", "error", told))
    return findings


def _heard_at(command: Command, word: str) -> int:
    """The line of a command where a word is to be heard; 0 where it is not in it."""
    for key, phrases in (("taught", (command.taught,)), ("also", command.also), ("decoys", command.decoys)):
        for index, phrase in enumerate(phrases):
            if word in phrase.split():
                return command.at(key, index)
    return 0


def option_findings(exercise: Exercise, words: frozenset[str] | None) -> Iterator[Finding]:
    """L16: the answers an exercise asks for are known to the recogniser."""
    for step in walk(exercise.steps) if words is not None else ():
        phrases: list[str] = []
        if isinstance(step, ChooseSpec):
            phrases = [phrase for option in (*step.options, *step.unspoken) for phrase in option.phrases]
        elif isinstance(step, CheckSpec):
            phrases = [phrase for said in step.also.values() for phrase in said]
        unknown = sorted({word for phrase in phrases for word in phrase.split()} - (words or frozenset()))
        for word in unknown:
            told = f"the recogniser does not know the word {word!r}, so nobody could choose it; expected a commoner word"
            yield Finding(exercise.where, _where_said(step, word), "L16", "error", told)


def _where_said(step: Spec, word: str) -> int:
    """The line of the option a word stands in."""
    for kind in ("options", "unspoken"):
        for index, option in enumerate(getattr(step, kind, ())):
            if any(word in phrase.split() for phrase in option.phrases):
                return step.at(kind, index, "phrases")
    return step.at("also")


def known_tags(ours: Path) -> frozenset[str]:
    """The sources that docs/content.md lists; none where our content lies without its documentation."""
    try:
        text = (ours.parent / "docs" / "content.md").read_text(encoding="utf-8")
        return frozenset(_TAG.findall(text.partition("| tag | source |")[2]))
    except (OSError, UnicodeDecodeError):
        return frozenset()


def tag_findings(exercise: Exercise, known: frozenset[str], source: Source) -> Iterator[Finding]:
    """L09: what an exercise rests on is listed."""
    for index, tag in enumerate(exercise.rests_on if known else ()):
        if tag not in known:
            told = f"found the source {tag!r}; expected one that docs/content.md lists{did_you_mean(tag, known)}"
            yield Finding(exercise.where, source.line(("rests_on", index)), "L09", "warning", told)


def help_findings(path: Path, today: date | None) -> Iterator[Finding]:
    """L41: a help card that nobody has looked through for a year, or with a line that nobody has checked yet."""
    card, source = read_record(path, HelpCard), read_yaml(path)
    if card.country != path.stem:
        told = f"found the country {card.country!r}; expected {path.stem!r}, the file's own name"
        yield Finding(str(path), source.line(("country",)), "schema", "error", told)
    if today is not None and card.stale(today):
        told = f"last checked {card.checked}; expected within a year: call or look up each number, and set the date"
        yield Finding(str(path), source.line(("checked",)), "L41", "warning", told)
    for kind in ("emergency", "abuse", "anyone", "crisis"):
        for index, line in enumerate(getattr(card, kind)):
            if line.verify:
                told = f"{line.number} is marked verify, so it is never said; expected it checked, and the mark gone"
                yield Finding(str(path), source.line((kind, index)), "L41", "warning", told)
