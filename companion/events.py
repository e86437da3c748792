"""What can happen: the closed union of events, each a frozen record.

Every event has `at` (when it happened, back-dated where the evidence came late) and `noticed` (the last sample that had been
heard when it was known); `noticed - at` is the latency. Times are samples of the one clock (`companion.timeline`).
`TAGS` names each event in the log; `adapters/event_log.py` writes and reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from companion.effects import FloorKind, Mode
from companion.partner import Partner
from companion.timeline import Sample

InterruptionKind = Literal["takeover", "butt-in", "completion"]
Exit = Literal["done", "pass", "stop", "timeout", "yes", "partly", "no", "a", "b", "c", "next", "failed"]


@dataclass(frozen=True, slots=True)
class _Moment:
    at: Sample
    noticed: Sample


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: Sample
    end: Sample
    noticed: Sample

    @property
    def at(self) -> Sample:
        """When it happened: its start."""
        return self.start


@dataclass(frozen=True, slots=True)
class _Past(_Stretch):
    """A stretch that is reported when it is over: it happens at its end."""

    @property
    def at(self) -> Sample:
        """When it happened: its end."""
        return self.end


# --- speech and turns (hearing, conversation) ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeechStarted(_Moment):
    """Onset of a segment of one voice. `by` None: speech of nobody we know (not enrolled yet, a third voice)."""

    by: Partner | None


@dataclass(frozen=True, slots=True)
class SpeechEnded(_Past):
    """A whole segment: one voice, pauses under 0.15 s closed."""

    by: Partner | None
    confidence: float


@dataclass(frozen=True, slots=True)
class TurnStarted(_Moment):
    """A partner began a turn."""

    by: Partner


@dataclass(frozen=True, slots=True)
class TurnEnded(_Past):
    """A whole turn, first to last word, pauses inside it included."""

    by: Partner


@dataclass(frozen=True, slots=True)
class Gap(_Past):
    """Silence between the turns of different partners."""

    before: Partner  # who spoke before it
    by: Partner  # who spoke after it


@dataclass(frozen=True, slots=True)
class Overlap(_Past):
    """Both partners spoke at once."""


@dataclass(frozen=True, slots=True)
class Backchannel(_Past):
    """A small sound of the listener that claims no turn: mhm, yeah, oh no."""

    by: Partner


@dataclass(frozen=True, slots=True)
class Laugh(_Past):
    """A partner laughed."""

    by: Partner


@dataclass(frozen=True, slots=True)
class Interruption(_Stretch):
    """One partner came in on the other, beyond backchannels and laughs; told as soon as it is sure.

    `end` and `kind` are what was known when it was noticed. `probability` is how sure we are that it is one, `confidence` how
    sure that it was `by`; `quiet`: sure enough for a spoken cue.
    """

    by: Partner
    of: Partner
    kind: InterruptionKind
    probability: float
    confidence: float
    quiet: bool


@dataclass(frozen=True, slots=True)
class InterruptionEnded(_Past):
    """The interruption that began at `start` is over; now its kind is settled."""

    by: Partner
    of: Partner
    kind: InterruptionKind


@dataclass(frozen=True, slots=True)
class ContestedStart(_Stretch):
    """Both began within half a second of each other at a fresh turn, and both went on."""

    won: Partner | None  # who kept talking; None while both still do


@dataclass(frozen=True, slots=True)
class Enrolled(_Moment):
    """Learning a voice came to an end. `trouble`: why it failed (short, noisy, clipped, two-voices, same-voice), or None.

    `advice`, once both are known and hard to tell apart: `turn` the device so that its ends point at them; `alike`: only
    another microphone would help.
    """

    by: Partner
    seconds: float
    trouble: str | None
    advice: Literal["turn", "alike"] | None = None


@dataclass(frozen=True, slots=True)
class ThirdVoice(_Moment):
    """A voice that is neither partner began (or, `present` false, has gone)."""

    present: bool


@dataclass(frozen=True, slots=True)
class Noise(_Moment):
    """The room became too loud to follow (or, `loud` false, quiet enough again)."""

    loud: bool
    snr_db: float


# --- words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhraseHeard(_Past):
    """An isolated utterance that was exactly one phrase of the grammar. Never built in OFF; carries that phrase alone.

    `by` None where the voice is not known. `laughed`: somebody laughed within a second of it.
    `isolated`: at least 0.35 s of silence before it.
    """

    phrase: str
    confidence: float
    by: Partner | None
    attribution: float
    isolated: bool = True
    laughed: bool = False


@dataclass(frozen=True, slots=True)
class SomethingHeard(_Past):
    """Speech that was no phrase of the grammar, in a step that waits for an answer."""

    by: Partner | None


@dataclass(frozen=True, slots=True)
class CommandHeard(_Past):
    """A voice command. `by` is always None for stop, pass and time-out: nobody can find out later who said it."""

    command: str
    by: Partner | None


@dataclass(frozen=True, slots=True)
class AnswerHeard(_Past):
    """An answer to a question of the step: yes, partly, no, a number or a choice."""

    answer: str
    by: Partner | None


# --- the evening (exercises) --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EveningStarted(_Moment):
    """An evening began."""

    evening: str
    partners: tuple[str, str]


@dataclass(frozen=True, slots=True)
class EveningChosen(_Moment):
    """The two chose by voice what tonight is to be; from here on that evening is played.

    `plan`: what it plays, each as slug/size, with a space between. `seconds`: the length it is planned for.
    """

    evening: str
    plan: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ExerciseStarted(_Moment):
    """An exercise or frame began; `first` starts."""

    exercise: str
    size: str
    first: Partner


@dataclass(frozen=True, slots=True)
class ExerciseEnded(_Moment):
    """An exercise or frame ended."""

    exercise: str
    outcome: Exit


@dataclass(frozen=True, slots=True)
class StepEntered(_Moment):
    """A step began. `budget` in samples where it has one, else 0."""

    step: str  # unique within the exercise, like "mirrored[0].turn"
    kind: str
    mode: Mode
    holder: Partner | None
    budget: int


@dataclass(frozen=True, slots=True)
class StepLeft(_Moment):
    """A step ended by one of its exits."""

    step: str
    kind: str
    exit: Exit


@dataclass(frozen=True, slots=True)
class FloorChanged(_Moment):
    """The floor is now this partner's (holder), both partners' (joint) or nobody's."""

    kind: FloorKind
    holder: Partner | None


