"""`reflect`: the listener says back what they understood, and the source says whether that was it."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from companion.effects import FloorKind, GiveFloor, Mode
from companion.events import Exit, PhraseHeard
from companion.exercises.cue_desk import Custom, News
from companion.exercises.cues import ASKED, RUNG, Cue
from companion.exercises.hints import NOTHING, Offer
from companion.exercises.reflection import OFF, Help, Ladder
from companion.exercises.step_spec import ReflectSpec
from companion.exercises.steps.asking import source_question
from companion.exercises.steps.question import Question, Reply
from companion.exercises.steps.reply import ReplyWatch
from companion.exercises.steps.step import LINE, Beat, Leave, Scene, Spoken, Wish
from companion.timeline import Sample, samples

ENOUGH_SAID = 3.0
"""Seconds of the listener's speech after which a shorter silence ends the reflection."""
A_WORD = 0.3
"""Seconds of speech below which nothing has been said."""
ADDING = 30.0
"""Seconds the source may add after "what's missing?"."""
PLAIN, WARM = "c_check", "c_check_warm"
WARM_BY_CHANCE = 1 / 3
"""How often the warmer question is asked for no reason (a choice of ours)."""
SURE = 0.7
"""Confidence from which "I don't know" counts, as of most commands."""
HARD = 2.0
"""The listener's time ends at this many times its budget, even without a pause."""


