"""Every way a file can be wrong has its line and its sentence, and keeps nobody else out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from our_content import CONTENT, MIRROR, exercise, library

from companion.exercises.finding import ContentTrouble
from companion.exercises.library_cache import cached
from companion.exercises.lint import lint
from companion.exercises.loader import content_folder, load_evening, load_library, user_content_folder
from companion.exercises.yaml_source import parse_yaml, read_yaml
from companion.trouble import Trouble


def told(folder: Path, text: str) -> list[str]:
    """What is said about a file of this text, as `line: sentence`."""
    with pytest.raises(ContentTrouble) as caught:
        exercise(folder, text)
    return [f"{finding.line}: {finding.sentence}" for finding in caught.value.findings]


def spoiled(old: str, new: str) -> str:
    assert old in MIRROR
    return MIRROR.replace(old, new)


def test_our_own_content_loads_without_a_word() -> None:
    loaded, findings = load_library(CONTENT)
    assert findings == []
    assert {"welcome", "arrive", "close", "time-out"} <= set(loaded.frames)
    assert {"two-minute-mirror", "mirror-and-more", "thank-you-because", "floor-practice"} <= set(loaded.exercises)
    assert {"first-table", "first-evening"} <= set(loaded.evenings)


def test_content_is_found_from_the_package() -> None:
    assert content_folder() == CONTENT


def test_missing_content_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"No content found in .*install companion again"):
        load_library(tmp_path)


def test_the_users_folder_is_in_their_settings() -> None:
    assert user_content_folder().name == "content"


def test_yes_no_and_on_are_words_and_true_is_a_switch() -> None:
    source = parse_yaml("a: yes\nb: no\nc: on\nd: true\ne: 12\nf: ~\ng: 010\nh: 2026-11-23\n", "x.yaml")
    assert source.data == {"a": "yes", "b": "no", "c": "on", "d": True, "e": 12, "f": None, "g": 10, "h": "2026-11-23"}


def test_an_unknown_key_is_told_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    found = told(tmp_path, spoiled("title: Echo", "titel: Echo"))
    assert any(each.startswith("3: unknown key 'titel'") and "did you mean 'title'?" in each for each in found)
    assert len(found) == 1  # that title is missing follows from it


def test_an_unknown_key_of_a_step_is_told_where_it_stands(tmp_path: Path) -> None:
    found = told(tmp_path, spoiled("openers: day}", "opener: day}"))
    assert found[0].startswith("15: unknown key 'opener'") and "did you mean 'openers'?" in found[0]


def test_an_unknown_kind_of_step_is_told(tmp_path: Path) -> None:
    assert any(each.startswith("16: unknown kind of step 'reflct'") and "did you mean 'reflect'?" in each
               for each in told(tmp_path, spoiled("- reflect:", "- reflct:")))  # fmt: skip


def test_a_word_where_a_switch_belongs_is_explained(tmp_path: Path) -> None:
    found = told(tmp_path, spoiled("openers: day}", "openers: day, soft: yes}"))
    assert found == ["15: soft: found 'yes'; expected true or false ('yes' is a word in YAML 1.2, not a switch)"]


def test_a_switch_where_a_word_belongs_is_explained(tmp_path: Path) -> None:
    asked = spoiled("- say: set_up", "- ask: {line: set_up, otherwise: false}")
    assert told(tmp_path, asked) == ["13: otherwise: found false; expected one of yes, no; write no, which is a word here"]


def test_a_time_without_unit_is_explained(tmp_path: Path) -> None:
    found = told(tmp_path, spoiled("for: 45 s", "for: 45"))
    assert found == ["16: for: found 45 without a unit; expected a time such as 45 s or 45 min"]


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = spoiled("title: Echo", "titel: Echo").replace("for: 45 s", "for: soon").replace("rests_on: [W14]", "rests_on: W14")
    assert [each.partition(":")[0] for each in told(tmp_path, text)] == ["3", "5", "16"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        ("   \n\n", "the file is empty"),
        ("# only a remark\n", "holds only comments"),
        ("just text\n", "expected `exercise: echo` at the top"),
        ("- a\n- b\n", "expected `exercise: echo` at the top"),
        ("evening: x\ntitle: y\n", "expected `exercise: echo` at the top"),
        ("exercise: echo\nexercise: echo\n", "twice; expected each key once"),
        ("exercise: echo\n\ttitle: x\n", "found a tab"),
        ("exercise: echo\ntitle: 'open\n", "quotation mark that is never closed"),
        ("exercise: echo\ntitle: a: b\n", "put texts with a colon in quotes"),
        ("exercise: echo\nsteps: [a, b\n", "expected"),
        ("exercise: &a echo\ntitle: *a\n", "an anchor (&) or alias (*)"),
        ("exercise: *nobody\n", "alias"),
        ("exercise: !!python/object:os.system echo\n", "found a tag (!)"),
        ("exercise: echo\n---\nexercise: two\n", "second document"),
        ("? [a, b]\n: c\n", "as a key"),
        ("exercise: echo\nsteps: " + "[" * 40 + "]" * 40 + "\n", "nesting deeper than 30"),
        ("exercise: echo\nsteps: " + "[" * 1500 + "]" * 1500 + "\n", "nesting deeper than 30"),
        ("exercise: other\ntitle: x\nlasts: 3 min\nsteps: [{say: a}]\n", "expected 'echo', the file's own name"),
    ],
)
def test_a_file_that_is_no_exercise_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    found = told(tmp_path, text)
    assert any(sentence in each for each in found), found


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"\x00\x01\x02\x03", "binary data"),
        (b"exercise: echo\ntitle: caf\xe9\n", "no UTF-8 text"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "no UTF-8 text"),
        (b"title: x\n" * 100_000, "expected at most 512 kB"),
    ],
)
def test_a_file_that_is_no_text_is_told(tmp_path: Path, raw: bytes, sentence: str) -> None:
    path = tmp_path / "echo.yaml"
    path.write_bytes(raw)
    with pytest.raises(ContentTrouble, match=sentence):
        read_yaml(path)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(ContentTrouble, match="cannot be read"):
            read_yaml(path)


def test_no_file_may_set_what_belongs_to_the_records(tmp_path: Path) -> None:
    assert told(tmp_path, spoiled("title: Echo", "title: Echo\nline_no: 7")) == ["4: unknown key 'line_no'; expected it left out"]


def user_folder(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / "user" / "exercises" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path / "user"


def test_a_file_of_the_users_adds_an_exercise(tmp_path: Path) -> None:
    loaded, findings = load_library(CONTENT, user_folder(tmp_path, "echo.yaml", MIRROR))
    assert findings == [] and loaded.exercise("echo").title == "Echo"


def test_a_file_of_the_users_wins_over_ours(tmp_path: Path) -> None:
    theirs = (CONTENT / "exercises" / "floor-practice.yaml").read_text(encoding="utf-8")
    theirs = theirs.replace("title: Floor practice", "title: Our floor")
    loaded, findings = load_library(CONTENT, user_folder(tmp_path, "floor-practice.yaml", theirs))
    assert findings == [] and loaded.exercise("floor-practice").title == "Our floor"


def test_a_broken_file_of_the_users_never_stops_an_evening_made_of_good_ones(tmp_path: Path) -> None:
    loaded, findings = load_library(CONTENT, user_folder(tmp_path, "floor-practice.yaml", "exercise: [\n"))
    assert [Path(each.file).name for each in findings] == ["floor-practice.yaml"]
    assert loaded.exercise("floor-practice").title == "Floor practice"
    assert set(loaded.evenings) == set(library().evenings)


def test_lines_of_the_users_are_added_to_ours(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "lines.yaml").write_text("c_gone: [Bye., So long., Good night.]\n", encoding="utf-8")
    loaded, findings = load_library(CONTENT, tmp_path)
    assert findings == [] and loaded.line("c_gone").phrasings[0] == "Bye."
    assert loaded.line("c_stop") == library().line("c_stop")


def test_an_evening_of_unknown_exercises_is_told_with_what_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    text = (CONTENT / "evenings" / "first-evening.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("first-evening", "odd").replace("floor-practice", "flor-practice"), encoding="utf-8")
    with pytest.raises(ContentTrouble, match=r"odd.yaml:13: .*'flor-practice' .*did you mean 'floor-practice'"):
        load_evening(path, library())


def test_a_broken_exercise_keeps_only_its_evenings_out(tmp_path: Path) -> None:
    ours = tmp_path / "content"
    shutil.copytree(CONTENT, ours)
    (ours / "exercises" / "mirror-and-more.yaml").write_text("exercise: mirror-and-more\n", encoding="utf-8")
    loaded, findings = load_library(ours)
    assert "first-table" not in loaded.evenings and "first-evening" in loaded.evenings
    assert {Path(each.file).name for each in findings} >= {"mirror-and-more.yaml", "first-table.yaml"}


def test_a_translation_brings_wording_and_leaves_the_structure(tmp_path: Path) -> None:
    ours = tmp_path / "content"
    shutil.copytree(CONTENT, ours)
    shutil.copytree(ours / "en", ours / "xx")
    (ours / "exercises" / "echo.yaml").write_text(MIRROR, encoding="utf-8")
    wording = "title: Eco\nlines:\n  set_up: [Uno habla.]\n  thanks: [Gracias.]\nopeners:\n  day: [Algo bueno de hoy.]\n"
    (ours / "xx" / "echo.yaml").write_text(wording, encoding="utf-8")
    loaded, _ = load_library(ours, language="xx")
    assert list(loaded.exercises) == ["echo"]
    assert loaded.exercise("echo").title == "Eco" and loaded.exercise("echo").openers["day"][0].text == "Algo bueno de hoy."
    assert loaded.exercise("echo").steps[1].kind == "mirrored"


def test_a_kept_library_is_the_same_and_a_changed_file_is_read_again(small: Path, tmp_path: Path) -> None:
    cache, user = tmp_path / "cache", user_folder(tmp_path, "echo.yaml", MIRROR)
    first, _ = load_library(small, user, cache=cache)
    assert len(list(cache.glob("*.pickle"))) == 1
    again, findings = load_library(small, user, cache=cache)
    assert again == first and findings == []
    (user / "exercises" / "echo.yaml").write_text(MIRROR.replace("title: Echo", "title: Changed"), encoding="utf-8")
    assert load_library(small, user, cache=cache)[0].exercise("echo").title == "Changed"


@pytest.mark.parametrize("spoil", [b"", b"not a pickle", b"\x80\x05N."])
def test_a_spoiled_cache_is_read_past(tmp_path: Path, spoil: bytes) -> None:
    for _ in range(2):
        assert cached(tmp_path, (tmp_path / "none",), "en", lambda: (library(), []))[0].exercises
        for path in tmp_path.glob("*.pickle"):
            path.write_bytes(spoil)


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cached(tmp_path / "file" / "under", (), "en", lambda: (library(), []))[1] == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A content folder of ours with two exercises, quick to read."""
    ours = tmp_path / "small"
    for folder in ("en", "es", "frames"):
        shutil.copytree(CONTENT / folder, ours / folder)
    for path in ("exercises/floor-practice", "exercises/thank-you-because", "evenings/first-evening"):
        (ours / path).parent.mkdir(exist_ok=True)
        shutil.copy(CONTENT / f"{path}.yaml", ours / f"{path}.yaml")
    return ours


