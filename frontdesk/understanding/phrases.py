"""Phrases of the lexicons, found in a message in one pass over its words.

A phrase is a line of elements between spaces:

    word        the word, folded                 word*    a word that starts so
    a|b*        either                            word?    may be missing
    _           any one word                      ..       up to four words of the same clause
    <service>   a thing already recognised: service, doctor, concept, date, number
    ^  $        start or end of a clause          ^^ $$    of the message
    ?           end of a question                 a|b_c|$  a choice may hold several words, or an end
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from frontdesk.understanding.folding import fold
from frontdesk.understanding.frame import Unit

_GAP_WORDS: Final = 4
_SHORTEST_PREFIX: Final = 2


@dataclass(frozen=True, slots=True)
class Element:
    words: frozenset[str]
    prefixes: tuple[str, ...]
    optional: bool = False
    # "_", "..", "^", "$", "^^" or "$$", else "".
    sign: str = ""

    def fits(self, unit: Unit) -> bool:
        if self.sign == "_":
            return True
        for form in unit.forms:
            if form in self.words or (self.prefixes and form.startswith(self.prefixes)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Phrase:
    label: str
    weight: float
    language: str
    elements: tuple[Element, ...]
    source: str

    @property
    def is_led_by_slot(self) -> bool:
        """Whether the first word needed is a recognised thing, which no language owns."""
        first = next(element for element in self.elements if not element.sign and not element.optional)
        return all(word.startswith("<") for word in first.words) and not first.prefixes


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase at units `[first, last)`."""

    phrase: Phrase
    first: int
    last: int

    @property
    def label(self) -> str:
        return self.phrase.label

    def covers(self, other: Found) -> bool:
        return self.first <= other.first and other.last <= self.last


_SIGNS: Final = frozenset({"_", "..", "^", "$", "^^", "$$", "?"})
_ENDS: Final = ("$", "$$", "?")


def _readings(line: str) -> list[tuple[Element, ...]]:
    """The sequences of elements a line stands for: one, or more where a choice holds several words or an end."""
    choices = [_choices(part) for part in line.split()]
    return [_closed([element for part in reading for element in part]) for reading in product(*choices)]


def _closed(elements: list[Element]) -> tuple[Element, ...]:
    """Without a gap before an end: "want .. it|$" means "want it" nearby or "want" as the last word."""
    return tuple(
        element
        for element, following in zip(elements, [*elements[1:], None], strict=True)
        if not (element.sign == ".." and following is not None and following.sign in ("$", "$$"))
    )


def _choices(part: str) -> list[tuple[Element, ...]]:
    if part in _SIGNS:
        return [(Element(frozenset(), (), sign=part),)]
    optional = part.endswith("?") and not part.endswith("|?")
    # The tokenizer cuts at hyphens, so "по-русски" is two words.
    options = (part[:-1] if optional else part).replace("-", "_").split("|")
    several = [option for option in options if option in _ENDS or "_" in option]
    single = [option for option in options if option not in several]
    choices: list[tuple[Element, ...]] = [(_element(single, optional=optional),)] if single else []
    for option in several:
        words = [option] if option in _ENDS else option.split("_")
        choices.append(tuple(_element([word]) for word in words))
    return choices


def _element(options: Sequence[str], *, optional: bool = False) -> Element:
    if options[0] in _ENDS:
        return Element(frozenset(), (), sign=options[0])
    words = frozenset(
        option if option.startswith("<") else fold(option) for option in options if not option.endswith("*")
    )
    prefixes = tuple(fold(option[:-1]) for option in options if option.endswith("*"))
    return Element(words, prefixes, optional)


# A phrase, the place of its first needed word, and the words one of which it needs besides (empty: any).
_Anchored = tuple[Phrase, int, frozenset[str]]


