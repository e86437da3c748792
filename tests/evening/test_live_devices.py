"""The live world on devices that fail when they are told to: every line of the table of failures."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from companion.adapters.chimes import chime
from companion.effects import Adjust, Chime, Finish, Hush, ListenFor, Mode, Prepare, Say
from companion.evening.live import LATE, REOPEN_EVERY
from companion.evening.speech import Speech, Understudied
from companion.inputs import Block, DeviceLost, PlaybackEnded, PlaybackStarted
from companion.timeline import BLOCK, RATE
from companion.trouble import Trouble
from tests.evening.table import LEAD, Sound, Table, Voice, brief


@pytest.fixture
def table() -> Table:
    return Table()


def ready(table: Table, text: str) -> None:
    """Have a line rendered before it is asked for, so that nothing hangs on the speed of this computer."""
    table.speech.say(text).result(10)


def is_over(given: object) -> bool:
    return isinstance(given, PlaybackEnded)


# --- playing


def test_a_line_starts_and_ends_on_the_sample_clock(table: Table) -> None:
    ready(table, "Good evening.")
    table.live(blocks=10)
    table.does(Say(1, "hello", "Good evening."))
    told = table.live(is_over)
    assert brief(told) == ["1 started", "1 ended"]
    started, ended = told
    assert started.at == 10 * BLOCK + round(LEAD * RATE)
    assert ended.at == started.at + RATE // 2


def test_the_start_brings_what_is_played_for_the_echo(table: Table) -> None:
    ready(table, "Good evening.")
    table.does(Say(1, "hello", "Good evening."))
    started = next(given for given in table.live(is_over) if isinstance(given, PlaybackStarted))
    assert started.sound is not None
    assert len(started.sound) == RATE // 2
    assert np.median(started.sound) == pytest.approx(0.1, abs=0.01)


def test_nothing_is_told_of_before_it_has_been(table: Table) -> None:
    ready(table, "Good evening.")
    table.does(Say(1, "hello", "Good evening."))
    heard = 0
    while True:
        given = table.world.next()
        if isinstance(given, Block):
            heard = given.at + len(given.sound)
        elif isinstance(given, PlaybackEnded):
            break
    assert given.at <= heard


def test_hush_goes_to_the_speaker_at_once_and_drops_what_waits(table: Table) -> None:
    ready(table, "One.")
    table.does(Say(1, "one", "One."))
    table.live(blocks=3)
    table.does(Chime(2, "soon"))
    at = table.time.now
    table.does(Hush())
    assert table.loudspeaker.hushed == [at]
    assert sorted(brief(table.live(blocks=20))) == ["1 cut", "2 cut"]
    assert [cue for cue, _, _ in table.loudspeaker.played] == [1]


def test_louder_and_faster_last(table: Table) -> None:
    speeds: list[int] = []

    def speak_at(notches: int) -> Voice:
        speeds.append(notches)
        return table.voice

    table.world._speech = Speech(speak_at)
    table.does(Adjust(louder=1, faster=2))
    for cue in (1, 2):
        table.world._speech.say("Again.").result(10)
        table.does(Say(cue, "again", "Again."))
        table.live(is_over)
    assert [gain for _, _, gain in table.loudspeaker.played] == [3.0, 3.0]
    assert speeds == [2]


def test_a_line_that_was_foreseen_is_rendered_once(table: Table) -> None:
    table.does(Prepare(("Alex, please begin.",)))
    ready(table, "Alex, please begin.")
    table.does(Say(1, "begin", "Alex, please begin."))
    table.live(is_over)
    assert table.voice.asked == ["Alex, please begin."]


# --- the voice


def test_a_dead_voice_is_a_chime_and_a_word_in_the_log(table: Table) -> None:
    table.voice.broken = True
    table.does(Say(1, "x", "Good evening."))
    table.world._cues[0].line.exception(10)
    table.live(is_over)
    assert np.array_equal(table.loudspeaker.played[0][1], chime("soon"))
    assert table.world.troubles() == ("a line could not be spoken: The voice is gone.",)
    assert table.world.troubles() == ()


def test_the_core_hears_of_a_dead_voice_and_of_its_return(table: Table) -> None:
    table.voice.broken = True
    told: list[str] = []
    for cue in (1, 2, 3):
        table.voice.broken = cue < 3
        table.does(Say(cue, "x", f"Line {cue}."))
        table.world._cues[0].line.exception(10)
        told += brief(table.live(is_over))
    assert told == ["voice lost", "1 started", "1 ended", "2 started", "2 ended", "voice back", "3 started", "3 ended"]


def test_a_late_line_is_a_chime_in_time(table: Table) -> None:
    go = threading.Event()

    class Slow(Voice):
        def render(self, text: str, keep: bool = True) -> Sound:
            go.wait(20)
            return super().render(text)

    table.voice = Slow()
    table.does(Say(1, "x", "Good evening."))
    began = table.time.now
    told = table.live(lambda given: isinstance(given, PlaybackStarted))
    go.set()
    assert brief(told) == ["1 started"]
    assert LATE <= table.time.now - began < LATE + 0.1
    assert np.array_equal(table.loudspeaker.played[0][1], chime("soon"))
    assert table.world.troubles() == ("a line was late",)


def test_the_understudy_speaks_when_the_voice_fails_and_goes_on() -> None:
    first, second = Voice(), Voice(0.2)
    voice = Understudied(first, lambda: second)
    assert voice.render("One.")[0] == pytest.approx(0.1)
    first.broken = True
    assert voice.render("Two.")[0] == pytest.approx(0.2)
    first.broken = False
    assert voice.render("Three.")[0] == pytest.approx(0.2)
    second.broken = True
    assert voice.render("Four.")[0] == pytest.approx(0.1)


def test_with_both_voices_dead_the_first_reason_is_told() -> None:
    first, second = Voice(), Voice()
    first.broken = second.broken = True
    with pytest.raises(Trouble, match="The voice is gone"):
        Understudied(first, lambda: second).render("One.")


# --- devices


def test_a_lost_microphone_is_told_and_looked_for_until_it_is_back(table: Table) -> None:
    table.microphone.lost, table.microphone.there = True, False
    assert brief(table.live(blocks=200)) == ["microphone lost"]
    table.microphone.there = True
    assert brief(table.live(blocks=round(REOPEN_EVERY * RATE / BLOCK) + 2)) == ["microphone back"]


def test_a_lost_speaker_cuts_its_line_and_plays_again_when_it_is_back(table: Table) -> None:
    ready(table, "One.")
    table.does(Say(1, "one", "One."))
    table.live(blocks=3)
    table.loudspeaker.pulled()
    assert brief(table.live(blocks=100)) == ["1 cut", "speaker lost"]
    table.loudspeaker.there = True
    assert brief(table.live(blocks=100)) == ["speaker back"]
    table.does(Say(2, "one", "One."))
    assert brief(table.live(is_over)) == ["2 started", "2 ended"]


def test_a_line_for_a_lost_speaker_does_not_hang(table: Table) -> None:
    table.loudspeaker.pulled()
    ready(table, "One.")
    table.does(Say(1, "one", "One."))
    assert brief(table.live(blocks=10)) == ["speaker lost", "1 cut"]


def test_off_stops_the_microphone_and_any_other_mode_starts_it(table: Table) -> None:
    table.does(ListenFor(Mode.OFF))
    assert not table.microphone.recording
    table.does(ListenFor(Mode.CMD, ("stop",)))
    assert table.microphone.recording


# --- recognition and pace


def test_a_dead_recogniser_is_told_once_and_hears_nothing_more(table: Table) -> None:
    table.recognizer.begin(0)
    table.recognizer.feed(np.zeros(BLOCK, np.float32))
    table.engine.broken = True
    assert table.recognizer.end() == ()
    assert brief(table.live(blocks=50)) == ["recogniser lost"]
    table.engine.broken = False
    table.recognizer.listen_for(("yes",))
    table.recognizer.begin(0)
    table.recognizer.feed(np.zeros(BLOCK, np.float32))
    assert table.recognizer.end() == ()
    assert table.engine.fed == 1
    assert "the decoder has fallen over" in table.complaints[0]
    assert table.recognizer.vocabulary == {"yes"}


def test_behind_the_microphone_recognition_is_given_up_first_and_taken_up_again(table: Table) -> None:
    table.live(blocks=10)
    assert not table.recognizer.sparing
    table.microphone.slow = 0.1
    table.live(blocks=20)
    assert table.recognizer.sparing
    table.recognizer.begin(0)
    table.recognizer.feed(np.zeros(BLOCK, np.float32))
    assert table.recognizer.end() == ()
    assert table.engine.fed == 0
    table.microphone.slow = 0.0
    table.live(blocks=100)
    assert not table.recognizer.sparing
    assert not table.recognizer.lost


def test_lost_sound_is_told_at_most_once_a_minute(table: Table) -> None:
    troubles: list[str] = []
    for _ in range(70):
        table.microphone.dropped += RATE
        table.live(blocks=RATE // BLOCK)
        troubles += table.world.troubles()
    assert (
        troubles
        == [
            "the computer was too slow: 1.0 s of sound were lost",
            "the computer was too slow: 60.0 s of sound were lost",
        ]
        or len(troubles) == 2
    )


# --- the end


def test_after_finish_the_last_sound_is_heard_out(table: Table) -> None:
    ready(table, "Good night.")
    table.does(Say(1, "bye", "Good night."), Finish("done"))
    assert brief(table.live(blocks=1000)) == ["1 started", "1 ended"]
    assert table.world.next() is None


def test_the_wish_to_leave_ends_it_before_the_next_block(table: Table) -> None:
    assert table.world.next() is not None
    table.leave = True
    assert table.world.next() is None


def test_close_lets_both_devices_go_in_any_state(table: Table) -> None:
    table.does(Say(1, "bye", "Good night."))
    table.loudspeaker.pulled()
    table.world.close()
    assert table.loudspeaker.closed
    assert table.microphone.closed


def test_a_failed_recogniser_is_an_input_and_no_exception(table: Table) -> None:
    table.engine.broken = True
    table.recognizer.listen_for(("yes",))
    assert table.live(lambda given: True) == [DeviceLost(0, "recogniser")]


def test_a_line_that_quotes_a_partner_is_kept_by_no_voice_and_in_no_memory() -> None:
    class Noting(Voice):
        def __init__(self) -> None:
            super().__init__()
            self.kept: list[tuple[str, bool]] = []

        def render(self, text: str, keep: bool = True) -> Sound:
            self.kept.append((text, keep))
            return super().render(text)

    for line, kept in [("c_hint_two", [False, False]), ("c_shape", [True])]:
        table = Table()
        table.voice = voice = Noting()
        for cue in (1, 2):
            table.does(Say(cue, line, "The line."))
            table.world._cues[-1].line.result(10)
        assert [keep for _, keep in voice.kept] == kept
