"""What a content file got wrong, said so that its writer can mend it: what was found, what was expected, did you mean …?"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from companion.exercises.content import Evening, Exercise, Line, Opener, PlanItem, did_you_mean
from companion.exercises.finding import Finding
from companion.exercises.step_spec import KINDS, SIZES, Option, StepBase
from companion.exercises.yaml_source import Source

HIDDEN: frozenset[str] = frozenset({"line_no", "where", "kind", "slug", "tests"})
"""Fields of the records that no file may set."""


def findings_of(broken: ValidationError, source: Source, model: type[BaseModel]) -> list[Finding]:
    """Every error of a validation as a finding with its line."""
    found = []
    for error in broken.errors():
        loc = tuple(error["loc"])
        if loc and loc[-1] in SIZES and not source.written(loc):
            loc = loc[:-1]  # one value written for all sizes
        sentence = _sentence(error, loc, model)
        finding = Finding(source.file_of(loc), source.line(loc), "schema", "error", sentence)
        if finding not in found:
            found.append(finding)
    return sorted(found)


def unknown_keys(source: Source) -> list[Finding]:
    """Keys that belong to the records alone, found in a file."""
    return [
        Finding(source.file_of(path), line, "schema", "error", f"unknown key {path[-1]!r}; expected it left out")
        for path, line in source.places.items()
        if path and path[-1] in HIDDEN and not (len(path) > 1 and path[-2] in ("lines", "openers", "exits"))
    ]


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys a file may use in this record."""
    keys = [field.alias or name for name, field in model.model_fields.items() if name not in HIDDEN]
    return [*(["exercise", "frame"] if model is Exercise else []), *keys]


def _sentence(error: ErrorDetails, loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    key, kind, given = _key(loc), error["type"], error.get("input")
    if kind == "extra_forbidden":
        known = keys_of(_record_at(loc[:-1], model))
        return f"unknown key {loc[-1]!r}; expected one of {', '.join(known)}{did_you_mean(str(loc[-1]), known)}"
    if kind == "missing":
        return f"{loc[-1]!r} is missing in {_name_of(_record_at(loc[:-1], model), loc)}; expected `{loc[-1]}: …`"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = str(error.get("ctx", {}).get("tag", given))
        return f"unknown kind of step {tag!r}; expected one of {', '.join(KINDS)}{did_you_mean(tag, KINDS)}"
    if kind.startswith("bool"):
        return f"{key}: found {_shown(given)}; expected true or false{_words(given)}"
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected", "")))
        asked = did_you_mean(str(given), known)
        if isinstance(given, bool):
            asked = f"; write {'yes' if given else 'no'}, which is a word here"
        return f"{key}: found {_shown(given)}; expected one of {', '.join(known)}{asked}"
    if kind == "value_error":
        said = error["msg"].removeprefix("Value error, ")
        return said if said.startswith(key) else f"{key}: {said}"
    expected = {
        "string_type": "text; put it in quotes" if given is not None else "text",
        "string_pattern_mismatch": "a name of small letters, digits, - and _, beginning with a letter",
        "int_type": "a whole number",
        "tuple_type": "a list",
        "dict_type": "keys with values",
        "model_type": "keys with values",
        "model_attributes_type": "keys with values",
        "too_short": "at least one entry",
    }.get(kind, _lower(error["msg"]))
    return f"{key}: found {_shown(given)}; expected {expected}"


def _record_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The record a place lies in, by the last part of the path that tells."""
    if model is Evening:
        return PlanItem if "plan" in loc else Evening
    for index in range(len(loc) - 1, -1, -1):
        part = loc[index]
        if part == "options":
            return Option
        if index and loc[index - 1] == "lines":
            return Line
        if part == "openers" and index == 0:
            return Opener
        if part in KINDS and isinstance(loc[index - 1], int):
            return KINDS[str(part)]
    return model


def _key(loc: tuple[str | int, ...]) -> str:
    words = [str(part) for part in loc if isinstance(part, str)]
    if words and words[-1] in ("short", "medium", "long") and len(words) > 1:
        return f"{words[-2]}, {words[-1]}"
    return words[-1] if words else "file"


def _name_of(record: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    if issubclass(record, StepBase) and len(loc) > 1:
        return f"this {record.model_fields['kind'].default}" if "kind" in record.model_fields else "this step"
    return {"Exercise": "this exercise", "Evening": "this evening", "PlanItem": "this entry"}.get(record.__name__, "this entry")


def _shown(given: Any) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dict):
        return "keys with values"
    if isinstance(given, (list, tuple)):
        return "a list"
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _words(given: Any) -> str:
    if isinstance(given, str) and given.lower() in ("yes", "no", "on", "off", "y", "n"):
        return f" ({given!r} is a word in YAML 1.2, not a switch)"
    return ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
