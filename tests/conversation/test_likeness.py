"""Speech that does not sound like the partner it is put down to, where only voices tell who speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_table import ALEX, PAIR, SAM, holds, said, sit

from companion.conversation.likeness import MEMORY_S, Likeness
from companion.conversation.manners import STANDARD
from companion.conversation.utterances import Utterance
from companion.events import Interruption
from companion.hearing.heard import Segment
from companion.partner import Partner
from companion.timeline import samples, seconds


def like(segment: Segment, nats: float) -> Segment:
    return replace(segment, likeness=nats)


def one(segment: Segment) -> Utterance:
    utterance = Utterance(STANDARD)
    utterance.take(segment)
    return utterance


def learned(sam: float, alex: float) -> Likeness:
    """After half a minute of talk of each."""
    likeness = Likeness(PAIR)
    for who, nats in ((SAM, sam), (ALEX, alex)):
        likeness.learn(who, like(said(who, 0, 30), nats))
    return likeness


def interruptions(seconds_long: float, nats: float | None, usual: float = 0.5) -> list[Interruption]:
    """Sam holds the floor and sounds like Sam by `usual`; what is put down to Alex from 20 s on sounds like Alex by `nats`."""
    holder = [like(said(SAM, 1 + k, 1.8 + k), usual) for k in range(18)]
    other = said(ALEX, 20, 20 + seconds_long)
    found = sit(*holder, other if nats is None else like(other, nats), floor=holds(SAM)).of(Interruption)
    return [e for e in found if isinstance(e, Interruption)]


@pytest.mark.parametrize("long", [1.2, 2.0, 6.0])
def test_the_holders_own_voice_put_down_to_the_silent_partner_interrupts_nobody(long: float) -> None:
    assert interruptions(long, nats=-0.4) == []


def test_a_voice_that_sounds_like_its_owner_interrupts_at_once() -> None:
    (told,) = interruptions(2.0, nats=0.9)
    assert seconds(told.noticed) < 20 + STANDARD.interruption_min + 0.25


def test_a_voice_between_both_is_waited_for() -> None:
    assert interruptions(1.2, nats=0.4) == []
    (told,) = interruptions(2.2, nats=0.4)
    assert seconds(told.noticed) > 20 + STANDARD.interruption_min + 0.25


def test_where_the_voices_are_far_apart_an_interruption_over_the_holders_words_may_sound_like_both() -> None:
    assert len(interruptions(2.0, nats=-0.1, usual=4.0)) == 1


def test_where_places_tell_who_speaks_likeness_is_not_asked() -> None:
    assert len(interruptions(2.0, nats=None)) == 1
    assert Likeness(PAIR).doubt(one(said(ALEX, 0, 2)), ALEX) == 0.0


def test_a_voice_that_always_leans_to_the_other_is_held_against_its_own_middle() -> None:
    leaning = learned(sam=1.5, alex=-0.5)  # everything sounds rather like Sam in this room
    even = learned(sam=0.5, alex=0.5)
    utterance = one(like(said(ALEX, 0, 2), -0.3))
    assert leaning.doubt(utterance, ALEX) < even.doubt(utterance, ALEX)


def test_exchanging_the_partners_exchanges_the_doubt() -> None:
    assert learned(0.7, 0.3).doubt(one(like(said(ALEX, 0, 2), 0.2)), ALEX) == learned(0.3, 0.7).doubt(
        one(like(said(SAM, 0, 2), 0.2)), SAM
    )


def test_the_voice_of_neither_partner_teaches_nothing() -> None:
    likeness, other = learned(0.5, 0.5), learned(0.5, 0.5)
    other.learn(SAM, Segment(None, 0, samples(20), open=False, likeness=5.0))
    utterance = one(like(said(ALEX, 0, 2), 0.2))
    assert likeness.doubt(utterance, ALEX) == other.doubt(utterance, ALEX)


def test_what_was_learned_long_ago_is_forgotten() -> None:
    likeness = learned(0.2, 0.2)
    for k in range(20):
        for who in (SAM, ALEX):
            likeness.learn(Partner(who), like(said(who, 40 + k, 40 + k + MEMORY_S / 4), 3.0))
    assert likeness.doubt(one(like(said(ALEX, 0, 2), -0.5)), ALEX) == 0.0
