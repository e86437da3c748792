"""Commands that need no sound."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Ask

COMMANDS = [
    "run",
    "rehearse",
    "replay",
    "timeline",
    "exercises",
    "lint",
    "interpret",
    "recognize",
    "models",
    "doctor",
    "settings",
    "forget",
    "enroll",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_more_than_its_name(ask: Ask, command: str) -> None:
    said = ask(command, "--help")
    assert said.status == 0
    assert len(said.out.split()) > 25


def test_exit_statuses_are_documented(ask: Ask) -> None:
    said = ask("--help")
    assert said.status == 0
    assert "Exit status: 0 done; 2" in " ".join(said.out.split())


def test_an_unknown_command_is_the_users_fault(ask: Ask) -> None:
    said = ask("dance")
    assert said.status == 2
    assert "dance" in said.err


def test_settings_are_shown_changed_and_remembered(ask: Ask) -> None:
    assert ask("settings", "partners=Nora,Ben", "manner=gentle").status == 0
    now = json.loads(ask("settings", "--json").out)
    assert now["partners"]["value"] == ["Nora", "Ben"]
    assert now["manner"]["value"] == "gentle"
    assert now["voice"]["from"] == "default"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("maner=gentle", "did you mean 'manner'"),
        ("manner=wild", "manner can't be 'wild'"),
        ("words_a_minute=fast", "words_a_minute can't be 'fast'"),
        ("manner", "should look like NAME=VALUE"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_changes_nothing(ask: Ask, change: str, sentence: str) -> None:
    said = ask("settings", change)
    assert said.status == 2
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert json.loads(ask("settings", "--json").out)["manner"]["value"] is None


def test_a_damaged_settings_file_is_one_sentence(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "config" / "companion" / "settings.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("manner: [gentle\n")
    said = ask("settings")
    assert said.status == 2
    assert str(file) in said.err


def test_forget_removes_evenings_and_says_so(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept = tmp_path / "state" / "companion" / "evenings" / "2026-11-23"
    kept.mkdir(parents=True)
    (kept / "events.jsonl").write_text("{}\n")
    said = ask("forget")
    assert said.status == 0
    assert not kept.exists()


def test_exercises_are_listed_for_programs(ask: Ask) -> None:
    rows = json.loads(ask("exercises", "--json").out)
    assert {"two-minute-mirror", "mirror-and-more", "thank-you-because", "floor-practice"} <= {row["slug"] for row in rows}
    assert {"slug", "title", "practices", "level", "minutes", "language"} <= set(rows[0])


def test_our_content_has_no_errors(ask: Ask) -> None:
    said = ask("lint", "--json")
    assert said.status == 0
    assert [one for one in json.loads(said.out) if one["severity"] == "error"] == []


def test_a_yaml_boolean_where_a_word_belongs_is_told_with_its_line(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("exercise: mine\ntitle: Mine\nlasts: {short: 1 min}\nsteps:\n- sey: hello\n")
    said = ask("lint", file)
    assert said.status == 2
    assert "mine.yaml:5" in said.out
    assert "did you mean 'say'" in said.out


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("yes-partly-no", "yeah, mostly", "partly"),
        ("yes-no", "not tonight", "no"),
        ("number", "seven", 7),
        ("command", "I'm done", "done"),
    ],
)
def test_interpret_answers_a_line_with_a_line(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, kind: str, text: str, answer: object
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n\n"))
    lines = [json.loads(line) for line in ask("interpret", "--kind", kind).out.splitlines()]
    assert lines[0] == {"text": text, "answer": answer}
    assert len(lines) == 2


def test_a_timeline_of_nothing_is_one_sentence(ask: Ask, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text('{"event": "log", "version": 1, "partners": ["Alex", "Sam"]}\n')
    said = ask("timeline", log)
    assert said.status == 2
    assert "nothing in this log" in said.err


def test_a_timeline_is_drawn_from_a_torn_log(ask: Ask, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(
        '{"event": "log", "version": 1, "partners": ["Alex", "Sam"]}\n'
        '{"event": "speech", "by": "Alex", "start": 1.0, "end": 4.0, "noticed": 4.3, "at": 4.0, "confidence": 0.9}\n{"event": "sp'
    )
    assert ask("timeline", log).status == 0
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_name_that_is_nothing_to_rehearse_says_what_comes_close(ask: Ask, tmp_path: Path) -> None:
    said = ask("rehearse", "two-minute-miror", "--out", tmp_path)
    assert said.status == 2
    assert "two-minute-mirror" in said.err


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_rehearsal_that_is_stopped_says_so_and_leaves_nothing_half_written(tmp_path: Path, sent: signal.Signals) -> None:
    out = tmp_path / "out"
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's background job ignores it
    program = f"{heeding}; from companion.cli import main; main()"
    asked = [sys.executable, "-c", program, "rehearse", "polite", "--out", str(out)]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (out / "events.jsonl.part").exists():
            threading.Event().wait(0.05)
        process.send_signal(sent)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.strip() == "companion: stopped before the end; nothing half-written was kept."
    assert not out.exists()
