"""Whom a visit is for, and what the patient leaves to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from frontdesk.scheduling.models import Visitor
from frontdesk.understanding.frame import Unit
from frontdesk.understanding.phrases import Found

_ADULT_FROM: Final = 18
_YOUNGEST_WRITER: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    for_whom: Literal["child", "other_adult"] | None = None
    visitor: Visitor | None = None
    is_for_several: bool = False
    writer_is_minor: bool = False
    any_doctor: bool = False
    any_time: bool = False
    # Asks when or why somebody else comes; a parent may ask that of a child.
    asks_of_other: bool = False


def read_people(units: Sequence[Unit], found: Sequence[Found]) -> People:
    """Who the visit is for and whether doctor and time are open, from the phrases found."""
    labels = {each.label for each in found}
    any_doctor = "people:any_doctor" in labels
    any_time = "people:any_time" in labels
    if "people:indifferent" in labels and not (any_doctor or any_time):
        any_doctor = any_time = True
    is_minor = any(each.label == "people:minor" and _is_young(units, each) for each in found)
    for_whom: Literal["child", "other_adult"] | None = None
    if not is_minor:
        if "people:child" in labels:
            for_whom = "child"
        elif "people:adult" in labels:
            for_whom = "other_adult"
    return People(
        for_whom=for_whom,
        visitor=None if is_minor else _read_visitor(labels),
        is_for_several="people:for_several" in labels,
        writer_is_minor=is_minor,
        any_doctor=any_doctor,
        any_time=any_time,
        asks_of_other="people:others_visit" in labels and for_whom != "child",
    )


def _read_visitor(labels: set[str]) -> Visitor | None:
    """Whom a visit is asked for in so many words; a child goes before an adult: "my husband will bring our son"."""
    if "people:for_several" in labels:
        return None  # one after the other, the writer first
    if "people:for_child" in labels:
        return Visitor.CHILD
    if "people:for_adult" in labels:
        return Visitor.OTHER_ADULT
    return Visitor.WRITER if "people:for_self" in labels else None


def _is_young(units: Sequence[Unit], phrase: Found) -> bool:
    """A phrase with an age counts below 18; one without ("my parents must not know") always."""
    ages = [
        int(form)
        for unit in units[phrase.first : phrase.last]
        for form in unit.forms
        if form.isdecimal() and len(form) <= 3
    ]
    return all(_YOUNGEST_WRITER <= age < _ADULT_FROM for age in ages)
