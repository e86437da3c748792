"""The live evening, end to end: the real program on real PortAudio streams in a virtual room, with two rendered partners."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from live_evening import LiveEvening, Unheard
from virtual_room import Ear, VirtualRoom

from companion.adapters.event_log import read
from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_settings import VoiceSettings
from companion.evening import house
from companion.events import EveningStarted
from companion.timeline import PLAYBACK_RATE

pytestmark = [pytest.mark.rig, pytest.mark.slow]

ALEX, SAM = "en-us+m3", "en-us+f3"
BEGIN, AND_YOU, DAY = r"[Bb]egin|Shall we", r"^Sam\?|And you|you too", r"day|How was today"


@pytest.fixture(autouse=True)
def model() -> None:
    if house.recognizer() is None:
        pytest.skip("models/embedded-en is not there: nobody could be understood")


class Partners:
    """Two people made of rendered speech, in front of the virtual microphone."""

    def __init__(self, rig: VirtualRoom, folder: Path, *lines: tuple[str, str]) -> None:
        """`lines`: by whose voice, and what; rendered beforehand, so that nobody waits for an answer."""
        self._rig = rig
        self._wavs = {line: folder / f"line-{number}.wav" for number, line in enumerate(lines)}
        for voice, text in lines:
            sound = 0.7 * Pyttsx3Voice(VoiceSettings(voice=voice)).render(text)
            quiet = np.zeros(PLAYBACK_RATE // 10, np.float32)
            soundfile.write(
                self._wavs[voice, text], np.repeat(np.concatenate([quiet, sound, quiet])[:, None], 2, 1), PLAYBACK_RATE
            )

    def say(self, voice: str, text: str) -> None:
        """Speak, and wait until it has been said."""
        assert self._rig.feed(self._wavs[voice, text]).wait(30) == 0

    def say_until(self, heard: Callable[[], object], evening: LiveEvening, voice: str, text: str) -> None:
        """As people do: once, and again where it was not heard (a busy computer tears holes into what is said)."""
        for _ in range(3):
            self.say(voice, text)
            with suppress(Unheard):
                evening.wait_until(heard, 4.0)
                return
        raise AssertionError(f"{text!r} was said three times and never heard:\n{evening.printed}")


def test_two_say_yes_and_one_says_stop(rig: VirtualRoom, tmp_path: Path) -> None:
    partners = Partners(rig, tmp_path, (ALEX, "yes please"), (SAM, "yes please"), (ALEX, "stop"))
    with Ear(rig) as ear, LiveEvening(rig, tmp_path / "home", "--keep-log", str(tmp_path / "home" / "log")) as evening:
        evening.wait_until(lambda: evening.spoken(BEGIN))
        partners.say_until(lambda: evening.count("answer") == 1, evening, ALEX, "yes please")
        evening.wait_until(lambda: evening.spoken(AND_YOU))
        partners.say_until(lambda: evening.count("answer") == 2, evening, SAM, "yes please")
        evening.wait_until(lambda: evening.spoken(DAY))
        partners.say_until(lambda: evening.has("command", command="stop"), evening, ALEX, "stop")
        assert evening.end() == 0, evening.printed
    log = evening.log()
    answers = [event["answer"] for event in log if event["event"] == "answer"]
    assert answers == ["yes", "yes"]
    stop = next(event for event in log if event["event"] == "command")
    assert stop["command"] == "stop"
    assert "by" not in stop
    farewell = [event for event in log if event["event"] == "cue" and event["id"] == "c_stop"]
    assert len(farewell) == 1
    assert log[-1]["event"] == "evening_ended" and log[-1]["outcome"] == "stopped"
    assert sum(end - start for start, end in ear.loud_stretches()) > 5.0
    assert (tmp_path / "home" / "log" / "evening.yaml").exists()
    assert not list((tmp_path / "home" / "log").glob("*.part"))
    assert evening.left_behind() == []
    assert evening.complaints == ""


def test_what_the_log_calls_spoken_was_heard_then(rig: VirtualRoom, tmp_path: Path) -> None:
    """Samples of the microphone and seconds in the room differ by one number, the same for all lines."""
    with Ear(rig) as ear, LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(lambda: len(evening.spoken(".")) >= 3)
        spoken = evening.spoken(".")
        evening.send(signal.SIGTERM)
        assert evening.end() == 0
    begun = [start for start, _ in ear.loud_stretches()]
    apart = begun[0] - spoken[0]["start"]
    for line in spoken[1:]:
        assert min(abs(start - apart - line["start"]) for start in begun) < 0.5


def test_sigterm_while_it_speaks_is_silence_and_leaves_nothing(rig: VirtualRoom, tmp_path: Path) -> None:
    with Ear(rig) as ear, LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(lambda: any(event["event"] == "cue" and "Alex" in event["text"] for event in evening.log()))
        evening.wait_until(lambda: ear.loud_stretches() and ear.loud_stretches()[-1][1] > ear.heard_until() - 0.1)
        assert evening.left_behind() != []
        told = time.monotonic()
        evening.send(signal.SIGTERM)
        assert evening.end() == 0
        evening.pause_until(lambda: ear.heard_until() > told + 2.0)
    assert ear.loud_stretches()[-1][1] < told + 1.0
    assert evening.printed.strip().endswith("Stopped. Good night.")
    assert evening.left_behind() == []
    assert evening.complaints == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_starts_ends_it_in_one_sentence(rig: VirtualRoom, tmp_path: Path, number: int) -> None:
    with LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(evening.listens_for_signals)
        evening.send(number)
        assert evening.end() == 0
    assert evening.printed.splitlines() == ["Stopped. Good night."]
    assert evening.left_behind() == []


def test_a_killed_evening_leaves_a_log_that_reads(rig: VirtualRoom, tmp_path: Path) -> None:
    with LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(lambda: evening.spoken("."))
        evening.send(signal.SIGKILL)
        evening.end()
    left = {path.name: path for path in evening.left_behind() if path.parent.name != "running"}  # that mark says whose it was
    assert set(left) == {"events.jsonl.part", "evening.yaml"}
    assert next(iter(read(left["events.jsonl.part"]))) == EveningStarted(0, 0, "first-table", ("Alex", "Sam"))
    yesterday = time.time() - 25 * 3600
    for path in (*left.values(), left["evening.yaml"].parent):
        os.utime(path, (yesterday, yesterday))
    with LiveEvening(rig, tmp_path / "home") as another:
        another.wait_until(lambda: "welcome" in another.printed)
        another.send(signal.SIGTERM)
        assert another.end() == 0
    assert another.left_behind() == []


def test_devices_that_are_pulled_pause_the_evening_and_it_goes_on_when_they_are_back(rig: VirtualRoom, tmp_path: Path) -> None:
    with LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(lambda: any(event["event"] == "cue" and "Alex" in event["text"] for event in evening.log()))
        rig.unplug("speaker")
        evening.wait_until(lambda: evening.has("mishap", what="speaker lost"))
        assert evening.states()[-1] == "paused"
        rig.plug("speaker")
        evening.wait_until(lambda: evening.states()[-1] == "welcome", 40)
        before = len(evening.spoken("."))
        evening.wait_until(lambda: len(evening.spoken(".")) > before)
        rig.unplug("room")
        evening.wait_until(lambda: evening.has("mishap", what="microphone lost"))
        rig.plug("room")
        evening.wait_until(lambda: evening.states()[-1] == "welcome", 40)
        evening.wait_until(lambda: evening.has("cue", id="t_microphone_back"))
        evening.send(signal.SIGINT)
        assert evening.end() == 0
    assert evening.complaints == ""


def test_microphone_off_closes_the_stream(rig: VirtualRoom, tmp_path: Path) -> None:
    partners = Partners(rig, tmp_path, (SAM, "microphone off"))
    others = rig.hearers()
    with LiveEvening(rig, tmp_path / "home") as evening:
        evening.wait_until(lambda: evening.spoken(BEGIN))
        assert rig.hearers() == others + 1
        partners.say_until(lambda: evening.has("state", state="deaf"), evening, SAM, "microphone off")
        evening.wait_until(lambda: rig.hearers() == others)
        evening.wait_until(lambda: "microphone off" in evening.printed)
        evening.send(signal.SIGTERM)
        assert evening.end() == 0


def test_a_device_that_is_not_there_is_one_sentence(rig: VirtualRoom, tmp_path: Path) -> None:
    with LiveEvening(rig, tmp_path / "home", "--speaker", "rig_speeker") as evening:
        assert evening.end() == 2
    assert evening.complaints.startswith("companion: I find no speaker called 'rig_speeker'. Did you mean 'rig_speaker'?")
    assert len(evening.printed.splitlines()) == 1
    assert evening.left_behind() == []