def own(tmp_path: Path, files: dict[str, str]) -> Path:
    """The pair's own folder with these files."""
    for name, text in files.items():
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "own"


def test_what_was_found_is_kept_with_the_library_and_a_mended_file_is_read_again(small: Path, tmp_path: Path) -> None:
    cache, theirs = tmp_path / "cache", own(tmp_path, {"exercises/echo.yaml": "exercise: [\n"})
    first = load_library(small, theirs, cache=cache)[1]
    assert first and load_library(small, theirs, cache=cache)[1] == first
    own(tmp_path, {"exercises/echo.yaml": MIRROR})
    mended, findings = load_library(small, theirs, cache=cache)
    assert findings == [] and "echo" in mended.exercises


def test_few_kept_libraries_lie_about(tmp_path: Path) -> None:
    for language in ("aa", "bb", "cc", "dd", "ee", "ff"):
        cached(tmp_path / "cache", (tmp_path,), language, lambda: (library(), []))
    assert len(list((tmp_path / "cache").glob("*.pickle"))) <= 4


# --- the pair's own: wording, commands, what is heard


def test_the_wording_alone_of_an_exercise_of_ours_may_be_theirs(small: Path, tmp_path: Path) -> None:
    theirs = own(tmp_path, {"en/floor-practice.yaml": "lines:\n  both_ways: [And how was that?, Well?, How did it go?]\n"})
    loaded, findings = load_library(small, theirs)
    mine = loaded.exercise("floor-practice")
    assert findings == [] and mine.lines["both_ways"].phrasings[0] == "And how was that?"
    assert mine.lines["set_up"] == load_library(small)[0].exercise("floor-practice").lines["set_up"]


