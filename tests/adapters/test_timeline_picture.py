"""The picture of an evening: words for people, and none of them over another."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.adapters.cue_words import CUES
from companion.adapters.picture_labels import Label, in_lanes, lanes_used
from companion.adapters.timeline_picture import LETTER, LETTERS, draw, figure_of

pytest.importorskip("matplotlib", reason="pictures need the extra `report`")

PAIR = ("Alex", "Sam")
Row = dict[str, Any]


def cue(at: float, name: str, text: str = "Alex, your turn.") -> Row:
    return {"event": "cue", "at": at, "noticed": at, "cue": 1, "id": name, "text": text, "spoken": True}


def came_in(at: float, kind: str = "butt-in", by: str = "Sam") -> Row:
    return {"event": "interruption", "start": at, "end": at + 1.0, "at": at, "noticed": at + 1, "by": by, "kind": kind}


def heard(at: float, command: str, by: str | None = None) -> Row:
    return {"event": "command", "start": at, "end": at + 1.0, "at": at + 1, "noticed": at + 1.4, "command": command, "by": by}


def exercise(at: float, name: str) -> Row:
    return {"event": "exercise", "at": at, "noticed": at, "exercise": name, "size": "short", "first": "Alex"}


def speech(start: float, end: float, by: str = "Alex") -> Row:
    return {"event": "speech", "start": start, "end": end, "at": end, "noticed": end, "by": by}


CROWDED = [
    speech(0.0, 170.0), speech(40.0, 60.0, "Sam"), speech(172.0, 400.0),
    *(exercise(at, "the-day-that-shaped-me") for at in (10.0, 11.0, 14.0)),
    *(cue(20.0 + 3 * n, name) for n, name in enumerate(CUES)),
    *(came_in(50.0 + n, kind) for n, kind in enumerate(["takeover", "butt-in", "completion", "takeover"])),
    *(heard(90.0 + 2 * n, name) for n, name in enumerate(["stop-listening", "time-out", "done", "help-card", "louder"])),
    cue(178.0, "c_heat2"), cue(179.9, "c_more"), heard(179.0, "no-words-tonight"), exercise(179.5, "two-minute-mirror"),
    came_in(179.8), cue(399.0, "c_third"),
]  # fmt: skip
"""More in a minute than any evening allows, and all of it at the right edge too."""


def words(figure: Any) -> list[Any]:
    return [text for axis in figure.axes for text in axis.texts]


def test_no_label_lies_over_another_or_leaves_the_picture() -> None:
    figure = figure_of(CROWDED, PAIR)
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in words(figure)]
    assert len(boxes) > 35
    over = [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]
    assert over == []
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for _, box in boxes)


def test_every_label_is_words_for_people() -> None:
    told = {text.get_text() for text in words(figure_of(CROWDED, PAIR))}
    assert not any(text.startswith("c_") or "-" in text or "_" in text for text in told)
    assert {"took over", "came in", "helped finish", "time is nearly up", "give it back first", "no words tonight"} <= told


def test_who_asks_for_a_pause_interrupts_nobody() -> None:
    lines = [speech(0.0, 60.0), came_in(30.0), heard(29.9, "pause", "Sam"), came_in(45.0, "takeover")]
    told = [text.get_text() for text in words(figure_of(lines, PAIR))]
    assert told.count("came in") == 0 and told.count("took over") == 1 and "pause" in told


def test_the_parts_of_one_cue_are_named_once() -> None:
    parts = [speech(0.0, 100.0), cue(30.0, "c_wrap", "soon"), cue(31.0, "c_wrap"), cue(80.0, "c_wrap")]
    assert [text.get_text() for text in words(figure_of(parts, PAIR))] == ["time is up", "time is up"]


def test_letters_are_no_wider_than_is_reckoned() -> None:
    from matplotlib.textpath import TextPath

    widths = {text: TextPath((0, 0), text, size=LETTERS).get_extents().width for text in CUES.values()}
    assert max(width / (len(text) * LETTERS) for text, width in widths.items()) <= LETTER


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_it_is_written_whole(tmp_path: Path, ending: str) -> None:
    draw(CROWDED[:8], PAIR, tmp_path / f"evening.{ending}")
    assert [path.name for path in tmp_path.iterdir()] == [f"evening.{ending}"]


labels = st.lists(st.builds(Label, st.floats(0.0, 180.0), st.text("abc ", min_size=1, max_size=25)), max_size=30)


@given(labels)
def test_labels_keep_their_lane_to_themselves_and_their_order(labels: list[Label]) -> None:
    placed = in_lanes(labels, 0.0, 180.0, 0.7)
    assert sorted((each.label.at, each.label.text) for each in placed) == sorted((each.at, each.text) for each in labels)
    for one, other in combinations(placed, 2):
        if one.lane == other.lane:
            first, second = sorted((one, other), key=lambda each: each.left)
            assert second.left - first.left >= 0.7 * len(first.label.text)
    assert all(0.0 <= each.left <= each.label.at and each.left + 0.7 * len(each.label.text) <= 180.0 for each in placed)
    assert all(each.lane < max(1, lanes_used(placed)) for each in placed)


def test_with_room_there_is_one_lane() -> None:
    assert lanes_used(in_lanes([Label(10.0, "one at a time"), Label(100.0, "time is up")], 0.0, 180.0, 0.7)) == 1
    assert lanes_used(in_lanes([Label(10.0, "one at a time"), Label(12.0, "time is up")], 0.0, 180.0, 0.7)) == 2
