"""A floor that the step gave to one partner."""

from __future__ import annotations

import pytest
from small_table import ALEX, JOINT, NOBODY, PAIR, SAM, Recognised, holds, said, sit

from companion.conversation.conversation import Conversation
from companion.conversation.manners import STANDARD
from companion.effects import FloorKind, GiveFloor
from companion.events import (
    Backchannel,
    ContestedStart,
    FloorChanged,
    Gap,
    Interruption,
    InterruptionEnded,
    Laugh,
    TurnEnded,
    TurnStarted,
)
from companion.partner import Partner
from companion.timeline import samples, seconds


def spans(evening, kind):
    return [(e.by, seconds(e.start), seconds(e.end)) for e in evening.of(kind)]


def test_hums_words_and_oh_no_are_backchannels_and_never_interruptions():
    hums = [said(ALEX, t, t + d) for t, d in ((3.0, 0.3), (6.0, 0.5), (9.0, 0.8), (12.0, 0.9))]
    evening = sit(said(SAM, 1, 14), *hums, floor=holds(SAM))
    assert evening.of(Interruption) == []
    assert len(evening.of(Backchannel)) == 4


def test_a_laugh_of_any_length_is_no_interruption():
    evening = sit(said(SAM, 1, 9), said(ALEX, 4, 8, laugh=0.9), floor=holds(SAM))
    assert evening.of(Interruption) == []
    assert spans(evening, Laugh) == [(ALEX, 4.0, 8.0)]
    assert evening.of(Backchannel) == []


def test_speech_over_the_holder_is_told_once_it_adds_up_and_not_later():
    evening = sit(said(SAM, 1, 9), said(ALEX, 4, 6), floor=holds(SAM))
    (told,) = evening.of(Interruption)
    assert (told.by, told.of, seconds(told.start)) == (ALEX, SAM, 4.0)
    sure = samples(4.0 + STANDARD.interruption_min)
    assert sure < told.noticed <= sure + samples(0.25)


def test_speech_in_the_holders_pause_interrupts_too():
    evening = sit(said(SAM, 1, 4), said(ALEX, 5, 7.1), said(SAM, 9, 12), floor=holds(SAM))
    (told,) = evening.of(Interruption)
    assert told.kind == "butt-in"
    assert told.quiet


def test_pieces_of_one_sentence_add_up():
    pieces = [said(ALEX, 4.0, 4.5), said(ALEX, 4.75, 5.4)]
    assert len(sit(said(SAM, 1, 9), *pieces, floor=holds(SAM)).of(Interruption)) == 1


def test_two_hums_a_while_apart_do_not_add_up():
    pieces = [said(ALEX, 4.0, 4.6), said(ALEX, 5.1, 5.7)]
    evening = sit(said(SAM, 1, 9), *pieces, floor=holds(SAM))
    assert evening.of(Interruption) == []
    assert len(evening.of(Backchannel)) == 2


def test_the_same_interruption_is_told_once():
    pieces = [said(ALEX, 4, 5.2), said(ALEX, 5.8, 7.1), said(ALEX, 7.9, 9)]
    evening = sit(said(SAM, 1, 4.5), *pieces, floor=holds(SAM))
    assert len(evening.of(Interruption)) == 1
    assert spans(evening, InterruptionEnded) == [(ALEX, 4.0, 9.0)]


def test_until_the_holder_has_spoken_again_it_is_still_the_same_interruption():
    evening = sit(said(SAM, 1, 4.5), said(ALEX, 4, 6), said(ALEX, 8, 10), said(SAM, 11, 13), floor=holds(SAM))
    assert len(evening.of(Interruption)) == 1


def test_another_one_later_is_told_again():
    evening = sit(said(SAM, 1, 14), said(ALEX, 4, 5.2), said(ALEX, 9, 10.2), floor=holds(SAM))
    assert len(evening.of(Interruption)) == 2


