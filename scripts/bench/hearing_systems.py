"""What is compared at the bench's tables: the companion, its rivals, and perfect labels. Each turns a dinner into `Heard` blocks.

`conversed` then lets the same `Conversation` make turns and interruptions of any of them, as `companion replay` does.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.adapters.event_log import EventLog
from companion.adapters.rttm_file import RttmFile
from companion.adapters.wav_files import Recording
from companion.conversation.conversation import Conversation
from companion.conversation.manners import STANDARD, Manners
from companion.core import Companion
from companion.effects import Effect, Mode
from companion.evening import house
from companion.evening.loop import run
from companion.evening.replay import RecordedWorld, Stint
from companion.events import Event, SpeechEnded
from companion.exercises.ear import CommandEar
from companion.hearing.activity import Activity
from companion.hearing.background import Background
from companion.hearing.direction import directions
from companion.hearing.ears import Ears
from companion.hearing.features import Frames
from companion.hearing.heard import Heard, Segment
from companion.hearing.hearing import Hearing
from companion.hearing.own_voice import OwnVoice
from companion.hearing.smoothing import LAG, FixedLag
from companion.hearing.words import Words
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, RATE, samples
from scripts.bench.perfect_labels import heard_from, stretches

ROOT = Path(__file__).resolve().parents[2]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dinner:
    """One labelled dinner on disk."""

    folder: Path

    @property
    def truth(self) -> dict[str, Any]:
        """As the tool wrote it."""
        read: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return read

    @property
    def pair(self) -> Pair:
        """The two, in the order of the truth."""
        one, two = self.truth["speech"]
        return Pair(Partner(one), Partner(two))

    def sound(self, name: str, channels: int) -> Floats:
        """`mix`, or the enrolment of a partner: (n, channels)."""
        return np.ascontiguousarray(Recording(self.folder / f"{name.lower()}.wav").whole(1e9)[:, :channels])


@dataclass(frozen=True, slots=True)
class Told:
    """What a system heard in a dinner, and the CPU it took, ms per second of sound (enrolment left out)."""

    blocks: list[Heard]
    cost: float


Hear = Callable[[Dinner, int], Told]


# --- systems


def companion(dinner: Dinner, channels: int, words: bool = False) -> Told:
    """The product's whole ear. `words`: listen for commands too, as `companion replay` does where a speech model is installed."""
    recognizer = house.recognizer() if words else None
    ears = house.ears(dinner.pair, channels, recognizer)
    told = _learned(ears.hearing, dinner, channels)
    if words:
        ears.listen_for(CommandEar(house.library("en"), words=recognizer is not None).listen(Mode.FLOOR, "turn"))
    return told(lambda at, block: ears.feed(at, block))


def companion_with_words(dinner: Dinner, channels: int) -> Told:
    """`companion`, the recogniser running."""
    return companion(dinner, channels, words=True)


def by_hand(dinner: Dinner, channels: int) -> Told:
    """Rival: GMM and pitch, with phase profiles where there are two microphones, weighed by hand and smoothed by an HMM."""
    background = Background(Background.load(ROOT / "models" / "hearing").voices)
    hearing = Hearing(dinner.pair, house.activity(), background, channels)
    return _learned(hearing, dinner, channels)(lambda at, block: hearing.feed(block))


def energy_and_direction(dinner: Dinner, channels: int) -> Told:
    """Rival: speech is whatever stands out by 6 dB, and whose it is the phase between two microphones says alone."""
    background = Background(Background.load(ROOT / "models" / "hearing").voices)
    hearing = Hearing(dinner.pair, house.activity(), background, channels)
    told = _learned(hearing, dinner, channels)
    one, two = (hearing._enrolments[who].speech.place for who in dinner.pair)
    if one is None or two is None:
        raise ValueError("direction needs two microphones")
    hearing._attribution = _ByDirection(one, two)  # type: ignore[assignment]
    return told(lambda at, block: hearing.feed(block))


