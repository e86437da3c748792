"""Sound through real PortAudio streams and a virtual room. Order and existence are asserted, with bounds of a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from virtual_room import Ear, VirtualRoom

from companion.adapters.calibrate import calibrate
from companion.adapters.devices import list_devices, present
from companion.adapters.loudspeaker import Loudspeaker
from companion.adapters.microphone import Microphone, channels_differ
from companion.timeline import RATE
from companion.trouble import Trouble

pytestmark = [pytest.mark.rig, pytest.mark.slow]

Heard = list[tuple[int, NDArray[np.float32]]]


@pytest.fixture(scope="module")
def pair(rig: VirtualRoom) -> Iterator[tuple[Microphone, Loudspeaker]]:
    """Both devices, warm: the first second after opening is late on a sound server."""
    with Loudspeaker("rig_speaker") as loudspeaker, Microphone("rig_mic") as microphone:
        listen(microphone, lambda heard: bool(heard), 10)
        listen(microphone, lambda heard: False, 2)
        yield microphone, loudspeaker


def listen(microphone: Microphone, enough: Callable[[Heard], bool], at_most: float) -> Heard:
    """Blocks until `enough` says so, or `at_most` seconds have passed."""
    heard: Heard = []
    until = time.monotonic() + at_most
    while not enough(heard) and time.monotonic() < until:
        block = microphone.read(0.1)
        if block is not None:
            heard.append(block)
    return heard


def reports(microphone: Microphone, loudspeaker: Loudspeaker, at_most: float) -> dict[str, float]:
    """What the speaker says of its cue until it is done."""
    said: dict[str, float] = {}

    def done(heard: Heard) -> bool:
        said.update({how: at for how, _, at in loudspeaker.events()})
        return "ended" in said or "cut" in said

    listen(microphone, done, at_most)
    return said


def whole(ear: Ear) -> tuple[float, float]:
    """From the first sound to the last; a busy computer may tear holes between."""
    stretches = ear.loud_stretches()
    assert stretches, "nothing was heard"
    return stretches[0][0], stretches[-1][1]


def tone(seconds: float) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 48_000)) / 48_000)).astype(np.float32)


def test_the_virtual_devices_are_listed_and_alive(rig: VirtualRoom) -> None:
    assert {"rig_mic", "rig_speaker"} <= {device.name for device in list_devices()}
    assert present("rig_mic", "rig_speaker") == (True, True, "")


def test_a_cue_is_heard_when_the_speaker_says_so(rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]) -> None:
    microphone, loudspeaker = pair
    with Ear(rig) as ear:
        listen(microphone, lambda heard: ear.heard_until() > 0, 5)
        loudspeaker.play(7, tone(0.5))
        said = reports(microphone, loudspeaker, 5)
        listen(microphone, lambda heard: ear.heard_until() > said["ended"] + 0.2, 5)
    start, end = whole(ear)
    assert end - start == pytest.approx(0.5, abs=0.5)
    assert start == pytest.approx(said["started"], abs=1.0)
    assert end == pytest.approx(said["ended"], abs=1.0)
    assert not loudspeaker.busy


def test_a_hushed_cue_is_silent_within_a_second(rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]) -> None:
    microphone, loudspeaker = pair
    with Ear(rig) as ear:
        listen(microphone, lambda heard: ear.heard_until() > 0, 5)
        loudspeaker.play(8, tone(6.0))
        listen(microphone, lambda heard: False, 0.5)
        ordered = time.monotonic()
        loudspeaker.hush()
        said = reports(microphone, loudspeaker, 5)
        listen(microphone, lambda heard: ear.heard_until() > ordered + 1.5, 5)
    _, end = whole(ear)
    assert ordered < end < ordered + 1.0
    assert "cut" in said


def test_a_wav_comes_through_the_microphone_whole_on_two_channels(
    rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker], tmp_path: Path
) -> None:
    microphone, _ = pair
    seed = np.random.default_rng(1)
    noise = seed.normal(0, 0.1, (48_000 * 2, 2)) * np.hanning(48_000 * 2)[:, None]
    noise = np.apply_along_axis(lambda x: np.convolve(x, np.ones(12) / 4, "same"), 0, noise)
    soundfile.write(tmp_path / "dinner.wav", noise, 48_000, subtype="PCM_16")
    playing = rig.feed(tmp_path / "dinner.wav")
    heard = listen(microphone, lambda heard: False, 3.5)
    playing.wait(5)
    assert [at for at, _ in heard] == [heard[0][0] + 512 * n for n in range(len(heard))]
    sound = np.concatenate([block for _, block in heard])
    sent = noise[::3]
    likeness = [[best_likeness(sent[:, s], sound[:, c]) for c in range(2)] for s in range(2)]
    assert likeness[0][0] > 0.9 and likeness[1][1] > 0.9
    assert likeness[0][1] < 0.3 and likeness[1][0] < 0.3
    assert channels_differ(sound)


def test_the_delay_of_the_room_can_be_measured(rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]) -> None:
    """The virtual speaker is not heard by the virtual microphone, so the microphone listens to the speaker's monitor instead."""
    _, loudspeaker = pair
    rig.wire_speaker_to_room()
    with Microphone("rig_mic") as microphone:
        listen(microphone, lambda heard: bool(heard), 10)
        listen(microphone, lambda heard: False, 2)
        echo = calibrate(microphone, loudspeaker)
    rig.unwire()
    assert 0 <= echo.latency < RATE
    assert echo.likeness > 0.5


