"""The microphone's row of blocks, with the device's callback called by hand and a clock of ours."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.adapters.clock_fit import SampleClock
from companion.adapters.devices import Opened, Tenant
from companion.adapters.microphone import ASIDE, BEHIND, Microphone, channels_differ
from companion.adapters.resample import Downsampler
from companion.timeline import BLOCK, RATE
from companion.trouble import Trouble

FINE = SimpleNamespace(input_overflow=False)
OVERFLOW = SimpleNamespace(input_overflow=True)
BLOCK_S = BLOCK / RATE


class FakeStream:
    def __init__(self, ended: Callable[[], None]) -> None:
        self.active = self.closed = False
        self._ended = ended

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False
        self._ended()

    def close(self) -> None:
        self.closed = True


class FakeDevice:
    """A two-channel microphone in hand: `hears` calls the callback as PortAudio would."""

    def __init__(self, rate: int = RATE, channels: int = 2) -> None:
        self.rate, self.channels = rate, channels
        self.now = 100.0
        self.there = True
        self.after_rescan = False
        self.streams: list[FakeStream] = []

    def open_input(self, device: str | None, channels: int, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        if not self.there:
            raise Trouble("I find no microphone.")
        self._callback, self._ended = callback, ended
        self.streams.append(FakeStream(ended))
        return Opened(self.streams[-1], "table mic", self.rate, self.channels)

    def open_output(self, device: str | None, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        raise Trouble("I find no speaker.")

    def join(self, tenant: Tenant) -> None:
        pass

    def rescan(self, asking: Tenant) -> bool:
        self.there = self.there or self.after_rescan
        return True

    def hears(self, sound: NDArray[np.int16], status: object = FINE) -> None:
        self.now += len(sound) / self.rate
        self._callback(sound.tobytes(), len(sound), None, status)

    def loses(self, seconds: float) -> None:
        self.now += seconds

    def dies(self) -> None:
        self._ended()


def noise(blocks: int, seed: int = 1, channels: int = 2) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-9000, 9000, (blocks * BLOCK, channels)).astype(np.int16)


def microphone(device: FakeDevice, channels: int = 2) -> Microphone:
    return Microphone(None, channels, sound=device, now=lambda: device.now)


def drain(mic: Microphone) -> list[tuple[int, NDArray[np.float32]]]:
    heard = []
    while (block := mic.read(0)) is not None:
        heard.append(block)
    return heard


def feed(
    device: FakeDevice, mic: Microphone, sound: NDArray[np.int16], piece: int = BLOCK
) -> list[tuple[int, NDArray[np.float32]]]:
    heard = []
    for start in range(0, len(sound), piece):
        device.hears(sound[start : start + piece])
        heard += drain(mic)
    return heard


def test_blocks_come_out_as_they_went_in_and_are_numbered_from_zero() -> None:
    device = FakeDevice()
    mic = microphone(device)
    sent = noise(10)
    heard = feed(device, mic, sent)
    assert [at for at, _ in heard] == [BLOCK * n for n in range(10)]
    assert np.array_equal(np.concatenate([block for _, block in heard]), sent.astype(np.float32) / 32768)
    assert mic.read(0) is None


def test_pieces_of_any_length_make_the_same_blocks() -> None:
    sent = noise(12)
    one, other = FakeDevice(), FakeDevice()
    heard = feed(one, microphone(one), sent)
    same = feed(other, microphone(other), sent, piece=311)
    assert len(same) == len(heard)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(heard, same, strict=True))


def test_a_48_khz_device_is_heard_at_16_khz_as_if_in_one_piece() -> None:
    device = FakeDevice(rate=48_000)
    wave = (12_000 * np.sin(2 * np.pi * 500 * np.arange(48_000) / 48_000)).astype(np.int16)
    heard = feed(device, microphone(device), np.stack([wave, wave], axis=1), piece=1536)
    sound = np.concatenate([block[:, 0] for _, block in heard])
    wanted = 12_000 / 32768 * np.sin(2 * np.pi * 500 * np.arange(len(sound)) / RATE)
    assert len(sound) > RATE * 0.9
    assert np.abs(sound - wanted)[200:].max() < 0.002


def test_a_device_with_one_channel_gives_one() -> None:
    device = FakeDevice(channels=1)
    mic = microphone(device)
    ((_, block),) = feed(device, mic, noise(1, channels=1))
    assert mic.channels == 1 and block.shape == (BLOCK, 1)


def test_a_device_with_many_channels_gives_the_first_two() -> None:
    device = FakeDevice(channels=6)
    sent = noise(1, channels=6)
    ((_, block),) = feed(device, microphone(device), sent)
    assert np.array_equal(block, sent[:, :2].astype(np.float32) / 32768)


def test_blocks_lost_by_the_device_become_silence_of_their_length() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(200))
    device.loses(0.5)
    heard = feed(device, mic, noise(200, seed=2))
    silent = sum(not block.any(axis=1).any() for _, block in heard)
    assert mic.gaps == 1
    assert silent * BLOCK_S == pytest.approx(0.5, abs=0.07)
    assert mic.clock.sample_at(device.now) / RATE == pytest.approx(400 * BLOCK_S + 0.5, abs=0.01)


def test_a_late_block_is_not_a_lost_one() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(200))
    device.loses(0.3)
    for _ in range(10):
        device.hears(noise(1))
        device.now -= BLOCK_S
    device.loses(10 * BLOCK_S - 0.3)
    feed(device, mic, noise(100))
    assert mic.gaps == 0


def test_an_overflow_is_counted() -> None:
    device = FakeDevice()
    mic = microphone(device)
    device.hears(noise(1), OVERFLOW)
    assert mic.overflows == 1


def test_a_loop_that_is_too_far_behind_gets_silence_and_then_what_is_now() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(5))
    late = noise(200, seed=3)
    for n in range(200):
        device.hears(late[n * BLOCK : (n + 1) * BLOCK])
    assert mic._queue.qsize() <= BEHIND / BLOCK_S + 1
    now = noise(3, seed=4)
    heard = drain(mic) + feed(device, mic, now)
    assert [at for at, _ in heard] == [BLOCK * (5 + n) for n in range(203)]
    assert np.array_equal(heard[-1][1], now[-BLOCK:].astype(np.float32) / 32768)
    assert not any(block.any() for _, block in heard[:60])
    assert mic.dropped >= 198 * BLOCK


def test_a_lost_device_leaves_silence_that_falls_due_by_the_clock() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(100))
    device.dies()
    assert mic.lost
    assert mic.read(0) is None
    device.loses(1.0)
    heard = drain(mic)
    assert len(heard) == 31
    assert heard[0][0] == 100 * BLOCK
    assert not any(block.any() for _, block in heard)


def test_a_device_that_says_nothing_for_half_a_second_is_lost() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(100))
    device.loses(0.49)
    assert not mic.lost
    device.loses(0.02)
    assert mic.lost


def test_a_slow_start_is_not_a_loss() -> None:
    device = FakeDevice()
    mic = microphone(device)
    device.loses(1.9)
    assert not mic.lost
    device.loses(4.0)
    assert mic.lost


def test_a_device_that_comes_back_goes_on_where_the_time_is() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(100))
    device.there = False
    device.dies()
    device.loses(3.0)
    assert not mic.reopen()
    device.there = True
    assert mic.reopen() and not mic.lost
    device.loses(1.0)
    sent = noise(10, seed=5)
    heard = drain(mic) + feed(device, mic, sent)
    assert [at for at, _ in heard] == [BLOCK * (100 + n) for n in range(len(heard))]
    assert (len(heard) + 100) * BLOCK_S == pytest.approx(110 * BLOCK_S + 4.0, abs=0.07)
    assert mic.clock.sample_at(device.now) / RATE == pytest.approx(110 * BLOCK_S + 4.0, abs=0.07)
    assert all(block.any() for _, block in heard[-8:])


def test_a_device_that_is_only_found_in_a_new_list_is_found() -> None:
    device = FakeDevice()
    mic = microphone(device)
    device.there = False
    device.dies()
    assert not mic.reopen()
    device.after_rescan = True
    assert mic.reopen()


def test_a_pause_closes_the_stream_and_time_goes_on() -> None:
    device = FakeDevice()
    mic = microphone(device)
    feed(device, mic, noise(10))
    mic.pause()
    assert device.streams[-1].closed and not mic.lost
    device.loses(2.0)
    assert len(drain(mic)) == 62
    mic.resume()
    heard = feed(device, mic, noise(5))
    assert len(device.streams) == 2
    assert heard[-1][1].any()


def test_a_device_gone_at_the_end_of_a_pause_is_lost_and_not_an_error() -> None:
    device = FakeDevice()
    mic = microphone(device)
    mic.pause()
    device.there = False
    mic.resume()
    assert mic.lost


def test_an_error_in_the_callback_is_counted_and_kept_from_portaudio() -> None:
    device = FakeDevice()
    mic = microphone(device)
    device._callback(object(), BLOCK, None, FINE)
    assert mic.callback_errors == 1


def test_the_microphone_makes_way_only_now_and_then() -> None:
    device = FakeDevice()
    mic = microphone(device)
    assert mic.make_way()
    mic.move_back()
    assert not mic.make_way()
    assert not device.streams[-1].closed
    device.loses(ASIDE + 1)
    feed(device, mic, noise(1))
    assert mic.make_way()


def test_a_drifting_clock_is_followed_for_an_hour() -> None:
    clock = SampleClock()
    drift = 1 + 100e-6
    for n in range(1, 3600 * 31):
        clock.note(50.0 + n * BLOCK / RATE * drift, n * BLOCK)
    at = 50.0 + n * BLOCK / RATE * drift
    assert clock.missing() == 0
    assert clock.sample_at(at) == pytest.approx(n * BLOCK, abs=0.002 * RATE)
    assert clock.when(clock.sample_at(at)) == pytest.approx(at, abs=1e-4)


def test_one_late_block_does_not_move_the_clock() -> None:
    clock = SampleClock()
    for n in range(1, 100):
        clock.note(n * BLOCK_S + (0.2 if n % 10 == 0 else 0.0), n * BLOCK)
    assert clock.sample_at(100 * BLOCK_S) == 100 * BLOCK


def test_two_microphones_differ_and_a_doubled_one_does_not() -> None:
    voice = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    hiss = np.random.default_rng(2).normal(0, 0.01, RATE).astype(np.float32)
    assert channels_differ(np.stack([voice, np.roll(voice, 3) + hiss], axis=1))
    assert not channels_differ(np.stack([voice, 0.5 * voice], axis=1))
    assert not channels_differ(np.stack([voice, np.zeros_like(voice)], axis=1))
    assert not channels_differ(voice[:, None])


def test_the_downsampler_does_not_care_how_sound_is_cut() -> None:
    sound = np.random.default_rng(3).normal(0, 0.1, (44_100, 2)).astype(np.float32)
    whole, cut = Downsampler(44_100, 2), Downsampler(44_100, 2)
    one = np.concatenate([whole.feed(sound), whole.flush()])
    other = np.concatenate([*(cut.feed(sound[n : n + 1411]) for n in range(0, len(sound), 1411)), cut.flush()])
    assert len(one) == len(other) == pytest.approx(RATE, abs=1)
    assert np.abs(one - other).max() < 1e-5
