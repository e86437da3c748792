"""`companion forget`: everything goes, also what an evening that goes on meanwhile would have kept."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from companion.evening import folders
from companion.evening.record import Record
from companion.evening.under_way import under_way
from tests.cli.conftest import Ask


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def kept() -> list[Path]:
    """Everything that is kept of the two."""
    places = (folders.evenings(), folders.voices(), folders.rendered_speech())
    return [file for place in places if place.exists() for file in place.rglob("*") if file.is_file()]


def test_while_an_evening_goes_on_it_says_so_and_nothing_of_it_is_kept(ask: Ask) -> None:
    with under_way("evening") as here:
        record = Record(None, ("Alex", "Sam"), "evening: first-table\n")
        said = ask("forget")
        assert said.status == 0 and here.forgotten
        assert "An evening is going on: it is not disturbed, and nothing of it is kept here when it ends." in said.out
        assert record.finish(keep=True) is not None or record.trouble  # it goes on writing, and is not stopped
        folders.rendered_speech().mkdir(parents=True, exist_ok=True)
        (folders.rendered_speech() / "good-night-alex.wav").write_bytes(b"spoken after that")
    assert kept() == []


def test_nothing_goes_on_and_nothing_is_said_about_it(ask: Ask) -> None:
    with under_way("evening") as here:
        assert not here.forgotten
    assert ask("forget").out == "There was nothing to forget.\n"


def test_a_mark_that_a_power_cut_left_is_no_evening(ask: Ask) -> None:
    folders.running().mkdir(parents=True)
    (folders.running() / "evening-1").touch()
    assert "going on" not in ask("forget").out
    assert list(folders.running().iterdir()) == []


def test_where_no_mark_can_be_made_the_evening_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with under_way("evening") as here:
        assert not here.forgotten


def test_a_rehearsal_in_another_process_is_told_and_goes_on(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ["rehearse", "one-breath", "--fidelity", "events", "--real-time", "--no-picture", "--json", "--out", str(out)]
    program = "from companion.cli import main; main()"
    with subprocess.Popen([sys.executable, "-c", program, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not (out / "events.jsonl.part").exists():
            threading.Event().wait(0.05)
        told = ask("forget").out
        still = process.poll() is None
        process.terminate()
        process.communicate(timeout=60)
    assert still and "A rehearsal is going on" in told
    assert kept() == [] and list(folders.running().iterdir()) == []


def test_what_was_named_stays(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "log"
    with under_way("evening"):
        record = Record(out, ("Alex", "Sam"), "evening: first-table\n")
        ask("settings", "manner=gentle")
        ask("forget")
        record.finish(keep=False)
    assert (out / "events.jsonl").is_file()
    assert json.loads(ask("settings", "--json").out)["manner"]["value"] == "gentle"
