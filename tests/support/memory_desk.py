"""A booking desk in memory: the rules of availability are the real ones, the appointments a plain list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from frontdesk.conversation.engine import NotChangeable, SlotRefused, ToolRecord
from frontdesk.scheduling.availability import Refusal, check_slot, choose_doctors, explain_day, free_slots
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Busy, Catalog, Slot, Visitor

_DAYS_TO_SEARCH = 60


class MemoryDesk:
    """The toolbox of one patient at one clinic. Honest about hours, holidays and overlaps."""

    def __init__(
        self, catalog: Catalog, patient_id: UUID, *, now: datetime, appointments: Iterable[Appointment] = ()
    ) -> None:
        self.catalog = catalog
        self.patient_id = patient_id
        self.now = now
        self.appointments = list(appointments)
        self.records: list[ToolRecord] = []

    @property
    def mine(self) -> list[Appointment]:
        """This patient's active visits from now on, soonest first."""
        active = [
            a
            for a in self.appointments
            if a.patient_id == self.patient_id and a.status.is_active and a.starts_at >= self.now
        ]
        return sorted(active, key=lambda a: a.starts_at)

    def _busy(self, moving: UUID | None) -> list[Busy]:
        return [
            Busy(doctor_id=a.doctor_id, starts_at=a.starts_at, ends_at=a.ends_at)
            for a in self.appointments
            if a.status.is_active and a.appointment_id != moving
        ]

    def _doctors(self, service_id: UUID, doctor_id: UUID | None) -> list[UUID]:
        return [doctor_id] if doctor_id else [d.doctor_id for d in self.catalog.doctors_for(service_id)]

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
        self.note("check_availability", service_id=service_id, doctor_id=doctor_id, date=on, time=at)
        doctors, busy = self._doctors(service_id, doctor_id), self._busy(moving)
        whole_day = free_slots(self.catalog, service_id, doctors, busy, first_on=on, last_on=on, now=self.now)
        if not whole_day:
            reason = explain_day(self.catalog, service_id, doctors, on, self.now)
            after = datetime.combine(on, time(0), tzinfo=self.catalog.clinic.zone)
            others = await self.find_free(
                service_id=service_id, doctor_id=doctor_id, after=after, moving=moving
            )
            raise SlotRefused(reason, others)
        zone = self.catalog.clinic.zone
        chosen = choose_doctors(self.catalog, whole_day, busy)
        local = [(slot, slot.starts_at.astimezone(zone).time()) for slot in chosen]
        fitting = [
            slot
            for slot, starts in local
            if at in (None, starts)
            and (not_before is None or starts >= not_before)
            and (not_after is None or starts <= not_after)
        ]
        return tuple(fitting[:limit])

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
        busy = self._busy(moving)
        first_on = after.astimezone(self.catalog.clinic.zone).date()
        slots = free_slots(
            self.catalog,
            service_id,
            self._doctors(service_id, doctor_id),
            busy,
            first_on=first_on,
            last_on=first_on + timedelta(days=_DAYS_TO_SEARCH),
            now=max(self.now, after),
            not_before=not_before,
            not_after=not_after,
            limit=limit * 3,
        )
        return tuple(choose_doctors(self.catalog, slots, busy)[:limit])

    async def book_appointment(self, *, slot: Slot, visitor: Visitor = Visitor.WRITER) -> Appointment:
        self._check(slot, None, "book_appointment")
        booked = Appointment(
            appointment_id=uuid5(self.patient_id, f"{slot.doctor_id}{slot.starts_at.isoformat()}"),
            patient_id=self.patient_id,
            doctor_id=slot.doctor_id,
            service_id=slot.service_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            status=AppointmentStatus.BOOKED,
            visitor=visitor,
        )
        self.appointments.append(booked)
        self.note("book_appointment", doctor_id=slot.doctor_id, service_id=slot.service_id)
        return booked

    async def reschedule_appointment(self, *, appointment_id: UUID, slot: Slot) -> Appointment:
        old = self._changeable(appointment_id, "reschedule_appointment")
        self._check(slot, appointment_id, "reschedule_appointment")
        moved = replace(
            old,
            doctor_id=slot.doctor_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            status=AppointmentStatus.BOOKED,
        )
        return self._put(moved, "reschedule_appointment")

    async def cancel_appointment(self, *, appointment_id: UUID, reason: str | None = None) -> Appointment:
        old = self._changeable(appointment_id, "cancel_appointment")
        return self._put(replace(old, status=AppointmentStatus.CANCELLED), "cancel_appointment")

    async def confirm_appointment(self, *, appointment_id: UUID) -> Appointment:
        old = self._changeable(appointment_id, "confirm_appointment")
        return self._put(replace(old, status=AppointmentStatus.CONFIRMED), "confirm_appointment")

    def note(self, name: str, **arguments: Any) -> None:
        self.records.append(ToolRecord(name=name, arguments=arguments, ok=True))

    def _changeable(self, appointment_id: UUID, call: str) -> Appointment:
        for visit in self.mine:
            if visit.appointment_id == appointment_id:
                return visit
        self._fail(call, "not_changeable")
        raise NotChangeable(appointment_id)

    def _check(self, slot: Slot, moving: UUID | None, call: str) -> None:
        local = slot.starts_at.astimezone(self.catalog.clinic.zone)
        verdict = check_slot(
            self.catalog,
            slot.service_id,
            slot.doctor_id,
            local.date(),
            local.time(),
            self._busy(moving),
            self.now.astimezone(UTC),
        )
        if isinstance(verdict, Refusal):
            self._fail(call, verdict.reason)
            raise SlotRefused(verdict.reason)

    def _put(self, changed: Appointment, call: str) -> Appointment:
        self.appointments = [a for a in self.appointments if a.appointment_id != changed.appointment_id]
        self.appointments.append(changed)
        self.note(call, appointment_id=changed.appointment_id)
        return changed

    def _fail(self, call: str, error: str) -> None:
        self.records.append(ToolRecord(name=call, arguments={}, ok=False, error=error))


def called(records: Sequence[ToolRecord], name: str) -> bool:
    return any(record.name == name and record.ok for record in records)
