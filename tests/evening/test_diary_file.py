"""What stays of an evening when both agreed: what was done, never how."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.evening.diary_file import diary_file, read_diary, remember
from companion.evening.folders import forget
from companion.exercises.diary import Past
from companion.trouble import Trouble

PLACE = "A place you'd live for one season."
EVENING = Past("warm-20", 739_000, ("eyes-first", "dream-shelf"), ("dream-shelf",), (PLACE,), "Zoë")


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "evenings" / "diary.jsonl"
    remember(EVENING, file)
    remember(EVENING, file)
    diary = read_diary(file)
    assert diary is not None and diary.evenings == (EVENING, EVENING) and diary.starts == "Zoë"


def test_without_a_diary_there_is_none(tmp_path: Path) -> None:
    assert read_diary(tmp_path / "diary.jsonl") is None


def test_a_line_cut_by_a_power_cut_costs_that_line(tmp_path: Path) -> None:
    file = tmp_path / "diary.jsonl"
    remember(EVENING, file)
    whole = file.read_text(encoding="utf-8")
    for cut in range(len(whole)):
        file.write_text(whole + whole[:cut].rstrip("\n"), encoding="utf-8")
        diary = read_diary(file)
        assert diary is not None and diary.evenings[0] == EVENING and diary.done <= 2


def test_it_holds_nothing_about_how_it_went(tmp_path: Path) -> None:
    file = tmp_path / "diary.jsonl"
    remember(EVENING, file)
    assert set(Past.__dataclass_fields__) == {"evening", "day", "exercises", "passed", "openers", "starts_next"}


def test_forgetting_takes_it_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    remember(EVENING)
    assert diary_file().exists()
    forget()
    assert not diary_file().exists()


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="make room on the disk"):
        remember(EVENING, tmp_path / "file" / "diary.jsonl")
