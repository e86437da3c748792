"""The whole house on devices of the test's own: how an evening ends, whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from rich.console import Console

from companion.adapters.event_log import read
from companion.cli.run import _tell
from companion.conversation.conversation import Conversation
from companion.effects import Effect
from companion.evening import guided, house
from companion.evening.guided import Ended, guide
from companion.evening.leaving import Leaving
from companion.evening.settings import Settings
from companion.events import EveningEnded, Event, Mishap
from companion.hearing.heard import Heard
from companion.timeline import BLOCK, Sample
from companion.trouble import Trouble
from tests.evening.table import Engine, Loudspeaker, Microphone, Sound, Time, Voice


class Screen:
    """Remembers what was shown."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        self.events += events


class ShortMicrophone(Microphone):
    """Somebody presses Ctrl-C after so many blocks."""

    def __init__(self, time: Time, leaving: Leaving, blocks: int) -> None:
        super().__init__(time)
        self._leaving, self._left = leaving, blocks

    def read(self, timeout: float) -> tuple[Sample, Sound] | None:
        self._left -= 1
        self._leaving.wanted = self._left <= 0
        return super().read(timeout)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setattr(guided, "choose_voice", lambda shape, cache: (Voice(), "The voice is a test's."))
    return tmp_path


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(house, "recognizer", lambda *_, **__: made)
    return made


def evening(screen: Screen, out: Path | None = None, blocks: int = 200, name: str = "first-table") -> Ended:
    leaving = Leaving(lambda: None, lambda status: None)
    time = Time()
    return guide(name, Settings(), ShortMicrophone(time, leaving, blocks), Loudspeaker(time), screen, leaving, out=out)


def failing(times: Iterable[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own code fails over these blocks."""
    whole: Callable[[Conversation, Heard], list[Event]] = Conversation.feed
    bad = {number * BLOCK for number in times}

    def feed(self: Conversation, heard: Heard) -> list[Event]:
        if heard.now in bad:
            raise ZeroDivisionError
        return whole(self, heard)

    monkeypatch.setattr(Conversation, "feed", feed)


def test_ctrl_c_ends_the_log_and_leaves_nothing(folders: Path, engine: Engine) -> None:
    screen = Screen()
    ended = evening(screen)
    assert ended == Ended("left", (), None)
    assert [path for path in (folders / "state").rglob("*") if path.is_file()] == []
    assert screen.events


def test_a_log_that_was_asked_for_ends_with_how_it_ended(folders: Path, engine: Engine) -> None:
    ended = evening(Screen(), folders / "log")
    assert ended.kept == folders / "log"
    *_, last = read(folders / "log" / "events.jsonl")
    assert isinstance(last, EveningEnded)
    assert last.outcome == "stopped"


def test_one_fault_of_ours_costs_a_moment(
    folders: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing([50], monkeypatch)
    ended = evening(Screen(), folders / "log")
    assert ended.outcome == "left" and ended.fault is None
    faults = [event for event in read(folders / "log" / "events.jsonl") if isinstance(event, Mishap)]
    assert [fault.what.split(" in ")[0] for fault in faults if "fault" in fault.what] == ["a fault of ours: ZeroDivisionError"]
    assert capsys.readouterr().err.count("Traceback") == 1


def test_five_faults_of_ours_end_it_cleanly_with_status_1(
    folders: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(range(20, 60), monkeypatch)
    ended = evening(Screen(), folders / "log")
    assert ended.outcome == "failed" and ended.fault is not None
    *_, last = read(folders / "log" / "events.jsonl")
    assert isinstance(last, EveningEnded) and last.outcome == "failed"
    assert _tell(ended, Console()) == 1
    assert "5 faults of ours within a minute" in capsys.readouterr().err


def test_a_dead_recogniser_does_not_end_it(folders: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.broken = True
    screen = Screen()
    assert evening(screen).outcome == "left"
    assert "recogniser lost" in [event.what for event in screen.events if isinstance(event, Mishap)]
    assert "the decoder has fallen over" in capsys.readouterr().err


def test_an_unwritable_state_folder_is_one_sentence_at_the_end(folders: Path, engine: Engine) -> None:
    (folders / "state").write_text("in the way")
    ended = evening(Screen())
    assert ended.outcome == "left"
    (sentence,) = ended.mishaps
    assert sentence.startswith("This evening went on without a log.")


def test_an_evening_nobody_knows_is_trouble(engine: Engine) -> None:
    with pytest.raises(Trouble, match="did you mean 'first-table'"):
        evening(Screen(), name="first-tabel")


def test_an_evening_that_is_forgotten_while_it_goes_on_leaves_nothing(engine: Engine, folders: Path) -> None:
    from companion.evening import folders as places
    from companion.evening.diary_file import diary_file, remember
    from companion.evening.under_way import forget_what_is_under_way
    from companion.exercises.diary import Past

    remember(Past("first-table", 1))  # both had agreed to a diary

    class Forgetful(Screen):
        def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
            if not self.events:
                assert forget_what_is_under_way() == {"evening"}
                places.forget()
            super().show(events, effects)

    ended = evening(Forgetful())
    assert ended.mishaps == () and ended.kept is None
    assert not diary_file().exists() and not places.evenings().exists()
