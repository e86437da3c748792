"""A reply instead of a reflection: the listener is asked for the meaning first, kindly, once, and nobody is told who came in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from table import ALEX, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.effects import FloorKind, GiveFloor
from companion.events import CueGiven
from companion.exercises.content import Library, PlanItem
from companion.exercises.moment import Moment
from companion.hearing.heard import Word
from companion.timeline import samples


class Talking(Table):
    """A table at which words are heard: `words` are put into the next blocks, one after the other."""

    def words(self, text: str, confidence: float = 0.95) -> Table:
        again = hasattr(self, "heard")
        self.heard = [Word(each, self.now, self.now + 3000, confidence) for each in text.split()]
        if again:
            return self
        fed = self.engine.feed

        def feed(moment: Moment, events: Any) -> Any:
            word = (self.heard.pop(0),) if self.heard else ()
            return fed(replace(moment, words=word), events)

        self.engine.feed = feed  # type: ignore[method-assign]
        return self


def trying(library: Library, **more: Any) -> Talking:
    """Alex has told; Sam is asked what came across, and has the floor."""
    steps = [
        {"turn": {"for": "20 s", "prompt": "prompt", "listen": "WORDS"}},
        {"reflect": {"for": "30 s", "listen": "WORDS", **more}},
        {"joint": {"for": "60 s"}},
    ]
    at = Talking(engine(with_exercises(library, exercise("small", steps)), [PlanItem(exercise="small")])).start().run(4.0)
    at.talk(ALEX, 0.2, 8.0).run(9.0).say("i'm done", ALEX)
    at.until(lambda each: isinstance(each, GiveFloor) and each.kind is FloorKind.HOLDER and each.holder == SAM, 30.0)
    return at  # type: ignore[return-value]


def given(at: Table) -> list[str]:
    return [each.id for each in at.kinds(CueGiven) if not each.asked]


def test_yeah_but_is_answered_with_the_meaning_first(library: Library) -> None:
    at = trying(library)
    at.talk(SAM, 0.1, 3.0)
    at.words("yeah but that is not")
    text = at.until_said("c_reb", 6.0)
    assert "Alex" in text and "Sam" not in text


def test_what_was_said_to_the_companion_before_is_no_beginning(library: Library) -> None:
    at = trying(library).words("give me a hint").run(0.3).say("give me a hint", SAM).run(6.0)
    at.talk(SAM, 0.1, 3.0)
    at.words("yeah but that is not")
    at.until_said("c_reb", 6.0)


def test_so_you_is_a_reflection(library: Library) -> None:
    at = trying(library)
    at.talk(SAM, 0.1, 3.0)
    at.words("well so you felt left out but i").run(4.0)
    assert "c_reb" not in given(at)


def test_a_word_that_is_not_sure_starts_nothing(library: Library) -> None:
    at = trying(library)
    at.talk(SAM, 0.1, 3.0)
    at.words("yeah but that", confidence=0.6).run(4.0)
    assert "c_reb" not in given(at)


def test_a_source_who_talks_back_at_once_is_asked_to_wait(library: Library) -> None:
    at = trying(library).talk(ALEX, 0.5, 1.6)
    assert at.until_said("c_reb", 8.0)


def test_a_short_correction_by_the_source_is_welcome(library: Library) -> None:
    at = trying(library).talk(SAM, 0.1, 3.0).talk(ALEX, 1.0, 0.7).run(5.0)
    assert "c_reb" not in given(at)


def test_it_comes_once_a_step(library: Library) -> None:
    at = trying(library).talk(ALEX, 0.5, 1.6)
    at.until_said("c_reb", 8.0)
    at.run(4.0).talk(ALEX, 0.2, 2.0).run(12.0)
    assert given(at).count("c_reb") == 1


def test_after_it_the_listener_has_time_to_begin_afresh(library: Library) -> None:
    at = trying(library).talk(ALEX, 0.5, 1.6)
    at.until_said("c_reb", 8.0)
    began = at.now
    at.run(4.0).talk(SAM, 0.1, 4.0)
    asked = at.until_said("c_check", 15.0)
    assert asked and at.now - began >= samples(8.0)


def test_in_a_tender_reflection_nobody_is_told(library: Library) -> None:
    at = trying(library, listen="FLOOR", soft=True).talk(ALEX, 0.5, 1.6).run(6.0)
    assert "c_reb" not in given(at)


def test_what_the_source_adds_to_a_first_try_is_no_talking_back_in_the_second(library: Library) -> None:
    at = trying(library)
    at.talk(SAM, 0.1, 5.0).run(6.0).say("i'm done", SAM)
    at.until_said("c_check", 20.0)
    at.run(2.0).say("partly", ALEX)
    at.until(lambda each: isinstance(each, GiveFloor) and each.holder == ALEX, 20.0)
    at.talk(ALEX, 0.2, 5.0).run(6.0).say("i'm done", ALEX)
    at.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM, 20.0)
    at.run(3.0)
    assert "c_reb" not in given(at)
