"""Who speaks when: staff takeovers end, emergencies go first, alerts find somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

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


async def test_who_was_not_told_of_an_alert_acknowledges_nothing_by_asking_for_a_visit(front: Front) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    await front.says("hi, can I move my own check-up to friday?", phone=SECOND)
    await front.settle()
    assert front.query("select status from core.staff_alerts") == [("open",)]
    assert await front.answers(SECOND)


async def test_what_was_written_before_an_alert_does_not_acknowledge_it(front: Front) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    await front.says("thanks, see you tomorrow", phone=ON_CALL, at=front.clock.now - timedelta(days=3))
    await front.settle()
    assert front.query("select status from core.staff_alerts") == [("open",)]


async def test_an_alert_that_everybody_missed_can_still_be_acknowledged(front: Front) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    for _ in range(6):
        front.clock.advance(minutes=6)
        await front.desk.alerts.escalate_unacknowledged(now=front.clock.now)
        await front.settle()
    assert front.query("select status from core.staff_alerts") == [("exhausted",)]
    told = await front.answers(SECOND)
    await front.says("on my way", phone=SECOND)
    await front.settle()
    assert front.query("select status from core.staff_alerts") == [("acknowledged",)]
    assert await front.answers(SECOND) == told


async def test_an_alert_whose_telling_failed_is_told_later(front: Front) -> None:
    alerts = front.desk.alerts
    tell = alerts.tell_next

    async def break_down(*arguments: Any, **named: Any) -> bool:
        raise RuntimeError("down")

    alerts.tell_next = break_down  # type: ignore[method-assign]
    await front.says("my son is not breathing")
    for _ in range(8):
        await front.settle()
        front.query("update procrastinate_jobs set scheduled_at = null where status = 'todo' returning 1")
    alerts.tell_next = tell  # type: ignore[method-assign]
    front.clock.advance(minutes=6)
    await alerts.escalate_unacknowledged(now=front.clock.now)
    await front.settle()
    assert await front.answers(ON_CALL)


async def test_a_follow_up_that_dies_half_way_is_settled_by_the_next_look(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    await front.says("my son is not breathing")
    await front.settle()
    front.clock.advance(minutes=16)

    async def die(*arguments: Any, **named: Any) -> None:
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr("frontdesk.followups.scheduler.put_alert", die)
        with pytest.raises(SystemError):
            await front.desk.follow_ups.settle_due()
    assert await front.desk.follow_ups.settle_due() == 1
    assert ("overdue_follow_up",) in front.query("select kind from core.staff_alerts")


@pytest.mark.parametrize("staff_hold_the_chat", [False, True])
async def test_a_message_edited_into_an_emergency_alerts_staff(
    front: Front, staff_hold_the_chat: bool
) -> None:
    if staff_hold_the_chat:
        await staff_writes(front, "Hello, this is the reception.")
    await front.says("how much is a check-up?", id="EDITED")
    await front.settle()
    await front.post(
        {
            "event": "messages.edited",
            "instance": "dental-harbor",
            "data": {
                "key": {"remoteJid": f"{PATIENT}@s.whatsapp.net", "fromMe": True, "id": "EDITED"},
                "type": "MESSAGE_EDIT",
                "editedMessage": {"conversation": "my son is not breathing"},
            },
        }
    )
    await front.settle()
    assert front.query("select kind, told from core.staff_alerts") == [("emergency", 1)]


async def test_a_late_staff_message_does_not_take_back_what_a_newer_one_said(front: Front) -> None:
    written_first = front.message("Hello, this is the reception.", phone=PATIENT, from_me=True)
    front.clock.advance(minutes=10)
    await staff_writes(front, "#bot")
    front.clock.advance(minutes=1)
    await front.post(written_first)  # the gateway's retry
    await front.says("how much is a check-up?")
    await front.settle()
    assert len(await front.answers()) == 1


@pytest.mark.parametrize(
    "content", [{"reactionMessage": {"key": {"id": "ASKED"}, "text": "\N{THUMBS UP SIGN}"}}, {}]
)
async def test_a_thumb_up_from_the_clinics_phone_is_no_answer(front: Front, content: dict[str, Any]) -> None:
    await front.says("how much is a check-up?", id="ASKED")
    reaction = front.message("", phone=PATIENT, from_me=True)
    reaction["data"]["message"] = content
    reaction["data"]["messageType"] = next(iter(content), "unknown")
    await front.post(reaction)
    await front.settle()
    assert len(await front.answers()) == 1


async def test_an_emergency_delivered_again_much_later_alerts_nobody_twice(front: Front) -> None:
    emergency = front.message("my son is not breathing")
    await front.post(emergency)
    await front.settle()
    front.clock.advance(minutes=50)
    await front.post(emergency)
    await front.settle()
    assert front.query("select count(*) from core.staff_alerts") == [(1,)]


async def test_a_request_for_a_person_that_is_answered_anew_alerts_once(front: Front) -> None:
    await front.says("I want to talk to a person")
    await front.queue.run_until_idle(["turns"])  # answered, and not sent yet
    await front.says("please, it is about my bill")
    await front.settle()
    assert front.query("select kind from core.staff_alerts") == [("handover",)]


async def test_an_alert_goes_out_by_a_number_that_is_connected(front: Front) -> None:
    ((clinic_id,),) = front.query(
        "insert into healthcare.whatsapp_instances (instance_id, clinic_id, instance_name, connection_state, created_at)"
        " select gen_random_uuid(), clinic_id, 'dental-harbor-2', 'open', now() from healthcare.whatsapp_instances"
        " where instance_name = 'dental-harbor' returning clinic_id"
    )
    await front.says("hello")
    await front.settle()
    ((session_id,),) = front.query("select id from core.conversation_sessions")
    lost = {"instance": "dental-harbor", "state": "close", "statusReason": 401}
    await front.post({"event": "connection.update", "instance": "dental-harbor", "data": lost})
    await front.desk.alerts.raise_alert(
        clinic_id,
        kind="overdue_follow_up",
        reason="urgent",
        dedupe_key="overdue",
        now=front.clock.now,
        session_id=session_id,
    )
    await front.queue.run_until_idle()
    used = front.query(
        "select distinct i.instance_name from core.outbox o join healthcare.whatsapp_instances i using (instance_id)"
        " where o.kind = 'staff_alert'"
    )
    assert used == [("dental-harbor-2",)]


async def test_a_consent_to_be_remembered_is_kept_with_its_words_and_so_is_its_end(front: Front) -> None:
    await front.says("book a check-up on wednesday at 11")
    await front.settle()
    for answer in ("yes", "yes", "please forget me"):
        front.clock.advance(minutes=1)
        await front.says(answer)
        await front.settle()
    given = front.query(
        "select kind, text_version, language, channel, withdrawn_at - given_at from core.consents"
    )
    assert given == [("memory", "1", "en", "whatsapp", timedelta(minutes=1))]
