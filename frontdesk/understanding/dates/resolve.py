"""Calendar arithmetic: what a named day is, seen from the clinic's today. Sources: the conventions of the evaluation."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from frontdesk.clinics.models import WeeklyHours
from frontdesk.understanding.models import Daypart


class Named(StrEnum):
    """How a day was named; tells which names may stand side by side for one day."""

    WEEKDAY = "weekday"
    OFFSET = "offset"
    MONTH_DAY = "month_day"
    DATED = "dated"
    SPAN = "span"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day or a span of days; `weekday`, `month_day` and `weeks` keep how it was said, to join names of one day."""

    named: Named
    on: date
    until: date | None = None
    ambiguous: tuple[date, ...] = ()
    weekday: int | None = None
    month_day: int | None = None
    # For a week or a month: how many from the current one.
    ahead: int = 0
    # An hour that came with it: "in three hours".
    at: time | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """An hour as it was said. `is_bare` asks the opening hours whether it is before or after noon."""

    hour: int
    minute: int = 0
    is_bare: bool = False
    daypart: Daypart | None = None

    @property
    def plain(self) -> time:
        return time(self.hour % 24, self.minute)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The clinic's today and its week. `now` is local to the clinic; Monday is 0 in `first_weekday`."""

    now: datetime
    first_weekday: int
    opening: WeeklyHours | None = None
    weekend_starts: int = 5

    @property
    def today(self) -> date:
        return self.now.date()

    def day_after(self, days: int) -> date:
        """The day so many days from today; far-off numbers stop at a century."""
        return self.today + timedelta(days=max(-36500, min(36500, days)))

    def next_weekday(self, weekday: int) -> date:
        """The next such day strictly after today."""
        return self.day_after((weekday - self.today.weekday() - 1) % 7 + 1)

    def week_start(self, ahead: int) -> date:
        """The first day of the calendar week so many weeks from the current one."""
        return self.day_after(7 * ahead - (self.today.weekday() - self.first_weekday) % 7)

    def weekday_of_week(self, weekday: int, ahead: int) -> date:
        """A day of this week is the next such day; of a later week, that day of the calendar week."""
        if ahead == 0:
            return self.next_weekday(weekday)
        start = self.week_start(ahead)
        return start + timedelta(days=(weekday - self.first_weekday) % 7)

    def week(self, ahead: int) -> Day:
        start = self.week_start(ahead)
        return Day(named=Named.WEEK, on=max(start, self.today), until=start + timedelta(days=6), ahead=ahead)

    def weekend(self, ahead: int) -> Day:
        """The two days of the weekend; on its second day, what is left of it."""
        into = (self.today.weekday() - self.weekend_starts) % 7
        if into == 1 and ahead == 0:
            return Day(named=Named.SPAN, on=self.today, until=self.today)
        start = self.day_after(-into % 7 + 7 * max(0, ahead - (into == 1)))
        return Day(named=Named.SPAN, on=start, until=start + timedelta(days=1))

    def next_month_day(self, month_day: int) -> date | None:
        """The next such day of a month, today included."""
        for ahead in range(13):
            found = self.month_day_of(month_day, ahead)
            if found is not None and found >= self.today:
                return found
        return None

    def month_day_of(self, month_day: int, ahead: int) -> date | None:
        """That day of the month so many months from the current one; None if the month is too short."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + ahead, 12)
        return make_date(year, month + 1, month_day)

    def nth_weekday(self, number: int, weekday: int, ahead: int) -> date | None:
        """The first, second ... such day of the month so many months from now; -1 is the last. None if there is none."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + ahead, 12)
        month += 1
        days = [
            day
            for number_of_day in range(1, monthrange(year, month)[1] + 1)
            if (day := date(year, month, number_of_day)).weekday() == weekday
        ]
        return days[number - 1 if number > 0 else number] if number <= len(days) else None

    def dated(self, month_day: int, month: int, year: int | None) -> date | None:
        """A date of the calendar; without a year the next one, today included."""
        if year is not None:
            return make_date(year if year >= 100 else 2000 + year, month, month_day)
        for ahead in range(9):  # 29 February may be eight years away
            found = make_date(self.today.year + ahead, month, month_day)
            if found is not None and found >= self.today:
                return found
        return None

    def month(self, ahead: int, *, part: str | None = None) -> Day:
        """A month from the current one, or its beginning, middle or end; never before today where it is this month."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + ahead, 12)
        month += 1
        last = monthrange(year, month)[1]
        start, end = {"begin": (1, 10), "mid": (11, 20), "end": (21, last)}.get(part or "", (1, last))
        first = date(year, month, start)
        if ahead == 0:
            first = min(max(first, self.today), date(year, month, last))
        return Day(named=Named.MONTH, on=first, until=max(first, date(year, month, end)), ahead=ahead)

    def months_until(self, month: int) -> int:
        """How many months ahead the next such month is; 0 is the current one."""
        return (month - self.today.month) % 12


def make_date(year: int, month: int, month_day: int) -> date | None:
    """The date, or None if the calendar has no such day or it lies centuries off."""
    if not 1900 <= year <= 2199:
        return None
    try:
        return date(year, month, month_day)
    except ValueError:
        return None


def resolve_clock(
    clock: Clock, *, on: date | None, daypart: Daypart | None, opening: WeeklyHours | None
) -> time:
    """The local time of an hour as said: its part of day decides, then the opening hours, then "1 to 7 is afternoon"."""
    part = clock.daypart or daypart
    if clock.hour > 12 or not clock.is_bare:
        return clock.plain
    if part is not None:
        return time(_hour_in(part, clock.hour), clock.minute)
    early, late = time(clock.hour % 12, clock.minute), time(clock.hour % 12 + 12, clock.minute)
    open_early, open_late = _is_open(opening, on, early), _is_open(opening, on, late)
    if open_early != open_late:
        return early if open_early else late
    return late if clock.hour <= 7 or clock.hour == 12 else early


def _hour_in(part: Daypart, hour: int) -> int:
    if part is Daypart.MORNING:
        return hour % 12 if hour != 12 else 12
    if part is Daypart.NOON:
        return hour + 12 if hour < 4 else hour
    if part is Daypart.AFTERNOON:
        return hour + 12 if hour < 10 else hour
    if part is Daypart.EVENING:
        return hour % 12 + 12 if hour != 12 else 0
    return hour + 12 if 6 <= hour < 12 else hour % 12


def _is_open(opening: WeeklyHours | None, on: date | None, at: time) -> bool:
    if not opening:
        return False
    days = (opening.get(on.weekday()) or ()) if on is not None else ()
    intervals = days or tuple(interval for day in opening.values() for interval in day)
    return any(opens <= at < closes for opens, closes in intervals)
