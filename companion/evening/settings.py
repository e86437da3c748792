"""Settings: one typed record, every field documented; where each value comes from can be asked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from companion.evening import folders
from companion.exercises.content import did_you_mean
from companion.trouble import Trouble


class Settings(BaseModel):
    """What a couple can set. All of it has a default that works."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partners: tuple[str, str] = Field(("Alex", "Sam"), description="The two first names, as they are to be spoken.")
    evening: str = Field(
        "first-evening", description="The evening that `companion run` plays when none is named; `tonight` puts one together."
    )
    manner: Literal["gentle", "standard", "lively"] | None = Field(
        None, description="How patient or brisk it is: gentle, standard or lively; none: as each evening has it."
    )
    cue_voice: Literal["spoken", "chimes", "none"] = Field(
        "spoken", description="How it comes in unasked: spoken, chimes (sounds alone) or none."
    )
    names: StrictBool = Field(True, description="Whether it names you when it comes in unasked.")
    language: str = Field("en", description="Language of the exercises and the voice.")
    voice: str | None = Field(None, description="Voice of the companion, as espeak-ng names it; none: the language's own.")
    words_a_minute: int = Field(165, ge=110, le=220, description="Speed of the voice, from 110 to 220.")
    sentence_pause: float = Field(0.5, ge=0.1, le=2.0, description="Silence between two sentences, from 0.1 s to 2 s.")
    volume_db: float = Field(
        0.0, ge=-30.0, le=6.0, description="Loudness of the voice: 0 dB is usual, 6 dB the loudest, -30 dB the softest."
    )
    microphone: str | None = Field(None, description="Microphone by (part of) its name; none: the system's choice.")
    speaker: str | None = Field(None, description="Speaker by (part of) its name; none: the system's choice.")
    channels: Literal[1, 2] = Field(2, description="Microphones to use; with two the companion also hears where a voice is.")
    country: str | None = Field(None, pattern="^[A-Z]{2}$", description="Two letters of your country, for the help card.")
    speech_apart: StrictBool = Field(
        False, description="Recognise speech in a process of its own: 30 MB more memory; a crash there costs a moment."
    )
    speech_model: str | None = Field(
        None, description="A bigger Vosk model by name or folder (see companion models); none: the one that came along."
    )

    @field_validator("country", mode="before")
    @classmethod
    def _in_capitals(cls, given: Any) -> Any:
        return given.strip().upper() if isinstance(given, str) else given

    @field_validator("names", "speech_apart", mode="before")
    @classmethod
    def _said(cls, given: Any) -> Any:
        """YAML takes `yes` for a word; here it is an answer."""
        return _ANSWERS.get(given.strip().lower(), given) if isinstance(given, str) else given


UNSET = "not set"
"""How a setting without a value reads, and how it is typed to take a value back (as is `none`)."""

UNITS = {"words_a_minute": " words a minute", "sentence_pause": " s", "volume_db": " dB"}
"""What a number of a setting counts; it may be typed after the number."""

INSTEAD = {
    "manner": "each evening's own", "voice": "the language's own", "microphone": "the system's choice",
    "speaker": "the system's choice", "country": "none, so no help card", "speech_model": "the one that came along",
}  # fmt: skip
"""What is gone by where one of these is not set."""

LONGEST_SHOWN = 60
"""Characters of a wrong value that a sentence repeats."""

_ANSWERS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


def in_words(name: str, value: object) -> str:
    """A value as a person reads and types it: "not set", "yes", "Nora and Ben", "0.5 s"."""
    if value is None:
        return UNSET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    return f"{value:g}{UNITS.get(name, '')}" if isinstance(value, int | float) else str(value)


