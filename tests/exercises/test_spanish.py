"""A whole evening in Spanish: nothing English is in the code, so nothing English is said or needed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from our_content import CONTENT, library
from people import Difficult, Polite
from table import PAIR, Table, engine

from companion.conversation.manners import MANNERS
from companion.effects import ListenFor, Mode, Say
from companion.events import CommandHeard, Mishap
from companion.exercises.answers import answers_of, interpret_command
from companion.exercises.commands import vocabulary
from companion.exercises.content import Library, PlanItem
from companion.exercises.loader import load_library
from companion.inputs import Button
from companion.timeline import samples

CODE = CONTENT.parent / "companion"
NAMES = [f"{who}?" for who in PAIR]
PHRASES = {"yes": "sí claro", "mostly": "más o menos", "not really": "qué va"}


@cache
def spanish() -> Library:
    loaded, findings = load_library(CONTENT, language="es")
    assert not findings, [str(each) for each in findings]
    return loaded


EVENINGS = sorted(spanish().evenings)


class SpanishTable(Table):
    """The same people, who speak Spanish to the companion."""

    def say(self, phrase: str, *more: Any, **also: Any) -> Table:
        command = interpret_command(phrase, library())
        said = spanish().commands[command].taught if command else PHRASES[phrase]
        return super().say(said, *more, **also)


@cache
def played(slug: str, people: type[Polite] = Polite, words: bool = True) -> Table:
    plan = spanish().evening(slug)
    known = engine(spanish(), plan, enrolled=False, manners=MANNERS[plan.manner], words=words)
    return SpanishTable(known, react=people()).start().finish(7200.0)


def patterns(of: Library) -> Iterator[re.Pattern[str]]:
    """What each text of a library may sound as."""
    exercises = (*of.exercises.values(), *of.frames.values())
    lines = [*of.lines.values(), *(line for each in exercises for line in each.lines.values())]
    texts = [text for line in lines for text in (*line.phrasings, *line.role_free)]
    texts += [opener.text for each in exercises for ring in each.openers.values() for opener in ring]
    for text in texts:
        yield re.compile(re.sub(r"\\\{\w+\\\}", f"({'|'.join(PAIR)}|[0-9]+)", re.escape(text)))


def is_of(text: str, patterns: list[re.Pattern[str]]) -> bool:
    """Whether a text is one of these, perhaps with somebody's name before it; a name alone is of any language."""
    plain = re.sub(rf"^({'|'.join(PAIR)})[.?]\s*", "", text)
    return not plain or any(pattern.fullmatch(each) for pattern in patterns for each in (text, plain))


def test_there_is_an_evening_with_exercises_between_welcome_and_close() -> None:
    plan = spanish().evening("first-evening").plan
    assert (plan[0].frame, plan[-1].frame) == ("welcome", "close")
    assert sum(item.exercise is not None for item in plan) == 2


@pytest.mark.parametrize("slug", EVENINGS)
@pytest.mark.parametrize("people", [Polite, Difficult])
def test_a_spanish_evening_comes_to_its_end(slug: str, people: type[Polite]) -> None:
    table = played(slug, people)
    assert table.outcome == "done", table.story()
    assert not table.kinds(Mishap)


@pytest.mark.parametrize("slug", EVENINGS)
@pytest.mark.parametrize("people", [Polite, Difficult])
def test_no_english_line_is_spoken_in_it(slug: str, people: type[Polite]) -> None:
    said = [each.text for each in played(slug, people).kinds(Say)]
    ours, english = list(patterns(spanish())), list(patterns(library()))
    assert said
    assert [text for text in said if not is_of(text, ours)] == []
    assert [text for text in said if is_of(text, english) and text not in NAMES] == []


@pytest.mark.parametrize("slug", EVENINGS)
def test_nothing_english_is_listened_for_in_it(slug: str) -> None:
    known = vocabulary(spanish())
    listened = {
        word for each in played(slug).kinds(ListenFor) for phrase in (*each.phrases, *each.decoys) for word in phrase.split()
    }
    assert listened <= known
    english = {command.taught for command in library().commands.values()}
    assert not {phrase for each in played(slug).kinds(ListenFor) for phrase in each.phrases} & english


def test_spanish_people_are_obeyed() -> None:
    heard = {each.command for each in played("first-evening", Difficult).kinds(CommandHeard)}
    assert {"done", "pause", "pass"} & heard


