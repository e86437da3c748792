"""What a content file got wrong, said so that its writer can mend it: what was found, what was expected, did you mean …?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from companion.exercises.content import Command, Evening, Exercise, Line, Opener, PlanItem, did_you_mean
from companion.exercises.finding import Finding, closest, counted
from companion.exercises.step_spec import KINDS, SIZES, Option, StepBase
from companion.exercises.written import Written
from companion.exercises.yaml_source import Source

HIDDEN: frozenset[str] = frozenset({*Written.model_fields, "where", "kind", "slug", "tests"})
"""Fields of the records that no file may set."""


def findings_of(broken: ValidationError, source: Source, model: type[BaseModel]) -> list[Finding]:
    """Every error of a validation as a finding with its line."""
    errors = list(_plainer(broken.errors()))
    mistyped = {(error["loc"][:-1], close) for error in errors for close in _meant(error, model)}
    found: list[Finding] = []
    for error in errors:
        loc = tuple(error["loc"])
        if error["type"] == "missing" and (loc[:-1], str(loc[-1])) in mistyped:
            continue  # it is there, under a name that is told
        if loc and loc[-1] in SIZES and not source.written(loc) and error["type"] != "missing":
            loc = loc[:-1]  # one value written for all sizes
        sentence = _sentence(error, loc, model)
        key = sentence.partition(":")[0]
        at = (*loc, key) if error["type"] == "value_error" and source.written((*loc, key)) else loc
        finding = Finding(source.file_of(at), source.line(at), "schema", "error", sentence)
        if finding not in found:
            found.append(finding)
    return sorted(found)


def _plainer(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without what only follows from another error; the ways of a union that a value fits none of are one error."""
    unions: dict[tuple[str | int, ...], ErrorDetails] = {}
    for error in errors:
        loc = tuple(error["loc"])
        inside = [each for each in errors if len(each["loc"]) > len(loc) and tuple(each["loc"][: len(loc)]) == loc]
        if error["type"] == "too_short" and inside:
            continue  # an entry that is no entry does not count
        if not (loc and str(loc[-1]).startswith("literal[")):
            yield error
        elif (place := loc[:-1]) in unions:
            one = unions[place]
            one["ctx"] = {"expected": f"{one.get('ctx', {}).get('expected')}, {error.get('ctx', {}).get('expected')}"}
        else:
            unions[place] = {**error, "loc": place}
    yield from unions.values()


def _meant(error: ErrorDetails, model: type[BaseModel]) -> Sequence[str]:
    """The keys that an unknown one may stand for: the closest, or any of the three sizes."""
    if error["type"] != "extra_forbidden":
        return ()
    loc = tuple(error["loc"])
    if _is_sizes(loc):
        return SIZES
    close = closest(str(loc[-1]), keys_of(_record_at(loc[:-1], model)))
    return (close,) if close is not None else ()


def _is_sizes(loc: tuple[str | int, ...]) -> bool:
    """Whether a key stands among short, medium and long."""
    return len(loc) > 1 and loc[-2] in SIZED


SIZED: frozenset[str] = frozenset({"for", "tries", "count", "each", "breath", "answer", "times", "lasts"})
"""Keys whose value may differ by size."""


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
    return list(dict.fromkeys([*(["exercise", "frame"] if model is Exercise else []), *keys]))


