"""The switching rules, one story each."""

from collections.abc import Sequence

from frontdesk.language.choose import LanguageChoice, choose_language
from frontdesk.understanding.language_of import language_of, language_request


def answer_language(
    message: str,
    *,
    session: str | None = None,
    requested: str | None = None,
    profile: str | None = None,
    earlier: str | None = None,
    history: Sequence[str] = (),
    clinic: str = "pt",
) -> LanguageChoice:
    return choose_language(
        reading=language_of(message),
        request=language_request(message),
        session_language=session,
        requested_language=requested,
        profile_language=profile,
        earlier_session_language=earlier,
        history_texts=history,
        clinic_default=clinic,
        read_language=language_of,
    )


def test_an_explicit_request_holds_against_clear_messages_until_the_next_request() -> None:
    asked = answer_language("ответьте пожалуйста на английском", profile="ru")
    assert (asked.language, asked.requested_language) == ("en", "en")
    later = answer_language(
        "сколько стоит коронка?", session=asked.session_language, requested=asked.requested_language
    )
    assert later.language == "en"
    back = answer_language("спасибо, теперь опять по-русски", session="en", requested="en")
    assert back.language == "ru"


def test_a_clear_message_switches_and_a_short_one_after_it_keeps_the_switch() -> None:
    switched = answer_language("oi, queria marcar um horário para amanhã", profile="es")
    assert switched.language == "pt"
    assert answer_language("ok", session=switched.session_language, profile="es").language == "pt"


def test_one_word_does_not_switch() -> None:
    assert answer_language("thanks", profile="ru").language == "ru"
    assert answer_language("gracias", session="he").language == "he"


def test_another_language_keeps_the_conversations() -> None:
    assert answer_language("je voudrais prendre rendez-vous demain matin", profile="pt").language == "pt"


def test_before_any_clear_message_the_profile_comes_before_the_earlier_session() -> None:
    assert (
        answer_language("👍", profile="he", earlier="en", history=["добрый день всем вам"]).language == "he"
    )
    assert answer_language("👍", earlier="en", history=["добрый день всем вам"]).language == "en"
    assert answer_language("👍", history=["quiero pedir una cita", "ok"]).language == "es"
    assert answer_language("👍").language == "pt"


def test_a_guess_from_the_profile_is_not_remembered_as_the_sessions_language() -> None:
    assert answer_language("ok", profile="ru").session_language is None


def test_a_profile_in_a_language_we_do_not_speak_is_passed_over() -> None:
    assert answer_language("ok", profile="fr", earlier="es").language == "es"
    assert answer_language("ok", profile="pt-BR", clinic="en").language == "pt"
    assert answer_language("ok", profile="iw").language == "he"
