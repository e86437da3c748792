"""What anybody may ask for at any time: again, help, how long, louder, fewer cues. None of it changes where we are."""

from __future__ import annotations

from collections.abc import Mapping

from companion.effects import Adjust, ChimeKind, Mode
from companion.events import CueGiven
from companion.exercises.content import Library
from companion.exercises.course import Course
from companion.exercises.cue_desk import CueDesk
from companion.exercises.cues import ASKED, Cue
from companion.exercises.ear import CommandEar
from companion.exercises.tonight import Tonight
from companion.timeline import seconds

ADJUSTED = {
    "louder": Adjust(louder=1), "softer": Adjust(louder=-1), "slower": Adjust(faster=-1), "faster": Adjust(faster=1),
}  # fmt: skip
TIMES = ((30.0, "time_nearly"), (90.0, "time_one"), (150.0, "time_two"))
"""Seconds left, in people's units: below each limit, that line."""
OBEYED = frozenset({
    "pass", "repeat", "help", "how-long", "louder", "softer", "slower", "faster", "quiet-cues", "no-words-tonight", "you-first",
    "help-card", "soft-landing",
})  # fmt: skip
"""The commands carried out here. The engine sees to stop, pause, resume, time-out, stop-listening and forget; the rest are the
steps'."""
HELP_OF = {"check": "ask", "clarify": "turn", "rounds": "turn"}
"""Kinds of step that are helped like another."""


class Requests:
    """Carries out the commands that mean the same everywhere. Anything reversible is acknowledged by a chime, not a sentence."""

    def __init__(
        self, tonight: Tonight, course: Course, desk: CueDesk, ear: CommandEar, library: Library, card: Mapping[str, str]
    ) -> None:
        self._card = card
        self._tonight, self._course, self._desk, self._ear, self._library = tonight, course, desk, ear, library
        self._last: CueGiven | None = None
        self._helped: str | None = None
        self._told: set[str] = set()

    def spoken(self, cue: CueGiven) -> None:
        """Remember what the step said last, for "say that again"."""
        if cue.asked and not cue.id.startswith(("help", "time_", "t_")):
            self._last = cue

    def obey(self, name: str) -> None:
        """Carry out a command; those that are nothing here are ignored."""
        match name:
            case "pass":
                self._course.leave("pass")
            case "repeat":
                self._repeat()
            case "help":
                self._help()
            case "how-long":
                self._how_long()
            case "louder" | "softer" | "slower" | "faster":
                self._tonight.out.append(ADJUSTED[name])
                self.acknowledge()
            case "quiet-cues":
                self._desk.cue_voice = "chimes"
                self.acknowledge()
            case "no-words-tonight":
                self._no_words()
            case "you-first":
                self._you_first()
            case "help-card":
                self.tell_line("help_card" if self._card else "help_card_none")
            case "soft-landing":
                self._course.go_to("soft-landing")
            case _:
                pass

    def acknowledge(self, chime: ChimeKind = "soon") -> None:
        """A chime: heard, done. A pause has that of quiet, which never means that time is nearly up."""
        cue = Cue(ASKED, self._tonight.now, tag="acknowledged", id="line", chime=chime, chimes=1)
        self._tonight.out += self._desk.propose(cue)

    def tell_line(self, line: str) -> None:
        """Say a line that somebody asked for."""
        tonight = self._tonight
        tonight.out += self._desk.propose(Cue(ASKED, tonight.now, line=line, tag=line, id=line, slots=self.slots()))

    def forget(self) -> None:
        """Nothing of tonight is kept, whoever wished it had been."""
        self._tonight.keep, self._tonight.forgotten = False, True
        self.tell_line("forget_done")

    def slots(self) -> dict[str, str]:
        """What can be filled in a line that belongs to no step: both names, and the numbers of the help card."""
        tonight = self._tonight
        return {"first": tonight.first, "second": tonight.pair.other(tonight.first), **self._card}

    def once(self, line: str) -> None:
        """Say a line about trouble, once an evening."""
        if line not in self._told:
            self._told.add(line)
            self.tell_line(line)

    def seconds_left(self) -> float | None:
        """Of the present step; None where it has no clock."""
        left = getattr(self._course.step, "seconds_left", None)
        return None if left is None else seconds(left(self._tonight.clock))

    def _repeat(self) -> None:
        if self._last is not None:
            handed = self._last.id == "c_swap"  # "and you?" stands for the question before it
            asked = (getattr(self._course.step, "opener", None) if handed else None) or self._last.text
            cue = Cue(ASKED, self._tonight.now, text=asked, tag="repeat", id=self._last.id)
            self._tonight.out += self._desk.propose(cue)

    def _help(self) -> None:
        """Where we are, in a few words; asked twice in a step, the ways out."""
        playing = self._course.playing
        if playing is None or playing.place is None:
            return
        place = f"{playing.exercise.slug}/{playing.place.name}"
        kind = HELP_OF.get(self._course.kind, self._course.kind)
        line = f"help_{kind}" if f"help_{kind}" in self._library.lines else "help_other"
        self.tell_line("help_again" if self._helped == place else line)
        self._helped = place

    def _how_long(self) -> None:
        left = self.seconds_left()
        if left is None:
            self.tell_line("time_open")
        else:
            self.tell_line(next((line for limit, line in TIMES if left < limit), "time_few"))

    def _no_words(self) -> None:
        self._tonight.words = self._ear.words = False
        if self._ear.now.mode is Mode.WORDS:
            heard = self._ear.now.listening
            self._tonight.out.append(self._ear.listen(Mode.FLOOR, heard.kind, answers=heard.answers))
        self.acknowledge()

    def _you_first(self) -> None:
        """Whoever was to start does not; known until the first turn has begun."""
        playing = self._course.playing
        if playing is not None and not self._course.turned and not playing.exercise.frame and self._course.exchange():
            self.acknowledge()
