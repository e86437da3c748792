from __future__ import annotations

import numpy as np
import pytest

from companion.adapters.loudness import amplitude, gated_rms
from companion.adapters.voice_line import finish, sentences, speakable
from companion.adapters.voice_settings import VoiceError, VoiceSettings
from companion.timeline import PLAYBACK_RATE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing to say"),
        (" \n\t ", "nothing to say"),
        ("...", "nothing to say"),
        ("?!", "nothing to say"),
        ("❤", "read out"),
        ("Well done 🎉", "read out"),
        ("a\x00b", r"U\+0000"),
        ("ring the \x07 bell", r"U\+0007"),
        ("a\u202eb", r"U\+202E"),
        ("\ud800", r"U\+D800"),
        ("word " * 61, "305|304"),
    ],
)
def test_what_cannot_be_spoken_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(VoiceError, match=why) as refusal:
        speakable(text)
    assert refusal.value.refused
    assert str(refusal.value).isprintable() and str(refusal.value).endswith(".")


def test_a_line_of_300_characters_is_spoken() -> None:
    assert len(speakable("a" * 300)) == 300


def test_line_ends_become_spaces_and_curly_quotes_plain_ones() -> None:
    assert speakable("  Alex’s turn,\n\tthen “yours”…  ") == 'Alex\'s turn, then "yours"...'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Good evening.", ["Good evening."]),
        ("Good evening. Shall we begin?", ["Good evening.", "Shall we begin?"]),
        ("Dr. Wu met J. Smith at 7.30. Then what?", ["Dr. Wu met J. Smith at 7.30.", "Then what?"]),
        ("So did I. Then it rained.", ["So did I.", "Then it rained."]),
        ("Bring fruit, e.g. Apples.", ["Bring fruit, e.g. Apples."]),
        ("Well... go on.", ["Well... go on."]),
        ('She said "go." "Now" was the word.', ['She said "go."', '"Now" was the word.']),
        ("¿Qué oíste? ¡Dilo! Ángel escucha.", ["¿Qué oíste?", "¡Dilo!", "Ángel escucha."]),
        ("Stop. 3 minutes are over.", ["Stop.", "3 minutes are over."]),
        ("... Go on. ...", ["... Go on. ..."]),
    ],
)
def test_a_line_is_cut_after_its_sentences_and_nowhere_else(line: str, expected: list[str]) -> None:
    assert sentences(line) == expected


def spoken(seconds: float, lead: float = 0.05, tail: float = 0.4) -> np.ndarray:
    """A noise in the middle of an engine's silence, 16-bit at 22.05 kHz."""
    rng = np.random.default_rng(1)
    return np.concatenate(
        [np.zeros(round(lead * 22050)), rng.normal(0, 3000, round(seconds * 22050)), np.zeros(round(tail * 22050))]
    ).astype(np.int16)


def test_the_pause_between_sentences_is_ours_whatever_silence_the_engine_adds() -> None:
    line, starts = finish([(spoken(0.5), 22050), (spoken(0.5), 22050)], VoiceSettings(sentence_pause_s=0.7))
    assert line.size / PLAYBACK_RATE == pytest.approx(0.5 + 0.02 + 0.7 + 0.02 + 0.5, abs=0.01)
    still = np.flatnonzero(np.abs(line) > amplitude(-45))
    longest = np.diff(still).max() / PLAYBACK_RATE
    assert longest == pytest.approx(0.72, abs=0.01)
    assert starts[0] < 0 < starts[1]  # the lead-in is cut off, so the engine's sample 0 lies before the line


def test_a_finished_line_is_level_limited_and_silent_at_both_ends() -> None:
    line, _ = finish([(spoken(1.0, 0, 0), 22050)], VoiceSettings())
    assert line.dtype == np.float32
    assert gated_rms(line, PLAYBACK_RATE) == pytest.approx(-20, abs=0.3)
    assert np.abs(line).max() <= amplitude(-2)
    assert line[0] == 0 and abs(line[-1]) < 1e-4


def test_a_soft_voice_needs_its_pregain_and_the_engines_volume_is_made_up_for() -> None:
    soft = (spoken(1.0) // 6).astype(np.int16)
    without, _ = finish([(soft, 22050)], VoiceSettings(volume=1.0))
    helped, _ = finish([(soft, 22050)], VoiceSettings(volume=1.0, pregain_db=14))
    assert gated_rms(without, PLAYBACK_RATE) < -25
    assert gated_rms(helped, PLAYBACK_RATE) == pytest.approx(-20, abs=0.3)
    halved, _ = finish([(soft, 22050)], VoiceSettings(volume=0.5))
    assert gated_rms(halved, PLAYBACK_RATE) == pytest.approx(gated_rms(without, PLAYBACK_RATE) + 6.02, abs=0.1)
