"""The composer: every field of one reading, with and without a catalog, and its plain description."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.language.codes import LANGUAGES
from frontdesk.safety.models import Urgency
from frontdesk.understanding.describe import describe
from frontdesk.understanding.models import Intent
from frontdesk.understanding.understand import understand
from tests.support.catalogs import catalog_id, english_only, skin_and_motion
from tests.support.messages import load_messages, read


def test_one_message_fills_the_fields_it_speaks_of() -> None:
    seen = read("Здравствуйте! Запишите мою дочь на чистку к доктору Коэну в среду в 11:00", english_only())

    assert seen.language == "ru"
    assert seen.language_is_clear
    assert seen.intent is Intent.BOOK
    assert seen.services[0].candidates == (catalog_id("english_only", "cleaning"),)
    assert seen.doctors[0].candidates == (catalog_id("english_only", "cohen"),)
    assert [(str(mention.on), str(mention.at)) for mention in seen.dates] == [("2026-03-04", "11:00:00")]
    assert seen.for_whom == "child"


def test_without_a_catalog_nobody_is_named_and_refusals_are_words() -> None:
    seen = read("не хочу виниры")

    assert (seen.services, seen.doctors) == ((), ())
    assert seen.negated_words == ("виниры",)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("любой врач подойдет", "any_doctor"),
        ("врач любой, мне без разницы", "any_doctor"),
        ("me da igual el doctor", "any_doctor"),
        ("any doctor is fine", "any_doctor"),
        ("pode ser qualquer doutor", "any_doctor"),
        ("לא משנה לי איזה רופא", "any_doctor"),
        ("в любое время", "any_time"),
        ("cuando sea", "any_time"),
        ("any time works", "any_time"),
        ("qualquer horário", "any_time"),
        ("בכל שעה", "any_time"),
        ("мне 15 лет, хочу брекеты", "writer_is_minor"),
        ("tengo 11 años, quiero brackets", "writer_is_minor"),
        ("i am 16 years old and want braces", "writer_is_minor"),
        ("tenho 13 anos e quero aparelho", "writer_is_minor"),
        ("אני בן 14 ורוצה יישור שיניים", "writer_is_minor"),
        ("то же самое время", "refers_back"),
        ("сколько это стоит", "is_question"),
    ],
)
def test_a_flag_is_raised(text: str, field: str) -> None:
    assert getattr(read(text, english_only()), field) is True


@pytest.mark.parametrize("text", ["мне 35 лет", "I'm 40 years old", "tengo 30 años", "ребенку 8 лет"])
def test_adults_and_their_children_are_no_minors_who_write(text: str) -> None:
    assert not read(text, english_only()).writer_is_minor


@pytest.mark.parametrize(
    ("text", "for_whom"),
    [
        ("моему сыну нужна чистка", "child"),
        ("for my wife", "other_adult"),
        ("para mi hija", "child"),
        ("consulta pra minha mãe", "other_adult"),
        ("לבת שלי", "child"),
        ("записаться на чистку", None),
    ],
)
def test_whom_it_is_for(text: str, for_whom: str | None) -> None:
    assert read(text, english_only()).for_whom == for_whom


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("2", 2), ("первый", 1), ("давайте второй вариант", 2), ("the second one", 2), ("first one", 1), ("la segunda", 2),
        ("o primeiro", 1), ("a última opção", -1), ("השנייה", 2), ("אופציה 3", 3), ("последний", -1), ("в 3", None),
        ("10:30", None),
    ],
)  # fmt: skip
def test_a_choice_from_a_list_is_numbered(text: str, choice: int | None) -> None:
    assert read(text, english_only()).choice == choice


def test_the_description_has_exactly_the_agreed_keys() -> None:
    catalog = english_only()
    line = describe(
        read("не к Коэну, а к Саре Миллер на чистку в четверг после обеда", catalog),
        catalog,
        urgency=Urgency.LOW,
    )

    assert list(line) == [
        "language", "language_confidence", "intent", "dates", "service", "doctor", "urgency", "emergency", "negated",
    ]  # fmt: skip
    assert (line["service"], line["doctor"], line["negated"]) == ("cleaning", "miller", ["cohen"])
    assert (line["urgency"], line["emergency"]) == ("low", False)
    assert line["dates"] == [
        {
            "role": "wanted",
            "date": "2026-03-05",
            "time": None,
            "daypart": "afternoon",
            "end_date": None,
            "end_time": None,
        }
    ]


def test_an_emergency_is_described_as_one_whatever_the_words_ask() -> None:
    line = describe(read("how much is a crown"), None, urgency=Urgency.URGENT, emergency=True)

    assert (line["intent"], line["urgency"], line["emergency"]) == ("emergency", "urgent", True)


def test_an_ambiguous_name_is_described_as_none() -> None:
    catalog = english_only()

    assert describe(read("к доктору Гомесу", catalog), catalog)["doctor"] is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_understood_somehow(text: str) -> None:
    assert read(text, skin_and_motion()).intents


def test_a_message_is_read_within_two_milliseconds_at_the_median() -> None:
    catalog = english_only()
    texts = [message["text"] for language in LANGUAGES for message in load_messages(language)]
    for text in texts:
        read(text, catalog)

    taken = []
    for text in texts:
        started = time.perf_counter()
        read(text, catalog)
        taken.append(time.perf_counter() - started)

    # The best median a loaded machine allows: 2 ms is the budget, measured 0.6 ms.
    assert sorted(taken)[len(taken) // 2] < 0.002


@pytest.mark.parametrize("text", ["во вторник", "вторник", "в пятницу", "el segundo lunes de mayo"])
def test_a_day_of_the_week_is_no_choice_from_a_list(text: str) -> None:
    assert understand(text, catalog=None, now=datetime(2026, 5, 6, 10, tzinfo=UTC)).choice is None
