"""The words of the turn before a reflection, for as long as the reflection may need them, in memory and nowhere else.

Only steps that listen for words feed it; the rest never have a word to give. All is dropped when the reflection is over, at pass,
stop and pause, when a turn or a reflection without words or a private step begins, when words are switched off, and after six
minutes.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from companion.effects import Effect, Finish, ListenFor, Mode
from companion.events import Event, ExerciseEnded, StateChanged, StepEntered, StepLeft
from companion.exercises.hints import NOTHING, Hints, Offer
from companion.exercises.moment import Moment
from companion.exercises.turn_words import HOLE, LONGEST, TurnWord, median_confidence
from companion.partner import Pair, Partner
from companion.timeline import seconds

HOLDERS = 0.8
"""Attribution from which a word counts as the holder's (a choice of ours); what is less sure leaves a hole."""
LEAST_SNR = 10.0
"""dB of signal to noise, median over the words, below which nothing is offered (a choice of ours)."""
HEARD_WELL = 0.9
"""Median confidence of a turn below which nothing of it is offered: how a recogniser that does not follow this partner in this
room is told from one that does. Stricter than what `hints` asks of words written down; measured: docs/reflect-back.md."""
MOST = 2_000
"""Words kept of one partner: nobody says more in six minutes."""
GOING_ON = frozenset({"welcome", "running"})
"""States of an evening in which words are kept; a pause, rest or stop drops them."""
COVERED, OF_AT_LEAST = 0.5, 2
"""Share of the words that might be hinted, and how many there must be, for the warmer question."""


class Recall:
    """Keeps words of the two, apart; says what may be offered of them. Without `hints` it keeps nothing."""

    def __init__(self, hints: Hints | None, pair: Pair) -> None:
        self._hints = hints
        self._words: dict[Partner, deque[tuple[TurnWord, float]]] = {who: deque(maxlen=MOST) for who in pair}
        self._holder: Partner | None = None
        self._refused = False

    @property
    def on(self) -> bool:
        """Whether there can be hints tonight."""
        return self._hints is not None

    def first_refusal(self) -> bool:
        """Whether nobody has been told yet tonight that hints are off; from now on somebody has."""
        first, self._refused = not self._refused, True
        return first

    @property
    def kept(self) -> int:
        """Words in memory."""
        return sum(len(words) for words in self._words.values())

    def feed(self, moment: Moment) -> None:
        """The words of this block, if there are any to be had now; what is older than six minutes goes."""
        if self._holder is not None:
            kept = self._words[self._holder]
            for word in moment.words:
                text = word.text if word.holder_confidence >= HOLDERS else HOLE
                kept.append((TurnWord(text, seconds(word.start), seconds(word.end), word.confidence), moment.snr_db))
        for words in self._words.values():
            while words and seconds(moment.now) - words[0][0].start > LONGEST:
                words.popleft()

    def notice(self, what: Event | Effect) -> None:
        """What the exercise does: whose words may come in, in WORDS alone; a turn begins anew; what ends a reflection."""
        match what:
            case ListenFor(mode=mode, holder=listened):
                self._holder = listened if mode is Mode.WORDS and self._hints is not None else None
            case StepEntered(kind="turn" | "reflect" | "guess" | "private", mode=mode) if mode is not Mode.WORDS:
                self.forget()  # a soft or private step, or one that needs no words
            case StepEntered(kind="turn", holder=holder) if holder is not None:
                self._words[holder].clear()
            case StepLeft(kind="reflect" | "guess") | StepLeft(exit="pass" | "stop") | ExerciseEnded() | Finish():
                self.forget()
            case StateChanged(state=state) if state not in GOING_ON:
                self.forget()
            case _:
                pass

    def switch_off(self) -> None:
        """Drop every word, and take in none for the rest of the evening."""
        self.forget()
        self._hints = self._holder = None

    def forget(self) -> None:
        """Drop every word."""
        for words in self._words.values():
            words.clear()

    def offer(self, source: Partner, *, deep: bool = False) -> Offer:
        """What may be given of this partner's turn; nothing where it was noisy, unsure or unheard. `deep`: no feelings."""
        if self._hints is None or not self._heard_well(source):
            return NOTHING
        return self._hints.offered([word for word, _ in self._words[source]], deep=deep)

    def _heard_well(self, source: Partner) -> bool:
        kept = self._words[source]
        if not kept or median(snr for _, snr in kept) < LEAST_SNR:
            return False
        return median_confidence(word for word, _ in kept) >= HEARD_WELL

    def covers(self, source: Partner) -> bool:
        """Whether the other has said half of what might be hinted. Only ever chooses the warmer of two equal questions."""
        if self._hints is None:
            return False
        other = next(who for who in self._words if who != source)
        might = self._hints.fitting([word for word, _ in self._words[source]])
        said = self._hints.named([word for word, _ in self._words[other]])
        return len(might) >= OF_AT_LEAST and len(might & said) >= COVERED * len(might)
