"""The laws of the whole core, on real sound: two synthetic voices, two microphones, the real models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from companion.adapters.pyttsx3_voice import Pyttsx3Voice
from companion.adapters.voice_settings import VoiceSettings
from companion.conversation.conversation import Conversation
from companion.core import Companion
from companion.effects import FloorKind
from companion.evening import house
from companion.events import Event, FloorChanged, SpeechEnded, TurnEnded
from companion.inputs import Block, FloorGiven, Input, PlaybackEnded, PlaybackStarted
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, RATE

ALEX, SAM = Partner("Alex"), Partner("Sam")
VOICES = {ALEX: VoiceSettings("en-us+m3", 170, 38), SAM: VoiceSettings("en-us+f3", 165, 58)}
ENROLMENT = (
    "I walked home along the canal today. There were two herons standing in the shallow water, quite still.",
    "The bakery had run out of rye bread. So I bought a plain loaf, and a bun for the way home.",
)
SAID = (
    (ALEX, "The bus was late again this morning, and I read half a chapter of my book."),
    (SAM, "Which one is it? The one about the lighthouse keeper and his daughters?"),
    (ALEX, "Yes. It gets better after the first hundred pages, I promise you."),
    (SAM, "You said the same about the last one, and I never finished it."),
)

Sound = NDArray[np.float32]


class Table:
    """What was recorded at a small table: enrolments and a short talk, (n, 2) at 16 kHz."""

    def __init__(self) -> None:
        rendered = {who: Pyttsx3Voice(v) for who, v in VOICES.items()}
        self.enrolments = {who: self._at_table(who, [rendered[who].render(text)[::3] for text in ENROLMENT]) for who in VOICES}
        parts = [np.zeros((RATE, 2), np.float32)]
        parts += [self._at_table(who, [rendered[who].render(text)[::3]]) for who, text in SAID]
        self.talk = self._noisy(np.concatenate(parts), 1)

    def _at_table(self, who: Partner, sounds: Sequence[Sound]) -> Sound:
        gap = np.zeros(RATE // 3, np.float32)
        mono = np.concatenate([part for sound in sounds for part in (sound, gap)])
        near, far = (4, 0) if who == ALEX else (0, 4)
        pads = ((near, 8 - near), (far, 8 - far))
        both = np.stack([np.concatenate([np.zeros(a), mono, np.zeros(b)]) for a, b in pads], axis=1)
        return self._noisy(0.3 * both, 2)

    @staticmethod
    def _noisy(sound: Sound, seed: int) -> Sound:
        noise = np.random.default_rng(seed).standard_normal(sound.shape)
        return np.asarray(sound + 0.001 * noise, np.float32)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def a_companion(table: Table, pair: Pair, owner: dict[Partner, Partner] | None = None) -> Companion:
    """Ready to listen; `owner` says whose recording each partner is enrolled with (their own, unless exchanged)."""
    ears = house.ears(pair, 2, None)
    for who in pair:
        assert ears.hearing.learn(who, table.enrolments[(owner or {}).get(who, who)]).trouble is None
    return Companion(ears, Conversation(pair))


def heard(companion: Companion, inputs: Sequence[Input]) -> list[Event]:
    out = [one for given in inputs for one in companion.feed(given)] + companion.finish()
    return [one for one in out if hasattr(one, "noticed")]


def whole(table: Table, floor: FloorGiven | None = None) -> list[Input]:
    return [floor or FloorGiven(0, FloorKind.JOINT), Block(0, table.talk)]


def test_two_people_are_heard_as_two_people(table: Table) -> None:
    turns = [one.by for one in heard(a_companion(table, Pair(ALEX, SAM)), whole(table)) if isinstance(one, TurnEnded)]
    assert turns == [who for who, _ in SAID]


def test_replay_feeding_the_same_inputs_again_gives_the_same_events(table: Table) -> None:
    # protects: an evening can be looked into afterwards exactly as it was
    pair = Pair(ALEX, SAM)
    assert heard(a_companion(table, pair), whole(table)) == heard(a_companion(table, pair), whole(table))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 5000), min_size=5, max_size=40))
def test_blocks_do_not_matter_however_the_sound_is_cut(table: Table, sizes: list[int]) -> None:
    # protects: sound cards and files hand over pieces of any size
    pair, sound = Pair(ALEX, SAM), table.talk[: 6 * RATE]
    pieces: list[Input] = [FloorGiven(0, FloorKind.JOINT)]
    at = 0
    while at < len(sound):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(Block(at, sound[at : at + size]))
        at += size
    assert heard(a_companion(table, pair), pieces) == heard(a_companion(table, pair), [pieces[0], Block(0, sound)])


def test_swap_exchanging_the_partners_exchanges_them_in_the_log(table: Table) -> None:
    # protects: nobody is treated differently for being named first
    floor = FloorGiven(0, FloorKind.HOLDER, ALEX)
    straight = heard(a_companion(table, Pair(ALEX, SAM)), whole(table, floor))
    swapped_floor = FloorGiven(0, FloorKind.HOLDER, SAM)
    swapped = heard(a_companion(table, Pair(ALEX, SAM), {ALEX: SAM, SAM: ALEX}), whole(table, swapped_floor))
    assert any(isinstance(one, TurnEnded) for one in straight)
    assert [_renamed(one) for one in straight] == swapped


def _renamed(event: Event) -> Event:
    other = {ALEX: SAM, SAM: ALEX}
    names = {f.name: other[v] for f in fields(event) if (v := getattr(event, f.name)) in other}
    return replace(event, **names)


def test_causality_nothing_is_noticed_before_it_happens_and_time_never_runs_backwards(table: Table) -> None:
    # protects: latencies that are reported are true
    events = heard(a_companion(table, Pair(ALEX, SAM)), whole(table))
    assert all(one.at <= one.noticed for one in events)
    noticed = [one.noticed for one in events]
    assert noticed == sorted(noticed)


def test_nothing_depends_on_what_comes_after_it_was_noticed(table: Table) -> None:
    # protects: the companion never knows more than it has heard
    pair, half = Pair(ALEX, SAM), len(table.talk) // 2 // BLOCK * BLOCK
    full = heard(a_companion(table, pair), whole(table))
    companion = a_companion(table, pair)
    first = [one for given in (FloorGiven(0, FloorKind.JOINT), Block(0, table.talk[:half])) for one in companion.feed(given)]
    assert first == [one for one in full if one.noticed <= half]


@pytest.mark.parametrize("blocks", [1, 40])
def test_shift_silence_in_front_moves_every_time_and_nothing_else(table: Table, blocks: int) -> None:
    # protects: it does not matter when the evening was switched on
    pair, shift = Pair(ALEX, SAM), blocks * BLOCK
    plain = heard(a_companion(table, pair), whole(table))
    later = np.concatenate([np.zeros((shift, 2), np.float32), table.talk])
    moved = heard(a_companion(table, pair), [FloorGiven(0, FloorKind.JOINT), Block(0, later)])
    assert [_shifted(one, shift) for one in plain if not isinstance(one, FloorChanged)] == [
        one for one in moved if not isinstance(one, FloorChanged)
    ]


def _shifted(event: Event, by: int) -> Event:
    times = {f.name: getattr(event, f.name) + by for f in fields(event) if f.name in ("at", "start", "end", "noticed")}
    return replace(event, **times)


@pytest.mark.parametrize("db", [-10, 10])
def test_loudness_ten_decibels_change_no_turn(table: Table, db: int) -> None:
    # protects: a microphone's gain decides nothing
    gain = np.float32(10 ** (db / 20))
    pair = Pair(ALEX, SAM)

    def turns(sound: Sound) -> list[tuple[Partner, float]]:
        events = heard(a_companion(table, pair), [FloorGiven(0, FloorKind.JOINT), Block(0, sound)])
        return [(one.by, one.start, one.end) for one in events if isinstance(one, TurnEnded)]

    assert turns(table.talk * gain) == turns(table.talk)


def test_the_companions_own_voice_is_never_a_partner(table: Table) -> None:
    # protects: the companion does not quarrel with itself
    voice = Pyttsx3Voice(VoiceSettings("en-us", 165, 45))
    spoken = voice.render("Good evening. I keep time and listen for turns. Shall we begin?")[::3].astype(np.float32)
    room = np.zeros((len(spoken) + 2 * RATE, 2), np.float32)
    room[RATE : RATE + len(spoken)] = 0.3 * spoken[:, None]
    room += 0.001 * np.random.default_rng(3).standard_normal(room.shape).astype(np.float32)
    companion = a_companion(table, Pair(ALEX, SAM))
    out = companion.feed(Block(0, room[:RATE]))
    out += companion.feed(PlaybackStarted(RATE, 1, spoken))
    out += companion.feed(Block(RATE, room[RATE : RATE + len(spoken)]))
    out += companion.feed(PlaybackEnded(RATE + len(spoken), 1))
    out += companion.feed(Block(RATE + len(spoken), room[RATE + len(spoken) :]))
    out += companion.finish()
    assert not [one for one in out if isinstance(one, (SpeechEnded, TurnEnded))]
