"""Which times can be booked: the hours of clinic and doctor, minus holidays, time off and what is booked. Pure.

Times of day are local to the clinic; every `Slot` is in UTC. Rules: the eval README, section 2, "Slots".
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from frontdesk.clinics.models import Clinic, Intervals
from frontdesk.scheduling.models import Busy, Catalog, Doctor, Slot

GRID: Final = timedelta(minutes=15)
# Nobody books further ahead (eval README, "Tools").
HORIZON_DAYS: Final = 365
_DAY_MIN: Final = 24 * 60

RefusalReason = Literal[
    "taken", "closed", "holiday", "time_off", "past", "outside_hours", "not_offered", "too_far"
]
# Where each doctor has another reason, the one that says most to a patient who does not mind which doctor.
_TELLING: Final[tuple[RefusalReason, ...]] = (
    "taken", "past", "time_off", "outside_hours", "closed", "holiday", "too_far", "not_offered",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a slot cannot be booked."""

    reason: RefusalReason


@dataclass(frozen=True, kw_only=True, slots=True)
class _Day:
    """One local day of a zone, in minutes since the epoch. `shifts` says that the clocks change on it."""

    on: date
    midnight_min: int
    shifts: bool


@lru_cache(maxsize=4096)
def _find_day(zone: ZoneInfo, on: date) -> _Day:
    starts = datetime.combine(on, time(), zone)
    ends = datetime.combine(on + timedelta(days=1), time(), zone)
    return _Day(
        on=on, midnight_min=_epoch_min(starts), shifts=_epoch_min(ends) - _epoch_min(starts) != _DAY_MIN
    )


