"""The engines' tools on the booking desk: always for the clinic and patient of one turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from frontdesk.conversation.engine import NotChangeable, SlotRefused, ToolRecord
from frontdesk.scheduling.availability import check_slot, choose_doctors, explain_day, free_slots
from frontdesk.scheduling.booking import AppointmentNotChangeable, BookingDesk, Pin, SlotUnavailable
from frontdesk.scheduling.models import Appointment, Busy, Catalog, Slot, Visitor

# How far ahead `find_free` looks: patients take nothing later without asking for it.
SEARCH_DAYS: Final = 60
# Busy times are read in stretches of a week: most turns need one.
_STRETCH_DAYS: Final = 7
_ALTERNATIVES: Final = 3


class DeskToolbox:
    """Implements `conversation.engine.Toolbox`. Lives for one turn.

    `request_prefix` names what the turn answers; the n-th writing call has the key "prefix:n", so that a turn run
    again gets its first results and does not find its own bookings in its way.
    """

    def __init__(
        self,
        desk: BookingDesk,
        catalog: Catalog,
        *,
        patient_id: UUID,
        now: datetime,
        request_prefix: str,
        pin: Pin | None = None,
    ) -> None:
        self._desk = desk
        self._catalog = catalog
        self._patient_id = patient_id
        self._now = now
        self._request_prefix = request_prefix
        self._pin = pin
        self._writes = 0
        self._records: list[ToolRecord] = []
        # (first day of a stretch, doctor) → what is taken then.
        self._busy: dict[tuple[date, UUID], tuple[Busy, ...]] = {}
        # Visits as this turn has left them; None is one it has cancelled.
        self._written: dict[UUID, Appointment | None] = {}

    @property
    def records(self) -> Sequence[ToolRecord]:
        return self._records

    async def check_availability(
        self,
        *,
        service_id: UUID,
        doctor_id: UUID | None,
        on: date,
        at: time | None = None,
        limit: int = 6,
        not_before: time | None = None,
        not_after: time | None = None,
        moving: UUID | None = None,
    ) -> tuple[Slot, ...]:
        """See Toolbox. Where no doctor is named, each time comes once, with the doctor who has least to do that day."""
        arguments = self._arguments(service_id=service_id, date=on, doctor_id=doctor_id, time=at)
        with self._recorded("check_availability", arguments):
            doctor_ids = self._doctor_ids(service_id, doctor_id)
            busy = await self._load_busy(doctor_ids, on, moving)
            day = free_slots(
                self._catalog, service_id, doctor_ids, busy, first_on=on, last_on=on, now=self._now
            )
            if not day:
                reason = explain_day(self._catalog, service_id, doctor_ids, on, self._now)
                others = await self._find_after(service_id, doctor_ids, on, moving)
                raise SlotRefused(reason, others)
            if at is not None:
                exact = (
                    check_slot(self._catalog, service_id, one, on, at, busy, self._now) for one in doctor_ids
                )
                day = [slot for slot in exact if isinstance(slot, Slot)]
            elif not_before is not None or not_after is not None:
                zone = self._catalog.clinic.zone
                earliest, latest = not_before or time.min, not_after or time.max
                day = [slot for slot in day if earliest <= slot.starts_at.astimezone(zone).time() <= latest]
            return tuple(choose_doctors(self._catalog, day, busy)[:limit])

    async def find_free(
        self,
        *,
        service_id: UUID,
        doctor_id: UUID | None,
        after: datetime,
        limit: int = 3,
        not_before: time | None = None,
        not_after: time | None = None,
        moving: UUID | None = None,
    ) -> tuple[Slot, ...]:
        """See Toolbox. Looks at most 60 days ahead of the later of now and `after`."""
        zone = self._catalog.clinic.zone
        since = max(after, self._now)
        first_on = since.astimezone(zone).date()
        arguments = self._arguments(service_id=service_id, date=first_on, doctor_id=doctor_id)
        with self._recorded("check_availability", arguments):
            doctor_ids = self._doctor_ids(service_id, doctor_id)
            found: list[Slot] = []
            async for busy, first, last in self._stretches(doctor_ids, first_on, moving):
                slots = free_slots(
                    self._catalog,
                    service_id,
                    doctor_ids,
                    busy,
                    first_on=first,
                    last_on=last,
                    now=self._now,
                    not_before=not_before,
                    not_after=not_after,
                    # One time may come with every doctor, and some of the first day may lie before `after`.
                    limit=None if first == first_on else limit * max(len(doctor_ids), 1),
                )
                found += choose_doctors(self._catalog, (s for s in slots if s.starts_at >= since), busy)
                if len(found) >= limit:
                    break
            return tuple(found[:limit])

    async def book_appointment(self, *, slot: Slot, visitor: Visitor = Visitor.WRITER) -> Appointment:
        """Book. Raises SlotRefused; TurnSuperseded if another copy of the turn has committed."""
        arguments = self._arguments(
            with_clinic=True,
            patient_id=self._patient_id,
            doctor_id=slot.doctor_id,
            service_id=slot.service_id,
            date=self._local(slot).date(),
            time=self._local(slot).time(),
        )
        key = self._next_key()
        async with self._writing("book_appointment", arguments):
            booked = await self._desk.book(
                self._catalog,
                patient_id=self._patient_id,
                slot=slot,
                request_key=key,
                now=self._now,
                visitor=visitor,
                pin=self._pin,
            )
            self._written[booked.appointment_id] = booked
            return booked

    async def reschedule_appointment(self, *, appointment_id: UUID, slot: Slot) -> Appointment:
        """Move in one step. Raises SlotRefused, NotChangeable; TurnSuperseded."""
        arguments = self._arguments(
            appointment_id=appointment_id,
            new_date=self._local(slot).date(),
            new_time=self._local(slot).time(),
            doctor_id=slot.doctor_id,
        )
        key = self._next_key()
        async with self._writing("reschedule_appointment", arguments):
            moved = await self._desk.reschedule(
                self._catalog,
                patient_id=self._patient_id,
                appointment_id=appointment_id,
                slot=slot,
                request_key=key,
                now=self._now,
                pin=self._pin,
            )
            self._written[appointment_id] = moved
            return moved

    async def cancel_appointment(self, *, appointment_id: UUID, reason: str | None = None) -> Appointment:
        """Cancel. Raises NotChangeable; TurnSuperseded."""
        arguments = self._arguments(appointment_id=appointment_id, reason=reason)
        key = self._next_key()
        async with self._writing("cancel_appointment", arguments):
            cancelled = await self._desk.cancel(
                self._catalog.clinic.clinic_id,
                patient_id=self._patient_id,
                appointment_id=appointment_id,
                reason=reason,
                request_key=key,
                now=self._now,
                pin=self._pin,
            )
            self._written[appointment_id] = None
            return cancelled

    async def confirm_appointment(self, *, appointment_id: UUID) -> Appointment:
        """Mark as confirmed by the patient. Raises NotChangeable; TurnSuperseded."""
        key = self._next_key()
        async with self._writing("confirm_appointment", self._arguments(appointment_id=appointment_id)):
            return await self._desk.confirm(
                self._catalog.clinic.clinic_id,
                patient_id=self._patient_id,
                appointment_id=appointment_id,
                request_key=key,
                now=self._now,
                pin=self._pin,
            )

    def note(self, name: str, **arguments: Any) -> None:
        """Record a tool that needs no query. The clinic's and the patient's ids are filled in."""
        ours = {
            "get_services": "clinic_id",
            "get_doctors": "clinic_id",
            "get_appointments": "patient_id",
        }.get(name)
        known = {"clinic_id": self._catalog.clinic.clinic_id, "patient_id": self._patient_id}
        filled = {ours: known[ours]} if ours is not None else {}
        self._record(name, self._arguments(**(filled | arguments)))

    def _record(self, name: str, arguments: dict[str, Any], error: str | None = None) -> None:
        self._records.append(ToolRecord(name=name, arguments=arguments, ok=error is None, error=error))

    @contextmanager
    def _recorded(self, name: str, arguments: dict[str, Any]) -> Iterator[None]:
        """Record the call, also one that fails: what is refused stands there by its reason, a bug by its type."""
        try:
            yield
        except SlotRefused as refused:
            self._record(name, arguments, refused.reason)
            raise
        except BaseException as error:
            self._record(name, arguments, type(error).__name__)
            raise
        self._record(name, arguments)

    @asynccontextmanager
    async def _writing(self, name: str, arguments: dict[str, Any]) -> AsyncIterator[None]:
        """The desk's refusals in the engines' words."""
        with self._recorded(name, arguments):
            try:
                yield
            except SlotUnavailable as refused:
                self._busy.clear()  # what we knew is out of date
                raise SlotRefused(refused.reason, refused.alternatives) from refused
            except AppointmentNotChangeable as error:
                raise NotChangeable from error

    def _next_key(self) -> str:
        self._writes += 1
        return f"{self._request_prefix}:{self._writes}"

    def _local(self, slot: Slot) -> datetime:
        return slot.starts_at.astimezone(self._catalog.clinic.zone)

    def _arguments(self, *, with_clinic: bool = False, **given: Any) -> dict[str, Any]:
        """Arguments as text, the way the eval README lists the tools; those without a value are left out."""
        if with_clinic or "service_id" in given:
            given = {"clinic_id": self._catalog.clinic.clinic_id, **given}
        return {name: _say(value) for name, value in given.items() if value is not None}

    def _doctor_ids(self, service_id: UUID, doctor_id: UUID | None) -> tuple[UUID, ...]:
        if doctor_id is not None:
            return (doctor_id,)
        return tuple(doctor.doctor_id for doctor in self._catalog.doctors_for(service_id))

    async def _find_after(
        self, service_id: UUID, doctor_ids: tuple[UUID, ...], on: date, moving: UUID | None
    ) -> tuple[Slot, ...]:
        """The first free times on days after `on`."""
        async for busy, first, last in self._stretches(doctor_ids, on + timedelta(days=1), moving):
            slots = free_slots(
                self._catalog, service_id, doctor_ids, busy, first_on=first, last_on=last, now=self._now,
                limit=_ALTERNATIVES * max(len(doctor_ids), 1),
            )  # fmt: skip
            if slots:
                return tuple(choose_doctors(self._catalog, slots, busy)[:_ALTERNATIVES])
        return ()

    async def _stretches(
        self, doctor_ids: tuple[UUID, ...], first_on: date, moving: UUID | None
    ) -> AsyncIterator[tuple[list[Busy], date, date]]:
        """What is taken, from `first_on` (not before today) on, week by week up to the end of the search."""
        first = max(first_on, self._now.astimezone(self._catalog.clinic.zone).date())
        end = first + timedelta(days=SEARCH_DAYS)
        while first <= end:
            last = min(_stretch_of(first) + timedelta(days=_STRETCH_DAYS - 1), end)
            yield await self._load_busy(doctor_ids, first, moving), first, last
            first = last + timedelta(days=1)

    async def _load_busy(self, doctor_ids: tuple[UUID, ...], on: date, moving: UUID | None) -> list[Busy]:
        """Taken times of the stretch of a day: from memory where this turn has read them before."""
        stretch = _stretch_of(on)
        unread = [one for one in doctor_ids if (stretch, one) not in self._busy]
        if unread:
            read = await self._desk.list_busy(
                self._catalog,
                doctor_ids=unread,
                first_on=stretch,
                last_on=stretch + timedelta(days=_STRETCH_DAYS - 1),
                not_written_by=f"{self._request_prefix}:",
            )
            for doctor_id in unread:
                self._busy[stretch, doctor_id] = tuple(one for one in read if one.doctor_id == doctor_id)
        known = [one for doctor_id in doctor_ids for one in self._busy[stretch, doctor_id]]
        own = [_as_busy(visit) for visit in self._written.values() if visit and visit.doctor_id in doctor_ids]
        rewritten = {moving, *self._written}
        return [one for one in known if one.appointment_id not in rewritten] + [
            one for one in own if one.appointment_id != moving
        ]


def _stretch_of(on: date) -> date:
    return on - timedelta(days=on.toordinal() % _STRETCH_DAYS)


def _as_busy(visit: Appointment) -> Busy:
    return Busy(
        appointment_id=visit.appointment_id,
        doctor_id=visit.doctor_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
    )


def _say(value: Any) -> Any:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value) if isinstance(value, UUID | date) else value
