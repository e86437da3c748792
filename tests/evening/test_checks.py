"""The doctor: every look says something, and nothing that breaks stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.evening import checks
from companion.evening.checks import Check, examine
from companion.trouble import Trouble


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def test_every_thing_is_looked_at_and_what_is_bad_says_what_to_do() -> None:
    found = {check.name: check for check in examine()}
    assert list(found) == ["machine", "settings", "microphone", "speaker", "voice", "speech model", "content", "disk", "speed"]
    assert all(check.do for check in found.values() if check.verdict == "bad")
    assert not any("fault of ours" in check.do for check in found.values())


def test_a_look_that_breaks_is_a_line_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> None:
        raise Trouble("The shelf is empty: fill it.")

    def breaks() -> None:
        raise ZeroDivisionError("division by zero")

    looks = (("shelf", refuses), ("sum", breaks), ("machine", checks._machine))
    monkeypatch.setattr(checks, "_LOOKS", looks)
    shelf, total, machine = examine()
    assert shelf == Check("shelf", "bad", "The shelf is empty: fill it.")
    assert (total.verdict, total.found) == ("bad", "ZeroDivisionError: division by zero")
    assert machine.verdict == "good"


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "config" / "companion" / "settings.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("manners: gentle\n")
    told = [check for check in examine() if check.name == "settings"]
    assert [check.verdict for check in told] == ["so-so"]  # the evening starts without it
    assert "there is no setting called manners; did you mean 'manner'?" in told[0].found
    assert str(file) in told[0].do
