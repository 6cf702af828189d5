"""New bookings, from the first word to the row in the calendar."""

from __future__ import annotations

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.understanding.models import Intent
from tests.support.chat import Chat, state_of
from tests.support.memory_desk import called

MONDAY_IN_SAO_PAULO = "2026-03-02T09:00:00-03:00"


async def test_a_complete_request_is_proposed_at_once_and_written_on_a_yes() -> None:
    chat = Chat(language="ru")
    await chat.says("запишите на осмотр к дану в среду 11 марта в 10")
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert chat.known() | {"appointment": None} == {
        "service": "checkup", "doctor": "dan", "date": "2026-03-11", "time": "10:00", "appointment": None,
    }  # fmt: skip
    assert chat.visits == []
    await chat.says("да")
    assert state_of(chat) is S.IDLE
    assert len(chat.visits) == 1


@pytest.mark.parametrize(
    ("clinic", "language", "messages"),
    [
        ("tlv", "ru", ["хочу записаться на чистку", "к анне", "в четверг", "11:30", "да"]),
        ("tlv", "en", ["i'd like a cleaning", "with anna", "thursday", "11:30", "yes"]),
        ("sao", "es", ["quiero una limpieza", "con marina", "el jueves", "a las 11:30", "sí"]),
        ("sao", "pt", ["quero uma limpeza", "com a marina", "quinta", "11:30", "sim"]),
        ("tlv", "he", ["אני רוצה ניקוי שיניים", "אצל אנה", "ביום חמישי", "11:30", "כן"]),
    ],
)
async def test_a_booking_grows_step_by_step_in_every_language(
    clinic: str, language: str, messages: list[str]
) -> None:
    now = MONDAY_IN_SAO_PAULO if clinic == "sao" else "2026-03-02T10:00:00+02:00"
    chat = Chat(clinic, language=language, now=now)
    for message in messages[:-1]:
        await chat.says(message)
        assert chat.visits == []
        assert chat.last.language == language
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    await chat.says(messages[-1])
    assert [
        visit.starts_at.astimezone(chat.catalog.clinic.zone).isoformat()[:16] for visit in chat.visits
    ] == ["2026-03-05T11:30"]


async def test_a_taken_hour_is_refused_with_others_and_stays_known() -> None:
    chat = Chat()
    await chat.says("book a filling with dan on thursday at 10")
    assert "already taken" in chat.last.text
    assert chat.known()["time"] == "10:00"
    assert len(chat.last.quick_replies) == 3
    await chat.says("the second one")
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert chat.known()["time"] == "09:15"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("a check-up with dan on saturday at 10", "closed"),
        ("a check-up with dan on april 2 at 10", "Passover"),
        ("a filling with dan on march 17 at 10", "not in"),
        ("an implant with noa on thursday at 11", "does not see patients"),
        ("a check-up with dan on march 11 at 18:00", "does not fit the hours"),
        ("a check-up with dan on 20/02/2026 at 10", "passed"),
        ("a check-up with dan on march 11 at 10:10", "quarter hour"),
    ],
)
async def test_the_reply_says_why_a_time_will_not_do(message: str, why: str) -> None:
    chat = Chat()
    await chat.says(f"please book {message}")
    assert why in chat.last.text
    assert state_of(chat) in (S.BOOKING_NEW, S.AWAITING_INFO)
    assert not called(chat.last_records, "book_appointment")


async def test_a_new_day_keeps_the_hour_and_a_new_hour_keeps_the_day() -> None:
    chat = Chat("sao", language="es", now=MONDAY_IN_SAO_PAULO)
    await chat.says("quiero una limpieza con marina el sábado a las 9")
    await chat.says("mejor el jueves")
    assert (chat.known()["date"], chat.known()["time"]) == ("2026-03-05", "09:00")
    await chat.says("no, a las 11")
    assert (chat.known()["date"], chat.known()["time"]) == ("2026-03-05", "11:00")


async def test_another_doctor_keeps_day_and_hour() -> None:
    chat = Chat(language="ru")
    await chat.says("запишите на осмотр к дану в среду 11 марта в 12")
    await chat.says("лучше к ноа")
    assert chat.known()["doctor"] == "noa"
    assert (chat.known()["date"], chat.known()["time"]) == ("2026-03-11", "12:00")


