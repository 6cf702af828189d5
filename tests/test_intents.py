"""What a message is for, on labelled messages of three invented clinics and on single rules."""

from __future__ import annotations

import pytest

from frontdesk.conversation.topics import Topic, topics_of
from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.models import Intent
from tests.support.catalogs import english_only, skin_and_motion
from tests.support.messages import judge, load_messages, read

LEAST_SHARE_RIGHT = 0.93


@pytest.mark.parametrize("language", LANGUAGES)
def test_intents_names_and_answers_are_read_right_in_every_language(language: str) -> None:
    judged = [judge(message) for message in load_messages(language)]
    wrong = [(each.message["text"], each.wrong) for each in judged if each.wrong]

    assert len(judged) >= 80
    assert 1 - len(wrong) / len(judged) >= LEAST_SHARE_RIGHT, wrong


def test_the_third_kept_apart_is_read_right() -> None:
    kept_apart = [
        judge(message)
        for language in LANGUAGES
        for message in load_messages(language)
        if message.get("held_out")
    ]
    wrong = [(each.message["text"], each.wrong) for each in kept_apart if each.wrong]

    assert len(kept_apart) >= 130
    assert 1 - len(wrong) / len(kept_apart) >= LEAST_SHARE_RIGHT, wrong


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("не хочу записываться, только узнать сколько стоит массаж", Intent.PRICE_INQUIRY),
        ("don't cancel it please, what time is my appointment", Intent.MY_APPOINTMENTS),
        ("hola, quiero anular mi cita de masaje del jueves", Intent.CANCEL),
        ("oi! dá pra passar minha sessão de massagem pra terça?", Intent.RESCHEDULE),
        ("שלום, אפשר להעביר את העיסוי ליום שני?", Intent.RESCHEDULE),
    ],
)
def test_the_request_wins_over_greeting_names_and_dates(text: str, intent: Intent) -> None:
    assert read(text, skin_and_motion()).intent is intent


def test_misspelled_requests_without_punctuation_are_read() -> None:
    assert read("deseo afendar una cita", skin_and_motion()).intent is Intent.BOOK
    assert read("can u resheduel my appointmnt", skin_and_motion()).intent is Intent.RESCHEDULE
    assert read("хочу запистаься на масаж", skin_and_motion()).intent is Intent.BOOK


def test_a_question_about_a_treatment_the_clinic_lacks_is_still_about_a_treatment() -> None:
    seen = read("делаете ли вы виниры?", skin_and_motion())

    assert seen.intent is Intent.SERVICE_INQUIRY
    assert seen.services == ()


def test_a_yes_with_a_question_is_the_question_with_a_yes() -> None:
    seen = read("yes, and how much is the crown?", english_only())

    assert seen.intent is Intent.PRICE_INQUIRY
    assert seen.says_yes


def test_what_says_nothing_known_is_out_of_scope() -> None:
    assert read("qwpoeiruty zmxncb", skin_and_motion()).intents == (Intent.OUT_OF_SCOPE,)


def test_the_reasons_name_the_rules_that_fired() -> None:
    assert any(
        reason.startswith("price_inquiry:en:")
        for reason in read("how much is botox", skin_and_motion()).reasons
    )


@pytest.mark.parametrize("text", ["good evening", "добрый вечер", "buenas tardes", "boa noite", "ערב טוב"])
def test_the_evening_of_a_greeting_is_no_time(text: str) -> None:
    seen = read(text, skin_and_motion())

    assert seen.intent is Intent.GREETING
    assert seen.dates == ()


@pytest.mark.parametrize(
    "text",
    [
        "אתם עובדים עם קופת חולים כללית?",
        "вы по омс принимаете?",
        "trabajan con mutua?",
        "vocês atendem pelo plano?",
        "do ye take a medical card",
        "se puede pagar a plazos?",
        "אפשר לפרוס לתשלומים?",
        "можно частями оплатить?",
    ],
)
def test_insurance_and_instalments_are_about_payment(text: str) -> None:
    assert read(text, skin_and_motion()).intent is Intent.PRICE_INQUIRY
    assert Topic.PAYMENT in topics_of(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do any of yer doctors speak russian?", "ru"),
        ("есть кто-нибудь, кто говорит по-испански?", "es"),
        ("tem algum médico que fale inglês?", "en"),
        ("יש לכם מישהו שמדבר רוסית?", "ru"),
        ("hay algún médico que hable portugués?", "pt"),
        ("does she speak russian?", None),
        ("how much is the massage, in english please", None),
    ],
)
def test_a_doctor_who_speaks_a_language_is_asked_for(text: str, language: str | None) -> None:
    seen = read(text, skin_and_motion())

    assert seen.asks_who_speaks == language
    assert not seen.any_doctor


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what time is his appointment on wednesday and who is it with", Intent.OUT_OF_SCOPE),
        ("когда у неё приём, я её муж", Intent.OUT_OF_SCOPE),
        ("quando é a consulta dela?", Intent.OUT_OF_SCOPE),
        ("מתי התור שלו ולמה הוא בא", Intent.OUT_OF_SCOPE),
        ("when is my daughters appointment", Intent.MY_APPOINTMENTS),
        ("во сколько у моего сына приём, когда у него запись?", Intent.MY_APPOINTMENTS),
    ],
)
def test_only_of_a_child_may_one_ask_when_another_comes(text: str, intent: Intent) -> None:
    assert read(text, skin_and_motion()).intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "my sister said i need to talk to someone about massage so book me a massage for friday at ten",
        "мне сказали поговорить с кем-то про массаж, запишите на массаж в пятницу в десять",
        "necesito hablar con alguien sobre masaje, quiero reservar cita de masaje el viernes a las diez",
    ],
)
def test_somebody_to_see_about_a_treatment_is_no_call_for_staff(text: str) -> None:
    assert read(text, skin_and_motion()).intent is Intent.BOOK


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("תעבירו אותי לנציג אנושי", Intent.HUMAN),
        ("me passa pra um atendente", Intent.HUMAN),
        ("pásame con una persona", Intent.HUMAN),
        ("numero de la recepcion por favor", Intent.HOURS_LOCATION),
        ("me dá o telefone da recepção", Intent.HOURS_LOCATION),
        ("what is the number for reception", Intent.HOURS_LOCATION),
    ],
)
def test_being_passed_on_is_told_from_a_move_and_a_number_from_a_person(text: str, intent: Intent) -> None:
    assert read(text, skin_and_motion()).intent is intent


@pytest.mark.parametrize(
    "text",
    ["great thanks thats all", "ок спасибо, это всё", "vale gracias, eso es todo", "סבבה תודה רבה זה הכל"],
)
def test_closing_thanks_say_no_yes(text: str) -> None:
    seen = read(text, skin_and_motion())

    assert seen.intent is Intent.THANKS_BYE
    assert not seen.says_yes


@pytest.mark.parametrize(
    "text",
    [
        "buenas, me duele una muela desde ayer",
        "доброе утро, болит зуб со вчера",
        "bom dia, meu dente está doendo desde ontem",
        "hi there, my tooth has been hurting since yesterday",
    ],
)
def test_what_comes_after_a_greeting_is_the_matter(text: str) -> None:
    assert read(text, english_only()).intent is not Intent.GREETING
