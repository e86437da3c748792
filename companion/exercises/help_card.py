"""The help card of a country: whom to call. In print whole; spoken only when asked for, and only what has been checked.

One file a country, never built by rule: the same digits mean different things in neighbouring countries.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, StrictBool

from companion.exercises.condition import Record
from companion.exercises.content import did_you_mean
from companion.exercises.content_files import BASE, content_folder
from companion.exercises.reading import read_record
from companion.trouble import Trouble

GOOD_FOR = timedelta(days=365)
"""A card is looked at again by a person at least once a year."""


KINDS = ("emergency", "abuse", "anyone", "crisis")
"""What a card has lines for, in the order in which it is read."""

FOR_ALL = {"anyone": "for everyone", "crisis": "in a crisis too"}
"""What is added to a line that stands under one of these as well, without a note of its own."""


class HelpLine(Record):
    """One line to call. `say`: its digits as spoken. `source`: whose page it stands on. `verify`: not checked yet."""

    number: str
    source: str
    say: str = ""
    who: str = ""
    hours: str = ""
    note: str = ""
    verify: StrictBool = False


class HelpCard(Record):
    """All lines of a country: emergency, abuse at home, lines for anyone, crisis; and the day on which they were checked."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: str
    checked: date
    emergency: tuple[HelpLine, ...] = Field(min_length=1)
    abuse: tuple[HelpLine, ...] = ()
    anyone: tuple[HelpLine, ...] = ()
    crisis: tuple[HelpLine, ...] = ()
    notes: str = ""

    def spoken(self) -> dict[str, str]:
        """What may be said aloud: the first checked line of each kind, in words. A kind without one is left out."""
        kinds = {"emergency": self.emergency, "abuse_line": self.abuse, "crisis_line": self.crisis}
        checked = {kind: [line.say for line in lines if line.say and not line.verify] for kind, lines in kinds.items()}
        return {kind: said[0] for kind, said in checked.items() if said}

    def printed(self) -> dict[str, tuple[HelpLine, ...]]:
        """The lines by kind, each number once: where it stands under several kinds, under the first, with all its notes."""
        left: dict[str, HelpLine] = {}
        kind_of: dict[str, str] = {}
        for kind in KINDS:
            for line in getattr(self, kind):
                before = left.get(line.number)
                kind_of.setdefault(line.number, kind)
                left[line.number] = line if before is None else _joined(before, line, kind)
        return {kind: tuple(line for number, line in left.items() if kind_of[number] == kind) for kind in KINDS}

    def in_digits(self) -> HelpCard:
        """The same card for a voice of another language: what may be said is said digit by digit."""

        def plain(lines: tuple[HelpLine, ...]) -> tuple[HelpLine, ...]:
            digits = (" ".join(each for each in line.number if each.isdigit()) for line in lines)
            return tuple(line.model_copy(update={"say": line.say and each}) for line, each in zip(lines, digits, strict=True))

        return self.model_copy(update={kind: plain(getattr(self, kind)) for kind in KINDS})

    def unchecked(self) -> tuple[HelpLine, ...]:
        """The lines that a person has still to check."""
        return tuple(line for line in (*self.emergency, *self.abuse, *self.anyone, *self.crisis) if line.verify)

    def stale(self, today: date) -> bool:
        """Whether the card was checked too long ago."""
        return today - self.checked > GOOD_FOR


def _joined(line: HelpLine, again: HelpLine, kind: str) -> HelpLine:
    """A line that stands under another kind too."""
    notes = [note for note in (line.note, again.note or FOR_ALL.get(kind, "")) if note]
    verify = line.verify or again.verify
    return line.model_copy(update={"note": "; ".join(dict.fromkeys(notes)), "verify": verify, "hours": line.hours or again.hours})


def countries(language: str = BASE, folder: Path | None = None) -> list[str]:
    """The countries there are cards for, by their two letters."""
    return sorted(path.stem for path in _folder(language, folder).glob("*.yaml"))


def help_card(country: str, language: str = BASE, folder: Path | None = None) -> HelpCard:
    """The card of a country, in this language or else in ours. Raises Trouble where there is none."""
    wanted = country.strip().upper()
    for tongue in dict.fromkeys((language, BASE)):
        path = _folder(tongue, folder) / f"{wanted}.yaml"
        if path.is_file():
            card = read_record(path, HelpCard)
            return card if tongue == language else card.in_digits()
    known = countries(BASE, folder)
    close = did_you_mean(wanted, known) or f"; there are {', '.join(known)}."
    raise Trouble(f"There is no help card for {country!r}{close}")


def _folder(language: str, folder: Path | None) -> Path:
    return content_folder(folder) / language / "help"
