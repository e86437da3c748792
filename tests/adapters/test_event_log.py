"""The event log: every event survives it, and a torn log reads up to its last whole line."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.adapters.event_log import EventLog, event_of, read, read_lines, record
from companion.effects import FloorKind, Mode
from companion.events import QUOTING, TAGS, UNLOGGED, CommandHeard, CueGiven, Event, Interruption, SpeechEnded, TurnStarted
from companion.exercises.hints import Offer
from companion.exercises.reflection import hinted
from companion.partner import Partner
from companion.timeline import seconds
from companion.trouble import Trouble

names = st.sampled_from(["Alex", "Sam", "Zoë Ångström"])


def of_hint(hint: Any) -> st.SearchStrategy[Any]:
    if hint is Partner or hint is str:
        return names
    if hint is int:
        return st.integers(0, 16_000 * 3600 * 24)
    if hint is float:
        return st.floats(0, 1).map(lambda x: round(x, 4))
    if hint is bool:
        return st.booleans()
    if hint in (Mode, FloorKind):
        return st.sampled_from(list(hint))
    if get_origin(hint) is tuple:
        return st.tuples(*(of_hint(arg) for arg in get_args(hint)))
    if type(None) in get_args(hint):
        return st.none() | of_hint(next(arg for arg in get_args(hint) if arg is not type(None)))
    return st.sampled_from(get_args(hint))  # Literal


def an_event(kind: type) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: of_hint(hints[field.name]) for field in fields(kind)})


any_event = st.sampled_from([kind for kind in TAGS if kind not in UNLOGGED]).flatmap(an_event)


@given(any_event)
def test_every_event_comes_back_as_it_was_written(event: Event) -> None:
    assert event_of(json.loads(json.dumps(record(event)))) == event


@given(st.integers(0, 16_000 * 3600 * 48))
def test_seconds_lose_no_sample(sample: int) -> None:
    from companion.timeline import samples

    assert samples(seconds(sample)) == sample


@settings(max_examples=60)
@given(events=st.lists(any_event, min_size=1, max_size=8), share=st.floats(0, 1))
def test_a_log_cut_at_any_byte_reads_up_to_its_last_whole_line(tmp_path_factory: Any, events: list[Event], share: float) -> None:
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    with EventLog(path, ("Alex", "Sam")) as log:
        log.write(events)
    whole = path.read_bytes()
    cut = whole[: round(share * len(whole))]
    path.write_bytes(cut)
    assert list(read(path)) == events[: max(0, cut.count(b"\n") - 1)]


def test_a_finished_log_stands_under_its_own_name_and_an_unfinished_one_does_not(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", ("Alex", "Sam"))
    log.write([TurnStarted(0, 512, Partner("Alex"))])
    assert not (tmp_path / "events.jsonl").exists()
    assert [line["event"] for line in read_lines(tmp_path / "events.jsonl.part")] == ["turn_started"]
    log.close()
    assert [line["event"] for line in read_lines(tmp_path / "events.jsonl")] == ["turn_started"]
    assert list(tmp_path.iterdir()) == [tmp_path / "events.jsonl"]


def test_an_evening_nobody_wants_kept_leaves_nothing(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", ("Alex", "Sam"))
    log.close(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_lines_are_in_seconds_with_the_names_that_were_agreed() -> None:
    alex, sam = Partner("Alex"), Partner("Sam")
    line = record(Interruption(16_000, 40_000, 48_000, alex, sam, "butt-in", 0.9, 0.95, True))
    assert line == {
        "event": "interruption", "start": 1.0, "end": 2.5, "noticed": 3.0, "by": "Alex", "of": "Sam", "kind": "butt-in",
        "probability": 0.9, "confidence": 0.95, "quiet": True, "at": 1.0,
    }  # fmt: skip
    assert "quiet" not in record(Interruption(16_000, 40_000, 48_000, alex, sam, "butt-in", 0.9, 0.95, False))


def test_a_stop_says_nobodys_name() -> None:
    assert "by" not in record(CommandHeard(0, 100, 200, "stop", None))
    assert "by" not in record(SpeechEnded(0, 100, 200, None, 0.5))


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble, match="can't write in"):
        EventLog(tmp_path / "file" / "events.jsonl", ("Alex", "Sam"))


def test_a_full_disk_never_raises_but_is_remembered() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full to stand for a full disk")
    log = EventLog(Path("/dev/shm") / f"companion-test-{id(full)}" / "events.jsonl", ("Alex", "Sam"))
    assert log._file is not None
    log._file.close()
    log._file = full.open("w")
    log.write([TurnStarted(0, 512, Partner("Alex"))] * 2000)
    assert log.failed is not None
    log.close()
    part = log.path.with_name("events.jsonl.part")
    part.unlink()
    part.parent.rmdir()


def test_what_is_no_log_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "song.jsonl"
    path.write_text('{"title": "a song"}\n')
    with pytest.raises(Trouble, match=r"song.jsonl:1 is no event"):
        list(read_lines(path))


@pytest.mark.parametrize("id", sorted(QUOTING))
def test_what_a_hint_quotes_is_in_no_log(id: str) -> None:
    line = record(CueGiven(0, 0, 1, id, "I think I caught garden.", spoken=True, asked=True, role_free=False))
    assert (line["id"], line["text"]) == (id, "")
    assert isinstance(event_of(line), CueGiven)


def test_every_line_that_can_quote_a_partner_is_one_that_is_not_logged() -> None:
    said = {hinted(Offer(("garden",))).line, hinted(Offer(("garden", "music"))).line, hinted(Offer(feeling="proud")).line}
    assert said == QUOTING
