"""Visits that exist: moving, cancelling, confirming, looking them up."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.scheduling.models import AppointmentStatus
from frontdesk.understanding.models import Intent
from tests.support.chat import Chat, state_of

CROWN: dict[str, Any] = {
    "id": "a4b56ff2-2160-4be8-b4d9-d0d5fd4c253c",
    "doctor": "anna",
    "service": "crown",
    "start": "2026-03-17T13:00",
    "status": "pending",
}
XRAY: dict[str, Any] = {
    "id": "b4b56ff2-2160-4be8-b4d9-d0d5fd4c253d",
    "doctor": "noa",
    "service": "xray",
    "start": "2026-03-11T15:00",
    "status": "booked",
}


def starts(chat: Chat) -> list[str]:
    zone = chat.catalog.clinic.zone
    return [visit.starts_at.astimezone(zone).isoformat()[:16] for visit in chat.visits]


async def test_moving_keeps_doctor_service_and_hour() -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("please move my crown to thursday")
    assert state_of(chat) is S.RESCHEDULING
    assert (chat.known()["doctor"], chat.known()["time"]) == ("anna", "13:00")
    assert starts(chat) == ["2026-03-17T13:00"]
    await chat.says("yes")
    assert starts(chat) == ["2026-03-05T13:00"]
    assert state_of(chat) is S.IDLE


async def test_moving_asks_for_a_time_and_offers_the_next_ones() -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("i need to reschedule my appointment")
    assert state_of(chat) is S.RESCHEDULING
    await chat.says("1")
    await chat.says("ok")
    assert starts(chat) != ["2026-03-17T13:00"]


async def test_a_no_to_the_new_time_leaves_the_visit_as_it_was() -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("please move my crown to thursday")
    await chat.says("no")
    await chat.says("no")
    assert starts(chat) == ["2026-03-17T13:00"]
    assert state_of(chat) is S.IDLE


async def test_which_of_several_visits_is_asked() -> None:
    chat = Chat(language="es", visits=[CROWN, XRAY])
    await chat.says("tengo que anular una cita")
    assert state_of(chat) is S.CANCELING
    await chat.says("la del 11")
    assert chat.known()["service"] == "xray"
    await chat.says("sí")
    assert starts(chat) == ["2026-03-17T13:00"]


async def test_the_new_time_named_before_the_visit_is_kept() -> None:
    chat = Chat(visits=[CROWN, XRAY])
    await chat.says("move my appointment to march 25 at 16:00")
    await chat.says("the x-ray")
    assert (chat.known()["date"], chat.known()["time"]) == ("2026-03-25", "16:00")
    await chat.says("yes")
    assert "2026-03-25T16:00" in starts(chat)


async def test_nothing_is_cancelled_without_a_yes() -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("cancel my crown please")
    assert starts(chat) == ["2026-03-17T13:00"]
    await chat.says("no, keep it")
    assert starts(chat) == ["2026-03-17T13:00"]
    assert state_of(chat) is S.IDLE


async def test_a_cancelled_visit_is_gone() -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("cancel my crown please")
    await chat.says("yes, cancel it")
    assert chat.visits == []


async def test_cancelling_without_visits_says_so() -> None:
    chat = Chat()
    await chat.says("cancel my appointment")
    assert state_of(chat) is S.IDLE
    assert "no upcoming visits" in chat.last.text


async def test_a_reminder_is_confirmed_by_a_yes() -> None:
    chat = Chat(visits=[CROWN]).pending(
        "confirm_appointment", state="booking_confirmation", service="crown", doctor="anna", date="2026-03-17",
        time="13:00", appointment=CROWN["id"],
    )  # fmt: skip
    await chat.says("yes, i'll be there")
    assert chat.visits[0].status is AppointmentStatus.CONFIRMED
    assert chat.last.context_injected


async def test_a_no_to_a_reminder_asks_whether_to_move_or_cancel() -> None:
    chat = Chat(language="he", visits=[CROWN]).pending(
        "confirm_appointment", state="booking_confirmation", service="crown", doctor="anna", date="2026-03-17",
        time="13:00", appointment=CROWN["id"],
    )  # fmt: skip
    await chat.says("לא")
    assert chat.last.intent is Intent.DENY
    await chat.says("לבטל")
    assert state_of(chat) is S.CANCELING
    await chat.says("כן")
    assert chat.visits == []


@pytest.mark.parametrize(
    ("choice_id", "status"),
    [
        (f"confirm:appt:{CROWN['id']}", AppointmentStatus.CONFIRMED),
        (f"cancel:appt:{CROWN['id']}", AppointmentStatus.PENDING),
    ],
)
async def test_a_reminders_button_names_its_visit(choice_id: str, status: AppointmentStatus) -> None:
    chat = Chat(visits=[CROWN])
    await chat.says("", choice_id=choice_id)
    assert chat.visits[0].status is status


async def test_a_button_of_a_visit_that_is_gone_changes_nothing() -> None:
    chat = Chat()
    await chat.says("", choice_id=f"confirm:appt:{CROWN['id']}")
    assert chat.visits == []
    assert chat.last.text


async def test_only_the_patients_own_visits_are_listed() -> None:
    chat = Chat(visits=[XRAY])
    await chat.says("when is my appointment?")
    assert "Wednesday 11 March at 15:00" in chat.last.text
    assert chat.last.text.count("•") == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "не отменяйте"), ("en", "no, don't cancel it"), ("es", "no la cancele"), ("pt", "não cancela"),
     ("he", "אל תבטלו"), ("en", "wait"), ("ru", "потом")],
)  # fmt: skip
async def test_a_refusal_in_other_words_cancels_nothing(language: str, text: str) -> None:
    chat = Chat(language=language, visits=[CROWN])
    chat.pending(
        "cancel_appointment", state="canceling", service="crown", doctor="anna", appointment=CROWN["id"]
    )
    await chat.says(text)
    assert starts(chat) == ["2026-03-17T13:00"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "не записывайте"), ("ru", "я не приду"), ("en", "don't book it"), ("es", "no me la agende todavía"),
     ("pt", "não posso confirmar"), ("he", "אל תקבעו")],
)  # fmt: skip
async def test_a_refusal_in_other_words_books_nothing(language: str, text: str) -> None:
    chat = Chat(language=language)
    chat.pending(
        "book_appointment",
        state="booking_confirmation",
        service="crown",
        doctor="anna",
        date="2026-03-17",
        time="13:00",
    )
    await chat.says(text)
    assert chat.visits == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "+"),
        ("ru", "я не против"),
        ("en", "no problem"),
        ("es", "sin problema"),
        ("pt", "pode marcar"),
        ("he", "למה לא"),
    ],
)
async def test_a_consent_in_other_words_books(language: str, text: str) -> None:
    chat = Chat(language=language)
    chat.pending(
        "book_appointment",
        state="booking_confirmation",
        service="crown",
        doctor="anna",
        date="2026-03-17",
        time="13:00",
    )
    await chat.says(text)
    assert starts(chat) == ["2026-03-17T13:00"]
