from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion.adapters.voice_cache import VoiceCache, key


def sound(seed: int = 0, samples: int = 5000) -> np.ndarray:
    return np.random.default_rng(seed).integers(-3000, 3000, samples).astype(np.int16)


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_kept_sound_comes_back_as_it_was_and_any_player_can_open_it(tmp_path: Path) -> None:
    cache = VoiceCache(tmp_path / "new" / "folder")
    assert not cache.holds("a") and cache.get("a") is None
    cache.put("a", sound(), 22050)
    assert cache.holds("a")
    samples, rate = cache.get("a") or pytest.fail("nothing there")
    assert rate == 22050 and np.array_equal(samples, sound())
    played, hz = soundfile.read(only_file(tmp_path / "new" / "folder"), dtype="int16")
    assert hz == 22050 and np.array_equal(played, sound())


@pytest.mark.parametrize("damage", ["cut short", "one bit", "empty", "another file's text"])
def test_a_damaged_file_is_as_none_and_makes_room_for_a_good_one(tmp_path: Path, damage: str) -> None:
    cache = VoiceCache(tmp_path)
    cache.put("a", sound(), 22050)
    file = only_file(tmp_path)
    raw = bytearray(file.read_bytes())
    raw[3000] ^= 1
    file.write_bytes({"cut short": raw[:2000], "one bit": raw, "empty": b"", "another file's text": b"{}" * 5000}[damage])
    assert cache.get("a") is None and not cache.holds("a")
    cache.put("a", sound(), 22050)
    assert cache.get("a") is not None


def test_the_folder_stays_within_its_bound_and_the_oldest_go_first(tmp_path: Path) -> None:
    one = len(sound()) * 2 + 44 + 32
    cache = VoiceCache(tmp_path, most_bytes=5 * one)
    for i in range(5):
        cache.put(f"k{i}", sound(i), 22050)
        os.utime(tmp_path / f"k{i}.wav", (1_000_000 + i, 1_000_000 + i))
    assert cache.get("k0") is not None  # used again: no longer the oldest
    cache.put("k5", sound(5), 22050)
    held = {file.stem for file in tmp_path.iterdir()}
    assert "k0" in held and "k5" in held and "k1" not in held
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 5 * one


def test_what_an_earlier_evening_left_counts_towards_the_bound(tmp_path: Path) -> None:
    one = len(sound()) * 2 + 44 + 32
    for i in range(8):
        VoiceCache(tmp_path).put(f"k{i}", sound(i), 22050)
    (tmp_path / "notes.txt").write_text("not ours")
    VoiceCache(tmp_path, most_bytes=4 * one).put("new", sound(9), 22050)
    assert len(list(tmp_path.glob("*.wav"))) <= 4
    assert (tmp_path / "new.wav").exists() and (tmp_path / "notes.txt").exists()


def test_a_folder_that_cannot_be_made_is_no_trouble_at_the_table_but_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VoiceCache(tmp_path / "file" / "voice")
    cache.put("a", sound(), 22050)
    assert cache.get("a") is None and not cache.holds("a")
    assert cache.trouble is not None and str(tmp_path / "file" / "voice") in cache.trouble


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    cache = VoiceCache(tmp_path)
    (tmp_path / "a.wav").mkdir()  # the rename will fail
    cache.put("a", sound(), 22050)
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]
    assert cache.trouble is not None


def test_the_key_changes_with_anything_that_shapes_the_sound() -> None:
    shape = {"text": "Good evening.", "rate": 143, "voice": "en-us"}
    assert key(shape) == key(dict(reversed(shape.items())))
    assert len({key(shape), key(shape | {"rate": 144}), key(shape | {"text": "Good evening"}), key(shape | {"voice": "en"})}) == 4