@dataclass(frozen=True, slots=True)
class CueGiven(_Moment):
    """The companion decided to speak or chime. `id` from the cue table or `line` for what a step owes; `at`: its trigger."""

    cue: int
    id: str
    text: str  # words, or the chime's name
    spoken: bool
    asked: bool  # the step owed it or somebody asked; False for an unasked cue
    role_free: bool


@dataclass(frozen=True, slots=True)
class CueDropped(_Moment):
    """A cue that was proposed and not given."""

    id: str
    why: Literal["stale", "mended", "yielded", "capped", "distance", "outranked", "setting", "ended"]


@dataclass(frozen=True, slots=True)
class Spoken(_Past):
    """What the companion sounded, as it was heard in the room."""

    cue: int
    cut: bool


@dataclass(frozen=True, slots=True)
class StateChanged(_Moment):
    """The evening is now in this state: welcome, running, paused, deaf, resting, closing, stopped, finished."""

    state: str


@dataclass(frozen=True, slots=True)
class Mishap(_Moment):
    """Something broke and was dealt with: what, in a few words."""

    what: str


@dataclass(frozen=True, slots=True)
class EveningEnded(_Moment):
    """The evening is over: done, declined, stopped, gone or failed."""

    outcome: str


Event = (
    SpeechStarted | SpeechEnded | TurnStarted | TurnEnded | Gap | Overlap | Backchannel | Laugh | Interruption | InterruptionEnded
    | ContestedStart | Enrolled | ThirdVoice | Noise | PhraseHeard | SomethingHeard | CommandHeard | AnswerHeard
    | EveningStarted | EveningChosen | ExerciseStarted | ExerciseEnded | StepEntered | StepLeft | FloorChanged | CueGiven
    | CueDropped | Spoken | StateChanged | Mishap | EveningEnded
)  # fmt: skip

TAGS: dict[type, str] = {
    SpeechStarted: "speech_started",
    SpeechEnded: "speech",
    TurnStarted: "turn_started",
    TurnEnded: "turn",
    Gap: "gap",
    Overlap: "overlap",
    Backchannel: "backchannel",
    Laugh: "laugh",
    Interruption: "interruption",
    InterruptionEnded: "interruption_ended",
    ContestedStart: "contested_start",
    Enrolled: "enrolled",
    ThirdVoice: "third_voice",
    Noise: "noise",
    PhraseHeard: "phrase",
    SomethingHeard: "something_heard",
    CommandHeard: "command",
    AnswerHeard: "answer",
    EveningStarted: "evening",
    EveningChosen: "evening_chosen",
    ExerciseStarted: "exercise",
    ExerciseEnded: "exercise_ended",
    StepEntered: "step",
    StepLeft: "step_left",
    FloorChanged: "floor",
    CueGiven: "cue",
    CueDropped: "cue_dropped",
    Spoken: "spoken",
    StateChanged: "state",
    Mishap: "mishap",
    EveningEnded: "evening_ended",
}
"""What each event is called in `events.jsonl`."""

UNLOGGED: frozenset[type] = frozenset({PhraseHeard, SomethingHeard})
"""Passed from stage to stage, never written: the phrase becomes a command or an answer, or it is nobody's business."""

QUOTING: frozenset[str] = frozenset({"c_hint_one", "c_hint_two", "c_quoted_word"})
"""Cues that may hold words of a partner: the log has their name alone, and what was rendered of them is not kept."""
