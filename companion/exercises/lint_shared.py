"""What the files of a language mean: commands one can tell apart, words the ear knows, sources, help cards. L09, L16, L41."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from companion.exercises.commands import vocabulary
from companion.exercises.content import Exercise, Library, did_you_mean
from companion.exercises.finding import Finding
from companion.exercises.help_card import HelpCard
from companion.exercises.reading import read_record
from companion.exercises.step_spec import CheckSpec, ChooseSpec, walk
from companion.exercises.yaml_source import Source, read_yaml

_TAG = re.compile(r"^\|\s*([A-Z][A-Z0-9]+)\s*\|", re.MULTILINE)


def library_findings(library: Library, file: str, words: frozenset[str] | None = None) -> list[Finding]:
    """L16: every word that may be listened for is known to the recogniser (`words`), and no phrase means two commands at once."""
    findings = [
        Finding(file, 1, "L16", "error", f"the recogniser does not know the word {word!r}; expected one of its vocabulary")
        for word in sorted(vocabulary(library) - words if words is not None else ())
    ]
    owners = Counter(phrase for command in library.commands.values() for phrase in set(command.phrases))
    for command in library.commands.values():
        for phrase in command.phrases:
            if owners[phrase] > 1:
                told = f"the phrase {phrase!r} gives two commands; expected one"
                findings.append(Finding(file, command.line_no, "L16", "error", told))
        twins = set(command.decoys) & set(command.phrases)
        if twins:
            told = f"{', '.join(sorted(twins))} is a phrase and a decoy of {command.name}; expected one of both"
            findings.append(Finding(file, command.line_no, "L16", "error", told))
    return findings


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
            yield Finding(exercise.where, step.line_no, "L16", "error", told)


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
