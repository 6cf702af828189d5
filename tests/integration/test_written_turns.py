"""A turn that has booked is never thought again, and whatever takes its messages away, somebody tells the patient."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.front import Front, open_front

PATIENT = "12025550999"
Happening = Callable[[Front], Awaitable[Any]]


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        yield opened


def edit(words: str, *, provider_id: str = "YES", at_ms: int | None = None) -> dict[str, Any]:
    moment = {} if at_ms is None else {"timestampMs": str(at_ms)}
    return {
        "event": "messages.edited",
        "instance": "dental-harbor",
        "data": {
            "key": {"remoteJid": f"{PATIENT}@s.whatsapp.net", "fromMe": True, "id": provider_id},
            "type": "MESSAGE_EDIT",
            "editedMessage": {"conversation": words},
            **moment,
        },
    }


async def an_emergency(front: Front) -> None:
    await front.says("my son is not breathing")


async def staff_write(front: Front) -> None:
    await front.post(front.message("Hello, reception here", phone=PATIENT, from_me=True))


async def the_yes_is_revoked(front: Front) -> None:
    await front.post(
        {
            "event": "messages.delete",
            "instance": "dental-harbor",
            "data": {"remoteJid": f"{PATIENT}@s.whatsapp.net", "fromMe": False, "id": "YES"},
        }
    )


async def the_yes_becomes_a_no(front: Front) -> None:
    await front.post(edit("no, do not book it"))


async def book_while(front: Front, happens: Happening) -> None:
    """The patient says yes; after the visit is written and before the turn commits, something happens."""
    await front.says("book a check-up on thursday at 11:00")
    await front.settle()
    sessions = front.desk.turns._sessions
    commit = sessions.commit_turn

    async def commit_late(clinic_id: Any, payload: Any) -> Any:
        if front.query("select 1 from core.conversation_sessions where pinned_messages is not null"):
            sessions.commit_turn = commit  # type: ignore[method-assign]
            await happens(front)
        return await commit(clinic_id, payload)

    sessions.commit_turn = commit_late  # type: ignore[method-assign]
    await front.says("yes", id="YES")
    await front.settle()
    assert front.query("select count(*) from healthcare.appointments where status = 'booked'") == [(1,)]


@pytest.mark.parametrize("happens", [an_emergency, staff_write, the_yes_is_revoked])
async def test_a_chat_whose_booking_turn_lost_its_message_goes_on(front: Front, happens: Happening) -> None:
    await book_while(front, happens)
    assert ("untold",) in front.query("select kind from core.staff_alerts")

    front.clock.advance(hours=5)  # no staff hold it any more
    before = len(await front.answers())
    await front.says("what are your opening hours?")
    await front.settle()
    assert len(await front.answers()) == before + 1
    assert front.query("select count(*) from core.whatsapp_conversations where status = 'new'") == [(0,)]


async def test_a_yes_edited_after_the_booking_is_a_message_of_its_own(front: Front) -> None:
    await book_while(front, the_yes_becomes_a_no)

    said = front.query(
        "select text, status from core.whatsapp_conversations where direction = 'in' order by seq"
    )
    assert said[-2:] == [("yes", "answered"), ("no, do not book it", "answered")]
    answers = await front.answers()
    assert "Done, you are booked" in answers[-2]
    assert not any("I have not booked it" in answer for answer in answers)


async def test_the_news_of_a_written_visit_goes_out_although_an_emergency_came(front: Front) -> None:
    await front.says("book a check-up on thursday at 11:00")
    await front.settle()
    await front.says("yes")
    await front.queue.run_until_idle(["turns"])  # booked, and the answer waits to be sent
    await an_emergency(front)
    await front.settle()
    answers = await front.answers()
    assert any("Done, you are booked" in answer for answer in answers)
    assert any("911" in answer for answer in answers)


async def test_of_two_edits_the_later_one_counts_in_whatever_order_they_come(front: Front) -> None:
    await front.says("how much is a check-up?", id="ASKED")
    asked_ms = int(front.clock.now.timestamp() * 1000)
    await front.post(edit("what are your opening hours?", provider_id="ASKED", at_ms=asked_ms + 60_000))
    await front.post(edit("where are you?", provider_id="ASKED", at_ms=asked_ms + 30_000))
    await front.settle()
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [
        ("what are your opening hours?",)
    ]


async def test_of_two_edits_before_their_message_the_later_one_counts(front: Front) -> None:
    asked_ms = int(front.clock.now.timestamp() * 1000)
    await front.post(edit("where are you?", provider_id="ASKED", at_ms=asked_ms + 30_000))
    await front.post(edit("what are your opening hours?", provider_id="ASKED", at_ms=asked_ms + 60_000))
    await front.says("how much is a check-up?", id="ASKED")
    await front.settle()
    assert front.query("select text from core.whatsapp_conversations where direction = 'in'") == [
        ("what are your opening hours?",)
    ]
