"""Five signs of a fast talk, each against these two people's own evening; laughter takes them all back."""

from __future__ import annotations

from companion.events import Event, Gap, Interruption, Laugh, Overlap, SpeechEnded
from companion.exercises.moment import Moment, Voiced
from companion.exercises.pace import Pace
from companion.partner import Partner
from companion.timeline import samples

ALEX, SAM = Partner("Alex"), Partner("Sam")


class Talk:
    """A pace, and a clock in seconds."""

    def __init__(self) -> None:
        self.pace = Pace((ALEX, SAM))
        self.now = 0.0

    def hears(self, *events: Event, voiced: tuple[Voiced, ...] = (), later: float = 1.0) -> Talk:
        self.now += later
        self.pace.notice(Moment(samples(self.now), voiced=voiced), events)
        return self

    def span(self, length: float) -> tuple[int, int, int]:
        end = samples(self.now + 1.0)
        return end - samples(length), end, end

    def interrupted(self, later: float = 1.0) -> Talk:
        self.now += later - 1.0
        return self.hears(Interruption(*self.span(0.9), SAM, ALEX, "takeover", 0.9, 0.9, True))

    def voice(self, level: float = -26.0, pitch: float = 7.0, length: float = 1.0, who: Partner = ALEX) -> Talk:
        start, end, _ = self.span(length)
        return self.hears(voiced=(Voiced(who, start, end, level, pitch),), later=length)

    @property
    def signals(self) -> int:
        return self.pace.signals(samples(self.now))


def test_an_ordinary_talk_shows_nothing() -> None:
    talk = Talk()
    for _ in range(30):
        talk.hears(SpeechEnded(*talk.span(0.8), ALEX, 0.9), Gap(*talk.span(0.3), ALEX, SAM)).voice()
    assert talk.signals == 0


def test_three_episodes_of_interruptions_in_half_a_minute_are_a_sign() -> None:
    talk = Talk().interrupted().interrupted(11.0)
    assert talk.signals == 0
    assert talk.interrupted(11.0).signals == 1


def test_one_long_tangle_is_one_episode() -> None:
    talk = Talk()
    for _ in range(6):
        talk.interrupted(2.0)
    assert talk.signals == 0


def test_a_quarter_of_the_speech_said_by_both_at_once_is_a_sign() -> None:
    talk = Talk().hears(SpeechEnded(*Talk().span(8.0), ALEX, 0.9), later=10.0)
    talk.hears(SpeechEnded(*talk.span(5.0), SAM, 0.9))
    assert talk.signals == 0
    talk.hears(Overlap(*talk.span(3.0)))
    assert talk.signals == 1


def test_four_changes_without_a_gap_are_a_sign() -> None:
    talk = Talk()
    for _ in range(3):
        talk.hears(Gap(*talk.span(0.05), ALEX, SAM))
    assert talk.signals == 0
    assert talk.hears(Gap(*talk.span(0.05), ALEX, SAM)).signals == 1


def test_a_voice_far_above_its_own_evening_is_a_sign_and_a_loud_person_is_none() -> None:
    talk = Talk()
    for _ in range(20):
        talk.voice(level=-15.0)
    assert talk.signals == 0
    for _ in range(5):
        talk.voice(level=-6.5)
    assert talk.signals == 1


def test_a_pitch_four_semitones_above_its_own_is_a_sign() -> None:
    talk = Talk()
    for _ in range(40):
        talk.voice(pitch=7.0)
    for _ in range(31):
        talk.voice(pitch=7.34)
    assert talk.signals == 1


def test_half_a_minute_later_nothing_is_left_of_it() -> None:
    talk = Talk().interrupted().interrupted(11.0).interrupted(11.0)
    assert talk.hears(later=31.0).signals == 0


def test_who_laughs_is_not_told_to_slow_down() -> None:
    talk = Talk().interrupted().interrupted(11.0).interrupted(11.0)
    assert talk.hears(Laugh(*talk.span(0.5), ALEX)).signals == 0


def test_eight_seconds_without_any_of_it_are_calm() -> None:
    talk = Talk().interrupted()
    assert not talk.pace.calm(samples(talk.now + 7.0))
    assert talk.pace.calm(samples(talk.now + 9.0))
