"""Matches the patterns of a lexicon against tokens. Longest match wins, then the earlier pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontdesk.understanding.dates.lexicon import Element, Lexicon, Pattern
from frontdesk.understanding.dates.tokens import Kind, Token

# Reads a slot at a place: the value and where it ends, or None.
SlotReader = Callable[["Reading", int], tuple[Any, int] | None]


@dataclass(slots=True)
class Reading:
    """One message being read in one language."""

    tokens: Sequence[Token]
    lexicon: Lexicon
    slots: dict[str, SlotReader]
    # A message that asks to move something reads "from 3 to 4" as a move, not as a range.
    moves: bool = False
    seen: dict[tuple[str, int], Match | None] = field(default_factory=dict)

    def word(self, at: int) -> str:
        """The folded word at a place, empty outside the message."""
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""


@dataclass(frozen=True, slots=True)
class Match:
    pattern: Pattern
    slots: dict[str, Any]
    end: int


def find_match(reading: Reading, family: str, at: int) -> Match | None:
    """The longest pattern of a family that begins at a token."""
    key = (family, at)
    if key not in reading.seen:
        reading.seen[key] = _find(reading, family, at)
    return reading.seen[key]


def _find(reading: Reading, family: str, at: int) -> Match | None:
    if at >= len(reading.tokens):
        return None
    token = reading.tokens[at]
    index = reading.lexicon.patterns[family]
    found: Match | None = None
    for pattern in index.get("#" if token.numbers or token.kind is Kind.NUMBER else token.word, ()):
        result = _match(reading, pattern.elements, 0, at)
        if result is not None and (found is None or result[1] > found.end):
            found = Match(pattern, result[0], result[1])
    return found


def _match(
    reading: Reading, elements: tuple[Element, ...], place: int, at: int
) -> tuple[dict[str, Any], int] | None:
    if place == len(elements):
        return {}, at
    element = elements[place]
    step = _step(reading, element, at)
    if step is not None:
        value, end = step
        rest = _match(reading, elements, place + 1, end)
        if rest is not None:
            return ({element.slot: value, **rest[0]} if element.slot else rest[0]), rest[1]
    return _match(reading, elements, place + 1, at) if element.optional else None


def _step(reading: Reading, element: Element, at: int) -> tuple[Any, int] | None:
    if element.slot:
        return reading.slots[element.slot](reading, at)
    if element.words:
        return (None, at + 1) if reading.word(at) in element.words else None
    for phrase in element.phrases:
        if match_phrase(reading, phrase, at):
            return None, at + len(phrase)
    return None


def match_phrase(reading: Reading, phrase: tuple[str, ...], at: int) -> bool:
    """Whether the words of a phrase stand at a place."""
    return all(reading.word(at + step) == word for step, word in enumerate(phrase))


def cue_at(reading: Reading, at: int, end: int | None = None) -> tuple[frozenset[str], int] | None:
    """The sets of the longest cue phrase at a place and its end; with `end`, of those that end by then."""
    for phrase, names in reading.lexicon.cues.get(reading.word(at), ()):
        if (end is None or at + len(phrase) <= end) and match_phrase(reading, phrase, at):
            return names, at + len(phrase)
    return None
