"""The parts that others ask: silence, who speaks, patience, balance, endpoints."""

from __future__ import annotations

import pytest
from small_table import ALEX, JOINT, PAIR, SAM, heard, holds, said, sit

from companion.conversation.balance import KEPT, Balance
from companion.conversation.conversation import Conversation
from companion.conversation.endpoint import Endpoint
from companion.conversation.manners import GENTLE, STANDARD
from companion.conversation.patience import Patience
from companion.events import Interruption
from companion.hearing.heard import Heard
from companion.timeline import BLOCK, samples


def test_quiet_begins_with_the_last_sound_of_anybody():
    talk = Conversation(PAIR)
    assert talk.quiet_for() == 0
    for block in heard([said(SAM, 0.5, 1.0), said(None, 1.5, 2.0)], samples(5)):
        talk.feed(block)
        if 1.6 * 16_000 < block.now < 1.9 * 16_000:
            assert talk.quiet_for() == 0
    assert samples(2.9) <= talk.quiet_for() <= samples(3.0) + BLOCK


def test_any_sound_now_ends_the_quiet_before_it_is_known_whose_it_is():
    talk = Conversation(PAIR)
    talk.feed(Heard(samples(9), samples(8.8)))
    assert talk.quiet_for() == samples(9)
    talk.feed(Heard(samples(9) + BLOCK, samples(8.8), anyone=True))
    assert talk.quiet_for() == 0


def test_who_is_speaking_and_who_spoke_last():
    talk = Conversation(PAIR)
    blocks = list(heard([said(SAM, 0.5, 3.0), said(ALEX, 2.0, 2.5)], samples(5)))
    seen = set()
    for block in blocks:
        talk.feed(block)
        seen.add(talk.speaking())
    assert seen == {frozenset(), frozenset({SAM}), frozenset({SAM, ALEX})}
    assert talk.last_speech_end(ALEX) == samples(2.5)
    assert talk.last_speech_end(SAM) == samples(3.0)
    assert Conversation(PAIR).last_speech_end(SAM) is None


def test_talk_shares_are_halves_at_first_and_add_up_to_one():
    assert Conversation(PAIR).talk_share(SAM) == 0.5
    talk = sit(said(SAM, 1, 4), said(ALEX, 5, 6), floor=JOINT).talk
    assert (talk.talk_share(SAM), talk.talk_share(ALEX)) == (0.75, 0.25)


def test_a_balance_is_exact_though_it_forgets_single_segments():
    balance = Balance(PAIR)
    for i in range(3 * KEPT):
        balance.feed(said(SAM, i, i + 0.5))
    assert balance.spoken(SAM) == 3 * KEPT * samples(0.5)
    assert balance.spoken(SAM, samples(3 * KEPT - 10.75)) == 10 * samples(0.5) + samples(0.25)


def test_whoever_makes_long_pauses_is_given_more_time_and_whoever_rushes_a_little_less():
    slow, quick = Patience((0.8, 2.5)), Patience((0.8, 2.5))
    assert slow.scale == 1.0
    for _ in range(40):
        slow.feed(samples(2.0))
        quick.feed(samples(0.5))
    assert slow.scale > 1.8
    assert quick.scale == 0.8


def test_patience_stays_within_its_limits_and_one_pause_hardly_moves_it():
    patience = Patience((0.8, 2.5))
    patience.feed(samples(9))
    assert 1.0 < patience.scale < 1.6
    for _ in range(100):
        patience.feed(samples(9))
    assert patience.scale == 2.5


def test_stops_and_lapses_are_no_pauses():
    patience = Patience((0.8, 2.5))
    for pause in (0.2, 0.4, 30.0):
        patience.feed(samples(pause))
    assert patience.scale == 1.0


def test_patience_is_learned_per_partner_from_pauses_inside_their_own_turns():
    slow = [said(SAM, 4 * i, 4 * i + 1.5) for i in range(1, 15)]
    talk = sit(*slow, floor=holds(SAM)).talk
    assert talk.patience(SAM) > 1.5
    assert talk.patience(ALEX) == 1.0


@pytest.mark.parametrize(
    ("spoken", "silence", "over"), [(4, 1.1, False), (4, 1.2, True), (2.9, 1.2, False), (2.9, 2.5, True), (0, 9, False)]
)
def test_a_reflection_is_over_sooner_when_something_was_said(spoken, silence, over):
    assert Endpoint().reflection_over(samples(spoken), samples(silence)) is over


def test_a_slow_speaker_gets_more_time_to_reflect():
    assert not Endpoint().reflection_over(samples(4), samples(1.5), patience=2.0)


@pytest.mark.parametrize(
    ("silence", "hedged", "over"), [(0.5, False, False), (0.6, False, True), (0.6, True, False), (1.2, True, True)]
)
def test_a_hedged_answer_is_waited_for(silence, hedged, over):
    assert Endpoint().answer_over(samples(silence), hedged) is over


def test_a_gentle_evening_wants_to_be_surer_for_a_cue():
    talk = [said(SAM, 1, 9), said(ALEX, 4, 6, confidence=0.88)]
    (standard,) = sit(*talk, floor=holds(SAM), manners=STANDARD).of(Interruption)
    (gentle,) = sit(*talk, floor=holds(SAM), manners=GENTLE).of(Interruption)
    assert standard.quiet
    assert not gentle.quiet
