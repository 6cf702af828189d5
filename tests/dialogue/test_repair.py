"""Turning away, asking for another language, losing patience, not getting on: what real chats are full of."""

from __future__ import annotations

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.understanding.models import Intent
from tests.support.chat import Chat, state_of
from tests.support.fixture_catalogs import FIXTURES, load_fixture

WEDNESDAY = {
    "ladoga_spb": "2026-03-04T10:00:00+03:00",
    "turia": "2026-03-04T10:00:00+01:00",
    "carmel": "2026-03-04T10:00:00+02:00",
    "boa": "2026-03-04T10:00:00-03:00",
    "quay": "2026-03-04T10:00:00+00:00",
}
FILES = {
    "ladoga_spb": "clinic_ladoga.yaml", "turia": "clinic_turia.yaml", "carmel": "clinic_carmel.yaml",
    "boa": "clinic_boa.yaml", "quay": "clinic_leeside.yaml",
}  # fmt: skip


def chat_with(clinic: str, language: str) -> Chat:
    fixture = load_fixture(FIXTURES / FILES[clinic])
    return Chat(clinic, fixture=fixture, now=WEDNESDAY[clinic], language=language)


def offered(chat: Chat) -> list[tuple[str, str]]:
    assert chat.session.task is not None
    return [(option.on.isoformat(), f"{option.at:%H:%M}") for option in chat.session.task.options]


TURNING_AWAY = [
    ("ladoga_spb", "ru", "анализ крови завтра утром", "а попозже?", "пораньше бы", "другой день"),
    ("turia", "es", "depilación láser mañana por la tarde", "más tarde", "un poco antes", "otro día"),
    ("carmel", "he", "פיזיותרפיה מחר בצהריים", "יותר מאוחר", "מוקדם יותר", "יום אחר"),
    ("quay", "en", "blood test tomorrow morning", "anything later?", "earlier please", "another day"),
    ("boa", "pt", "exame de vista amanhã de manhã", "mais tarde", "mais cedo", "outro dia"),
]


