"""What people do: courses of behaviour for a person, one for each situation at the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from companion.simulation.person import Course, Person
from companion.simulation.scenario import ComesIn, Utters
from companion.simulation.truth import Answered, CameIn, Commanded, Truth
from companion.simulation.turn import Turn
from companion.timeline import Sample, Span, samples

_ISOLATED = 0.9
"""Seconds of silence people leave before a command: it is to stand alone."""

_PATIENCE = 5.0
"""Seconds after which a command that had no effect is said once more."""


def command(person: Person, other: Person, phrase: str, truth: Truth, turn: list[Span] | None = None) -> Course:
    """Wait for a quiet moment and say a command, on its own. Its span goes to `turn`, where it is part of one."""
    while min(person.quiet_for(), other.quiet_for()) < samples(_ISOLATED) or person.table.companion_spoke_within(0.5):
        yield
    wanted = person.hand.to_companion.wanted(phrase)
    if person.table.button:
        person.table.press(wanted)
        return
    one = person.begin(phrase, "command")  # told at once: what is on the lips is said, whatever comes of it
    truth.commands.append(Commanded(person.name, phrase, wanted, one.said.span, one.said.step))
    if turn is not None:
        turn.append(one.said.span)
    yield from person.finish(one)


def insist(person: Person, other: Person, phrase: str, truth: Truth, turn: list[Span] | None = None) -> Course:
    """Say a command; and once more when nothing comes of it (this course is dropped as soon as something does)."""
    for _ in range(2):
        yield from command(person, other, phrase, truth, turn)
        yield from person.wait(_PATIENCE)


# --- a turn --------------------------------------------------------------------------------------------------------------


def tell(turn: Turn, truth: Truth) -> Course:
    """The holder talks: sentence, pause, sentence; gives way, comes back, and hands over at the end."""
    me = turn.holder
    me.lean()
    yield from me.wait(float(me.rng.uniform(0.9, 1.8)))
    while not turn.wrapped and turn.elapsed() < turn.plan.goal:
        yield from _sit_through(turn, truth)
        yield from _sentence(turn)
        yield from me.wait(me.pause())
    turn.closing = True
    yield from _let_finish(turn)
    if turn.wrapped:
        yield from _sentence(turn)
        yield from me.wait(float(me.rng.uniform(1.5, 2.5)))
    for nth in (0, 1):
        yield from insist(me, turn.listener, me.hand.to_companion.command("done", nth), truth)


def _sentence(turn: Turn) -> Course:
    me = turn.holder
    yield from me.until_companion_is_silent()
    yield from _let_finish(turn)
    one = me.begin(next(turn.sentences), "talk")
    turn.taken.talk.append(one.said.span)
    if turn.started is None:
        turn.started = one.wave.at
    yield from me.finish(one)
    turn.taken.talk[-1] = one.said.span
    if one.said.cut:
        yield from _let_finish(turn)
        yield from me.wait(float(me.rng.uniform(0.4, 1.2)))


def _let_finish(turn: Turn) -> Course:
    """Wait while the other is speaking in earnest, or is about to."""
    me, other = turn.holder, turn.listener
    waited = False
    while turn.hold_back or (other.saying is not None and other.saying.said.role in ("interruption", "command")):
        waited = True
        yield
    if waited:
        yield from me.wait(float(me.rng.uniform(0.4, 1.0)))


def _sit_through(turn: Turn, truth: Truth) -> Course:
    """What the script has for the holder at this point: a silence, or a command."""
    silence = turn.plan.pause
    if silence is not None and turn.elapsed() >= silence.at:
        turn.plan.pause = None
        yield from turn.holder.wait(silence.length)
    if turn.plan.says and turn.elapsed() >= turn.plan.says[0].at and turn.plan.says[0].by == "holder":
        one = turn.plan.says.pop(0)
        turn.closing = True
        yield from insist(turn.holder, turn.listener, one.phrase, truth)
        turn.closing = False


# --- listening to a turn -------------------------------------------------------------------------------------------------


def listen(turn: Turn, truth: Truth) -> Course:
    """The listener hums, laughs and comes in as planned, until the holder is about to end."""
    me = turn.listener
    me.lean()
    while not turn.closing:
        says = turn.plan.says[0] if turn.plan.says and turn.plan.says[0].by == "listener" else None
        if says is not None and turn.elapsed() >= says.at:
            yield from _ask_for_pause(turn, says, truth)
        elif turn.plan.beats and turn.elapsed() >= turn.plan.beats[0].at:
            beat = turn.plan.beats.pop(0)
            if isinstance(beat.what, ComesIn):
                yield from _come_in(turn, beat.what, truth)
            else:
                yield from _react(turn, beat.what)
        else:
            yield


def _react(turn: Turn, what: str) -> Course:
    """A hum or a laugh: over the holder's words or just after them, never in anybody else's."""
    me, holder = turn.listener, turn.holder
    if me.rng.random() < 0.6:
        yield from _until(lambda: turn.closing or (holder.saying is None and holder.quiet_for() > samples(0.1)), me, 3.0)
    else:
        yield from _until(lambda: turn.closing or _said_for(holder) > 0.6, me, 3.0)
    if turn.closing or me.table.companion_spoke_within(0.6):
        return
    one = me.laugh() if what == "laugh" else me.begin(me.hand.next("hums"), "hum", softer_db=4.0)
    while me.saying is one:
        yield
    yield from me.wait(1.2)


def _come_in(turn: Turn, how: ComesIn, truth: Truth) -> Course:
    me, holder = turn.listener, turn.holder
    if how.kind == "in-pause":
        yield from _until(lambda: turn.closing or holder.saying is None, me, 8.0)
        if turn.closing or me.table.companion_spoke_within(1.0):
            return
        turn.hold_back = True
        yield from me.wait(float(me.rng.uniform(0.3, 0.6)))
    else:
        yield from _until(lambda: turn.closing or (_said_for(holder) > 0.8 and _left_of(holder) > 1.3), me, 12.0)
        if turn.closing or _left_of(holder) <= 1.3 or me.table.companion_spoke_within(1.0):
            return
    if how.kind == "takeover":
        holder.gives_way_at = me.table.now + samples(float(me.rng.uniform(0.5, 1.0)))
    yield from _hold_forth(turn, how, truth)


def _hold_forth(turn: Turn, how: ComesIn, truth: Truth) -> Course:
    """Speak for about as long as planned, at least one sentence of 1.5 s."""
    me = turn.listener
    begun = me.table.now
    turn.chimed = False
    came = CameIn(me.name, turn.holder.name, how.kind, Span(begun, begun), me.table.step)
    try:
        while True:
            said = me.begin(_long_enough(me, 1.5), "interruption")
            turn.hold_back = False
            if not came.span.length:
                truth.interruptions.append(came)
                came.span = said.said.span
            yield from me.finish(said)
            came.span = Span(came.span.start, said.said.span.end)
            if said.said.cut or turn.chimed or (me.table.now - begun) >= samples(how.length - 0.7):
                return
            yield from me.wait(0.25)
    finally:
        turn.hold_back = False


def _ask_for_pause(turn: Turn, says: Utters, truth: Truth) -> Course:
    """The listener wants something of the companion: the holder sees it and stops."""
    turn.hold_back = True
    try:
        yield from insist(turn.listener, turn.holder, says.phrase, truth)
    finally:
        turn.hold_back = False
        if turn.plan.says and turn.plan.says[0] is says:
            turn.plan.says.pop(0)


def _long_enough(me: Person, least: float) -> str:
    for _ in range(8):
        text = me.hand.next("coming_in")
        if me.length(text) >= least:
            break
    return text


def _said_for(person: Person) -> float:
    one = person.saying
    return 0.0 if one is None else (person.table.now - one.wave.at) / samples(1.0)


def _left_of(person: Person) -> float:
    one = person.saying
    return 0.0 if one is None else (one.wave.end - person.table.now) / samples(1.0)


def _until(true: Callable[[], bool], me: Person, most: float) -> Course:
    until = me.table.now + samples(most)
    while not true() and me.table.now < until:
        yield


# --- other situations ----------------------------------------------------------------------------------------------------


def answer(me: Person, other: Person, kind: str, text: str, truth: Truth, *, after_other: bool = False) -> Course:
    """Answer a question of the companion: `kind` yes, partly or no, in the words `text`."""
    yield from me.wait(me.reaction())
    if after_other:
        while other.busy or other.quiet_for() < samples(1.3):
            yield
    yield from me.until_companion_is_silent()
    if me.table.button:
        me.table.press(kind)
        return
    said = yield from me.say(text, "answer", polite=False)
    truth.answers.append(Answered(me.name, kind, text, said.span, said.step))


def speak(me: Person, texts: Iterator[str], turn: list[Span] | None, *, after: float = 0.0) -> Course:
    """Say some sentences in a row; their spans go to `turn`."""
    yield from me.wait(after + me.reaction())
    for text in texts:
        yield from me.until_companion_is_silent()
        one = me.begin(text, "talk")
        place = -1 if turn is None else len(turn)
        if turn is not None:
            turn.append(one.said.span)
        yield from me.finish(one)
        if turn is not None:
            turn[place] = one.said.span
        yield from me.wait(float(me.rng.uniform(0.25, 0.6)))


def visit(me: Person, people: Sequence[Person], until: Sample) -> Course:
    """Somebody walks in and talks until then, in the others' pauses."""
    while me.table.now < until:
        while any(one.quiet_for() < samples(0.3) for one in people) or me.table.companion_spoke_within(0.5):
            if me.table.now >= until:
                return
            yield
        one = me.begin(me.hand.next("visiting"), "guest")
        yield from me.finish(one)
        yield from me.wait(float(me.rng.uniform(0.3, 0.9)))


# --- putting courses together -------------------------------------------------------------------------------------------


def later(person: Person, seconds: float, course: Course) -> Course:
    """In so many seconds."""
    yield from person.wait(seconds)
    yield from course


def after(person: Person, other: Person, course: Course) -> Course:
    """When the other has done what they are doing."""
    yield
    while other.busy or other.saying is not None:
        yield
    yield from course


def then(first: Course, second: Course | None) -> Course:
    """One after the other."""
    yield from first
    if second is not None:
        yield from second
