"""The companion's own voice in the microphone: what is mistaken for a partner, who is heard over it, and what it costs.

    python -m scripts.bench.own_voice               all tables
    python -m scripts.bench.own_voice --quick       one room each
    python -m scripts.bench.own_voice --commands    only the share of commands recognised at the table
    python -m scripts.bench.own_voice --long 60     only false alarms, in 60 rooms of a minute each

Rendered voices, simulated rooms; people's recordings of "stop" where they lie beside the checkout. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from companion.adapters.espeak_voice import EspeakVoice
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.effects import ListenFor, Mode
from companion.evening import folders, house
from companion.events import PhraseHeard
from companion.exercises.commands import Listening, phrases_for
from companion.hearing.ears import Ears
from companion.hearing.echo import EchoCanceller
from companion.hearing.ports import Recognizer
from companion.partner import Pair, Partner
from companion.simulation import room as rooms
from companion.simulation.air import Air
from companion.simulation.bed import Bed
from companion.simulation.sounds import active
from companion.timeline import BLOCK, PLAYBACK_RATE, RATE, Sample, Span, samples, seconds

Sound = NDArray[np.float32]

OWN = (
    "Good evening, you two. Put your phones away, and sit so that you can see each other.",
    "Sam, tell Alex about a moment this week that stayed with you. Take two minutes.",
    "Alex, just listen. No advice, no fixing.",
    "Sam, what did you hear? Tell Alex in your own words, then ask if you got it right.",
    "Half a minute left.",
    "Let's swap. Alex, it's your turn to speak now.",
    "Is there more? Take your time.",
    "Close your eyes if you like, and breathe out slowly. I will tell you when a minute has gone.",
    "Thank you both. What would you like to keep from tonight?",
    "We were in the middle. Shall we go on?",
)
VOICES = ("en-us", "en-us+f3", "en+m3", "en+f2", "en-gb-scotland+m1", "en-us+m7", "en-029", "en-us+Annie")
COMMANDS = (
    "Stop.", "Stop please.", "Please stop.", "Time out.", "I need a break.", "Hold on a moment.", "Pause.", "Skip this.",
    "I'm done.", "That's it.", "Over to you.", "Another one.", "Say that again.", "Help.", "How long?", "Louder.", "Softer.",
    "Slower.", "Swap.", "Your turn.",
)  # fmt: skip
TALK = (
    "I was so tired on Tuesday that I forgot the whole thing.",
    "Then the bus stopped and we had to walk home in the rain.",
    "My mother called because she wanted to know about the party.",
    "It felt good that you were there when I came back from work.",
    "I think we never really talked about the holiday last year.",
    "The shop was closed so I took the other road down to the lake.",
    "When you said that I was not sure what you meant.",
    "What I liked most was the evening with your sister and the kids.",
)
ROOMS = ((0.2, 0.0, 0.0), (0.3, 6.0, 1.0), (0.4, 12.0, 1.0), (0.5, 20.0, 1.0), (0.35, 3.0, 1.5))
OVER_VOICE = ("stop", "stop please", "stop it", "please stop", "time out", "pause", "hold on a moment")
COUPLE = Pair(Partner("Alex"), Partner("Sam"))
TALKER_DBFS, LINE_DBFS = -28.0, -20.0
PEOPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "commands"


@dataclass(frozen=True)
class Setup:
    """One room. `echo_db`: the companion at the microphone over a partner there. `drive`: of the loudspeaker's saturation.

    `stamp_s`: how far a playback stamp may be off. `moved`: half-way through the device is put elsewhere.
    """

    seed: int = 1
    rt60: float = 0.35
    echo_db: float = 6.0
    drive: float = 0.0
    stamp_s: float = 0.0
    snr_db: float = 20.0
    moved: bool = False


@dataclass
class Table:
    """What the microphone gets, when the companion sounds, and what partners say over it."""

    sound: Sound
    cues: list[tuple[Sample, Sound, str]]
    said: list[tuple[Span, str]] = field(default_factory=list)


class Cast:
    """Rendered voices at 16 kHz, kept in `folder` between runs."""

    def __init__(self, folder: Path) -> None:
        self._voices: dict[str, EspeakVoice] = {}
        self._cache = VoiceCache(folder)

    def say(self, voice: str, text: str) -> Sound:
        if voice not in self._voices:
            self._voices[voice] = EspeakVoice(VoiceSettings(voice=voice), self._cache)
        return np.asarray(soxr.resample(self._voices[voice].render(text), PLAYBACK_RATE, RATE, "HQ"), np.float32)


def seated(rng: np.random.Generator, rt60: float) -> rooms.Room:
    return rooms.build(rng, channels=1, rt60_s=(rt60, rt60))


def saturated(sound: Sound, drive: float) -> Sound:
    return np.asarray(np.tanh(sound * drive) / drive, np.float32) if drive else sound


def set_table(cast: Cast, setup: Setup, partners: Sequence[tuple[str, Sound]] = (), first: int = 3, lines: int = 10) -> Table:
    """The companion says its lines; from line number `first` on, a partner says one of `partners` over each long enough one."""
    rng = np.random.default_rng(setup.seed)
    room = seated(rng, setup.rt60)
    elsewhere = seated(np.random.default_rng(setup.seed + 1000), setup.rt60)
    air, at, cues, said = Air(1), samples(1.5), [], []
    queue = list(partners)
    for number in range(lines):
        text = OWN[number % len(OWN)]
        sound = cast.say("en-us", text)
        speaker = elsewhere.speaker if setup.moved and number >= lines // 2 else room.speaker
        gain = 10 ** ((TALKER_DBFS - LINE_DBFS + setup.echo_db) / 20) / room.speaker.loudness
        off = int(rng.uniform(-setup.stamp_s, setup.stamp_s) * RATE)
        air.sound((saturated(sound, setup.drive) * gain).astype(np.float32), at + off, speaker.response)
        cues.append((at, sound, text))
        if number >= first and queue and len(sound) > samples(2.0):
            name, dry = queue.pop(0)
            seat = room.seats[number % 2][0]
            start = at + int(rng.uniform(0.25, 0.55) * len(sound))
            air.sound((dry * (10 ** ((TALKER_DBFS - LINE_DBFS) / 20) / seat.loudness)).astype(np.float32), start, seat.response)
            heard = active(dry)
            said.append((Span(start + heard.start, start + heard.end), name))
        at += len(sound) + samples(rng.uniform(0.9, 1.6))
    length = (at // BLOCK + 40) * BLOCK
    Bed("kitchen", TALKER_DBFS - setup.snr_db, room, rng).fill(air, length)
    return Table(sampled(air.take(length)[:, 0]), cues, said)


def sampled(sound: NDArray[np.float64]) -> Sound:
    """As a 16-bit microphone gives it."""
    return (np.round(np.clip(sound, -1, 32767 / 32768) * 32768) / 32768).astype(np.float32)


@dataclass
class Outcome:
    """What came of it: barge-ins and phrases by moment, partner segments, and the echo taken out of each line."""

    barged: list[Sample] = field(default_factory=list)
    phrases: list[PhraseHeard] = field(default_factory=list)
    something: int = 0
    segments: int = 0
    erle_db: list[float] = field(default_factory=list)
    seconds: float = 0.0


def listen(table: Table, ears: Ears) -> Outcome:
    """The whole ear on the microphone's signal, told of playback as an evening tells it."""
    out, cues, sounding = Outcome(seconds=seconds(len(table.sound))), list(table.cues), None
    ears.listen_for(ListenFor(Mode.CMD, OVER_VOICE, ("start", "top", "shop"), OVER_VOICE))
    barging, starts = False, set()
    for at in range(0, len(table.sound) - BLOCK + 1, BLOCK):
        if sounding is None and cues and cues[0][0] < at + BLOCK:
            ears.playback_started(cues[0][0], cues[0][1], cues[0][2])
            sounding = cues[0][0] + len(cues[0][1])
            cues.pop(0)
        if sounding is not None and sounding < at + BLOCK:
            ears.playback_ended(sounding)
            out.erle_db.append(ears.own_voice.erle_db)
            sounding = None
        heard = ears.feed(at, table.sound[at : at + BLOCK, None])
        if heard.barge_in and not barging:
            out.barged.append(heard.now)
        barging = heard.barge_in
        starts |= {(s.by, s.start) for s in heard.segments}
        out.phrases += [one for one in heard.said if isinstance(one, PhraseHeard)]
        out.something += sum(not isinstance(one, PhraseHeard) for one in heard.said)
    out.segments = len(starts)
    return out


