"""Which device is meant, and what a person is told when it will not open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from companion.adapters.c_stderr import CStderr
from companion.adapters.calibrate import find_echo, whistle
from companion.adapters.devices import DeviceInfo, Kind, Opened, PortAudio, Tenant, choose, present, sentence
from companion.timeline import RATE
from companion.trouble import Trouble

CARD = DeviceInfo(0, "bcm2835 Headphones: - (hw:0,0)", 0, 2, 48_000)
STICK = DeviceInfo(1, "USB Audio Device: - (hw:1,0)", 1, 2, 44_100)
ARRAY = DeviceInfo(2, "ReSpeaker 4 Mic Array: USB Audio (hw:2,0)", 6, 0, 16_000)
SERVER = DeviceInfo(3, "default", 32, 32, 44_100)
ALL = [CARD, STICK, ARRAY, SERVER]


def test_nobody_asked_means_the_sound_server() -> None:
    assert choose(None, ALL, "microphone") is SERVER
    assert choose(None, ALL, "speaker") is SERVER


def test_without_a_server_the_first_card_that_can_do_it_is_taken() -> None:
    assert choose(None, [CARD, STICK, ARRAY], "microphone") is STICK
    assert choose(None, [CARD, STICK, ARRAY], "speaker") is CARD


def test_a_part_of_the_name_is_enough_in_any_case() -> None:
    assert choose("respeaker", ALL, "microphone") is ARRAY
    assert choose("hw:1,0", ALL, "microphone") is STICK


def test_a_saved_name_is_found_on_another_card_number() -> None:
    moved = DeviceInfo(5, "USB Audio Device: - (hw:4,0)", 1, 2, 44_100)
    assert choose(STICK.plain, [SERVER, moved], "microphone") is moved


def test_a_name_that_fits_two_is_refused_with_both() -> None:
    with pytest.raises(Trouble, match=r"'usb' could be any of: .*USB Audio Device.*ReSpeaker"):
        choose("usb", ALL, "microphone")


def test_a_misspelt_name_gets_a_suggestion_and_the_list() -> None:
    with pytest.raises(Trouble, match=r"no microphone called 'defualt'. Did you mean 'default'\? There is: 'USB"):
        choose("defualt", ALL, "microphone")


def test_a_speaker_is_never_taken_for_a_microphone() -> None:
    with pytest.raises(Trouble, match="no microphone called 'headphones'"):
        choose("headphones", ALL, "microphone")
    with pytest.raises(Trouble, match=r"I find no microphone\. Plug one in"):
        choose(None, [CARD], "microphone")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Error opening: Device unavailable [PaErrorCode -9985]", "Another program is holding the microphone 'stick'"),
        ("Error opening: Invalid sample rate [PaErrorCode -9997]", "'stick' can't record at 16, 44.1 or 48 kHz"),
        ("Unanticipated host error [PaErrorCode -9999]\nTimeout", "The sound server doesn't answer. Run: systemctl"),
        ("Unanticipated host error [PaErrorCode -9999]\nHost is down", "The sound server isn't running"),
        ("Unanticipated host error [PaErrorCode -9999]\nConnection refused", "The sound server isn't running"),
        ("Unanticipated host error [PaErrorCode -9999]\nNo such entity", "The microphone 'stick' is gone"),
        ("something new", "The microphone 'stick' won't open (something new)"),
        ("", "The microphone 'stick' won't open (no reason given)"),
    ],
)
def test_every_refusal_has_its_sentence(said: str, wanted: str) -> None:
    told = sentence("microphone", "stick", said)
    assert told.startswith(wanted)
    assert "\n" not in told


@dataclass
class Tenancy:
    """Somebody with an open stream."""

    willing: bool
    done: list[str] = field(default_factory=list)

    def __hash__(self) -> int:
        return id(self)

    def make_way(self) -> bool:
        self.done.append("asked")
        return self.willing

    def move_back(self) -> None:
        self.done.append("back")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    class Library:
        @staticmethod
        def _terminate() -> None:
            calls.append("terminate")

        @staticmethod
        def _initialize() -> None:
            calls.append("initialize")

    monkeypatch.setattr("companion.adapters.devices._library", lambda: Library)
    return calls


def test_a_new_list_is_read_only_when_every_stream_is_closed(library: list[str]) -> None:
    sound, asking, other = PortAudio(), Tenancy(True), Tenancy(True)
    sound.join(asking)
    sound.join(other)
    assert sound.rescan(asking)
    assert library == ["terminate", "initialize"]
    assert asking.done == [] and other.done == ["asked", "back"]


def test_a_tenant_that_is_busy_puts_the_search_off(library: list[str]) -> None:
    sound, asking, busy = PortAudio(), Tenancy(True), Tenancy(False)
    sound.join(asking)
    sound.join(busy)
    assert not sound.rescan(asking)
    assert library == [] and busy.done == ["asked"]


class Stream:
    """A stream that gives one block at once, or never."""

    active = True

    def __init__(self, first_block: Callable[[], None]) -> None:
        self.start = first_block
        self.closed = False

    def abort(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class House:
    """Sound devices that are there, mute or missing."""

    def __init__(self, microphone: str, speaker: str) -> None:
        self.state: dict[Kind, str] = {"microphone": microphone, "speaker": speaker}
        self.streams: list[Stream] = []

    def open_input(self, device: str | None, channels: int, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        return self._open("microphone", callback, b"")

    def open_output(self, device: str | None, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        return self._open("speaker", callback, np.ones((480, 1), np.int16))

    def join(self, tenant: Tenant) -> None:
        pass

    def rescan(self, asking: Tenant) -> bool:
        return True

    def _open(self, kind: Kind, callback: Callable[..., None], data: Any) -> Opened:
        if self.state[kind] == "missing":
            return Opened(*self._refuse(kind))
        alive = self.state[kind] == "alive"
        self.streams.append(Stream(lambda: callback(data, 480, None, None) if alive else None))
        return Opened(self.streams[-1], kind, 48_000, 1)

    def _refuse(self, kind: Kind) -> Any:
        choose(None, [], kind)


def test_both_devices_there_needs_no_sentence() -> None:
    house = House("alive", "alive")
    assert present(sound=house) == (True, True, "")
    assert all(stream.closed for stream in house.streams)


def test_a_house_without_devices_is_told_in_one_sentence() -> None:
    assert present(sound=House("missing", "missing")) == (
        False,
        False,
        "I find no microphone and no speaker. Plug them in, then run: companion doctor",
    )


def test_a_device_that_never_gives_a_block_does_not_count() -> None:
    there, speaker, told = present(sound=House("mute", "alive"), patience=0.01)
    assert (there, speaker) == (False, True)
    assert told.startswith("The microphone 'microphone' gives no sign of life")


def test_a_machine_without_the_sound_library_is_told_what_to_install() -> None:
    program = (
        "import sys, builtins; real = builtins.__import__\n"
        "def missing(name, *rest):\n"
        "    if name == 'sounddevice': raise OSError('PortAudio library not found')\n"
        "    return real(name, *rest)\n"
        "builtins.__import__ = missing\n"
        "from companion.adapters.devices import present; print(present())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True).stdout
    assert told.strip() == "(False, False, 'The sound library is missing. Run: sudo apt install libportaudio2')"


def test_what_c_prints_on_standard_error_is_kept_from_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    with CStderr() as kept:
        os.write(2, b"ALSA lib pcm.c: underrun occurred\n")
    os.write(2, b"after\n")
    assert kept.text == "ALSA lib pcm.c: underrun occurred"
    assert capfd.readouterr().err == "after\n"


def measuring_sound() -> NDArray[np.float32]:
    return np.asarray(soxr.resample(whistle(), 48_000, RATE), np.float32)


@pytest.mark.parametrize("latency", [0, 480, 1234, 6000])
def test_the_measuring_sound_is_found_in_a_noisy_echoing_room(latency: int) -> None:
    seed = np.random.default_rng(latency)
    echoes = np.zeros(4000)
    echoes[0] = 1.0
    echoes[200:] = seed.normal(0, 0.03, 3800) * np.exp(-np.arange(3800) / 1500)
    heard = seed.normal(0, 0.01, 3 * RATE)
    sound = np.convolve(measuring_sound() * 0.3, echoes)
    heard[latency : latency + len(sound)] += sound
    found = find_echo(measuring_sound(), heard.astype(np.float32))
    assert found is not None
    assert found.latency == pytest.approx(latency, abs=0.001 * RATE)


def test_noise_is_not_taken_for_it() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 3 * RATE).astype(np.float32)
    assert find_echo(measuring_sound(), noise) is None
    assert find_echo(measuring_sound(), np.zeros(3 * RATE, np.float32)) is None
