"""What a translation brings: the same keys and slots as the original, as many wordings and openers. Rule L40."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from companion.exercises.content import Exercise, did_you_mean
from companion.exercises.finding import Finding, closest
from companion.exercises.lint_wording import OPENERS, PHRASINGS
from companion.exercises.reading import WORDING
from companion.exercises.step_spec import CheckSpec, ChooseSpec, walk
from companion.exercises.wording import slots_of
from companion.exercises.yaml_source import Source


def translation_findings(source: Source, original: Exercise) -> Iterator[Finding]:
    """What the wording of an exercise in another language lacks, or has too much of."""
    data = source.data
    phrases = _phrases(original)
    wanted: dict[str, Collection[str]] = {
        "title": [original.title], "lines": original.lines, "openers": original.openers, "phrases": phrases,
    }  # fmt: skip
    for key in WORDING:
        if key not in data and wanted[key]:
            yield _error(source, 1, f"{key!r} is missing; expected it in this language")
    for key in ("lines", "openers", "phrases"):
        mine, theirs = data.get(key) or {}, wanted[key]
        if not isinstance(mine, dict):
            continue
        for name in theirs if key in data else ():
            if name not in mine and name not in meant(mine, theirs):
                yield _error(source, source.line((key,)), f"{name!r} is missing under {key}; expected it in this language")
        for name in mine:
            if name not in theirs:
                told = f"{name!r} is not in the original's {key}{did_you_mean(str(name), theirs) or '; expected the same names'}"
                yield _error(source, source.line((key, name)), told)
    for name, line in original.lines.items():
        given = (data.get("lines") or {}).get(name)
        if given is not None:
            yield from _same_slots(source, ("lines", name), _texts(given), line.phrasings)
            yield from _enough(source, ("lines", name), len(_texts(given)), min(len(line.phrasings), PHRASINGS), "wordings")
    for name, ring in original.openers.items():
        given = (data.get("openers") or {}).get(name)
        if isinstance(given, list):
            yield from _enough(source, ("openers", name), len(given), min(len(ring), OPENERS), "openers")


def meant(given: Collection[str], known: Collection[str]) -> set[str | None]:
    """What names that are not known were probably meant to be."""
    return {closest(str(name), known) for name in given if name not in known}


def _phrases(exercise: Exercise) -> list[str]:
    """The options and answers it has words of its own for."""
    found: dict[str, None] = {}
    for step in walk(exercise.steps):
        if isinstance(step, ChooseSpec):
            found |= dict.fromkeys(option.name for option in (*step.options, *step.unspoken))
        elif isinstance(step, CheckSpec):
            found |= dict.fromkeys(step.also)
    return list(found)


def shared_translation_findings(path: Path, missing: Collection[str], what: str) -> Iterator[Finding]:
    """Lines or commands that another language has and this file has not: the companion is silent there."""
    for name in sorted(missing):
        yield Finding(str(path), 1, "L40", "error", f"the {what} {name!r} is missing; expected it in this language")


def _same_slots(source: Source, place: tuple[str, str], given: list[str], original: tuple[str, ...]) -> Iterator[Finding]:
    try:
        mine, theirs = (frozenset().union(*map(slots_of, texts)) for texts in (given, original))
    except ValueError:
        return  # an open brace is told by another rule
    if mine != theirs:
        shown = ["none" if not slots else ", ".join(f"{{{slot}}}" for slot in sorted(slots)) for slots in (mine, theirs)]
        key = "phrasings" if (*place, "phrasings") in source.places else ""
        odd = next((index for index, text in enumerate(given) if slots_of(text) - theirs), None)
        at: tuple[str | int, ...] = (*place, *([key] if key else []), odd) if odd is not None else place
        close = did_you_mean(min(mine - theirs), theirs) if len(mine - theirs) == 1 else ""
        yield _error(source, source.line(at), f"the line {place[1]!r} has the slots {shown[0]}; expected {shown[1]}{close}")


def _enough(source: Source, place: tuple[str, str], count: int, wanted: int, what: str) -> Iterator[Finding]:
    if count < wanted:
        yield _error(source, source.line(place), f"{place[1]!r} has {count} {what}; expected at least {wanted}")


def _texts(given: object) -> list[str]:
    if isinstance(given, dict):
        given = given.get("phrasings")
    if isinstance(given, str):
        return [given]
    return [str(each) for each in given] if isinstance(given, list) else []


def _error(source: Source, line: int, sentence: str) -> Finding:
    return Finding(source.file, line, "L40", "error", sentence)
