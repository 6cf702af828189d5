"""Names of several words, found by the stems of their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Generic, TypeVar

from frontdesk.understanding.folding import fold
from frontdesk.understanding.inflection import stem
from frontdesk.understanding.lexicon import load_lexicon
from frontdesk.understanding.tokens import Token, TokenKind, bare_forms, tokenize

T = TypeVar("T")
# Marks inside a name ("x-ray", "ob/gyn"); any other ends it.
_INNER_MARKS: Final = frozenset("-'/.–")


@cache
def words_inside_names() -> frozenset[str]:
    """Folded articles and prepositions that do not tell names apart."""
    inside: Mapping[str, Any] = load_lexicon("fillers")["inside"]
    return frozenset(fold(word) for words in inside.values() for word in str(words).split())


@dataclass(slots=True)
class _Node:
    onward: dict[str, _Node] = field(default_factory=dict)
    ends: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Term(Generic[T]):
    """What was found at tokens `[first, last)`; `words` counts the words that matched."""

    payload: T
    first: int
    last: int
    words: int
    corrected: bool


class TermIndex(Generic[T]):
    """Names to payloads. Order of words matters, their endings, articles and case do not."""

    def __init__(self) -> None:
        self._root = _Node()
        self.words: set[str] = set()

    def add(self, name: str, payload: T) -> None:
        """Add a name; one without a word is ignored."""
        node = self._root
        folded = [
            token.folded for token in tokenize(name) if token.kind in (TokenKind.WORD, TokenKind.NUMBER)
        ]
        inside = words_inside_names()
        content = [word for word in folded if word not in inside] or folded
        if not content:
            return
        for word in content:
            self.words.add(word)
            node = node.onward.setdefault(stem(word), _Node())
        if payload not in node.ends:
            node.ends.append(payload)

    def find(self, tokens: Sequence[Token], correct: Callable[[str], str | None]) -> list[Term[T]]:
        """Every name in the tokens, overlapping ones too."""
        found: list[Term[T]] = []
        readings = [_readings(token, correct) for token in tokens]
        for first in range(len(tokens)):
            if readings[first]:
                found.extend(self._walk(tokens, readings, first))
        return found

    def _walk(
        self, tokens: Sequence[Token], readings: list[tuple[tuple[str, bool], ...]], first: int
    ) -> Iterable[Term[T]]:
        inside = words_inside_names()
        states = [(self._root, first, 0, False)]
        while states:
            node, place, words, corrected = states.pop()
            if node.ends:
                yield from (Term(payload, first, place, words, corrected) for payload in node.ends)
            at = place
            while at < len(tokens):
                for reading, was_corrected in readings[at]:
                    onward = node.onward.get(reading)
                    if onward is not None:
                        states.append((onward, at + 1, words + 1, corrected or was_corrected))
                skippable = words and (
                    tokens[at].folded in inside
                    or (tokens[at].kind is TokenKind.MARK and tokens[at].text in _INNER_MARKS)
                )
                if not skippable:
                    break
                at += 1


def _readings(token: Token, correct: Callable[[str], str | None]) -> tuple[tuple[str, bool], ...]:
    if token.kind not in (TokenKind.WORD, TokenKind.NUMBER):
        return ()
    readings = [(stem(form), False) for form in bare_forms(token.folded)]
    corrected = correct(token.folded)
    if corrected is not None:
        readings.append((stem(corrected), True))
    return tuple(dict.fromkeys(readings))
