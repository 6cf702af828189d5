"""Which days and hours a visit could take at all, whatever is booked already. Pure.

Unlike `scheduling.availability` this knows neither the grid nor other visits: the eval README ("Tools") leaves both
out of the verdict on a tool call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from frontdesk.agent.tool_errors import Fault
from frontdesk.clinics.models import Clinic, Intervals
from frontdesk.scheduling.availability import GRID, HORIZON_DAYS, resolve_local
from frontdesk.scheduling.models import Doctor


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitFrame:
    """A visit of some length; without a doctor the clinic's hours alone bound it. `now` is aware."""

    clinic: Clinic
    doctor: Doctor | None
    duration: timedelta
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.clinic.zone).date()

    def find_day_fault(self, on: date) -> Fault | None:
        """What speaks against the whole day; None if nothing does."""
        if on < self.today:
            return Fault.PAST_DATE
        if (on - self.today).days > HORIZON_DAYS:
            return Fault.TOO_FAR
        if not self.clinic.hours.get(on.weekday()) or any(day.on == on for day in self.clinic.holidays):
            return Fault.CLINIC_CLOSED
        if self.doctor is None:
            return None
        is_away = any(on in off for off in self.doctor.time_off)
        return Fault.DOCTOR_OFF if is_away or not self._windows(on.weekday()) else None

    def find_time_fault(self, on: date | None, at: time) -> Fault | None:
        """What speaks against the hour on that day, or on every weekday where the day is not known."""
        if on is None:
            fits = any(self._fits_weekday(weekday, at) for weekday in range(7))
            return None if fits else Fault.OUTSIDE_HOURS
        starts_at = resolve_local(self.clinic.zone, on, at)
        if starts_at is None:  # the clocks skip this hour
            return Fault.OUTSIDE_HOURS
        if starts_at <= self.now:
            return Fault.PAST_TIME
        return None if self._fits_day(on, starts_at) else Fault.OUTSIDE_HOURS

    def list_days(self, first_on: date, *, within_days: int, limit: int) -> list[date]:
        """The next possible days from `first_on` on, that day included."""
        days = (first_on + timedelta(days=ahead) for ahead in range(within_days))
        return [on for on in days if self.find_day_fault(on) is None][:limit]

    def list_times(self, on: date | None) -> list[time]:
        """Every possible start on the grid."""
        minutes = range(0, 24 * 60, int(GRID.total_seconds()) // 60)
        grid = (time(minute // 60, minute % 60) for minute in minutes)
        return [at for at in grid if self.find_time_fault(on, at) is None]

    def _windows(self, weekday: int) -> Intervals:
        opening = self.clinic.hours.get(weekday, ())
        if self.doctor is None:
            return opening
        return tuple(
            (max(opens, begins), min(closes, ends))
            for opens, closes in opening
            for begins, ends in self.doctor.hours.get(weekday, ())
            if max(opens, begins) < min(closes, ends)
        )

    def _fits_weekday(self, weekday: int, at: time) -> bool:
        starts = _since_midnight(at)
        return any(
            _since_midnight(opens) <= starts and starts + self.duration <= _since_midnight(closes)
            for opens, closes in self._windows(weekday)
        )

    def _fits_day(self, on: date, starts_at: datetime) -> bool:
        # Instants, not wall clocks: on the night the clocks change an hour more or less lies between two hours.
        midnight = datetime.combine(on, time(), self.clinic.zone)
        return any(
            (midnight + _since_midnight(opens)).astimezone(UTC) <= starts_at
            and starts_at + self.duration <= (midnight + _since_midnight(closes)).astimezone(UTC)
            for opens, closes in self._windows(on.weekday())
        )


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
