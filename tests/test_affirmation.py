"""Yes, no and "leave it", and whether a message says nothing else."""

from __future__ import annotations

import pytest

from tests.support.catalogs import english_only
from tests.support.messages import read


@pytest.mark.parametrize(
    "text",
    [
        "да", "ага", "ок", "👍", "👍🏽", "верно", "давайте", "да конечно", "всё верно", "почему бы и нет", "нет проблем",
        "не против", "да да", "si", "sí, claro", "vale", "dale", "de acuerdo", "no hay problema", "está bien", "cómo no",
        "sim", "isso", "pode ser", "pode marcar", "sem problema", "com certeza", "כן", "נכון", "סבבה", "אין בעיה", "בטח",
        "yep", "sounds good", "yes, that is right", "no problem", "of course", "ok 👍", "That works.",
    ],
)  # fmt: skip
def test_a_plain_yes_is_a_bare_yes(text: str) -> None:
    seen = read(text)

    assert (seen.says_yes, seen.says_no, seen.is_bare) == (True, False, True)


@pytest.mark.parametrize(
    "text",
    [
        "нет", "да нет", "да нет, наверное", "нет, не надо", "ни в коем случае", "лучше не надо", "неа", "no", "no, gracias",
        "claro que no", "mejor no", "que no", "não", "acho que não", "nem pensar", "לא", "לא תודה", "עדיף שלא", "nope",
        "no way", "absolutely not", "I don't think so", "not really", "👎", "I said NO not yes!",
    ],
)  # fmt: skip
def test_a_plain_no_is_a_bare_no(text: str) -> None:
    seen = read(text)

    assert (seen.says_yes, seen.says_no, seen.is_bare) == (False, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "не, передумал", "cancel that", "never mind", "deixa pra lá", "não preciso mais", "עזבי", "לא משנה, לא צריך",
        "olvídalo", "ya no lo quiero", "forget it", "I don't need it",
    ],
)  # fmt: skip
def test_giving_up_drops_the_matter(text: str) -> None:
    seen = read(text)

    assert seen.drops
    assert seen.says_no


@pytest.mark.parametrize(
    "text", ["да, но в 11", "yes but at 11", "sí, pero a las 11", "sim, mas às 11h", "כן אבל ב-11"]
)
def test_a_yes_with_another_time_is_not_bare(text: str) -> None:
    seen = read(text)

    assert seen.says_yes
    assert not seen.is_bare
    assert seen.dates


@pytest.mark.parametrize(
    "text",
    [
        "нет ли у вас времени в среду?",
        "no puedo dormir",
        "no hurry",
        "no domingo às 10h",
        "не могли бы вы помочь",
    ],
)
def test_a_no_inside_something_else_is_no_answer(text: str) -> None:
    assert not read(text).says_no


def test_a_refused_treatment_is_no_answer_to_the_question_before() -> None:
    seen = read("no la limpieza", english_only())

    assert not seen.says_no
    assert seen.services[0].negated


def test_a_message_with_a_question_is_not_bare() -> None:
    assert not read("ok?").is_bare