class Reflect:
    """Prompt, the listener's try, the check; after partly or no the source adds and the listener tries again, a few times."""

    ours: ClassVar[frozenset[str]] = frozenset({"done", "hint", "help"})

    def __init__(self, spec: ReflectSpec, scene: Scene) -> None:
        self.source = scene.roles.named(spec.source)
        self.listener = scene.pair.other(self.source)
        self.holder = self.listener
        self.mode = scene.mode(spec.listen)
        self.budget = scene.budget(spec.budget.of(scene.size))
        self.custom = Custom(cues=True, soft=spec.soft, play=True)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._loops = spec.tries.of(scene.size)
        rounds = self._loops + 1
        self.longest = rounds * (round(HARD * self.budget) + samples(2 * ADDING + 9 * LINE)) + samples(4 * LINE)
        self._lost = tuple(scene.script.library.word_lists.get("replies", {}).get("at_a_loss", ()))
        self._ladder = Ladder()
        self._stage = "prompt"
        self._spoken = Spoken([])
        self._question: Question | None = None
        self._since: Sample = 0  # when this stage began, on the step's clock
        self._said_before = 0  # of whoever speaks in this stage, before it began
        self._climbed: Sample = 0
        self._tried = 0
        self._reply = ReplyWatch(scene, self.source)

    def enter(self, at: Sample) -> list[Wish]:
        """Ask the listener."""
        return [GiveFloor(FloorKind.NOBODY), *self._prompt(self._spec.prompt, at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """One stage after the other."""
        if self._question is not None:
            return self._checked(beat)
        if self._stage in ("prompt", "again"):
            return self._prompted(beat)
        return self._listening(beat) if self._stage == "try" else self._adding(beat)

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    # --- the listener's try

    def _prompt(self, line: str, at: Sample) -> list[Wish]:
        self._stage = "prompt"
        id = line if line.startswith("c_") else "c_neutral"
        cue = self._scene.owed(line, at, "prompt", id=id, holder=self.source, gap=self._scene.manners.swap_gap)
        self._spoken = Spoken([cue])
        listen = self._scene.ear.listen(self.mode, "reflect", holder=self.listener, answers=self._lost)
        return [listen, *self._spoken.on(News(), at)]

    def _prompted(self, beat: Beat) -> list[Wish]:
        wishes = self._spoken.on(beat.news, beat.now)
        if not self._spoken.over:
            return wishes
        adding = self._stage == "again"
        self._stage, self._since = ("add" if adding else "try"), beat.clock
        speaker = self.source if adding else self.listener
        self._said_before = self._scene.talk.of(speaker).spoken
        return [*wishes, GiveFloor(FloorKind.HOLDER, speaker, questions=True)]

    def _said(self) -> int:
        speaker = self.source if self._stage == "add" else self.listener
        return self._scene.talk.of(speaker).spoken - self._said_before

    def _listening(self, beat: Beat) -> list[Wish]:
        if "c_reb" in beat.news.given:  # a reply is no try: the listener begins afresh
            self._since, self._said_before = beat.clock, self._scene.talk.of(self.listener).spoken
        used = beat.clock - self._since
        self._reply.spoken_to(beat)
        if self._at_a_loss(beat):
            return self._climb(self._ladder.at_a_loss(), beat)
        if self._over(beat, used, self.budget):
            tried = self._said() >= samples(A_WORD) or beat.pressed or beat.ordered("done")
            return self._check(beat) if tried else self._enough(beat)
        if beat.ordered("hint"):
            return self._hint(beat)
        if beat.ordered("help"):
            return self._climb(self._ladder.helped(), beat, asked=True)
        if self._said() < samples(A_WORD) and self._waited(beat):
            return self._climb(self._ladder.silent(), beat)
        return self._reply.on(beat, self._since)

    def _at_a_loss(self, beat: Beat) -> bool:
        """The listener says that they do not know, before they have said much; which is no part of giving back."""
        said = [event for event in beat.events if isinstance(event, PhraseHeard) and event.phrase in self._lost]
        lost = next((event for event in said if event.isolated and event.confidence >= SURE and event.by != self.source), None)
        if lost is None:
            return False
        self._scene.talk.forget(self.listener, lost.end - lost.start)
        return self._said() < samples(ENOUGH_SAID)

    def _hint(self, beat: Beat) -> list[Wish]:
        """The listener asked for a hint. Where there can be none tonight they are told so, once, and sent to the source."""
        recollection = self._scene.recollection
        if recollection is None or recollection.on:
            return self._climb(self._ladder.hinted(self._offer()), beat, asked=True)
        instead = self._climb(self._ladder.hinted(None), beat, asked=True)
        if not recollection.first_refusal():
            return instead
        return [
            Cue(ASKED, beat.now, line=OFF, tag=OFF, id=OFF, slots=self._scene.slots(self.source), holder=self.source),
            *instead,
        ]

    def _waited(self, beat: Beat) -> bool:
        """The listener has not begun for ten seconds, counted from the last rung."""
        wait = samples(self._scene.manners.reflect_wait)
        return beat.moment.quiet_for >= wait and beat.clock - max(self._since, self._climbed) >= wait

    def _offer(self) -> Offer:
        """What may be given of the source's turn: nothing in a soft step, and nothing once the source has added to it."""
        recollection = self._scene.recollection
        if recollection is None or self.mode is not Mode.WORDS or self._spec.soft or self._tried:
            return NOTHING
        return recollection.offer(self.source, deep=self._scene.level == "deep")

    def _climb(self, help: Help | None, beat: Beat, *, asked: bool = False) -> list[Wish]:
        self._climbed = beat.clock
        if help is None:
            return []
        line, slots = help.line, self._scene.slots(self.source) | help.slots
        if asked:
            return [Cue(ASKED, beat.now, line=line, tag=line, id=line, slots=slots, holder=self.source)]
        return [Cue(RUNG, beat.now, line=line, tag=line, id=line, slots=slots, holder=self.source)]

    def _over(self, beat: Beat, used: int, budget: int) -> bool:
        """Whether whoever speaks in this stage has finished."""
        manners, quiet, said = self._scene.manners, beat.moment.quiet_for, self._said()
        if beat.ordered("done") or beat.pressed:
            return True
        if used >= HARD * budget:
            return True
        if said < samples(A_WORD):
            return used >= budget and beat.moment.silent
        if used >= budget:
            return quiet >= samples(manners.chime_gap)
        return quiet >= samples(manners.reflect_end if said >= samples(ENOUGH_SAID) else manners.reflect_end_short)

    # --- the source's answer

    def _check(self, beat: Beat) -> list[Wish]:
        self._stage = "check"
        line = self._check_line(beat)
        self._question = source_question(
            self._scene, line, self.source, beat.now, wait=self._scene.manners.answer_window, id="c_check"
        )
        listen = self._scene.ear.listen(Mode.YN, "check")
        return [GiveFloor(FloorKind.NOBODY), listen, *self._question.begin(beat.now)]

    def _check_line(self, beat: Beat) -> str:
        """The plain question, or its warmer twin: where the listener took up much of it, and else by chance, so that the plain
        one says nothing. Never a cooler one.
        """
        recollection = self._scene.recollection
        if recollection is None or not recollection.on or self.mode is not Mode.WORDS or self._spec.check != PLAIN:
            return self._spec.check
        by_chance = Random(beat.now).random() < WARM_BY_CHANCE
        return WARM if by_chance or recollection.covers(self.source) else PLAIN

    def _checked(self, beat: Beat) -> list[Wish] | Exit:
        question = self._question
        if question is None:
            return []
        replied = question.on(beat)
        if not isinstance(replied, Reply):
            return replied
        self._question = None
        heard: list[Wish] = []
        if replied.answer in ("yes", "partly", "no"):
            self.answer = replied.answer
            heard = [replied.heard(beat.now)]
        if self._stage == "enough":
            return [*heard, *self._thank(beat)]
        if replied.answer not in ("partly", "no"):
            return [*heard, Leave("done" if replied.answer else "timeout")]
        return [*heard, *(self._again(beat) if self._tried < self._loops else self._enough(beat))]

    def _again(self, beat: Beat) -> list[Wish]:
        self._tried += 1
        self._stage = "again"
        scene = self._scene
        cue = scene.owed("c_again", beat.now, "again", id="c_again", holder=self.source, gap=scene.manners.swap_gap)
        self._spoken = Spoken([cue])
        listen = scene.ear.listen(Mode.FLOOR, "reflect", holder=self.source)
        return [listen, *self._spoken.on(News(), beat.now)]

    def _adding(self, beat: Beat) -> list[Wish] | Exit:
        if self._stage == "thanks":
            wishes = self._spoken.on(beat.news, beat.now)
            return "done" if self._spoken.over else wishes
        if not self._over(beat, beat.clock - self._since, samples(ADDING)):
            return []
        self._ladder = Ladder()
        return [GiveFloor(FloorKind.NOBODY), *self._prompt("c_neutral_again", beat.now)]

    def _enough(self, beat: Beat) -> list[Wish]:
        """Loops used up: any answer to this ends it kindly."""
        self._stage = "enough"
        self._question = source_question(self._scene, "c_enough", self.source, beat.now, wait=self._scene.manners.answer_window)
        listen = self._scene.ear.listen(Mode.YN, "check")
        return [listen, *self._question.begin(beat.now)]

    def _thank(self, beat: Beat) -> list[Wish]:
        if self._scene.thanks_follow:
            return [Leave("done")]
        self._stage = "thanks"
        self._spoken = Spoken([self._scene.owed("c_enough_thanks", beat.now, "thanks", holder=self.source)])
        return self._spoken.on(News(), beat.now)
