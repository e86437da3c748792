"""The loudspeaker's cues, with the device's callback called by hand, 10 ms at a time."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.adapters.devices import Opened, Tenant
from companion.adapters.loudspeaker import FADE, SILENT_DEVICE, Loudspeaker
from companion.trouble import Trouble

FRAMES = 480
LEAD = 0.03
RATE = 48_000


class FakeStream:
    active = True

    def __init__(self) -> None:
        self.closed = False

    def start(self) -> None:
        pass

    def abort(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class FakeDevice:
    """A speaker in hand: `plays` asks for sound as PortAudio would."""

    def __init__(self, channels: int = 1) -> None:
        self.channels, self.now, self.there, self.lead = channels, 10.0, True, LEAD
        self.streams: list[FakeStream] = []

    def open_output(self, device: str | None, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        if not self.there:
            raise Trouble("I find no speaker.")
        self._callback, self.dies = callback, ended
        self.streams.append(FakeStream())
        return Opened(self.streams[-1], "shelf", RATE, self.channels)

    def open_input(self, device: str | None, channels: int, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        raise Trouble("I find no microphone.")

    def join(self, tenant: Tenant) -> None:
        pass

    def rescan(self, asking: Tenant) -> bool:
        return True

    def plays(self, blocks: int = 1, underflow: bool = False) -> NDArray[np.int16]:
        out = np.full((blocks * FRAMES, self.channels), 77, np.int16)
        for n in range(blocks):
            stamps = SimpleNamespace(outputBufferDacTime=5e8 + self.lead, currentTime=5e8)
            status = SimpleNamespace(output_underflow=underflow)
            self._callback(out[n * FRAMES : (n + 1) * FRAMES], FRAMES, stamps, status)
            self.now += FRAMES / RATE
        return out


def speaker(device: FakeDevice) -> Loudspeaker:
    return Loudspeaker(None, sound=device, now=lambda: device.now)


def level(seconds: float, height: float = 0.5) -> NDArray[np.float32]:
    return np.full(round(seconds * RATE), height, np.float32)


def test_a_cue_is_played_whole_and_told_when_heard() -> None:
    device = FakeDevice()
    loud = speaker(device)
    ramp = np.linspace(-0.5, 0.5, 1000, dtype=np.float32)
    loud.play(4, ramp)
    assert loud.busy
    out = device.plays(4)[:, 0]
    assert np.abs(out[:1000] / 32767 - ramp).max() < 1e-4
    assert not out[1000:].any()
    assert not loud.busy
    (started, ended) = loud.events()
    assert started == ("started", 4, pytest.approx(10.0 + LEAD))
    assert ended == ("ended", 4, pytest.approx(10.0 + LEAD + 1000 / RATE, abs=0.001))
    assert loud.events() == []


def test_between_cues_there_is_silence() -> None:
    device = FakeDevice()
    loud = speaker(device)
    assert not device.plays(5).any()
    assert loud.events() == []


def test_every_channel_of_the_device_plays_the_cue() -> None:
    device = FakeDevice(channels=2)
    loud = speaker(device)
    loud.play(1, level(0.01))
    out = device.plays()
    assert out[:, 0].any() and np.array_equal(out[:, 0], out[:, 1])


def test_a_hushed_cue_fades_without_a_step_and_is_silent_in_time() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(2, level(5.0))
    device.plays(10)
    loud.hush()
    ordered = device.now
    out = device.plays(5)[:, 0].astype(int)
    fade = round(FADE * RATE)
    assert np.all(np.diff(out[:fade]) <= 0) and np.diff(out).min() > -40
    assert not out[fade:].any()
    (_, cut) = loud.events()
    assert cut[:2] == ("cut", 2)
    assert cut[2] - ordered <= 0.05
    assert not loud.busy


def test_hushing_silence_does_nothing() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.hush()
    device.plays()
    loud.play(3, level(0.01))
    assert device.plays().any()
    assert [how for how, _, _ in loud.events()] == ["started", "ended"]


def test_a_second_hush_does_not_begin_the_fade_anew() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(2, level(5.0))
    device.plays(2)
    loud.hush()
    device.plays(1)
    loud.hush()
    assert not device.plays(3)[FRAMES:].any()
    assert [how for how, _, _ in loud.events()] == ["started", "cut"]


def test_a_new_cue_lets_the_old_one_fade_and_follows_at_once() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(5.0))
    device.plays(2)
    loud.play(2, level(0.02, height=-0.5))
    out = device.plays(6)[:, 0]
    fade = round(FADE * RATE)
    assert out[0] > 0 and np.all(out[fade : fade + 960] < 0)
    assert [(how, cue) for how, cue, _ in loud.events()] == [("started", 1), ("cut", 1), ("started", 2), ("ended", 2)]


def test_a_cue_that_never_sounded_is_still_reported() -> None:
    device = FakeDevice()
    loud = speaker(device)
    for cue in (1, 2, 3):
        loud.play(cue, level(0.5))
    loud.hush()
    device.plays(3)
    assert [(how, cue) for how, cue, _ in loud.events()] == [("cut", 1), ("cut", 2), ("cut", 3)]
    assert not loud.busy


def test_an_empty_cue_starts_and_ends() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(0.0))
    device.plays()
    assert [how for how, _, _ in loud.events()] == ["started", "ended"]


def test_gain_is_in_decibels_and_never_wraps_round() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(0.01, 0.1), gain_db=6.0206)
    assert device.plays()[0, 0] == pytest.approx(0.2 * 32767, abs=2)
    loud.play(2, level(0.01, 0.9), gain_db=12.0)
    assert device.plays()[0, 0] == 32767


def test_an_underflow_is_counted_and_told_only_where_a_cue_sounded() -> None:
    device = FakeDevice()
    loud = speaker(device)
    device.plays(1, underflow=True)
    assert loud.underflows == 1 and loud.events() == []
    loud.play(6, level(1.0))
    device.plays(1)
    device.plays(1, underflow=True)
    assert [(how, cue) for how, cue, _ in loud.events()] == [("started", 6), ("underflow", 6)]


def test_stamps_that_cannot_be_true_are_not_believed() -> None:
    device = FakeDevice()
    loud = speaker(device)
    device.plays()
    device.lead = -3.0
    loud.play(1, level(0.01))
    at = device.now
    device.plays()
    assert loud.events()[0][2] == pytest.approx(at + LEAD)


def test_the_cue_of_a_lost_device_is_cut() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(5.0))
    device.plays(3)
    device.dies()
    assert loud.lost
    assert [(how, cue) for how, cue, _ in loud.events()] == [("started", 1), ("cut", 1)]
    loud.play(2, level(1.0))
    assert [(how, cue) for how, cue, _ in loud.events()] == [("cut", 2)]
    assert not loud.busy


def test_a_device_that_asks_for_nothing_is_lost() -> None:
    device = FakeDevice()
    loud = speaker(device)
    device.plays(300)
    device.now += SILENT_DEVICE - 0.05
    assert not loud.lost
    device.now += 0.1
    assert loud.lost


def test_a_speaker_that_comes_back_plays_the_next_cue() -> None:
    device = FakeDevice()
    loud = speaker(device)
    device.there = False
    device.dies()
    assert not loud.reopen() and loud.lost
    device.there = True
    assert loud.reopen() and not loud.lost
    loud.play(9, level(0.01))
    assert device.plays().any()
    assert [how for how, _, _ in loud.events()] == ["started", "ended"]


def test_a_speaking_loudspeaker_does_not_make_way() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(1.0))
    device.plays()
    assert not loud.make_way() and not device.streams[-1].closed
    loud.hush()
    device.plays(3)
    assert loud.make_way() and device.streams[-1].closed
    loud.move_back()
    assert not loud.lost


def test_an_error_in_the_callback_is_counted_and_kept_from_portaudio() -> None:
    device = FakeDevice()
    loud = speaker(device)
    device._callback(np.zeros((FRAMES, 1), np.int16), FRAMES, None, None)
    assert loud.callback_errors == 1


def test_closing_in_the_middle_of_a_cue_is_safe_twice() -> None:
    device = FakeDevice()
    loud = speaker(device)
    loud.play(1, level(1.0))
    device.plays()
    loud.close()
    loud.close()
    assert device.streams[-1].closed
    assert [how for how, _, _ in loud.events()] == ["started", "cut"]
