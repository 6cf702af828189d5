"""Whether a message says yes, no, "leave it", and whether it says nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from frontdesk.understanding.frame import Unit
from frontdesk.understanding.phrases import Found

# Of phrases of one length in one place the first of these counts.
_PRECEDENCE: Final = {"neither": 0, "drops": 1, "no": 2, "yes": 3}
_THINGS: Final = frozenset({"service", "doctor", "concept", "date", "number"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """`found` are the phrases that count, in order of place."""

    says_yes: bool = False
    says_no: bool = False
    drops: bool = False
    is_bare: bool = False
    found: tuple[Found, ...] = ()


def read_answer(
    units: Sequence[Unit], found: Sequence[Found], *, denying: frozenset[int], is_question: bool
) -> Answer:
    """The yes and no of a message from the phrases found in it. `denying` are places of a "not" that is no answer."""
    kept: list[Found] = []
    candidates = [
        each
        for each in found
        if each.label in _PRECEDENCE and not (each.first in denying and each.last == each.first + 1)
    ]
    for each in sorted(
        candidates, key=lambda each: (each.first - each.last, _PRECEDENCE[each.label], each.first)
    ):
        clashes = [other for other in kept if other.first < each.last and each.first < other.last]
        # Giving up is said beside a no, and both count: "no, forget it".
        if not clashes or (each.label == "drops" and all(other.label == "no" for other in clashes)):
            kept.append(each)
    labels = {each.label for each in kept}
    drops = "drops" in labels
    answers = [each for each in kept if each.label != "neither"]
    said_no = "no" in labels or drops
    return Answer(
        says_yes="yes" in labels,
        says_no=said_no,
        drops=drops,
        is_bare=bool(answers) and not is_question and _says_nothing_else(units, answers, found),
        found=tuple(sorted(answers, key=lambda each: each.first)),
    )


def _says_nothing_else(units: Sequence[Unit], answers: Sequence[Found], found: Sequence[Found]) -> bool:
    covered = {place for each in answers for place in range(each.first, each.last)}
    covered |= {place for each in found if each.label == "polite" for place in range(each.first, each.last)}
    return all(
        (place in covered and not (unit.slots & _THINGS)) or unit.is_emoji for place, unit in enumerate(units)
    )
