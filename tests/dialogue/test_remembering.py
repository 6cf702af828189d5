"""Whether we may remember a patient: asked once, answered in a word, taken back in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frontdesk.conversation.state_machine import ConversationState
from frontdesk.understanding.models import Intent
from tests.support.chat import Chat

BOOKING = "book a check-up with dan on march 11 at 10"


async def chat_after_booking() -> Chat:
    chat = Chat()
    await chat.says(BOOKING)
    await chat.says("yes")
    return chat


async def test_the_first_booked_visit_brings_the_question_and_the_second_does_not() -> None:
    chat = await chat_after_booking()
    assert "May I remember your preferences" in chat.last.text
    assert [choice.reply_id for choice in chat.last.quick_replies] == ["memory:yes", "memory:no"]
    await chat.says("book a check-up with dan on march 12 at 10")
    assert "remember" not in chat.last.text
    await chat.says("yes")
    assert len(chat.visits) == 2
    assert "remember" not in chat.last.text


@pytest.mark.parametrize(
    ("word", "consent", "intent"), [("yes", "given", Intent.CONFIRM), ("no thanks", "withdrawn", Intent.DENY)]
)
async def test_a_bare_answer_is_to_this_question_only(word: str, consent: str, intent: Intent) -> None:
    chat = await chat_after_booking()
    reply = await chat.says(word)
    assert (reply.memory_consent, reply.intent, reply.state) == (consent, intent, ConversationState.IDLE)
    assert chat.last_records == []
    assert len(chat.visits) == 1
    assert (await chat.says(word)).memory_consent is None


async def test_a_yes_after_another_topic_is_no_consent() -> None:
    chat = await chat_after_booking()
    await chat.says("where do i park?")
    assert (await chat.says("yes")).memory_consent is None


async def test_an_old_button_says_what_it_says() -> None:
    chat = await chat_after_booking()
    await chat.says("where do i park?")
    assert (await chat.says("Yes", choice_id="memory:yes")).memory_consent == "given"


async def test_who_is_remembered_already_is_not_asked() -> None:
    chat = Chat()

    chat.person = replace(chat.person, remembers=True)
    await chat.says(BOOKING)
    assert "remember" not in (await chat.says("yes")).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "please delete all my data"),
        ("ru", "удалите всё, что знаете обо мне"),
        ("es", "borren mis datos por favor"),
        ("pt", "esqueça tudo sobre mim"),
        ("he", "תמחקו בבקשה את כל המידע שלי"),
    ],
)
async def test_consent_is_taken_back_in_words_and_what_is_open_stays_open(language: str, words: str) -> None:
    chat = Chat(language=language)
    await chat.says(BOOKING)
    reply = await chat.says(words)
    assert (reply.memory_consent, reply.language) == ("withdrawn", language)
    assert reply.state is ConversationState.BOOKING_CONFIRMATION
    assert reply.session.task is not None


@pytest.mark.parametrize(
    "words",
    ["forget it", "please keep my appointment", "забудьте", "no guarde mi cita", "esquece", "תשכח מזה"],
)
async def test_to_give_up_or_keep_a_visit_says_nothing_about_memory(words: str) -> None:
    chat = Chat()
    await chat.says(BOOKING)
    assert (await chat.says(words)).memory_consent is None