@pytest.mark.parametrize(
    ("holder", "other", "kind"),
    [
        ([(1, 4.6), (9, 12)], (4, 8), "takeover"),  # the holder stops, the other goes on
        ([(1, 12)], (4, 6), "butt-in"),  # both speak, the holder keeps going
        ([(1, 4), (6.5, 9)], (4.6, 6.1), "butt-in"),  # in a pause, after it was one
        ([(1, 4.3), (5.6, 9)], (4, 5.3), "completion"),  # at the end of a phrase, short, the holder back at once
    ],
)
def test_its_kind_is_settled_by_what_the_holder_did(holder, other, kind):
    evening = sit(*[said(SAM, *h) for h in holder], said(ALEX, *other), floor=holds(SAM))
    (ended,) = evening.of(InterruptionEnded)
    assert ended.kind == kind


def test_the_tail_of_the_last_holders_turn_is_no_interruption():
    tail = said(SAM, 19.5, 21.5)
    evening = sit(said(SAM, 1, 19), tail, said(ALEX, 22, 25), floors=[(0, holds(SAM)), (20, holds(ALEX))])
    assert evening.of(Interruption) == []


def test_a_remark_about_the_prompt_before_the_holder_begins_is_no_interruption():
    evening = sit(said(ALEX, 1.2, 2.9), said(SAM, 4, 9), floor=holds(SAM))
    assert evening.of(Interruption) == []


def test_a_story_into_the_holders_long_silence_is_an_interruption_but_not_for_a_spoken_cue():
    (told,) = sit(said(ALEX, 9, 14), floor=holds(SAM)).of(Interruption)
    assert not told.quiet


def test_both_beginning_at_once_is_a_contested_start_and_nobody_interrupts():
    evening = sit(said(SAM, 2, 6), said(ALEX, 2.3, 5), floor=holds(SAM))
    assert evening.of(Interruption) == []
    (contest,) = evening.of(ContestedStart)
    assert (seconds(contest.start), contest.won) == (2.0, None)


def test_a_contested_start_from_which_one_withdraws_is_nothing():
    assert sit(said(SAM, 2, 6), said(ALEX, 2.3, 3.0), floor=holds(SAM)).of(ContestedStart) == []


def test_where_the_listener_may_ask_a_question_is_nothing_and_a_story_is():
    talk = [said(SAM, 1, 4), said(ALEX, 5, 9)]
    assert sit(*talk, floor=holds(SAM, questions=True)).of(Interruption) == []
    story = [said(SAM, 1, 4), said(ALEX, 5, 14)]
    assert len(sit(*story, floor=holds(SAM, questions=True)).of(Interruption)) == 1


def test_the_holders_turn_runs_from_first_to_last_word_whatever_the_pauses():
    evening = sit(said(SAM, 1, 4), said(SAM, 24, 26), said(ALEX, 31, 33), floors=[(0, holds(SAM)), (30, holds(ALEX))])
    assert spans(evening, TurnEnded) == [(SAM, 1.0, 26.0), (ALEX, 31.0, 33.0)]
    assert [(g.before, g.by, seconds(g.start), seconds(g.end)) for g in evening.of(Gap)] == [(SAM, ALEX, 26.0, 31.0)]


def test_silence_never_ends_a_holders_turn():
    evening = sit(said(SAM, 1, 4), floor=holds(SAM), seconds=60, finish=False)
    assert len(evening.of(TurnStarted)) == 1
    assert evening.of(TurnEnded) == []


def test_the_turn_ends_with_the_floor_even_inside_a_word():
    evening = sit(said(SAM, 1, 12), floors=[(0, holds(SAM)), (10, NOBODY)])
    assert spans(evening, TurnEnded)[0] == (SAM, 1.0, 10.0)


def test_nothing_interrupts_where_the_floor_is_nobodys():
    assert sit(said(SAM, 1, 9), said(ALEX, 4, 6), floor=NOBODY).of(Interruption) == []


def test_a_voice_we_do_not_know_has_no_turns():
    evening = sit(said(None, 1, 9), floor=holds(SAM))
    assert evening.of(TurnStarted) + evening.of(Interruption) + evening.of(Backchannel) == []


def test_speech_of_doubtful_attribution_earns_no_spoken_cue():
    (told,) = sit(said(SAM, 1, 9), said(ALEX, 4, 6, confidence=0.6), floor=holds(SAM)).of(Interruption)
    assert told.confidence == 0.6
    assert not told.quiet


