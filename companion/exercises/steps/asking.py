"""`ask`, `check`, `choose`: steps that are a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from companion.effects import FloorKind, GiveFloor, Mode
from companion.events import Exit, PhraseHeard
from companion.exercises.cue_desk import News
from companion.exercises.cues import Cue
from companion.exercises.step_spec import AskSpec, CheckSpec, ChooseSpec
from companion.exercises.steps.question import Question, Reply
from companion.exercises.steps.step import LINE, NO_CUES, Beat, Leave, Scene, Spoken, Wish
from companion.partner import Partner
from companion.timeline import Sample, samples


class Answered:
    """What the steps that ask have in common: the last words after the answer, then the exit."""

    def __init__(self) -> None:
        self._exit: Exit | None = None
        self._after = Spoken([])

    def finish(self, scene: Scene, beat: Beat, exit: Exit, line: str | None, holder: Partner | None = None) -> list[Wish]:
        """Say the line that follows this answer, if there is one, and leave."""
        self._exit = exit
        if line is None:
            return [Leave(exit)]
        self._after = Spoken([scene.owed(line, beat.now, "after", holder=holder)])
        return self._after.on(News(), beat.now)

    def finishing(self, beat: Beat) -> list[Wish] | None:
        """While the last words are said; None before the answer."""
        if self._exit is None:
            return None
        wishes = self._after.on(beat.news, beat.now)
        return [Leave(self._exit)] if self._after.over else wishes


class Ask:
    """A question of consent. Anything less than a plain yes is no; of both, it needs two yeses."""

    ours: ClassVar[frozenset[str]] = frozenset()
    custom = NO_CUES

    def __init__(self, spec: AskSpec, scene: Scene) -> None:
        self.mode = Mode.YN
        self.holder: Partner | None = None
        self.budget = samples(spec.wait)
        self.answer: str | None = None
        self.sets = spec.sets
        self._spec = spec
        self._scene = scene
        self._answered = Answered()
        self._yeses: set[Partner] = set()
        self._left: list[Partner] = []
        self._question = self._first_question(0)
        self.longest = 3 * self._question.longest + samples(2 * LINE)

    def enter(self, at: Sample) -> list[Wish]:
        """Ask the first of those to be asked."""
        listen = self._scene.ear.listen(self.mode, "ask")
        self._question = self._first_question(at)
        return [listen, GiveFloor(FloorKind.NOBODY), *self._question.begin(at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Take answers until everybody asked has given theirs."""
        finishing = self._answered.finishing(beat)
        if finishing is not None:
            return finishing
        replied = self._question.on(beat)
        if not isinstance(replied, Reply):
            return replied
        answer = replied.answer or self._spec.otherwise
        return self._refused(replied, beat) if answer != "yes" else self._agreed(replied, beat)

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _first_question(self, at: Sample) -> Question:
        spec, roles = self._spec, self._scene.roles
        of = None if spec.of in ("both", "either") else roles.named(spec.of)
        cue = self._scene.owed(spec.line, at, "question", holder=roles.first)
        return self._put(cue, of)

    def _put(self, cue: Cue, of: Partner | None) -> Question:
        spec = self._spec
        return Question(self._scene, cue, self._read, of=of, again="c_unheard_consent", wait=spec.wait, tries=spec.tries)

    def _read(self, phrase: PhraseHeard, late: bool) -> str | None:
        return self._scene.answers.consent(phrase.phrase, laughed=phrase.laughed)

    def _agreed(self, reply: Reply, beat: Beat) -> list[Wish] | Exit:
        """A yes. Of both: whoever has not been heard yet is asked by name."""
        scene = self._scene
        heard = reply.heard(beat.now)
        if self._spec.of == "both":
            if self._question.of is not None:
                self._yeses.add(self._question.of)
            elif reply.by is not None:
                self._yeses.add(reply.by)
            missing = [who for who in (scene.roles.first, scene.roles.second) if who not in self._yeses]
            if missing:
                who = missing[0]
                self._question = self._put(scene.owed("", beat.now, f"{who}?", text=f"{who}?", holder=who), who)
                return [heard, *self._question.begin(beat.now)]
        self.answer = "yes"
        return [heard, *self._answered.finish(scene, beat, "yes", self._spec.on_yes)]

    def _refused(self, reply: Reply, beat: Beat) -> list[Wish] | Exit:
        """A no, or less than a yes. The log does not say whose."""
        self.answer = "no"
        heard: list[Wish] = [replace(reply, answer="no").heard(beat.now, name=False)] if reply.answer else []
        return [*heard, *self._answered.finish(self._scene, beat, "no", self._spec.on_no)]


