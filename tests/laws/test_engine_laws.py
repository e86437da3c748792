"""Laws of the exercise engine, under whatever people, buttons and machines may do."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exercises"))

import itertools

from table import ALEX, CONTENT, PAIR, SAM, Table, engine
from tiny import HASTY, STEPS, with_exercises

from companion.effects import Chime, Effect, Finish, Hush, Prepare, Say, Show
from companion.events import CueDropped, CueGiven, Event, ExerciseEnded, ExerciseStarted, Interruption, StepEntered, StepLeft
from companion.exercises.content import Library, PlanItem
from companion.exercises.loader import load_library
from companion.inputs import Button, DeviceBack, DeviceLost
from companion.partner import Pair, Partner
from companion.timeline import samples

FAST = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
"""Without shrinking: what fails is short already, and an evening is long."""

PHRASES = [
    "stop", "time out", "hold on a moment", "resume", "carry on", "skip this", "next please", "i'm done", "another one",
    "say that again", "help", "give me a hint", "how long", "louder", "swap", "you first", "fewer cues", "microphone off",
    "no words tonight", "yes", "no", "mostly", "not really", "maybe", "warm", "quick", "i don't feel safe", "call a doctor",
]  # fmt: skip


@cache
def content() -> Library:
    return with_exercises(load_library(CONTENT)[0])


@dataclass(frozen=True)
class Act:
    """Something that happens at the table, `after` seconds after the last."""

    after: float
    what: str
    who: Partner | None = None
    length: float = 1.0
    phrase: str = ""

    def swapped(self) -> Act:
        who = {ALEX: SAM, SAM: ALEX}.get(self.who) if self.who else None
        return Act(self.after, self.what, who, self.length, self.phrase)


people = st.sampled_from([ALEX, SAM, None])
acts = st.lists(
    st.one_of(
        st.builds(Act, st.floats(0, 8), st.just("talk"), people, st.floats(0.1, 12)),
        st.builds(Act, st.floats(0, 8), st.just("talk"), st.sampled_from([ALEX, SAM]), st.floats(0.1, 12)),
        st.builds(Act, st.floats(0, 8), st.just("phrase"), people, phrase=st.sampled_from(PHRASES)),
        st.builds(Act, st.floats(0, 4), st.just("interrupt"), st.sampled_from([ALEX, SAM]), st.floats(1, 6)),
        st.builds(Act, st.floats(0, 8), st.sampled_from(["short", "double", "lost", "back", "mute"])),
    ),
    max_size=14,
)
calm = st.lists(
    st.one_of(
        st.builds(Act, st.floats(0, 8), st.just("talk"), st.sampled_from([ALEX, SAM]), st.floats(0.1, 12)),
        st.builds(Act, st.floats(0, 4), st.just("interrupt"), st.sampled_from([ALEX, SAM]), st.floats(1, 6)),
        st.builds(
            Act, st.floats(0, 8), st.just("phrase"), st.sampled_from([ALEX, SAM]), phrase=st.sampled_from(["yes", "i'm done"])
        ),
    ),
    max_size=14,
)
slugs = st.sampled_from(sorted(STEPS))


def happens(table: Table, act: Act) -> None:
    table.run(act.after)
    if table.engine.finished:
        return
    match act.what:
        case "talk":
            table.talk(act.who, 0.0, act.length)
        case "phrase":
            table.say(act.phrase, act.who)
        case "interrupt":
            other = PAIR.other(act.who)  # type: ignore[arg-type]
            end = table.now + samples(1.0)
            table.talk(act.who, 0.0, act.length)
            table.happen(Interruption(table.now, end, table.now, act.who, other, "takeover", 0.95, 0.95, True))  # type: ignore[arg-type]
        case "short" | "double":
            table.tell(Button(table.now, act.what))  # type: ignore[arg-type]
        case "lost":
            table.tell(DeviceLost(table.now, "microphone"))
        case "back":
            table.tell(DeviceBack(table.now, "microphone"))
        case "mute":
            table.mute = True


def played(slug: str, script: list[Act], **more: Any) -> Table:
    table = Table(engine(content(), [PlanItem(exercise=slug, size="short")], manners=HASTY, **more)).start()
    for act in script:
        happens(table, act)
    return table


@FAST
@given(slugs, acts)
def test_every_exercise_ends_whatever_happens(slug: str, script: list[Act]) -> None:
    """Protects: nobody is ever kept in an exercise by a bug, a dead voice or a noisy room. It ends: law 8."""
    table = played(slug, script).finish(within=3600.0)
    assert isinstance(table.out[-1][1], Finish)
    entered = [each for each in table.kinds(StepEntered)]
    left = [each for each in table.kinds(StepLeft)]
    assert len(entered) == len(left)
    assert len(table.kinds(ExerciseStarted)) == len(table.kinds(ExerciseEnded))


@FAST
@given(slugs, acts)
def test_no_step_lasts_longer_than_it_declares(slug: str, script: list[Act]) -> None:
    """Protects: the longest time of a step is kept even if it hears nothing that it waits for."""
    table = Table(engine(content(), [PlanItem(exercise=slug, size="short")], manners=HASTY)).start()
    longest: dict[int, tuple[int, int]] = {}
    script = [*script]

    def check() -> None:
        playing = table.engine._course.playing
        if playing is not None and playing.step is not None:
            clock = table.engine._tonight.clock
            assert clock - playing.since <= playing.step.longest + 512
            longest[id(playing.step)] = (playing.step.longest, clock)

    for act in script:
        happens(table, act)
        check()
    for _ in range(40):
        table.run(10.0)
        check()
        if table.engine.finished:
            break


@FAST
@given(slugs, acts, st.floats(0.1, 5.0))
def test_stop_ends_it_at_once_from_any_state(slug: str, script: list[Act], later: float) -> None:
    """Protects: anyone's stop, from any state, ends speech in that very block and everything with it."""
    table = played(slug, script).run(later)
    if table.engine.finished:
        return
    before = len(table.out)
    sounding = table._sounding is not None
    table.speech.clear()
    table.phrases.clear()
    table.tell(Button(table.now, "long"))
    after = [each for _, each in table.out[before:]]
    assert not sounding or any(isinstance(each, (Hush, Finish)) for each in after)
    table.finish(within=30.0)
    said = [each for _, each in table.out[before:] if isinstance(each, CueGiven)]
    assert all(each.id == "c_stop" for each in said)


