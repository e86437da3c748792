"""Sound devices: which there are, which one is meant, opening it, and what to tell a person when that fails.

The one file that knows PortAudio. Its ways, measured under Debian 12 with PortAudio 19.6: the list of devices is read once and
is renewed only when every stream is closed; a server's devices claim any rate and channel count, so only opening proves
anything; complaints go to standard error from C.
"""

from __future__ import annotations

import atexit
import difflib
import re
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from companion.adapters.c_stderr import CStderr
from companion.timeline import PLAYBACK_RATE
from companion.trouble import Trouble

Kind = Literal["microphone", "speaker"]

Way = TypeVar("Way")

INPUT_RATES = (16_000, 48_000, 44_100)
"""Tried in this order: sound servers convert to 16 kHz cleanly; bare cards often have only the other two."""

OUTPUT_FRAMES = 480
"""10 ms at 48 kHz. With latency "low" a cue is silent 35 ms after the order; with 1536 frames 99 ms (measured)."""

SIGN_OF_LIFE = 5.0
"""Seconds a device may take for its first block; a PulseAudio source took 1.9 (measured)."""

LIBRARY_MISSING = "The sound library is missing. Run: sudo apt install libportaudio2"
NONE_FOUND = {
    "microphone": "I find no microphone. Plug one in, then run: companion doctor",
    "speaker": "I find no speaker. Plug one in, then run: companion doctor",
}
NO_ANSWER = "The sound server doesn't answer. Run: systemctl --user restart pipewire wireplumber"
NO_SERVER = (
    "The sound server isn't running. Log in on the desktop once, "
    "or run: systemctl --user start pipewire pipewire-pulse wireplumber"
)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One entry of PortAudio's list."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate: int

    @property
    def plain(self) -> str:
        """The name without the card number, which changes between boots: what to save and to match by."""
        return re.sub(r"\s*\(hw:\d+,\d+\)\s*$", "", self.name)

    def channels(self, kind: Kind) -> int:
        """How many channels it has as `kind`; 0 when it is none."""
        return self.inputs if kind == "microphone" else self.outputs


class Stream(Protocol):
    """An open stream, as sounddevice has it."""

    active: bool

    def start(self) -> None: ...  # noqa: D102
    def abort(self) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Tenant(Protocol):
    """Who holds a stream and may be asked to let go of it for a moment, so that PortAudio can look for devices again."""

    def make_way(self) -> bool:
        """Close the stream; False when now is a bad time, and then nothing was closed."""
        ...

    def move_back(self) -> None:
        """Open it again; the device may be gone."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream, not yet started, and what was agreed with the device. `said` is what C printed meanwhile."""

    stream: Stream
    name: str
    rate: int
    channels: int
    said: str = ""


