"""The evening as it happens, for a person to watch: coloured on a terminal, plain whole lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from companion.adapters.cue_words import was_a_command
from companion.adapters.event_log import record
from companion.cli.news import RESUME, News
from companion.cli.page import hang
from companion.effects import Effect, ListenFor, Mode, Show
from companion.events import CommandHeard, Event, Interruption
from companion.timeline import RATE, Sample, samples

UNDECIDED = samples(1.5)
"""So long an interruption waits to be told: it may turn out to be a command, which is known when it has been said to its end and
half a second after it was still quiet. A choice of ours."""


def clock(at: Sample) -> str:
    """Minutes and seconds, like 3:07."""
    whole = at // RATE
    return f"{whole // 60}:{whole % 60:02d}"


class Terminal:
    """Prints what happens, one line a thing; on a terminal the turn clock runs along at the bottom.

    `resume`: what to say to go on after a pause, in the language of the evening.
    """

    def __init__(self, console: Console, detail: bool = False, resume: str = RESUME) -> None:
        self._console = console
        self._news = News(resume, detail)
        self._lively = console.is_terminal
        self._status = console.status("") if self._lively else None
        self._shown = ""
        self._show: Show | None = None
        self._mode: Mode | None = None
        self._now: Sample = 0
        self._doubtful: Interruption | None = None
        self._waiting: list[tuple[Sample, str]] = []  # lines behind a doubtful one, which is the first of them

    def __enter__(self) -> Terminal:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *what: object) -> None:
        self._decide(was_one=True)
        if self._status is not None:
            self._status.stop()

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Print the news and bring the turn clock up to date."""
        for event in events:
            self._now = event.noticed
            self._weigh(event)
            line = self._news.line(event)
            if line:
                self._tell(event.noticed, line)
        for effect in effects:
            match effect:
                case Show():
                    self._show = effect
                    self._update()
                case ListenFor(mode=mode):
                    self._listening(mode)

    def said(self, by: str, text: str, at: Sample) -> None:
        """Print what a rehearsed partner says."""
        self._tell(at, f"[green]{escape(by)}:[/green] {escape(text)}")

    def _tell(self, at: Sample, line: str) -> None:
        if self._doubtful is not None:
            self._waiting.append((at, line))
        else:
            hang(self._console, f"[dim]{clock(at):>6}[/dim]  ", line)

    def _weigh(self, event: Event) -> None:
        """Is what was taken for an interruption one? It is told when it can be no command any more."""
        doubtful = self._doubtful
        if doubtful is not None:
            if isinstance(event, CommandHeard) and was_a_command(record(doubtful), record(event)):
                self._decide(was_one=False)
            elif isinstance(event, Interruption) or event.noticed - doubtful.noticed > UNDECIDED:
                self._decide(was_one=True)
        if isinstance(event, Interruption):
            self._doubtful = event

    def _decide(self, *, was_one: bool) -> None:
        lines, self._waiting, self._doubtful = self._waiting, [], None
        for at, line in lines if was_one else lines[1:]:
            self._tell(at, line)

    def _listening(self, mode: Mode) -> None:
        """What the microphone may do from now on. That it is off, and on again, is said in a line of its own."""
        before, self._mode = self._mode, mode
        if before is not None and (mode is Mode.OFF) != (before is Mode.OFF):
            self._tell(self._now, f"[yellow]microphone {'off' if mode is Mode.OFF else 'on'}[/yellow]")
        self._update()

    def _update(self) -> None:
        """The bottom line: step, time left, and what the microphone does, which is never told otherwise than it is."""
        if self._status is None:
            return
        show = self._show
        left = "" if show is None or show.seconds_left is None else f" · {max(0, round(show.seconds_left))} s left"
        listening = _MICROPHONE.get(self._mode.value if self._mode else "", "listening for commands")
        text = f"{escape(_step(show.text)) if show else ''}{left} · {listening}"
        if text != self._shown:
            self._shown = text
            self._status.update(text)


def _step(text: str) -> str:
    """A step as the engine shows it, `Good news: turn`, in words."""
    title, colon, kind = text.rpartition(": ")
    return f"{title}: {_STEPS.get(kind, kind)}" if colon else text


_STEPS = {
    "say": "a few words first", "ask": "a question for you", "choose": "yours to choose", "turn": "a turn to tell",
    "reflect": "saying it back", "check": "is that it?", "clarify": "saying what is missing", "guess": "guessing a feeling",
    "thank": "thanks", "rounds": "taking turns", "joint": "talk together", "quiet": "quiet together", "private": "a moment each",
    "rest": "a break", "chime": "a chime", "swap": "changing over",
}  # fmt: skip

_MICROPHONE = {
    "OFF": "microphone off",
    "QUIET": "listening for stop",
    "FLOOR": "listening for turns",
    "JOINT": "listening for turns",
    "WORDS": "listening for words",
    "YN": "listening for an answer",
    "NUM": "listening for an answer",
}
