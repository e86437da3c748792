"""What the companion plays is never a partner; who speaks over it is heard. Rendered voices, simulated rooms, the real ear."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.adapters.silero_activity import SileroActivity
from companion.hearing.own_voice import LEAD, LONGEST_TAIL, TAIL, OwnVoice, Side
from companion.hearing.ports import Recognizer
from companion.timeline import BLOCK, Sample, samples
from scripts.bench.own_voice import COUPLE, TALK, Cast, Setup, Sound, Table, listen, near, set_table
from tests.hearing.test_echo import echo_of, room

MODELS = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return Cast(tmp_path_factory.mktemp("voices"))


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    from companion.adapters.vosk_recognizer import VoskRecognizer

    return VoskRecognizer(MODELS / "embedded-en")


def own_voice() -> OwnVoice:
    return OwnVoice(SileroActivity(MODELS / "silero" / "silero_16k.npz"))


def follow(table: Table, side: OwnVoice | None = None) -> list[tuple[Sample, Side]]:
    """The side path on the whole table, told of playback."""
    side, out = side or own_voice(), []
    told: list[tuple[Sample, Sound | None]] = []
    for start, line, _ in table.cues:
        told += [(start, line), (start + len(line), None)]
    for at in range(0, len(table.sound) - BLOCK + 1, BLOCK):
        while told and told[0][0] < at + BLOCK:
            moment, sound = told.pop(0)
            if sound is None:
                side.ended(moment)
            else:
                side.started(moment, sound)
        out.append((at, side.feed(at, table.sound[at : at + BLOCK])))
    return out


ALONE = {
    "as loud as a partner in a dead room, stamps off": Setup(1, 0.2, 0.0, 1.0, 0.02),
    "loud in a ringing room": Setup(3, 0.5, 12.0, 1.0, 0.02),
    "far too loud, overdriven, moved": Setup(4, 0.5, 20.0, 1.5, 0.02, 20.0, True),
    "moved half-way": Setup(9, 0.25, 12.0, 0.0, 0.0, 25.0, True),
}


@pytest.mark.parametrize("setup", ALONE.values(), ids=ALONE.keys())
def test_the_companion_alone_is_nobody(cast: Cast, recognizer: Recognizer, setup: Setup) -> None:
    from companion.evening import house

    got = listen(set_table(cast, setup, lines=6), house.ears(COUPLE, 1, recognizer))
    assert (got.segments, got.phrases, got.barged) == (0, [], [])


def test_stop_is_heard_over_the_companion(cast: Cast, recognizer: Recognizer) -> None:
    from companion.evening import house

    stops = [(voice, cast.say(voice, "Stop.")) for voice in ("en+m3", "en-us+f3")]
    table = set_table(cast, Setup(22, 0.35, 6.0, 1.0, 0.02), stops, lines=7)
    assert len(table.said) == 2
    got = listen(table, house.ears(COUPLE, 1, recognizer))
    assert all(any(p.phrase == "stop" and near(p.start, span) for p in got.phrases) for span, _ in table.said)
    assert [p.phrase for p in got.phrases] == ["stop"] * 2


def test_talking_over_it_is_a_barge_in_soon(cast: Cast) -> None:
    table = set_table(cast, Setup(23, 0.4, 6.0, 1.0, 0.02), [(v, cast.say(v, TALK[0])) for v in ("en+m3", "en-us+f3")], lines=8)
    barged = [at + BLOCK for at, side in follow(table) if side.barge_in]
    for span, _ in table.said:
        first = min(at for at in barged if at > span.start)
        assert first - span.start <= samples(0.8)  # 0.3 s of talk, and 0.5 s
    assert all(any(span.start < at < span.end + samples(0.3) for span, _ in table.said) for at in barged)


def test_a_partner_while_it_is_silent_is_left_to_hearing(cast: Cast) -> None:
    side, talk = own_voice(), cast.say("en+m3", TALK[0])
    for at in range(0, len(talk) - BLOCK, BLOCK):
        got = side.feed(at, talk[at : at + BLOCK])
        assert not got.own and not got.barge_in and got.speech == 0.0
        assert np.array_equal(got.left, talk[at : at + BLOCK])


def test_own_voice_lasts_from_just_before_the_first_sound_to_the_end_of_its_tail(cast: Cast) -> None:
    table = set_table(cast, Setup(1, 0.3, 6.0), lines=1)
    own = [at for at, side in follow(table) if side.own]
    start, end = table.cues[0][0], table.cues[0][0] + len(table.cues[0][1])
    assert own[0] <= start - LEAD < own[0] + BLOCK
    assert end + TAIL - BLOCK <= own[-1] <= end + LONGEST_TAIL
    assert len(own) == (own[-1] - own[0]) // BLOCK + 1  # without a hole


def test_a_room_that_rings_on_is_waited_for_but_a_partner_is_not() -> None:
    rng = np.random.default_rng(0)
    line = (0.1 * rng.standard_normal(samples(2.0))).astype(np.float32)

    def silent_after(answer: bool) -> Sample:
        side, n = own_voice(), samples(4.0)
        sound = np.zeros(n, np.float32)
        sound[samples(1.0) : samples(3.0)] = line
        wet = 10 * echo_of(sound, room(1, 0.6)) + 1e-4 * rng.standard_normal(n).astype(np.float32)
        if answer:
            wet[samples(3.1) :] += (0.3 * rng.standard_normal(n - samples(3.1))).astype(np.float32)
        side.started(samples(1.0), line)
        for at in range(0, n - BLOCK, BLOCK):
            if at <= samples(3.0) < at + BLOCK:
                side.ended(samples(3.0))
            if not side.feed(at, wet[at : at + BLOCK]).own and at > samples(2.0):
                return at - samples(3.0)
        raise AssertionError("it never ends")

    assert silent_after(True) <= TAIL + 2 * BLOCK < silent_after(False) <= LONGEST_TAIL + BLOCK


def test_a_line_whose_sound_is_not_known_is_own_voice_all_the_same(cast: Cast) -> None:
    table = set_table(cast, Setup(1, 0.3, 6.0), lines=2)
    side = own_voice()
    side.started(table.cues[0][0], None)
    for at in range(0, samples(5.0), BLOCK):
        got = side.feed(at, table.sound[at : at + BLOCK])
        assert got.own == (at + BLOCK > table.cues[0][0] - LEAD)
        assert not got.barge_in and got.clean != got.own


def test_a_line_that_is_cut_off_is_no_longer_expected(cast: Cast) -> None:
    sound = cast.say("en-us", TALK[0])
    side = own_voice()
    side.started(0, sound)
    side.ended(samples(1.0))
    silence = np.zeros(BLOCK, np.float32)
    states = [side.feed(at, silence).own for at in range(0, samples(2.0), BLOCK)]
    assert states[: samples(1.2) // BLOCK] == [True] * (samples(1.2) // BLOCK)
    assert not any(states[(samples(1.0) + LONGEST_TAIL) // BLOCK + 1 :])


@pytest.mark.parametrize("level", [0.0, 1.0, 1e6])
def test_a_microphone_gone_mad_upsets_nothing(cast: Cast, level: float) -> None:
    sound: Sound = np.tile(cast.say("en-us", TALK[0]), 3)
    side = own_voice()
    side.started(0, sound)
    rng = np.random.default_rng(1)
    for at in range(0, samples(6.0), BLOCK):
        got = side.feed(at, (rng.choice([-1.0, 1.0], BLOCK) * level).astype(np.float32))
        assert np.isfinite(got.left).all() and 0.0 <= got.speech <= 1.0
        assert not got.barge_in
