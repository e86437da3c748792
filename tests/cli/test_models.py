"""`companion models`, against a real web server on this machine and folders of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.adapters.model_catalogue import read_catalogue
from tests.adapters.model_server import FileServer
from tests.cli.conftest import Ask

MODELS = Path(__file__).resolve().parents[2] / "models"
EMBEDDED = MODELS / "embedded-en"


@pytest.fixture(scope="module")
def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for file in sorted(EMBEDDED.rglob("*")):
            made.write(file, f"vosk-model-tiny/{file.relative_to(EMBEDDED).as_posix()}")
    return packed.getvalue()


@pytest.fixture
def server(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with FileServer(archive) as started:
        yield started


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of our own: the embedded model beside it, and models on the server."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "embedded-en").symlink_to(EMBEDDED)
    monkeypatch.setenv("COMPANION_MODELS", str(folder))
    monkeypatch.delenv("COMPANION_SPEECH_MODEL", raising=False)
    return folder


def catalogue(shelf: Path, server: FileServer, sha256: str | None = None) -> None:
    own = (MODELS / "manifest.yaml").read_text().split("  small-en-us:")[0]
    tiny = (
        "kind: recognizer\n    language: en\n    shipped: false\n    archive: vosk-model-tiny.zip\n"
        f"    url: {server.url}\n    bytes: {len(server.data)}\n    sha256: {sha256 or ''}\n    licence: MIT\n"
        "    good_for: tests\n    can: [commands]\n"
    )
    (shelf / "manifest.yaml").write_text(f"{own}  tiny:\n    {tiny}")


def rows(ask: Ask) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(ask("models", "list", "--json").out)}


# --- the list that ships


def test_the_list_names_what_the_issue_asks_for() -> None:
    known = read_catalogue(MODELS / "manifest.yaml")
    assert {"embedded-en", "small-en-us", "large-en-us", "speakers"} <= set(known)
    assert len({model.language for model in known.values()} - {"en", "any"}) >= 12
    for model in known.values():
        assert model.licence
        assert model.good_for
        assert model.shipped or (model.url and model.archive and model.url.endswith(model.archive) and model.size > 10_000_000)
    assert known["embedded-en"].can == {"commands"}
    assert known["small-en-us"].can == {"commands", "hints"}


def test_the_embedded_model_is_here_and_in_use(ask: Ask, shelf: Path) -> None:
    shutil.copy(MODELS / "manifest.yaml", shelf)
    listed = rows(ask)
    assert [name for name, row in listed.items() if row["used"]] == ["embedded-en"]
    assert listed["small-en-us"]["installed"] is False
    table = ask("models", "list").out
    assert "small-en-us" in table
    assert "small-de" not in table
    assert "small-de" in ask("models", "list", "--all").out
    assert Path(ask("models", "path").out.strip()).resolve() == EMBEDDED


@pytest.mark.parametrize("text", ["models: [", "models: {a: {kind: engine}}", "", "models: {'../a': {kind: recognizer}}"])
def test_a_damaged_list_is_one_sentence(ask: Ask, shelf: Path, text: str) -> None:
    (shelf / "manifest.yaml").write_text(text)
    said = ask("models", "list")
    assert said.status == 2
    assert "The list of models" in said.err
    assert len(said.err.strip().splitlines()) == 1


# --- fetched, used, removed


def test_a_model_is_fetched_used_verified_and_removed(ask: Ask, shelf: Path, server: FileServer, archive: bytes) -> None:
    catalogue(shelf, server, hashlib.sha256(archive).hexdigest())
    fetched = ask("models", "fetch", "tiny")
    assert fetched.status == 0, fetched.err
    assert "companion models use tiny" in fetched.out
    assert "whole" in ask("models", "verify").out
    assert ask("models", "use", "tiny").status == 0
    assert rows(ask)["tiny"]["used"]
    assert json.loads(ask("settings", "--json").out)["speech_model"]["value"] == "tiny"
    assert ask("models", "path").out.strip() == ask("models", "path", "tiny").out.strip()
    assert ask("models", "fetch", "tiny").status == 2
    assert ask("models", "remove", "tiny").status == 0
    assert rows(ask)["embedded-en"]["used"]
    assert not rows(ask)["tiny"]["installed"]


def test_a_fetch_that_breaks_off_is_taken_up_by_the_same_command(
    ask: Ask, shelf: Path, server: FileServer, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.adapters.model_fetch.fetch.__defaults__", (lambda share: None, lambda seconds: None))
    catalogue(shelf, server, hashlib.sha256(archive).hexdigest())
    server.breaks = [1_000_000, *[0] * 5]
    said = ask("models", "fetch", "tiny")
    assert said.status == 2
    assert "run the same command again to go on from there" in said.err
    assert not rows(ask)["tiny"]["installed"]
    server.breaks = []
    assert ask("models", "fetch", "tiny").status == 0
    assert server.asked[-1] == "bytes=1000000-"


def test_a_model_without_a_hash_is_fetched_only_when_told_to(ask: Ask, shelf: Path, server: FileServer) -> None:
    catalogue(shelf, server)
    said = ask("models", "fetch", "tiny")
    assert said.status == 2
    assert "can't be verified" in said.err
    assert "--unverified" in said.err
    assert server.asked == []
    said = ask("models", "fetch", "tiny", "--unverified")
    assert said.status == 0
    assert "can't be checked" in said.err


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_middle_leaves_nothing_half_installed(
    ask: Ask, shelf: Path, server: FileServer, archive: bytes, tmp_path: Path, sent: signal.Signals
) -> None:
    catalogue(shelf, server, hashlib.sha256(archive).hexdigest())
    half, go_on = threading.Event(), threading.Event()
    part = tmp_path / "data" / "companion" / "models" / ".downloads" / "vosk-model-tiny.zip.part"

    def during(so_far: int) -> None:
        if so_far > len(archive) / 2 and not half.is_set():
            while not (part.exists() and part.stat().st_size):
                go_on.wait(0.01)
            half.set()
            go_on.wait(30)

    server.during = during
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's background job ignores it
    program = f"{heeding}; from companion.cli import main; main()"
    asked = [sys.executable, "-c", program, "models", "fetch", "tiny"]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert half.wait(30)
        process.send_signal(sent)
        _, err = process.communicate(timeout=30)
    go_on.set()
    assert process.returncode == 2
    assert "Traceback" not in err
    assert "What has come so far waits; the same command goes on from there." in err
    assert "companion: stopped before the end" in err
    assert not rows(ask)["tiny"]["installed"]
    server.during = lambda so_far: None
    assert ask("models", "fetch", "tiny").status == 0
    assert (server.asked[-1] or "").startswith("bytes=")


# --- carried by hand


def test_a_model_carried_by_hand_is_installed_under_the_name_it_is_known_by(
    ask: Ask, shelf: Path, server: FileServer, archive: bytes, tmp_path: Path
) -> None:
    catalogue(shelf, server, hashlib.sha256(archive).hexdigest())
    carried = tmp_path / "vosk-model-tiny.zip"
    carried.write_bytes(archive)
    assert ask("models", "add", carried).status == 0
    assert rows(ask)["tiny"]["installed"]
    assert server.asked == []


def test_a_carried_archive_that_is_not_what_its_name_says_is_refused(
    ask: Ask, shelf: Path, server: FileServer, archive: bytes, tmp_path: Path
) -> None:
    catalogue(shelf, server, "f" * 64)
    carried = tmp_path / "vosk-model-tiny.zip"
    carried.write_bytes(archive)
    said = ask("models", "add", carried)
    assert said.status == 2
    assert "its sha256 differs" in said.err


def test_a_folder_can_be_added_under_any_name(ask: Ask, shelf: Path, server: FileServer) -> None:
    catalogue(shelf, server)
    assert ask("models", "add", EMBEDDED, "--name", "ours").status == 0
    assert rows(ask)["ours"]["installed"]
    for name in ("embedded-en", "../up", ".hidden"):
        assert ask("models", "add", EMBEDDED, "--name", name).status == 2


# --- what needs what


def test_our_own_model_is_enough_for_commands_and_not_for_hints(shelf: Path) -> None:
    from companion.evening import models
    from companion.evening.models import Feature

    shutil.copy(MODELS / "manifest.yaml", shelf)
    ours = models.looked_at(EMBEDDED)
    assert models.good_enough(ours, Feature.COMMANDS)
    assert not models.good_enough(ours, Feature.HINTS)
    assert models.bigger(ours, "en").endswith("for hints in a reflection: companion models fetch small-en-us (41.2 MB)")
    assert models.bigger(ours, "xx") == ""


def test_without_a_list_there_is_still_the_model_that_came_along(ask: Ask) -> None:
    said = ask("models", "path")
    assert said.status == 0
    assert Path(said.out.strip()).resolve() == EMBEDDED


# --- what is in force


def test_what_was_asked_for_goes_before_the_environment_and_that_before_what_ships(
    ask: Ask, shelf: Path, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from companion.evening import models

    catalogue(shelf, server)
    ask("models", "add", EMBEDDED, "--name", "ours")
    ours = models.store().path("ours")
    assert models.in_force() == shelf / "embedded-en"
    monkeypatch.setenv("COMPANION_SPEECH_MODEL", str(tmp_path / "elsewhere"))
    assert models.in_force() == tmp_path / "elsewhere"
    assert models.in_force("ours") == ours
    monkeypatch.setenv("COMPANION_SPEECH_MODEL", "ours")
    assert models.in_force() == ours


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("fetch", "smal-en-us"), "did you mean 'small-en-us'"),
        (("use", "small-en-us"), "run: companion models fetch small-en-us"),
        (("use", "nowhere"), "There is no model called nowhere"),
        (("remove", "embedded-en"), "comes with the companion"),
        (("remove", "small-en-us"), "is not installed"),
        (("verify", "small-en-us"), "is not installed"),
        (("path", "small-en-us"), "is not installed"),
        (("add", "nowhere.zip"), "There is no file or folder nowhere.zip"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(ask: Ask, shelf: Path, asked: tuple[str, ...], sentence: str) -> None:
    shutil.copy(MODELS / "manifest.yaml", shelf)
    said = ask("models", *asked)
    assert said.status == 2
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
