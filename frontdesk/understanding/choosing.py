"""Choosing from a list: "the second one", "la 2", "вариант 3"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from frontdesk.understanding.cues import ANY_LANGUAGE
from frontdesk.understanding.frame import Unit, units_of
from frontdesk.understanding.lexicon import lines_of, load_lexicon
from frontdesk.understanding.models import DateMention
from frontdesk.understanding.phrases import Found, PhraseBook
from frontdesk.understanding.tokens import Token, TokenKind

# Longer messages that speak of a day mean the day.
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """`number`: 1-based, -1 is the last. `span`: the words that say it."""

    number: int
    span: tuple[int, int]


def read_choice(
    text: str,
    tokens: Sequence[Token],
    units: Sequence[Unit],
    dates: Sequence[DateMention],
    correct: Callable[[str], str | None],
) -> Choice | None:
    """What a message picks from a list, if there is one. `units` are the message's, with `dates` as units of their own.

    A number may be a day or an hour as well ("the 2nd", "la 2"). It can be a choice where nothing else is said, and only
    the conversation tells: the caller has the dates too.
    """
    if dates and len(tokens) <= _MOST_WORDS:
        units = units_of(text, tokens, (), correct)
    chosen = [each for each in _book().find(units) if _says_more(each, units, dates) or _is_all(each, units)]
    if chosen:
        longest = max(chosen, key=lambda each: each.last - each.first)
        return Choice(int(longest.label), (units[longest.first].start, units[longest.last - 1].end))
    if len(tokens) == 1 and tokens[0].kind is TokenKind.NUMBER and tokens[0].text in "123456789":
        return Choice(int(tokens[0].text), (tokens[0].start, tokens[0].end))
    return None


@cache
def _book() -> PhraseBook:
    """The phrases of the lexicon; labels are the numbers."""
    book = PhraseBook()
    choices = dict(load_lexicon("choices"))
    of_each = str(choices.pop("each"))
    for number, words in choices.pop("numbers").items():
        book.add(str(number), 1, ANY_LANGUAGE, lines_of(of_each.format(n=words)))
    for number, block in choices.items():
        book.add(str(number), 1, ANY_LANGUAGE, lines_of(str(block)))
    return book


def _says_more(found: Found, units: Sequence[Unit], dates: Sequence[DateMention]) -> bool:
    """Not a day alone, nor the beginning of one ("el segundo lunes de mayo")."""
    start, end = units[found.first].start, units[found.last - 1].end
    touched = [mention.span for mention in dates if mention.span[0] < end and start < mention.span[1]]
    return all(start <= first and last <= end and (first, last) != (start, end) for first, last in touched)


def _is_all(found: Found, units: Sequence[Unit]) -> bool:
    """Nothing else is said, and it is said to the letter: "вторник" begins like "второй"."""
    words = {word for element in found.phrase.elements for word in element.words}
    return (found.first, found.last) == (0, len(units)) and all(
        not words.isdisjoint(unit.forms) for unit in units
    )