async def test_a_name_two_doctors_share_is_asked_about() -> None:
    chat = Chat()
    await chat.says("x-ray with dr levi on wednesday march 11 at 3pm")
    assert chat.known()["doctor"] is None
    assert "Dan Levi" in chat.last.text
    assert "Noa Levi" in chat.last.text
    await chat.says("2")
    assert chat.known()["doctor"] == "noa"


async def test_two_services_are_asked_about() -> None:
    chat = Chat()
    await chat.says("i want a cleaning and a check-up on sunday at 12")
    assert chat.known()["service"] is None
    await chat.says("the first one")
    assert chat.known()["service"] == "cleaning"
    assert chat.known()["date"] == "2026-03-08"


async def test_a_doctor_who_does_not_do_it_is_not_replaced_in_silence() -> None:
    chat = Chat()
    await chat.says("whitening with dan on thursday at 3pm")
    assert "does not do this" in chat.last.text
    assert state_of(chat) is S.BOOKING_NEW
    await chat.says("yes")
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert chat.known()["doctor"] == "anna"


async def test_any_doctor_who_is_free_will_do_and_the_proposal_names_one() -> None:
    chat = Chat()
    await chat.says("i need an extraction on monday at 10:30, any doctor")
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert "Levi" in chat.last.text


async def test_a_yes_with_a_change_is_a_new_proposal() -> None:
    chat = Chat()
    await chat.says("book a check-up with dan on march 11 at 10")
    await chat.says("yes, but at 11")
    assert chat.visits == []
    assert chat.known()["time"] == "11:00"
    assert state_of(chat) is S.BOOKING_CONFIRMATION


async def test_a_yes_with_a_question_is_carried_out_and_answered() -> None:
    chat = Chat()
    await chat.says("book a check-up with dan on march 11 at 10")
    await chat.says("yes, and where are you located?")
    assert len(chat.visits) == 1
    assert "Rothschild" in chat.last.text
    assert chat.last.intent is Intent.HOURS_LOCATION


async def test_a_question_about_the_proposal_leaves_it_open() -> None:
    chat = Chat(language="ru")
    await chat.says("запишите на осмотр к дану в среду 11 марта в 10")
    await chat.says("а сколько это стоит?")
    assert "200" in chat.last.text
    await chat.says("да")
    assert len(chat.visits) == 1


async def test_a_yes_after_another_topic_books_nothing_but_the_booking_can_be_taken_up() -> None:
    chat = Chat(language="ru")
    await chat.says("запишите на осмотр к дану в среду 11 марта в 10")
    await chat.says("а парковка у вас есть?")
    assert "осмотр" not in chat.last.text.lower()
    await chat.says("да")
    assert chat.visits == []
    await chat.says("записывайте")
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert chat.last.context_injected
    await chat.says("да")
    assert len(chat.visits) == 1


async def test_leaving_a_booking_forgets_it() -> None:
    chat = Chat()
    await chat.says("book a check-up with dan on march 11 at 10")
    await chat.says("never mind, forget it")
    assert state_of(chat) is S.IDLE
    assert "Dan" not in chat.last.text
    await chat.says("yes")
    assert chat.visits == []


async def test_an_hour_that_goes_meanwhile_is_not_booked_twice() -> None:
    chat = Chat()
    await chat.says("book a check-up with dan on march 11 at 10")
    other = Chat(patient_id=chat.catalog.clinic.clinic_id)
    await other.says("book a check-up with dan on march 11 at 10")
    await other.says("yes")
    chat.desk.appointments += other.visits
    await chat.says("yes")
    assert chat.visits == []
    assert "taken" in chat.last.text


async def test_a_visit_for_a_child_is_put_under_the_writers_name() -> None:
    chat = Chat()
    await chat.says("i want to book a checkup for my son with noa on friday at 11:30")
    assert "under your name" in chat.last.text


async def test_an_old_button_does_not_confirm_a_new_proposal() -> None:
    chat = Chat()
    await chat.says("book a check-up with dan on march 11 at 10")
    old_yes = chat.last.quick_replies[0].reply_id
    await chat.says("make it 11")
    new_yes = chat.last.quick_replies[0].reply_id
    await chat.says("Yes", choice_id=old_yes)
    assert chat.visits == []
    await chat.says("Yes", choice_id=new_yes)
    assert len(chat.visits) == 1


async def test_a_pressed_time_is_chosen() -> None:
    chat = Chat()
    await chat.says("a filling with dan on thursday")
    button = chat.last.quick_replies[-1]
    await chat.says(button.title, choice_id=button.reply_id)
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert chat.known()["time"] == button.title
