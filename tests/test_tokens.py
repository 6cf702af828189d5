"""Cutting and folding: spans into the original, Hebrew prefixes, emoji, a megabyte."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.understanding.folding import fold
from frontdesk.understanding.tokens import MOST_TOKENS, TokenKind, bare_forms, tokenize


def test_case_accents_and_yo_do_not_matter() -> None:
    assert fold("ВСЁ") == fold("все")
    assert fold("Avaliação") == fold("avaliacao")
    assert fold("йод") == "йод"


def test_niqqud_gershayim_and_final_letters_do_not_matter() -> None:
    assert fold("שָׁלוֹם") == fold("שלום")
    assert fold('ד"ר') == fold("ד״ר") == "דר"
    assert fold("שן") == fold("שנ")


def test_hebrew_prefixes_come_off_one_by_one() -> None:
    assert bare_forms(fold("ובשיניים")) == tuple(
        fold(word) for word in ("ובשיניים", "בשיניים", "שיניים", "יניים")
    )
    assert bare_forms("dan") == ("dan",)


def test_emoji_are_tokens_without_skin_tone() -> None:
    [word, emoji] = tokenize("ок 👍🏽")

    assert word.kind is TokenKind.WORD
    assert (emoji.kind, emoji.folded) == (TokenKind.EMOJI, "👍")


def test_times_and_prices_stay_whole() -> None:
    assert [token.text for token in tokenize("в 10:30, 15.02")] == ["в", "10:30", ",", "15.02"]


def test_a_hyphen_parts_words_and_an_apostrophe_does_not() -> None:
    assert [token.text for token in tokenize("x-ray don't")] == ["x", "-", "ray", "don't"]


def test_a_megabyte_is_cut_short() -> None:
    assert len(tokenize("слово " * 200_000)) == MOST_TOKENS


@given(st.text(max_size=200))
def test_every_token_is_what_stands_at_its_place(text: str) -> None:
    tokens = tokenize(text)

    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert all(one.end <= other.start for one, other in itertools.pairwise(tokens))
