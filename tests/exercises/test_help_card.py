"""Whom to call: one hand-made card a country, checked once a year, and spoken only where it is."""

from __future__ import annotations

import re
import warnings
from datetime import date, timedelta

import pytest
from our_content import library
from table import ALEX, Table, engine

from companion.exercises.content import PlanItem
from companion.exercises.help_card import HelpCard, countries, help_card
from companion.trouble import Trouble

CARDS = countries()
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DIGITS = dict(zip("0123456789", NAMES, strict=True))


@pytest.mark.parametrize("country", CARDS)
def test_every_card_has_a_date_an_emergency_number_and_a_source_for_each_line(country: str) -> None:
    card = help_card(country)
    assert card.country == country and card.checked <= date.today() + timedelta(days=1)
    assert all(line.source for line in (*card.emergency, *card.abuse, *card.anyone, *card.crisis))


@pytest.mark.parametrize("country", CARDS)
def test_numbers_are_spoken_digit_by_digit_as_printed(country: str) -> None:
    card = help_card(country)
    for line in (*card.emergency, *card.abuse, *card.anyone, *card.crisis):
        if line.say:
            assert line.say.replace(",", "").split() == [DIGITS[digit] for digit in re.findall(r"\d", line.number)]


@pytest.mark.parametrize("country", CARDS)
def test_a_card_older_than_a_year_warns(country: str) -> None:
    card = help_card(country)
    if card.stale(date.today()):
        warnings.warn(f"the help card of {card.name} was checked on {card.checked}: look at every line again", stacklevel=1)
    assert not card.stale(card.checked + timedelta(days=365))
    assert card.stale(card.checked + timedelta(days=366))


def test_what_is_not_checked_is_never_spoken() -> None:
    unchecked = {line.say for country in CARDS for line in help_card(country).unchecked()}
    assert unchecked
    for country in CARDS:
        card = help_card(country)
        own = {line.say for line in card.unchecked()}
        checked = {line.say for line in (*card.emergency, *card.abuse, *card.crisis)} - own
        assert set(card.spoken().values()) <= checked


def test_the_countries_of_the_larger_english_speaking_world_can_be_spoken() -> None:
    for country in ("US", "GB", "IE", "AU", "NZ"):
        assert set(help_card(country).spoken()) == {"emergency", "abuse_line", "crisis_line"}


def test_no_two_countries_share_a_card_by_rule() -> None:
    switzerland, austria = help_card("CH"), help_card("AT")
    assert {line.number for line in switzerland.abuse} == {"142"} == {line.number for line in austria.crisis}
    assert "abuse_line" not in switzerland.spoken() and austria.spoken()["crisis_line"] == "one four two"


def test_a_country_without_a_card_is_told() -> None:
    with pytest.raises(Trouble, match="no help card for 'XX'"):
        help_card("XX")


def test_the_card_is_spoken_when_asked_for_and_only_then() -> None:
    def asked(card: HelpCard | None) -> str:
        plan = engine(library(), [PlanItem(exercise="floor-practice", size="short")], card=card.spoken() if card else {})
        table = Table(plan).start().run(12.0)
        assert not [line for line in table.said() if "mergency" in line]
        line = "help_card" if card else "help_card_none"
        return table.say("help numbers", ALEX).until_said(line, 20.0) and table.outcome_of(line)[0]

    assert asked(help_card("US")) == (
        "Emergency: nine one one. Help at home: one, eight zero zero, seven nine nine, seven two three three. "
        "Crisis: nine eight eight."
    )
    assert asked(None) == "I have no numbers for where you are. The leaflet has a list."
