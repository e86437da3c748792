"""The voice with its real engines, and with workers that misbehave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from companion.adapters import voice_process
from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.loudness import amplitude, gated_rms
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_process import Deadline
from companion.adapters.voice_settings import MEASURED, NOMINAL, VoiceError, VoiceSettings, nominal_rate
from companion.adapters.voices import choose_voice
from companion.timeline import PLAYBACK_RATE
from companion.trouble import Trouble

VOICES = [Pyttsx3Voice, EspeakVoice]
LINE = "Good evening. Shall we begin?"
PATIENT = Deadline(base_s=60)
"""The machine of a test may be busy; only tests about lateness are impatient."""

WORKER = Path(voice_process.__file__).with_name("voice_worker_espeak.py")


def program(folder: Path, body: str) -> Path:
    """A worker that reads its job into `job` and then does `body`."""
    file = folder / "worker.py"
    file.write_text(f"import json, os, signal, sys, wave\njob = json.loads(sys.stdin.buffer.read())\n{body}\n")
    return file


def runs(folder: Path) -> int:
    return len((folder / "runs").read_text())


@pytest.mark.parametrize("voice", VOICES)
def test_a_line_is_spoken_at_one_level_with_our_pause_in_it(voice: type[Pyttsx3Voice | EspeakVoice]) -> None:
    sound = voice(VoiceSettings(sentence_pause_s=0.8), deadline=PATIENT).render(LINE)
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert gated_rms(sound, PLAYBACK_RATE) == pytest.approx(-20, abs=0.5)
    assert np.abs(sound).max() <= amplitude(-2)
    loud = np.flatnonzero(np.abs(sound) > amplitude(-45))
    assert np.diff(loud).max() / PLAYBACK_RATE == pytest.approx(0.82, abs=0.03)
    assert loud[0] < 0.02 * PLAYBACK_RATE and sound.size - loud[-1] < 0.03 * PLAYBACK_RATE


@pytest.mark.parametrize("voice", VOICES)
def test_the_same_lines_are_the_same_bytes_each_time(voice: type[Pyttsx3Voice | EspeakVoice]) -> None:
    lines = ["Good evening.", "Sam, what did you hear?", "Half a minute left.", "Thank you both.", "Take your time."]
    speaking = voice(VoiceSettings(voice="en-us+f3"), deadline=PATIENT)  # breathy: its noise follows the clock unless seeded
    once, again = speaking.render_all(lines), speaking.render_all(list(reversed(lines)), workers=1)[::-1]
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_noise_does_not_follow_the_time_of_day() -> None:
    speaking = EspeakVoice(VoiceSettings(voice="en-us+whisper"), deadline=PATIENT)
    first = speaking.render("Thank you.")
    second = int(time.time())
    while int(time.time()) == second:  # the library's own seed changes with the second
        later = speaking.render("Thank you.")
    assert np.array_equal(first, later)
    assert np.array_equal(first, speaking.render("Thank you."))


@pytest.mark.parametrize("voice", VOICES)
def test_a_line_from_the_cache_is_the_line_and_needs_no_process(voice: type[Pyttsx3Voice | EspeakVoice], tmp_path: Path) -> None:
    cache = VoiceCache(tmp_path / "cache")
    speaking = voice(VoiceSettings(), cache, PATIENT)
    assert not speaking.cached(LINE)
    first = speaking.render(LINE)
    assert speaking.cached(LINE)
    no_engine = voice(VoiceSettings(), cache, program=program(tmp_path, "sys.exit(1)"))
    assert np.array_equal(no_engine.render(LINE), first)
    assert np.array_equal(no_engine.render("Shall we begin?"), speaking.render("Shall we begin?"))  # kept by sentence
    with pytest.raises(VoiceError):
        no_engine.render("Something new.")


def test_a_line_that_quotes_a_partner_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    speaking = EspeakVoice(VoiceSettings(), VoiceCache(tmp_path), PATIENT)
    quoted = speaking.render("You felt alone at the station.", keep=False)
    assert not list(tmp_path.iterdir()) and not speaking.cached("You felt alone at the station.")
    assert np.array_equal(speaking.render("You felt alone at the station."), quoted)


def test_a_damaged_cache_file_is_spoken_anew(tmp_path: Path) -> None:
    speaking = EspeakVoice(VoiceSettings(), VoiceCache(tmp_path), PATIENT)
    first = speaking.render("Thank you.")
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    file.write_bytes(good[:-500])
    assert np.array_equal(speaking.render("Thank you."), first)
    assert file.read_bytes() == good


@pytest.mark.parametrize(
    "other",
    [
        VoiceSettings(voice="en"),
        VoiceSettings(words_a_minute=150),
        VoiceSettings(pitch=60),
        VoiceSettings(volume=0.7),
    ],
)
def test_another_setting_is_another_cached_sound(other: VoiceSettings, tmp_path: Path) -> None:
    cache = VoiceCache(tmp_path)
    EspeakVoice(VoiceSettings(), cache, PATIENT).render("Thank you.")
    assert not EspeakVoice(other, cache, PATIENT).cached("Thank you.")
    assert not Pyttsx3Voice(VoiceSettings(), cache, PATIENT).cached("Thank you.")
    assert EspeakVoice(VoiceSettings(sentence_pause_s=0.9, pregain_db=3), cache, PATIENT).cached("Thank you.")


def test_an_unwritable_cache_folder_does_not_silence_the_voice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    voice, _ = choose_voice(VoiceSettings(), tmp_path / "file", PATIENT)
    assert voice.render("Thank you.").size > 0
    assert not voice.cached("Thank you.")


@pytest.mark.parametrize("text", ["", " ", "...", "❤", "a\x00b", "word " * 100])
@pytest.mark.parametrize("voice", VOICES)
def test_the_unspeakable_is_refused_before_a_worker_starts(
    text: str, voice: type[Pyttsx3Voice | EspeakVoice], tmp_path: Path
) -> None:
    never = program(tmp_path, f"open({str(tmp_path / 'started')!r}, 'w')")
    with pytest.raises(VoiceError):
        voice(program=never).render(text)
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(("name", "says"), [("nope", "no voice 'nope'"), ("en-gb", "no voice 'en-gb'"), ("en-us+f33", "try f3")])
def test_an_unknown_voice_is_an_error_and_never_another_voice(
    voice: type[Pyttsx3Voice | EspeakVoice], name: str, says: str
) -> None:
    with pytest.raises(VoiceError, match=says) as refusal:
        voice(VoiceSettings(voice=name), deadline=PATIENT).render("Good evening.")
    assert refusal.value.refused


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "status -9"),
        ("print('it broke', file=sys.stderr); sys.exit(1)", "it broke"),
        ("sys.exit(0)", "no usable sound"),
        ("open(job['wav'], 'wb').write(b'RIFF')", "no usable sound"),
        ("signal.pause()", "gave no answer"),
    ],
)
def test_a_failing_worker_is_tried_twice_and_then_reported(body: str, says: str, tmp_path: Path) -> None:
    bad = program(tmp_path, f"open({str(tmp_path / 'runs')!r}, 'a').write('.')\n{body}")
    deadline = Deadline(base_s=2.5, per_character_s=0) if "pause" in body else PATIENT
    with pytest.raises(VoiceError, match=says):
        Pyttsx3Voice(deadline=deadline, program=bad).render("Good evening.")
    assert runs(tmp_path) == 2


def test_a_worker_that_says_no_is_not_asked_again(tmp_path: Path) -> None:
    refusing = program(tmp_path, f"open({str(tmp_path / 'runs')!r}, 'a').write('.')\nsys.exit({voice_process.REFUSED})")
    with pytest.raises(VoiceError) as refusal:
        EspeakVoice(program=refusing).render("Good evening.")
    assert refusal.value.refused and runs(tmp_path) == 1


def test_a_worker_that_dies_once_goes_unnoticed(tmp_path: Path) -> None:
    body = f"""