@FAST
@given(slugs, acts)
def test_nothing_is_spoken_after_finish(slug: str, script: list[Act]) -> None:
    """Protects: the end is the end. Law 9."""
    table = played(slug, script).finish(within=3600.0)
    for act in script:
        happens(table, act)
    end = next(index for index, (_, each) in enumerate(table.out) if isinstance(each, Finish))
    assert not any(isinstance(each, (Say, Chime)) for _, each in table.out[end:])


@FAST
@given(slugs, acts)
def test_no_cue_starts_while_somebody_speaks(slug: str, script: list[Act]) -> None:
    """Protects: the companion never talks over a partner; only the urgent lines may. Law 9."""
    table = Table(engine(content(), [PlanItem(exercise=slug, size="short")], manners=HASTY)).start()
    seen: list[tuple[int, Event | Effect]] = []

    def watch(at_table: Table, each: Event | Effect) -> None:
        if isinstance(each, (Say, Chime)) and not getattr(each, "urgent", False):
            seen.append((at_table._quiet, each))

    table.react = watch
    for act in script:
        happens(table, act)
    table.finish(within=3600.0)
    assert all(quiet >= samples(0.3) for quiet, _ in seen)


@FAST
@given(slugs, acts)
def test_caps_and_distances_hold(slug: str, script: list[Act]) -> None:
    """Protects: the companion is no nag. Law 9. (c_idle announces that it waits: it is the last thing said.)"""
    table = played(slug, script).finish(within=3600.0)
    spoken = [each.noticed for each in table.kinds(CueGiven) if each.spoken and not each.asked and each.id != "c_idle"]
    assert all(later - sooner >= samples(HASTY.cue_distance) for sooner, later in itertools.pairwise(spoken))
    counts: dict[str, int] = {}
    for each in table.kinds(StepEntered, CueGiven):
        if isinstance(each, StepEntered):
            counts.clear()
        elif not each.asked and each.id in ("c_int1", "c_int2", "c_int3", "c_think", "c_stuck", "c_soft", "c_long"):
            counts[each.id] = counts.get(each.id, 0) + 1
            assert counts[each.id] <= {"c_int1": 2, "c_int2": 2}.get(each.id, 1)


