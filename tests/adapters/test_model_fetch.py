"""Downloads from a real web server: taken up where they broke off, checked at the end, refused in one sentence."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import FileServer

from companion.adapters import model_fetch
from companion.adapters.model_catalogue import KnownModel
from companion.adapters.model_fetch import fetch
from companion.trouble import Trouble

DATA = random.Random(1).randbytes(300_000)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "a-model.zip.part"


def model(url: str, data: bytes = DATA) -> KnownModel:
    return KnownModel(
        "a-model", "recognizer", "en", False, len(data), "MIT", "tests", frozenset(), url, "a-model.zip",
        hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest(),
    )  # fmt: skip


def test_a_file_comes_whole_with_its_progress(part: Path) -> None:
    shares: list[float] = []
    with FileServer(DATA) as server:
        fetch(model(server.url), part, shares.append)
    assert part.read_bytes() == DATA
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 3


def test_a_broken_connection_is_taken_up_where_it_broke(part: Path) -> None:
    with FileServer(DATA, breaks=(100_000, 50_000)) as server:
        fetch(model(server.url), part)
    assert part.read_bytes() == DATA
    assert server.asked[0] is None
    assert [asked for asked in server.asked[1:] if asked] == [f"bytes={n}-" for n in (100_000, 150_000)]


def test_what_came_before_a_power_cut_is_not_fetched_again(part: Path) -> None:
    part.parent.mkdir()
    part.write_bytes(DATA[:250_000])
    with FileServer(DATA) as server:
        fetch(model(server.url), part)
    assert server.asked == ["bytes=250000-"]
    assert part.read_bytes() == DATA


def test_a_server_that_takes_nothing_up_is_asked_for_all_of_it(part: Path) -> None:
    part.parent.mkdir()
    part.write_bytes(DATA[:250_000])
    with FileServer(DATA, ranges=False) as server:
        fetch(model(server.url), part)
    assert part.read_bytes() == DATA


def test_a_whole_download_that_waits_is_only_checked(part: Path) -> None:
    part.parent.mkdir()
    part.write_bytes(DATA)
    fetch(model("http://127.0.0.1:9/never-asked.zip"), part)
    assert part.read_bytes() == DATA


def test_a_server_that_is_busy_for_a_moment_is_asked_again(part: Path) -> None:
    with FileServer(DATA, refuses=(503, 503)) as server:
        fetch(model(server.url), part, rest=lambda seconds: None)
    assert part.read_bytes() == DATA


def test_a_line_that_breaks_again_and_again_keeps_what_came_and_says_how_to_go_on(part: Path) -> None:
    rested: list[float] = []
    with FileServer(DATA, breaks=(100_000, *[0] * 20)) as server, pytest.raises(Trouble, match=r"broke at 0\.1 MB of 0\.3 MB"):
        fetch(model(server.url), part, rest=rested.append)
    assert rested == [1.0, 2.0, 4.0, 8.0]
    assert part.read_bytes() == DATA[:100_000]


def test_another_file_of_the_same_size_is_thrown_away(part: Path) -> None:
    other = bytes(len(DATA))
    with FileServer(other) as server, pytest.raises(Trouble, match=r"What came is not a-model \(its sha256 is"):
        fetch(model(server.url), part)
    assert not part.exists()


def test_without_a_sha256_the_publishers_md5_is_compared(part: Path) -> None:
    with FileServer(bytes(len(DATA))) as server, pytest.raises(Trouble, match="its md5 is"):
        fetch(replace(model(server.url), sha256=None), part)
    assert not part.exists()


def test_another_size_is_refused_before_it_is_fetched(part: Path) -> None:
    with (
        FileServer(DATA + b"more") as server,
        pytest.raises(Trouble, match=r"another file for a-model \(300004 bytes instead of 300000"),
    ):
        fetch(model(server.url), part)
    assert not part.exists()


def test_a_missing_file_is_said_at_once(part: Path) -> None:
    with FileServer(DATA, refuses=(404,)) as server, pytest.raises(Trouble, match=r"does not have a-model \(404"):
        fetch(model(server.url), part)
    assert len(server.asked) == 1


def test_a_network_that_is_away_is_said_so_with_the_way_round(part: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Trouble, match=r"I can't reach 127\.0\.0\.1; connect this machine .* companion models add FILE"):
        fetch(model(f"http://127.0.0.1:{port}/a-model.zip"), part)


def test_a_name_that_nobody_knows_is_said_so(part: Path) -> None:
    with pytest.raises(Trouble, match=r"I can't reach nowhere\.invalid"):
        fetch(model("http://nowhere.invalid/a-model.zip"), part)


def test_too_little_disk_is_said_before_anything_is_fetched(part: Path) -> None:
    with FileServer(DATA) as server, pytest.raises(Trouble, match=r"a-model needs .* GB of free disk"):
        fetch(replace(model(server.url), size=10**15), part)
    assert server.asked == []


def test_a_file_that_fills_the_disk_half_way_leaves_nothing(part: Path) -> None:
    """A limit on the size of files stands in for the disk: the operating system refuses the write just as half-way."""
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from companion.adapters import model_fetch as f\n"
        "from test_model_fetch import model\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    f.fetch(model(sys.argv[1]), Path(sys.argv[2]))\n"
        "except f.Trouble as trouble:\n"
        "    print(trouble)\n"
    )
    with FileServer(DATA) as server:
        asked = [sys.executable, "-c", program, server.url, str(part)]
        here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        said = subprocess.run(asked, capture_output=True, text=True, check=True, env=here)
    assert said.stdout.strip() == "The disk is full: nothing of a-model was kept; free some space and run it again."
    assert not part.exists()


def test_ctrl_c_in_the_middle_keeps_what_came(part: Path) -> None:
    def stop(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with FileServer(DATA) as server:
        with pytest.raises(KeyboardInterrupt):
            fetch(model(server.url), part, stop)
        kept = part.stat().st_size
        assert len(DATA) / 2 < kept < len(DATA)
        fetch(model(server.url), part)
    assert server.asked == [None, f"bytes={kept}-"]
    assert part.read_bytes() == DATA


def test_secure_addresses_are_never_left_for_others() -> None:
    import urllib.error
    import urllib.request

    handler = model_fetch._NoWeaker()
    secure = urllib.request.Request("https://example.org/a.zip")
    with pytest.raises(urllib.error.URLError, match="not secure"):
        handler.redirect_request(secure, None, 302, "Found", {}, "http://example.org/a.zip")
    assert handler.redirect_request(secure, None, 302, "Found", {}, "https://example.org/b.zip") is not None