class Check:
    """The source says whether it was close."""

    ours: ClassVar[frozenset[str]] = frozenset()
    custom = NO_CUES

    def __init__(self, spec: CheckSpec, scene: Scene) -> None:
        self.mode = Mode.YN
        self.holder: Partner | None = None
        self.budget = samples(spec.wait)
        self.answer: str | None = None
        self._spec = spec
        self._scene = scene
        self._of = scene.roles.named(spec.of)
        self._question = source_question(scene, spec.line, self._of, 0, wait=spec.wait, also=spec.also)
        self.longest = self._question.longest + samples(LINE)

    def enter(self, at: Sample) -> list[Wish]:
        """Ask the source."""
        self._question = source_question(self._scene, self._spec.line, self._of, at, wait=self._spec.wait, also=self._spec.also)
        more = tuple(word for words in self._spec.also.values() for word in words)
        listen = self._scene.ear.listen(self.mode, "check", answers=more)
        return [listen, GiveFloor(FloorKind.NOBODY), *self._question.begin(at)]

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Leave by the answer; without one, go on without a word."""
        replied = self._question.on(beat)
        if not isinstance(replied, Reply):
            return replied
        if replied.answer not in ("yes", "partly", "no"):
            return "next" if replied.answer == "next" else "timeout"
        self.answer = replied.answer
        return [replied.heard(beat.now), Leave(EXITS[replied.answer])]

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []


EXITS: dict[str, Exit] = {"yes": "yes", "partly": "partly", "no": "no"}


def source_question(
    scene: Scene, line: str, of: Partner, at: Sample, *, wait: float, also: Mapping[str, Sequence[str]] | None = None,
    id: str = "line",
) -> Question:  # fmt: skip
    """The question whether it was close, put to the one who knows. `also`: more words for an answer."""
    more = {word: answer for answer, words in (also or {}).items() for word in words}

    def read(phrase: PhraseHeard, late: bool) -> str | None:
        return more.get(phrase.phrase) or scene.answers.check(phrase.phrase, late=late, laughed=phrase.laughed)

    cue = scene.owed(line, at, "question", id=line if line.startswith("c_") else id, holder=of, gap=scene.manners.swap_gap)
    return Question(scene, cue, read, of=of, again="c_unheard", wait=wait, tries=2, lenient=True)


class Choose:
    """A choice of at most three, spoken as words. Different choices by the two are asked once more, then `otherwise`."""

    ours: ClassVar[frozenset[str]] = frozenset()
    custom = NO_CUES

    def __init__(self, spec: ChooseSpec, scene: Scene) -> None:
        self.mode = Mode.NUM
        self.holder: Partner | None = None
        self.budget = samples(spec.wait)
        self.answer: str | None = None
        self.sets = spec.sets
        self._spec = spec
        self._scene = scene
        self._chosen: dict[Partner | None, str] = {}
        self._asked_again = False
        self._question = self._put(spec.line, 0)
        self.longest = 3 * self._question.longest

    def enter(self, at: Sample) -> list[Wish]:
        """Name the options."""
        self._question = self._put(self._spec.line, at)
        phrases = tuple(phrase for option in (*self._spec.options, *self._spec.unspoken) for phrase in option.phrases)
        return [
            self._scene.ear.listen(self.mode, "choose", answers=phrases), GiveFloor(FloorKind.NOBODY), *self._question.begin(at)
        ]  # fmt: skip

    def on(self, beat: Beat) -> list[Wish] | Exit:
        """Leave by the option chosen."""
        replied = self._question.on(beat)
        if not isinstance(replied, Reply):
            return replied
        if not replied.answer:
            return self._taken(Reply(self._spec.otherwise), beat)
        if self._spec.of != "both" or replied.by is None:
            return self._taken(replace(replied, answer=self._named(replied.answer)), beat)
        return self._of_both(replied, beat)

    def leave(self) -> list[Wish]:
        """Nothing to put in order."""
        return []

    def _of_both(self, reply: Reply, beat: Beat) -> list[Wish] | Exit:
        self._chosen[reply.by] = reply.answer
        choices = set(self._chosen.values())
        if len(self._chosen) == 2 and len(choices) == 1:
            return self._taken(replace(reply, by=None), beat)
        if len(self._chosen) == 2 and self._asked_again:
            return self._taken(Reply(self._spec.otherwise), beat)
        if len(self._chosen) == 2:
            self._asked_again = True
            self._chosen.clear()
            self._question = self._put(self._spec.line, beat.now)
            return self._question.begin(beat.now)
        missing = next(who for who in self._scene.pair if who not in self._chosen)
        cue = self._scene.owed("", beat.now, f"{missing}?", text=f"{missing}?", holder=missing)
        self._question = Question(
            self._scene, cue, self._read, of=missing, again="c_unheard_choice", wait=self._spec.wait, tries=1
        )
        return self._question.begin(beat.now)

    def _named(self, answer: str) -> str:
        return self._spec.options[0].name if answer == "yes" else answer  # the button takes the first

    def _taken(self, reply: Reply, beat: Beat) -> list[Wish]:
        self.answer = reply.answer
        return [reply.heard(beat.now), Leave(self._spec.exit_of(reply.answer))]

    def _put(self, line: str, at: Sample) -> Question:
        cue = self._scene.owed(line, at, "question")
        spec = self._spec
        return Question(self._scene, cue, self._read, of=None, again="c_unheard_choice", wait=spec.wait, tries=spec.tries)

    def _read(self, phrase: PhraseHeard, late: bool) -> str | None:
        known = (*self._spec.options, *self._spec.unspoken)
        return next((option.name for option in known if phrase.phrase in option.phrases), None)
