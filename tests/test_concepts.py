"""A catalog with English names only is understood in five languages."""

from __future__ import annotations

import pytest

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.concepts import concepts_in_name, load_concepts
from frontdesk.understanding.lexicon import load_lexicon
from tests.support.catalogs import english_only, general_visits, skin_and_motion
from tests.support.messages import keys_of, read


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("хочу почистить зубы", "cleaning"),
        ("quiero una limpieza", "cleaning"),
        ("preciso tratar uma cárie", "filling"),
        ("יש לי חור בשן", "filling"),
        ("у меня дырка в зубе", "filling"),
        ("нужно удалить восьмёрку", "extraction"),
        ("me duele la muela del juicio", "extraction"),
        ("quero tirar o siso", "extraction"),
        ("רוצה יישור שיניים", "braces"),
        ("i want invisalign", "braces"),
        ("сдать кровь на анализ", "blood"),
        ("בדיקת ראייה לילד", "eye"),
        ("записаться к окулисту", "eye"),
        ("preventivo com ginecologista", "gyn"),
        ("vacuna contra la gripe", "vaccine"),
        ("педиатр", "child"),
    ],
)
def test_lay_words_find_the_service_by_its_english_name(text: str, service: str) -> None:
    catalog = english_only()

    assert service in keys_of(read(text, catalog).services, catalog.services)


@pytest.mark.parametrize(
    "text", ["хочу к врачу", "an appointment please", "una visita", "צריך תור לרופא", "uma consulta"]
)
def test_generic_words_name_no_treatment(text: str) -> None:
    assert read(text, english_only()).services == ()


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("нужен стоматолог", "dental"),
        ("necesito un dentista", "dental"),
        ("צריך רופא", "doctor"),
        ("psicólogo por favor", "talk"),
        ("I want to see a therapist", "talk"),
    ],
)
def test_generic_words_fit_a_clinic_that_offers_just_visits(text: str, service: str) -> None:
    catalog = general_visits()

    assert keys_of(read(text, catalog).services, catalog.services) == [service]


def test_a_longer_name_wins_over_a_word_inside_it() -> None:
    catalog = skin_and_motion()

    assert keys_of(read("удаление родинки у вас есть?", catalog).services, catalog.services) == ["mole"]


def test_every_concept_has_words_in_every_language() -> None:
    lexicon = load_lexicon("concepts")

    assert len(lexicon) >= 120
    assert not [(name, code) for name, entry in lexicon.items() for code in LANGUAGES if not entry.get(code)]


def test_every_stand_in_is_a_concept() -> None:
    concepts = load_concepts()

    assert {other for concept in concepts.values() for other in concept.instead} <= set(concepts)


def test_a_name_of_generic_words_alone_is_generic() -> None:
    assert concepts_in_name("Doctor visit") == {"doctor_visit"}
    assert concepts_in_name("Dr. Smith's visit package") == frozenset()
