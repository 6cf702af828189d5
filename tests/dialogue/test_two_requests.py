"""Two requests in one message are both done, the second when the first is."""

from __future__ import annotations

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from tests.dialogue.test_repair import chat_with
from tests.support.chat import state_of

YES = {"en": "yes", "ru": "да", "es": "sí", "he": "כן", "pt": "sim"}


@pytest.mark.parametrize(
    ("clinic", "language", "message", "price"),
    [
        ("quay", "en", "i want a blood test tomorrow at 2pm and how much is a mole check?", "65"),
        ("ladoga_spb", "ru", "запишите на прививку завтра в 11 и сколько стоит узи?", "2300"),
        ("boa", "pt", "quero exame de vista amanhã às 10 e quanto custa a audiometria?", "190"),
    ],
)
async def test_the_price_of_one_thing_is_told_and_the_other_is_proposed(
    clinic: str, language: str, message: str, price: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(message)
    assert price in chat.last.text
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    await chat.says(YES[language])
    assert len(chat.visits) == 1


@pytest.mark.parametrize(
    ("clinic", "language", "first", "message"),
    [
        ("quay", "en", "blood test tomorrow at 2pm", "cancel my blood test and book a flu jab for friday at 9:30"),
        ("ladoga_spb", "ru", "прививка завтра в 11", "отмените прививку и запишите на узи в пятницу в 11:30"),
        ("boa", "pt", "exame de vista amanhã às 10", "cancela o exame de vista e marca audiometria segunda às 10"),
    ],
)  # fmt: skip
async def test_one_visit_is_cancelled_and_then_the_other_proposed(
    clinic: str, language: str, first: str, message: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(first)
    await chat.says(YES[language])
    (old,) = chat.visits
    await chat.says(message)
    assert state_of(chat) is S.CANCELING
    await chat.says(YES[language])
    assert chat.visits == []
    assert chat.session.task is not None
    assert chat.session.task.service_id != old.service_id


@pytest.mark.parametrize(
    ("clinic", "language", "message"),
    [
        ("quay", "en", "can i book a blood test and how much is it?"),
        ("ladoga_spb", "ru", "хочу на прививку, сколько она стоит?"),
        ("turia", "es", "quiero depilación láser, ¿cuánto cuesta?"),
    ],
)
async def test_a_wish_and_its_price_are_one_matter(clinic: str, language: str, message: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(message)
    assert "requests" not in " ".join(chat.last.reasons)