def test_a_pulled_speaker_is_noticed_and_found_again(rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]) -> None:
    microphone, loudspeaker = pair
    loudspeaker.play(9, tone(8.0))
    listen(microphone, lambda heard: False, 0.3)
    rig.unplug("speaker")
    listen(microphone, lambda heard: loudspeaker.lost, 5)
    assert loudspeaker.lost
    assert [(how, cue) for how, cue, _ in loudspeaker.events()][-1] == ("cut", 9)
    assert not loudspeaker.reopen()
    assert not microphone.lost
    rig.plug("speaker")
    listen(microphone, lambda heard: loudspeaker.reopen(), 25)
    assert not loudspeaker.lost
    loudspeaker.play(10, tone(0.2))
    assert {"started", "ended"} <= set(reports(microphone, loudspeaker, 5))


def test_a_pulled_microphone_leaves_silence_of_the_right_length_and_is_found_again(
    rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]
) -> None:
    microphone, loudspeaker = pair
    before = listen(microphone, lambda heard: len(heard) >= 5, 5)
    began = time.monotonic()
    rig.unplug("room")
    lost = listen(microphone, lambda heard: microphone.lost, 5)
    assert microphone.lost
    assert not microphone.reopen()
    silence = listen(microphone, lambda heard: False, 1.0)
    rig.plug("room")
    back = listen(microphone, lambda heard: microphone.reopen() and not microphone.lost and len(heard) > 10, 25)
    took = time.monotonic() - began
    assert not microphone.lost
    assert not loudspeaker.lost
    everything = before + lost + silence + back
    assert [at for at, _ in everything] == [everything[0][0] + 512 * n for n in range(len(everything))]
    assert (everything[-1][0] - before[-1][0]) / RATE == pytest.approx(took, abs=1.0)


def test_a_sleeping_microphone_is_noticed_without_any_word_from_the_system(
    rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]
) -> None:
    microphone, _ = pair
    rig.suspend_microphone(True)
    listen(microphone, lambda heard: microphone.lost, 5)
    assert microphone.lost
    rig.suspend_microphone(False)
    listen(microphone, lambda heard: microphone.reopen() and not microphone.lost, 25)
    assert not microphone.lost


def test_a_pause_records_nothing_and_time_goes_on(rig: VirtualRoom, pair: tuple[Microphone, Loudspeaker]) -> None:
    microphone, _ = pair
    before = listen(microphone, lambda heard: len(heard) >= 3, 5)
    microphone.pause()
    paused = listen(microphone, lambda heard: False, 1.0)
    assert not microphone.lost
    microphone.resume()
    after = listen(microphone, lambda heard: len(heard) > 80, 10)
    everything = before + paused + after
    assert [at for at, _ in everything] == [everything[0][0] + 512 * n for n in range(len(everything))]
    assert all(not block.any() for _, block in paused[2:])
    assert len(paused) == pytest.approx(31, abs=16)


def test_a_device_that_is_not_there_is_named_with_those_that_are(rig: VirtualRoom) -> None:
    with pytest.raises(Trouble, match="Did you mean 'rig_mic'"):
        Microphone("rig_mik")


def best_likeness(sent: NDArray[np.float64], heard: NDArray[np.float32]) -> float:
    size = 1 << (len(sent) + len(heard)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    best = int(np.argmax(np.abs(products[: len(heard) - len(sent)])))
    part = heard[best : best + len(sent)]
    return float(abs(sent @ part) / (np.linalg.norm(sent) * np.linalg.norm(part) + 1e-12))
