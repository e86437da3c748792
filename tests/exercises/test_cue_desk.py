"""The rules of the cue desk, each as a sentence about the companion's manners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from companion.conversation.manners import GENTLE, STANDARD, Manners
from companion.effects import Chime, Effect, Hush, Say
from companion.events import CueDropped, CueGiven, Event, Laugh
from companion.exercises.cue_desk import CueDesk, CueVoice, Custom
from companion.exercises.cues import KINDS, OWED, Cue, unasked
from companion.exercises.moment import Moment
from companion.exercises.mouth import Mouth
from companion.inputs import PlaybackEnded, PlaybackStarted
from companion.partner import Partner
from companion.timeline import BLOCK, samples

ALEX, SAM = Partner("Alex"), Partner("Sam")
FLOOR = Custom(cues=True)


class Lines:
    """Says a line by its name, and whether it is the role-free twin."""

    def words(self, line: str, slots: Mapping[str, str], *, role_free: bool) -> str | None:
        return f"{line} without names" if role_free else f"{line} for {slots.get('holder', 'both')}"


class Room:
    """A desk, a mouth and a clock; people are only speaking or not."""

    def __init__(
        self, custom: Custom = FLOOR, manners: Manners = STANDARD, voice: CueVoice = "spoken", names: bool = True
    ) -> None:
        self.desk = CueDesk(manners, Lines(), Mouth(), voice, names=names)
        self.desk.begin_step(custom, 0)
        self.now = 0
        self.quiet = 0
        self.out: list[tuple[int, Event | Effect]] = []
        self.sounding: tuple[int, int] | None = None
        self.length = 1.0

    def propose(self, cue: Cue) -> Room:
        self._take(self.desk.propose(cue))
        return self

    def cue(self, id: str, *, holder: Partner = SAM, sure: float = 1.0) -> Room:
        return self.propose(unasked(id, self.now, holder=holder, sure=sure, slots={"holder": holder}))

    def silence(self, seconds: float) -> Room:
        return self._pass(seconds, frozenset())

    def speech(self, seconds: float, *who: Partner) -> Room:
        return self._pass(seconds, frozenset(who or (SAM,)))

    def laugh(self) -> Room:
        self._block(frozenset(), [Laugh(self.now - 800, self.now, self.now, ALEX)])
        return self

    def _pass(self, seconds: float, speaking: frozenset[Partner]) -> Room:
        for _ in range(round(seconds * 16000 / BLOCK)):
            self._block(speaking, [])
        return self

    def _block(self, speaking: frozenset[Partner], events: Sequence[Event]) -> None:
        self.now += BLOCK
        self.quiet = 0 if speaking else self.quiet + BLOCK
        if self.sounding is not None and self.now >= self.sounding[1]:
            cue, self.sounding = self.sounding[0], None
            self.desk.told(PlaybackEnded(self.now, cue))
        self._take(self.desk.feed(Moment(self.now, self.quiet, speaking, self.sounding is not None), events))

    def _take(self, out: list[Event | Effect]) -> None:
        for each in out:
            self.out.append((self.now, each))
            if isinstance(each, (Say, Chime)):
                self.sounding = (each.cue, self.now + samples(self.length))
                self.desk.told(PlaybackStarted(self.now, each.cue))

    @property
    def given(self) -> list[str]:
        return [each.text for _, each in self.out if isinstance(each, CueGiven)]

    @property
    def dropped(self) -> list[tuple[str, str]]:
        return [(each.id, each.why) for _, each in self.out if isinstance(each, CueDropped)]

    def at(self, kind: type) -> float:
        return next(at for at, each in self.out if isinstance(each, kind)) / 16000


def test_a_spoken_cue_waits_for_half_a_second_of_silence_of_both() -> None:
    room = Room().speech(1.0).cue("c_int2").speech(1.0).silence(0.45)
    assert room.given == []
    room.silence(0.1)
    assert room.given == ["c_int2 for Sam"]


def test_a_chime_needs_only_three_tenths_of_a_second() -> None:
    room = Room().speech(1.0).cue("c_int1").silence(0.26)
    assert room.given == []
    room.silence(0.1)
    assert room.given == ["floor"]


def test_a_cue_that_finds_no_gap_in_four_seconds_is_stale() -> None:
    room = Room().cue("c_reb").speech(4.2, SAM, ALEX).silence(2.0)
    assert room.given == []
    assert room.dropped == [("c_reb", "stale")]


def test_a_holder_who_is_back_for_a_second_and_a_half_needs_no_cue() -> None:
    room = Room().cue("c_int1", holder=SAM).speech(1.6, SAM).silence(1.0)
    assert room.dropped == [("c_int1", "mended")]
    assert room.given == []


def test_a_holder_talked_over_has_not_come_back() -> None:
    room = Room().cue("c_int1", holder=SAM).speech(2.0, SAM, ALEX).silence(1.0)
    assert room.given == ["floor"]


def test_a_cue_stays_fresh_while_the_other_is_still_coming_in() -> None:
    room = Room().cue("c_int1", holder=SAM).speech(8.0, ALEX).silence(0.4)
    assert room.given == ["floor"]


def test_but_not_for_ever() -> None:
    assert Room().cue("c_int1", holder=SAM).speech(17.0, ALEX).silence(1.0).dropped == [("c_int1", "stale")]


def test_a_wrap_chimed_into_a_breath_is_said_in_the_next_real_pause() -> None:
    room = Room()
    room.length = 0.5
    room.silence(1.0).cue("c_wrap").silence(0.2).speech(6.0).silence(4.0)
    assert room.given == ["soon", "c_wrap for Sam"]


def test_laughter_within_a_second_takes_an_interruption_cue_back() -> None:
    room = Room().cue("c_int1").laugh().silence(1.0)
    assert room.given == []
    assert room.dropped == [("c_int1", "mended")]


def test_any_speech_takes_back_what_was_to_be_said_about_silence() -> None:
    room = Room().cue("c_think").speech(0.1).silence(2.0)
    assert room.dropped == [("c_think", "mended")]


def test_the_companion_yields_to_a_partner_who_starts_as_it_starts() -> None:
    room = Room().silence(1.0).cue("c_int2").silence(0.4).speech(0.5)
    assert any(isinstance(each, Hush) for _, each in room.out)
    assert ("c_int2", "yielded") in room.dropped


def test_a_cue_that_is_well_under_way_is_finished() -> None:
    room = Room().silence(1.0).cue("c_int2").silence(0.1)
    room.silence(0.8).speech(1.0)
    assert not any(isinstance(each, Hush) for _, each in room.out)


def test_a_cough_at_the_start_of_a_cue_does_not_hush_it() -> None:
    room = Room().silence(1.0).cue("c_int2").silence(0.2).speech(0.2).silence(1.0)
    assert not any(isinstance(each, Hush) for _, each in room.out)


def test_two_unasked_spoken_cues_are_twenty_seconds_apart() -> None:
    room = Room().silence(1.0).cue("c_think").silence(2.0)
    assert room.given == ["c_think for Sam"]
    room.cue("c_long").silence(16.0)
    assert len(room.given) == 1
    room.silence(4.0)
    assert room.given == ["c_think for Sam", "c_long for Sam"]


def test_words_about_an_interruption_that_come_too_soon_are_a_chime_instead() -> None:
    room = Room().silence(1.0).cue("c_think").silence(5.0).cue("c_int2").silence(1.0)
    assert room.given == ["c_think for Sam", "floor"]


def test_no_more_than_two_unasked_spoken_cues_in_a_minute() -> None:
    room = Room().silence(1.0).cue("c_think").silence(22.0).cue("c_stuck").silence(22.0).cue("c_long").silence(5.0)
    assert len(room.given) == 2
    room.silence(20.0)
    assert len(room.given) == 3


def test_chimes_are_six_seconds_apart() -> None:
    room = Room().silence(1.0).cue("c_int1").silence(2.0).cue("c_soft").silence(3.0)
    assert room.given == ["floor"]
    room.silence(2.0)
    assert room.given == ["floor", "soon"]


def test_a_cap_of_a_step_starts_afresh_with_the_next() -> None:
    room = Room()
    for _ in range(3):
        room.silence(25.0).cue("c_int1").silence(1.0)
    assert room.given == ["floor", "floor"]
    assert room.dropped == [("c_int1", "capped")]
    room.desk.begin_step(FLOOR, room.now)
    room.silence(25.0).cue("c_int1").silence(1.0)
    assert len(room.given) == 3


def test_of_two_that_want_the_same_gap_the_more_important_is_given_and_the_other_dropped() -> None:
    room = Room().speech(1.0).cue("c_int2").cue("c_long").silence(1.0)
    assert room.given == ["c_long for Sam"]
    assert ("c_int2", "outranked") in room.dropped


def test_what_a_step_owes_goes_before_what_nobody_asked_for() -> None:
    owed = Cue(OWED, 0, line="prompt", tag="prompt", id="line", slots={"holder": SAM})
    room = Room().speech(1.0).cue("c_think")
    room = Room().speech(1.0).cue("c_int2").propose(owed).silence(1.0)
    assert room.given[0] == "prompt for Sam"


def test_below_seven_tenths_of_attribution_nobody_is_named() -> None:
    assert Room().silence(1.0).cue("c_int2", sure=0.69).silence(1.0).given == ["c_int2 without names"]
    assert Room().silence(1.0).cue("c_int2", sure=0.71).silence(1.0).given == ["c_int2 for Sam"]


def test_with_names_off_nobody_is_ever_named() -> None:
    assert Room(names=False).silence(1.0).cue("c_int2").silence(1.0).given == ["c_int2 without names"]


@pytest.mark.parametrize("id", [id for id, kind in KINDS.items() if not kind.everywhere])
def test_steps_without_cues_get_none(id: str) -> None:
    room = Room(Custom(cues=False)).silence(1.0).cue(id).silence(3.0)
    assert room.given == []
    assert room.dropped == [(id, "setting")]


def test_in_a_soft_step_every_cue_is_a_chime() -> None:
    room = Room(Custom(cues=True, soft=True)).silence(1.0)
    for id in ("c_int2", "c_wrap", "c_long", "c_stuck"):
        room.cue(id).silence(25.0)
    assert set(room.given) == {"floor", "soon"}
    assert not any(isinstance(each, Say) for _, each in room.out)


def test_in_a_soft_step_nobody_is_told_to_take_their_time() -> None:
    assert Room(Custom(cues=True, soft=True)).silence(1.0).cue("c_think").silence(1.0).given == []


def test_in_play_interruptions_are_nobodys_business() -> None:
    assert Room(Custom(cues=True, play=True)).silence(1.0).cue("c_int1").silence(1.0).dropped == [("c_int1", "setting")]


def test_gentle_answers_interruptions_by_chime_only() -> None:
    assert Room(manners=GENTLE).silence(1.0).cue("c_int2").silence(1.0).given == ["floor"]


def test_fewer_cues_makes_them_all_chimes() -> None:
    assert Room(voice="chimes").silence(1.0).cue("c_int2").silence(1.0).given == ["floor"]


def test_cue_voice_none_keeps_time_and_nothing_else() -> None:
    room = Room(voice="none").silence(1.0).cue("c_int2").cue("c_think").cue("c_wrap").silence(3.0)
    assert set(room.given) == {"soon"}


def test_the_wrap_chimes_and_then_speaks() -> None:
    room = Room().silence(1.0).cue("c_wrap").silence(4.0)
    assert room.given == ["soon", "c_wrap for Sam"]


def test_a_wrap_without_words_is_two_strokes() -> None:
    assert Room(voice="chimes").silence(1.0).cue("c_wrap").silence(4.0).given == ["soon", "soon"]


def test_the_second_stroke_is_left_out_once_somebody_has_gone_on() -> None:
    room = Room(voice="chimes")
    room.length = 0.5
    room.silence(1.0).cue("c_wrap").silence(0.5).speech(2.0).silence(4.0)
    assert room.given == ["soon"]


def test_the_wrap_keeps_its_words_to_itself_when_somebody_has_begun_to_speak() -> None:
    room = Room()
    room.length = 0.5
    room.silence(1.0).cue("c_wrap").silence(0.5).speech(31.0).silence(3.0)
    assert "c_wrap for Sam" not in room.given
    assert ("c_wrap", "yielded") in room.dropped


def test_the_wrap_takes_a_smaller_pause_as_time_goes_on() -> None:
    def gap_after(waited: float) -> float:
        room = Room().speech(1.0).cue("c_wrap").speech(waited)
        start = room.now
        room.silence(2.0)
        return next(at for at, each in room.out if isinstance(each, CueGiven)) / 16000 - start / 16000

    assert gap_after(1.0) == pytest.approx(0.8, abs=0.04)
    assert gap_after(11.0) == pytest.approx(0.5, abs=0.04)
    assert gap_after(21.0) == pytest.approx(0.3, abs=0.04)


def test_an_urgent_line_starts_over_speech() -> None:
    room = Room().speech(1.0).cue("c_stop").speech(0.1)
    assert room.given == ["c_stop for Sam"]


def test_silence_hushes_what_sounds_and_forgets_what_waits() -> None:
    room = Room().silence(1.0).cue("c_think").silence(0.1)
    room.cue("c_long")
    out = room.desk.silence(room.now)
    assert isinstance(out[0], Hush)
    assert [each.why for each in out if isinstance(each, CueDropped)] == ["ended"]
    room.sounding = None
    room.silence(5.0)
    assert room.given == ["c_think for Sam"]


def test_a_voice_that_never_ends_does_not_hang_the_evening() -> None:
    room = Room()
    room.length = 1e6
    room.silence(1.0).cue("c_think").silence(10.0)
    assert "c_think" in room.desk.news().over


def test_a_new_step_ends_what_waited_for_the_last() -> None:
    room = Room().speech(1.0).cue("c_int2").speech(0.5)
    assert [each.why for each in room.desk.begin_step(FLOOR, room.now) if isinstance(each, CueDropped)] == ["ended"]
    room.silence(2.0)
    assert room.given == []


def test_in_noise_only_time_is_kept() -> None:
    room = Room().silence(1.0)
    room.desk.deaf = True
    room.cue("c_int1").cue("c_think").cue("c_soft").silence(2.0)
    assert room.given == ["soon"]


def test_two_lines_of_its_own_are_a_breath_apart() -> None:
    owed = [Cue(OWED, 0, line=name, tag=name, id="line") for name in ("one", "two")]
    room = Room().silence(1.0).propose(owed[0]).propose(owed[1]).silence(3.0)
    times = [at for at, each in room.out if isinstance(each, Say)]
    assert (times[1] - times[0]) / 16000 >= 1.0 + 0.4


def test_what_is_left_of_a_cue_is_dropped_when_its_step_ends() -> None:
    room = Room().speech(1.0).cue("c_wrap").silence(1.0)
    assert room.given == ["soon"]
    room.desk.begin_step(Custom(), room.now)
    room.silence(3.0)
    assert room.given == ["soon"]