def test_a_wording_of_theirs_that_is_broken_is_told_in_its_own_file_and_ours_is_spoken(small: Path, tmp_path: Path) -> None:
    theirs = own(tmp_path, {"en/floor-practice.yaml": "lines:\n  both_ways: [Well 🙂, And how was that?, How did it go?]\n"})
    loaded, findings = load_library(small, theirs)
    assert [(Path(each.file), each.line, each.id) for each in findings] == [(theirs / "en/floor-practice.yaml", 2, "L13")]
    assert loaded.exercise("floor-practice").lines["both_ways"].phrasings[0] != "Well 🙂"


def test_a_line_of_theirs_that_cannot_be_spoken_leaves_ours(small: Path, tmp_path: Path) -> None:
    lines = "c_gone: [<b>Bye</b>, So long., Good night.]\nc_think: [Easy now., No hurry at all., Quiet is good.]\n"
    loaded, findings = load_library(small, own(tmp_path, {"en/lines.yaml": lines}))
    assert {each.line for each in findings} == {1}
    assert "<b>" not in loaded.line("c_gone").phrasings[0] and loaded.line("c_think").phrasings[0] == "Easy now."


def test_words_of_theirs_for_a_command_keep_where_it_holds(small: Path, tmp_path: Path) -> None:
    commands = "pause: {taught: hang on, also: [oven]}\n"
    loaded, findings = load_library(small, own(tmp_path, {"en/commands.yaml": commands}))
    ours = load_library(small)[0].commands["pause"]
    assert findings == [] and loaded.commands["pause"].phrases == ("hang on", "oven")
    assert (loaded.commands["pause"].where, loaded.commands["pause"].threshold) == (ours.where, ours.threshold)
    assert loaded.commands["stop"].phrases == load_library(small)[0].commands["stop"].phrases


