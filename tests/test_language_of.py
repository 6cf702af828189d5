"""Which language a message is in, and what is a wish to be answered in one."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.language_of import language_of, language_request

DATA = Path(__file__).parent / "data"
LEAST_SHARE_RIGHT = 0.98


def messages_by_language() -> Iterator[tuple[str | None, str]]:
    language: str | None = None
    for line in (DATA / "language_messages.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = None if line == "[none]" else line[1:-1]
        elif line:
            yield language, line


def labelled(name: str) -> list[tuple[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("\t") for line in lines if not line.startswith("#")]
    return [(label, message) for label, _, message in pairs]


def test_short_messages_are_read_in_their_language_98_times_in_a_hundred() -> None:
    seen: Counter[str | None] = Counter()
    wrong: dict[str | None, list[str]] = {}
    for language, message in messages_by_language():
        seen[language] += 1
        if language_of(message).language != language:
            wrong.setdefault(language, []).append(message)
    assert all(seen[language] >= 100 for language in LANGUAGES)
    for language, count in seen.items():
        misread = wrong.get(language, [])
        assert 1 - len(misread) / count >= LEAST_SHARE_RIGHT, misread


@pytest.mark.parametrize(("language", "message"), labelled("clear_messages.txt"))
def test_only_a_sentence_of_ours_may_switch_the_conversation(language: str, message: str) -> None:
    reading = language_of(message)
    assert (reading.language if reading.is_clear else "-") == language


@pytest.mark.parametrize(("language", "message"), labelled("language_requests.txt"))
def test_a_wish_for_a_language_is_told_from_a_mention_of_one(language: str, message: str) -> None:
    assert (language_request(message) or "-") == language


def test_names_of_the_clinic_do_not_count_as_words() -> None:
    names = frozenset({"lotus", "clareza", "dental"})
    assert language_of("lotus clareza dental", names=names).is_clear is False
    assert language_of("lotus clareza dental", names=names).language is None


def test_brands_in_latin_letters_leave_a_russian_sentence_russian() -> None:
    reading = language_of("хочу поставить Invisalign Full, сколько?")
    assert (reading.language, reading.is_clear) == ("ru", True)


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("privet skolko stoit", "ru"),
        ("ghbdtn", "ru"),
        ("crjkmrj cnjbn", "ru"),
        ("shalom kama ole", "he"),
        ("akuo", "he"),
    ],
)
def test_russian_and_hebrew_under_latin_letters_are_recognised_but_switch_nothing(
    message: str, language: str
) -> None:
    reading = language_of(message)
    assert (reading.language, reading.is_clear) == (language, False)


@pytest.mark.parametrize(
    "message", ["", "   ", "🙏", "12:30", "!!!", "https://example.org/a/b/c", "\u200f\u2068\u2069"]
)
def test_what_has_no_words_says_nothing(message: str) -> None:
    reading = language_of(message)
    assert (reading.language, reading.confidence, reading.is_clear) == (None, 0.0, False)


def test_a_stacked_accent_message_is_read_by_its_letters() -> None:
    stacked = "".join(letter + "\u0329\u0332\u0353" for letter in "שלום אפשר לקבוע תור")
    assert language_of(stacked).language == "he"


def test_a_very_long_word_is_nobodys_sentence() -> None:
    assert language_of("b" * 5000).is_clear is False
