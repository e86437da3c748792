"""`companion recognize`: one line a clip, in order, whatever the clips and the list of phrases are like."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import soxr
from numpy.typing import NDArray

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.timeline import PLAYBACK_RATE
from tests.cli.conftest import Ask

PHRASES = ("stop", "hold on a moment", "i'm done", "yes", "skip this")
FIELDS = ["clip", "phrase", "confidence", "start", "end", "raw", "cpu_ms"]

Sound = NDArray[np.float32]
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sound]:
    voice = EspeakVoice(VoiceSettings("en-us"), VoiceCache(tmp_path_factory.mktemp("voice")))
    return dict(zip(PHRASES, voice.render_all([f"{phrase}." for phrase in PHRASES], 1), strict=True))


@pytest.fixture
def write(tmp_path: Path, said: dict[str, Sound]) -> Write:
    def written(name: str, phrase: str = "stop", rate: int = 16_000, channels: int = 1, before: float = 0.0) -> Path:
        sound = soxr.resample(said[phrase], PLAYBACK_RATE, rate, "HQ")
        sound = np.concatenate([np.zeros(int(before * rate)), sound])
        sf.write(tmp_path / name, np.stack([sound] * channels, axis=1), rate)
        return tmp_path / name

    return written


@pytest.fixture
def phrases(tmp_path: Path) -> Path:
    file = tmp_path / "phrases.txt"
    file.write_text("\n".join(PHRASES) + "\n")
    return file


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


FORMS = [
    ("a.wav", 16_000, 1), ("a.wav", 8_000, 1), ("a.wav", 11_025, 1), ("a.wav", 44_100, 2), ("a.wav", 96_000, 1),
    ("a.flac", 48_000, 2), ("a.flac", 22_050, 1), ("a.ogg", 48_000, 1), ("a.ogg", 44_100, 2), ("a.wav", 384_000, 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rate", "channels"), FORMS)
def test_a_phrase_is_recognised_in_any_form(ask: Ask, write: Write, phrases: Path, name: str, rate: int, channels: int) -> None:
    clip = write(name, "hold on a moment", rate, channels, before=0.5)
    answer = ask("recognize", clip, "--phrases", phrases, "--json")
    assert answer.status == 0
    (line,) = lines(answer.out)
    assert list(line) == FIELDS
    assert (line["clip"], line["phrase"], line["raw"]) == (str(clip), "hold on a moment", "hold on a moment")
    assert 0.7 <= float(str(line["confidence"])) <= 1.0
    assert 0.4 < float(str(line["start"])) < 0.75
    assert float(str(line["start"])) + 0.5 < float(str(line["end"])) <= sf.info(clip).duration
    assert float(str(line["cpu_ms"])) > 0.0


def test_clips_are_answered_in_order_each_by_itself(ask: Ask, write: Write, phrases: Path) -> None:
    clips = [write(f"{k}.wav", PHRASES[k % len(PHRASES)]) for k in range(10)]
    answer = ask("recognize", *clips, "--phrases", phrases, "--json")
    assert [line["clip"] for line in lines(answer.out)] == [str(clip) for clip in clips]
    assert [line["phrase"] for line in lines(answer.out)] == [PHRASES[k % len(PHRASES)] for k in range(10)]


def test_a_voice_on_the_second_channel_is_heard(ask: Ask, tmp_path: Path, said: dict[str, Sound], phrases: Path) -> None:
    sf.write(tmp_path / "right.wav", np.stack([0.001 * said["stop"], said["stop"]], axis=1), PLAYBACK_RATE)
    answer = ask("recognize", tmp_path / "right.wav", "--phrases", phrases, "--json")
    assert lines(answer.out)[0]["phrase"] == "stop"


def test_a_broken_clip_has_its_line_and_the_others_go_on(ask: Ask, write: Write, phrases: Path, tmp_path: Path) -> None:
    good = write("good.wav")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "page.wav").write_text("<html>404</html>")
    flac = write("cut.flac")
    flac.write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])
    clips = [good, tmp_path / "empty.wav", tmp_path / "page.wav", flac, tmp_path / "nowhere.wav", tmp_path, good]
    answer = ask("recognize", *clips, "--phrases", phrases, "--json")
    found = lines(answer.out)
    assert answer.status == 2
    assert answer.err.strip() == "companion: 5 of 7 clips could not be listened to; mend or leave out those whose lines say why."
    assert [line["clip"] for line in found] == [str(clip) for clip in clips]
    assert [line["phrase"] for line in found] == ["stop", None, None, None, None, None, "stop"]
    assert all(str(line["error"]).endswith((".", ")")) and line["raw"] == "" for line in found[1:6])


def test_a_clip_of_no_length_and_silence_are_no_phrase(ask: Ask, phrases: Path, tmp_path: Path) -> None:
    for name, length in (("none.wav", 0), ("one.wav", 1), ("silence.wav", 30_000)):
        sf.write(tmp_path / name, np.zeros(length), 16_000)
    names = [tmp_path / name for name in ("none.wav", "one.wav", "silence.wav")]
    answer = ask("recognize", *names, "--phrases", phrases, "--json")
    assert answer.status == 0
    assert [(line["phrase"], line["start"], line["end"]) for line in lines(answer.out)] == [(None, None, None)] * 3


def test_a_wav_whose_header_promises_more_is_heard_as_far_as_it_goes(ask: Ask, write: Write, phrases: Path) -> None:
    clip = write("cut.wav", before=0.2)
    clip.write_bytes(clip.read_bytes()[:-200])
    answer = ask("recognize", clip, "--phrases", phrases, "--json")
    assert lines(answer.out)[0]["phrase"] == "stop"


def test_a_long_recording_is_no_phrase_and_ends(ask: Ask, tmp_path: Path, said: dict[str, Sound], phrases: Path) -> None:
    talk = np.tile(np.concatenate([said["stop"], said["yes"]]), 60)
    sf.write(tmp_path / "long.wav", talk, PLAYBACK_RATE)
    answer = ask("recognize", tmp_path / "long.wav", "--phrases", phrases, "--json")
    assert answer.status == 0
    assert lines(answer.out)[0]["phrase"] is None


def test_without_unk_other_speech_is_one_of_the_phrases(ask: Ask, write: Write, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text("yes\nno\n")
    clip = write("other.wav", "hold on a moment")
    with_unknown = lines(ask("recognize", clip, "--phrases", tmp_path / "two.txt", "--json").out)
    without = lines(ask("recognize", clip, "--phrases", tmp_path / "two.txt", "--no-unk", "--json").out)
    assert with_unknown[0]["phrase"] is None
    assert "[unk]" in str(with_unknown[0]["raw"])
    assert set(str(without[0]["raw"]).split()) <= {"yes", "no"}


# --- the list of phrases

TEXTS = {
    "as written": b"stop\nyes\n",
    "blank lines and comments": b"\n# what ends it\n\n  stop  \n\n#no\nyes\n\n",
    "twice": b"stop\nyes\nstop\n stop\n",
    "from Windows": b"\xef\xbb\xbfstop\r\nyes\r\n",
    "from Windows, wide": "stop\r\nyes\r\n".encode("utf-16"),
    "in capitals": b"STOP\nYes\n",
    "with signs": b"Stop!\nyes\n",
    "without a last line end": b"yes\nstop",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_phrases_are_read_however_they_were_written(ask: Ask, write: Write, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "phrases.txt").write_bytes(text)
    answer = ask("recognize", write("a.wav"), "--phrases", tmp_path / "phrases.txt", "--json")
    assert answer.status == 0
    assert str(lines(answer.out)[0]["phrase"]).rstrip("!") == "stop"


def test_a_hyphen_and_a_curly_apostrophe_are_how_people_write(ask: Ask, write: Write, tmp_path: Path) -> None:
    (tmp_path / "phrases.txt").write_text("i’m done\nhold on - a moment\n", encoding="utf-8")
    answer = ask("recognize", write("a.wav", "i'm done"), "--phrases", tmp_path / "phrases.txt", "--json")
    assert lines(answer.out)[0]["phrase"] == "i’m done"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"stop\nxyzzy please\nqwertz\n", "cannot hear 'xyzzy', 'qwertz' (as in 'xyzzy please' in"),
        (b"", "holds no phrases; write one a line."),
        (b"\n# stop\n", "holds no phrases"),
        (b"\xff\xfe\xff", "give me a text file"),
        (b"!!!\n", "cannot hear '!!!'"),
    ],
)
def test_phrases_that_cannot_be_heard_are_refused_by_name(
    ask: Ask, write: Write, tmp_path: Path, text: bytes, sentence: str
) -> None:
    (tmp_path / "phrases.txt").write_bytes(text)
    answer = ask("recognize", write("a.wav"), "--phrases", tmp_path / "phrases.txt", "--json")
    assert answer.status == 2
    assert answer.out == ""
    assert sentence in answer.err
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize("where", ["nowhere", "."])
def test_a_folder_that_is_no_model_is_one_sentence(ask: Ask, write: Write, phrases: Path, tmp_path: Path, where: str) -> None:
    answer = ask("recognize", write("a.wav"), "--phrases", phrases, "--model", tmp_path / where, "--json")
    assert answer.status == 2
    assert len(answer.err.strip().splitlines()) == 1
    assert "speech model" in answer.err
