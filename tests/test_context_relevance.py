"""Whether a message is about what is pending. Clinics and words here are the tests' own."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from frontdesk.conversation.link import LinkKind
from frontdesk.conversation.linking import find_link
from frontdesk.conversation.relevance import ContextRelevanceChecker
from frontdesk.conversation.state_machine import Task
from frontdesk.understanding.models import Intent
from frontdesk.understanding.understand import understand
from tests.support.chat import Chat

NOW = datetime.fromisoformat("2026-03-02T10:00:00+02:00")
VISIT = UUID("a4b56ff2-2160-4be8-b4d9-d0d5fd4c253c")


def reminder(**changes: Any) -> Task:
    """ "Crown with Anna on Tuesday 17 March at 13:00, do you confirm?" """
    chat = Chat()
    values: dict[str, Any] = {
        "kind": "confirm_appointment",
        "service_id": chat.fixture.service_id("tlv", "crown"),
        "doctor_id": chat.fixture.doctor_id("tlv", "anna"),
        "on": date(2026, 3, 17),
        "at": time(13),
        "appointment_id": VISIT,
        "asked": True,
    }
    return Task(**{**values, **changes})


def link_of(text: str, task: Task) -> LinkKind:
    return find_link(understand(text, catalog=Chat().catalog, now=NOW), task).kind


@pytest.mark.parametrize(
    "text",
    [
        "сколько стоит отбеливание?",
        "а парковка у вас есть?",
        "is there an orthodontist?",
        "what's your address",
        "hacen implantes?",
        "quero marcar uma limpeza",
        "אני רוצה לדבר עם נציג",
        "у вас есть рассрочка?",
        "do you take credit cards?",
        "болит зуб",
    ],
)
def test_another_matter_leaves_the_pending_visit_alone(text: str) -> None:
    assert link_of(text, reminder()) is LinkKind.NONE


@pytest.mark.parametrize(
    "text",
    ["да", "ok see you there", "no voy a poder ir", "isso dói?", "כמה זמן זה לוקח?", "а анна по-русски говорит?",
     "can we do it later that day?", "к какому врачу я записана?", "отмените пожалуйста"],
)  # fmt: skip
def test_what_concerns_the_pending_visit_is_about_it(text: str) -> None:
    assert link_of(text, reminder()) in (LinkKind.ANSWERS, LinkKind.REFERS)


@pytest.mark.parametrize(
    "text", ["мне коронка не нужна", "forget about anna", "ya no necesito la corona", "אני לא צריכה כתר"]
)
def test_not_needing_it_drops_it(text: str) -> None:
    assert link_of(text, reminder()) is LinkKind.DROPS


@pytest.mark.parametrize("text", ["да", "ok", "sí", "sim", "כן"])
def test_a_bare_yes_after_another_topic_confirms_nothing(text: str) -> None:
    assert link_of(text, reminder(asked=False)) is LinkKind.NONE


def test_not_dan_but_anna_changes_a_booking_and_does_not_drop_it() -> None:
    chat = Chat()
    booking = reminder(
        kind="book_appointment",
        doctor_id=chat.fixture.doctor_id("tlv", "dan"),
        appointment_id=None,
        current=True,
    )
    assert link_of("не к дану, а к анне", booking) is LinkKind.ANSWERS


def test_a_wish_to_book_something_else_is_no_yes() -> None:
    assert link_of("ok, book me a cleaning", reminder()) is LinkKind.NONE


async def test_the_backlogs_own_example_without_a_clinic() -> None:
    checker = ContextRelevanceChecker(now=NOW)
    is_relevant, confidence, reasoning = await checker.is_context_relevant(
        "Хочу узнать про виниры",
        "checking Dr. Dan availability for filling",
        [{"role": "assistant", "text": "У вас есть запись к Дану на пломбу. Подтверждаете?"}],
    )
    assert not is_relevant
    assert confidence < 0.2
    assert reasoning


@pytest.mark.parametrize(
    ("message", "pending", "relevant"),
    [
        ("Мне не нужен дан с пломбой", "Dr. Dan, filling", False),
        ("а к дану можно попозже?", "Dr. Dan, filling", True),
        (
            "how much is a root canal?",
            {"type": "book_appointment", "service": "filling", "doctor": "dan"},
            False,
        ),
        (
            "cuánto cuesta el empaste?",
            {"type": "book_appointment", "service": "filling", "doctor": "dan"},
            True,
        ),
        (
            "com a marina mesmo",
            {"type": "book_appointment", "service": "root_canal", "doctor": "marina"},
            True,
        ),
    ],
)
async def test_an_action_may_be_a_text_or_its_parts(message: str, pending: Any, relevant: bool) -> None:
    checker = ContextRelevanceChecker(now=NOW)
    is_relevant, confidence, _ = await checker.is_context_relevant(message, pending)
    assert is_relevant is relevant
    assert (confidence >= 0.5) is relevant


async def test_with_a_clinic_its_own_keys_and_options_are_known() -> None:
    checker = ContextRelevanceChecker(catalog=Chat().catalog, now=NOW)
    pending = {
        "type": "choose_slot",
        "service": "checkup",
        "doctor": "dan",
        "options": [{"doctor": "dan", "date": "2026-03-10", "time": "09:00"}],
    }
    assert (await checker.is_context_relevant("the first one", pending))[0]
    assert not (await checker.is_context_relevant("where are you located?", pending))[0]


async def test_a_yes_to_another_question_of_ours_is_not_about_it() -> None:
    checker = ContextRelevanceChecker(now=NOW)
    history = [{"role": "assistant", "text": "Fazemos clareamento. Quer marcar?"}]
    assert not (
        await checker.is_context_relevant("sim", {"service": "root_canal", "doctor": "marina"}, history)
    )[0]


async def test_the_intent_of_a_message_alone() -> None:
    checker = ContextRelevanceChecker(now=NOW)
    assert await checker.extract_current_intent("quanto custa um implante?") is Intent.PRICE_INQUIRY