def _epoch_min(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def resolve_local(zone: ZoneInfo, on: date, at: time) -> datetime | None:
    """The UTC instant of a local time: the first of two where clocks go back, None where they skip it."""
    instant = datetime.combine(on, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC)
    local = instant.astimezone(zone)
    return instant if (local.date(), local.time()) == (on, at.replace(tzinfo=None, fold=0)) else None


def free_slots(
    catalog: Catalog,
    service_id: UUID,
    doctor_ids: Sequence[UUID],
    busy: Sequence[Busy],
    *,
    first_on: date,
    last_on: date,
    now: datetime,
    step: timedelta = GRID,
    not_before: time | None = None,
    not_after: time | None = None,
    limit: int | None = None,
) -> list[Slot]:
    """Free slots of these doctors from `first_on` to `last_on`, both included, by time and then in catalog order.

    `not_before` and `not_after` bound the local start, both included. Doctors who do not offer the service are left
    out. With `limit` no further day is looked at once that many are found.
    """
    service = catalog.services.get(service_id)
    if service is None:
        return []
    wanted = set(doctor_ids)
    doctors = [doctor for doctor in catalog.doctors_for(service_id) if doctor.doctor_id in wanted]
    search = _Search(
        catalog=catalog,
        doctors=doctors,
        duration_min=int(service.duration.total_seconds()) // 60,
        step_min=int(step.total_seconds()) // 60,
        after_min=_epoch_min(now),
        earliest_min=0 if not_before is None else _minute_of(not_before),
        latest_min=_DAY_MIN if not_after is None else _minute_of(not_after),
        busy=_group_busy(busy, wanted),
    )
    found: list[Slot] = []
    for on in _bookable_days(catalog.clinic, first_on, last_on, now):
        found.extend(search.list_day(on, service_id))
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def check_slot(
    catalog: Catalog,
    service_id: UUID,
    doctor_id: UUID,
    on: date,
    at: time,
    busy: Sequence[Busy],
    now: datetime,
) -> Slot | Refusal:
    """The slot at that local time, or why it cannot be booked."""
    reason = _refuse_day(catalog, service_id, doctor_id, on, now)
    if reason is not None:
        return Refusal(reason=reason)
    doctor, duration = catalog.doctors[doctor_id], catalog.services[service_id].duration
    starts_at = resolve_local(catalog.clinic.zone, on, at)
    if starts_at is None:
        return Refusal(reason="outside_hours")
    if starts_at <= now:
        return Refusal(reason="past")
    slot = Slot(doctor_id=doctor_id, service_id=service_id, starts_at=starts_at, ends_at=starts_at + duration)
    if (
        _minute_of(at) % 15
        or at.second
        or at.microsecond
        or not _is_inside_hours(catalog.clinic, doctor, on, slot)
    ):
        return Refusal(reason="outside_hours")
    for taken in busy:
        if taken.doctor_id == doctor_id and taken.starts_at < slot.ends_at and slot.starts_at < taken.ends_at:
            return Refusal(reason="taken")
    return slot


def explain_day(
    catalog: Catalog, service_id: UUID, doctor_ids: Iterable[UUID], on: date, now: datetime
) -> RefusalReason:
    """Why none of these doctors has a free slot on a day for which `free_slots` found none."""
    reasons: set[RefusalReason] = {
        _refuse_day(catalog, service_id, doctor_id, on, now)
        or _explain_working_day(catalog, service_id, doctor_id, on, now)
        for doctor_id in doctor_ids
    }
    return next((reason for reason in _TELLING if reason in reasons), "not_offered")


def choose_doctors(catalog: Catalog, slots: Iterable[Slot], busy: Sequence[Busy]) -> list[Slot]:
    """One slot for each time: of the doctors free then, the one with the fewest visits that local day.

    Ties go to the doctor who comes first in the catalog. `slots` are in the order of `free_slots`.
    """
    zone = catalog.clinic.zone
    visits = Counter((one.doctor_id, one.starts_at.astimezone(zone).date()) for one in busy)
    chosen: dict[datetime, tuple[int, Slot]] = {}
    for slot in slots:
        load = visits[slot.doctor_id, slot.starts_at.astimezone(zone).date()]
        if slot.starts_at not in chosen or load < chosen[slot.starts_at][0]:
            chosen[slot.starts_at] = (load, slot)
    return [slot for _, slot in chosen.values()]


def choose_nearest(
    slots: Iterable[Slot], wanted_at: datetime, *, zone: ZoneInfo, limit: int
) -> tuple[Slot, ...]:
    """The slots closest to an instant, soonest first: the same local day before any other day."""
    wanted_on = wanted_at.astimezone(zone).date()

    def distance(slot: Slot) -> tuple[bool, float]:
        other_day = slot.starts_at.astimezone(zone).date() != wanted_on
        return other_day, abs((slot.starts_at - wanted_at).total_seconds())

    return tuple(sorted(sorted(slots, key=distance)[:limit], key=lambda slot: slot.starts_at))


def _bookable_days(clinic: Clinic, first_on: date, last_on: date, now: datetime) -> Iterator[date]:
    today = now.astimezone(clinic.zone).date()
    closed = {holiday.on for holiday in clinic.holidays}
    on, last = max(first_on, today), min(last_on, today + timedelta(days=HORIZON_DAYS))
    while on <= last:
        if on not in closed and clinic.hours.get(on.weekday()):
            yield on
        on += timedelta(days=1)


def _group_busy(busy: Sequence[Busy], wanted: set[UUID]) -> dict[int, list[tuple[int, int]]]:
    """Busy minutes of each doctor, ascending; an end is rounded up, so no slot begins inside a visit's last minute.

    Doctors go by `UUID.int`: it hashes several times faster, and a full month of a large clinic has many visits.
    """
    grouped: dict[int, list[tuple[int, int]]] = {doctor_id.int: [] for doctor_id in wanted}
    for one in busy:
        times = grouped.get(one.doctor_id.int)
        if times is not None:
            begins, ends = one.starts_at.timestamp() // 60, -(-one.ends_at.timestamp() // 60)
            times.append((int(begins), int(ends)))
    for times in grouped.values():
        times.sort()
    return grouped


@dataclass(frozen=True, kw_only=True)
class _Search:
    """What stays the same for every day of one search. Minutes are since the epoch, or since local midnight."""

    catalog: Catalog
    doctors: Sequence[Doctor]
    duration_min: int
    step_min: int
    after_min: int
    earliest_min: int
    latest_min: int
    busy: Mapping[int, Sequence[tuple[int, int]]]

    def list_day(self, on: date, service_id: UUID) -> list[Slot]:
        clinic = self.catalog.clinic
        day, weekday = _find_day(clinic.zone, on), on.weekday()
        by_start: defaultdict[int, list[UUID]] = defaultdict(list)
        for doctor in self.doctors:
            hours = doctor.hours.get(weekday)
            if hours and not any(on in off for off in doctor.time_off):
                for opens, closes in _intersect(clinic.hours.get(weekday, ()), hours):
                    for at in self._list_starts(day, clinic.zone, doctor.doctor_id, opens, closes):
                        by_start[at].append(doctor.doctor_id)
        slots: list[Slot] = []
        for at in sorted(by_start):
            starts_at = datetime.fromtimestamp(at * 60, UTC)
            ends_at = starts_at + timedelta(minutes=self.duration_min)
            slots += [
                Slot(doctor_id=doctor_id, service_id=service_id, starts_at=starts_at, ends_at=ends_at)
                for doctor_id in by_start[at]
            ]
        return slots

    def _list_starts(self, day: _Day, zone: ZoneInfo, doctor_id: UUID, opens: int, closes: int) -> list[int]:
        """Free minutes of the epoch at which a visit fits between two minutes of the local day."""
        first = max(opens, self.earliest_min)
        midnight, step = day.midnight_min, self.step_min
        busy = self.busy[doctor_id.int]
        # A visit is shorter than a day, so none that began earlier reaches into this one.
        busy = busy[
            bisect_left(busy, (midnight - _DAY_MIN, 0)) : bisect_left(busy, (midnight + 2 * _DAY_MIN, 0))
        ]
        if day.shifts:
            closes_at = _epoch_min(datetime.combine(day.on, time(), zone) + timedelta(minutes=closes))
            grid = _list_shifted(day, zone, first + -first % step, min(closes, self.latest_min), step)
            return [
                at
                for at in grid
                if self.after_min < at <= closes_at - self.duration_min
                and not any(begins < at + self.duration_min and at < ends for begins, ends in busy)
            ]
        last = midnight + min(closes - self.duration_min, self.latest_min)
        at = max(midnight + first, self.after_min + 1)  # a slot that begins now is past
        starts: list[int] = []
        for begins, ends in busy:
            if begins >= last + self.duration_min:
                break
            if begins >= at + self.duration_min:
                starts += range(at + (midnight - at) % step, begins - self.duration_min + 1, step)
            at = max(at, ends)
        starts += range(at + (midnight - at) % step, last + 1, step)
        return starts


@lru_cache(maxsize=64)
def _list_shifted(day: _Day, zone: ZoneInfo, first: int, last: int, step: int) -> tuple[int, ...]:
    """The grid on a day when the clocks change: skipped local times are left out, repeated ones are the first."""
    minutes = range(first, min(last, _DAY_MIN - 1) + 1, step)
    instants = (resolve_local(zone, day.on, time(minute // 60, minute % 60)) for minute in minutes)
    return tuple(_epoch_min(instant) for instant in instants if instant is not None)


@lru_cache(maxsize=4096)
def _intersect(some: Intervals, others: Intervals) -> tuple[tuple[int, int], ...]:
    """Where both are open, in minutes of the day. The break of either is a break."""
    return tuple(
        (opens, closes)
        for some_opens, some_closes in some
        for other_opens, other_closes in others
        if (opens := max(_minute_of(some_opens), _minute_of(other_opens)))
        < (closes := min(_minute_of(some_closes), _minute_of(other_closes)))
    )


def _is_inside_hours(clinic: Clinic, doctor: Doctor, on: date, slot: Slot) -> bool:
    midnight = datetime.combine(on, time(), clinic.zone)
    windows = _intersect(clinic.hours.get(on.weekday(), ()), doctor.hours.get(on.weekday(), ()))
    return any(
        (midnight + timedelta(minutes=opens)).astimezone(UTC) <= slot.starts_at
        and slot.ends_at <= (midnight + timedelta(minutes=closes)).astimezone(UTC)
        for opens, closes in windows
    )


def _refuse_day(
    catalog: Catalog, service_id: UUID, doctor_id: UUID, on: date, now: datetime
) -> RefusalReason | None:
    """What speaks against the whole day, from the plainest reason on; None if nothing does."""
    clinic, doctor = catalog.clinic, catalog.doctors.get(doctor_id)
    today = now.astimezone(clinic.zone).date()
    if service_id not in catalog.services or doctor is None or service_id not in doctor.service_ids:
        return "not_offered"
    rules: tuple[tuple[bool, RefusalReason], ...] = (
        (on < today, "past"),
        (on > today + timedelta(days=HORIZON_DAYS), "too_far"),
        (any(holiday.on == on for holiday in clinic.holidays), "holiday"),
        (not clinic.hours.get(on.weekday()), "closed"),
        (any(on in off for off in doctor.time_off), "time_off"),
        (not doctor.hours.get(on.weekday()), "outside_hours"),
    )
    return next((reason for applies, reason in rules if applies), None)


def _explain_working_day(
    catalog: Catalog, service_id: UUID, doctor_id: UUID, on: date, now: datetime
) -> RefusalReason:
    """Full, over for today, or too short for the service."""
    midnight = datetime.combine(on, time(), catalog.clinic.zone).astimezone(UTC) - timedelta(days=1)
    for since, reason in ((now, "taken"), (midnight, "past")):
        if free_slots(catalog, service_id, [doctor_id], (), first_on=on, last_on=on, now=since, limit=1):
            return reason  # type: ignore[return-value]
    return "outside_hours"
