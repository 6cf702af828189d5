"""What the grammar finds before roles are given: days, hours, parts of the day, references."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.understanding.dates.resolve import Clock, Day
from frontdesk.understanding.models import Daypart


class Bound(StrEnum):
    """How an hour bounds the visit. FROM is an hour that may open a range or be left in a move."""

    AT = "at"
    RANGE = "range"
    AFTER = "after"
    BEFORE = "before"
    FROM = "from"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    clock: Clock
    until: Clock | None = None
    bound: Bound = Bound.AT


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One expression; `start` and `end` are token places. `is_ignored` was read only to be left out."""

    start: int
    end: int
    language: str
    day: Day | None = None
    hours: Hours | None = None
    part: Daypart | None = None
    same_day: bool = False
    same_time: bool = False
    shift_days: int | None = None
    is_ignored: bool = False
