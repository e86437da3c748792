"""A YAML file as plain data, with the line of everything in it. YAML 1.2: `yes`, `no` and `on` are words.

Refused, each with one sentence: a file that is missing, empty, larger than 512 kB, not UTF-8, not YAML; keys given twice;
anchors, aliases and tags, which content does not need and which can blow a small file up; nesting deeper than 30.
"""

from __future__ import annotations

import stat
import unicodedata
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from companion.exercises.finding import ContentTrouble, Finding
from companion.exercises.yaml_errors import plainly

LARGEST = 512 * 1024
DEEPEST = 30
PLAIN = frozenset({"null", "bool", "int", "float", "str", "timestamp", "seq", "map"})

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says. `places`: path of keys and indices → line, from 1. `files`: places laid over it by others."""

    file: str
    data: Any
    places: dict[Path_, int]
    files: dict[Path_, str] = field(default_factory=dict)

    def line(self, loc: Path_) -> int:
        """The line of a place; parts of the path the file does not have are passed over."""
        return self.places.get(self._known(loc), 1)

    def file_of(self, loc: Path_) -> str:
        """The file a place stands in."""
        return self.files.get(self._known(loc), self.file)

    def written(self, loc: Path_) -> bool:
        """Whether the last part of a path stands in the file, rather than being made of something shorter."""
        here = self._known(loc)
        return bool(here) and here[-1] == loc[-1]

    def _known(self, loc: Path_) -> Path_:
        here: Path_ = ()
        for part in loc:
            if (*here, part) in self.places:
                here = (*here, part)
        return here


def read_yaml(path: Path, shown: str | None = None) -> Source:
    """Read one file; `shown` is its name in messages. Raises ContentTrouble."""
    name = shown or str(path)
    return parse_yaml(text_of(path, name), name)


def parse_yaml(text: str, name: str) -> Source:
    """Read YAML text. Raises ContentTrouble."""
    if not text.strip():
        raise _trouble(name, 1, "the file is empty; expected an exercise, an evening or a list of lines")
    _refuse_brackets_in_brackets(text, name)
    try:
        node = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as broken:
        raise _trouble(name, *plainly(broken, text)) from None
    except RecursionError:
        raise _trouble(name, 1, f"found nesting deeper than {DEEPEST}; expected a few levels") from None
    except (YAMLError, ValueError) as broken:
        raise _trouble(name, 1, f"this is not YAML ({str(broken).splitlines()[0]})") from None
    if node is None:
        raise _trouble(name, 1, "the file holds only comments; expected an exercise, an evening or a list of lines")
    places: dict[Path_, int] = {}
    return Source(name, _built(node, (), places, name), places)


def text_of(path: Path, name: str) -> str:
    """The text of a file; `name` is its own in messages. Raises ContentTrouble where there is none to be had."""
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            raise _trouble(name, 1, "this is a device or a pipe; expected a YAML file")  # reading it might never end
        if found.st_size > LARGEST:
            raise _trouble(name, 1, f"the file has {found.st_size // 1024} kB; expected at most {LARGEST // 1024} kB")
        raw = path.read_bytes()
    except (OSError, ValueError) as broken:
        why = getattr(broken, "strerror", None) or broken
        raise _trouble(name, 1, f"the file cannot be read ({why}); expected a YAML file") from None
    try:
        text = unicodedata.normalize("NFC", raw.decode("utf-8-sig"))  # an accent is part of its letter
    except UnicodeDecodeError as broken:
        line = raw[: broken.start].count(b"\n") + 1
        raise _trouble(name, line, "found bytes that are no UTF-8 text; save the file as UTF-8") from None
    if "\x00" in text:
        raise _trouble(name, text[: text.index("\x00")].count("\n") + 1, "found binary data; expected YAML text")
    return text


def _refuse_brackets_in_brackets(text: str, name: str) -> None:
    """The parser needs seconds for thousands of nested brackets; a writer needs three."""
    depth = 0
    for line, written in enumerate(text.split("\n"), 1):
        for character in written:
            depth += (character in "[{") - (character in "]}")
            if depth > 8 * DEEPEST:
                raise _trouble(name, line, f"found nesting deeper than {DEEPEST}; expected a few levels")


def _built(node: Node, here: Path_, places: dict[Path_, int], name: str) -> Any:
    line = node.start_mark.line + 1
    places.setdefault(here, line)
    if len(here) > DEEPEST:
        raise _trouble(name, line, f"found nesting deeper than {DEEPEST}; expected a few levels")
    if node.anchor:
        raise _trouble(name, line, "found an anchor (&) or alias (*); write the text out, or put it in quotes")
    if not str(node.tag).startswith("tag:yaml.org,2002:") or str(node.tag).rsplit(":", 1)[-1] not in PLAIN:
        raise _trouble(name, line, "found a tag (!); expected plain text, or text in quotes")
    if isinstance(node, MappingNode):
        return _mapping(node, here, places, name)
    if isinstance(node, SequenceNode):
        return [_built(each, (*here, index), places, name) for index, each in enumerate(node.value)]
    return _scalar(str(node.tag), str(node.value))


def _mapping(node: MappingNode, here: Path_, places: dict[Path_, int], name: str) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise _trouble(name, line, "found a list or mapping as a key; expected a word before the colon")
        key = str(key_node.value)
        if key in built:
            raise _trouble(name, line, f"found {key!r} twice; expected each key once")
        places[(*here, key)] = line
        built[key] = _built(value_node, (*here, key), places, name)
    return built


def _scalar(tag: str, text: str) -> str | int | float | bool | None:
    kind = tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text.replace("_", ""), 10 if text.lstrip("+-0").isdigit() else 0)
        if kind == "float":
            return float(text.replace("_", ""))
    except ValueError:
        pass
    return text


def _trouble(name: str, line: int, sentence: str) -> ContentTrouble:
    return ContentTrouble([Finding(name, line, "file", "error", sentence)])