class DeafTable(Table):
    """A table whose companion hears that somebody speaks, and no word of it."""

    def say(self, phrase: str, by: Any = None, after: float = 0.0, **more: Any) -> Table:
        return self.talk(by, after, 0.6)


def test_without_a_spanish_model_it_runs_by_the_clock_and_the_button() -> None:
    plan = [PlanItem(exercise="thank-you-because", size="short")]
    table = DeafTable(engine(spanish(), plan, words=False), react=Polite()).start()
    while not table.engine.finished and table.now < samples(1800.0):
        table.run(3.0)
        if table.kinds(ListenFor)[-1].mode is Mode.YN:
            table.tell(Button(table.now, "short"))
    assert table.outcome == "done"
    assert [each.text for each in table.kinds(Say) if not is_of(each.text, list(patterns(spanish())))] == []


@pytest.mark.parametrize(
    ("said", "check", "consent"),
    [
        ("exacto", "yes", "yes"), ("eso es", "yes", "yes"), ("tal cual", "yes", "yes"), ("Sí, claro.", "yes", "yes"),
        ("de acuerdo", "yes", "yes"), ("vale", "yes", "yes"), ("sí, por favor", "yes", "yes"),
        ("más o menos", "partly", "no"), ("casi", "partly", "no"), ("en parte", "partly", "no"),
        ("no del todo", "partly", "no"), ("no exactamente", "partly", "no"), ("bueno…", "partly", "no"),
        ("sí, pero…", "partly", "no"), ("sí, pero falta lo de mi hermana", "partly", "no"),
        ("qué va", "no", "no"), ("para nada", "no", "no"), ("no es eso", "no", "no"), ("pues no", "no", "no"),
        ("bueno, sí", "yes", "ask-again"), ("como quieras", "unsure", "no"), ("¿cómo?", "repeat", "repeat"),
        ("me da igual", "unsure", "no"), ("¡Exacto!", "yes", "yes"),
    ],
)  # fmt: skip
def test_answers_mean_in_spanish_what_they_mean(said: str, check: str, consent: str) -> None:
    assert answers_of(spanish()).consent(said) == consent
    assert answers_of(spanish()).check(said) == check


@pytest.mark.parametrize(
    ("said", "number"), [("siete", 7), ("un ocho", 8), ("diría que un seis", 6), ("cinco o seis", None), ("siete y medio", None)]
)
def test_numbers_are_read_in_spanish(said: str, number: int | None) -> None:
    assert answers_of(spanish()).number(said) == number


@pytest.mark.parametrize(
    ("said", "command"),
    [("basta", "stop"), ("¡Basta!", "stop"), ("un momento", "pause"), ("he terminado", "done"), ("saltar esto", "pass"),
     ("para", None), ("paso", None), ("pausa", None), ("ya", None), ("stop", None), ("i'm done", None)],
)  # fmt: skip
def test_commands_are_spanish_and_no_preposition_stops_an_evening(said: str, command: str | None) -> None:
    assert interpret_command(said, spanish()) == command


# --- nothing that is spoken stands in the code


def modules() -> list[Path]:
    """All of our code but the rehearsal's people, whose talk is their own, and what is printed on a screen."""
    return [path for path in sorted(CODE.rglob("*.py")) if not {"simulation", "cli"} & set(path.parts)]


def strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.body[0].value) for node in ast.walk(tree) if _documented(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def _documented(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)


def test_no_line_or_phrase_of_the_content_stands_in_the_code() -> None:
    phrases = {phrase for command in library().commands.values() for phrase in command.phrases if " " in phrase}
    lines = {text for line in library().lines.values() for text in (*line.phrasings, *line.role_free)}
    found = {(path.name, text) for path in modules() for text in strings(path) if text in lines or text.lower() in phrases}
    assert found == set()


SPEAKING = {"Say": "text", "Cue": "text", "Prepare": "texts"}
"""What makes the companion speak, and the argument that says what."""


def test_whatever_is_spoken_comes_from_content() -> None:
    literal = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", getattr(node.func, "attr", "")) not in SPEAKING:
                continue
            given = [*node.args, *(each.value for each in node.keywords if each.arg in ("text", "texts"))]
            words = [each for one in given for each in ast.walk(one) if isinstance(each, ast.Constant) and _is_text(each.value)]
            literal += [(path.name, each.lineno, each.value) for each in words]
    assert literal == []


def _is_text(value: object) -> bool:
    """Whether it might be spoken: names of lines and chimes have no space and no stop."""
    return isinstance(value, str) and re.search(r"[ .?!]", value.strip()) is not None
