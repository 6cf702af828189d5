"""Strangers' text, made safe to keep."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.whatsapp.clean_text import clean_line, clean_text, make_storable

FAMILY = "👨‍👩‍👧‍👦"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

CLEANED = [
    ("NUL", "Доб\x00рый", "Добрый"),
    ("bell and backspace", "день\x07\b!", "день!"),
    ("colour of a terminal", "Можно\x1b[31m перенести", "Можно перенести"),
    ("title of a terminal", "a\x1b]0;owned\x07b", "ab"),
    ("line ends", "a\r\nb\rc\x85d\u2028e\tf", "a\nb\nc\nd\ne\tf"),
    ("override and isolate", "\u202eabc\u202c \u2067x\u2069", "abc x"),
    ("marks of direction", "שלום\u200f!", "שלום!"),
    ("zero width", "app\u200bo\ufeffint\u2060ment", "appointment"),
    ("joiner without emoji", "a\u200db 🇮🇱\u200d\u200b", "ab 🇮🇱"),
    ("family", f"{FAMILY} hi", f"{FAMILY} hi"),
    ("heart and keycap", "❤\ufe0f 1\ufe0f\u20e3", "❤\ufe0f 1\ufe0f\u20e3"),
    ("selector on a letter", "a\ufe0fb\U000e0101c", "abc"),
    ("flag of tags", SCOTLAND, SCOTLAND),
    ("text hidden in tags", "hi\U000e0069\U000e0067\U000e006e", "hi"),
    ("lone surrogate", "a\ud800b", "a\ufffdb"),
    ("decomposed", "cafe\u0301", "café"),
    ("points of Hebrew", "שָׁלוֹם", unicodedata.normalize("NFC", "שָׁלוֹם")),
    ("nothing", "\u200b \n", ""),
]


@pytest.mark.parametrize(("case", "dirty", "clean"), CLEANED)
def test_what_nobody_can_see_goes_and_what_was_said_stays(case: str, dirty: str, clean: str) -> None:
    assert clean_text(dirty).text == clean


CUT = [
    ("abcdef", 4, "abcd"),
    (f"ab{FAMILY}", 5, "ab"),
    ("ab👍🏽", 3, "ab"),
    ("ab❤\ufe0f", 3, "ab"),
    ("🇮🇱🇧🇷", 3, "🇮🇱"),
    ("abשָׁ", 3, "ab"),
]


@pytest.mark.parametrize(("text", "limit", "kept"), CUT)
def test_a_long_text_is_cut_between_whole_characters(text: str, limit: int, kept: str) -> None:
    cut = clean_text(text, limit=limit)
    assert (cut.text, cut.truncated) == (kept, True)


def test_a_text_of_just_the_limit_is_whole() -> None:
    assert clean_text("a" * 8000).truncated is False
    assert clean_text("a" * 8001).truncated is True
    assert clean_text("a" * 8001).full_length == 8001


def test_a_pile_of_marks_is_flattened_in_no_time() -> None:
    started = time.perf_counter()
    cleaned = clean_text("a" + "\u0301\u0323" * 500_000).text
    print(f"a million marks in {time.perf_counter() - started:.3f} s")
    assert len(cleaned) < 12


def test_a_name_is_one_line() -> None:
    assert clean_line(" Ann\n\t\u202eLee ") == "Ann Lee"
    assert len(clean_line("x" * 5000)) == 100


def test_an_identifier_keeps_all_but_what_cannot_be_stored() -> None:
    assert make_storable("a\x00\u200bb\udfff") == "a\u200bb\ufffd"


@given(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60),
    st.integers(min_value=1, max_value=30),
)
def test_any_text_becomes_storable_within_its_limit(text: str, limit: int) -> None:
    cleaned = clean_text(text, limit=limit)
    assert cleaned.text.encode("utf-8") is not None
    assert len(cleaned.text) <= limit
    assert "\x00" not in cleaned.text
    assert clean_text(cleaned.text, limit=limit).text == cleaned.text
