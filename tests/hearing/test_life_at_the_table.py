"""What happens at a table besides two people talking in turn: real voices, put together here, through the whole of hearing."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import soundfile as sf

from companion.events import ThirdVoice
from companion.hearing.heard import Heard
from companion.hearing.hearing import Hearing
from companion.partner import Pair, Partner
from companion.timeline import RATE, Span, samples
from tests.hearing.dinner import ALEX, ROOT, SAM, Sound, activity, background, closed, real, run, seat

HERE, THERE = 4, -4
"""Seats face to face at the two ends of a device of 9 cm, as samples by which the second microphone hears them later."""


@cache
def talking(name: str) -> Sound:
    """Somebody's recordings, mono, the rests between their words cut out."""
    x = real(name)
    level = np.sqrt(np.convolve(x**2, np.ones(4800) / 4800, "same"))
    return x[level > 0.1 * np.percentile(level, 95)]


def voice(name: str, start: float, seconds: float) -> Sound:
    """A stretch of it; from the beginning again where it is not that long."""
    x = talking(name)
    return np.take(x, np.arange(samples(start), samples(start + seconds)), mode="wrap")


def alex(start: float, seconds: float) -> Sound:
    return voice("mgah", start, seconds)


def sam(start: float, seconds: float) -> Sound:
    return voice("fmjc", start, seconds)


def in_the_room(*parts: Sound, level: float = 0.0006, seed: int = 3) -> Sound:
    """One after the other with short rests, over the noise of a quiet room."""
    rest = np.zeros((samples(0.35), 2), np.float32)
    whole = np.concatenate([piece for part in parts for piece in (part, rest)])
    return np.asarray(whole + level * np.random.default_rng(seed).standard_normal(whole.shape), np.float32)


def at_the_table() -> Hearing:
    """Two people who have been learned, at their seats."""
    h = Hearing(Pair(ALEX, SAM), activity(), background(), 2)
    for who, sound in ((ALEX, seat(alex(0, 10), HERE)), (SAM, seat(sam(0, 10), THERE))):
        assert h.learn(who, in_the_room(sound)).trouble is None
    return h


def talk(seats: tuple[int, int], turns: int, start: float = 10.0) -> tuple[list[Sound], list[tuple[Partner, int]]]:
    """Alex and Sam in turn, 2 s each, from these seats: the parts, and who speaks for how long in each."""
    parts, who = [], []
    for i in range(turns):
        at = start + i // 2 * 2.0
        parts.append(seat(alex(at, 2), seats[0]) if i % 2 == 0 else seat(sam(at, 2), seats[1]))
        who.append((ALEX if i % 2 == 0 else SAM, len(parts[-1])))
    return parts, who


def right(heard: list[Heard], by: Partner, where: Span) -> float:
    """Of the speech that was given to either partner in a stretch, the share that was given to `by`."""
    told = {who: sum(Span(s.start, s.end).overlap(where) for s in closed(heard) if s.by == who) for who in (ALEX, SAM)}
    return told[by] / max(1, sum(told.values()))


def labelled(heard: list[Heard], seconds: float) -> float:
    """The share of time in which a partner was heard."""
    return sum(s.end - s.start for s in closed(heard) if s.by is not None) / samples(seconds)


@pytest.mark.parametrize(
    "later", [(THERE, HERE), (2, -2), (-2, 2)], ids=["seats exchanged", "device turned by 60 degrees", "device turned by 120"]
)
def test_after_15_seconds_of_talk_from_other_seats_each_is_known_again(later: tuple[int, int]) -> None:
    before, _ = talk((HERE, THERE), 4)
    after, who = talk(later, 11, start=14.0)
    heard = run(at_the_table(), in_the_room(*before, *after))
    at = sum(len(p) + samples(0.35) for p in before)
    shares = []
    for i, (by, length) in enumerate(who):
        if i >= 7:  # 7 turns of 2 s and their rests: 16 s, of which 14 are speech
            shares.append(right(heard, by, Span(at, at + length)))
        at += length + samples(0.35)
    assert min(shares) > 0.6
    assert float(np.mean(shares)) > 0.9


def test_a_third_voice_is_neither_partner_and_is_announced() -> None:
    h = at_the_table()
    guest = [seat(voice("mmdg", 2.0 * i, 2.0), 0) for i in range(5)]
    heard = run(h, in_the_room(*talk((HERE, THERE), 2)[0], *guest))
    guests = samples(2 * 2.35)
    told = [n for t in heard for n in t.notices if isinstance(n, ThirdVoice)]
    assert [n.present for n in told] == [True]
    assert guests - samples(0.5) <= told[0].at and told[0].noticed < guests + samples(6.0)
    theirs = Span(guests, guests + samples(5 * 2.35))
    wrong = sum(Span(s.start, s.end).overlap(theirs) for s in closed(heard) if s.by is not None)
    assert wrong < 0.35 * theirs.length


def test_a_television_beside_them_does_not_become_a_partner() -> None:
    x, _ = sf.read(noise("television_like"), dtype="float32")
    tv = seat(np.asarray(0.05 * x[: 8 * RATE] / np.std(x[: 8 * RATE]) * 10 ** (-10 / 20), np.float32), 1)
    heard = run(at_the_table(), in_the_room(*talk((HERE, THERE), 2)[0], tv))
    after = Span(samples(2 * 2.35 + 0.5), samples(2 * 2.35 + 8))
    wrong = sum(Span(s.start, s.end).overlap(after) for s in closed(heard) if s.by is not None)
    assert wrong < 0.35 * after.length


@pytest.mark.parametrize("name", ["babble_10", "music_jazz", "cutlery", "coughs"])
def test_noises_of_a_dinner_do_not_become_speech(name: str) -> None:
    x, _ = sf.read(noise(name), dtype="float32")
    x = x[2 * RATE : 9 * RATE]
    sound = np.asarray(0.05 * x / np.std(x) * 10 ** (-10 / 20), np.float32)
    wide = np.stack([sound, np.roll(sound, 700)], axis=1)  # from everywhere: no phase in common
    heard = run(at_the_table(), in_the_room(wide))
    assert labelled(heard, 7.0) < 0.15


def noise(name: str) -> str:
    """A recording of the data folder; skips where it is not at hand."""
    path = ROOT.parent / "shared" / "data" / "noise" / f"{name}.ogg"
    if not path.is_file():
        pytest.skip("no recordings of noises beside the checkout")
    return str(path)
