"""After a power cut in the middle: the pair is asked whether to go on, and what was done is not done again."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exercises"))

from table import CONTENT, Table

from companion.conversation.manners import STANDARD
from companion.evening import folders
from companion.evening.record import Record
from companion.evening.recovery import facts_of, plan_of, take_up
from companion.evening.settings import Settings
from companion.events import EveningChosen, Event, ExerciseEnded, ExerciseStarted
from companion.exercises.composing import compose
from companion.exercises.content import Evening, Library
from companion.exercises.engine import Engine
from companion.exercises.gates import Wish
from companion.exercises.loader import load_library
from companion.partner import Pair, Partner
from companion.timeline import samples

ALEX, SAM = Partner("Alex"), Partner("Sami")
SETTINGS = Settings.model_validate({})
FACTS = "version: 1\nevening: first-table\nbehind: 0\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(CONTENT)[0]


def played(*names: str, under_way: str = "") -> list[Event]:
    """The log of an evening: these were played, and the last was under way when the light went out."""
    out: list[Event] = []
    for minute, name in enumerate((*names, under_way) if under_way else names):
        at = samples(60.0 * minute)
        out.append(ExerciseStarted(at, at, name, "short", ALEX))
        if name in names:
            out.append(ExerciseEnded(at + 100, at + 100, name, "done"))
    return out


def cut_off(events: list[Event], facts: str = FACTS) -> Path:
    """An evening that ran, and then the power went."""
    record = Record(None, ("Alex", "Sami"), facts)
    record.write(events)
    assert record._held is not None
    record._held.close()  # as when the process is gone
    (folder,) = folders.evenings().iterdir()
    return folder


def test_what_was_done_is_not_done_again_and_what_was_under_way_begins_anew(library: Library) -> None:
    folder = cut_off(played("welcome", "arrive", "floor-practice", under_way="two-minute-mirror"))
    cut = take_up("first-table", library)
    assert cut is not None
    assert [item.slug for item in cut.evening.plan] == [
        "go-on", "two-minute-mirror", "mirror-and-more", "thank-you-because", "close"
    ]  # fmt: skip
    assert cut.behind == 3
    assert cut.evening.time == pytest.approx(library.evenings["first-table"].time - 180.0, abs=1.0)
    assert not folder.exists()
    assert take_up("first-table", library) is None


def test_what_an_evening_really_writes_down_is_enough_to_go_on(library: Library) -> None:
    cut_off(played("welcome", "arrive", under_way="floor-practice"), facts_of("first-table", SETTINGS))
    cut = take_up("first-table", library)
    assert cut is not None and cut.evening.plan[1].slug == "floor-practice"
    again = cut_off(played("go-on", "floor-practice", under_way="two-minute-mirror"), facts_of("first-table", SETTINGS, cut))
    second = take_up("first-table", library)
    assert second is not None and [item.slug for item in second.evening.plan][:2] == ["go-on", "two-minute-mirror"]
    assert second.evening.time == pytest.approx(cut.evening.time - 120.0, abs=2.0)
    assert not again.exists()


def test_the_facts_name_nobody(library: Library) -> None:
    assert "Nora" not in facts_of("first-table", Settings.model_validate({"partners": ("Nora", "Ben")}))


# --- an evening that was chosen by voice


def chose(evening: Evening, at: float = 60.0) -> EveningChosen:
    return EveningChosen(samples(at), samples(at), evening.slug, plan_of(evening), evening.time)


def chosen_and_cut(evening: Evening, *names: str, under_way: str = "") -> None:
    """`tonight` asked, they chose this, played these, and then the power went."""
    asked = [ExerciseStarted(0, 0, "welcome", "short", ALEX), ExerciseStarted(0, 0, "which-evening", "short", ALEX)]
    events = [*asked, chose(evening), *later(played(*names, under_way=under_way), 60.0)]
    cut_off(events, facts_of("tonight", SETTINGS))


def later(events: list[Event], seconds: float) -> list[Event]:
    return [replace(each, at=each.at + samples(seconds), noticed=each.noticed + samples(seconds)) for each in events]  # type: ignore[call-arg]


def test_an_evening_that_was_chosen_by_voice_is_gone_on_with(library: Library) -> None:
    warm = library.evenings["warm-20"]
    slugs = [item.slug for item in warm.plan]
    chosen_and_cut(warm, slugs[1], under_way=slugs[2])
    cut = take_up("tonight", library)
    assert cut is not None
    assert [item.slug for item in cut.evening.plan] == ["go-on", *slugs[2:]]
    assert cut.evening.slug == "warm-20"
    assert cut.evening.time == pytest.approx(warm.time - 60.0, abs=2.0)


def test_and_after_a_second_cut_too(library: Library) -> None:
    warm = library.evenings["warm-20"]
    slugs = [item.slug for item in warm.plan]
    chosen_and_cut(warm, slugs[1], under_way=slugs[2])
    cut = take_up("tonight", library)
    cut_off(played("go-on", slugs[2], under_way=slugs[3]), facts_of("tonight", SETTINGS, cut))
    second = take_up("tonight", library)
    assert second is not None and [item.slug for item in second.evening.plan] == ["go-on", *slugs[3:]]


def test_one_that_was_put_together_that_night_is_gone_on_with(library: Library) -> None:
    evening = compose(library, Wish(theme="warm", minutes=40.0))
    slugs = [item.slug for item in evening.plan]
    assert evening.slug not in library.evenings
    chosen_and_cut(evening, "arrive", under_way=slugs[2])
    cut = take_up("tonight", library)
    assert cut is not None
    assert [(item.slug, item.size) for item in cut.evening.plan[1:]] == [(item.slug, item.size) for item in evening.plan[2:]]


def test_what_was_chosen_and_not_begun_is_not_asked_for_again(library: Library) -> None:
    chosen_and_cut(library.evenings["warm-20"])
    cut = take_up("tonight", library)
    assert cut is not None and cut.evening.plan[1:] == library.evenings["warm-20"].plan[1:]


def test_cut_off_before_they_chose_it_asks_anew(library: Library) -> None:
    cut_off(played("welcome", under_way="which-evening"), facts_of("tonight", SETTINGS))
    assert take_up("tonight", library) is None


@pytest.mark.parametrize("plan", ["", "gone/short", "welcome/short one-breath/huge", "/", "welcome"])
def test_a_choice_that_is_there_no_more_is_no_reason_not_to_begin(library: Library, plan: str) -> None:
    cut_off([EveningChosen(0, 0, "lost", plan, 600.0)], facts_of("tonight", SETTINGS))
    assert take_up("tonight", library) is None


def test_a_second_cut_is_counted_from_where_the_first_one_left_off(library: Library) -> None:
    cut_off(played("go-on", "two-minute-mirror", under_way="mirror-and-more"), FACTS.replace("behind: 0", "behind: 3"))
    cut = take_up("first-table", library)
    assert cut is not None
    assert [item.slug for item in cut.evening.plan] == ["go-on", "mirror-and-more", "thank-you-because", "close"]


def test_a_break_is_no_part_of_the_plan(library: Library) -> None:
    cut_off(played("welcome", "arrive", "floor-practice", under_way="time-out"))
    cut = take_up("first-table", library)
    assert cut is not None
    assert [item.slug for item in cut.evening.plan][:2] == ["go-on", "two-minute-mirror"]


def test_a_torn_last_line_costs_nothing(library: Library) -> None:
    folder = cut_off(played("welcome", "arrive", under_way="floor-practice"))
    with (folder / "events.jsonl.part").open("ab") as log:
        log.write(b'{"event": "exerc')
    cut = take_up("first-table", library)
    assert cut is not None and cut.evening.plan[1].slug == "floor-practice"


@pytest.mark.parametrize(
    "events",
    [[], played(under_way="welcome"), played("welcome", "arrive", "floor-practice", "two-minute-mirror", "mirror-and-more",
                                             "thank-you-because", under_way="close")],
)  # fmt: skip
def test_where_nothing_is_left_to_go_on_with_it_begins_as_ever(library: Library, events: list[Event]) -> None:
    folder = cut_off(events)
    assert take_up("first-table", library) is None
    assert not folder.exists()


def test_an_evening_that_still_runs_was_not_cut_off(library: Library) -> None:
    record = Record(None, ("Alex", "Sami"), FACTS)
    record.write(played("welcome", "arrive", under_way="floor-practice"))
    assert take_up("first-table", library) is None
    (folder,) = folders.evenings().iterdir()
    assert (folder / "events.jsonl.part").exists()
    record.finish(keep=False)
    assert not folder.exists()


def test_another_evening_is_not_mixed_up_with_it(library: Library) -> None:
    folder = cut_off(played("welcome", "arrive", under_way="floor-practice"))
    assert take_up("warm-20", library) is None
    assert folder.exists()


def test_after_a_day_it_is_over(library: Library) -> None:
    folder = cut_off(played("welcome", "arrive", under_way="floor-practice"))
    long_ago = time.time() - folders.STALE_AFTER - 60
    os.utime(folder / "events.jsonl.part", (long_ago, long_ago))
    assert take_up("first-table", library) is None


def test_a_damaged_folder_is_no_reason_not_to_begin(library: Library) -> None:
    folder = cut_off(played("welcome", under_way="arrive"))
    (folder / "evening.yaml").write_bytes(b"\xff\x00: [")
    assert take_up("first-table", library) is None


@pytest.mark.parametrize("row", ['{"event": "exercise"}', '{"event": "evening_chosen"}'])
def test_nor_is_a_damaged_log(library: Library, row: str) -> None:
    folder = cut_off(played("welcome", under_way="arrive"))
    with (folder / "events.jsonl.part").open("a", encoding="utf-8") as log:
        log.write(f"{row}\n")
    assert take_up("first-table", library) is None


def at_the_table(library: Library, *answers: str) -> Table:
    cut_off(played("welcome", "arrive", under_way="floor-practice"))
    cut = take_up("first-table", library)
    assert cut is not None
    table = Table(Engine(cut.evening, library, Pair(ALEX, SAM), STANDARD, seed=1, enrolled=False, words=True)).start()
    for answer, who in zip(answers, (ALEX, SAM), strict=False):
        table.until(lambda each: type(each).__name__ == "Spoken" or type(each).__name__ == "CueGiven", 20.0)
        table.run(6.0).say(answer, who).run(3.0)
    return table


def test_two_yeses_go_on_where_it_was(library: Library) -> None:
    table = at_the_table(library, "yes", "yes")
    assert any("Go on" in text for text in table.said()[:2])
    table.until(lambda each: isinstance(each, ExerciseStarted) and each.exercise == "floor-practice", 200.0)


def test_one_no_ends_it_in_a_sentence(library: Library) -> None:
    table = at_the_table(library, "no").finish(within=60.0)
    assert table.outcome == "declined"
    assert [each.exercise for each in table.kinds(ExerciseStarted)] == ["go-on"]
