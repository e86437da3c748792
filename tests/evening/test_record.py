"""The files of an evening: kept, removed, or not to be had; on real files, with real failures."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from companion.adapters.event_log import read
from companion.evening import folders
from companion.evening.record import Record
from companion.events import EveningEnded, EveningStarted
from companion.trouble import Trouble

PAIR = ("Alex", "Sam")
BEGUN, OVER = EveningStarted(0, 0, "first-table", PAIR), EveningEnded(9, 9, "done")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "companion" / "evenings"


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_while_it_runs_the_log_is_there_and_at_its_end_it_is_gone(state: Path) -> None:
    record = Record(None, PAIR, "version: 1\n")
    record.write([BEGUN])
    assert files(state) == {"events.jsonl.part", "evening.yaml"}
    assert record.finish(keep=False) is None
    assert list(state.iterdir()) == []
    assert record.trouble is None


def test_with_both_agreed_it_is_kept_whole(state: Path) -> None:
    record = Record(None, PAIR, "version: 1\n")
    record.write([BEGUN, OVER])
    kept = record.finish(keep=True)
    assert kept is not None and kept.parent == state
    assert list(read(kept / "events.jsonl")) == [BEGUN, OVER]
    assert files(state) == {"events.jsonl", "evening.yaml"}


def test_a_folder_that_was_asked_for_is_kept_in_any_case(tmp_path: Path) -> None:
    record = Record(tmp_path / "mine", PAIR, "version: 1\n")
    assert record.finish(keep=False) == tmp_path / "mine"
    assert files(tmp_path / "mine") == {"events.jsonl", "evening.yaml"}


def test_a_finished_log_is_never_written_over(tmp_path: Path) -> None:
    Record(tmp_path / "mine", PAIR, "version: 1\n").finish(keep=True)
    with pytest.raises(Trouble, match="holds the log of an evening already"):
        Record(tmp_path / "mine", PAIR, "version: 1\n")
    assert list(read(tmp_path / "mine" / "events.jsonl")) == []


def test_a_folder_that_was_asked_for_and_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble, match="can't write"):
        Record(tmp_path / "file" / "log", PAIR, "version: 1\n")


def test_a_state_folder_that_cannot_be_written_costs_the_log_and_one_sentence(tmp_path: Path, state: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    record = Record(None, PAIR, "version: 1\n")
    record.write([BEGUN])
    assert record.finish(keep=True) is None
    assert record.trouble is not None
    assert record.trouble.startswith("This evening went on without a log. I can't write in")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_costs_the_log_and_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "events.jsonl.part").symlink_to("/dev/full")
    record = Record(out, PAIR, "version: 1\n")
    for _ in range(3):
        record.write([BEGUN])
    assert record.finish(keep=True) is None
    assert record.trouble is not None
    assert "No space left on device" in record.trouble


@pytest.mark.parametrize("hours, there", [(23.0, True), (25.0, False)])
def test_an_evening_that_was_cut_off_is_kept_for_a_day(state: Path, hours: float, there: bool) -> None:
    record = Record(None, PAIR, "version: 1\n")
    record.write([BEGUN])
    (folder,) = state.iterdir()
    then = time.time() - hours * 3600
    for path in (*folder.iterdir(), folder):
        os.utime(path, (then, then))
    folders.remove_stale()
    assert folder.exists() is there


def test_an_evening_that_was_kept_is_never_stale(state: Path) -> None:
    record = Record(None, PAIR, "version: 1\n")
    kept = record.finish(keep=True)
    assert kept is not None
    for path in (*kept.iterdir(), kept):
        os.utime(path, (0, 0))
    folders.remove_stale()
    assert (kept / "events.jsonl").exists()


def test_a_folder_that_was_made_and_never_filled_goes_too(state: Path) -> None:
    empty = folders.new_evening()
    os.utime(empty, (0, 0))
    folders.remove_stale()
    assert not empty.exists()
