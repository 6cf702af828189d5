"""The phrase book of all lexicons: what makes a message a request, an answer, a refusal."""

from __future__ import annotations

from functools import cache
from typing import Any

from frontdesk.language.codes import LANGUAGES
from frontdesk.understanding.folding import fold
from frontdesk.understanding.lexicon import lines_of, load_lexicon
from frontdesk.understanding.phrases import PhraseBook

# Phrases of every language alike.
ANY_LANGUAGE = "any"


@cache
def cue_book() -> PhraseBook:
    """Every phrase of the lexicons; labels are `intent:book`, `yes`, `negation:refuses`, `people:child` and so on."""
    book = PhraseBook()
    for language in LANGUAGES:
        for intent, by_weight in load_lexicon(f"intents.{language}").items():
            for weight, block in by_weight.items():
                book.add(f"intent:{intent}", float(weight), language, lines_of(str(block)))
    for lexicon, prefix in (
        ("affirmation", ""),
        ("negation", "negation:"),
        ("people", "people:"),
        ("memory", "memory:"),
        ("repair", "repair:"),
    ):
        for code, blocks in load_lexicon(lexicon).items():
            _add_blocks(book, prefix, code, blocks)
    for code, block in load_lexicon("questions").items():
        book.add("question", 1, code, lines_of(str(block)))
    return book


def _add_blocks(book: PhraseBook, prefix: str, language: str, blocks: dict[str, Any]) -> None:
    for label, block in blocks.items():
        book.add(f"{prefix}{label}", 1, language, lines_of(str(block)))


@cache
def ordinary_words() -> frozenset[str]:
    """Frequent words of the five languages, folded."""
    lists = load_lexicon("common_words").values()
    return frozenset(fold(word) for words in lists for word in str(words).split())
