"""A person wrote by phone and by LID; when the two turn out to be one, so do the chats, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.front import Front, open_front

PATIENT = "12025550999"
LID = "270000000001777@lid"


@pytest.fixture
async def front(database_url: str, owner_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(database_url=database_url, owner_url=owner_url, folder=tmp_path) as opened:
        await opened.says("hello there")
        await opened.settle()
        yield opened


async def says_by_lid(front: Front, text: str, *, from_me: bool = False) -> None:
    message = front.message(text, from_me=from_me)
    message["data"]["key"]["remoteJid"] = LID
    await front.post(message)


async def says_by_both(front: Front, text: str) -> None:
    """The message that shows that the two are one person."""
    await front.says(text, phone=PATIENT, lid=LID)


async def test_staff_who_hold_the_one_chat_hold_both(front: Front) -> None:
    await says_by_lid(front, "Hello, reception here", from_me=True)
    before = await front.sent()
    await says_by_both(front, "how much is a check-up?")
    await front.settle()
    assert await front.sent() == before


async def test_a_visit_booked_in_the_one_chat_is_known_in_both(front: Front) -> None:
    await says_by_lid(front, "book a check-up on thursday at 11:00")
    await front.settle()
    await says_by_lid(front, "yes")
    await front.settle()
    await says_by_both(front, "when is my visit?")
    await front.settle()
    assert "11:00" in (await front.sent())[-1][1]


async def test_what_was_half_done_in_the_one_chat_goes_on_in_both(front: Front) -> None:
    front.clock.advance(minutes=1)
    await says_by_lid(front, "book a check-up on thursday at 11:00")
    await front.settle()
    front.clock.advance(minutes=1)
    await says_by_both(front, "yes")
    await front.settle()
    assert front.query("select status from healthcare.appointments") == [("booked",)]


async def test_a_question_that_waited_in_the_one_chat_is_answered_once(front: Front) -> None:
    sessions = front.desk.turns._sessions
    commit = sessions.commit_turn

    async def join_first(clinic_id: Any, payload: Any) -> Any:
        if payload["reply"] and payload["reply"]["reply_to"] == LID:
            sessions.commit_turn = commit  # type: ignore[method-assign]
            await says_by_both(front, "hello?")
            ((kept,),) = front.query("select id from core.conversation_sessions where reply_to = %s", PATIENT)
            await front.desk.turns.answer(clinic_id=clinic_id, session_id=kept)
        return await commit(clinic_id, payload)

    sessions.commit_turn = join_first  # type: ignore[method-assign]
    await says_by_lid(front, "how much is a check-up?")
    await front.settle()
    assert len([text for _, text in await front.sent() if "$100" in text]) == 1
    assert front.query("select count(*) from core.whatsapp_conversations where status = 'new'") == [(0,)]
