"""Several people on one phone: a visit is for the one who writes unless they say for whom."""

from __future__ import annotations

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.scheduling.models import Visitor
from tests.dialogue.test_repair import chat_with
from tests.support.chat import state_of

FOR_OTHERS = [
    ("ladoga_spb", "ru", "запишите сына на прививку завтра в 11", Visitor.CHILD, "для ребёнка"),
    ("turia", "es", "quiero depilación láser para mi hija el jueves a las 17:30", Visitor.CHILD, "hijo o hija"),
    ("carmel", "he", "פיזיותרפיה לבת שלי מחר ב-17:30", Visitor.CHILD, "עבור הילד"),
    ("quay", "en", "blood test for my mum tomorrow at 14:00", Visitor.OTHER_ADULT, "the person you are writing for"),
    ("boa", "pt", "exame de vista para minha mãe amanhã às 10", Visitor.OTHER_ADULT, "por quem você escreve"),
    ("carmel", "he", "פיזיותרפיה לאמא שלי מחר ב-17:30", Visitor.OTHER_ADULT, "עבור מי שכתבת"),
]  # fmt: skip


@pytest.mark.parametrize(("clinic", "language", "wish", "visitor", "said"), FOR_OTHERS)
async def test_the_proposal_says_for_whom_and_the_visit_keeps_it(
    clinic: str, language: str, wish: str, visitor: Visitor, said: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert said in chat.last.text
    await chat.says({"ru": "да", "es": "sí", "he": "כן", "en": "yes", "pt": "sim"}[language])
    assert [visit.visitor for visit in chat.visits] == [visitor]


@pytest.mark.parametrize(
    ("clinic", "language", "first", "messages", "visitor"),
    [
        ("ladoga_spb", "ru", "хочу записать дочку", ["прививка", "завтра в 11", "да"], Visitor.CHILD),
        ("turia", "es", "quiero cita para mi madre", ["depilación láser", "el jueves a las 17:30", "sí"], Visitor.OTHER_ADULT),
        ("quay", "en", "can i book my son in", ["blood test", "tomorrow at 14:00", "actually its for me", "yes"], Visitor.WRITER),
    ],
)  # fmt: skip
async def test_for_whom_is_remembered_through_the_booking_and_may_be_corrected(
    clinic: str, language: str, first: str, messages: list[str], visitor: Visitor
) -> None:
    chat = chat_with(clinic, language)
    for message in (first, *messages):
        await chat.says(message)
    assert [visit.visitor for visit in chat.visits] == [visitor]


@pytest.mark.parametrize(
    ("clinic", "language", "wish"),
    [
        ("quay", "en", "my husband recommended you, can i book a blood test tomorrow at 14:00"),
        ("ladoga_spb", "ru", "муж посоветовал вас, запишите на прививку завтра в 11"),
        ("boa", "pt", "minha irmã indicou vocês, quero exame de vista amanhã às 10"),
    ],
)
async def test_who_is_only_mentioned_gets_no_visit(clinic: str, language: str, wish: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    await chat.says({"ru": "да", "en": "yes", "pt": "sim"}[language])
    assert [visit.visitor for visit in chat.visits] == [Visitor.WRITER]


@pytest.mark.parametrize(
    ("clinic", "language", "wish", "said"),
    [
        ("quay", "en", "a blood test for me and my husband tomorrow at 14:00", "one after the other"),
        ("ladoga_spb", "ru", "запишите нас с мужем на прививку завтра в 11", "по очереди"),
        ("turia", "es", "depilación láser para mí y para mi hermana el jueves a las 17:30", "una por una"),
    ],
)
async def test_two_people_are_booked_one_after_the_other(
    clinic: str, language: str, wish: str, said: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    assert said in chat.last.text
    await chat.says({"ru": "да", "en": "yes", "es": "sí"}[language])
    assert [visit.visitor for visit in chat.visits] == [Visitor.WRITER]


async def test_the_childs_visit_is_told_from_the_parents_own() -> None:
    chat = chat_with("quay", "en")
    for message in (
        "blood test for my son tomorrow at 14:00", "yes", "blood test for me tomorrow at 15:00", "yes",
        "cancel my son's appointment",
    ):  # fmt: skip
        await chat.says(message)
    assert "14:00 (for your child)" in chat.last.text
    await chat.says("yes")
    assert [visit.visitor for visit in chat.visits if visit.status.is_active] == [Visitor.WRITER]
