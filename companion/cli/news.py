"""What has happened, in words for people: one line an event, or none where it is nobody's news."""

from __future__ import annotations

from rich.markup import escape

from companion.adapters.cue_words import cue_words
from companion.events import (
    QUOTING,
    AnswerHeard,
    Backchannel,
    CommandHeard,
    CueDropped,
    CueGiven,
    EveningChosen,
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
from companion.exercises.content import Library
from companion.timeline import RATE

RESUME = "resume"
"""What is said in English to go on after a pause."""

HELD = ("paused", "deaf", "resting")
"""States in which the evening stands still."""


def resume_phrase(library: Library) -> str:
    """What is taught to be said to go on after a pause."""
    return library.commands["resume"].taught if "resume" in library.commands else RESUME


class News:
    """Knows what was told before. `resume`: what to say to go on, in the language of the evening. `detail`: small things too."""

    def __init__(self, resume: str = RESUME, detail: bool = False) -> None:
        self._resume, self._detail = resume, detail
        self._state = ""

    def line(self, event: Event) -> str | None:
        """The line, with markup; None where there is nothing to tell."""
        match event:
            case EveningStarted(evening=evening, partners=partners):
                return f"[bold]{escape(evening)}[/bold]: {escape(partners[0])} and {escape(partners[1])}"
            case EveningChosen(evening=evening, plan=plan):
                items = ", ".join(item.partition("/")[0] for item in plan.split())
                return f"[bold]tonight: {escape(evening)}[/bold] ({escape(items)})"
            case ExerciseStarted(exercise=name, size=size, first=first):
                return f"[bold]── {escape(name)}[/bold] ({escape(size)}, {escape(first)} starts)"
            case CueGiven():
                return self._given(event)
            case FloorChanged(holder=holder, kind=kind):
                return self._floor(holder, kind.value)
            case TurnEnded(by=by, start=start, end=end):
                return f"[green]{escape(by)}[/green] spoke, {(end - start) / RATE:.0f} s"
            case Interruption():
                return _came_in(event)
            case CommandHeard(command=command):
                return f"[yellow]heard: {escape(command.replace('-', ' '))}[/yellow]"
            case AnswerHeard(answer=answer, by=by):
                return f"[yellow]answer: {escape(answer)}[/yellow]" + (f" ({escape(by)})" if by else "")
            case StateChanged(state=state):
                return self._turned_to(state)
            case Mishap(what=what):
                return f"[red]{escape(what)}[/red]"
            case Noise(loud=True):
                return "[dim]too loud to follow[/dim]"
            case ThirdVoice(present=True):
                return "[dim]another voice[/dim]"
            case EveningEnded(outcome=outcome):
                return f"[bold]{_ENDED.get(outcome, f'the evening has ended: {escape(outcome)}')}[/bold]"
            case _:
                return self._small(event) if self._detail else None

    def _given(self, cue: CueGiven) -> str:
        """What the companion said or sounded, but for words of a partner. Unasked: a step did not owe it, and nobody asked."""
        unasked = "" if cue.asked else " [dim](unasked)[/dim]"
        if cue.spoken and cue.id in QUOTING:
            return "[cyan]companion:[/cyan] a hint"  # what is printed may be kept: by a service, or in a file
        if cue.spoken:
            return f"[cyan]companion:[/cyan] “{escape(cue.text)}”{unasked}"
        words = _REST.get(self._state, "") if cue.text == "rest" else ""
        return f"[cyan]companion:[/cyan] ♪ ({escape(words or cue_words(cue.id, cue.text))}){unasked}"

    def _floor(self, holder: str | None, kind: str) -> str | None:
        if holder is not None:
            return f"[dim]{escape(holder)} has the floor[/dim]"
        if kind == "joint":
            return "[dim]both may talk[/dim]"
        return "[dim]nobody has the floor[/dim]" if self._detail else None

    def _turned_to(self, state: str) -> str | None:
        """Standing still, and how to go on; going on. Other states show in what else is told."""
        before, self._state = self._state, state
        told = {
            "paused": f"the evening is paused; to go on, say “{self._resume}”",
            "deaf": "the microphone is off for three minutes, or until the button is pressed",
            "resting": f"a break; to come back early, say “{self._resume}”",
        }.get(state)
        if told is not None:
            return f"[yellow]{escape(told)}[/yellow]"
        return "[dim]going on[/dim]" if state == "running" and before in HELD else None

    def _small(self, event: Event) -> str | None:
        match event:
            case Backchannel(by=by):
                return f"[dim]{escape(by)}: mhm[/dim]"
            case Laugh(by=by):
                return f"[dim]{escape(by)} laughed[/dim]"
            case CueDropped(id=name, why=why):
                return f"[dim]not given: {escape(cue_words(name))} ({_DROPPED.get(why, why)})[/dim]"
            case _:
                return None


def _came_in(event: Interruption) -> str:
    by, of = escape(event.by), escape(event.of)
    how = {
        "takeover": f"{by} came in on {of}, who stopped",
        "butt-in": f"{by} came in on {of}, who went on",
        "completion": f"{by} helped {of} finish",
    }
    return f"[red]{how[event.kind]}[/red]"


_REST = {"paused": "paused", "closing": "good night"}
"""What the chime of quiet says in these states."""

_ENDED = {
    "done": "the evening is over",
    "declined": "the evening has ended: not everybody wanted it tonight",
    "stopped": "the evening has ended: somebody said stop",
    "gone": "the evening has ended: nobody was there any more",
    "failed": "the evening has ended: something broke",
}

_DROPPED = {
    "stale": "it came too late", "mended": "no longer needed", "yielded": "somebody began to speak",
    "capped": "said often enough", "distance": "too soon after the last", "outranked": "something else came first",
    "setting": "switched off", "ended": "the step was over",
}  # fmt: skip
