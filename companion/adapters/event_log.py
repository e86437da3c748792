"""The event log: JSON Lines, times in seconds, one event a line.

The first line names the version. While an evening runs the lines stand in `NAME.part`; a clean end renames it. A log cut at any
byte still reads, up to its last whole line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Any, get_type_hints

from companion.effects import FloorKind, Mode
from companion.events import QUOTING, TAGS, UNLOGGED, CueGiven, Event
from companion.timeline import samples, seconds
from companion.trouble import Trouble

VERSION = 1

_TIMES = frozenset({"at", "noticed", "start", "end", "budget"})
_BY_TAG = {tag: kind for kind, tag in TAGS.items()}
_HINTS = {kind: get_type_hints(kind) for kind in TAGS}


def record(event: Event) -> dict[str, Any]:
    """The event as it stands in the log: seconds for samples; what is None, false or quotes a partner is left out."""
    out: dict[str, Any] = {"event": TAGS[type(event)]}
    for field in fields(event):
        value = getattr(event, field.name)
        if value is None or value is False:
            continue
        if field.name in _TIMES:
            out[field.name] = seconds(max(0, value))  # an onset can be dated back to before the first sample
        elif isinstance(value, StrEnum):
            out[field.name] = value.value
        elif isinstance(value, float):
            out[field.name] = round(value, 4)
        else:
            out[field.name] = value
    if isinstance(event, CueGiven) and event.id in QUOTING:
        out["text"] = ""
    out.setdefault("at", seconds(event.at))
    return out


def event_of(line: dict[str, Any]) -> Event:
    """The event that a line of the log stands for. Raises ValueError for one that is none of ours."""
    kind = _BY_TAG.get(line.get("event", ""))
    if kind is None:
        raise ValueError(f"no event is called {line.get('event')!r}")
    given: dict[str, Any] = {}
    for field in fields(kind):
        hint = _HINTS[kind][field.name]
        value = line.get(field.name, False if hint is bool else None)
        if field.name in _TIMES and value is not None:
            value = samples(value)
        elif hint in (Mode, FloorKind):
            value = hint(value)
        elif isinstance(value, list):
            value = tuple(value)
        given[field.name] = value
    made: Event = kind(**given)
    return made


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Whole lines of a log, the heading left out. A torn last line is passed over. Raises Trouble for what is no log."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if not raw.endswith(b"\n"):
                    return
                try:
                    line = json.loads(raw)
                    tag = line["event"]
                except (ValueError, KeyError, TypeError) as bad:
                    raise Trouble(f"{path}:{number} is no event; give me an events.jsonl that companion wrote.") from bad
                if tag != "log":
                    yield line
    except OSError as bad:
        raise Trouble(f"I can't read {path} ({bad.strerror or bad}); check the name.") from bad


def read(path: Path) -> Iterator[Event]:
    """Events of a log, in order. Events of a later version that we do not know are passed over."""
    for line in read_lines(path):
        if line["event"] in _BY_TAG:
            yield event_of(line)


class EventLog:
    """Writes events to `path` as they happen.

    Raises Trouble when the file cannot be begun. Later failures (a full disk) never raise: writing stops and `failed` says why.
    """

    def __init__(self, path: Path, partners: tuple[str, str]) -> None:
        self.path = path
        self.failed: str | None = None
        self._part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] | None = self._part.open("w", encoding="utf-8")
        except OSError as bad:
            raise Trouble(f"I can't write in {path.parent} ({bad.strerror or bad}); choose another folder.") from bad
        self._put({"event": "log", "version": VERSION, "partners": list(partners)})

    def write(self, events: Iterable[Event]) -> None:
        """Append events and hand them to the system at once."""
        wrote = False
        for event in events:
            if type(event) not in UNLOGGED:
                self._put(record(event))
                wrote = True
        if wrote and self._file is not None:
            self._guard(self._file.flush)

    def close(self, keep: bool = True) -> None:
        """Finish: on disk for good under its own name, or gone."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if keep:
                os.replace(self._part, self.path)
            else:
                self._part.unlink(missing_ok=True)
        except OSError as bad:
            self.failed = bad.strerror or str(bad)

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close(keep=kind is None)

    def _put(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            file = self._file
            self._guard(lambda: file.write(json.dumps(line, ensure_ascii=False) + "\n"))

    def _guard(self, act: Any) -> None:
        try:
            act()
        except OSError as bad:
            self.failed = bad.strerror or str(bad)
            self._file = None
