"""What training hears: harder places, noises without a licence to ask for, and nobody who is kept aside."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs scipy (pip install -e '.[train]')")

from scripts.train_model import people
from scripts.train_model.augment import Conditions, Surroundings, heard
from scripts.train_model.clips import RATE_HZ, Clip
from scripts.train_model.features import HUMAN_COPIES, SHORT_COPIES, _chosen
from scripts.train_model.kitchen import KINDS, kitchen, level
from scripts.train_model.lexicon import british, hurried
from scripts.train_model.recognizers import Cost, Remembered, Result, spoken_end_s
from scripts.train_model.train import RESTART_RATE, TOP_RATE, Progress

NOISY = Conditions(untouched=0.0, easy=0.0, room=0.0, snr_db=(0, 0))


@pytest.mark.parametrize("kind", sorted(set(KINDS), key=lambda kind: kind.__name__))
def test_a_kitchen_sounds_for_as_long_as_it_is_asked_to(kind: object) -> None:
    assert callable(kind)
    sound = kind(RATE_HZ, np.random.default_rng(1))
    assert len(sound) == RATE_HZ and np.isfinite(sound).all() and level(sound) > 1e-3


def test_kitchens_differ() -> None:
    rng = np.random.default_rng(2)
    assert abs(np.corrcoef(kitchen(RATE_HZ, rng), kitchen(RATE_HZ, rng))[0, 1]) < 0.2


@pytest.mark.parametrize("silence_s", [0.1, 3.0])
def test_a_voice_stands_above_the_noise_alike_however_long_the_silence_around_it(silence_s: float) -> None:
    rng = np.random.default_rng(zlib.crc32(b"kitchen"))
    hum = np.asarray(rng.standard_normal(RATE_HZ * 8), np.float32)
    around = Surroundings(rooms=[], recorded=[], babble=hum, kitchen=[hum])
    lead = int(silence_s * RATE_HZ)
    voice = 1000 * np.asarray(np.sin(0.1 * np.arange(RATE_HZ)), np.float32)
    ratios = []
    for _ in range(12):
        sound = heard(voice, lead, lead, around, NOISY, rng)
        both, noise = level(sound[lead:-lead]), level(sound[:lead])
        ratios.append(both**2 / noise**2)
    assert 1.2 < np.median(ratios) < 4  # voice and noise alike: twice the power, give or take the channel


def test_people_stand_in_a_hard_shard_more_often_than_made_voices() -> None:
    short, long = np.zeros(RATE_HZ // 2, np.int16), np.zeros(RATE_HZ * 3, np.int16)
    rows = [Clip(long, "a", "gsc/x")] * 10 + [Clip(short, "b", "espeak/en")] * 100 + [Clip(long, "c", "espeak/en")] * 100
    texts = [clip.text for clip in _chosen(rows, hard=True, rng=np.random.default_rng(0))]
    assert texts.count("a") == 10  # copied by HUMAN_COPIES before
    assert texts.count("b") > 1.5 * texts.count("c") and texts.count("b") % SHORT_COPIES == 0


def test_every_source_of_people_has_its_number_of_copies() -> None:
    assert {folder.split("/")[0] for folder in people.TRAINED_FOLDERS} <= set(HUMAN_COPIES)


@pytest.mark.skipif(not people.available(), reason="no recordings of people beside the checkout")
@pytest.mark.parametrize("folder", ["wake", "phrases"])
def test_words_of_unnamed_people_are_trained_on_or_kept_aside_as_a_whole(folder: str) -> None:
    trained = {clip.text for clip in people.command_clips(folder, for_training=True)}
    aside = {clip.text for clip in people.command_clips(folder, for_training=False)}
    assert trained and aside and not trained & aside


def test_a_restart_lifts_the_rate_and_lets_it_fall_again() -> None:
    progress = Progress(step=7000, seconds=5400.0, ends_s=5400.0)
    progress.go_on(minutes=60, rate=RESTART_RATE)
    assert progress.rate < 0.1 * RESTART_RATE  # a short rise
    progress.step += 1000
    early = progress.rate
    progress.seconds += 3000
    assert RESTART_RATE < TOP_RATE and 0 < progress.rate < early <= RESTART_RATE and not progress.over
    progress.seconds += 601
    assert progress.over


def test_the_same_command_goes_on_with_a_restart_under_way() -> None:
    progress = Progress(step=7000, seconds=5400.0, ends_s=5400.0)
    progress.go_on(minutes=60, rate=RESTART_RATE)
    progress.seconds += 1800
    ends = progress.ends_s
    progress.go_on(minutes=60, rate=RESTART_RATE)
    assert progress.ends_s == ends


def test_trees_and_treats_begin_as_people_say_them() -> None:
    assert hurried(["T", "R", "IY", "T"]) == ["CH", "R", "IY", "T"]
    assert hurried(["D", "R", "IY", "M"]) == ["JH", "R", "IY", "M"]
    assert hurried(["S", "T", "R"]) == ["S", "T", "R"] and hurried(["T", "UW"]) == ["T", "UW"]


def test_mirrors_end_without_an_r_in_london_and_her_does_not_change() -> None:
    assert british("mirror", ["M", "IH", "R", "ER"]) == ["M", "IH", "R", "AH"]
    assert british("her", ["HH", "ER"]) == ["HH", "ER"]


class Counting:
    """An engine that says the number of times it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.cost, self.asked = Cost(), 0

    def hear(self, clips: list[Clip], phrases: list[str], rate_hz: int = RATE_HZ) -> list[Result]:
        self.asked += 1
        self.cost.cpu_s += 1.0
        return [Result(f"{self.asked}", 1.0) for _ in clips]


def test_what_another_engine_made_of_the_same_clips_is_asked_once(tmp_path: Path) -> None:
    clip, other = Clip(np.ones(800, np.int16), "a", "x"), Clip(np.zeros(800, np.int16), "a", "x")
    engine = Counting()
    remembered = Remembered(engine, tmp_path)
    assert [remembered.hear([clip], ["a"])[0].said for _ in range(2)] == ["1", "1"]
    assert remembered.hear([other], ["a"])[0].said == "2"
    assert remembered.hear([clip], ["a", "b"])[0].said == "3"
    assert remembered.cost.cpu_s == 4.0  # counted at every asking, as if it had worked


def test_a_phrase_ends_with_its_last_sound_not_with_its_clip() -> None:
    sound = np.concatenate([np.full(RATE_HZ, 3000), np.full(RATE_HZ, 20)]).astype(np.int16)
    assert spoken_end_s(sound, RATE_HZ) == pytest.approx(1.0, abs=0.02)
