"""The templates: the same texts in every language, each of them sayable."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest

from frontdesk.dialogue.wording import Wording, load_replies, say_day
from frontdesk.language.codes import LANGUAGES
from tests.support.chat import Chat

_VALUES = dict.fromkeys(
    ("day", "clock", "clinic", "number", "crisis", "emergency", "service", "length", "price", "doctors", "services",
     "doctor", "languages", "spoken", "hours", "text", "phone", "what", "visit", "details", "when", "name", "days", "old", "new"),
    "…",
)  # fmt: skip
_LATIN = re.compile(r"[A-Za-z]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts(language: str) -> None:
    assert load_replies()[language].keys == load_replies()["en"].keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said(language: str) -> None:
    for key in load_replies()[language].keys:
        for number in (1, 2, 5, 15, 60, 90, 240):
            assert load_replies().format(language, key, **_VALUES, count=number, minutes=number).strip()


@pytest.mark.parametrize("language", ["ru", "he"])
def test_no_latin_letter_is_left_in_russian_and_hebrew(language: str) -> None:
    for key in load_replies()[language].keys:
        text = load_replies().format(language, key, **_VALUES, count=2, minutes=90)
        assert not _LATIN.search(text), key


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thursday 19 March"),
        ("ru", "четверг, 19 марта"),
        ("es", "jueves 19 de marzo"),
        ("pt", "quinta-feira, 19 de março"),
        ("he", "יום חמישי, 19 במרץ"),
    ],
)
def test_a_day_is_said_as_people_say_it(language: str, text: str) -> None:
    assert say_day(date(2026, 3, 19), language, with_year=False) == text


@pytest.mark.parametrize(
    ("clinic", "language", "text"),
    [("tlv", "en", "350 ₪"), ("tlv", "ru", "350 ₪"), ("sao", "pt", "R$ 350"), ("sao", "es", "R$ 350")],
)
def test_a_price_has_plain_digits_and_the_sign_people_know(clinic: str, language: str, text: str) -> None:
    wording = Wording(language=language, clinic=Chat(clinic).catalog.clinic, today=date(2026, 3, 2))
    assert wording.price(Decimal(350)) == text


def test_a_day_of_another_year_says_its_year() -> None:
    wording = Wording(language="en", clinic=Chat().catalog.clinic, today=date(2026, 12, 30))
    assert wording.moment(date(2027, 1, 4), time(9)) == "Monday 4 January 2027 at 09:00"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "1 минута"), (2, "2 минуты"), (11, "11 минут"), (45, "45 минут"), (21, "21 минута")],
)
def test_russian_minutes_agree_with_their_number(minutes: int, text: str) -> None:
    assert load_replies().format("ru", "minutes", count=minutes) == text