seen = {str(tmp_path / "runs")!r}
first = not os.path.exists(seen)
open(seen, "a").write(".")
if first:
    os.kill(os.getpid(), signal.SIGKILL)
import io
sys.stdin = io.TextIOWrapper(io.BytesIO(json.dumps(job).encode()))
exec(compile(open({str(WORKER)!r}).read(), "worker", "exec"), {{"__name__": "__main__"}})
"""
    sound = EspeakVoice(deadline=PATIENT, program=program(tmp_path, body)).render("Good evening.")
    assert runs(tmp_path) == 2
    assert np.array_equal(sound, EspeakVoice(deadline=PATIENT).render("Good evening."))


@pytest.mark.parametrize(
    ("name", "text", "wav"),
    [
        ("voice_worker_espeak.py", "An endless line. " * 100_000, "wav"),
        ("voice_worker_pyttsx3.py", "No file, so no end.", "no folder/wav"),  # the driver swallows the error, and waits for ever
    ],
)
def test_a_hung_worker_whose_parent_is_gone_ends_itself(name: str, text: str, wav: str, tmp_path: Path) -> None:
    engine = voice_process.find_engine()
    job = {
        "text": text, "voice": "en-us", "rate": 80, "pitch": 50, "volume": 1.0, "seconds": 1,
        "wav": str(tmp_path / wav), "words": str(tmp_path / "words"), "library": engine.library, "data": engine.data,
        "packages": [voice_process.package_folder("pyttsx3")],
    }  # fmt: skip
    command = [sys.executable, "-I", "-S", WORKER.with_name(name)]
    ended = subprocess.run(command, input=json.dumps(job).encode(), capture_output=True, check=False)
    assert ended.returncode == -signal.SIGALRM


def test_an_engine_without_async_support_is_spoken_to_all_the_same(tmp_path: Path) -> None:
    """The 64-bit Arm build ends with a bare callback and no event; so does every build when opened as synchronous."""
    real = WORKER.with_name("voice_worker_pyttsx3.py")
    body = f"""
