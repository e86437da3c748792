"""Settings: one typed record, every field documented; where each value comes from can be asked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from companion.evening import folders
from companion.exercises.content import did_you_mean
from companion.trouble import Trouble


class Settings(BaseModel):
    """What a couple can set. All of it has a default that works."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partners: tuple[str, str] = Field(("Alex", "Sam"), description="The two first names, as they are to be spoken.")
    evening: str = Field("first-table", description="The evening that `companion run` plays when none is named.")
    manner: Literal["gentle", "standard", "lively"] | None = Field(
        None, description="How patient or brisk: gentle, standard or lively; none: as each evening has it."
    )
    cue_voice: Literal["spoken", "chimes", "none"] = Field("spoken", description="How unasked cues are given.")
    names: StrictBool = Field(True, description="Whether cues use your names.")
    language: str = Field("en", description="Language of content and voice.")
    voice: str | None = Field(None, description="Voice of the companion, as espeak-ng names it; none: the language's own.")
    words_a_minute: int = Field(165, ge=110, le=220, description="Speed of the voice, measured words a minute.")
    sentence_pause: float = Field(0.5, ge=0.1, le=2.0, description="Seconds between two sentences.")
    volume_db: float = Field(0.0, ge=-30.0, le=6.0, description="Loudness of the voice, in decibels around its usual level.")
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


def load(path: Path | None = None) -> Settings:
    """The settings in force. Raises Trouble naming file, key and what was expected."""
    file = path or folders.settings_file()
    return checked(_read(file), str(file))


def checked(given: dict[str, Any], where: str = "settings") -> Settings:
    """Settings from plain values. Raises Trouble naming `where`, the key and what was expected."""
    try:
        settings = Settings(**given)
    except ValidationError as bad:
        first = bad.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise Trouble(f"{where}: there is no setting called {key}{did_you_mean(key, Settings.model_fields) or '.'}") from bad
        raise Trouble(f"{where}: {key}: {_expected(key.split('.')[0])}; see companion settings.") from bad
    if settings.partners[0] == settings.partners[1] or not all(name.strip() for name in settings.partners):
        raise Trouble(f"{where}: partners: two different first names are needed, as in Nora,Ben.")
    return settings


def origins(path: Path | None = None) -> dict[str, str]:
    """Where each value comes from: the file, or "default"."""
    file = path or folders.settings_file()
    given = _read(file)
    return {name: str(file) if name in given else "default" for name in Settings.model_fields}


def store(name: str, value: str, path: Path | None = None) -> Settings:
    """Set one value (as typed on a command line) and write the file. Raises Trouble for a wrong name or value."""
    file = path or folders.settings_file()
    if name not in Settings.model_fields:
        raise Trouble(f"There is no setting called {name}{did_you_mean(name, Settings.model_fields) or '.'}")
    given = _read(file)
    try:
        parsed: Any = YAML(typ="safe").load(value)
    except YAMLError:
        parsed = value
    if name == "partners" and isinstance(parsed, str):
        parsed = [part.strip() for part in parsed.split(",")]
    if name == "country" and isinstance(parsed, str):
        parsed = parsed.upper()
    if Settings.model_fields[name].default is None and value.lower() == "none":
        parsed = None
    try:
        Settings(**{**given, name: parsed})
    except ValidationError as bad:
        raise Trouble(f"{name} can't be {value!r}: {_expected(name)}.") from bad
    settings = checked({**given, name: parsed})
    out = io.StringIO()
    YAML().dump({**given, name: parsed}, out)
    folders.write_whole(file, out.getvalue())
    return settings


def _expected(name: str) -> str:
    """What a setting takes, in words: its values, its range, or what it is for."""
    schema = Settings.model_json_schema()["properties"][name]
    kinds = [schema, *schema.get("anyOf", ())]
    values = [str(value) for kind in kinds for value in kind.get("enum", [kind["const"]] if "const" in kind else [])]
    if values:
        return f"expected {' or '.join(values)}"
    if any("minimum" in kind for kind in kinds):
        return f"expected a number from {schema['minimum']} to {schema['maximum']}"
    if schema.get("type") == "boolean":
        return "expected true or false"
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
