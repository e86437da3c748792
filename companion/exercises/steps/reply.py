"""A reply where a reflection was asked for: the listener's own view comes first, or the source talks back at once."""

from __future__ import annotations

from collections.abc import Iterable

from companion.events import PhraseHeard
from companion.exercises.cues import unasked
from companion.exercises.steps.step import Beat, Scene, Wish, Withdraw
from companion.partner import Partner
from companion.timeline import Sample, samples

SURE = 0.8
"""Confidence from which a word of the beginning counts."""
BEGINNING = 6
"""So many words are a beginning."""
TALKED_BACK, WITHIN = 1.0, 6.0
"""Seconds of the source's speech, and in which first seconds of the listener's try, that are talking back."""


class ReplyWatch:
    """Watches each try. Proposes `c_reb` once, and takes it back where giving back begins after all. Keeps first words alone."""

    def __init__(self, scene: Scene, source: Partner) -> None:
        lists = scene.script.library.word_lists.get("replies", {})
        answers = scene.script.library.answers
        self._scene = scene
        self._source = source
        self._replies, self._reflects = lists.get("replies", ()), lists.get("not_replies", ())
        self._fillers = set(answers.lists.get("fillers", ())) if answers is not None else set()
        self._first: list[str] = []
        self._since: Sample | None = None
        self._source_before = 0
        self._proposed = False
        self._spoke_to_us: Sample = 0  # until when

    def spoken_to(self, beat: Beat) -> None:
        """What was said to the companion is no beginning of anything; to be told of every beat, whatever else comes of it."""
        for phrase in (event for event in beat.events if isinstance(event, PhraseHeard)):
            self._first, self._spoke_to_us = [], phrase.end

    def on(self, beat: Beat, since: Sample) -> list[Wish]:
        """`since`: when the try began, on the step's clock. What was said before it, adding to a first try, does not count."""
        talk = self._scene.talk.of(self._source)
        if self._since != since:
            self._since, self._source_before, self._first = since, talk.spoken, []
        early = beat.clock - since <= samples(WITHIN)
        words = [word for word in beat.moment.words if word.start >= self._spoke_to_us]
        heard = [word.text.lower() for word in words if word.confidence >= SURE]
        self._first += heard[: max(0, BEGINNING - len(self._first))]
        if self._begins_with(self._reflects):
            return [Withdraw("c_reb")] if self._proposed else []
        replied = bool(heard) and self._begins_with(self._replies)
        talked_back = early and talk.spoken - self._source_before >= samples(TALKED_BACK)
        if self._proposed or not (replied or talked_back):
            return []
        self._proposed = True
        return [unasked("c_reb", beat.now, holder=self._source, slots=self._scene.slots(self._source))]

    def _begins_with(self, phrases: Iterable[str]) -> bool:
        """Whether the try begins with one of these, as it stands or after its fillers."""
        bare = list(self._first)
        while bare and bare[0] in self._fillers:
            bare.pop(0)
        said = [" ".join(words) + " " for words in (self._first, bare)]
        return any(text.startswith(f"{phrase} ") for text in said for phrase in phrases)