import ctypes, io
sys.path[:0] = job["packages"]
os.environ["ESPEAK_DATA_PATH"] = job["data"]
ctypes.CDLL(job["library"], mode=ctypes.RTLD_GLOBAL)
from pyttsx3.drivers import _espeak
initialize = _espeak.Initialize
_espeak.Initialize = lambda output, buffer: initialize(2, buffer)
sys.stdin = io.TextIOWrapper(io.BytesIO(json.dumps(job).encode()))
exec(compile(open({str(real)!r}).read(), "worker", "exec"), {{"__name__": "__main__"}})
"""
    if voice_process.find_engine().library is None:
        pytest.skip("needs the wheel espeakng-loader")
    arm = Pyttsx3Voice(deadline=Deadline(base_s=20), program=program(tmp_path, body))
    assert np.array_equal(arm.render("Good evening."), Pyttsx3Voice(deadline=PATIENT).render("Good evening."))


def test_nothing_a_worker_prints_reaches_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    Pyttsx3Voice(deadline=PATIENT).render("Good evening.")
    assert capfd.readouterr() == ("", "")


def test_many_lines_come_back_in_order_with_progress() -> None:
    lines = ["One.", "Now this is a longer second line.", "Three."]
    seen: list[tuple[int, int]] = []
    speaking = EspeakVoice(deadline=PATIENT)
    together = speaking.render_all(lines, workers=3, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert all(np.array_equal(sound, speaking.render(line)) for sound, line in zip(together, lines, strict=True))


def test_one_bad_line_among_many_is_an_error() -> None:
    with pytest.raises(VoiceError, match="nothing to say"):
        EspeakVoice(deadline=PATIENT).render_all(["One.", "...", "Three."])


def test_the_second_voice_knows_when_each_word_begins() -> None:
    speaking = EspeakVoice(deadline=PATIENT)
    sound, words = speaking.words(LINE)
    assert np.array_equal(sound, speaking.render(LINE))
    assert [word for word, _ in words] == ["Good", "evening", "Shall", "we", "begin"]
    starts = [at for _, at in words]
    assert starts == sorted(starts) and starts[0] == 0 and starts[-1] < sound.size
    pause_before_shall = sound[starts[2] - round(0.4 * PLAYBACK_RATE) : starts[2] - round(0.02 * PLAYBACK_RATE)]
    assert np.abs(pause_before_shall).max() < amplitude(-45)


def test_the_self_test_chooses_pyttsx3_where_it_works() -> None:
    voice, why = choose_voice(VoiceSettings(), None, PATIENT)
    assert isinstance(voice, Pyttsx3Voice) and "pyttsx3" in why


def test_espeak_itself_speaks_where_pyttsx3_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.adapters.pyttsx3_voice.package_folder", lambda package: None)
    voice, why = choose_voice(VoiceSettings(), None, PATIENT)
    assert isinstance(voice, EspeakVoice) and "pyttsx3 is not installed" in why
    assert voice.render("Good evening.").size > 0


def test_where_nothing_speaks_the_trouble_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = voice_process.Engine("/nowhere/libespeak-ng.so.1", "/nowhere", "none")
    monkeypatch.setattr(voice_process, "find_engine", lambda: nowhere)
    with pytest.raises(Trouble, match="pip install espeakng-loader"):
        choose_voice(VoiceSettings(), None, PATIENT)


def test_an_unknown_voice_in_the_settings_is_said_at_the_self_test() -> None:
    with pytest.raises(Trouble, match="no voice 'nope'"):
        choose_voice(VoiceSettings(voice="nope"), None, PATIENT)


@pytest.mark.parametrize(
    "wrong",
    [{"words_a_minute": 20}, {"words_a_minute": 900}, {"pitch": 100}, {"volume": 0.0}, {"sentence_pause_s": -1}, {"voice": " "}],
)
def test_a_setting_out_of_range_is_trouble(wrong: dict[str, float]) -> None:
    with pytest.raises(Trouble, match=r"set it|give it one"):
        VoiceSettings(**wrong)  # type: ignore[arg-type]


def test_words_a_minute_follow_the_measured_table() -> None:
    assert [nominal_rate(words) for words in MEASURED] == list(NOMINAL)
    assert nominal_rate(165) == pytest.approx(143, abs=2)


def test_speech_is_as_fast_as_asked() -> None:
    line = "Put your phones away, and sit so that you can see each other. Half a minute left. Tell Alex in your own words."
    for asked in (140, 190):
        sound = EspeakVoice(VoiceSettings(words_a_minute=asked), deadline=PATIENT).render(line)
        assert len(line.split()) / (sound.size / PLAYBACK_RATE) * 60 == pytest.approx(asked, rel=0.08)


def test_no_worker_loads_our_package_or_numpy() -> None:
    for name in ("voice_worker_espeak.py", "voice_worker_pyttsx3.py"):
        source = WORKER.with_name(name).read_text()
        assert "import numpy" not in source and "from companion" not in source
    assert os.access(WORKER, os.R_OK)
