"""`companion replay` on whatever people have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_settings import VoiceSettings
from companion.timeline import PLAYBACK_RATE
from tests.cli.conftest import Ask, Said

ALEX = "I walked home along the canal today. There were two herons standing in the shallow water, quite still."
SAM = "The bakery had run out of rye bread. So I bought a plain loaf, and a bun for the way home."


class Recordings:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        hush = np.zeros(PLAYBACK_RATE // 2, np.float32)
        self.alex = 0.5 * Pyttsx3Voice(VoiceSettings("en-us+m3", 170, 38)).render(ALEX)
        self.sam = 0.5 * Pyttsx3Voice(VoiceSettings("en-us+f3", 165, 58)).render(SAM)
        self.mix = np.concatenate([hush, self.alex, hush, self.sam, hush, hush])
        for name in ("alex", "sam", "mix"):
            sf.write(folder / f"{name}.wav", getattr(self, name), PLAYBACK_RATE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    return Recordings(tmp_path_factory.mktemp("recordings"))


def replayed(ask: Ask, made: Recordings, out: Path, *more: object, **other: Path) -> Said:
    files = {name: made.folder / f"{name}.wav" for name in ("mix", "alex", "sam")} | other
    return ask(
        "replay", files["mix"], "--enroll", f"Alex={files['alex']}", "--enroll", f"Sam={files['sam']}",
        "--events", out / "out.jsonl", "--rttm", out / "out.rttm", *more,
    )  # fmt: skip


def test_a_talk_is_written_as_events_and_rttm(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    assert replayed(ask, made, tmp_path).status == 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["by"] for line in lines if line["event"] == "turn"] == ["Alex", "Sam"]
    for row in (tmp_path / "out.rttm").read_text().splitlines():
        columns = row.split()
        assert len(columns) == 10
        assert columns[0] == "SPEAKER"
        assert columns[7] in ("Alex", "Sam")


def test_with_a_floor_the_other_interrupts(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    length = len(made.mix) / PLAYBACK_RATE
    assert replayed(ask, made, tmp_path, "--floor", f"Alex:0-{length:.1f}").status == 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    came_in = [line for line in lines if line["event"] == "interruption"]
    assert [(line["by"], line["of"]) for line in came_in] == [("Sam", "Alex")]
    assert came_in[0]["start"] < came_in[0]["noticed"]


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("eight.wav", 8_000, 1, "PCM_U8"),
        ("high.wav", 96_000, 2, "PCM_24"),
        ("seven.wav", 44_100, 7, "FLOAT"),
        ("a.flac", 22_050, 1, "PCM_16"),
    ],
)
def test_any_common_recording_is_heard(
    ask: Ask, made: Recordings, tmp_path: Path, name: str, rate: int, channels: int, subtype: str
) -> None:
    import soxr

    sound = np.repeat(soxr.resample(made.mix, PLAYBACK_RATE, rate)[:, None], channels, axis=1)
    sf.write(tmp_path / name, sound, rate, subtype)
    assert replayed(ask, made, tmp_path, mix=tmp_path / name).status == 0
    assert '"turn"' in (tmp_path / "out.jsonl").read_text()


@pytest.mark.parametrize("kind", ["zeros", "clipped", "nan"])
def test_a_strange_recording_is_heard_to_its_end(ask: Ask, made: Recordings, tmp_path: Path, kind: str) -> None:
    sound = {"zeros": np.zeros_like(made.mix), "clipped": np.clip(made.mix * 50, -1, 1), "nan": made.mix.copy()}[kind]
    if kind == "nan":
        sound[::1000] = np.nan
    sf.write(tmp_path / "mix.wav", sound, PLAYBACK_RATE, "FLOAT")
    assert replayed(ask, made, tmp_path, mix=tmp_path / "mix.wav").status == 0


def wrong(folder: Path, made: Recordings, what: str) -> dict[str, Path]:
    path = folder / "wrong.wav"
    if what == "empty file":
        path.write_bytes(b"")
    elif what == "text":
        path.write_text("this is no sound")
    elif what == "no sound":
        sf.write(path, np.zeros((0, 1)), 16_000)
    return {"mix": path if what != "missing" else folder / "nowhere.wav"}


@pytest.mark.parametrize("what", ["empty file", "text", "no sound", "missing"])
def test_what_cannot_be_heard_is_one_sentence_and_leaves_nothing(ask: Ask, made: Recordings, tmp_path: Path, what: str) -> None:
    said = replayed(ask, made, tmp_path, **wrong(tmp_path, made, what))
    assert said.status == 2
    assert len(said.err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("out.*"))


def test_an_enrolment_with_too_little_speech_is_refused(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    sf.write(tmp_path / "short.wav", made.alex[: 2 * PLAYBACK_RATE], PLAYBACK_RATE)
    said = replayed(ask, made, tmp_path, alex=tmp_path / "short.wav")
    assert said.status == 2
    assert "short.wav" in said.err
    assert "3 seconds" in said.err


def test_the_same_person_twice_is_refused(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    said = replayed(ask, made, tmp_path, sam=made.folder / "alex.wav")
    assert said.status == 2
    assert "same" in said.err or "other partner" in said.err


def test_a_silent_enrolment_is_refused(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    sf.write(tmp_path / "hush.wav", np.zeros(5 * PLAYBACK_RATE), PLAYBACK_RATE)
    said = replayed(ask, made, tmp_path, sam=tmp_path / "hush.wav")
    assert said.status == 2
    assert "silent" in said.err


@pytest.mark.parametrize("floor", ["Alex", "Alex:5", "Alex:9-3", "Kim:0-3", "Alex:a-b", "Alex:-1-3"])
def test_a_floor_that_makes_no_sense_is_one_sentence(ask: Ask, made: Recordings, tmp_path: Path, floor: str) -> None:
    said = replayed(ask, made, tmp_path, "--floor", floor)
    assert said.status == 2
    assert "--floor" in said.err


def test_a_folder_that_cannot_be_written_is_one_sentence(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = replayed(ask, made, tmp_path / "file")
    assert said.status == 2
    assert "can't write" in said.err


def test_one_partner_is_not_enough(ask: Ask, made: Recordings, tmp_path: Path) -> None:
    said = ask(
        "replay", made.folder / "mix.wav", "--enroll", f"Alex={made.folder / 'alex.wav'}", "--events", tmp_path / "e.jsonl"
    )
    assert said.status == 2
    assert "two partners" in said.err