class SoundSystem(Protocol):
    """What `Microphone` and `Loudspeaker` ask of the outside world."""

    def open_input(self, device: str | None, channels: int, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        """An input stream of int16 bytes in blocks of 32 ms. Raises `Trouble`."""
        ...

    def open_output(self, device: str | None, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        """An output stream of int16 arrays (480, channels) at 48 kHz. Raises `Trouble`."""
        ...

    def join(self, tenant: Tenant) -> None:
        """From now on `tenant` is asked before the devices are listed anew."""
        ...

    def rescan(self, asking: Tenant) -> bool:
        """List the devices anew; `asking` has closed its stream. False when another tenant could not make way."""
        ...


class PortAudio:
    """The machine's sound devices. The library is one per process, so there is one object, `PORT_AUDIO`."""

    def __init__(self) -> None:
        self._tenants: weakref.WeakSet[Any] = weakref.WeakSet()

    def devices(self) -> list[DeviceInfo]:
        """All devices, in PortAudio's order; empty without a sound card and server. Raises `Trouble` without the library."""
        sd = _library()
        with CStderr():
            rows = list(sd.query_devices())
        return [
            DeviceInfo(n, str(row["name"]), row["max_input_channels"], row["max_output_channels"], int(row["default_samplerate"]))
            for n, row in enumerate(rows)
        ]

    def open_input(self, device: str | None, channels: int, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        """See `SoundSystem`. Tries 16, 48 and 44.1 kHz with the channels wanted, then with those the device has."""
        sd, found = _library(), choose(device, self.devices(), "microphone")
        ways = [(rate, count) for count in dict.fromkeys((min(channels, found.inputs), found.inputs, 1)) for rate in INPUT_RATES]

        def attempt(way: tuple[int, int]) -> Stream:
            rate, count = way
            stream: Stream = sd.RawInputStream(
                samplerate=rate, blocksize=rate * 32 // 1000, channels=count, dtype="int16", latency="low",
                device=found.index, callback=callback, finished_callback=ended,
            )  # fmt: skip
            return stream

        (rate, count), stream, said = self._first_that_opens(attempt, ways, "microphone", found.plain)
        return Opened(stream, found.plain, rate, count, said)

    def open_output(self, device: str | None, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        """See `SoundSystem`. Mono where the device takes it, else two channels, else all it has."""
        sd, found = _library(), choose(device, self.devices(), "speaker")

        def attempt(count: int) -> Stream:
            stream: Stream = sd.OutputStream(
                samplerate=PLAYBACK_RATE, blocksize=OUTPUT_FRAMES, channels=count, dtype="int16", latency="low",
                device=found.index, callback=callback, finished_callback=ended,
            )  # fmt: skip
            return stream

        counts = list(dict.fromkeys((1, min(2, found.outputs), found.outputs)))
        count, stream, said = self._first_that_opens(attempt, counts, "speaker", found.plain)
        return Opened(stream, found.plain, PLAYBACK_RATE, count, said)

    def join(self, tenant: Tenant) -> None:
        """See `SoundSystem`."""
        self._tenants.add(tenant)

    def rescan(self, asking: Tenant | None = None) -> bool:
        """See `SoundSystem`. Closing all streams first is what PortAudio demands; terminating with one open frees it under us."""
        sd = _library()
        moved: list[Tenant] = []
        willing = True
        for tenant in [t for t in self._tenants if t is not asking]:
            willing = tenant.make_way()
            if not willing:
                break
            moved.append(tenant)
        if willing:
            with CStderr():
                sd._terminate()
                sd._initialize()
        for tenant in moved:
            tenant.move_back()
        return willing

    @staticmethod
    def _first_that_opens(
        attempt: Callable[[Way], Stream], ways: Sequence[Way], kind: Kind, name: str
    ) -> tuple[Way, Stream, str]:
        """The first way that PortAudio accepts. Goes on only where rate or channels were refused. Raises `Trouble`."""
        sd = _library()
        with CStderr() as kept:
            result, trouble = None, ""
            for way in ways:
                try:
                    result = way, attempt(way)
                    break
                except (sd.PortAudioError, ValueError) as error:
                    trouble = str(error)
                    if "-9997" not in trouble and "-9998" not in trouble:
                        break
        if result is None:
            raise Trouble(sentence(kind, name, f"{trouble}\n{kept.text}"))
        return *result, kept.text


PORT_AUDIO = PortAudio()


def list_devices() -> list[DeviceInfo]:
    """All sound devices of the machine. Raises `Trouble` when the sound library is missing."""
    return PORT_AUDIO.devices()


def present(
    microphone: str | None = None, speaker: str | None = None, sound: SoundSystem = PORT_AUDIO, patience: float = SIGN_OF_LIFE
) -> tuple[bool, bool, str]:
    """Whether a microphone and a speaker really work, and one sentence about what does not ("" when both do).

    Opens both for a moment and waits up to `patience` seconds until each has moved its first block: a server without a device
    lists one all the same. What was recorded is thrown away, nothing but silence is played. Never raises for a missing library,
    server or device.
    """
    alive = {"microphone": threading.Event(), "speaker": threading.Event()}
    troubles: dict[str, str] = {}
    opened: dict[Kind, Opened] = {}

    def heard(indata: Any, frames: int, stamps: Any, status: Any) -> None:
        alive["microphone"].set()

    def played(out: Any, frames: int, stamps: Any, status: Any) -> None:
        out.fill(0)
        alive["speaker"].set()

    ways: tuple[tuple[Kind, Callable[[], Opened]], ...] = (
        ("microphone", lambda: sound.open_input(microphone, 1, heard, _nothing)),
        ("speaker", lambda: sound.open_output(speaker, played, _nothing)),
    )
    for kind, way in ways:
        try:
            opened[kind] = way()
            opened[kind].stream.start()
        except Trouble as trouble:
            troubles[kind] = str(trouble)
        except Exception as error:
            troubles[kind] = sentence(kind, opened[kind].name, str(error))
    until = time.monotonic() + patience
    for kind, device in opened.items():
        if kind not in troubles and not alive[kind].wait(max(0.0, until - time.monotonic())):
            troubles[kind] = f"The {kind} {device.name!r} gives no sign of life. Choose another, or run: companion doctor"
        device.stream.abort()
        device.stream.close()
    return "microphone" not in troubles, "speaker" not in troubles, _one_sentence(troubles)


def _one_sentence(troubles: dict[str, str]) -> str:
    """Both troubles are told as one where they have one cause."""
    if troubles == NONE_FOUND:
        return "I find no microphone and no speaker. Plug them in, then run: companion doctor"
    return " ".join(dict.fromkeys(troubles.values()))


def _nothing() -> None:
    """A stream's end that nobody waits for."""


def choose(wanted: str | None, devices: Sequence[DeviceInfo], kind: Kind) -> DeviceInfo:
    """The device a person means by `wanted`, a part of its name; None means the sound server's choice, else the first card.

    Case and card number do not matter. Raises `Trouble` when nothing or more than one thing matches, with the names.
    """
    able = [device for device in devices if device.channels(kind) > 0]
    if not able:
        raise Trouble(NONE_FOUND[kind])
    if wanted is None:
        servers = [d for name in ("default", "pipewire", "pulse") for d in able if d.name.lower() == name]
        return (servers + [d for d in able if "(hw:" in d.name] + able)[0]
    low = wanted.strip().lower()
    exact = [d for d in able if low in (d.name.lower(), d.plain.lower())]
    matches = exact or [d for d in able if low in d.name.lower()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Trouble(f"{wanted!r} could be any of: {_names(matches)}. Say which {kind} by a longer part of its name.")
    names = {d.plain.lower(): d.plain for d in able}
    near = difflib.get_close_matches(low, names, n=1, cutoff=0.5)
    guess = f" Did you mean {names[near[0]]!r}?" if near else ""
    raise Trouble(f"I find no {kind} called {wanted!r}.{guess} There is: {_names(able)}.")


def sentence(kind: Kind, name: str, said: str) -> str:
    """What to tell a person when the device `name` would not open; `said` is all that PortAudio and ALSA printed.

    The left column is what they really print (collected on Debian 12: server killed, server without session manager, card
    held by another program, rates refused).
    """
    does = "record at 16, 44.1 or 48 kHz" if kind == "microphone" else "play at 48 kHz"
    table = (
        (("Host is down", "Connection refused"), NO_SERVER),
        (("Timeout",), NO_ANSWER),
        (("-9985", "Device or resource busy"), f"Another program is holding the {kind} {name!r}. Close it, or choose 'default'."),
        (("-9997",), f"{name!r} can't {does}. Choose another {kind}, or 'default'."),
        (("-9998",), f"{name!r} has no channels that work as a {kind}. Choose another, or 'default'."),
        (("No such entity", "No such device", "-9996"), f"The {kind} {name!r} is gone. Plug it in again."),
    )
    for signs, words in table:
        if any(sign in said for sign in signs):
            return words
    reason = said.strip().splitlines()[0] if said.strip() else "no reason given"
    return f"The {kind} {name!r} won't open ({reason}). Try another, or run: companion doctor"


def _names(devices: Sequence[DeviceInfo]) -> str:
    return ", ".join(repr(d.name) for d in devices)


def _library() -> Any:
    """sounddevice, imported when first needed: it fails to import where libportaudio2 is missing. Raises `Trouble`."""
    try:
        with CStderr():
            import sounddevice
    except OSError as error:
        raise Trouble(LIBRARY_MISSING) from error
    except ImportError as error:
        raise Trouble("The Python package sounddevice is missing. Run: pip install sounddevice") from error
    # At the end of the process sounddevice would take PortAudio down; after a device was pulled that can abort or hang.
    take_down = getattr(sounddevice, "_exit_handler", None)
    if take_down is not None:
        atexit.unregister(take_down)
    return sounddevice