def test_phrases_of_danger_may_be_added_and_never_taken_away(small: Path, tmp_path: Path) -> None:
    more = "afraid: [pineapple now]\npolice: []\nown_life: []\nbody: []\n"
    loaded, _ = load_library(small, own(tmp_path, {"en/danger.yaml": more}))
    ours = load_library(small)[0].danger
    assert loaded.danger is not None and ours is not None
    assert set(loaded.danger.afraid) == {*ours.afraid, "pineapple now"} and loaded.danger.police == ours.police


def test_a_broken_file_of_what_all_share_leaves_ours(small: Path, tmp_path: Path) -> None:
    broken = {f"en/{name}.yaml": "[\n" for name in ("lines", "commands", "answers", "danger", "feelings", "unsaid", "language")}
    loaded, findings = load_library(small, own(tmp_path, broken))
    plain = load_library(small)[0]
    assert {Path(each.file).stem for each in findings} == {Path(name).stem for name in broken}
    assert loaded == plain


def test_an_evening_of_theirs_that_needs_a_broken_exercise_is_left_out_with_it(small: Path, tmp_path: Path) -> None:
    evening = (CONTENT / "evenings" / "quick-10.yaml").read_text(encoding="utf-8")
    theirs = {
        "exercises/echo.yaml": "exercise: [\n",
        "evenings/two.yaml": evening.replace("quick-10", "two"),
        "evenings/one.yaml": evening.replace("quick-10", "one").replace("thank-you-because", "echo"),
    }
    loaded, findings = load_library(small, own(tmp_path, theirs))
    assert "two" in loaded.evenings and "one" not in loaded.evenings
    assert any("'echo' is left out, and so this evening" in each.sentence for each in findings)


