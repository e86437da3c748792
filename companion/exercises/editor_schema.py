"""JSON Schema of the content files, for editors: completion, hover texts and red lines while somebody writes.

Generated from the very records that read the files, then turned from what they become into what a writer writes: a step is a
mapping with one key, a time has its unit, one value may stand for three sizes, one wording for a list. It is as strict as the
records in form; what a file means is the linter's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import TypeAdapter

from companion.exercises.by_size import LONGEST
from companion.exercises.condition import FACTS, FLAGS, NUMBERS
from companion.exercises.content import Command, Evening, Exercise, Line
from companion.exercises.lint_structure import FACT_VALUES
from companion.exercises.reading import COMMAND_WORDING, WORDING
from companion.exercises.schema_errors import HIDDEN
from companion.exercises.schema_notes import note_of
from companion.exercises.step_spec import KINDS, SIZES, StepBase

Schema = dict[str, Any]
Subject = Literal["exercise", "evening", "lines", "commands", "wording"]
SUBJECTS: dict[Subject, str] = {
    "exercise": "An exercise or a frame: exercises/NAME.yaml, frames/NAME.yaml",
    "evening": "An evening: evenings/NAME.yaml",
    "lines": "Lines that any exercise may use: LANGUAGE/lines.yaml",
    "commands": "What can be said to the companion: LANGUAGE/commands.yaml",
    "wording": "The words of an exercise in another language: LANGUAGE/NAME.yaml",
}
"""What there are schemas for."""

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TIME: Schema = {
    "anyOf": [{"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(s|sec|min|m)\s*$"}, {"const": 0}],
    "description": "A time with its unit, such as 45 s or 2 min.",
}


def schema_of(subject: Subject) -> Schema:
    """The schema of one kind of content file."""
    made = _raw(subject)
    defs: dict[str, Schema] = made.pop("$defs", {})
    top = made.pop("$ref", None)
    if top is not None:
        made = defs[str(top).rsplit("/", 1)[-1]]
    written = {name: _record(name, each) for name, each in defs.items()}
    whole = _record(made.get("title", ""), made)
    if any(f"{kind.__name__}" in written for kind in KINDS.values()):
        written["Step"] = _step(written)
    if subject == "wording":
        whole = _wording(whole)
    whole.pop("title", None)
    named = _named(whole, written, set())
    return {"$schema": DRAFT, "title": SUBJECTS[subject], **whole, "$defs": {name: written[name] for name in sorted(named)}}


def _named(schema: Any, defs: dict[str, Schema], found: set[str]) -> set[str]:
    """The definitions a schema leads to."""
    if isinstance(schema, list):
        for each in schema:
            _named(each, defs, found)
    elif isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
        if name in defs and name not in found:
            found.add(name)
            _named(defs[name], defs, found)
        for each in schema.values():
            _named(each, defs, found)
    return found


def _raw(subject: Subject) -> Schema:
    """What pydantic makes of the records, inside out."""
    kinds: dict[Subject, Any] = {
        "exercise": Exercise, "wording": Exercise, "evening": Evening, "lines": dict[str, Line], "commands": dict[str, Command],
    }  # fmt: skip
    made: Schema = TypeAdapter(kinds[subject]).json_schema(by_alias=True)
    return made


# --- one record, as it is written


def _record(name: str, raw: Schema) -> Schema:
    made: Schema = _plain(raw)
    properties = made.get("properties")
    if not isinstance(properties, dict):
        return made
    hidden = HIDDEN - {"where"} if name == "Command" else HIDDEN
    kept = {key: _noted(name, key, each) for key, each in properties.items() if key not in hidden}
    made["properties"] = kept
    required = [key for key in made.get("required", ()) if key in kept]
    made.pop("required", None)
    if required:
        made["required"] = required
    made["additionalProperties"] = False
    return _SPECIAL[name](made) if name in _SPECIAL else made


def _plain(raw: Any) -> Any:
    """Without what only matters inside: titles, discriminators, seconds as numbers."""
    if isinstance(raw, list):
        return [_plain(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    if "discriminator" in raw:
        return {"$ref": "#/$defs/Step"}
    if raw.get("type") == "number" and raw.get("le") == LONGEST:
        seconds = {"default": _time(raw["default"])} if isinstance(raw.get("default"), (int, float)) else {}
        return {**TIME, **seconds}
    made = {key: _plain(each) for key, each in raw.items() if key != "title" or not isinstance(each, str)}
    if "patternProperties" in made:
        made["additionalProperties"] = False  # a name that no pattern knows is no name
    if isinstance(made.get("description"), str):
        made["description"] = made["description"].split("\n\n")[0]  # the rest is for whoever reads our code
    default = made.get("default")
    if isinstance(default, dict) and set(default) == set(SIZES):
        values = {key: _sized(made, each) for key, each in default.items()}
        made["default"] = values["short"] if len(set(values.values())) == 1 else values
    return made


def _sized(schema: Schema, value: float) -> str | float:
    return _time(value) if str(schema.get("$ref", "")).endswith("Lengths") else value


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 and seconds % 60 == 0 else f"{seconds:g} s"


def _noted(record: str, key: str, schema: Schema) -> Schema:
    note = note_of(record, key)
    return {**schema, "description": note} if note else schema


# --- records with a shorter form


def _by_size(made: Schema) -> Schema:
    one = made["properties"]["short"]
    described = {key: each for key, each in made.items() if key == "description"}
    sizes = {key: each for key, each in made.items() if key != "description"}
    return {**described, "anyOf": [one, sizes]}


def _line(made: Schema) -> Schema:
    described = {"description": made.pop("description", "")}
    text = {"type": "string", "minLength": 1}
    return {**described, "anyOf": [text, {"type": "array", "items": text, "minItems": 1}, made]}


def _opener(made: Schema) -> Schema:
    return {"description": made.pop("description", ""), "anyOf": [{"type": "string", "minLength": 1}, made]}


def _exercise(made: Schema) -> Schema:
    slug = {"type": "string", "pattern": r"^[a-z][a-z0-9_-]*$"}
    names = {key: {**slug, "description": note_of("Exercise", key)} for key in ("exercise", "frame")}
    made["properties"] = {**names, **{key: each for key, each in made["properties"].items() if key not in names}}
    made["properties"]["gates"]["items"] = {
        "anyOf": [
            {"enum": ["both-yes", "calm", "ask-again", "chose-deep"]},
            {"type": "string", "pattern": r"^evenings:[1-9]\d?$"},
            {"type": "object", "properties": {"evenings": {"type": "integer", "minimum": 1, "maximum": 99}},
             "required": ["evenings"], "additionalProperties": False},
        ]
    }  # fmt: skip
    made["oneOf"] = [{"required": ["exercise"]}, {"required": ["frame"]}]
    return made


def _condition(made: Schema) -> Schema:
    facts = {fact: {**_fact(fact), "description": note_of("Condition", fact)} for fact in FACTS}
    described = {"description": made.get("description", "")}
    return {**described, "type": "object", "properties": facts, "additionalProperties": False, "minProperties": 1}


def _fact(fact: str) -> Schema:
    """What a fact may be compared with."""
    if fact in FLAGS:
        return {"type": "boolean"}
    if fact in NUMBERS:
        number = r"\d+(\.\d+)?"
        pattern = rf"^((at least|below|not)\s+{number}(\s*min)?|{number})$"
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern}]}
    values = sorted(FACT_VALUES.get(fact, ()))
    if not values:
        return {"type": ["string", "number"]}
    return {"anyOf": [{"enum": values}, {"type": "string", "pattern": rf"^not\s+({'|'.join(values)})$"}]}


def _plan_item(made: Schema) -> Schema:
    made["oneOf"] = [{"required": ["frame"]}, {"required": ["exercise"]}]
    return made


def _command(made: Schema) -> Schema:
    """In a language that is not the first, only the wording is written."""
    made["properties"].pop("name", None)
    made.pop("required", None)
    made["anyOf"] = [{"required": ["taught"]}]
    made["properties"] = {
        key: made["properties"][key] for key in (*COMMAND_WORDING, "where", "by", "over_own_voice", "threshold")
    }
    return made


_SPECIAL: dict[str, Callable[[Schema], Schema]] = {
    "Lengths": _by_size, "Counts": _by_size, "Rounds": _by_size, "Line": _line, "Opener": _opener, "Exercise": _exercise,
    "Condition": _condition, "PlanItem": _plan_item, "Command": _command,
}  # fmt: skip


# --- steps


def _step(written: dict[str, Schema]) -> Schema:
    """A mapping with one key, the kind; or the bare kind where it needs nothing."""
    ways: list[Schema] = [_one_key(kind, model, written[model.__name__]) for kind, model in KINDS.items()]
    bare = [kind for kind, model in KINDS.items() if not written[model.__name__].get("required")]
    return {"description": "One step: its kind, and what that kind needs.", "anyOf": [*ways, {"enum": bare}]}


def _one_key(kind: str, model: type[StepBase], body: Schema) -> Schema:
    forms: list[Schema] = [{"$ref": f"#/$defs/{model.__name__}"}]
    if model.short_for:
        forms.append(body["properties"][model.short_for])
    if not body.get("required"):
        forms.append({"type": "null"})
    one = {"anyOf": forms} if len(forms) > 1 else forms[0]
    described = {**one, "description": body.get("description", "").split("\n")[0]}
    return {"type": "object", "properties": {kind: described}, "required": [kind], "additionalProperties": False}


def _wording(whole: Schema) -> Schema:
    """Title, lines and openers of an exercise, and what chooses its options."""
    kept = {key: each for key, each in whole["properties"].items() if key in WORDING}
    phrases = {"type": "array", "items": {"type": "string"}}
    kept["phrases"] = {"type": "object", "additionalProperties": phrases, "description": note_of("Wording", "phrases")}
    return {"type": "object", "properties": kept, "additionalProperties": False}
