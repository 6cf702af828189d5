"""A pending action is used when the message is about it, and left unnamed otherwise."""

from __future__ import annotations

import pytest

from frontdesk.conversation.engine import Said
from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.scheduling.models import AppointmentStatus
from frontdesk.understanding.models import Intent
from tests.dialogue.test_visits import CROWN
from tests.support.chat import Chat, state_of


def reminded(language: str = "ru") -> Chat:
    chat = Chat(language=language, visits=[CROWN])
    return chat.pending(
        "confirm_appointment", state="booking_confirmation", service="crown", doctor="anna", date="2026-03-17",
        time="13:00", appointment=CROWN["id"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "unnamed"),
    [
        ("ru", "сколько стоит отбеливание?", ("Анна", "оронк")),
        ("ru", "у вас есть рассрочка?", ("Анна", "оронк")),
        ("ru", "какие услуги у вас есть?", ("Анна", "оронк")),
        ("en", "which doctors work on wednesday?", ("Anna", "rown")),
        ("en", "does dan work on wednesday?", ("Anna", "rown")),
        ("en", "i want to book a cleaning", ("Anna", "rown")),
        ("he", "כמה עולה הלבנה?", ("אנה", "כתר")),
    ],
)
async def test_another_matter_is_answered_without_naming_what_waits(
    language: str, text: str, unnamed: tuple[str, ...]
) -> None:
    chat = reminded(language)
    await chat.says(text)
    assert not chat.last.context_injected
    assert not any(name in chat.last.text for name in unnamed)
    assert chat.visits[0].status is AppointmentStatus.PENDING


async def test_what_is_not_needed_is_dropped_and_not_named_again() -> None:
    chat = reminded()
    await chat.says("мне коронка не нужна")
    assert chat.last.intent is Intent.DENY
    assert not chat.last.context_injected
    await chat.says("какие услуги у вас есть?")
    assert "оронк" not in chat.last.text
    assert chat.visits[0].status is AppointmentStatus.PENDING


async def test_coming_back_to_it_takes_it_up_again() -> None:
    chat = reminded("en")
    await chat.says("what time do you open on fridays?")
    assert "Anna" not in chat.last.text
    await chat.says("cool. and my crown, what day was it?")
    assert chat.last.context_injected
    assert "17 March" in chat.last.text


async def test_a_short_question_after_the_reminder_is_about_it() -> None:
    chat = reminded("es")
    await chat.says("y eso cuánto dura?")
    assert chat.last.context_injected
    assert "60" in chat.last.text
    await chat.says("sí")
    assert chat.visits[0].status is AppointmentStatus.CONFIRMED


async def test_a_wish_to_book_something_else_confirms_nothing() -> None:
    chat = reminded("en")
    await chat.says("ok, book me a cleaning on thursday at 12")
    assert chat.visits[0].status is AppointmentStatus.PENDING
    assert chat.known()["service"] == "cleaning"


async def test_after_an_answered_question_a_yes_books_what_was_asked_about() -> None:
    chat = reminded()
    await chat.says("а отбеливание делаете?")
    assert state_of(chat) is S.SERVICE_INQUIRY
    await chat.says("да")
    assert chat.known()["service"] == "whitening"
    assert chat.visits[0].status is AppointmentStatus.PENDING


async def test_later_that_day_moves_the_visit_that_is_pending() -> None:
    chat = reminded("en")
    await chat.says("can we do it later that day?")
    assert state_of(chat) is S.RESCHEDULING
    assert chat.last.context_injected


async def test_an_emergency_leaves_the_pending_action_where_it_was() -> None:
    chat = reminded("en")
    await chat.says("chest pain and sweating, what should i do")
    assert chat.last.intent is Intent.EMERGENCY
    assert chat.session.task is not None
    assert chat.session.task.appointment_id is not None