def _sentence(error: ErrorDetails, loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    key, kind, given = _key(loc), error["type"], error.get("input")
    if kind == "extra_forbidden":
        known = list(SIZES) if _is_sizes(loc) else keys_of(_record_at(loc[:-1], model))
        return f"unknown key {loc[-1]!r}; expected one of {', '.join(known)}{did_you_mean(str(loc[-1]), known)}"
    if kind == "missing" and _is_sizes(loc):
        return f"{loc[-1]!r} is missing in {loc[-2]}; expected short, medium and long, or one value for all three"
    if kind == "missing":
        return f"{loc[-1]!r} is missing in {_name_of(_record_at(loc[:-1], model), loc)}; expected `{loc[-1]}: …`"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = str(error.get("ctx", {}).get("tag", given))
        return f"unknown kind of step {tag!r}; expected one of {', '.join(KINDS)}{did_you_mean(tag, KINDS)}"
    if kind.startswith("bool"):
        return f"{key}: found {shown(given)}; expected true or false{_words(given)}"
    if kind in ("literal_error", "enum"):
        known = list(dict.fromkeys(re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected", "")))))
        asked = did_you_mean(str(given), known)
        if isinstance(given, bool):
            asked = f"; write {'yes' if given else 'no'}, which is a word here"
        return f"{key}: found {shown(given)}; expected one of {', '.join(known)}{asked}"
    if kind == "value_error":
        said = error["msg"].removeprefix("Value error, ")
        return said if said.startswith(key) or re.match(r"[a-z_]+: ", said) else f"{key}: {said}"
    if kind == "too_short":
        least = int(str(error.get("ctx", {}).get("min_length", 1)))
        return f"{key}: found {_entries(given)}; expected at least {counted(least, 'entry').replace('entrys', 'entries')}"
    if kind == "too_long":
        return f"{key}: found {_entries(given)}; expected at most {error.get('ctx', {}).get('max_length')}"
    if kind == "string_pattern_mismatch" and key == "gates":
        gates = ("both-yes", "calm", "ask-again", "chose-deep")
        told = f"expected one of {', '.join(gates)}, or evenings: and a number from 1 to 99"
        return f"gates: found {shown(given)}; {told}{did_you_mean(str(given), gates)}"
    if kind == "string_pattern_mismatch" and (slug := _slug(str(given))):
        told = "expected a name of small letters, digits, - and _, beginning with a letter"
        return f"{key}: found {shown(given)}; {told}; did you mean {slug!r}?"
    if kind in ("model_type", "model_attributes_type", "dict_type") and (example := _EXAMPLES.get(key)):
        return f"{key}: found {shown(given)}; expected {example}"
    expected = {
        "string_too_short": "some text",
        "string_too_long": f"at most {error.get('ctx', {}).get('max_length')} characters",
        "string_type": "text; put it in quotes" if given is not None else "text",
        "string_pattern_mismatch": "a name of small letters, digits, - and _, beginning with a letter",
        "int_type": "a whole number",
        "tuple_type": "a list",
        "dict_type": "keys with values",
        "model_type": "keys with values",
        "model_attributes_type": "keys with values",
    }.get(kind, _lower(error["msg"]))
    return f"{key}: found {shown(given)}; expected {expected}"


_EXAMPLES: dict[str, str] = {
    "options": "`{name: walk, phrases: [walk, a walk]}`, for each option",
    "plan": "`frame: …` or `exercise: …`, for each entry",
    "if": "facts, such as `{size: long}`",
    "exits": "where each exit leads, such as `{no: end}`",
    "lines": "names with wordings, such as `thanks: [Thank you., Thanks., Good.]`",
    "openers": "rings by their names, each with a list of openers",
}
"""What stands under some keys, as one would write it."""


def _slug(given: str) -> str:
    """What a name may have been meant to be; "" where that is no name either, or nothing else."""
    made = re.sub(r"[^a-z0-9_]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", given).lower()).strip("-")
    return made if re.fullmatch(r"[a-z][a-z0-9_-]*", made) and made != given else ""


def _entries(given: Any) -> str:
    return f"{len(given)}" if isinstance(given, (list, tuple, dict)) and given else "none"


def _record_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The record a place lies in, by the last part of the path that tells."""
    if model is Evening:
        return PlanItem if "plan" in loc else Evening
    if model not in (Exercise, Line, Command):
        return _descended(loc, model)
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


def _descended(loc: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The record a place lies in, by following the fields."""
    for part in loc:
        field = model.model_fields.get(str(part))
        inside = next((each for each in _records_in(field.annotation) if field is not None), None) if field else None
        model = inside or model
    return model


def _records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _records_in(each)


def _key(loc: tuple[str | int, ...]) -> str:
    words = [str(part) for part in loc if isinstance(part, str)]
    if words and words[-1] in ("short", "medium", "long") and len(words) > 1:
        return f"{words[-2]}, {words[-1]}"
    if len(words) > 1 and words[-1] in ("phrasings", "text"):
        return words[-2]  # a line or a ring, by its name
    return words[-1] if words else "file"


def _name_of(record: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    if issubclass(record, StepBase) and len(loc) > 1:
        return f"this {record.model_fields['kind'].default}" if "kind" in record.model_fields else "this step"
    return {"Exercise": "this exercise", "Evening": "this evening", "PlanItem": "this entry"}.get(record.__name__, "this entry")


def shown(given: Any) -> str:
    """A value as it is told in a message."""
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dict):
        return "keys with values"
    if isinstance(given, (list, tuple)):
        return "a list" if given else "an empty list"
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _words(given: Any) -> str:
    if isinstance(given, str) and given.lower() in ("yes", "no", "on", "off", "y", "n"):
        return f" ({given!r} is a word in YAML 1.2, not a switch)"
    return ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
