"""Whatever a file says, it loads or it is told why: never a traceback."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from our_content import MIRROR, answers, exercise, library

from companion.exercises.answers import interpret_command
from companion.exercises.finding import ContentTrouble
from companion.exercises.lint import lint

FOLDER = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SNIPPETS = [
    "yes", "on", "null", "[]", "{}", "- ", ": ", "'", '"', "\t", "  ", "&a ", "*a", "!!x ", "0", "-1", "1e9", "{holder", "}",
    "🙂", "\u202e", "short", "exits: {done: end}", "mirrored", "steps", "say", "- swap\n", "60 s", "when", "\n", "#", "|",
    ">", "%", "@", "`",
]  # fmt: skip


@FOLDER
@given(st.integers(0, len(MIRROR)), st.integers(0, 12), st.sampled_from(SNIPPETS))
def test_a_good_file_with_something_cut_out_and_put_in(tmp_path: Path, at: int, cut: int, put: str) -> None:
    text = MIRROR[:at] + put + MIRROR[at + cut :]
    try:
        exercise(tmp_path, text)
    except ContentTrouble as told:
        assert all(1 <= finding.line <= text.count("\n") + 2 and finding.sentence for finding in told.findings)


LINES = MIRROR.strip("\n").split("\n")


@FOLDER
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=len(LINES)))
def test_a_good_file_with_its_lines_shuffled_and_lost(tmp_path: Path, order: list[int]) -> None:
    path = tmp_path / "echo.yaml"
    path.write_text("\n".join(LINES[index] for index in order), encoding="utf-8")
    assert all(str(finding) for finding in lint([path], library=library()))


@FOLDER
@given(st.text(alphabet=string.printable + "äß🙂\u202e\x00", max_size=200))
def test_any_text_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentTrouble):
        exercise(tmp_path, text)


ANSWERING = ["yes", "no", "yeah", "but", "not", "really", "kind", "of", "well", "um", "seven", "and", "out", "ten", "half"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(ANSWERING)).map(" ".join))
def test_any_answer_at_all_is_read(said: str) -> None:
    assert answers().check(said) in ("yes", "partly", "no", "unsure", "repeat", "next")
    assert answers().consent(said) in ("yes", "no", "ask-again", "repeat")
    number = answers().number(said)
    assert number is None or 0 <= number <= 10
    assert interpret_command(said, library()) in (None, *library().commands)


DOUBTS = ["maybe", "but", "not", "if", "guess", "whatever", "later"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["yes", "yeah", "sure", "no", "i", "okay", *DOUBTS])))
def test_a_word_of_doubt_or_refusal_anywhere_is_never_consent(words: list[str]) -> None:
    if set(DOUBTS) & set(words):
        assert answers().consent(" ".join(words)) != "yes"


WRONG: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n \n",
    "comments": b"# nothing\n",
    "a list at the top": b"- a\n- b\n",
    "a word at the top": b"echo\n",
    "a number at the top": b"12\n",
    "no name": MIRROR.replace("exercise: echo\n", "").encode(),
    "another name": MIRROR.replace("exercise: echo", "exercise: ohce").encode(),
    "two names": MIRROR.replace("title: Echo", "title: Echo\nframe: echo").encode(),
    "no title": MIRROR.replace("title: Echo\n", "").encode(),
    "no steps": MIRROR.split("steps:")[0].encode(),
    "steps of nothing": (MIRROR.split("steps:")[0] + "steps: []\n").encode(),
    "a key twice": MIRROR.replace("title: Echo", "title: Echo\ntitle: Echo").encode(),
    "a tab": MIRROR.replace("  - say", "\t- say").encode(),
    "an open quotation": MIRROR.replace('"Thank you."', '"Thank you.').encode(),
    "an open bracket": MIRROR.replace("[W14]", "[W14").encode(),
    "a bare colon": MIRROR.replace("title: Echo", "title: Echo: two").encode(),
    "an anchor": MIRROR.replace("title: Echo", "title: &t Echo").encode(),
    "an alias": MIRROR.replace("title: Echo", "title: *t").encode(),
    "aliases that multiply": b"exercise: echo\na: &a [x,x,x]\n" + b"b: [" + b"*a," * 5000 + b"]\n",
    "a merge": MIRROR.replace("title: Echo", "<<: {title: Echo}").encode(),
    "a tag": MIRROR.replace("title: Echo", "title: !!python/object:os.system Echo").encode(),
    "two documents": (MIRROR + "---\n" + MIRROR).encode(),
    "deep nesting": b"exercise: echo\nsteps: " + b"[" * 5000 + b"]" * 5000,
    "not a number": MIRROR.replace("for: 45 s", "for: .nan").encode(),
    "no end": MIRROR.replace("for: 45 s", "for: .inf").encode(),
    "below nothing": MIRROR.replace("for: 45 s", "for: -45 s").encode(),
    "a time of years": MIRROR.replace("for: 45 s", "for: 99999999 min").encode(),
    "a count of many digits": MIRROR.replace("medium: 2, long: 2", "medium: 2, long: " + "9" * 5000).encode(),
    "a date for a title": MIRROR.replace("title: Echo", "title: [2026-11-23]").encode(),
    "nothing for a title": MIRROR.replace("title: Echo", "title:").encode(),
    "a switch for a title": MIRROR.replace("title: Echo", "title: true").encode(),
    "a mapping for a line": MIRROR.replace('"Thank you."', "{a: b}").encode(),
    "a list as a key": MIRROR.replace("title: Echo", "title: Echo\n? [a]\n: b").encode(),
    "a step of two kinds": MIRROR.replace("- say: set_up", "- {say: set_up, chime: rest}").encode(),
    "binary": bytes(range(256)) * 20,
    "a null byte": MIRROR.replace("Echo", "Ec\0ho").encode(),
    "latin one": MIRROR.replace("Thanks.", "Caf\u00e9.").encode("latin-1"),
    "sixteen bits": MIRROR.encode("utf-16"),
    "half a character": MIRROR.encode() + b"# \xe2\x82",
    "huge": MIRROR.encode() + b"# and so on\n" * 60_000,
    "ten thousand characters in a line": MIRROR.replace("Thanks.", "thanks " * 1500).encode(),
    "emoji": MIRROR.replace("Thanks.", "Thanks 🙂").encode(),
    "markup": MIRROR.replace("Thanks.", "<emphasis>Thanks.</emphasis>").encode(),
    "right to left": MIRROR.replace("Thanks.", "תודה").encode(),
    "an override of direction": MIRROR.replace('"Thanks."', '"Thanks \\u202e."').encode(),
    "a control character": MIRROR.replace('"Thanks."', '"Thanks \\u0007."').encode(),
    "a joined emoji": MIRROR.replace("Thanks.", "Thanks 👩‍❤️‍👩").encode(),
    "mixed alphabets": MIRROR.replace("Thanks.", "Thаnks.").encode(),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_way_to_be_wrong_is_told_with_file_line_and_what_to_do(tmp_path: Path, what: str) -> None:
    path = tmp_path / "echo.yaml"
    path.write_bytes(WRONG[what])
    found = [each for each in lint([path], library=library()) if each.severity == "error"]
    assert found, "nothing was said"
    for each in found:
        assert str(each).startswith(f"{path}:{each.line}: ") and "\n" not in str(each)
        assert 1 <= each.line <= WRONG[what].count(b"\n") + 1
        assert len(str(each)) < 600 and str(each).isprintable()
        assert re.search(r"expected|; (put|write|save|indent|check|choose) |did you mean", each.sentence), each


@FOLDER
@given(st.binary(max_size=400) | st.binary(max_size=40).map(lambda cut: MIRROR.encode()[:300] + cut + MIRROR.encode()[300:]))
def test_any_bytes_at_all(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "echo.yaml"
    path.write_bytes(raw)
    assert all("\n" not in str(each) and str(each).isprintable() for each in lint([path], library=library()))
