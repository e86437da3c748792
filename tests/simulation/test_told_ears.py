"""The ear that is told what was said hears as the real one does, only exactly."""

from __future__ import annotations

import numpy as np

from companion.effects import Enrol, ListenFor, Mode
from companion.events import Enrolled, Noise, PhraseHeard, SomethingHeard, ThirdVoice
from companion.hearing.heard import Heard, Segment
from companion.partner import Pair, Partner
from companion.simulation.told_ears import LOOK_AHEAD, ToldEars
from companion.simulation.truth import Role, Said
from companion.timeline import BLOCK, Span, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")
SILENCE = np.zeros((BLOCK, 2), np.float32)
GRAMMAR = ListenFor(Mode.YN, ("yes", "i'm done", "some day", "stop"), over_voice=("stop",))


def says(by: str, start: float, end: float, text: str = "a story", role: Role = "talk") -> Said:
    return Said(Partner(by), role, text, Span(samples(start), samples(end)), "turn")


def hears(*said: Said, seconds: float = 6.0, known: bool = True, **more: object) -> tuple[ToldEars, list[Heard]]:
    """Sit through it, with both voices known and the grammar of a question."""
    ears = ToldEars(Pair(ALEX, SAM), list(said), **more)  # type: ignore[arg-type]
    ears.listen_for(GRAMMAR)
    if known:
        ears._known = {ALEX, SAM}
    return ears, [ears.feed(at, SILENCE) for at in range(0, samples(seconds), BLOCK)]


def closed(heard: list[Heard]) -> list[Segment]:
    return [segment for one in heard for segment in one.segments if not segment.open]


def understood(heard: list[Heard]) -> list[PhraseHeard | SomethingHeard]:
    return [said for one in heard for said in one.said]


def test_a_segment_is_as_long_as_what_was_said() -> None:
    _, heard = hears(says("Alex", 1.0, 3.0))
    (segment,) = closed(heard)
    assert (segment.by, segment.start, segment.end) == (ALEX, samples(1.0), samples(3.0))


def test_it_is_open_until_015_s_after_its_end_and_behind_by_the_look_ahead() -> None:
    _, heard = hears(says("Alex", 1.0, 3.0))
    first = next(one for one in heard if one.segments)
    last = next(one for one in heard if one.segments and not one.segments[0].open)
    assert samples(1.08) + LOOK_AHEAD <= first.now <= samples(1.08) + LOOK_AHEAD + 2 * BLOCK
    assert samples(3.15) + LOOK_AHEAD <= last.now <= samples(3.15) + LOOK_AHEAD + 2 * BLOCK
    assert all(one.settled == one.now - LOOK_AHEAD for one in heard)


def test_a_breath_is_part_of_a_segment_and_a_click_is_none() -> None:
    _, heard = hears(says("Alex", 1.0, 2.0), says("Alex", 2.1, 3.0), says("Sam", 4.0, 4.05))
    (segment,) = closed(heard)
    assert segment.end == samples(3.0)


def test_a_laugh_is_a_segment_of_its_own() -> None:
    _, heard = hears(says("Alex", 1.0, 2.0), says("Alex", 2.05, 3.0, role="laugh"))
    assert [segment.laugh for segment in closed(heard)] == [0.0, 1.0]


def test_before_voices_are_learnt_they_are_nobodys() -> None:
    _, heard = hears(says("Alex", 1.0, 2.0), known=False)
    assert [segment.by for segment in closed(heard)] == [None]


def test_a_voice_is_learnt_from_three_seconds_of_talk() -> None:
    for length, trouble in ((4.0, None), (2.0, "short")):
        ears = ToldEars(Pair(ALEX, SAM), [says("Alex", 0.5, 0.5 + length)])
        ears.listen_for(GRAMMAR)
        ears.enrol(Enrol(ALEX))
        heard = [ears.feed(at, SILENCE) for at in range(0, samples(6.0), BLOCK)]
        ears.enrol(Enrol(ALEX, done=True))
        heard.append(ears.feed(len(heard) * BLOCK, SILENCE))
        (learnt,) = [notice for one in heard for notice in one.notices if isinstance(notice, Enrolled)]
        assert (learnt.by, learnt.trouble) == (ALEX, trouble)
        assert closed(heard)[0].by == ALEX
    assert not ears.enrolled


