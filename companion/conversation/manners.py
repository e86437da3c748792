"""Every threshold of turns, silence and cues, in one record. Times in seconds.

Sources: [HE10] Heldner & Edlund 2010; [ST09] Stivers et al. 2009; [LT15] Levinson & Torreira 2015; [J89] Jefferson 1989;
[T22], [T23] Templeton et al. 2022, 2023; [GA01] Gardner 2001; [KT15] Kendrick & Torreira 2015. A field without a source is a
choice of ours, to be tuned by listening. `docs/glossary.md` explains the words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Manners:
    """The manner of an evening. The defaults are `standard`."""

    name: Literal["gentle", "standard", "lively", "quiet"] = "standard"

    # --- turns
    ipu_join: float = 0.35  # silences inside an utterance; shorter ones are mostly hesitation or stops [HE10]
    turn_over: float = 0.6  # silence after which a turn is over for the log; in a floor step silence never ends a turn
    min_turn: float = 0.5  # free talk: shorter speech in silence is no turn
    backchannel_max: float = 1.0  # longer speech of the listener is no backchannel [GA01]
    interruption_min: float = (
        0.92  # the listener's sure words add up to this before they are an interruption; a long "oh no" is 0.9
    )
    interruption_doubt: float = 1.8  # and to this where labels doubt that they are words of the listener; laughs last as long
    interruption_grace: float = 0.8  # speech this soon after the floor changed hands is the tail of the last holder's turn
    interruption_same: float = 1.0  # speech within this of an interruption's end belongs to it
    interruption_still: float = 3.0  # and within this where the holder has not said a word since
    remark_before: float = 3.0  # speech this soon after the floor changed, before the holder's first word, is about the prompt
    question_max: float = 8.0  # where the listener may ask: longer speech is a story of their own
    free_inside: float = 0.3  # free talk: the holder must have been speaking this long before the other comes in
    free_overlap: float = 0.4  # free talk: overlap needed; terminal overlaps are shorter, gaps centre on 0.2 s [ST09][LT15]
    butt_in_max: float = 3.0  # free talk: came in over the holder's words, no longer than this, holder back at once: floor kept
    lapse: float = 5.0  # free talk: silence of both that ends a turn, whoever speaks next; friends are at ease in silence [T23]
    takeover_min: float = 1.8  # a takeover lasts at least this long and the holder covers less than 70 % of it
    completion_max: float = 1.5  # helps finish the holder's phrase, holder resumes at once
    contest_within: float = 0.5  # both begin within this of each other at a fresh turn
    contest_for: float = 1.0  # and both go on this long
    laugh_at: float = 0.25  # mean probability from which a segment is laughter: measured, laughs 0.3 to 0.8, speech 0.02 and less
    hum_at: float = 0.25  # the same for a murmur, which claims no turn whatever its length [GA01]: speech 0.03 and less
    believed: float = 0.6  # mean confidence below which a segment is words only if it lasts
    episode: float = 10.0  # an episode of interruptions ends after this much without another of the same direction
    self_repair: float = 1.5  # the holder resumed this long: mended

    # --- the floor
    turn_starts_after: float = 12.0  # the turn clock starts at the holder's first segment >= 0.4 s, or this long after the prompt
    first_segment: float = 0.4
    soft_before: float = 20.0  # soft chime this long before the end, or at 80 %, whichever is later
    wrap_pause: float = 0.8  # wrap at the next pause of this length
    wrap_pause_after_10: float = 0.5
    wrap_pause_after_20: float = 0.3
    long_after: float = 45.0  # budget + this, or 150 %, whichever first: c_long
    long_at: float = 1.5
    hard_at: float = 2.0  # share of the budget at which the turn ends in any gap
    swap_gap: float = 0.7  # hand-over after this pause; quick responses feel connected [T22]
    swap_self: float = 1.5  # the new holder's first word within this cancels the spoken hand-over
    patience: tuple[float, float] = (0.8, 2.5)  # how far a partner's own long pauses may scale the pause limits

    # --- answers and reflections
    answer_window: float = 8.0  # as voice assistants do
    answer_end: float = 0.6
    answer_end_hedged: float = 1.2  # dispreferred answers come late and prefaced [KT15]
    reflect_end: float = 1.2  # silence after >= 3 s of the listener's speech
    reflect_end_short: float = 2.5  # silence after less
    reflect_wait: float = 10.0
    command_silence: float = 0.35
    command_again: float = 3.0  # the same command within this counts once
    undo_stop: float = 8.0  # "carry on" within this takes a stop back

    # --- cues
    cue_gap: float = 0.5  # neither has spoken this long before a spoken cue; gaps centre on 0.2 s [ST09][LT15]
    chime_gap: float = 0.3
    cue_stale: float = 4.0
    cue_distance: float = 20.0
    chime_distance: float = 6.0
    cues_in_60_s: int = 2
    yield_within: float = 0.7  # a partner who starts within this of a cue's start and goes on for 0.3 s hushes it
    yield_after: float = 0.3
    think: float = 9.0  # one second of silence is noticed [J89], > 2 s is comfortable between friends [T23]: be slow
    think_first: float = 12.0
    stuck: float = 25.0
    stuck_soft: float = 50.0
    idle: float = 90.0
    gone: float = 300.0
    interruption_probability: float = 0.8
    attribution: float = 0.7  # below it wording is role-free
    cued_interruptions: Literal["spoken", "chimes"] = "spoken"
    short_and_more: bool = True  # c_short and c_more
    pace_signals: int = 2  # of five, before a pace offer
    budget_scale: float = 1.0
    swap_chime: bool = False
    chime_db: float = 0.0
    noise_snr_db: float = 5.0
    noise_for: float = 15.0
    noise_back_db: float = 8.0
    noise_back_for: float = 20.0


STANDARD = Manners()
GENTLE = replace(
    STANDARD, name="gentle", think=13.5, think_first=18.0, stuck=37.5, stuck_soft=75.0, idle=135.0, interruption_probability=0.9,
    cued_interruptions="chimes", cue_distance=30.0, short_and_more=False, pace_signals=3, budget_scale=1.25, chime_db=-6.0,
)  # fmt: skip
LIVELY = replace(
    STANDARD, name="lively", think=6.3, think_first=8.4, stuck=17.5, stuck_soft=35.0, idle=63.0, cue_distance=12.0,
    pace_signals=3, budget_scale=0.85, swap_chime=True,
)  # fmt: skip

MANNERS: dict[str, Manners] = {m.name: m for m in (GENTLE, STANDARD, LIVELY)}
"""The manners a couple can choose by name."""
