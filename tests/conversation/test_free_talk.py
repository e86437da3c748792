"""Talk in which nobody was given the floor."""

from __future__ import annotations

import pytest
from small_table import ALEX, JOINT, NOBODY, SAM, said, sit

from companion.events import Backchannel, ContestedStart, Gap, Interruption, InterruptionEnded, Overlap, TurnEnded
from companion.timeline import samples, seconds


def turns(evening):
    return [(e.by, seconds(e.start), seconds(e.end)) for e in evening.of(TurnEnded)]


def test_turns_alternate_with_gaps_between_them():
    evening = sit(said(SAM, 1, 4), said(ALEX, 4.3, 7), said(SAM, 7.5, 9), floor=JOINT)
    assert turns(evening) == [(SAM, 1.0, 4.0), (ALEX, 4.3, 7.0), (SAM, 7.5, 9.0)]
    assert [(seconds(g.start), seconds(g.end), g.before, g.by) for g in evening.of(Gap)] == [
        (4.0, 4.3, SAM, ALEX),
        (7.0, 7.5, ALEX, SAM),
    ]


def test_a_turn_holds_its_pauses():
    evening = sit(said(SAM, 1, 3), said(SAM, 5, 8), said(ALEX, 8.4, 10), floor=JOINT)
    assert turns(evening)[0] == (SAM, 1.0, 8.0)


def test_a_long_silence_ends_a_turn_whoever_goes_on():
    evening = sit(said(SAM, 1, 3), said(SAM, 13, 16), floor=JOINT)
    assert turns(evening) == [(SAM, 1.0, 3.0), (SAM, 13.0, 16.0)]
    assert evening.of(Gap) == []


def test_a_hum_into_the_others_words_or_pause_takes_no_turn():
    evening = sit(said(SAM, 1, 4), said(ALEX, 3.5, 4.1), said(SAM, 4.6, 7), said(ALEX, 7.1, 7.6), said(SAM, 8, 9), floor=JOINT)
    assert turns(evening) == [(SAM, 1.0, 9.0)]
    assert len(evening.of(Backchannel)) == 2
    assert evening.of(Interruption) == []


def test_a_short_answer_between_silences_is_a_turn():
    evening = sit(said(SAM, 1, 4), said(ALEX, 4.9, 5.6), said(SAM, 7.5, 9), floor=JOINT)
    assert (ALEX, 4.9, 5.6) in turns(evening)


@pytest.mark.parametrize("overlap", [0.1, 0.2, 0.35])
def test_coming_in_on_the_last_word_is_no_interruption(overlap):
    evening = sit(said(SAM, 1, 5), said(ALEX, 5 - overlap, 9), floor=JOINT)
    assert evening.of(Interruption) == []
    assert [(seconds(o.start), seconds(o.end)) for o in evening.of(Overlap)] == [(round(5 - overlap, 2), 5.0)]


def test_the_speaker_who_breaks_off_was_interrupted_and_lost_the_floor():
    evening = sit(said(SAM, 1, 5), said(ALEX, 4.2, 9), floor=JOINT)
    (told,) = evening.of(Interruption)
    assert (told.by, told.of) == (ALEX, SAM)
    assert told.noticed <= samples(4.2 + 0.95 + 0.25)
    assert evening.of(InterruptionEnded)[0].kind == "takeover"
    assert turns(evening) == [(SAM, 1.0, 5.0), (ALEX, 4.2, 9.0)]


def test_the_speaker_who_goes_on_kept_the_floor():
    evening = sit(said(SAM, 1, 9), said(ALEX, 4, 6), floor=JOINT)
    assert evening.of(InterruptionEnded)[0].kind == "butt-in"
    assert turns(evening) == [(SAM, 1.0, 9.0)]


def test_the_speaker_who_waits_and_goes_on_at_once_kept_the_floor():
    evening = sit(said(SAM, 1, 5), said(ALEX, 4, 6.5), said(SAM, 7, 10), floor=JOINT)
    assert len(evening.of(Interruption)) == 1
    assert turns(evening) == [(SAM, 1.0, 10.0)]


def test_a_hum_of_the_last_speaker_does_not_lengthen_the_last_turn():
    evening = sit(said(SAM, 1, 4), said(ALEX, 4.3, 9), said(SAM, 4.8, 5.1), floor=JOINT)
    assert turns(evening)[0] == (SAM, 1.0, 4.0)
    assert len(evening.of(Backchannel)) == 1


def test_both_starting_after_a_silence_contest_the_turn_and_nobody_interrupts():
    evening = sit(said(SAM, 1, 4), said(ALEX, 6, 9), said(SAM, 6.3, 8), floor=JOINT)
    assert evening.of(Interruption) == []
    assert len(evening.of(ContestedStart)) == 1


def test_laughing_over_each_other_for_seconds_is_nothing():
    evening = sit(said(SAM, 1, 4), said(SAM, 4.2, 8, laugh=0.8), said(ALEX, 3.5, 8, laugh=0.9), floor=JOINT)
    assert evening.of(Interruption) == []


def test_labels_that_hide_an_overlap_behind_quick_changes_still_show_an_interruption():
    # Sam speaks until 4.7 and Alex from 4.0; the labels name one of them at a time.
    sam = [said(SAM, 1, 4.0), said(SAM, 4.5, 4.7)]
    alex = [said(ALEX, 4.0, 4.5), said(ALEX, 4.7, 8)]
    assert len(sit(*sam, *alex, floor=JOINT).of(Interruption)) == 1


def test_a_plain_change_of_speakers_without_a_gap_is_none():
    assert sit(said(SAM, 1, 4), said(ALEX, 4, 8), said(SAM, 8, 11), floor=JOINT).of(Interruption) == []


def test_where_the_floor_is_nobodys_turns_are_logged_all_the_same():
    assert turns(sit(said(SAM, 1, 4), said(ALEX, 4.3, 7), floor=NOBODY)) == [(SAM, 1.0, 4.0), (ALEX, 4.3, 7.0)]