def test_a_longer_exercise_of_theirs_costs_no_evening_of_ours(small: Path, tmp_path: Path) -> None:
    text = (CONTENT / "exercises" / "floor-practice.yaml").read_text(encoding="utf-8")
    longer = text.replace("medium: 6 min", "medium: 14 min").replace("medium: 120 s", "medium: 360 s")
    loaded, findings = load_library(small, own(tmp_path, {"exercises/floor-practice.yaml": longer}))
    assert findings == [] and "first-evening" in loaded.evenings


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"exercises/welcome.yaml": MIRROR.replace("exercise: echo", "exercise: welcome")}, "the name 'welcome' is taken"),
        ({"exercises/echo.yaml": MIRROR.replace("title: Echo", "title: Echo\nid: E04")}, "the id 'E04' is taken"),
        ({"echo.yaml": MIRROR}, "nobody looks here"),
        ({"exercise/echo.yaml": MIRROR}, "did you mean 'exercises'"),
        ({"exercises/echo.yaml": MIRROR.replace("exercise: echo", "exercize: echo")}, "did you mean 'exercise'"),
        ({"evenings/echo.yaml": MIRROR}, "expected `evening: echo` at the top"),
        ({"en/floor-practice.yaml": "stepps: []\n"}, "expected title, lines, openers, phrases and nothing else"),
    ],
)
def test_a_file_of_theirs_in_the_wrong_place_or_of_a_taken_name_is_told(
    small: Path, tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    loaded, findings = load_library(small, own(tmp_path, files))
    assert any(sentence in str(each) for each in findings), findings
    assert "first-evening" in loaded.evenings


def test_a_yml_file_and_one_that_an_editor_left_are_known_for_what_they_are(small: Path, tmp_path: Path) -> None:
    loaded, findings = load_library(
        small, own(tmp_path, {"exercises/echo.yml": MIRROR, "exercises/.#echo.yaml": "[", "exercises/echo.yaml~": "["})
    )
    assert findings == [] and "echo" in loaded.exercises


def test_an_exercise_may_be_written_in_another_language_alone(small: Path, tmp_path: Path) -> None:
    theirs = own(tmp_path, {"exercises/echo.yaml": MIRROR.replace("title: Echo", "title: Eco\nlanguage: es")})
    assert "echo" in load_library(small, theirs, "es")[0].exercises
    assert "echo" not in load_library(small, theirs, "en")[0].exercises
    assert load_library(small, theirs, "en")[1] == []


def test_what_nobody_has_translated_is_not_offered_and_is_no_fault(small: Path) -> None:
    (small / "es" / "thank-you-because.yaml").unlink()
    loaded, findings = load_library(small, language="es")
    assert findings == [] and list(loaded.exercises) == ["floor-practice"] and loaded.evenings == {}


def test_no_phrase_of_the_first_language_is_kept_in_another(small: Path) -> None:
    spanish = (small / "es" / "soft-landing.yaml").read_text(encoding="utf-8")
    (small / "es" / "soft-landing.yaml").write_text(spanish.split("phrases:")[0], encoding="utf-8")
    loaded, findings = load_library(small, language="es")
    assert "soft-landing" not in loaded.frames and any(each.file.endswith("soft-landing.yaml") for each in findings)


def test_a_language_without_content_is_one_sentence() -> None:
    with pytest.raises(Trouble, match="There is no content in 'ess'; there is en, es; did you mean 'es'"):
        load_library(CONTENT, language="ess")


# --- whatever lies in the folder


def laid(folder: Path, what: str) -> Path:
    """The pair's folder with something odd under the name of an exercise."""
    path = folder / "own" / "exercises" / "echo.yaml"
    path.parent.mkdir(parents=True)
    match what:
        case "a folder":
            path.mkdir()
        case "a link to itself":
            path.symlink_to(path)
        case "a link to nowhere":
            path.symlink_to(folder / "nowhere")
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "no right to read":
            path.write_text(MIRROR, encoding="utf-8")
            path.chmod(0)
    return folder / "own"


@pytest.mark.parametrize("what", ["a folder", "a link to itself", "a link to nowhere", "a pipe", "a device", "no right to read"])
def test_whatever_lies_under_the_name_of_an_exercise_is_one_finding(small: Path, tmp_path: Path, what: str) -> None:
    if what == "no right to read" and os.geteuid() == 0:
        pytest.skip("root may read everything")
    loaded, findings = load_library(small, laid(tmp_path, what), cache=tmp_path / "cache")
    assert [(Path(each.file).name, each.line) for each in findings] == [("echo.yaml", 1)]
    assert loaded.evenings
    assert {Path(each.file).name for each in lint([tmp_path / "own"], CONTENT, library=library())} == {"echo.yaml"}


def test_a_folder_in_a_ring_of_links_is_read_once(small: Path, tmp_path: Path) -> None:
    theirs = own(tmp_path, {"exercises/echo.yaml": MIRROR})
    (theirs / "exercises" / "again").symlink_to(theirs)
    assert load_library(small, theirs, cache=tmp_path / "cache")[1] == []


def test_a_file_with_a_mark_before_it_or_with_windows_line_ends_is_read(small: Path, tmp_path: Path) -> None:
    for raw in (b"\xef\xbb\xbf" + MIRROR.encode(), MIRROR.replace("\n", "\r\n").encode()):
        theirs = own(tmp_path, {"exercises/echo.yaml": ""})
        (theirs / "exercises" / "echo.yaml").write_bytes(raw)
        loaded, findings = load_library(small, theirs)
        assert findings == [] and loaded.exercise("echo").title == "Echo"


def test_an_accent_written_as_a_mark_of_its_own_is_part_of_its_letter(tmp_path: Path) -> None:
    apart = exercise(tmp_path, MIRROR.replace("Thank you.", "Thank you, Rene\u0301."))
    assert apart.lines["thanks"].phrasings[0] == "Thank you, Ren\u00e9."
