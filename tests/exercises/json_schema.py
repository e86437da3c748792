"""As much of a JSON Schema validator as our own schemas need; it refuses keywords it does not know."""

from __future__ import annotations

import re
from typing import Any

TOLD_ONLY = {"description", "title", "default", "$schema", "$defs", "examples"}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "$") -> list[str]:
    """Where a value is not what its schema says."""
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword not in TOLD_ONLY:
            found += [
                f"{where}: {each}" if not each.startswith("$") else each
                for each in _one(keyword, value, wanted, schema, root, where)
            ]
    return found


def _one(keyword: str, value: Any, wanted: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    match keyword:
        case "$ref":
            return faults(value, root["$defs"][wanted.rsplit("/", 1)[-1]], root, where)
        case "type":
            kinds = wanted if isinstance(wanted, list) else [wanted]
            return [] if any(_is(value, kind) for kind in kinds) else [f"{value!r} is no {wanted}"]
        case "enum":
            return [] if value in wanted else [f"{value!r} is none of {wanted}"]
        case "const":
            return [] if value == wanted else [f"{value!r} is not {wanted!r}"]
        case "anyOf" | "oneOf":
            fitting = sum(not faults(value, each, root, where) for each in wanted)
            return [] if fitting == 1 or (fitting and keyword == "anyOf") else [f"fits {fitting} of {len(wanted)}"]
        case "pattern":
            return [] if not isinstance(value, str) or re.search(wanted, value) else [f"{value!r} does not match {wanted}"]
        case "minLength" | "maxLength":
            return [] if not isinstance(value, str) else _bound(len(value), keyword, wanted)
        case "minItems" | "maxItems":
            return [] if not isinstance(value, list) else _bound(len(value), keyword, wanted)
        case "minProperties":
            return [] if not isinstance(value, dict) else _bound(len(value), keyword, wanted)
        case "minimum" | "maximum" | "ge" | "le":
            return (
                []
                if not isinstance(value, (int, float))
                else _bound(value, {"ge": "min", "le": "max"}.get(keyword, keyword), wanted)
            )
        case "required":
            return [f"{key!r} is missing" for key in wanted if isinstance(value, dict) and key not in value]
        case "items":
            return [
                each
                for at, one in enumerate(value if isinstance(value, list) else ())
                for each in faults(one, wanted, root, f"{where}[{at}]")
            ]
        case "properties":
            given = {key: each for key, each in value.items() if key in wanted} if isinstance(value, dict) else {}
            return [each for key, one in given.items() for each in faults(one, wanted[key], root, f"{where}.{key}")]
        case "patternProperties":
            pairs = [(key, each, pattern) for key, each in _pairs(value) for pattern in wanted if re.search(pattern, key)]
            return [fault for key, one, pattern in pairs for fault in faults(one, wanted[pattern], root, f"{where}.{key}")]
        case "additionalProperties":
            patterns = schema.get("patternProperties", {})
            more = {key: each for key, each in _pairs(value) if key not in schema.get("properties", {})}
            more = {key: each for key, each in more.items() if not any(re.search(pattern, key) for pattern in patterns)}
            if wanted is False:
                return [f"{key!r} is unknown" for key in more]
            return [fault for key, one in more.items() for fault in faults(one, wanted, root, f"{where}.{key}")]
        case "propertyNames":
            return [each for key in (value if isinstance(value, dict) else ()) for each in faults(key, wanted, root, where)]
    raise AssertionError(f"this validator does not know {keyword}")


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str, "number": (int, float), "integer": int, "object": dict, "array": list, "null": type(None),
    }  # fmt: skip
    return kind in kinds and isinstance(value, kinds[kind])


def _bound(value: float, keyword: str, wanted: float) -> list[str]:
    fits = value >= wanted if keyword.startswith("min") else value <= wanted
    return [] if fits else [f"{value} is not {keyword} {wanted}"]