@pytest.mark.parametrize(("clinic", "language", "wish", "later", "earlier", "other_day"), TURNING_AWAY)
async def test_later_and_earlier_turn_from_the_times_just_offered(
    clinic: str, language: str, wish: str, later: str, earlier: str, other_day: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    first = offered(chat)
    assert first
    await chat.says(later)
    after = offered(chat)
    assert min(after) > max(first)
    await chat.says(earlier)
    assert max(offered(chat)) < min(after)
    before = offered(chat)
    await chat.says(other_day)
    assert not {on for on, _ in offered(chat)} & {on for on, _ in before}


@pytest.mark.parametrize(
    ("clinic", "language", "wish", "no", "earlier"),
    [
        ("ladoga_spb", "ru", "анализ крови в пятницу в 11", "нет", "раньше"),
        ("turia", "es", "depilación láser el jueves a las 17:30", "no", "antes"),
        ("carmel", "he", "פיזיותרפיה מחר ב-17:30", "לא", "מוקדם יותר"),
    ],
)
async def test_what_was_declined_is_not_proposed_again(
    clinic: str, language: str, wish: str, no: str, earlier: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    declined = (chat.known()["date"], chat.known()["time"])
    await chat.says(no)
    await chat.says(earlier)
    assert max(offered(chat)) < declined
    assert chat.visits == []


@pytest.mark.parametrize(
    ("clinic", "language", "wish", "either"),
    [
        ("ladoga_spb", "ru", "прививка завтра утром", "мне без разницы"),
        ("turia", "es", "depilación láser mañana por la tarde", "me da igual"),
        ("quay", "en", "blood test tomorrow morning", "any time is fine"),
    ],
)
async def test_who_leaves_the_choice_to_us_gets_a_proposal(
    clinic: str, language: str, wish: str, either: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    first = offered(chat)[0]
    await chat.says(either)
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert (chat.known()["date"], chat.known()["time"]) == first


@pytest.mark.parametrize(
    ("clinic", "language", "wish", "request_text", "wanted_language", "sign"),
    [
        ("ladoga_spb", "ru", "прививка завтра в 11", "можно на английском?", "en", "Shall I book it?"),
        ("carmel", "he", "פיזיותרפיה מחר ב-17:30", "אפשר ברוסית?", "ru", "Записываю?"),
        ("quay", "en", "blood test tomorrow at 14:00", "en español por favor", "es", "¿Se lo agendo?"),
    ],
)
async def test_a_wish_for_another_language_says_the_proposal_again_in_it(
    clinic: str, language: str, wish: str, request_text: str, wanted_language: str, sign: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    await chat.says(request_text)
    assert chat.last.language == wanted_language
    assert chat.last.text.endswith(sign)
    assert state_of(chat) is S.BOOKING_CONFIRMATION


@pytest.mark.parametrize(
    ("clinic", "language", "complaint"),
    [
        ("ladoga_spb", "ru", "жду уже второй час, никто не отвечает"),
        ("turia", "es", "es la tercera vez que os escribo y nada"),
        ("carmel", "he", "אני מחכה כבר שעה, אתם לא עונים"),
        ("boa", "pt", "já falei isso duas vezes, que absurdo"),
        ("quay", "en", "ive been waiting for an hour and nobody answers"),
    ],
)
async def test_who_loses_patience_gets_an_excuse_and_a_person(
    clinic: str, language: str, complaint: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(complaint)
    assert chat.last.intent is Intent.HUMAN
    assert chat.last.escalated
    sorry = {"ru": "Извините", "es": "Siento", "he": "מצטערים", "pt": "Sinto", "en": "sorry"}[language]
    assert sorry in chat.last.text


@pytest.mark.parametrize(
    ("clinic", "language", "question"),
    [
        ("quay", "en", "how many times a year should i do a blood test?"),
        ("turia", "es", "la segunda vez que vaya quiero otra doctora"),
        ("boa", "pt", "eu já falei com a doutora sobre isso"),
        ("carmel", "he", "מתי אפשר לבוא בפעם השנייה?"),
    ],
)
async def test_counting_and_telling_are_no_complaints(clinic: str, language: str, question: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(question)
    assert not chat.last.escalated


@pytest.mark.parametrize(
    ("clinic", "language", "question", "told"),
    [
        ("ladoga_spb", "ru", "а доктор иванова есть?", "не нашлось"),
        ("carmel", "he", 'ד"ר כהן עובד אצלכם?', "לא נמצא"),
        ("boa", "pt", "tem a dra fernandez?", "não encontro"),
    ],
)
async def test_a_doctor_who_does_not_work_here_is_said_so(
    clinic: str, language: str, question: str, told: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(question)
    assert told in chat.last.text


@pytest.mark.parametrize(
    ("clinic", "language", "question", "told"),
    [
        ("quay", "en", "does dr nair speak portuguese?", "speaks Portuguese"),
        ("ladoga_spb", "ru", "доктор вера говорит по-английски?", "русский"),
        ("carmel", "he", "יעל מדברת רוסית?", "רוסית"),
        ("turia", "es", "¿alguien habla hebreo?", "nadie"),
    ],
)
async def test_which_languages_a_doctor_speaks_is_answered_and_not_recited(
    clinic: str, language: str, question: str, told: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(question)
    assert told in chat.last.text
    assert "09:00" not in chat.last.text


@pytest.mark.parametrize(
    ("clinic", "language", "messages"),
    [
        ("turia", "es", ["quiero cita", "sí", "sí", "sí"]),
        ("quay", "en", ["i want to book", "yes", "yes", "yes"]),
        ("ladoga_spb", "ru", ["хочу записаться", "да", "да", "да"]),
    ],
)
async def test_the_same_question_is_not_put_a_fourth_time(
    clinic: str, language: str, messages: list[str]
) -> None:
    chat = chat_with(clinic, language)
    said = []
    for message in messages:
        await chat.says(message)
        said.append(chat.last.text)
    assert said[0] != said[1]
    assert chat.last.escalated


@pytest.mark.parametrize(
    ("clinic", "language", "messages", "noted"),
    [
        ("turia", "es", ["quiero cita", "el jueves a las 11"], "jueves 5 de marzo a las 11:00"),
        ("ladoga_spb", "ru", ["хочу записаться", "в пятницу в 12"], "пятница, 6 марта, 12:00"),
        ("quay", "en", ["i want to book", "friday at noon"], "Friday 6 March at 12:00"),
    ],
)
async def test_what_is_known_before_the_service_is_said(
    clinic: str, language: str, messages: list[str], noted: str
) -> None:
    chat = chat_with(clinic, language)
    for message in messages:
        await chat.says(message)
    assert noted in chat.last.text


@pytest.mark.parametrize(
    ("clinic", "language", "wish", "soonest"),
    [
        ("ladoga_spb", "ru", "хочу записаться как можно скорее", "ближайшее"),
        ("turia", "es", "quiero cita lo antes posible", "lo más pronto posible"),
        ("quay", "en", "i want to book asap", "soonest"),
        ("boa", "pt", "quero marcar o quanto antes", "quanto antes"),
    ],
)
async def test_a_wish_for_the_soonest_time_begins_a_booking(
    clinic: str, language: str, wish: str, soonest: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    assert chat.last.intent is Intent.BOOK
    assert soonest in chat.last.text


BY_NUMBER = [
    ("ladoga_spb", "ru", "анализ крови завтра утром", "давайте 2-й"),
    ("ladoga_spb", "ru", "анализ крови завтра утром", "вариант два"),
    ("turia", "es", "depilación láser mañana por la tarde", "la 2"),
    ("turia", "es", "depilación láser mañana por la tarde", "dame la dos"),
    ("carmel", "he", "פיזיותרפיה מחר בצהריים", "את 2"),
    ("quay", "en", "blood test tomorrow morning", "the 2nd one"),
    ("quay", "en", "blood test tomorrow morning", "the 2nd"),
    ("boa", "pt", "exame de vista amanhã de manhã", "fico com a 2"),
]


@pytest.mark.parametrize(("clinic", "language", "wish", "pick"), BY_NUMBER)
async def test_a_time_is_picked_by_its_number_in_the_list(
    clinic: str, language: str, wish: str, pick: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    second = offered(chat)[1]
    await chat.says(pick)
    task = chat.session.task
    assert task
    assert task.on
    assert task.at
    assert (task.on.isoformat(), f"{task.at:%H:%M}") == second
    assert chat.session.state is S.BOOKING_CONFIRMATION


async def test_with_no_list_on_the_table_the_second_is_a_day() -> None:
    chat = chat_with("quay", "en")
    await chat.says("a blood test on the 2nd")
    assert {on for on, _ in offered(chat)} == {"2026-04-02"}
