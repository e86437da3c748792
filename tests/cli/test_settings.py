"""`companion settings`: what is refused, what is shown, and what a slip in the file costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.evening import settings as stored
from companion.trouble import Trouble
from tests.cli.conftest import Ask


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "companion" / "settings.yaml"
    path.parent.mkdir(parents=True)
    return path


REFUSED = [
    ("language=xx", "language can't be 'xx': expected en or es."),
    ("language=een", "language can't be 'een': did you mean 'en'?"),
    ("country=QQ", "expected a country there is a help card for: AT, AU"),
    ("voice=qqqq", "voice can't be 'qqqq': expected one that espeak-ng has, such as en, en-us"),
    ("voice=en-uss", "did you mean 'en-us'?"),
    ("voice=en-us+f9", "voice can't be 'en-us+f9': expected a variant such as"),
    ("evening=frist-evening", "did you mean 'first-evening'?"),
    ("evening=zzzz", "expected one such as check-in-10"),
    ("speech_model=small-en-us", "it is not installed; run: companion models fetch small-en-us"),
    ("speech_model=zzzz", "expected a folder, or a model that is here: embedded-en"),
    ("names=maybe", "names can't be 'maybe': expected yes or no."),
    ("words_a_minute=900", "expected a whole number from 110 to 220"),
    ("partners=Nora", "expected two first names, as in Nora,Ben"),
    ("partners=Nora,Nora", "expected two different first names"),
    ("colour=blue", "There is no setting called colour"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_what_names_nothing_is_refused_in_one_sentence_and_nothing_is_written(
    ask: Ask, tmp_path: Path, change: str, says: str
) -> None:
    said = ask("settings", "manner=gentle", change)
    assert said.status == 2
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "config" / "companion" / "settings.yaml").exists()


def test_a_setting_of_the_file_that_can_be_put_right_is_put_right(ask: Ask, file: Path) -> None:
    file.write_text("country: QQ\nmanner: wild\n")
    assert ask("settings", "country=ie", "manner=gentle").err == ""
    assert (stored.load().country, stored.load().manner) == ("IE", "gentle")


def test_looking_writes_nothing(ask: Ask, tmp_path: Path) -> None:
    assert ask("settings").status == 0
    assert not (tmp_path / "config" / "companion" / "settings.yaml").exists()


def test_the_table_speaks_to_people(ask: Ask) -> None:
    ask("settings", "partners=Nora,Ben", "sentence_pause=0.7")
    out = ask("settings").out
    rows = {line.split()[0]: line for line in out.splitlines() if line.split()}
    assert "None" not in out and "True" not in out and "False" not in out and "('" not in out
    assert "Nora and Ben *" in rows["partners"]
    assert "0.7 s *" in rows["sentence_pause"] and "0 dB" in rows["volume_db"]
    assert "not set" in rows["country"] and " yes " in rows["names"]


@pytest.mark.parametrize("name", ["partners", "names", "sentence_pause", "volume_db", "words_a_minute", "cue_voice"])
def test_what_is_shown_can_be_typed(name: str, tmp_path: Path) -> None:
    usual = getattr(stored.load(tmp_path / "none.yaml"), name)
    typed = stored.in_words(name, usual)
    assert getattr(stored.store(name, typed, tmp_path / "settings.yaml"), name) == usual


@pytest.mark.parametrize("nothing", ["none", "not set", "None"])
def test_a_value_can_be_taken_back(ask: Ask, file: Path, nothing: str) -> None:
    ask("settings", "country=IE")
    assert ask("settings", f"country={nothing}").status == 0
    assert json.loads(ask("settings", "--json").out)["country"] == {"value": None, "from": "default"}
    assert "country" not in file.read_text()


SLIPS = {
    "language: xx": "language can't be 'xx' (expected en or es); used instead: en.",
    "country: QQ": "used instead: none, so no help card.",
    "voice: qqqq": "used instead: the language's own.",
    "evening: zzzz": "used instead: first-evening.",
    "speech_model: zzzz": "used instead: the one that came along.",
    "manner: wild": "manner can't be 'wild' (expected gentle or standard or lively); used instead: each evening's own.",
    "partners: Nora": "used instead: Alex and Sam.",
    "names: 3": "used instead: yes.",
    "maner: gentle": "there is no setting called maner; did you mean 'manner'?",
    "words_a_minute: .nan": "used instead: 165 words a minute.",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_the_file_is_told_with_file_and_key_and_what_is_used_instead(ask: Ask, file: Path, slip: str) -> None:
    file.write_text(f"{slip}\nvolume_db: -3\n")
    said = ask("settings", "--json")
    assert said.status == 0
    (told,) = said.err.strip().splitlines()
    assert told.startswith(f"companion: {file}: ") and SLIPS[slip] in told
    now = json.loads(said.out)
    assert now["volume_db"]["value"] == -3
    key = slip.split(":")[0]
    assert key not in now or now[key]["from"] == "default"


@pytest.mark.parametrize("slip", SLIPS)
def test_with_a_slip_in_the_file_an_evening_is_played_all_the_same(ask: Ask, file: Path, tmp_path: Path, slip: str) -> None:
    file.write_text(f"{slip}\n")
    said = ask("rehearse", "one-breath", "--fidelity", "events", "--no-picture", "--json", "--out", tmp_path / "out")
    assert said.status == 0
    assert str(file) in said.err and json.loads(said.out)["passed"]


def test_a_live_evening_gets_past_its_settings(ask: Ask, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("".join(f"{slip}\n" for slip in SLIPS))
    asked: list[str] = []

    def no_devices(settings: stored.Settings, wait: float) -> object:
        asked.append(settings.evening)
        raise Trouble("Here the microphone would be opened.")

    monkeypatch.setattr("companion.cli.run.devices", no_devices)
    monkeypatch.setattr("companion.cli.run.python_only", lambda: None)
    said = ask("run")
    assert asked == ["first-evening"] and "the microphone would be opened" in said.err


def test_a_language_that_lacks_the_usual_evening_has_another(ask: Ask) -> None:
    assert ask("settings", "language=es").err == ""
    assert json.loads(ask("settings", "--json").out)["evening"]["value"] == "first-evening"
    assert "evening can't be 'deep-20'" in ask("settings", "evening=deep-20").err


def test_yes_in_the_file_is_a_yes(file: Path) -> None:
    file.write_text("names: no\nspeech_apart: yes\n")
    assert (stored.load().names, stored.load().speech_apart) == (False, True)


def test_what_the_settings_say_may_not_reach_a_pipe(ask: Ask, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    file.write_text("manner: wild\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("yeah\n"))
    assert ask("interpret").out == '{"text": "yeah", "answer": "yes"}\n'


def test_a_dinner_in_another_language_is_its_usual_evening(ask: Ask, tmp_path: Path) -> None:
    said = ask("rehearse", "--language", "es", "--fidelity", "events", "--no-picture", "--out", str(tmp_path / "out"))
    assert said.status == 0 and (tmp_path / "out" / "events.jsonl").read_text().count("first-evening") >= 1
