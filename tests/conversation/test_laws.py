"""What holds for any talk whatever: laws of the house, on random conversations."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from small_table import AHEAD, ALEX, JOINT, NOBODY, PAIR, SAM, heard, holds, said, sit

from companion.conversation.conversation import Conversation
from companion.conversation.manners import STANDARD
from companion.effects import GiveFloor
from companion.events import (
    Backchannel,
    Event,
    FloorChanged,
    Gap,
    Interruption,
    InterruptionEnded,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from companion.hearing.heard import Heard, Segment
from companion.partner import Pair, Partner
from companion.timeline import BLOCK, RATE, Span, samples, seconds

LENGTH = 25.0
laws = settings(max_examples=25, deadline=None)


tenths = st.integers(1, 60).map(lambda n: n / 10)


def voices(by: Partner | None, longest: float = 6.0, laughs: bool = True) -> st.SearchStrategy[list[Segment]]:
    """One voice for LENGTH seconds at most: stretches of at least 0.08 s, silences of at least 0.15 s."""
    length = st.one_of(st.floats(0.08, 1.2), tenths).map(lambda x: min(x + 0.08, longest))
    silence = st.one_of(st.floats(0.0, 0.5), tenths).map(lambda x: x + 0.16)
    laugh = st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.9] if laughs else [0.0])
    pieces = st.lists(st.tuples(silence, length, laugh, st.sampled_from([1.0, 0.8, 0.5])), max_size=12)

    def lay(parts: list[tuple[float, float, float, float]]) -> list[Segment]:
        out: list[Segment] = []
        t = 0.0
        for before, lasts, laughter, sure in parts:
            if t + before + lasts < LENGTH:
                out.append(said(by, t + before, t + before + lasts, laughter, sure))
                t += before + lasts
        return out

    return pieces.map(lay)


talks = st.builds(lambda a, b, c: [*a, *b, *c], voices(ALEX), voices(SAM), st.one_of(st.just([]), voices(None)))
floors = st.lists(
    st.tuples(st.floats(0.0, LENGTH), st.sampled_from([JOINT, NOBODY, holds(ALEX), holds(SAM), holds(SAM, questions=True)])),
    max_size=4,
).map(lambda changes: sorted(changes, key=lambda c: c[0]))


def swapped(event: Event) -> Event:
    """The same event with the partners exchanged."""
    other = {ALEX: SAM, SAM: ALEX, None: None}
    names = {f.name for f in fields(event)} & {"by", "of", "before", "won", "holder"}
    return replace(event, **{n: other[getattr(event, n)] for n in names})


def moved(event: Event, by: int) -> Event:
    """The same event, later."""
    times = {f.name for f in fields(event)} & {"at", "start", "end", "noticed"}
    return replace(event, **{n: getattr(event, n) + by for n in times})


@laws
@given(talks, floors)
def test_nothing_is_noticed_before_it_happened_and_noticing_never_runs_backwards(talk, given_floors):
    events = sit(*talk, floors=given_floors).events
    assert all(e.at <= e.noticed for e in events)
    assert all(getattr(e, "start", e.at) <= getattr(e, "end", e.at) for e in events)
    assert [e.noticed for e in events] == sorted(e.noticed for e in events)


@laws
@given(talks, floors)
def test_exchanging_the_partners_exchanges_them_in_the_log_and_changes_nothing_else(talk, given_floors):
    other = {ALEX: SAM, SAM: ALEX, None: None}
    mirrored = [replace(s, by=other[s.by]) for s in talk]
    mirrored_floors = [(t, replace(f, holder=other[f.holder])) for t, f in given_floors]
    one = sit(*talk, floors=given_floors).events
    two = sit(*mirrored, floors=mirrored_floors).events
    three = sit(*talk, floors=given_floors, pair=Pair(SAM, ALEX)).events
    assert Counter(map(swapped, one)) == Counter(two)
    assert Counter(one) == Counter(three)


@laws
@given(talks, floors, st.integers(1, 200))
def test_silence_in_front_moves_every_time_and_nothing_else(talk, given_floors, blocks):
    by = blocks * BLOCK
    later = [replace(s, start=s.start + by, end=s.end + by) for s in talk]
    given_floors = given_floors or [(0.0, JOINT)]
    one = sit(*talk, floors=given_floors, seconds=LENGTH + 2).events
    two = sit(*later, floors=[(t + seconds(by), f) for t, f in given_floors], seconds=LENGTH + 2 + seconds(by)).events
    assert [moved(e, by) for e in one] == two


@laws
@given(talks, floors)
def test_a_partners_turns_never_overlap_and_every_turn_that_starts_ends_once(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    assert [(t.by, t.at) for t in evening.of(TurnStarted)] == [(t.by, t.start) for t in evening.of(TurnEnded)]
    for who in PAIR:
        own = [t for t in evening.of(TurnEnded) if t.by == who]
        assert all(a.end <= b.start for a, b in pairwise(own))


@laws
@given(talks, floors)
def test_between_turns_of_different_partners_lies_their_overlap_or_exactly_one_gap(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    between = [(a.end, b.start, a.by, b.by) for a, b in pairwise(evening.of(TurnEnded)) if a.by != b.by and a.end < b.start]
    assert [(g.start, g.end, g.before, g.by) for g in evening.of(Gap)] == between


@laws
@given(voices(ALEX), voices(SAM))
def test_turns_and_gaps_and_lapses_less_overlaps_add_up_to_the_whole(alex, sam):
    evening = sit(*alex, *sam, floor=JOINT)
    turns = evening.of(TurnEnded)
    if not turns:
        return
    overlaps = sum(max(0, a.end - b.start) for a, b in pairwise(turns))
    lapses = sum(max(0, b.start - a.end) for a, b in pairwise(turns) if a.by == b.by)
    whole = sum(t.end - t.start for t in turns) + sum(g.end - g.start for g in evening.of(Gap)) + lapses - overlaps
    assert whole == turns[-1].end - turns[0].start


@laws
@given(talks, floors)
def test_the_floor_is_one_thing_at_a_time_and_only_a_given_or_joint_floor_knows_interruptions(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    changes = evening.of(FloorChanged)
    assert [c.at for c in changes] == sorted(c.at for c in changes)
    for told in evening.of(Interruption):
        floor = [c for c in changes if c.at <= told.start]
        assert floor, "before the first floor nothing interrupts"
        assert any(c.kind != "nobody" for c in changes if c.at <= told.noticed)


@laws
@given(voices(SAM, laughs=False), voices(ALEX, longest=0.9, laughs=False), st.sampled_from([JOINT, holds(SAM)]))
def test_a_hum_is_never_an_interruption(talk, hums, floor):
    apart = [h for a, h in pairwise([said(ALEX, -9, -8), *hums]) if h.start - a.end >= samples(0.5)]
    evening = sit(*talk, *apart, floor=floor)
    assert [i for i in evening.of(Interruption) if i.by == ALEX] == []


@laws
@given(talks, floors)
def test_a_laugh_never_interrupts_and_no_interruption_is_one_of_oneself(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    for told in evening.of(Interruption):
        assert told.by != told.of
        words = [s for s in talk if s.by == told.by and s.laugh < 0.5]
        assert any(s.start == told.start for s in words)
        spoken = sum(Span(s.start, s.end).overlap(Span(told.start, told.noticed)) for s in words)
        assert spoken >= samples(STANDARD.interruption_min)
        assert 0.0 <= told.probability <= 1.0


@laws
@given(talks, floors)
def test_every_interruption_ends_once_and_after_it_was_told(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    told = {(i.by, i.start): i.noticed for i in evening.of(Interruption)}
    ended = Counter((i.by, i.start) for i in evening.of(InterruptionEnded))
    assert ended == Counter(told.keys())
    assert all(told[i.by, i.start] <= i.noticed for i in evening.of(InterruptionEnded))


def when_it_adds_up(listener: list[Segment], start: int, to: float) -> int:
    """The moment at which the words from `start` on have added up to so many seconds."""
    need, at = samples(to), start
    for s in listener:
        if s.start >= start and need > 0:
            at = s.start + min(need, s.end - s.start)
            need -= s.end - s.start
    return at


@laws
@given(voices(ALEX, laughs=False), st.floats(1.0, 20.0))
def test_sure_words_are_told_within_a_quarter_second_of_the_moment_that_makes_them_an_interruption(listener, until):
    talk = [replace(s, start=s.start + samples(2), end=s.end + samples(2), confidence=1.0) for s in listener]
    for told in sit(said(SAM, 0.2, until), *talk, floor=holds(SAM)).of(Interruption):
        assert told.noticed <= when_it_adds_up(talk, told.start, STANDARD.interruption_min) + samples(0.25)


@laws
@given(voices(ALEX, laughs=False), st.floats(1.0, 20.0), st.floats(0.6, 1.0))
def test_words_in_doubt_are_waited_for_no_longer_than_laughs_last(listener, until, confidence):
    talk = [replace(s, start=s.start + samples(2), end=s.end + samples(2), confidence=confidence) for s in listener]
    for told in sit(said(SAM, 0.2, until), *talk, floor=holds(SAM)).of(Interruption):
        assert told.noticed <= when_it_adds_up(talk, told.start, STANDARD.interruption_doubt) + samples(0.25)


@laws
@given(talks, floors)
def test_every_stretch_of_speech_starts_and_ends_once(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    assert Counter((s.by, s.at) for s in evening.of(SpeechStarted)) == Counter((s.by, s.start) for s in talk)
    assert Counter((s.by, s.start, s.end) for s in evening.of(SpeechEnded)) == Counter((s.by, s.start, s.end) for s in talk)


@laws
@given(talks, floors)
def test_a_small_sound_is_reported_as_one_thing_only(talk, given_floors):
    evening = sit(*talk, floors=given_floors)
    hums = Counter((b.by, b.start) for b in evening.of(Backchannel))
    assert all(n == 1 for n in hums.values())
    assert not set(hums) & {(i.by, i.start) for i in evening.of(Interruption)}


@laws
@given(talks, floors)
def test_the_same_talk_gives_the_same_events(talk, given_floors):
    assert sit(*talk, floors=given_floors).events == sit(*talk, floors=given_floors).events


@laws
@given(talks, st.floats(0.0, LENGTH))
def test_speech_since_a_moment_is_what_was_said_since(talk, since):
    evening = sit(*talk, floor=JOINT, finish=False)
    for who in PAIR:
        expected = sum(max(0, s.end - max(s.start, samples(since))) for s in talk if s.by == who)
        assert evening.talk.spoke_for(who, samples(since)) == expected


def test_a_day_of_talk_takes_no_more_room_than_half_a_day():
    chance = random.Random(1)
    talk = Conversation(PAIR)
    sizes = []
    step = 20 * RATE
    for now in range(step, 24 * 3600 * RATE, step):
        if now % (600 * RATE) == 0:
            who = chance.choice([ALEX, SAM])
            talk.give_floor(chance.choice([JOINT, NOBODY, holds(who)]), now - step)
        shown = []
        for who in PAIR:
            start = now - step + chance.randrange(RATE)
            while start < now - 3 * RATE:
                shown.append(Segment(who, start, start + samples(chance.uniform(0.1, 2.0)), open=False))
                start = shown[-1].end + samples(chance.uniform(0.16, 3.0))
        talk.feed(Heard(now, now - AHEAD, tuple(sorted(shown, key=lambda s: s.start)), anyone=bool(shown)))
        if now % (4 * 3600 * RATE) == 0:
            sizes.append(len(pickle.dumps(talk)))
    assert max(sizes[2:]) <= 1.3 * max(sizes[:2])


def test_one_breathless_voice_for_hours_takes_no_room():
    talk = Conversation(PAIR)
    talk.give_floor(holds(SAM), 0)
    sizes = []
    for minute in range(1, 240):
        now = minute * 60 * RATE
        pieces = [Segment(ALEX, t, t + samples(0.8), open=False) for t in range(now - 60 * RATE, now - RATE, RATE)]
        talk.feed(Heard(now, now - AHEAD, (*pieces, Segment(SAM, 0, now - AHEAD, open=True)), anyone=True))
        sizes.append(len(pickle.dumps(talk)))
    assert max(sizes[-10:]) <= 1.1 * max(sizes[110:120])


def test_labels_that_make_no_sense_do_no_harm():
    chance = random.Random(2)
    talk = Conversation(PAIR)
    talk.give_floor(GiveFloor(holds(SAM).kind, SAM), 0)
    for block in heard([], samples(60)):
        odd = tuple(
            Segment(chance.choice([ALEX, SAM, None]), max(0, block.now - chance.randrange(40_000)),
                    max(0, block.now - chance.randrange(40_000)), chance.random() < 0.5, laugh=chance.random())
            for _ in range(chance.randrange(3))
        )  # fmt: skip
        events = talk.feed(replace(block, segments=odd))
        assert all(e.at <= e.noticed for e in events)
    talk.finish(samples(60))
