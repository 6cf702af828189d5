"""Words about the conversation itself: begin again, say it again, I do not understand, what did I book."""

from __future__ import annotations

import pytest

from frontdesk.conversation.state_machine import ConversationState as S
from frontdesk.understanding.models import Intent
from tests.dialogue.test_repair import chat_with
from tests.support.chat import state_of

PROPOSALS = [
    ("quay", "en", "blood test tomorrow at 2pm"),
    ("ladoga_spb", "ru", "прививка завтра в 11"),
    ("carmel", "he", "פיזיותרפיה מחר ב-17:30"),
    ("turia", "es", "depilación láser mañana a las 17:30"),
    ("boa", "pt", "exame de vista amanhã às 10"),
]
START_OVER = {"en": "let's start over", "ru": "давайте сначала", "he": "נתחיל מחדש", "es": "empecemos de nuevo", "pt": "vamos começar de novo"}  # fmt: skip
REPEAT = {"en": "can you repeat that?", "ru": "повторите пожалуйста", "he": "אפשר לחזור על זה?", "es": "¿me lo repite?", "pt": "pode repetir?"}  # fmt: skip
PUZZLED = {"en": "i don't understand", "ru": "не поняла", "he": "לא הבנתי", "es": "no entiendo", "pt": "não entendi"}  # fmt: skip
YES = {"en": "yes", "ru": "да", "he": "כן", "es": "sí", "pt": "sim"}
WHAT = {"en": "what did i book?", "ru": "на что я записан?", "he": "מה קבעתי?", "es": "¿qué cita tengo?", "pt": "o que eu marquei?"}  # fmt: skip


@pytest.mark.parametrize(("clinic", "language", "wish"), PROPOSALS)
async def test_starting_over_forgets_what_was_being_done(clinic: str, language: str, wish: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    await chat.says(START_OVER[language])
    assert state_of(chat) is S.IDLE
    await chat.says(YES[language])
    assert chat.visits == []


@pytest.mark.parametrize(("clinic", "language", "wish"), PROPOSALS)
async def test_what_was_said_is_said_again_and_a_yes_still_answers_it(
    clinic: str, language: str, wish: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    said = chat.last.text
    await chat.says(REPEAT[language])
    assert chat.last.text == said
    await chat.says(YES[language])
    assert len(chat.visits) == 1


@pytest.mark.parametrize(("clinic", "language", "wish"), PROPOSALS)
async def test_who_does_not_understand_is_told_how_to_answer_and_then_helped_by_a_person(
    clinic: str, language: str, wish: str
) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    await chat.says(PUZZLED[language])
    assert state_of(chat) is S.BOOKING_CONFIRMATION
    assert YES[language].lower() in chat.last.text.lower()
    await chat.says(PUZZLED[language])
    await chat.says(PUZZLED[language])
    assert chat.last.escalated
    assert chat.visits == []


@pytest.mark.parametrize(("clinic", "language", "wish"), PROPOSALS)
async def test_what_did_i_book_names_the_visit(clinic: str, language: str, wish: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    await chat.says(YES[language])
    await chat.says(WHAT[language])
    assert chat.last.intent is Intent.MY_APPOINTMENTS
    assert "5" in chat.last.text
    assert ":" in chat.last.text


@pytest.mark.parametrize(
    ("clinic", "language", "wish"),
    [
        ("quay", "en", "i need to repeat my blood test tomorrow at 2pm"),
        ("ladoga_spb", "ru", "хочу ещё раз на прививку завтра в 11"),
        ("turia", "es", "quiero otra vez depilación láser mañana a las 17:30"),
    ],
)
async def test_a_treatment_once_more_is_a_booking(clinic: str, language: str, wish: str) -> None:
    chat = chat_with(clinic, language)
    await chat.says(wish)
    assert state_of(chat) is S.BOOKING_CONFIRMATION