class _ByDirection:
    """As `ByHand`, without the voice and without the speech activity model."""

    lag = LAG

    def __init__(self, one: Any, two: Any) -> None:
        self._places, self._smooth = (one, two), FixedLag()

    def feed(self, frames: Frames) -> Floats:
        """As `ByNet.feed`; laughs, hums and others are never told."""
        speech = 1 / (1 + np.exp(np.clip(6 - frames.db, -30, 30)))
        d = directions(frames, *self._places)
        whose = np.float32(0.12) * np.stack([*d.bands.sum(axis=2), d.blend], axis=1)
        scores = np.empty((len(speech), 4), np.float32)
        scores[:, 0] = np.log(1 - np.clip(speech, 0.01, 0.99))
        scores[:, 1:] = np.log(np.clip(speech, 0.01, 0.99))[:, None] + speech[:, None] * whose
        scores[:, 3] -= 1.5
        p = self._smooth.feed(scores)
        out = np.zeros((len(speech), 2, 4), np.float32)
        out[:, :, 0] = p[:, 1:3] + p[:, 3:]
        return out


def d_vectors(dinner: Dinner, channels: int) -> Told:
    """Rival: Resemblyzer, one embedding of 1.6 s every 0.25 s against both enrolments, where Silero hears speech.

    It sees the whole dinner at once. Raises ImportError where Resemblyzer is not installed.
    """
    peer: Any = import_module("resemblyzer")
    encoder = peer.VoiceEncoder("cpu", verbose=False)
    known = np.stack([encoder.embed_utterance(peer.preprocess_wav(dinner.sound(who, 1)[:, 0], RATE)) for who in dinner.pair])
    sound = dinner.sound("mix", 1)[:, 0]
    began = time.process_time()
    _, parts, spans = encoder.embed_utterance(sound, return_partials=True, rate=4)
    alike = parts @ known.T
    middles = np.array([(s.start + s.stop) / 2 for s in spans])
    activity = Activity(house.activity())
    vad = np.array([activity.feed(sound[i : i + BLOCK]) for i in range(0, len(sound) - BLOCK + 1, BLOCK)])
    cost = 1000 * (time.process_time() - began) / (len(sound) / RATE)
    nearest = np.abs((np.arange(len(vad)) * BLOCK)[:, None] - middles[None]).argmin(axis=1)
    whose = np.where(vad > 0.5, alike[nearest].argmax(axis=1), -1)
    segments = [s for k, who in enumerate(dinner.pair) for s in _runs(who, whose == k)]
    return Told([*heard_from(sorted(segments, key=lambda s: s.start), len(sound), samples(0.19))], cost)


def _runs(who: Partner, on: NDArray[np.bool_]) -> list[Segment]:
    """Blocks to stretches, silences under 0.15 s closed and pieces under 0.08 s dropped."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]]))) * BLOCK
    out: list[list[int]] = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if out and a - out[-1][1] < samples(0.15):
            out[-1][1] = int(b)
        else:
            out.append([int(a), int(b)])
    return [Segment(who, a, b, open=False) for a, b in out if b - a >= samples(0.08)]


def perfect(laughs: str) -> Hear:
    """The ceiling: the truth itself, as hearing would pass it on. `laughs`: whether laughter is `known` as such."""

    def hear(dinner: Dinner, channels: int) -> Told:
        truth = dinner.truth
        segments = stretches(truth, laughs, 0.0, 0.0, np.random.default_rng(1))
        return Told([*heard_from(segments, samples(truth["seconds"]), samples(0.19))], 0.0)

    return hear


def _learned(hearing: Hearing, dinner: Dinner, channels: int) -> Callable[[Callable[[int, Floats], Heard]], Told]:
    """Enrol both, then a function that hears the dinner by feeding its blocks to the one given."""
    for who in dinner.pair:
        enrolled = hearing.learn(who, dinner.sound(who, channels))
        if enrolled.trouble is not None:
            raise ValueError(f"{dinner.folder.name}: {who} is {enrolled.trouble}")

    def hear(feed: Callable[[int, Floats], Heard]) -> Told:
        sound = dinner.sound("mix", channels)
        sound = np.concatenate([sound, np.zeros((-len(sound) % BLOCK, channels), np.float32)])
        began = time.process_time()
        blocks = [feed(at, sound[at : at + BLOCK]) for at in range(0, len(sound), BLOCK)]
        cost = 1000 * (time.process_time() - began) / (len(sound) / RATE)
        return Told([*blocks, hearing.finish()], cost)

    return hear


# --- from what was heard to what is scored


def kept(folder: Path, hear: Hear, dinner: Dinner, channels: int) -> Told:
    """What `hear` heard, from disk where it was heard before."""
    path = folder / f"{dinner.folder.name}-{channels}.pickle"
    if path.exists():
        with path.open("rb") as f:
            known: Told = pickle.load(f)
        return known
    told = hear(dinner, channels)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(pickle.dumps(told))
    part.rename(path)
    return told


OTHER_ROOMS = {"ears", "words", "own_voice", "echo", "echo_path", "leak", "ports", "telling", "__init__"}
"""Files of hearing that do not decide who speaks."""

PARTS = {"activity", "features", "heard", "pitch", "smoothing", "segments"}
"""Those that the rivals' figures hang on most; a change of the others is left to `--again`."""