@pytest.mark.parametrize(
    ("language", "text", "named"),
    [
        ("en", "does anyone of your doctors speak russian?", "Anna"),
        ("ru", "а есть врачи, которые говорят по-русски?", "Анна"),
        ("he", "יש לכם מישהו שמדבר רוסית?", "אנה"),
    ],
)
async def test_who_speaks_a_language_is_asked_of_all_doctors(language: str, text: str, named: str) -> None:
    chat = Chat(language=language).pending("offer_doctor", service="implant", doctor="noa")
    await chat.says(text)
    assert not chat.last.context_injected
    assert named in chat.last.text
    assert "Noa" not in chat.last.text
    assert "נועה" not in chat.last.text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "no, not with her"), ("ru", "нет, к ней не пойдём"), ("es", "no, con ella no")],
)
async def test_a_no_to_the_doctor_offered_is_answered_as_a_no(language: str, text: str) -> None:
    chat = Chat(language=language).pending("offer_doctor", service="implant", doctor="noa")
    await chat.says(text)
    assert chat.last.intent is Intent.DENY
    assert chat.last.context_injected


@pytest.mark.parametrize("text", ["actually no dont, i'll make it work", "no, don't, i can come after all"])
async def test_a_cancellation_is_called_off_in_other_words(text: str) -> None:
    chat = reminded("en")
    await chat.says("cancel my crown please")
    await chat.says(text)
    assert state_of(chat) is S.IDLE
    assert chat.visits[0].status is not AppointmentStatus.CANCELLED


async def test_a_cancellation_put_aside_is_taken_up_by_the_name_of_its_service() -> None:
    chat = reminded("en")
    await chat.says("cancel my crown please")
    await chat.says("wait, what's your address?")
    await chat.says("thanks. right, cancel that crown appointment for me")
    await chat.says("yes, cancel it")
    assert chat.visits == [] or chat.visits[0].status is AppointmentStatus.CANCELLED


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "i have 13:00 on the 17th, could i come at 11:00 instead?"),
        ("he", "יש לי ב-17 במרץ ב13:00 כתר, אפשר במקום זה ב11:00?"),
        ("ru", "у меня коронка 17 марта в 13:00, можно перенести на 11:00?"),
    ],
)
async def test_a_move_told_with_the_old_time_first_goes_to_the_new_one(language: str, text: str) -> None:
    chat = reminded(language)
    await chat.says(text)
    assert chat.known()["time"] == "11:00"
    assert chat.known()["date"] == "2026-03-17"


@pytest.mark.parametrize(
    ("language", "reminder", "later_question", "yes"),
    [
        ("en", "Tomorrow at 13:00 you see Anna. Do you confirm?", "There is parking. Shall I send you the address?", "yes"),
        ("pt", "Amanhã às 13:00 com a Anna. Você confirma?", "Temos sim. Quer que eu mande o endereço?", "quero sim"),
        ("ru", "Завтра в 13:00 к доктору Анне. Подтверждаете?", "Да, есть. Прислать вам адрес клиники?", "да"),
    ],
)  # fmt: skip
async def test_a_yes_to_a_later_question_confirms_nothing(
    language: str, reminder: str, later_question: str, yes: str
) -> None:
    chat = reminded(language)
    chat.history = [
        Said(role="assistant", text=reminder),
        Said(role="patient", text="?"),
        Said(role="assistant", text=later_question),
    ]
    await chat.says(yes)
    assert [visit.status for visit in chat.visits] == [AppointmentStatus.PENDING]


async def test_a_yes_confirms_where_the_later_question_is_about_the_visit() -> None:
    chat = reminded("en")
    chat.history = [
        Said(role="assistant", text="Tomorrow at 13:00 you see Anna. Do you confirm?"),
        Said(role="patient", text="is there parking?"),
        Said(role="assistant", text="Yes, behind the house. Do you confirm 13:00?"),
    ]
    await chat.says("yes")
    assert [visit.status for visit in chat.visits] == [AppointmentStatus.CONFIRMED]
