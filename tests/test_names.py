"""Services and doctors of a catalog in patients' words: cases, typos, scripts, ambiguity, denial."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from frontdesk.understanding.names import index_of
from frontdesk.understanding.spelling import Speller
from frontdesk.understanding.transliteration import skeleton_of, sounds_of
from tests.support.catalogs import english_only, general_visits, make_catalog, skin_and_motion
from tests.support.messages import keys_of, read


@pytest.mark.parametrize(
    ("text", "doctor"),
    [
        ("к доктору Коэну", "cohen"),
        ("к коэну можно?", "cohen"),
        ("אצל ד״ר כהן", "cohen"),
        ("with dr cohen", "cohen"),
        ("para o doutor Cohen", "cohen"),
        ("у Сары Миллер", "miller"),
        ("אצל שרה מילר", "miller"),
        ("с доктором кацем", "ben"),
        ("לבן כץ", "ben"),
        ("Dr Delgado please", "rosa"),
        ("к доктору Розе", "rosa"),
        ("Maria Gomez", "gomez_m"),
        ("Gomez, Maria", "gomez_m"),
        ("dr millar", "miller"),
    ],
)
def test_a_doctor_is_found_in_any_script_and_case(text: str, doctor: str) -> None:
    catalog = english_only()

    assert keys_of(read(text, catalog).doctors, catalog.doctors) == [doctor]


def test_a_surname_of_two_doctors_names_both() -> None:
    catalog = english_only()
    [mention] = read("к доктору Гомесу", catalog).doctors

    assert {catalog.doctors[each].key for each in mention.candidates} == {"gomez_a", "gomez_m"}


@pytest.mark.parametrize(
    ("text", "doctors"),
    [
        ("запишите к морозову", ["oleg"]),
        ("к морозовой на среду", ["irina"]),
        ("с морозовой", ["irina"]),
        ("доктор морозова принимает?", ["irina"]),
        ("у морозова", ["oleg"]),
    ],
)
def test_the_russian_case_tells_a_man_from_a_woman(text: str, doctors: list[str]) -> None:
    catalog = skin_and_motion()

    assert keys_of(read(text, catalog).doctors, catalog.doctors) == doctors


@pytest.mark.parametrize(
    "text",
    [
        "дай мне день", "good day", "una cita por favor", "un ramo de rosas", "I have a rose allergy", "я была вчера",
        "нужна запись", "בן כמה צריך להיות", "posso ir com meu filho", "the vegan menu",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_doctors(text: str) -> None:
    assert read(text, english_only()).doctors == ()
    assert read(text, skin_and_motion()).doctors == ()


def test_a_name_that_is_a_word_needs_a_cue() -> None:
    catalog = make_catalog(
        "words",
        timezone="UTC",
        services={"exam": {"name": {"en": "Exam"}}},
        doctors={"hope": {"name": {"en": "Dr. Hope Will"}}, "vera": {"name": {"ru": "доктор Вера Мир"}}},
    )

    assert read("i hope it will help", catalog).doctors == ()
    assert keys_of(read("with dr hope please", catalog).doctors, catalog.doctors) == ["hope"]
    assert keys_of(read("к вере", catalog).doctors, catalog.doctors) == ["vera"]


def test_a_practice_named_by_ordinary_words_is_found_by_most_of_them() -> None:
    catalog = general_visits()

    assert keys_of(read("Lakeside Dental Center", catalog).doctors, catalog.doctors) == ["lakeside"]
    assert read("is there a dental center near me", catalog).doctors == ()


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("мне не нужен коэн с пломбой", [], ["cohen", "filling"]),
        ("не к Коэну, а к Миллер", ["miller"], ["cohen"]),
        ("no necesito la limpieza", [], ["cleaning"]),
        ("not the filling", [], ["filling"]),
        ("לא אצל כהן, אצל שרה", ["miller"], ["cohen"]),
        ("restauração não, quero só a limpeza", ["cleaning"], ["filling"]),
        ("пломба не нужна, нужна чистка", ["cleaning"], ["filling"]),
        ("вместо коронки имплант", ["implant"], ["crown"]),
        ("anyone but dr cohen", [], ["cohen"]),
        ("не могли бы вы записать к коэну", ["cohen"], []),
        ("why not a crown", ["crown"], []),
        ("no puedo mañana con la limpieza", ["cleaning"], []),
        ("can i see dr katz, i don't want dr cohen", ["ben"], ["cohen"]),
    ],
)
def test_what_is_refused_is_told_from_what_is_wanted(
    text: str, wanted: list[str], refused: list[str]
) -> None:
    catalog = english_only()
    seen = read(text, catalog)
    both = {False: sorted(wanted), True: sorted(refused)}

    for negated, expected in both.items():
        services = keys_of(seen.services, catalog.services, negated=negated)
        doctors = keys_of(seen.doctors, catalog.doctors, negated=negated)
        assert sorted(services + doctors) == expected


@pytest.mark.parametrize(
    ("text", "service"),
    [("quisiera una limpiesa", "cleaning"), ("отбиливание", "whitening"), ("whitning pls", "whitening")],
)
def test_a_misspelled_service_is_found(text: str, service: str) -> None:
    catalog = english_only()

    assert keys_of(read(text, catalog).services, catalog.services) == [service]


def test_mentions_point_into_the_message() -> None:
    text = "Здравствуйте, чистку зубов к доктору Коэну"
    seen = read(text, english_only())

    assert [text[slice(*mention.span)] for mention in seen.services] == ["чистку зубов"]
    assert [text[slice(*mention.span)] for mention in seen.doctors] == ["Коэну"]


def test_an_index_is_built_once_for_a_catalog() -> None:
    assert index_of(english_only()) is index_of(english_only())
    assert index_of(english_only()) is not index_of(skin_and_motion())


def test_a_copy_of_a_clinic_has_the_same_index() -> None:
    clinic = english_only()
    copy = replace(clinic, clinic=replace(clinic.clinic, clinic_id=uuid4()))
    assert index_of(copy) is index_of(clinic)


def test_three_scripts_of_a_name_sound_alike() -> None:
    assert set(sounds_of("дан")) & set(sounds_of("dan"))
    assert {skeleton_of(sound) for sound in sounds_of("דנ")} & {
        skeleton_of(sound) for sound in sounds_of("dan")
    }
    assert set(sounds_of("נועה")) & set(sounds_of("noa"))


def test_of_two_words_as_near_the_same_is_meant_in_every_process() -> None:
    # Sets come in another order in every process: one message was read in two ways.
    orders = (["llamada", "llamaba"], ["llamaba", "llamada"])
    corrected = set()
    for words in orders:
        speller = Speller()
        speller.learn(words)
        corrected.add(speller.correct("llamara"))
    assert corrected == {"llamaba"}