def alone(cast: Cast, recognizer: Recognizer | None, setups: Sequence[Setup]) -> None:
    """Print what the companion's voice alone is mistaken for."""
    print("\n| companion alone | lines | segments | phrases | barge-ins | dB taken out: 1st, 2nd, last line |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    total = Outcome()
    for setup in setups:
        table = set_table(cast, setup)
        got = listen(table, house.ears(COUPLE, 1, recognizer))
        erle = ", ".join(f"{got.erle_db[k]:.0f}" for k in (0, 1, -1))
        cells = (name(setup), len(table.cues), got.segments, len(got.phrases), len(got.barged), erle)
        print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)
        total.seconds += got.seconds
        total.phrases += got.phrases
        total.barged += got.barged
        total.segments += got.segments
    print(f"\n{total.seconds / 60:.0f} min of the companion alone: {total.segments} segments, {len(total.phrases)} phrases, "
          f"{len(total.barged)} barge-ins.", flush=True)  # fmt: skip


def over_it(cast: Cast, recognizer: Recognizer | None, setups: Sequence[Setup]) -> None:
    """Print who is heard over the companion."""
    print("\n| over the companion | “stop” heard | talk: barge-in | within 0.5 s of 0.3 s | median s |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    for setup in setups:
        stops = [(voice, cast.say(voice, "Stop.")) for voice in VOICES] + list(people("stop"))
        heard, of = 0, 0
        for k in range(0, len(stops), 6):
            table = set_table(cast, moved_on(setup, k), stops[k : k + 6], lines=14)
            got = listen(table, house.ears(COUPLE, 1, recognizer))
            of += len(table.said)
            heard += sum(any(p.phrase == "stop" and near(p.start, span) for p in got.phrases) for span, _ in table.said)
        talk = [(voice, cast.say(voice, TALK[k])) for k, voice in enumerate(VOICES)]
        waits: list[float] = []
        missed = 0
        for k in range(0, len(talk), 4):
            table = set_table(cast, moved_on(setup, 50 + k), talk[k : k + 4], lines=11)
            got = listen(table, house.ears(COUPLE, 1, recognizer))
            for span, _ in table.said:
                first = [b for b in got.barged if span.start < b < span.end + samples(0.3)]
                missed += not first
                waits += [seconds(first[0] - span.start)] if first else []
        quick = sum(wait <= 0.8 for wait in waits)
        median = f"{np.median(waits):.2f}" if waits else "–"
        print(f"| {name(setup)} | {heard} of {of} | {len(waits)} of {len(waits) + missed} | {quick} | {median} |", flush=True)


def near(at: Sample, span: Span) -> bool:
    return span.start - samples(0.3) < at < span.end + samples(0.3)


def moved_on(setup: Setup, by: int) -> Setup:
    return Setup(setup.seed + by, setup.rt60, setup.echo_db, setup.drive, setup.stamp_s, setup.snr_db, setup.moved)


def people(word: str) -> Iterator[tuple[str, Sound]]:
    """People's recordings of one word, levelled as a rendered line is."""
    table = PEOPLE / "clips.csv"
    if not table.is_file():
        return
    with table.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            if row["transcript"] == word and row["path"].startswith("an4"):
                sound, rate = soundfile.read(PEOPLE / row["path"], dtype="float32", always_2d=True)
                mono = np.asarray(soxr.resample(sound[:, 0], rate, RATE, "HQ"), np.float32)
                heard = active(mono)
                level = float(np.sqrt(np.mean(mono[heard.start : heard.end] ** 2)))
                yield row["path"], (mono * (10 ** (LINE_DBFS / 20) / max(level, 1e-4))).astype(np.float32)


def name(setup: Setup) -> str:
    """T60, echo over a partner, drive of the loudspeaker, error of the stamps, device moved half-way."""
    moved = ", moved" if setup.moved else ""
    return f"{setup.rt60:g} s, {setup.echo_db:+g} dB, {setup.drive:g}, ±{setup.stamp_s * 1000:g} ms{moved}"


def at_the_table(cast: Cast, recognizer: Recognizer) -> None:
    """Print the share of commands recognised in a room at 20 dB, with the whole grammar of a turn, and false accepts in talk."""
    library = house.library("en")
    phrases, decoys = phrases_for(Mode.FLOOR, library, Listening(kind="turn"))
    print("\n| voice | commands understood | taken for another | utterances of talk | taken for a command |")
    print("| --- | --- | --- | --- | --- |", flush=True)
    sums = np.zeros(5, int)
    for number, voice in enumerate(VOICES):
        row = np.zeros(5, int)
        for texts, gap in ((COMMANDS, (1.5, 2.5)), (TALK, (0.6, 1.2))):
            table = spoken_at_table(cast, voice, texts, number, gap)
            ears = house.ears(COUPLE, 1, recognizer)
            ears.listen_for(ListenFor(Mode.FLOOR, phrases, decoys))
            blocks = range(0, len(table.sound) - BLOCK + 1, BLOCK)
            said = [one for at in blocks for one in ears.feed(at, table.sound[at : at + BLOCK, None]).said]
            sure = [one for one in said if isinstance(one, PhraseHeard) and accepted(one)]
            if texts is COMMANDS:
                taken = [[p.phrase == text for p in sure if Span(p.start, p.end).overlap(span)] for span, text in table.said]
                row[:3] = sum(map(any, taken)), len(taken), sum(not all(one) for one in taken)
            else:
                row[3], row[4] = len(said), len(sure)
        sums += row
        print(f"| {voice} | {row[0]} of {row[1]} | {row[2]} | {row[3]} | {row[4]} |", flush=True)
    print(f"| all | {sums[0]} of {sums[1]} = {100 * sums[0] / sums[1]:.0f} % | {sums[2]} | {sums[3]} | {sums[4]} |", flush=True)


def accepted(heard: PhraseHeard) -> bool:
    """As the exercises accept a command."""
    return heard.isolated and heard.confidence >= (0.5 if "stop" in heard.phrase else 0.7)


def spoken_at_table(cast: Cast, voice: str, texts: Sequence[str], seed: int, gap: tuple[float, float]) -> Table:
    """One partner alone says these, one after the other."""
    rng = np.random.default_rng(seed)
    room = seated(rng, float(rng.uniform(0.25, 0.45)))
    seat, air, at, said = room.seats[0][0], Air(1), samples(2.0), []
    for text in texts:
        dry = cast.say(voice, text)
        air.sound((dry * (10 ** ((TALKER_DBFS - LINE_DBFS) / 20) / seat.loudness)).astype(np.float32), at, seat.response)
        heard = active(dry)
        said.append((Span(at + heard.start, at + heard.end), text.strip(".?").lower()))
        at += len(dry) + samples(rng.uniform(*gap))
    length = (at // BLOCK + 20) * BLOCK
    Bed("kitchen", TALKER_DBFS - 20.0, room, rng).fill(air, length)
    return Table(sampled(air.take(length)[:, 0]), [], said)


def cost(cast: Cast) -> None:
    """Print the CPU a block of the canceller alone and of the whole side path."""
    table = set_table(cast, Setup(), lines=5)
    canceller, rng = EchoCanceller(), np.random.default_rng(0)
    noise = rng.standard_normal((1000, BLOCK)).astype(np.float32) * np.float32(0.05)
    began = time.process_time()
    for block in noise:
        canceller.feed(block, block)
    each = (time.process_time() - began) / len(noise) * 1000
    side = house.ears(COUPLE, 1, None).own_voice
    side.started(0, np.tile(table.cues[0][1], 20))
    began = time.process_time()
    for k, block in enumerate(noise):
        side.feed(k * BLOCK, block)
    whole = (time.process_time() - began) / len(noise) * 1000
    print("\n| cost of a 32 ms block | ms |\n| --- | --- |")
    print(f"| canceller | {each:.2f} |\n| whole side path | {whole:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rooms")
    parser.add_argument("--commands", action="store_true", help="only the share of commands recognised")
    parser.add_argument("--long", dest="hour", type=int, metavar="N", help="only the companion alone, in N rooms")
    options = parser.parse_args()
    cast, recognizer = Cast(folders.rendered_speech()), house.recognizer()
    if recognizer is not None and not options.hour:
        at_the_table(cast, recognizer)
    if options.commands:
        return
    cost(cast)
    rows = [
        Setup(1, 0.35, 0.0), Setup(2, 0.35, 6.0), Setup(3, 0.2, 6.0, 1.0, 0.02), Setup(4, 0.5, 6.0, 1.0, 0.02),
        Setup(5, 0.35, 6.0, 1.5),
        Setup(6, 0.35, 6.0, 1.0, 0.02, 20.0, True), Setup(7, 0.35, 12.0, 1.0, 0.02), Setup(8, 0.5, 12.0, 1.5, 0.02, 20.0, True),
        Setup(9, 0.2, 20.0, 1.0, 0.02), Setup(10, 0.5, 20.0, 1.5, 0.02), Setup(11, 0.5, 20.0, 1.5, 0.02, 20.0, True),
    ]  # fmt: skip
    if options.hour:
        alone(cast, recognizer, [Setup(100 + k, *ROOMS[k % len(ROOMS)], 0.02) for k in range(options.hour)])
        return
    alone(cast, recognizer, rows[3:8:4] if options.quick else rows)
    rows = [Setup(21, 0.35, 0.0), Setup(22, 0.35, 6.0), Setup(23, 0.5, 6.0, 1.0, 0.02), Setup(24, 0.35, 12.0, 1.0, 0.02)]
    over_it(cast, recognizer, rows[2:3] if options.quick else rows)


if __name__ == "__main__":
    main()
