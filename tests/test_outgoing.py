"""What may leave the clinic's assistant."""

import pytest

from frontdesk.safety.outgoing import finds_medical_advice, is_in_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "ru",
            "Вы записаны на 10:30 к доктору Smith, адрес: https://example.org/clinic/address/how/to/get/there",
        ),
        ("en", "You are booked with Dr. Lucía Fernández de la Cruz on Monday at 10:30."),
        ("es", "Su cita es el lunes a las 10:30 con la doctora Green."),
        ("pt", "A sua consulta é na segunda às 10h30 com a doutora Green."),
        ("he", "התור נקבע ליום שני בשעה 10:30 אצל Dr. Green."),
        ("he", "10:30"),
        ("ru", "OK!"),
        ("ru", "https://example.org/only/a/link"),
    ],
)
def test_a_text_in_its_language_may_leave_with_names_and_links(language: str, text: str) -> None:
    assert is_in_language(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Your appointment is on Monday at half past ten."),
        ("en", "Вы записаны на понедельник."),
        ("he", "Вы записаны на понедельник, ждём вас."),
        ("es", "Your appointment with the doctor is on Monday and you can come at ten."),
        ("pt", "You can cancel the appointment at any time, just write to us."),
        ("en", "Su cita es el lunes a las diez, por favor confirme si puede venir."),
        ("es", "Você pode remarcar a sua consulta quando quiser, é só nos avisar por aqui."),
        ("pt", "Puede cambiar su cita cuando quiera, solo tiene que avisarnos por aquí."),
        ("en", "Je voudrais vous dire que le rendez-vous est pris avec la dent."),
    ],
)
def test_a_text_plainly_in_another_language_may_not_leave(language: str, text: str) -> None:
    assert not is_in_language(text, language)


def test_names_given_do_not_count_as_letters() -> None:
    assert not is_in_language("врач Alexandra Montgomery", "ru")
    assert is_in_language("врач Alexandra Montgomery", "ru", names=frozenset({"alexandra", "montgomery"}))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ("dose", "Take 500 mg three times a day."),
        ("dose", "Можно принять 400мг"),
        ("dose", "אפשר לקחת 400 מ״ג"),
        ("dose", "amoxicilina de 875 mg"),
        ("drug_schedule", "Ibuprofen 400 should help."),
        ("drug_schedule", "Выпейте парацетамол, если болит."),
        ("drug_schedule", "Tome ibuprofeno cada 8 horas."),
        ("drug_schedule", "Tome o antibiótico por sete dias."),
        ("drug_schedule", "קחו אקמול ותרגישו טוב יותר"),
        ("drug_schedule", "Принимайте по одной таблетке каждые 6 часов."),
        ("diagnosis", "You probably have an abscess."),
        ("diagnosis", "У вас, это пульпит, ничего страшного."),
        ("diagnosis", "Parece una infección."),
        ("diagnosis", "Não é nada grave."),
        ("diagnosis", "זה לא מסוכן"),
    ],
)
def test_advice_on_drugs_or_a_diagnosis_is_found(found: str, text: str) -> None:
    assert finds_medical_advice(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "A cleaning costs 350 and takes 45 minutes.",
        "Your appointment is on 12.03 at 10:30, room 4.",
        "I cannot advise on medicines; a doctor will answer you.",
        "Про лекарства и антибиотики расскажет врач, я передам вопрос.",
        "No puedo recomendar dosis de antibiótico; el doctor le responderá.",
        "Não posso indicar remédios, a equipe vai responder em 1 hora.",
        "לגבי תרופות ישיב הרופא תוך שעה.",
        "We are open every day from 9 to 18.",
        "Приём каждый день, кроме субботы, по 45 минут.",
        "Open twice a day on Fridays.",
    ],
)
def test_the_front_desks_own_business_is_no_medical_advice(text: str) -> None:
    assert finds_medical_advice(text) is None
