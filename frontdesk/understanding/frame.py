"""The message as the phrase books see it: words with their other forms, recognised things as single units, clauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from frontdesk.understanding.tokens import Token, TokenKind, bare_forms

_ABBREVIATED_TITLES: Final = frozenset({"dr", "dra", "sr", "sra", "mr", "mrs", "ms", "др", "д-р", "prof"})
_CLAUSE_MARKS: Final = frozenset(",.;:!?…\n()—–¡¿-")


@dataclass(frozen=True, slots=True)
class Slot:
    """A recognised thing: `kind` is service, doctor, concept, date or number."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """`forms` are all readings to compare with; a slot is the reading "<kind>". `start`, `end`: in the message."""

    forms: tuple[str, ...]
    start: int
    end: int
    opens_clause: bool
    slots: frozenset[str] = frozenset()
    is_emoji: bool = False
    # A question mark follows.
    asks: bool = False


def units_of(
    text: str, tokens: Sequence[Token], slots: Sequence[Slot], correct: Callable[[str], str | None]
) -> tuple[Unit, ...]:
    """The units of a message. `correct` gives the known word an unknown one is a misspelling of, or None."""
    units: list[Unit] = []
    opens = True
    ends = {slot.start: slot for slot in sorted(slots, key=lambda slot: slot.end)}
    index = 0
    previous_end = 0
    while index < len(tokens):
        token = tokens[index]
        if "\n" in text[previous_end : token.start]:
            opens = True
        previous_end = token.end
        slot = ends.get(token.start)
        if slot is not None and slot.end > token.start:
            inside = [each for each in tokens[index:] if each.end <= slot.end] or [token]
            units.append(_slot_unit(inside, slot, slots, opens=opens))
            index += len(inside)
            previous_end = inside[-1].end
            opens = False
            continue
        index += 1
        if token.kind is TokenKind.MARK:
            if token.text == "?" and units:
                units[-1] = replace(units[-1], asks=True)
            opens = opens or _parts_clauses(tokens, index - 1)
            continue
        units.append(_word_unit(token, opens=opens, correct=correct))
        opens = token.kind is TokenKind.EMOJI
    return tuple(units)


def _parts_clauses(tokens: Sequence[Token], place: int) -> bool:
    """Whether the mark ends a clause: not the dot of "Dr." nor a hyphen inside a word."""
    mark = tokens[place]
    if mark.text not in _CLAUSE_MARKS:
        return False
    previous = tokens[place - 1] if place else None
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if mark.text == "-":
        return previous is None or previous.end < mark.start
    if mark.text == "." and previous is not None and following is not None:
        return previous.folded not in _ABBREVIATED_TITLES
    return True


def _slot_unit(inside: Sequence[Token], slot: Slot, slots: Sequence[Slot], *, opens: bool) -> Unit:
    kinds = {each.kind for each in slots if each.start < slot.end and slot.start < each.end}
    words = [form for token in inside if token.kind is TokenKind.WORD for form in bare_forms(token.folded)]
    forms = tuple(dict.fromkeys([f"<{kind}>" for kind in sorted(kinds)] + words))
    return Unit(forms, slot.start, inside[-1].end, opens, frozenset(kinds))


def _word_unit(token: Token, *, opens: bool, correct: Callable[[str], str | None]) -> Unit:
    if token.kind is TokenKind.NUMBER:
        return Unit((token.folded, "<number>"), token.start, token.end, opens, frozenset({"number"}))
    if token.kind is TokenKind.EMOJI:
        return Unit((token.folded,), token.start, token.end, True, is_emoji=True)
    forms = bare_forms(token.folded)
    corrected = correct(token.folded)
    if corrected is not None:
        forms = (*forms, corrected)
    return Unit(forms, token.start, token.end, opens)
