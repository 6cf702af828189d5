"""A person has a phone and a LID, and either may fail in silence: the answer goes to the other one, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.front import Front, open_front

PHONE, LID = "12025550999", "270000000001999@lid"
STAFF = "9997"


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(
        database_url=database_url,
        owner_url=owner_url,
        folder=tmp_path,
        events=frozenset({"messages.update"}),
    ) as opened:
        yield opened


@pytest.fixture
async def silent_front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    """Its gateway knows what becomes of messages and tells nobody."""
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


async def patient_asks(front: Front, text: str = "how much is a check-up?", *, lid: str | None = LID) -> None:
    await front.post(front.message(text, phone=PHONE, lid=lid))
    await front.settle()


async def time_passes(front: Front, **length: float) -> None:
    front.clock.advance(**length)
    await front.jobs.find_unacknowledged()
    await front.settle()


async def somebody_was_reached(front: Front) -> None:
    """The instance is known to tell receipts."""
    await front.says("hello", phone="12025550123")
    await front.settle()


async def addresses(front: Front) -> list[str]:
    return [to for to, _ in await front.sent() if to in (PHONE, LID)]


async def staff_was_told(front: Front) -> list[str]:
    return [text for to, text in await front.sent() if to.startswith(STAFF)]


def last_promise(front: Front) -> tuple[object, ...]:
    (row,) = front.query(
        "select status, reply_to, maybe_duplicate from core.outbox where kind <> 'staff_alert' order by seq desc limit 1"
    )
    return row


async def test_the_phone_comes_first_where_both_addresses_are_known(front: Front) -> None:
    await patient_asks(front)
    await time_passes(front, seconds=90)
    assert await addresses(front) == [PHONE]
    assert last_promise(front) == ("sent", PHONE, False)


async def test_a_phone_that_never_acknowledges_is_followed_by_the_lid_with_the_mark(front: Front) -> None:
    await somebody_was_reached(front)
    await front.fault(phone_address="unacknowledged")
    await patient_asks(front)
    await time_passes(front, seconds=45)
    assert await addresses(front) == [PHONE]

    await time_passes(front, seconds=30)

    assert await addresses(front) == [PHONE, LID]
    assert last_promise(front) == ("sent", LID, True)
    first, second = [text for to, text in await front.sent() if to in (PHONE, LID)]
    assert first == second
    assert await staff_was_told(front) == []


async def test_the_address_that_answered_is_used_from_then_on(front: Front) -> None:
    await somebody_was_reached(front)
    await front.fault(phone_address="unacknowledged")
    await patient_asks(front)
    await time_passes(front, seconds=75)
    await patient_asks(front, "where are you?")
    assert await addresses(front) == [PHONE, LID, LID]
    assert last_promise(front) == ("sent", LID, False)


async def test_a_refused_message_goes_to_the_other_address_at_once(front: Front) -> None:
    await front.fault(phone_address="refused")
    await patient_asks(front)
    assert await addresses(front) == [PHONE, LID]
    assert last_promise(front) == ("sent", LID, True)
    assert front.query(
        "select delivery from core.whatsapp_conversations where direction = 'out' and copy_of is null"
    ) == [(3,)]


async def test_an_address_where_nobody_is_was_not_sent_to_and_needs_no_mark(front: Front) -> None:
    await front.fault(phone_address="rejected")
    await patient_asks(front)
    assert await addresses(front) == [LID]
    assert last_promise(front) == ("sent", LID, False)


async def test_a_rejected_lid_leads_back_to_the_phone(front: Front) -> None:
    await front.fault(phone_address="rejected")
    await patient_asks(front)
    await front.fault(phone_address="reached", lid_address="rejected")
    await patient_asks(front, "where are you?")
    assert await addresses(front) == [LID, PHONE]
    assert last_promise(front) == ("sent", PHONE, False)


@pytest.mark.parametrize("lid", ["unacknowledged", "refused", "rejected"])
async def test_if_both_addresses_fail_staff_are_told_once_and_nothing_more_is_sent(
    front: Front, lid: str
) -> None:
    await somebody_was_reached(front)
    await front.fault(phone_address="unacknowledged", lid_address=lid)
    await patient_asks(front)
    for _ in range(3):
        await time_passes(front, seconds=75)
    assert await addresses(front) == [PHONE] + [LID] * (lid != "rejected")
    assert last_promise(front)[0] == "failed"
    (told,) = await staff_was_told(front)
    assert f"+{PHONE}" in told
    assert front.query("select kind from core.staff_alerts") == [("undelivered",)]


async def test_a_person_with_one_address_has_no_other_to_try(front: Front) -> None:
    await front.fault(phone_address="refused")
    await patient_asks(front, lid=None)
    assert await addresses(front) == [PHONE]
    assert last_promise(front) == ("failed", PHONE, False)
    assert len(await staff_was_told(front)) == 1


async def test_news_that_come_after_all_undo_the_failure(front: Front) -> None:
    await front.fault(phone_address="refused")
    await patient_asks(front, lid=None)
    ((provider_id,),) = front.query("select provider_id from core.outbox where kind <> 'staff_alert'")
    await front.receipt(provider_id, "DELIVERY_ACK")
    assert last_promise(front)[0] == "sent"


async def test_an_acknowledgement_whose_webhook_was_lost_is_asked_for(silent_front: Front) -> None:
    front = silent_front
    await front.says("hello", phone="12025550123")
    await front.settle()
    ((provider_id,),) = front.query("select provider_id from core.outbox")
    await front.receipt(provider_id, "READ")
    await patient_asks(front)

    await time_passes(front, seconds=75)

    assert await addresses(front) == [PHONE]
    assert front.query("select delivery from core.whatsapp_conversations where direction = 'out'") == [
        (3,),
        (3,),
    ]


async def test_a_gateway_that_never_tells_receipts_is_not_second_guessed(silent_front: Front) -> None:
    front = silent_front
    await front.fault(phone_address="unacknowledged")
    await patient_asks(front)
    await time_passes(front, seconds=75)
    assert await addresses(front) == [PHONE]


async def test_while_the_clinics_phone_is_off_nothing_is_concluded(front: Front) -> None:
    await somebody_was_reached(front)
    await front.fault(phone_address="unacknowledged")
    await patient_asks(front)
    await front.gateway.post("/control/connection", json={"instance": "dental-harbor", "state": "connecting"})
    await time_passes(front, seconds=75)
    assert await addresses(front) == [PHONE]
    assert front.query(
        "select count(*) from procrastinate_jobs where task_name = 'check_receipt' and scheduled_at is not null"
    ) == [(1,)]


async def test_the_first_copy_stays_ours_and_its_late_receipt_counts(front: Front) -> None:
    await somebody_was_reached(front)
    await front.fault(phone_address="unacknowledged", lid_address="unacknowledged")
    await patient_asks(front)
    ((first_id,),) = front.query(
        "select provider_id from core.outbox where kind <> 'staff_alert' order by seq desc limit 1"
    )
    await time_passes(front, seconds=75)

    # The gateway's own report of the first copy is no member of staff writing.
    (text,) = {text for to, text in await front.sent() if to == PHONE}
    await front.post(front.message(text, phone=PHONE, id=first_id, from_me=True))
    await front.receipt(first_id, "SERVER_ACK")
    await time_passes(front, seconds=75)

    assert front.query("select count(*) from core.conversation_sessions where staff_until is not null") == [
        (0,)
    ]
    assert last_promise(front)[0] == "sent"
    assert await staff_was_told(front) == []


async def test_a_receipt_that_overtakes_our_own_note_of_the_send_is_not_lost(silent_front: Front) -> None:
    front = silent_front
    await front.says("hello")
    await front.queue.run_until_idle(["turns"])
    ((clinic_id, outbox_id),) = front.query("select clinic_id, outbox_id from core.outbox")
    outbox, now = front.desk.outbox, front.clock.now
    promised = await outbox.claim(clinic_id, outbox_id, now=now, receipt_due_at=now)
    assert promised is not None
    await front.receipt("3EB0EARLY", "READ")
    await front.receipt("3EB0EARLY", "SERVER_ACK")

    await outbox.mark(clinic_id, promised, status="sent", provider_id="3EB0EARLY", now=now)

    assert front.query("select delivery from core.whatsapp_conversations where direction = 'out'") == [(3,)]
    assert front.query("select count(*) from core.early_receipts") == [(0,)]


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (["SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED"], 4),
        (["READ", "DELIVERY_ACK", "SERVER_ACK"], 3),
        (["ERROR", "PENDING"], -1),
        (["SERVER_ACK", "ERROR"], 1),
        (["ERROR", "DELIVERY_ACK"], 2),
        (["READ", "DELETED", "PENDING", "ERROR"], 3),
    ],
)
async def test_delivery_states_only_move_forward(silent_front: Front, told: list[str], known: int) -> None:
    front = silent_front
    await front.says("hello")
    await front.settle()
    ((provider_id,),) = front.query("select provider_id from core.outbox")
    for status in told:
        await front.receipt(provider_id, status)
    assert front.query("select delivery from core.whatsapp_conversations where direction = 'out'") == [
        (known,)
    ]