def read(path: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings of the file, and a sentence on each entry that can't be: it is left out, and the default holds instead.

    Raises Trouble where the file as a whole can't be read.
    """
    file = path or folders.settings_file()
    good: dict[str, Any] = {}
    notes: list[str] = []
    for name, value in _read(file).items():
        if name not in Settings.model_fields:
            close = did_you_mean(str(name), Settings.model_fields) or "; it is passed over, remove it."
            notes.append(f"{file}: there is no setting called {name}{close}")
        elif (why := why_not(name, value)) is not None:
            notes.append(told(file, name, value, why, Settings.model_fields[name].default))
        else:
            good[name] = value
    return Settings(**good), tuple(notes)


def told(file: Path, name: str, value: object, why: str, instead: object) -> str:
    """The sentence on an entry of the file that can't be: where, what, why, and what is used until it is mended."""
    used = INSTEAD[name] if instead is None else in_words(name, instead)
    return f"{file}: {name} can't be {_as_written(value)} ({why}); used instead: {used}."


def why_not(name: str, value: Any) -> str | None:
    """What was expected of this setting, where the value is not that; None where it may be."""
    try:
        pair = Settings(**{name: value}).partners
    except ValidationError:
        return _expected(name)
    if pair[0].strip() == pair[1].strip() or not all(each.strip() for each in pair):
        return "expected two different first names, as in Nora,Ben"
    return None


def load(path: Path | None = None) -> Settings:
    """The settings of the file, without what can't be (`read` tells of it). Raises Trouble where the file can't be read."""
    return read(path)[0]


def checked(given: dict[str, Any]) -> Settings:
    """Settings from plain values. Raises Trouble naming the first that can't be, and what was expected."""
    for name, value in given.items():
        if (why := why_not(name, value)) is not None:
            raise Trouble(refusal(name, value, why))
    return Settings(**given)


def refusal(name: str, value: object, why: str) -> str:
    """The sentence that refuses a value which was asked for."""
    return f"{name} can't be {_as_written(value)}: {why}" + ("" if why.endswith("?") else ".")


def _as_written(value: object) -> str:
    """A value in quotes, as it stands in the file, cut where it is long."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def origins(path: Path | None = None) -> dict[str, str]:
    """Where each value comes from: the file, or "default"."""
    file = path or folders.settings_file()
    given = _read(file)
    held = {name for name in given if name in Settings.model_fields and why_not(name, given[name]) is None}
    return {name: str(file) if name in held else "default" for name in Settings.model_fields}


def wanted(changes: Mapping[str, str], path: Path | None = None) -> tuple[Settings, dict[str, Any]]:
    """What the settings would be with these changes (as typed), and what the file would hold; nothing is written.

    Raises Trouble for a wrong name or value.
    """
    file = path or folders.settings_file()
    values = dict(_read(file))
    for name, typed in changes.items():
        if name not in Settings.model_fields:
            close = did_you_mean(name, Settings.model_fields) or "; companion settings lists them all."
            raise Trouble(f"There is no setting called {name}{close}")
        value = _parsed(name, typed)
        if (why := why_not(name, value)) is not None:
            raise Trouble(refusal(name, typed, why))
        values[name] = value
        if value is None:
            del values[name]
    good = {name: value for name, value in values.items() if name in Settings.model_fields and why_not(name, value) is None}
    return Settings(**good), values


def write(values: Mapping[str, Any], path: Path | None = None) -> None:
    """Write the file. Raises Trouble where it can't be written."""
    out = io.StringIO()
    YAML().dump(dict(values), out)
    folders.write_whole(path or folders.settings_file(), out.getvalue())


def store(name: str, value: str, path: Path | None = None) -> Settings:
    """Set one value (as typed on a command line) and write the file. Raises Trouble for a wrong name or value."""
    settings, values = wanted({name: value}, path)
    write(values, path)
    return settings


def _parsed(name: str, typed: str) -> Any:
    """What a typed value stands for: `none` and `not set` take one back, yes and no are true and false, units may follow."""
    field = Settings.model_fields[name]
    said = typed.strip().lower()
    if field.default is None and said in ("none", UNSET, "null", ""):
        return None
    if isinstance(field.default, tuple):
        return [part.strip() for part in typed.strip("[] ").replace(" and ", ",").split(",")]
    if isinstance(field.default, int | float) and not isinstance(field.default, bool):
        try:
            number = float(said.removesuffix(UNITS.get(name, "").strip().lower()).strip())
        except ValueError:
            return typed
        return int(number) if number.is_integer() else number
    return typed.strip()


def _expected(name: str) -> str:
    """What a setting takes, in words: its values, its range, or what it is for."""
    schema = Settings.model_json_schema()["properties"][name]
    kinds = [schema, *schema.get("anyOf", ())]
    values = [str(value) for kind in kinds for value in kind.get("enum", [kind["const"]] if "const" in kind else [])]
    if values:
        return f"expected {' or '.join(values)}"
    if any("minimum" in kind for kind in kinds):
        kind = "a whole number" if schema.get("type") == "integer" else "a number"
        return f"expected {kind} from {schema['minimum']:g} to {schema['maximum']:g}"
    if schema.get("type") == "boolean":
        return "expected yes or no"
    if name == "partners":
        return "expected two first names, as in Nora,Ben"
    return f"expected something else: {schema.get('description', '')[:1].lower()}{schema.get('description', '')[1:].rstrip('.')}"


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        given = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as bad:
        raise Trouble(f"{file} can't be read as settings ({str(bad).splitlines()[0]}); mend it or remove it.") from bad
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Trouble(f"{file} should hold lines like `manner: gentle`; mend it or remove it.")
    return given
