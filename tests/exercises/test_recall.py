"""The words of a turn in a running evening: kept for the reflection, given on request, gone with it."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from said import said
from table import ALEX, PAIR, SAM, Table, engine
from tiny import exercise, with_exercises

from companion.effects import GiveFloor, ListenFor, Mode, Prepare, Say
from companion.events import QUOTING, CueGiven, StateChanged, StepEntered, StepLeft
from companion.exercises.content import Library, PlanItem
from companion.exercises.hints import Hints
from companion.exercises.moment import Moment
from companion.exercises.recall import Recall
from companion.exercises.turn_words import TurnWord
from companion.hearing.heard import Word
from companion.partner import Partner
from companion.timeline import samples, seconds

TOLD = "The garden was so peaceful this morning. I sat down for a while. I sat in the garden."


def as_heard(turn: list[TurnWord], since: float = 0.0, sure: float = 0.95) -> list[Word]:
    return [Word(w.text, samples(since + w.start), samples(since + w.end), w.confidence, sure) for w in turn]


def telling(
    library: Library, told: str = TOLD, *, mode: str = "WORDS", hints: bool = True, words: bool = True, **reflect: Any
) -> Table:
    """Alex has told something, word by word where words are heard; Sam has just been asked what they heard."""
    steps = [
        {"turn": {"for": "40 s", "prompt": "prompt", "listen": mode}},
        {"reflect": {"for": "45 s", "tries": 2, "listen": mode, **reflect}},
        {"say": "thanks"},
    ]
    full = with_exercises(library, exercise("small", steps))
    judge = Hints(full) if hints else None
    table = Table(engine(full, [PlanItem(exercise="small")], words=words, hints=judge)).start()
    words_come_in(table, told)
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == ALEX)
    table.talk(ALEX, 0.5, 14.0).run(16.0).say("i'm done", ALEX)
    table.until(lambda each: isinstance(each, GiveFloor) and each.holder == SAM)
    return table


def words_come_in(table: Table, told: str) -> None:
    """What Alex says reaches the engine as hearing would give it: in steps that listen for words of them, and in no other."""
    feed, left = table.engine.feed, deque(said(told))
    began: list[float] = []

    def fed(moment: Moment, events: Any) -> Any:
        heard = [each for _, each in table.out if isinstance(each, ListenFor)]
        holder = heard[-1].holder if heard and heard[-1].mode is Mode.WORDS else None
        if holder != ALEX or not moment.speaking:
            return feed(moment, events)
        began[:] = began or [seconds(moment.now)]
        now, come = seconds(moment.now) - began[0], []
        while left and left[0].end <= now + 1.0:
            come += as_heard([left.popleft()], began[0] - 1.0)
        return feed(replace(moment, words=tuple(come)), events)

    table.engine.feed = fed  # type: ignore[method-assign]


def asked_for_a_hint(table: Table) -> str:
    table.run(1.0).say("give me a hint", SAM).run(4.0)
    return table.said()[-1]


def kept(table: Table) -> int:
    return table.engine._recall.kept


def ids(table: Table) -> list[str]:
    return [each.id for each in table.kinds(CueGiven)]


def test_a_listener_who_asks_is_given_a_word_of_the_turn(library: Library) -> None:
    table = telling(library)
    assert kept(table) > 0
    assert "garden" in asked_for_a_hint(table)
    assert "c_hint_one" in ids(table)


def test_unasked_no_word_of_the_turn_is_spoken(library: Library) -> None:
    table = telling(library).run(40.0)
    assert "c_source" in ids(table)
    assert not [line for line in table.said() if "garden" in line]


def test_asked_for_twice_the_source_is_next(library: Library) -> None:
    table = telling(library)
    asked_for_a_hint(table)
    asked_for_a_hint(table.run(3.0))
    assert ids(table).count("c_hint_one") == 1
    assert "c_source" in ids(table)


def test_what_was_denied_is_not_given(library: Library) -> None:
    table = telling(library, "I don't want a garden. It costs me every weekend. A garden is just work.")
    assert "garden" not in asked_for_a_hint(table)
    assert "c_no_hint" in ids(table)


@pytest.mark.parametrize("without", [{"mode": "FLOOR"}, {"hints": False}, {"words": False}])
def test_where_no_words_are_to_be_had_none_are_kept_and_none_given(library: Library, without: dict[str, Any]) -> None:
    table = telling(library, **without)
    assert kept(table) == 0
    assert "garden" not in asked_for_a_hint(table)


def test_in_a_soft_reflection_nothing_is_given(library: Library) -> None:
    assert "garden" not in asked_for_a_hint(telling(library, soft=True))


def test_no_word_stands_in_any_event_but_the_words_of_the_hint_itself(library: Library) -> None:
    table = telling(library)
    asked_for_a_hint(table)
    told = {repr(each) for _, each in table.out if not isinstance(each, CueGiven | Say | Prepare)}
    assert not [each for each in told if "garden" in each or "peaceful" in each]
    assert all(each.id in QUOTING for each in table.kinds(CueGiven) if "garden" in each.text)


def test_where_hints_are_off_words_are_not_even_listened_for(library: Library) -> None:
    table = telling(library, words=False)
    asked_for_a_hint(table)
    assert {each.mode for each in table.kinds(ListenFor)} & {Mode.WORDS} == set()
    assert "hints_off" in ids(table)


def test_no_words_tonight_turns_hints_off(library: Library) -> None:
    table = telling(library).say("no words tonight", SAM).run(4.0)
    asked_for_a_hint(table)
    assert "hints_off" in ids(table)


def test_the_words_are_gone_with_the_reflection(library: Library) -> None:
    table = telling(library).talk(SAM, 0.5, 5.0)
    table.until(lambda each: isinstance(each, CueGiven) and each.id == "c_check")
    table.run(2.5).say("yes", ALEX)
    table.until(lambda each: isinstance(each, StepLeft) and each.kind == "reflect")
    assert kept(table) == 0


@pytest.mark.parametrize("command", ["skip this", "stop", "no words tonight", "hold on a moment", "time out", "microphone off"])
def test_every_way_out_or_aside_drops_every_word(library: Library, command: str) -> None:
    table = telling(library)
    assert kept(table) > 0
    table.say(command, ALEX).run(2.0)
    assert kept(table) == 0


def test_the_warmer_question_is_asked_of_words_alone_and_never_a_cooler_one(library: Library) -> None:
    for mode in ("WORDS", "FLOOR"):
        table = telling(library, mode=mode).talk(SAM, 0.5, 5.0)
        table.until(lambda each: isinstance(each, CueGiven) and each.id == "c_check")
        given = [each.line for _, each in table.out if getattr(each, "line", "").startswith("c_check")]
        assert set(given) <= ({"c_check", "c_check_warm"} if mode == "WORDS" else {"c_check"})


# --- the memory itself


def recall(library: Library) -> Recall:
    found = Recall(Hints(library), PAIR)
    found.notice(ListenFor(Mode.WORDS, ("stop",), holder=ALEX))
    return found


def fed(memory: Recall, text: str, *, snr: float = 30.0, sure: float = 0.95, since: float = 0.0) -> Recall:
    for word in as_heard(said(text), since, sure):
        memory.feed(Moment(word.end, words=(word,), snr_db=snr))
    return memory


def test_noise_and_doubtful_voices_give_nothing(library: Library) -> None:
    assert fed(recall(library), TOLD).offer(ALEX).words == ("garden",)
    assert fed(recall(library), TOLD, snr=8.0).offer(ALEX).words == ()
    assert fed(recall(library), TOLD, sure=0.7).offer(ALEX).words == ()


def test_a_partner_who_is_not_understood_well_is_not_quoted(library: Library) -> None:
    """Two words heard surely in a turn that is a blur otherwise: so does a model that does not understand this partner sound."""
    blurred = [replace(word, confidence=0.95 if word.text == "garden" else 0.8) for word in as_heard(said(TOLD))]
    for words, offered in ((as_heard(said(TOLD)), ("garden",)), (blurred, ())):
        memory = recall(library)
        for word in words:
            memory.feed(Moment(word.end, words=(word,), snr_db=30.0))
        assert memory.offer(ALEX).words == offered


def test_nothing_is_kept_in_any_other_mode(library: Library) -> None:
    for mode in Mode:
        memory = recall(library)
        memory.notice(ListenFor(mode, ("stop",), holder=ALEX))
        assert bool(fed(memory, TOLD).kept) is (mode is Mode.WORDS)


def test_words_are_forgotten_after_six_minutes(library: Library) -> None:
    memory = fed(recall(library), TOLD)
    memory.feed(Moment(samples(400.0)))
    assert memory.kept == 0


@pytest.mark.parametrize(("kind", "mode"), [("private", Mode.OFF), ("reflect", Mode.FLOOR), ("turn", Mode.FLOOR)])
def test_a_soft_or_private_step_drops_every_word(library: Library, kind: str, mode: Mode) -> None:
    memory = fed(recall(library), TOLD)
    memory.notice(StepEntered(0, 0, kind, kind, mode, SAM, 0))
    assert memory.kept == 0


@pytest.mark.parametrize("state", ["paused", "deaf", "resting", "stopped", "closing", "finished"])
def test_an_evening_that_does_not_go_on_drops_every_word(library: Library, state: str) -> None:
    memory = fed(recall(library), TOLD)
    memory.notice(StateChanged(0, 0, state))
    assert memory.kept == 0


def test_a_new_turn_begins_anew(library: Library) -> None:
    memory = fed(recall(library), TOLD)
    memory.notice(StepEntered(0, 0, "turn", "turn", Mode.WORDS, ALEX, 0))
    assert memory.kept == 0


def told_back(library: Library, text: str) -> bool:
    memory = fed(
        recall(library), "We drove to the market. We had coffee there. More coffee came. Then the market closed. It was late."
    )
    memory.notice(ListenFor(Mode.WORDS, ("stop",), holder=SAM))
    return fed(memory, text, since=20.0).covers(ALEX)


def test_what_the_listener_took_up_may_warm_the_question(library: Library) -> None:
    assert told_back(library, "You were at the market.")
    assert not told_back(library, "You were away all day.")
    assert not Recall(None, PAIR).covers(Partner("Alex"))
