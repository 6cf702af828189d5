"""A send that broke off may have arrived. What becomes of it when the gateway is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from frontdesk.whatsapp import delivery as delivery_module
from tests.support.front import Front, open_front

PATIENT = "12025550999"
OTHER_LID = "270000000001888@lid"


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


async def staff_answer(front: Front) -> None:
    await front.post(front.message("Hello, reception here. It is 100.", phone=PATIENT, from_me=True))


async def an_emergency_comes(front: Front) -> None:
    await front.says("my son is not breathing")


async def hours_pass(front: Front) -> None:
    front.clock.advance(hours=9)


async def nothing_happens(front: Front) -> None:
    front.clock.advance(minutes=1)


async def send_into_an_outage(front: Front) -> None:
    await front.fault(down=True)
    await front.says("how much is a check-up?")
    await front.settle()
    assert front.query("select status from core.outbox") == [("sending",)]


async def the_gateway_comes_back(front: Front) -> None:
    await front.fault(down=False)
    for _ in range(2):
        front.query("update procrastinate_jobs set scheduled_at = null where status = 'todo' returning 1")
        await front.settle()


@pytest.mark.parametrize(
    ("happens", "status", "reason"),
    [
        (staff_answer, "superseded", "staff answered"),
        (an_emergency_comes, "superseded", "emergency"),
        (hours_pass, "superseded", "too late"),
        (nothing_happens, "sent", None),
    ],
)
async def test_an_answer_in_doubt_goes_out_only_where_it_still_fits(
    front: Front, happens: Callable[[Front], Awaitable[None]], status: str, reason: str | None
) -> None:
    await send_into_an_outage(front)
    await happens(front)
    await the_gateway_comes_back(front)
    assert front.query("select status, reason from core.outbox where kind = 'reply'") == [(status, reason)]
    assert any("$100" in answer for answer in await front.answers()) == (status == "sent")


@asynccontextmanager
async def paused_send(front: Front, *, before: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A worker stands still before a step of its send, as under SIGSTOP, until the block ends.

    Gives what another worker does that takes the message over.
    """
    await front.says("how much is a check-up?")
    await front.queue.run_until_idle(["turns"])
    ((clinic_id, outbox_id),) = front.query("select clinic_id, outbox_id from core.outbox")
    delivery = front.jobs._office.delivery
    client = delivery._client
    step = getattr(client, before)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still_once(*arguments: Any, **named: Any) -> Any:
        setattr(client, before, step)
        reached.set()
        await go_on.wait()
        return await step(*arguments, **named)

    setattr(client, before, stand_still_once)
    paused = asyncio.create_task(delivery.deliver(clinic_id, outbox_id))
    await reached.wait()
    yield lambda: delivery.deliver(clinic_id, outbox_id)
    go_on.set()
    await paused
    await front.settle()


async def test_a_worker_that_slept_through_the_takeover_sends_nothing(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "SURELY_OURS_FOR_S", 0.0)
    async with paused_send(front, before="wait_turn") as take_over:
        await take_over()
    assert len(await front.answers()) == 1
    assert front.query("select status, maybe_duplicate from core.outbox") == [("sent", False)]


async def test_two_workers_that_both_sent_leave_the_mark(front: Front) -> None:
    async with paused_send(front, before="send_text") as take_over:
        await take_over()
    assert len(await front.answers()) == 2
    assert front.query("select status, maybe_duplicate from core.outbox") == [("sent", True)]
    # Both copies are ours: neither is taken for a word of staff.
    assert front.query("select count(*) from core.conversation_sessions where staff_until is not null") == [
        (0,)
    ]


async def test_the_same_words_to_somebody_else_are_not_taken_for_ours(front: Front) -> None:
    asked = front.message("how much is a check-up?")
    asked["data"]["key"]["remoteJid"] = OTHER_LID
    await front.says("how much is a check-up?")
    await front.post(asked)
    await front.queue.run_until_idle(["turns"])
    promised = front.query("select clinic_id, outbox_id, reply_to, text from core.outbox order by reply_to")
    delivery = front.jobs._office.delivery
    now = front.clock.now
    for clinic_id, outbox_id, _, _ in promised:
        await delivery._outbox.claim(clinic_id, outbox_id, now=now, receipt_due_at=now)
    # Both are in hand, the LID's leaves, and the worker dies.
    await delivery._client.send_text(
        instance="dental-harbor", api_version="v2", reply_to=OTHER_LID, text=promised[1][3]
    )
    for clinic_id, outbox_id, _, _ in promised:
        await delivery.deliver(clinic_id, outbox_id)

    assert sorted(number for number, _ in await front.sent()) == sorted([PATIENT, OTHER_LID])
    # Nobody can tell whose the first one is by its LID alone: the phone's copy carries the mark.
    assert front.query("select reply_to, maybe_duplicate from core.outbox order by reply_to") == [
        (PATIENT, True),
        (OTHER_LID, False),
    ]
