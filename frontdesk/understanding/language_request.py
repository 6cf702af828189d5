"""An explicit wish to be answered in a language ("please in English"), as against a mention of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from frontdesk.language.folding import drop_links, fold
from frontdesk.understanding.language_lexicon import load_yaml

# A wish is said in one breath; commas and "but" part it from what is not understood ("no hebrew, english please").
_CLAUSE_END: Final = re.compile(r"[.,;:!?¿¡\n()]|\b(?:but|но|pero|mas|porem|אבל)\b")
_WORD: Final = re.compile(r"[^\W\d_]+")
_HEBREW_PREFIXES: Final = re.compile("^[ובלהש]{1,2}(?=[א-ת]{4,}$)")
_LONGEST_BARE_WISH: Final = 8
# "No" alone stands for a refusal before the wish ("no, in English"), elsewhere for a negation.
_NO: Final = frozenset({"no"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    exact: frozenset[str]
    stems: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lexicon:
    names: Mapping[str, _Words]
    around: _Words
    answer_verbs: _Words
    about_others: _Words
    negations: _Words
    of_one: _Words


def language_request(text: str) -> str | None:
    """The language the patient asks to be answered in, as a code, else None.

    Asking whether *we* speak a language counts ("hablas español?"); a doctor's or relative's language does not
    ("which doctor speaks Hebrew?"), nor does a language not understood, nor two languages at once.
    """
    lexicon = _load_lexicon()
    wish: str | None = None
    for clause in _clauses(text):
        named = {_name_of(word, lexicon) for word in clause} - {None}
        if len(named) != 1:
            continue
        if _is_wish(clause, lexicon):
            wish = named.pop()
    return wish


def languages_named(text: str) -> frozenset[str]:
    """The languages of ours a message names, as codes."""
    lexicon = _load_lexicon()
    named = (_name_of(word, lexicon) for clause in _clauses(text) for word in clause)
    return frozenset(language for language in named if language is not None)


def speaks_of_one(text: str) -> bool:
    """Whether a person spoken of before is meant ("does she speak Russian")."""
    lexicon = _load_lexicon()
    return any(word in lexicon.of_one for clause in _clauses(text) for word in clause)


def _clauses(text: str) -> Iterator[list[str]]:
    for part in _CLAUSE_END.split(fold(drop_links(text)).replace("-", " ")):
        words = [_HEBREW_PREFIXES.sub("", word) for word in _WORD.findall(part)]
        if words:
            yield words


def _name_of(word: str, lexicon: _Lexicon) -> str | None:
    return next((language for language, names in lexicon.names.items() if word in names), None)


def _is_wish(words: list[str], lexicon: _Lexicon) -> bool:
    if any(word in lexicon.about_others for word in words):
        return False
    at = next(i for i, word in enumerate(words) if _name_of(word, lexicon) is not None)
    if any(word in lexicon.negations for word in words[:at]) or any(word in _NO for word in words[1:at]):
        return False
    if any(word in lexicon.answer_verbs for word in words):
        return True
    others = [word for word in words if _name_of(word, lexicon) is None]
    return len(words) <= _LONGEST_BARE_WISH and all(word in lexicon.around for word in others)


@cache
def _load_lexicon() -> _Lexicon:
    data = load_yaml("language.requests.yaml")
    return _Lexicon(
        names={language: _words(text) for language, text in data["names"].items()},
        around=_words(data["around"]),
        answer_verbs=_words(data["answer_verbs"]),
        about_others=_words(data["about_others"]),
        negations=_words(data["negations"]),
        of_one=_words(data["of_one"]),
    )


def _words(text: str) -> _Words:
    entries = [fold(entry) for entry in text.split()]
    return _Words(
        exact=frozenset(entry for entry in entries if not entry.endswith("*"))
        # A word is looked up as written and without the Hebrew prefix it may carry.
        | frozenset(_HEBREW_PREFIXES.sub("", entry) for entry in entries),
        stems=tuple(entry.removesuffix("*") for entry in entries if entry.endswith("*")),
    )