def test_giving_the_floor_is_told_and_giving_it_again_is_not():
    talk = Conversation(PAIR)
    assert talk.give_floor(holds(SAM), 100) == [FloorChanged(100, 100, FloorKind.HOLDER, SAM)]
    assert talk.give_floor(holds(SAM), 200) == []
    assert talk.give_floor(JOINT, 300) == [FloorChanged(300, 300, FloorKind.JOINT, None)]


@pytest.mark.parametrize("floor", [GiveFloor(FloorKind.HOLDER), GiveFloor(FloorKind.JOINT, SAM), holds(Partner("Kim"))])
def test_a_floor_that_makes_no_sense_is_refused(floor):
    with pytest.raises(ValueError, match=r"holder|neither"):
        Conversation(PAIR).give_floor(floor, 0)


def test_a_hum_right_before_the_holder_goes_on_is_still_a_hum():
    evening = sit(said(SAM, 1, 3.5), said(ALEX, 4, 4.9), said(SAM, 4.92, 8), floor=holds(SAM))
    assert evening.of(Interruption) == []
    assert len(evening.of(Backchannel)) == 1


def test_a_murmur_of_any_length_is_no_interruption():
    evening = sit(said(SAM, 1, 9), said(ALEX, 4, 5.6, hum=0.8), floor=holds(SAM))
    assert evening.of(Interruption) == []


def test_what_may_be_a_laugh_or_another_voice_is_waited_for():
    evening = sit(said(SAM, 1, 9), said(ALEX, 4, 5.3, laugh=0.2, confidence=0.75), floor=holds(SAM))
    assert evening.of(Interruption) == []
    (told,) = sit(said(SAM, 1, 9), said(ALEX, 4, 7, laugh=0.2, confidence=0.75), floor=holds(SAM)).of(Interruption)
    assert told.noticed > samples(4 + 1.3)
    assert not told.quiet


def test_a_bit_of_noise_before_and_after_does_not_lengthen_the_holders_turn():
    noise = [said(SAM, 0.3, 0.9, confidence=0.55), said(SAM, 11.5, 12.1, confidence=0.55)]
    evening = sit(*noise, said(SAM, 3, 9), floors=[(0, holds(SAM)), (14, NOBODY)])
    assert spans(evening, TurnEnded) == [(SAM, 3.0, 9.0)]


def test_hold_on_a_moment_said_by_the_listener_is_for_the_companion_and_no_interruption():
    talk = [said(SAM, 1, 4), said(ALEX, 5, 6.2), said(SAM, 9, 12)]
    command = Recognised(5, 6.2, "phrase", "hold on a moment")
    evening = sit(*talk, floor=holds(SAM), recognised=command)
    assert evening.of(Interruption) + evening.of(Backchannel) == []
    assert len(sit(*talk, floor=holds(SAM)).of(Interruption)) == 1


def test_what_only_began_like_a_command_is_told_when_it_turns_out_to_be_none():
    talk = [said(SAM, 1, 4), said(ALEX, 5, 6.2), said(SAM, 9, 12)]
    (told,) = sit(*talk, floor=holds(SAM), recognised=Recognised(5, 6.2, "phrase")).of(Interruption)
    assert told.noticed <= samples(6.2 + 1.0)


def test_a_long_utterance_is_told_whatever_it_began_like():
    talk = [said(SAM, 1, 4), said(ALEX, 5, 9), said(SAM, 10, 12)]
    (told,) = sit(*talk, floor=holds(SAM), recognised=Recognised(5, 9, "phrase")).of(Interruption)
    assert told.noticed <= samples(5 + STANDARD.interruption_doubt + 0.25)


def test_nothing_but_yeah_right_yeah_is_a_backchannel_and_yeah_but_is_not():
    talk = [said(SAM, 1, 4), said(ALEX, 5, 6.3), said(SAM, 7, 9)]
    assert sit(*talk, floor=holds(SAM), recognised=Recognised(5, 6.3, "small")).of(Interruption) == []
    yeah_but = Recognised(5, 5.5, "small")  # from the second word on it is neither
    assert len(sit(*talk, floor=holds(SAM), recognised=yeah_but).of(Interruption)) == 1