@cache
def fingerprint(rival: bool = False) -> str:
    """Changes with the code and the models that decide who speaks: what was heard with another one is heard again."""
    code = [f for f in (ROOT / "companion" / "hearing").glob("*.py") if f.stem not in OTHER_ROOMS]
    models = [*(ROOT / "models" / "hearing").glob("*.npz")]
    if rival:
        code, models = [f for f in code if f.stem in PARTS], [f for f in models if f.stem == "voices"]
    whole = hashlib.sha256()
    for f in sorted([*code, *models]):
        whole.update(f.read_bytes())
    return whole.hexdigest()[:10]


class _Remembered:
    """An ear that has heard it all before."""

    def __init__(self, told: Told) -> None:
        self._rest = iter(told.blocks[:-1])
        self._last = told.blocks[-1]
        self.hearing = self

    def feed(self, at: int, block: Floats) -> Heard:
        return next(self._rest)

    def finish(self) -> Heard:
        return self._last


class _Keep:
    """A log that keeps everything in mind, and no screen."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def write(self, events: Iterable[Event]) -> None:
        self.events += events

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        pass

    def close(self, whole: bool = True) -> None:
        pass


def conversed(told: Told, dinner: Dinner, manners: Manners = STANDARD) -> list[Event]:
    """What the conversation makes of it, with the floor as the truth gives it."""
    pair = dinner.pair
    stints = [Stint(Partner(f["by"]), samples(f["start"]), samples(f["end"])) for f in dinner.truth["floor"]]
    world = RecordedWorld(Recording(dinner.folder / "mix.wav"), 1, stints, lambda share: None)
    keep = _Keep()
    remembered: Any = _Remembered(told)
    run(Companion(remembered, Conversation(pair, manners)), world, keep, keep)
    return keep.events


def written(events: list[Event], dinner: Dinner, folder: Path, least: float = 0.0) -> Path:
    """events.jsonl and out.rttm for the scorer; interruptions less probable than `least` are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    log, rttm = EventLog(folder / "events.jsonl", (dinner.pair.one, dinner.pair.two)), RttmFile(folder / "out.rttm", "mix")
    log.write(e for e in events if getattr(e, "probability", 1.0) >= least)
    for e in events:
        if isinstance(e, SpeechEnded):
            rttm.write(e)
    log.close()
    rttm.close()
    return folder


def stages(dinner: Dinner, channels: int, seconds: float = 30.0) -> dict[str, float]:
    """ms of CPU for a second of sound, stage by stage: the best of three, as other programs only ever add."""
    from companion.hearing.features import Features

    background, pair = Background.load(ROOT / "models" / "hearing"), dinner.pair
    sound = dinner.sound("mix", channels)[: samples(seconds)]
    blocks = [sound[i : i + BLOCK] for i in range(0, len(sound) - BLOCK + 1, BLOCK)]
    vads: list[float] = []

    def activity() -> None:
        a = Activity(house.activity())
        vads[:] = [a.feed(np.ascontiguousarray(b[:, 0])) for b in blocks]

    def features() -> None:
        f = Features(channels)
        for i, (b, v) in enumerate(zip(blocks, vads, strict=True)):
            f.feed(i * BLOCK, b, v)

    hearing = Ears(Hearing(pair, house.activity(), background, channels), OwnVoice(house.activity()), Words(None))
    for who in pair:
        hearing.hearing.learn(who, dinner.sound(who, channels))

    def whole() -> None:
        for b in blocks:
            hearing.hearing.feed(b)

    def spent(work: Callable[[], None]) -> float:
        best = 1e9
        for _ in range(3):
            began = time.process_time()
            work()
            best = min(best, time.process_time() - began)
        return 1000 * best / (len(blocks) * BLOCK / RATE)

    out = {"speech activity": spent(activity), "features": spent(features), "all of hearing": spent(whole)}
    out["attribution and the rest"] = out["all of hearing"] - out["speech activity"] - out["features"]
    return out
