"""The evening as it happens, for a person to watch: coloured on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from companion.effects import Effect, ListenFor, Mode, Show
from companion.events import (
    AnswerHeard,
    Backchannel,
    CommandHeard,
    CueDropped,
    CueGiven,
    EveningEnded,
    EveningStarted,
    Event,
    ExerciseStarted,
    FloorChanged,
    Interruption,
    Laugh,
    Mishap,
    Noise,
    StateChanged,
    ThirdVoice,
    TurnEnded,
)
from companion.timeline import RATE, Sample


def clock(at: Sample) -> str:
    """Minutes and seconds, like 3:07."""
    whole = at // RATE
    return f"{whole // 60}:{whole % 60:02d}"


class Terminal:
    """Prints what happens, one line a thing; on a terminal the turn clock runs along at the bottom."""

    def __init__(self, console: Console, detail: bool = False) -> None:
        self._console = console
        self._detail = detail
        self._lively = console.is_terminal
        self._status = console.status("") if self._lively else None
        self._shown = ""
        self._show: Show | None = None
        self._mode: Mode | None = None

    def __enter__(self) -> Terminal:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *what: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, events: Iterable[Event], effects: Iterable[Effect]) -> None:
        """Print the news and bring the turn clock up to date."""
        for event in events:
            line = self._line(event)
            if line:
                self._console.print(f"[dim]{clock(event.noticed):>6}[/dim]  {line}", highlight=False)
        for effect in effects:
            match effect:
                case Show():
                    self._show = effect
                    self._update()
                case ListenFor(mode=mode):
                    self._listening(mode)

    def _listening(self, mode: Mode) -> None:
        """What the microphone may do from now on. That it is off, and on again, is said in a line of its own."""
        before, self._mode = self._mode, mode
        if before is not None and (mode is Mode.OFF) != (before is Mode.OFF):
            self._console.print("[yellow]microphone off[/yellow]" if mode is Mode.OFF else "[yellow]microphone on[/yellow]")
        self._update()

    def _update(self) -> None:
        """The bottom line: step, time left, and what the microphone does, which is never told otherwise than it is."""
        if self._status is None:
            return
        show = self._show
        left = "" if show is None or show.seconds_left is None else f" · {max(0, round(show.seconds_left))} s left"
        listening = _MICROPHONE.get(self._mode.value if self._mode else "", "listening for commands")
        text = f"{escape(show.text) if show else ''}{left} · {listening}"
        if text != self._shown:
            self._shown = text
            self._status.update(text)

    def _line(self, event: Event) -> str | None:
        match event:
            case EveningStarted(evening=evening, partners=partners):
                return f"[bold]{escape(evening)}[/bold]: {escape(partners[0])} and {escape(partners[1])}"
            case ExerciseStarted(exercise=name, size=size, first=first):
                return f"[bold]── {escape(name)}[/bold] ({escape(size)}, {escape(first)} starts)"
            case CueGiven(spoken=True, text=text, asked=asked):
                return f"[cyan]companion:[/cyan] “{escape(text)}”" + ("" if asked else " [dim](cue)[/dim]")
            case CueGiven(text=text, asked=asked):
                return f"[cyan]companion:[/cyan] ♪ {_CHIMES.get(text, escape(text))}" + ("" if asked else " [dim](cue)[/dim]")
            case FloorChanged(holder=holder, kind=kind):
                return f"[dim]floor: {escape(holder) if holder else kind.value}[/dim]"
            case TurnEnded(by=by, start=start, end=end):
                return f"[green]{escape(by)}[/green] spoke, {(end - start) / RATE:.0f} s"
            case Interruption(by=by, of=of, kind=kind):
                return f"[red]{escape(by)} came in on {escape(of)}[/red] ({kind})"
            case CommandHeard(command=command):
                return f"[yellow]heard: {escape(command)}[/yellow]"
            case AnswerHeard(answer=answer, by=by):
                return f"[yellow]answer: {escape(answer)}[/yellow]" + (f" ({escape(by)})" if by else "")
            case StateChanged(state=state):
                return f"[dim]{escape(state)}[/dim]"
            case Mishap(what=what):
                return f"[red]{escape(what)}[/red]"
            case Noise(loud=True):
                return "[dim]too loud to follow[/dim]"
            case ThirdVoice(present=True):
                return "[dim]another voice[/dim]"
            case EveningEnded(outcome=outcome):
                return f"[bold]the evening ended: {escape(outcome)}[/bold]"
            case Backchannel(by=by) if self._detail:
                return f"[dim]{escape(by)}: mhm[/dim]"
            case Laugh(by=by) if self._detail:
                return f"[dim]{escape(by)} laughed[/dim]"
            case CueDropped(id=name, why=why) if self._detail:
                return f"[dim]cue {escape(name)} dropped: {why}[/dim]"
            case _:
                return None


_CHIMES = {
    "hello": "(good evening)",
    "soon": "(time is nearly up)",
    "floor": "(one at a time)",
    "swap": "(the other's turn)",
    "rest": "(the end of quiet)",
}
"""What each chime means."""

_MICROPHONE = {
    "OFF": "microphone off",
    "QUIET": "listening for stop",
    "FLOOR": "listening for turns",
    "JOINT": "listening for turns",
    "WORDS": "listening for words",
    "YN": "listening for an answer",
    "NUM": "listening for an answer",
}
