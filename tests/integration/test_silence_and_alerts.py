"""Who speaks when: staff takeovers end, emergencies go first, alerts find somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.front import Front, open_front

PATIENT = "12025550999"
ON_CALL, SECOND = "999700001011", "999700001012"


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


async def staff_writes(front: Front, text: str) -> None:
    await front.post(front.message(text, phone=PATIENT, from_me=True))


async def test_a_takeover_ends_after_four_hours_without_a_staff_message(front: Front) -> None:
    await staff_writes(front, "Hello, this is the reception.")
    await front.says("how much is a check-up?")
    await front.settle()
    assert await front.answers() == []
    front.clock.advance(hours=4, minutes=1)
    await front.says("hello? how much is a check-up?")
    await front.settle()
    assert len(await front.answers()) == 1


async def test_staff_hand_back_by_writing_to_the_bot(front: Front) -> None:
    await staff_writes(front, "Hello, this is the reception.")
    front.clock.advance(minutes=1)
    await staff_writes(front, "#bot")
    await front.says("how much is a check-up?")
    await front.settle()
    assert len(await front.answers()) == 1


async def test_an_operator_hands_a_chat_back(front: Front) -> None:
    await staff_writes(front, "Hello, this is the reception.")
    ((clinic_id, session_id),) = front.query("select clinic_id, id from core.conversation_sessions")
    assert await front.desk.chats.resume(clinic_id, session_id, now=front.clock.now)
    await front.says("how much is a check-up?")
    await front.settle()
    assert len(await front.answers()) == 1


async def test_what_the_assistant_has_not_sent_yet_stays_unsent_when_staff_answer(front: Front) -> None:
    await front.says("how much is a check-up?")
    await front.queue.run_until_idle(["turns"])
    await staff_writes(front, "It is 100 dollars.")
    await front.settle()
    assert await front.answers() == []
    assert front.query("select status, reason from core.outbox") == [("superseded", "staff answered")]


async def test_an_emergency_is_answered_while_staff_hold_the_chat_and_staff_are_told(front: Front) -> None:
    await staff_writes(front, "Hello, this is the reception.")
    await front.says("my tongue is swelling and I can't breathe")
    await front.settle()
    (answer,) = await front.answers()
    assert "911" in answer
    assert [text for number, text in await front.sent() if number == ON_CALL]
    assert front.query("select kind, status, told from core.staff_alerts") == [("emergency", "open", 1)]


async def test_an_emergency_overtakes_the_questions_before_it(front: Front) -> None:
    await front.says("how much is a check-up?")
    await front.says("my son is not breathing")
    await front.settle()
    (answer,) = await front.answers()
    assert "911" in answer
    assert front.query("select count(*) from core.whatsapp_conversations where status = 'new'") == [(0,)]


async def test_an_emergency_is_answered_in_the_language_of_the_chat(front: Front) -> None:
    await front.says("en español por favor")
    await front.settle()
    await front.says("can't breathe")
    await front.settle()
    assert front.query("select language from core.outbox where kind = 'emergency'") == [("es",)]


async def test_an_unacknowledged_alert_goes_to_the_next_contact_after_five_minutes(front: Front) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    front.clock.advance(minutes=4)
    assert await front.desk.alerts.escalate_unacknowledged(now=front.clock.now) == 0
    front.clock.advance(minutes=2)
    assert await front.desk.alerts.escalate_unacknowledged(now=front.clock.now) == 1
    await front.settle()
    told = [number for number, _ in await front.sent() if number in (ON_CALL, SECOND)]
    assert told == [ON_CALL, SECOND]


async def test_any_reply_of_a_contact_acknowledges_the_alert_and_is_not_answered(front: Front) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    before = len(await front.sent())
    await front.says("on my way", phone=ON_CALL)
    await front.settle()
    assert front.query("select status from core.staff_alerts") == [("acknowledged",)]
    assert len(await front.sent()) == before


async def test_a_patient_who_asks_for_a_person_is_escalated_and_still_gets_answers_to_plain_questions(
    front: Front,
) -> None:
    await front.says("I want to talk to a person")
    await front.settle()
    assert front.query("select state from core.conversation_sessions") == [("escalated",)]
    assert front.query("select kind from core.staff_alerts") == [("handover",)]
    await front.says("what are your opening hours?")
    await front.settle()
    answers = await front.answers()
    assert len(answers) == 2
    assert "09:00" in answers[1]


async def test_an_old_emergency_alerts_staff_and_is_not_answered(front: Front) -> None:
    from datetime import timedelta

    body = front.message("my son is not breathing", at=front.clock.now - timedelta(hours=2))
    await front.post(body)
    await front.settle()
    assert await front.answers() == []
    assert front.query("select kind from core.staff_alerts") == [("stale_emergency",)]
