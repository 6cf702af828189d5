"""Joins pieces that tell of one visit: a day with its hour, a weekday with its date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from frontdesk.understanding.dates.patterns import Reading, cue_at
from frontdesk.understanding.dates.pieces import Bound, Hours, Piece
from frontdesk.understanding.dates.resolve import Calendar, Day, Named
from frontdesk.understanding.dates.tokens import Kind
from frontdesk.understanding.models import Daypart

# Words that set one visit against another: nothing before them belongs to what follows.
_PARTING = frozenset({"not", "except", "or", "correction", "but"})

# In a move, what follows these is where it goes, never a second name of the day it leaves.
_TARGETS = frozenset({"to", "to_move"})


@dataclass(slots=True)
class Group:
    """Pieces of one visit. `lead` are the cues right before it, `gap` all cues since the group before."""

    lead: frozenset[str]
    gap: frozenset[str]
    is_adjacent: bool
    pieces: list[Piece] = field(default_factory=list)
    day: Day | None = None
    hours: Hours | None = None
    part: Daypart | None = None
    same_day: bool = False
    same_time: bool = False
    shift_days: int | None = None

    @property
    def start(self) -> int:
        return min(piece.start for piece in self.pieces)

    @property
    def end(self) -> int:
        return max(piece.end for piece in self.pieces)

    def takes(self, piece: Piece) -> bool:
        """Whether a piece fills only what is still open here."""
        if piece.day is not None and (self.day is not None or self.same_day or self.shift_days is not None):
            return False
        if piece.hours is not None and (self.hours is not None or self.same_time):
            return False
        if piece.part is not None and self.part is not None:
            return False
        if (
            (piece.same_day or piece.shift_days is not None)
            and self.day is not None
            and self.day.named is not Named.WEEK
        ):
            return False
        return not (piece.same_time and self.hours is not None)

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.day = piece.day or self.day
        self.hours = piece.hours or self.hours
        self.part = piece.part or self.part
        self.same_day = self.same_day or piece.same_day
        self.same_time = self.same_time or piece.same_time
        if piece.shift_days is not None:
            self.shift_days = piece.shift_days


def cues_between(
    readings: Mapping[str, Reading], start: int, end: int
) -> tuple[frozenset[str], frozenset[str], bool]:
    """Cues from one place to another: all of them, those right before the end, and whether nothing else stands there."""
    everything: set[str] = set()
    lead: set[str] = set()
    only_cues = True
    reading = next(iter(readings.values()))
    at = start
    while at < end:
        found: set[str] = set()
        last = at + 1
        for reading in readings.values():
            cue = cue_at(reading, at, end)
            if cue is not None:
                found |= cue[0]
                last = max(last, cue[1])
        if found:
            everything |= found
            lead |= found
        else:
            lead.clear()
            only_cues = only_cues and reading.tokens[at].kind is Kind.MARK
        at = last
    return frozenset(everything), frozenset(lead), only_cues


def group_pieces(pieces: list[Piece], readings: Mapping[str, Reading], calendar: Calendar) -> list[Group]:
    """The visits spoken of, in order."""
    groups: list[Group] = []
    last_end = 0
    for piece in pieces:
        cues = {piece.language: readings[piece.language]}
        gap, lead, is_adjacent = cues_between(cues, last_end, piece.start)
        last_end = piece.end
        if piece.is_ignored:
            continue
        goes_to = bool(lead & _TARGETS) and readings[piece.language].moves
        # "I work mornings, so Tuesday": what hinders is one time, what is wished for another.
        is_parted = bool(gap & _PARTING) or (bool(groups) and "so" in gap and "cannot" in groups[-1].gap)
        if groups and not is_parted:
            merged = None if goes_to else _merged(groups[-1], piece, calendar, is_adjacent=is_adjacent)
            if merged is not None:
                groups[-1].day = merged
                groups[-1].pieces.append(piece)
                continue
            if groups[-1].takes(piece) and not (lead & {"from"} and groups[-1].day and piece.day):
                groups[-1].add(piece)
                continue
        group = Group(lead=lead, gap=gap, is_adjacent=is_adjacent)
        group.add(piece)
        groups.append(group)
    return groups


def _merged(group: Group, piece: Piece, calendar: Calendar, *, is_adjacent: bool) -> Day | None:
    """One day out of two names of it that stand side by side ("Tuesday the 19th"), else None."""
    if group.day is None or piece.day is None or piece.hours is not None or not is_adjacent:
        return None
    kinds = {group.day.named, piece.day.named}
    first, second = group.day, piece.day
    if kinds == {Named.WEEKDAY, Named.WEEK}:
        weekday, week = (first, second) if first.named is Named.WEEKDAY else (second, first)
        assert weekday.weekday is not None
        return Day(named=Named.DATED, on=calendar.weekday_of_week(weekday.weekday, week.ahead))
    if kinds == {Named.MONTH_DAY, Named.MONTH}:
        month_day, month = (first, second) if first.named is Named.MONTH_DAY else (second, first)
        on = calendar.month_day_of(month_day.month_day or 1, month.ahead)
        return Day(named=Named.DATED, on=on) if on is not None else None
    if kinds == {Named.WEEKDAY, Named.MONTH_DAY}:
        weekday, month_day = (first, second) if first.named is Named.WEEKDAY else (second, first)
        return _weekday_with_month_day(weekday, month_day, calendar)
    if len(kinds) == 2 and Named.DATED in kinds and kinds & {Named.WEEKDAY, Named.OFFSET}:
        dated, other = (first, second) if first.named is Named.DATED else (second, first)
        agrees = dated.on == other.on or (other.weekday is not None and dated.on.weekday() == other.weekday)
        return dated if agrees else replace(dated, ambiguous=(other.on,))
    if len(kinds) == 2 and Named.OFFSET in kinds and first.on == second.on:
        return first if first.named is Named.OFFSET else second
    return None


def _weekday_with_month_day(weekday: Day, month_day: Day, calendar: Calendar) -> Day:
    for ahead in range(4):
        on = calendar.month_day_of(month_day.month_day or 1, ahead)
        if on is not None and on >= calendar.today and on.weekday() == weekday.weekday:
            return Day(named=Named.DATED, on=on)
    return Day(named=Named.DATED, on=month_day.on, ambiguous=(weekday.on,))


def is_open_hour(hours: Hours | None) -> bool:
    """Whether hours are a single hour that may still be an end of a range or a move."""
    return hours is not None and hours.bound in (Bound.AT, Bound.FROM)