def test_a_phrase_of_the_grammar_is_known_half_a_second_after_it() -> None:
    _, heard = hears(says("Sam", 1.0, 1.5, "Yes."))
    (phrase,) = understood(heard)
    assert isinstance(phrase, PhraseHeard)
    assert (phrase.phrase, phrase.by, phrase.start, phrase.end) == ("yes", SAM, samples(1.0), samples(1.5))
    assert samples(1.95) <= phrase.noticed <= samples(2.02)


def test_what_is_no_phrase_was_something() -> None:
    _, heard = hears(says("Sam", 1.0, 2.0, "I would rather not say"))
    assert [type(one) for one in understood(heard)] == [SomethingHeard]


def test_words_are_told_apart_by_their_sound_not_by_their_spaces() -> None:
    _, heard = hears(says("Sam", 1.0, 1.5, "someday"))
    assert [one.phrase for one in understood(heard) if isinstance(one, PhraseHeard)] == ["some day"]


def test_a_phrase_inside_talk_is_none() -> None:
    _, heard = hears(says("Sam", 1.0, 2.0), says("Sam", 2.2, 2.6, "yes"), says("Alex", 2.7, 3.5))
    assert not [one for one in understood(heard) if isinstance(one, PhraseHeard)]


def test_without_a_recogniser_nothing_is_understood() -> None:
    _, heard = hears(says("Sam", 1.0, 1.5, "yes"), words=False)
    assert understood(heard) == []


def test_nobody_is_heard_while_the_companion_sounds_but_a_stop_is() -> None:
    ears = ToldEars(Pair(ALEX, SAM), [says("Alex", 1.0, 1.4, "stop"), says("Sam", 1.6, 2.0)])
    ears.listen_for(GRAMMAR)
    ears._known = {ALEX, SAM}
    ears.playback_started(0, None, "A long line.")
    heard = [ears.feed(at, SILENCE) for at in range(0, samples(1.9), BLOCK)]
    assert not [segment for one in heard for segment in one.segments]
    assert not any(one.anyone for one in heard)
    assert any(one.barge_in for one in heard)
    ears, heard = ToldEars(Pair(ALEX, SAM), [says("Alex", 1.0, 1.4, "stop"), says("Sam", 3.0, 3.5, "yes")]), []
    ears.listen_for(GRAMMAR)
    ears.playback_started(0, None, "A long line.")
    heard = [ears.feed(at, SILENCE) for at in range(0, samples(5.0), BLOCK)]
    assert [one.phrase for one in understood(heard) if isinstance(one, PhraseHeard)] == ["stop"]


def test_while_the_microphone_is_off_nothing_is_heard() -> None:
    ears = ToldEars(Pair(ALEX, SAM), [says("Alex", 1.0, 2.0, "stop")])
    ears.listen_for(ListenFor(Mode.OFF))
    heard = [ears.feed(at, SILENCE) for at in range(0, samples(4.0), BLOCK)]
    assert not any(one.segments or one.said or one.anyone for one in heard)


def test_a_loud_room_is_told_after_a_quarter_of_a_minute() -> None:
    _, heard = hears(seconds=20.0, snr_db=5.0)
    (noise,) = [notice for one in heard for notice in one.notices if isinstance(notice, Noise)]
    assert noise.loud and noise.noticed >= samples(15.0)


def test_a_third_voice_comes_and_goes() -> None:
    _, heard = hears(says("Kim", 1.0, 5.0, role="guest"), seconds=20.0)
    present = [(notice.present, notice.noticed) for one in heard for notice in one.notices if isinstance(notice, ThirdVoice)]
    assert [here for here, _ in present] == [True, False]
    assert samples(4.0) <= present[0][1] < samples(5.0)
    assert {segment.by for segment in closed(heard)} == {None}


def test_in_a_words_step_the_words_of_the_holder_are_given_with_their_times() -> None:
    ears = ToldEars(Pair(ALEX, SAM), [says("Alex", 1.0, 2.0, "The old garden."), says("Sam", 3.0, 4.0, "I see.")])
    ears.listen_for(ListenFor(Mode.WORDS, ("stop",), holder=ALEX))
    heard = [ears.feed(at, SILENCE) for at in range(0, samples(5.0), BLOCK)]
    words = [word for one in heard for word in one.words]
    assert [word.text for word in words] == ["the", "old", "garden"]
    assert words[0].start == samples(1.0) and words[-1].end == samples(2.0)
