"""The word lists behind the language of a message, loaded once from the package's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from frontdesk.bundled import load_data
from frontdesk.language.folding import fold

_FOLDER: Final = "lexicons"


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageLexicon:
    """Folded words. `function_words` has en, es, pt and "other"; the rest see language.words.yaml."""

    function_words: Mapping[str, frozenset[str]]
    every_function_word: frozenset[str]
    greetings: Mapping[str, frozenset[str]]
    russian_in_latin: frozenset[str]
    hebrew_in_latin: frozenset[str]
    cyrillic_other: frozenset[str]
    slip_words: Mapping[str, frozenset[str]]


def load_yaml(name: str) -> Any:
    """One lexicon file of this package as plain values."""
    return load_data("frontdesk.understanding", _FOLDER, name)


@cache
def load_language_lexicon() -> LanguageLexicon:
    """The lexicon of language.words.yaml."""
    data = load_yaml("language.words.yaml")
    function_words = {language: _words(text) for language, text in data["function_words"].items()}
    return LanguageLexicon(
        function_words=function_words,
        every_function_word=frozenset().union(*function_words.values()),
        greetings={language: _words(text) for language, text in data["greetings"].items()},
        russian_in_latin=_words(data["russian_in_latin"]),
        hebrew_in_latin=_words(data["hebrew_in_latin"]),
        cyrillic_other=_words(data["cyrillic_other"]),
        slip_words={language: _words(text) for language, text in data["slip_words"].items()},
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())
