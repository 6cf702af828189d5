"""What a message says the patient does not want, by clause."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from frontdesk.understanding.folding import fold
from frontdesk.understanding.frame import Unit
from frontdesk.understanding.lexicon import load_lexicon
from frontdesk.understanding.phrases import Found

_NAMED: Final = frozenset({"service", "doctor", "concept"})
_REACHES_NEXT: Final = frozenset({"negation:not", "negation:without", "negation:instead"})
# "not" reaches over so many small words ("не к доктору Коэну").
_FARTHEST: Final = 4


@cache
def _small_words() -> tuple[frozenset[str], tuple[str, ...]]:
    words = [word for block in load_lexicon("fillers")["before"].values() for word in str(block).split()]
    exact = frozenset(fold(word) for word in words if not word.endswith("*"))
    return exact, tuple(fold(word[:-1]) for word in words if word.endswith("*"))


def _is_small(unit: Unit) -> bool:
    exact, beginnings = _small_words()
    return any(form in exact or form.startswith(beginnings) for form in unit.forms)


def find_denied(units: Sequence[Unit], found: Sequence[Found]) -> frozenset[int]:
    """The places of units that are not wanted: named things, or the word a denial without one falls on."""
    harmless = find_harmless(found)
    anew = {each.first for each in found if each.label == "negation:anew"}
    denied: set[int] = set()
    for each in found:
        if each.first in harmless and each.label != "negation:instead":
            continue
        if each.label in _REACHES_NEXT:
            denied |= _next_named(units, each.last)
        elif each.label == "negation:refuses":
            denied |= _rest_of_clause(units, each.last, anew)
        elif each.label == "negation:refused":
            denied |= _named_before(units, each.first)
    return frozenset(denied)


def find_harmless(found: Sequence[Found]) -> frozenset[int]:
    """The places inside phrases that hold a "not" and deny nothing ("why not", "no puedo")."""
    return frozenset(
        place for each in found if each.label == "negation:harmless" for place in range(each.first, each.last)
    )


def find_denying(units: Sequence[Unit], found: Sequence[Found]) -> frozenset[int]:
    """The places of a "not" that falls on a named thing: there it is no answer ("no la limpieza")."""
    return frozenset(
        each.first for each in found if each.label == "negation:not" and _next_named(units, each.last)
    )


def _next_named(units: Sequence[Unit], place: int) -> set[int]:
    for at in range(place, min(place + _FARTHEST, len(units))):
        unit = units[at]
        if unit.opens_clause:
            break
        if unit.slots & _NAMED:
            return {at}
        if not _is_small(unit):
            break
    return set()


def _rest_of_clause(units: Sequence[Unit], place: int, anew: set[int]) -> set[int]:
    denied: set[int] = set()
    for at in range(place, len(units)):
        if units[at].opens_clause or at in anew:
            break
        if units[at].slots & _NAMED:
            denied.add(at)
    return denied


def _named_before(units: Sequence[Unit], place: int) -> set[int]:
    """Named things right before, linked by small words ("the filling with Ben is not needed")."""
    denied: set[int] = set()
    if place < len(units) and units[place].opens_clause:
        return denied
    at = place - 1
    was_named = False
    while at >= 0:
        is_named = bool(units[at].slots & _NAMED)
        if (is_named and was_named) or not (is_named or _is_small(units[at])):
            break
        if is_named:
            denied.add(at)
        was_named = is_named
        if units[at].opens_clause:
            break
        at -= 1
    return denied


def find_denied_words(units: Sequence[Unit], found: Sequence[Found], text: str) -> tuple[str, ...]:
    """The words refused that no catalog knows: treatments by concept, else the word after a refusal."""
    denied = find_denied(units, found)
    words = [
        text[units[place].start : units[place].end]
        for place in sorted(denied)
        if units[place].slots == {"concept"}
    ]
    if not denied:
        words.extend(_refused_words(units, found, text))
    return tuple(dict.fromkeys(words))


def _refused_words(units: Sequence[Unit], found: Sequence[Found], text: str) -> list[str]:
    harmless = find_harmless(found)
    words = []
    for each in found:
        is_denial = each.label == "negation:refuses" or each.label in _REACHES_NEXT
        if not is_denial or each.first in harmless:
            continue
        at = each.last
        while at < len(units) and _is_small(units[at]) and not units[at].opens_clause:
            at += 1
        is_capital = at < len(units) and text[units[at].start].isupper()
        if at < len(units) and not units[at].opens_clause and not units[at].slots and is_capital:
            words.append(text[units[at].start : units[at].end])
    return words