@dataclass(slots=True)
class PhraseBook:
    """Phrases by the first word they need, so that a message is matched only against what it may hold."""

    _by_word: dict[str, list[_Anchored]] = field(default_factory=lambda: defaultdict(list))
    _by_prefix: dict[str, list[_Anchored]] = field(default_factory=lambda: defaultdict(list))
    words: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)

    def add(self, label: str, weight: float, language: str, lines: Iterable[str]) -> None:
        """Add phrases under a label. Raises ValueError for a line without a word to hold on to."""
        for source, elements in ((line, elements) for line in lines for elements in _readings(line)):
            phrase = Phrase(label, weight, language, elements, source)
            anchors = [
                index for index, element in enumerate(elements) if not element.sign and not element.optional
            ]
            if not anchors:
                raise ValueError(f"no word to hold on to: {source}")
            others = [elements[index] for index in anchors[1:] if not elements[index].prefixes]
            self._index(phrase, anchors[0], others[0].words if others else frozenset())
            for element in elements:
                self.words.update(element.words)
                self.prefixes.update(element.prefixes)

    def _index(self, phrase: Phrase, anchor: int, needed: frozenset[str]) -> None:
        element = phrase.elements[anchor]
        for word in element.words:
            self._by_word[word].append((phrase, anchor, needed))
        for prefix in element.prefixes:
            self._by_prefix[prefix].append((phrase, anchor, needed))

    def find(self, units: Sequence[Unit]) -> list[Found]:
        """Every phrase in the message, in order of place."""
        found: dict[tuple[int, int, int], Found] = {}
        present = {form for unit in units for form in unit.forms}
        for place, unit in enumerate(units):
            for phrase, anchor, needed in self._candidates(unit):
                if needed and needed.isdisjoint(present):
                    continue
                for first, last in _spans(phrase.elements, anchor, units, place):
                    found.setdefault((id(phrase), first, last), Found(phrase, first, last))
        return sorted(found.values(), key=lambda each: (each.first, -each.last))

    def _candidates(self, unit: Unit) -> Iterable[_Anchored]:
        for form in unit.forms:
            yield from self._by_word.get(form, ())
            for length in range(_SHORTEST_PREFIX, len(form) + 1):
                yield from self._by_prefix.get(form[:length], ())


def _spans(
    elements: tuple[Element, ...], anchor: int, units: Sequence[Unit], place: int
) -> list[tuple[int, int]]:
    """Where the phrase lies when its anchor element is at `place`."""
    firsts = _backward(elements[:anchor], units, place)
    if firsts is None:
        return []
    last = _forward(elements[anchor:], units, place)
    return [] if last is None else [(firsts, last)]


def _ends(sign: str, units: Sequence[Unit], place: int) -> bool:
    if sign == "?":
        return units[place - 1].asks
    if sign == "$$":
        return place == len(units)
    return place >= len(units) or units[place].opens_clause


def _backward(elements: tuple[Element, ...], units: Sequence[Unit], place: int) -> int | None:
    """The first unit when `elements` (signs and optional words) precede `place`; None if they do not."""
    for element in reversed(elements):
        if element.sign == "^":
            if not units[place].opens_clause:
                return None
        elif element.sign == "^^":
            if place != 0:
                return None
        elif element.sign == "_":
            place -= 1
            if place < 0:
                return None
        elif place > 0 and element.fits(units[place - 1]):
            place -= 1
    return place


def _forward(elements: tuple[Element, ...], units: Sequence[Unit], place: int) -> int | None:
    """The unit after the last when `elements` start at `place`; None if they do not fit. Shortest gaps first."""
    if not elements:
        return place
    head, rest = elements[0], elements[1:]
    if head.sign in _ENDS:
        return _forward(rest, units, place) if _ends(head.sign, units, place) else None
    if head.sign == "..":
        for gap in range(_GAP_WORDS + 1):
            if gap and (place + gap > len(units) or (units[place + gap - 1].opens_clause)):
                break
            last = _forward(rest, units, place + gap)
            if last is not None:
                return last
        return None
    if place < len(units) and head.fits(units[place]):
        last = _forward(rest, units, place + 1)
        if last is not None:
            return last
    return _forward(rest, units, place) if head.optional else None
