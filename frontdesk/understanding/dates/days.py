"""Reads days: "tomorrow", "в следующую пятницу", "15 de marzo", "15/11", "in two weeks", "at the end of May"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from frontdesk.understanding.dates.clocks import is_counted, read_hours, stops
from frontdesk.understanding.dates.patterns import Match, Reading, find_match
from frontdesk.understanding.dates.resolve import Calendar, Day, Named, make_date
from frontdesk.understanding.dates.tokens import Kind, Token
from frontdesk.understanding.models import Daypart

_LAST_YEARS_READ: Final = 400
_MOST_WEEKS: Final = 52
# How far back a word of pain makes "8/10" a measure of it.
_SCALE_REACH: Final = 5


def read_day(reading: Reading, calendar: Calendar, at: int) -> tuple[Day, Daypart | None, int] | None:
    """The day or span that begins at a token, the part of the day it includes ("tonight"), and where it ends."""
    numeric = _numeric(reading, calendar, at)
    match = find_match(reading, "days", at)
    if match is None or (numeric is not None and numeric[1] >= match.end):
        return (numeric[0], None, numeric[1]) if numeric is not None else None
    if match.pattern.section == "today_parts":
        return Day(named=Named.OFFSET, on=calendar.today), Daypart(match.pattern.value), match.end
    if match.pattern.section in ("weekday_plain", "month_alone") and not _has_context(reading, at, match.end):
        return None
    if match.pattern.section == "day_of_month" and not _is_no_amount(reading, match):
        return None
    day = _SECTIONS[match.pattern.section](calendar, match)
    return (day, None, match.end) if day is not None else None


def _is_no_amount(reading: Reading, match: Match) -> bool:
    """Whether nothing is counted or ordered by the number: "the 2 teeth", "второго врача"."""
    return not is_counted(reading, match.end) and (match.pattern.value != "bare" or stops(reading, match.end))


def _has_context(reading: Reading, at: int, end: int) -> bool:
    """Whether an abbreviation that is also a word ("mar", "sun") stands where a day would."""
    if end - at > 1 or not any(
        reading.lexicon.is_in("needs_context", reading.word(place)) for place in range(at, end)
    ):
        return True
    if len(reading.tokens) - (end - at) <= 1:
        return True
    before, after = reading.word(at - 1), reading.word(end)
    follows = reading.tokens[end].numbers or after.isdecimal() if end < len(reading.tokens) else False
    if follows or read_hours(reading, end) is not None:
        return True
    if find_match(reading, "dayparts", end) is not None or _is_listed(reading, at, end):
        return True
    if reading.lexicon.is_in("day_links", before) or reading.lexicon.is_in("day_follows", after):
        return True
    begins = at == 0 or reading.tokens[at - 1].kind is Kind.MARK
    return begins and reading.lexicon.is_in("begins_day", reading.word(at))


def _is_listed(reading: Reading, at: int, end: int) -> bool:
    """One of several days: "mon or tues", "jeu, ven"."""
    links = reading.lexicon.sets.get("or", ())
    weekdays = reading.lexicon.words["weekdays"]
    return ((reading.word(end),) in links and reading.word(end + 1) in weekdays) or (
        (reading.word(at - 1),) in links and reading.word(at - 2) in weekdays
    )


def _numeric(reading: Reading, calendar: Calendar, at: int) -> tuple[Day, int] | None:
    if at >= len(reading.tokens):
        return None
    token = reading.tokens[at]
    if token.kind is Kind.ISO:
        return _dated(make_date(*token.numbers), at + 1)
    if token.kind is Kind.DMY:
        first, second, year = token.numbers
        return _dated(_day_first(calendar, first, second, year), at + 1)
    if token.kind is Kind.DM and not _measures(reading, token, at):
        return _dated(_day_first(calendar, token.numbers[0], token.numbers[1], None), at + 1)
    if token.kind is Kind.NUMBER and reading.word(at + 1) == "-":
        return _hyphenated(reading, calendar, at)
    return None


def _hyphenated(reading: Reading, calendar: Calendar, at: int) -> tuple[Day, int] | None:
    """ "15-11": a date, unless it can be a range of hours ("10-12")."""
    first, second = reading.word(at), reading.word(at + 2)
    tokens = reading.tokens[at : at + 3]
    glued = len(tokens) == 3 and tokens[0].end == tokens[1].start and tokens[1].end == tokens[2].start
    if (
        not glued
        or len(first) > 2
        or not second.isdecimal()
        or len(second) > 2
        or is_counted(reading, at + 3)
    ):
        return None
    if int(first) < int(second):
        return None
    return _dated(_day_first(calendar, int(first), int(second), None), at + 3)


def _day_first(calendar: Calendar, first: int, second: int, year: int | None) -> date | None:
    return calendar.dated(first, second, year) if second <= 12 else calendar.dated(second, first, year)


def _dated(on: date | None, end: int) -> tuple[Day, int] | None:
    return (Day(named=Named.DATED, on=on), end) if on is not None else None


def _measures(reading: Reading, token: Token, at: int) -> bool:
    """A pain scale ("8/10"), a length ("1.5 hours"), an opening around the clock ("24/7") or a clock ("10.30")."""
    if token.word == "24/7" or is_counted(reading, at + 1):
        return True
    if token.sign == "." and (
        token.numbers[1] > 12 or token.numbers[1] == 0 or len(token.word.split(".")[1]) == 1 > 1
    ):
        return True
    if (
        token.sign == "."
        and len(token.word.split(".")[1]) == 2
        and reading.lexicon.is_in("clock_only", reading.word(at - 1))
    ):
        return True
    before = (reading.word(place) for place in range(max(0, at - _SCALE_REACH), at))
    return any(reading.lexicon.is_in("measured", word) for word in before)


def _offset(calendar: Calendar, match: Match) -> Day:
    return Day(named=Named.OFFSET, on=calendar.day_after(int(match.pattern.value)))


def _shift(calendar: Calendar, match: Match) -> Day | None:
    unit, times = match.slots["unit"]
    count = float(match.slots.get("n", 1)) * times
    if count > _LAST_YEARS_READ:
        return None
    if unit in ("minute", "hour"):
        moment = calendar.now + timedelta(minutes=count * (60 if unit == "hour" else 1))
        return Day(named=Named.OFFSET, on=moment.date(), at=moment.time().replace(second=0, microsecond=0))
    if unit in ("month", "year"):
        months = round(count * (12 if unit == "year" else 1))
        last = calendar.month_day_of(calendar.today.day, months)
        return Day(named=Named.OFFSET, on=last or calendar.month_day_of(28, months) or calendar.today)
    on = calendar.day_after(round(count * (7 if unit == "week" else 1)))
    # In Spanish and Portuguese speech "fifteen days" is two weeks and "eight days" is one.
    loose = (
        (on - timedelta(days=1),)
        if unit == "day" and match.pattern.value == "loose" and count in (8, 15)
        else ()
    )
    return Day(named=Named.OFFSET, on=on, ambiguous=loose)


def _weekday(calendar: Calendar, match: Match) -> Day:
    weekday = match.slots["weekday"]
    return Day(named=Named.WEEKDAY, on=calendar.next_weekday(weekday), weekday=weekday)


def _next_weekday(calendar: Calendar, match: Match) -> Day:
    weekday = match.slots["weekday"]
    on = calendar.next_weekday(weekday)
    later = calendar.weekday_of_week(weekday, 1)
    return Day(named=Named.WEEKDAY, on=on, weekday=weekday, ambiguous=(later,) if later != on else ())


def _weekday_shift(calendar: Calendar, match: Match) -> Day:
    unit, times = match.slots.get("unit", ("week", 1))
    days = match.slots.get("n", 1) * times * (7 if unit == "week" else 1)
    on = calendar.next_weekday(match.slots["weekday"]) + timedelta(days=min(3650, int(days)))
    return Day(named=Named.OFFSET, on=on)


def _weekday_of_week(calendar: Calendar, match: Match) -> Day | None:
    """ "In two weeks, on Tuesday": that day of the calendar week."""
    unit, times = match.slots.get("unit", ("week", 2))  # Hebrew has one word for two weeks
    weeks = match.slots.get("n", 1) * times
    if unit != "week" or weeks != int(weeks) or not 1 <= weeks <= _MOST_WEEKS:
        return None
    return Day(named=Named.OFFSET, on=calendar.weekday_of_week(match.slots["weekday"], int(weeks)))


def _weekday_of_month(calendar: Calendar, match: Match) -> Day | None:
    """ "The first Monday of April", the last Friday of a month: the next there is, not before today."""
    number, weekday = int(match.pattern.value), match.slots["weekday"]
    ahead = calendar.months_until(match.slots["month"])
    days = (calendar.nth_weekday(number, weekday, months) for months in (ahead, ahead + 12))
    on = next((day for day in days if day is not None and day >= calendar.today), None)
    return Day(named=Named.DATED, on=on) if on is not None else None


def _week_of(calendar: Calendar, match: Match) -> Day | None:
    """ "The week of the 16th": from the first day of that calendar week."""
    on = calendar.next_month_day(match.slots["dom"])
    if on is None:
        return None
    start = on - timedelta(days=(on.weekday() - calendar.first_weekday) % 7)
    return Day(named=Named.SPAN, on=max(start, calendar.today), until=start + timedelta(days=6))


def _month_days(calendar: Calendar, match: Match) -> Day | None:
    """ "Between the 10th and the 12th"."""
    first, last = match.slots["dom"], match.slots["dom2"]
    on = calendar.next_month_day(first)
    if on is None or last <= first:
        return None
    until = make_date(on.year, on.month, last)
    return Day(named=Named.SPAN, on=on, until=until) if until is not None else None


def _week(calendar: Calendar, match: Match) -> Day:
    return calendar.week(int(match.pattern.value))


def _weekend(calendar: Calendar, match: Match) -> Day:
    return calendar.weekend(int(match.pattern.value))


def _week_part(calendar: Calendar, match: Match) -> Day:
    part, _, ahead = str(match.pattern.value).partition(" ")
    start = calendar.week_start(int(ahead or 0))
    first, last = {"begin": (0, 1), "mid": (2, 3), "end": (3, 5)}[part]
    on = max(start + timedelta(days=first), calendar.today)
    return Day(named=Named.SPAN, on=on, until=max(on, start + timedelta(days=last)))


def _month_part(calendar: Calendar, match: Match) -> Day:
    part, _, ahead = str(match.pattern.value).partition(" ")
    months = calendar.months_until(match.slots["month"]) if "month" in match.slots else int(ahead or 0)
    return calendar.month(months, part=part if part != "all" else None)


def _month(calendar: Calendar, match: Match) -> Day:
    return calendar.month(calendar.months_until(match.slots["month"]))


def _month_day(calendar: Calendar, match: Match) -> Day | None:
    month_day = next(iter(match.slots.values()))
    if not 1 <= month_day <= 31:
        return None
    on = calendar.next_month_day(month_day)
    return Day(named=Named.MONTH_DAY, on=on, month_day=month_day) if on is not None else None


def _day_month(calendar: Calendar, match: Match) -> Day | None:
    slots: Mapping[str, Any] = match.slots
    month_day = slots["dom"] if "dom" in slots else slots["ord"]
    on = calendar.dated(month_day, slots["month"], slots.get("year"))
    until = calendar.dated(slots["dom2"], slots["month"], slots.get("year")) if "dom2" in slots else None
    return Day(named=Named.DATED, on=on, until=until) if on is not None else None


_SECTIONS: Final[Mapping[str, Callable[[Calendar, Match], Day | None]]] = {
    "offsets": _offset,
    "shifts": _shift,
    "weekday_plain": _weekday,
    "weekday_this": _weekday,
    "weekday_next": _next_weekday,
    "weekday_shift": _weekday_shift,
    "weekday_of_week": _weekday_of_week,
    "weekday_of_month": _weekday_of_month,
    "week_of": _week_of,
    "month_days": _month_days,
    "week": _week,
    "weekend": _weekend,
    "week_part": _week_part,
    "month_part": _month_part,
    "month_ref": _month_part,
    "month_alone": _month,
    "day_of_month": _month_day,
    "day_month": _day_month,
}