@FAST
@given(slugs, acts)
def test_swapping_the_partners_swaps_the_log(slug: str, script: list[Act]) -> None:
    """Protects: the companion treats both alike. Law 3."""
    one = played(slug, script).finish(within=3600.0)
    two = played(slug, [act.swapped() for act in script], first=SAM).finish(within=3600.0)
    assert [plain(each) for _, each in two.out] == [exchanged(plain(each)) for _, each in one.out]


def plain(each: Event | Effect) -> str:
    return "" if isinstance(each, (Show, Prepare)) else repr(each)


def exchanged(text: str) -> str:
    if text.startswith("EveningStarted"):
        return text
    return text.replace("Alex", "\0").replace("Sami", "Alex").replace("\0", "Sami")


@FAST
@given(slugs, acts)
def test_the_same_inputs_give_the_same_evening(slug: str, script: list[Act]) -> None:
    """Protects: a recorded evening can be replayed. Law 1."""
    assert played(slug, script).run(60.0).out == played(slug, script).run(60.0).out


@FAST
@given(acts)
def test_times_never_run_backwards(script: list[Act]) -> None:
    """Protects: `at` is never after `noticed`, and `noticed` never after now. Law 4."""
    table = played("mirror", script).finish(within=3600.0)
    for at, each in table.out:
        if hasattr(each, "noticed"):
            assert each.at <= each.noticed <= at + 512, each


def test_mirrored_exercises_give_both_the_same_budget() -> None:
    """Protects: neither is given more time than the other. Law 10."""
    for slug in [*STEPS, *(each for each in content().exercises)]:
        table = Table(engine(content(), [PlanItem(exercise=slug, size="short")], manners=HASTY)).start()
        for _ in range(400):
            table.run(4.0)
            if table.engine.finished:
                break
            table.tell(Button(table.now, "double"))
        budgets: dict[Partner, list[int]] = {ALEX: [], SAM: []}
        for each in table.kinds(StepEntered):
            if each.kind == "turn" and "mirrored" in each.step and each.holder is not None:
                budgets[each.holder].append(each.budget)
        assert sorted(budgets[ALEX]) == sorted(budgets[SAM]), slug


@FAST
@given(acts)
def test_who_stopped_cannot_be_found_out(script: list[Act]) -> None:
    """Protects: no event says who said stop, pass or time-out."""
    table = played("mirror", script).run(30.0)
    heard = [each for _, each in table.out if type(each).__name__ == "CommandHeard"]
    assert all(each.by is None for each in heard if each.command in ("stop", "pass", "time-out"))  # type: ignore[union-attr]


def test_the_pair_may_have_any_names() -> None:
    pair = Pair(Partner("Zoë"), Partner("Bo"))
    table = Table(engine(content(), [PlanItem(exercise="turn", size="short")], manners=HASTY, pair=pair)).start().finish()
    assert any("Zoë" in text for text in table.said())
    assert not [each for each in table.kinds(CueDropped) if each.why == "setting"]
