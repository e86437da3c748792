"""What is listened for now, and which command a phrase is: the engine's own view of the grammar."""

from __future__ import annotations

from dataclasses import dataclass

from companion.effects import ListenFor, Mode
from companion.events import PhraseHeard
from companion.exercises.commands import Listening, addressed, command_of, phrases_for, unaddressed
from companion.exercises.content import Library
from companion.partner import Partner

STRONG = 0.85
"""A phrase recognised this well is taken for a command even without a silence before it, if it addresses the companion."""

SAID_SOBERLY = frozenset({
    "repeat", "help", "how-long", "louder", "softer", "slower", "faster", "quiet-cues", "no-words-tonight", "stop-listening",
    "forget", "help-card", "swap",
})  # fmt: skip
"""Commands that do not count within a second of laughter: a laugh sounds like "how long" now and then, and an answer to nothing
embarrasses more than one that has to be asked for again. The ways out, and what moves a step on, count all the same."""


@dataclass(frozen=True, slots=True)
class Hearkening:
    """A mode, and what goes on while it lasts."""

    mode: Mode
    listening: Listening


class CommandEar:
    """Builds the grammar of each step, and remembers the present one."""

    def __init__(self, library: Library, words: bool) -> None:
        self.words = words
        self._library = library
        self.now = Hearkening(Mode.CMD, Listening())

    def listen(
        self, mode: Mode, kind: str, *, holder: Partner | None = None, answers: tuple[str, ...] = (), state: str = "running"
    ) -> ListenFor:
        """The effect that has a step of this kind listened to; from now on phrases are understood as in it.

        `answers`: phrases that choose, before commands. `holder`: whose words count, in WORDS alone. `state`: running, paused,
        after-stop, stopped or before-turn. WORDS is FLOOR where no words are to be had tonight.
        """
        mode = Mode.FLOOR if mode is Mode.WORDS and not self.words else mode
        self.now = Hearkening(mode, Listening(kind, state, answers))
        grammar = phrases_for(mode, self._library, self.now.listening)
        over = self._over_own_voice(kind)
        live = tuple(phrase for phrase in grammar.phrases if phrase in over)
        return ListenFor(mode, grammar.phrases, grammar.decoys, live, holder if mode is Mode.WORDS else None)

    def _over_own_voice(self, kind: str) -> set[str]:
        """Phrases that are live while the companion speaks: the ways out; in a turn also the taught way to hand it over, which a
        holder often says just as the companion begins to say that time is up."""
        commands = [command for command in self._library.commands.values() if command.over_own_voice]
        over = {phrase for command in commands for phrase in (*command.phrases, addressed(command.taught, self._library))}
        done = self._library.commands.get("done")
        if kind == "turn" and done is not None:
            over |= {done.taught, addressed(done.taught, self._library)}
        return over

    def again(self, what: Hearkening, holder: Partner | None) -> ListenFor:
        """Listen as before a pause."""
        listening = what.listening
        return self.listen(what.mode, listening.kind, holder=holder, answers=listening.answers, state=listening.state)

    def command(self, phrase: PhraseHeard) -> str | None:
        """The command a phrase is now: a whole utterance of its own, recognised well enough; else None."""
        called = unaddressed(phrase.phrase, self._library) != phrase.phrase and phrase.confidence >= STRONG
        if not phrase.isolated and not called:
            return None
        name = command_of(phrase.phrase, self.now.mode, self._library, self.now.listening)
        if phrase.laughed and name in SAID_SOBERLY:
            return None
        if name is None or phrase.confidence < self._library.commands[name].threshold:
            return None
        return name
