"""Dates and times in Russian, Spanish, English, Hebrew and Portuguese, with what each is for.

Words stand in `lexicons/dates.<language>.yaml`; the grammar is shared. Pure: the clock and the zone are arguments.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from frontdesk.clinics.models import WeeklyHours
from frontdesk.understanding.dates.grammar import read_pieces, read_tokens
from frontdesk.understanding.dates.groups import Group, group_pieces
from frontdesk.understanding.dates.pieces import Bound
from frontdesk.understanding.dates.resolve import Calendar, Clock, resolve_clock
from frontdesk.understanding.dates.roles import assign_roles, bounded
from frontdesk.understanding.dates.tokens import Token
from frontdesk.understanding.dates.weeks import first_weekday_of, weekend_of
from frontdesk.understanding.models import DateMention, Role

__all__ = ["find_dates", "first_weekday_of"]


def find_dates(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    first_weekday: int,
    language: str | None,
    opening: WeeklyHours | None = None,
) -> tuple[DateMention, ...]:
    """The dates and times a message names, in its order.

    `now` is aware; days count in `zone`. `first_weekday` (Monday is 0) begins the clinic's week. `language` is a
    preference, not a limit. `opening` decides what a bare hour means; without it 1 to 7 is in the afternoon.
    Raises ValueError if `now` is naive.
    """
    if now.tzinfo is None:
        message = "now must be aware"
        raise ValueError(message)
    tokens = read_tokens(text)
    calendar = Calendar(now.astimezone(zone), first_weekday, opening, weekend_of(zone.key or ""))
    pieces, readings = read_pieces(tokens, calendar, language)
    if not pieces:
        return ()
    moves = any(reading.moves for reading in readings.values())
    roles = assign_roles(group_pieces(pieces, readings, calendar), readings, calendar.today)
    return tuple(_mention(role, bounded(group, moves=moves), tokens, calendar) for role, group in roles)


def _mention(role: Role, group: Group, tokens: list[Token], calendar: Calendar) -> DateMention:
    day = group.day
    on = day.on if day is not None else None
    at = day.at if day is not None else None
    until_at = not_before = not_after = None

    def local(clock: Clock) -> time:
        return resolve_clock(clock, on=on, daypart=group.part, opening=calendar.opening)

    if group.hours is not None:
        first = local(group.hours.clock)
        if group.hours.bound is Bound.AFTER:
            not_before = first
        elif group.hours.bound is Bound.BEFORE:
            not_after = first
        else:
            at = first
        if group.hours.until is not None:
            until_at = _later(first, group.hours.until, local(group.hours.until))
    midnight_ends = group.hours is not None and group.hours.clock.hour == 24
    return DateMention(
        role=role,
        on=on + timedelta(days=1) if on is not None and midnight_ends else on,
        at=at,
        daypart=group.part if at is None else None,
        until_on=day.until if day is not None and day.until != on else None,
        until_at=until_at,
        not_before=not_before,
        not_after=not_after,
        ambiguous=day.ambiguous if day is not None else (),
        same_day=group.same_day,
        same_time=group.same_time,
        shift_days=group.shift_days,
        span=(tokens[group.start].start, tokens[group.end - 1].end),
    )


def _later(first: time, clock: Clock, second: time) -> time:
    """The end of a range comes after its beginning where its hour leaves that open."""
    if second > first or not clock.is_bare or clock.hour >= 12:
        return second
    return time(clock.hour + 12, clock.minute)
