"""Apologies and promises in one language, with the right plurals."""

import re
from typing import get_args

import pytest

from frontdesk.language.codes import LANGUAGES
from frontdesk.language.fallback_service import ApologyKind, ErrorKind, LanguageFallbackService
from frontdesk.language.formats import Bundles, TextMissing, Texts, load_bundles
from frontdesk.understanding.language_of import language_of

SERVICE = LanguageFallbackService(read_language=language_of)


@pytest.mark.parametrize(
    ("language", "hours", "said"),
    [
        ("ru", 0.25, "через 15 минут."),
        ("ru", 1, "через 1 час."),
        ("ru", 1.5, "через 1,5 часа."),
        ("ru", 4, "в течение 4 часов."),
        ("ru", 21, "в течение 21 часа."),
        ("en", 0.25, "in 15 minutes."),
        ("en", 1, "in 1 hour."),
        ("en", 1.5, "in 1.5 hours."),
        ("en", 4, "within 4 hours."),
        ("es", 1, "en 1 hora."),
        ("es", 1.5, "en 1,5 horas."),
        ("es", 4, "en un plazo de 4 horas."),
        ("pt", 1, "em 1 hora."),
        ("pt", 1.5, "em 1,5 hora."),
        ("pt", 4, "em até 4 horas."),
        ("he", 0.25, "תוך 15 דקות."),
        ("he", 1, "תוך שעה."),
        ("he", 1.5, "תוך 1.5 שעות."),
        ("he", 2, "תוך שעתיים."),
        ("he", 4, "תוך 4 שעות."),
    ],
)
def test_a_follow_up_is_promised_with_the_right_plural(language: str, hours: float, said: str) -> None:
    assert SERVICE.get_followup_notification(language, hours).endswith(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_its_own_language_and_in_no_other(language: str) -> None:
    texts = [SERVICE.get_apology_message(language, kind) for kind in get_args(ApologyKind)]
    texts += [SERVICE.get_error_message(language, kind) for kind in get_args(ErrorKind)]
    texts += [SERVICE.get_followup_notification(language, hours) for hours in (0.25, 1, 1.5, 4)]
    assert {language_of(text).language for text in texts} == {language}
    assert len(set(texts)) == len(texts)


def test_an_unknown_language_is_answered_in_english() -> None:
    assert SERVICE.get_apology_message("fr", "timeout").startswith("Sorry for the delay.")
    assert SERVICE.get_apology_message(None, "timeout") == SERVICE.get_apology_message("en", "timeout")


def test_the_language_comes_from_profile_then_session_then_history_then_clinic() -> None:
    history = ["здравствуйте, хочу к врачу"]
    assert (
        SERVICE.get_user_language(profile_language="he", session_language="es", history_texts=history) == "he"
    )
    assert SERVICE.get_user_language(session_language="es", history_texts=history) == "es"
    assert SERVICE.get_user_language(history_texts=history, clinic_default="pt") == "ru"
    assert SERVICE.get_user_language(clinic_default="pt") == "pt"
    assert SERVICE.get_user_language(clinic_default="xx") == "en"


def test_all_languages_have_the_same_texts() -> None:
    bundles = load_bundles("frontdesk.language", "texts")
    assert set(bundles) == set(LANGUAGES)
    assert len(bundles) == len(LANGUAGES)
    assert {texts.keys for texts in bundles.values()} == {bundles["en"].keys}


def test_a_missing_text_or_value_is_an_error_and_not_a_blank() -> None:
    bundles = load_bundles("frontdesk.language", "texts")
    with pytest.raises(TextMissing):
        bundles.format("ru", "no-such-text")
    with pytest.raises(TextMissing):
        bundles.format("ru", "followup-hours")
    with pytest.raises(TextMissing):
        bundles.format("fr", "apology-error")


def test_a_name_that_runs_the_other_way_is_isolated_and_nothing_else_is() -> None:
    source = "hello = { $name }, { $at }."
    bundles = Bundles({"he": Texts("he", source), "ru": Texts("ru", source)})
    assert (
        bundles.format("he", "hello", name="Emily", at="10:30")
        == "\u200f\u2068Emily\u2069, \u206810:30\u2069."
    )
    assert bundles.format("he", "hello", name="דנה", at="מחר") == "דנה, מחר."
    assert bundles.format("ru", "hello", name="Emily", at="10:30") == "Emily, 10:30."
    assert bundles.format("ru", "hello", name="דנה", at="10:30") == "\u2068דנה\u2069, 10:30."


def test_a_selector_is_compared_as_it_is_in_hebrew() -> None:
    source = "who = { $kind ->\n    [child] ילד\n   *[other] מבוגר\n}"
    assert Texts("he", source).format("who", kind="child") == "ילד"


def test_no_text_carries_a_placeholder_to_the_patient() -> None:
    for language in LANGUAGES:
        text = SERVICE.get_followup_notification(language, 1.5)
        assert not re.search(r"[{}$]", text)
