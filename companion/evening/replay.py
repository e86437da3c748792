"""Replay: a recording of two people, heard as an evening would hear it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.adapters.event_log import EventLog
from companion.adapters.rttm_file import RttmFile
from companion.adapters.wav_files import Recording, is_silent
from companion.conversation.conversation import Conversation
from companion.core import Companion
from companion.effects import Effect, FloorKind, Mode
from companion.evening import house
from companion.evening.loop import run
from companion.events import CommandHeard, Event, PhraseHeard, SpeechEnded
from companion.exercises.ear import CommandEar
from companion.exercises.engine import NAMELESS
from companion.inputs import Block, FloorGiven, Input
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, Sample, samples
from companion.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Stint:
    """`holder` has the floor from `start` to `end`."""

    holder: Partner
    start: Sample
    end: Sample


def stint_of(text: str, pair: Pair) -> Stint:
    """`Alex:0-35.2` as a stint. Raises Trouble for anything else."""
    name, _, times = text.rpartition(":")
    start, _, end = times.partition("-")
    try:
        stint = Stint(Partner(name), samples(float(start)), samples(float(end)))
    except ValueError as bad:
        raise Trouble(f"--floor {text} should look like NAME:START-END in seconds, as in Alex:0-35.2.") from bad
    if stint.holder not in pair:
        raise Trouble(f"--floor {text} names neither {pair.one} nor {pair.two}; use the names given with --enroll.")
    if not 0 <= stint.start < stint.end:
        raise Trouble(f"--floor {text} ends before it begins; give START-END in seconds.")
    return stint


class RecordedWorld:
    """A recording as a world: its blocks, and the floor as it was given. Effects change nothing any more."""

    def __init__(self, mix: Recording, channels: int, stints: Sequence[Stint], progress: Callable[[float], None]) -> None:
        self._blocks = mix.blocks()
        self._channels = channels
        self._floor = _changes(stints)
        self._at: Sample = 0
        self._length = max(1, samples(mix.seconds))
        self._progress = progress

    def next(self) -> Input | None:
        """The floor where it changes, else the next block."""
        if self._floor and self._floor[0].at <= self._at:
            return self._floor.pop(0)
        sound = next(self._blocks, None)
        if sound is None:
            return None
        at, self._at = self._at, self._at + len(sound)
        if at % (64 * BLOCK) == 0:
            self._progress(min(1.0, at / self._length))
        return Block(at, sound[:, : self._channels])

    def perform(self, effects: Iterable[Effect]) -> None:
        """Nothing: the recording is what it is."""


def _changes(stints: Sequence[Stint]) -> list[FloorGiven]:
    if not stints:
        return [FloorGiven(0, FloorKind.JOINT)]
    out: list[FloorGiven] = []
    ordered = sorted(stints, key=lambda s: s.start)
    for stint, after in zip(ordered, [*ordered[1:], None], strict=True):
        if after is not None and after.start < stint.end:
            raise Trouble(
                f"--floor gives {after.holder} the floor while {stint.holder} still has it; let stints follow each other."
            )
        out.append(FloorGiven(stint.start, FloorKind.HOLDER, stint.holder))
        if after is None or after.start > stint.end:
            out.append(FloorGiven(stint.end, FloorKind.NOBODY))
    return out


class _Keep:
    """Writes events and RTTM side by side; a phrase is written as the command that it is in a turn."""

    def __init__(self, log: EventLog, rttm: RttmFile | None, ear: CommandEar) -> None:
        self._log, self._rttm, self._ear = log, rttm, ear

    def write(self, events: Iterable[Event]) -> None:
        events = [self._meant(event) for event in events]
        self._log.write(events)
        for event in events if self._rttm else ():
            if isinstance(event, SpeechEnded) and self._rttm is not None:
                self._rttm.write(event)

    def close(self, whole: bool = True) -> None:
        self._log.close(whole)
        if self._rttm is not None:
            self._rttm.close(whole)

    def _meant(self, event: Event) -> Event:
        command = self._ear.command(event) if isinstance(event, PhraseHeard) else None
        if command is None or not isinstance(event, PhraseHeard):
            return event
        return CommandHeard(event.start, event.end, event.noticed, command, None if command in NAMELESS else event.by)


class _Blind:
    """No screen."""

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        pass


def replay(
    mix: Path,
    enrolments: Sequence[tuple[str, Path]],
    events: Path,
    rttm: Path | None = None,
    floor: Sequence[str] = (),
    commands: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Hear the recording and write what happened.

    `enrolments`: name and recording of each of the two partners. `floor`: stints like `Alex:0-35.2`; none: free talk.
    `commands`: listen for voice commands too, as in a turn, where a speech model is installed.
    Raises Trouble for input that cannot be used.
    """
    if len(enrolments) != 2:
        raise Trouble(f"I was given {len(enrolments)} --enroll where two partners are needed, as in --enroll Alex=alex.wav.")
    if enrolments[0][0] == enrolments[1][0]:
        raise Trouble(f"Both partners are called {enrolments[0][0]}; give each --enroll a name of its own, as in Alex=alex.wav.")
    pair = Pair(Partner(enrolments[0][0]), Partner(enrolments[1][0]))
    recording = Recording(mix)
    voices = [(Partner(name), Recording(path)) for name, path in enrolments]
    channels = min(recording.channels, *(voice.channels for _, voice in voices))
    recognizer = house.recognizer() if commands else None
    ears = house.ears(pair, channels, recognizer)
    ear = CommandEar(house.library("en"), words=recognizer is not None)
    for partner, voice in voices:
        sound = voice.whole()[:, :channels]
        if is_silent(sound):
            raise Trouble(f"{voice.path} is silent; record {partner} speaking for 10 to 20 seconds.")
        enrolled = ears.hearing.learn(partner, sound)
        if enrolled.trouble is not None:
            raise Trouble(f"{voice.path}: {house.ENROLMENT_TROUBLE[enrolled.trouble].format(name=partner)}")
    world = RecordedWorld(recording, channels, [stint_of(text, pair) for text in floor], progress)
    ears.listen_for(ear.listen(Mode.FLOOR, "turn"))
    keep = _Keep(EventLog(events, (pair.one, pair.two)), RttmFile(rttm, mix.stem) if rttm else None, ear)
    whole = False
    try:
        run(Companion(ears, Conversation(pair)), world, keep, _Blind())
        whole = True
    finally:
        keep.close(whole)
    progress(1.0)
