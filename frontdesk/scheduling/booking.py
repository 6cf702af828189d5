"""The booking desk: the only writer of appointments."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID, uuid4

from frontdesk.scheduling.availability import (
    Refusal,
    RefusalReason,
    check_slot,
    choose_doctors,
    choose_nearest,
    free_slots,
    resolve_local,
)
from frontdesk.scheduling.models import Appointment, AppointmentStatus, Busy, Catalog, Slot, Visitor
from frontdesk.scheduling.store import appointments as store
from frontdesk.scheduling.store.appointments import Write
from frontdesk.storage.failures import CONTENDED, DuplicateKey, Overlap
from frontdesk.storage.postgres import Database, DatabaseUnavailable, Transaction

# A deadlock or a race of two copies is run again this often before the queue's back-off takes over.
_RETRIES: Final = 3
_JITTER_S: Final = 0.02
ALTERNATIVES: Final = 3
# How far beyond the wanted day alternatives are looked for.
_ALTERNATIVE_DAYS: Final = 14


class SlotUnavailable(Exception):
    """The slot cannot be booked; `alternatives` are free times nearby, soonest first."""

    def __init__(self, reason: RefusalReason, alternatives: tuple[Slot, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alternatives = alternatives


class SlotTaken(SlotUnavailable):
    """Somebody else was faster."""

    def __init__(self, alternatives: tuple[Slot, ...] = ()) -> None:
        super().__init__("taken", alternatives)


class AppointmentNotChangeable(Exception):
    """The appointment is gone, past, cancelled or somebody else's."""


class TurnSuperseded(Exception):
    """Another copy of this turn has committed: this one must write nothing."""


class RequestKeyReused(Exception):
    """The same call was made before as another kind of change: the caller's keys are wrong."""


class _Contended(Exception):
    """Another transaction was in the way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """The turn that writes: it may only if nobody has committed since it was loaded.

    `message_ids` are noted in the session, so that a retry of the turn answers exactly these.
    """

    session_id: UUID
    turn_version: int
    message_ids: tuple[UUID, ...]


class BookingDesk:
    """Books, moves, cancels and confirms, each in one transaction and once per `request_key`.

    `request_key` is (message, number of the call): the same key again gives the first result and changes nothing.
    `actor` is 'patient', 'staff:<id>' or 'system'. All raise TurnSuperseded if `pin` no longer holds,
    storage.DatabaseUnavailable if the database does not take the work now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def book(
        self,
        catalog: Catalog,
        *,
        patient_id: UUID,
        slot: Slot,
        request_key: str,
        now: datetime,
        visitor: Visitor = Visitor.WRITER,
        actor: str = "patient",
        pin: Pin | None = None,
    ) -> Appointment:
        """Book a slot. Its end is computed here. Raises SlotUnavailable (SlotTaken if another booking is there)."""
        clinic_id = catalog.clinic.clinic_id
        write = Write(change="booked", request_key=request_key, actor=actor, now=now)

        async def put(tx: Transaction) -> Appointment:
            checked = _check(catalog, slot, now)
            if not await store.lock_doctor(tx, clinic_id, doctor_id=checked.doctor_id):
                raise SlotUnavailable("not_offered")
            wanted = Appointment(
                appointment_id=uuid4(),
                patient_id=patient_id,
                doctor_id=checked.doctor_id,
                service_id=checked.service_id,
                starts_at=checked.starts_at,
                ends_at=checked.ends_at,
                status=AppointmentStatus.BOOKED,
                visitor=visitor,
            )
            made = await store.put_appointment(tx, clinic_id, wanted, write)
            if made is None:
                raise SlotTaken
            return made

        try:
            return await self._write(clinic_id, write, pin, put)
        except SlotUnavailable as refused:
            refused.alternatives = await self.find_alternatives(catalog, slot, now=now)
            raise

    async def reschedule(
        self,
        catalog: Catalog,
        *,
        patient_id: UUID,
        appointment_id: UUID,
        slot: Slot,
        request_key: str,
        now: datetime,
        actor: str = "patient",
        pin: Pin | None = None,
    ) -> Appointment:
        """Move a visit in one step, to another doctor too; its own time counts as free.

        Raises SlotUnavailable, AppointmentNotChangeable (also for a slot of another service).
        """
        clinic_id = catalog.clinic.clinic_id
        write = Write(change="moved", request_key=request_key, actor=actor, now=now)

        async def move(tx: Transaction) -> Appointment:
            checked = _check(catalog, slot, now)
            if not await store.lock_doctor(tx, clinic_id, doctor_id=checked.doctor_id):
                raise SlotUnavailable("not_offered")
            moved = await store.change_appointment(
                tx,
                clinic_id,
                appointment_id=appointment_id,
                patient_id=patient_id,
                status=AppointmentStatus.BOOKED,
                write=write,
                move_to=Busy(
                    doctor_id=checked.doctor_id, starts_at=checked.starts_at, ends_at=checked.ends_at
                ),
                service_id=checked.service_id,
            )
            if moved is None:
                raise AppointmentNotChangeable
            return moved

        try:
            return await self._write(clinic_id, write, pin, move)
        except SlotUnavailable as refused:
            refused.alternatives = await self.find_alternatives(catalog, slot, now=now, moving=appointment_id)
            raise

    async def cancel(
        self,
        clinic_id: UUID,
        *,
        patient_id: UUID,
        appointment_id: UUID,
        request_key: str,
        now: datetime,
        reason: str | None = None,
        actor: str = "patient",
        pin: Pin | None = None,
    ) -> Appointment:
        """Cancel a visit that has not begun. Raises AppointmentNotChangeable."""
        write = Write(change="cancelled", request_key=request_key, actor=actor, now=now, reason=reason)
        return await self._set_status(
            clinic_id, patient_id, appointment_id, AppointmentStatus.CANCELLED, write, pin
        )

    async def confirm(
        self,
        clinic_id: UUID,
        *,
        patient_id: UUID,
        appointment_id: UUID,
        request_key: str,
        now: datetime,
        actor: str = "patient",
        pin: Pin | None = None,
    ) -> Appointment:
        """Mark a visit as confirmed by the patient. Raises AppointmentNotChangeable."""
        write = Write(change="confirmed", request_key=request_key, actor=actor, now=now)
        return await self._set_status(
            clinic_id, patient_id, appointment_id, AppointmentStatus.CONFIRMED, write, pin
        )

    async def list_appointments(
        self, clinic_id: UUID, *, patient_id: UUID, now: datetime | None
    ) -> list[Appointment]:
        """The patient's active visits from `now` on, soonest first; with None all visits of any status."""
        async with self._database.transaction(clinic_id) as tx:
            return await store.list_appointments(tx, clinic_id, patient_id=patient_id, now=now)

    async def list_busy(
        self,
        catalog: Catalog,
        *,
        doctor_ids: Sequence[UUID],
        first_on: date,
        last_on: date,
        not_written_by: str | None = None,
    ) -> list[Busy]:
        """Taken times of the doctors on these local days, both included; see store.appointments.list_busy."""
        zone, clinic_id = catalog.clinic.zone, catalog.clinic.clinic_id
        async with self._database.connection() as connection:
            return await store.list_busy(
                connection,
                clinic_id,
                doctor_ids=doctor_ids,
                starts_at=datetime.combine(first_on, time(), zone),
                ends_at=datetime.combine(last_on + timedelta(days=1), time(), zone),
                not_written_by=not_written_by,
            )

    async def find_alternatives(
        self, catalog: Catalog, slot: Slot, *, now: datetime, moving: UUID | None = None
    ) -> tuple[Slot, ...]:
        """Up to three free times nearest to a slot: of its doctor, or where that one has none of any other."""
        on = slot.starts_at.astimezone(catalog.clinic.zone).date()
        last_on = on + timedelta(days=_ALTERNATIVE_DAYS)
        everyone = tuple(doctor.doctor_id for doctor in catalog.doctors_for(slot.service_id))
        for doctor_ids in ((slot.doctor_id,), everyone):
            busy = await self.list_busy(catalog, doctor_ids=doctor_ids, first_on=on, last_on=last_on)
            busy = [one for one in busy if one.appointment_id != moving]
            free = free_slots(
                catalog, slot.service_id, doctor_ids, busy, first_on=on, last_on=last_on, now=now
            )
            if free:
                each_time = choose_doctors(catalog, free, busy)
                return choose_nearest(each_time, slot.starts_at, zone=catalog.clinic.zone, limit=ALTERNATIVES)
        return ()

    async def _set_status(
        self,
        clinic_id: UUID,
        patient_id: UUID,
        appointment_id: UUID,
        status: AppointmentStatus,
        write: Write,
        pin: Pin | None,
    ) -> Appointment:
        async def change(tx: Transaction) -> Appointment:
            changed = await store.change_appointment(
                tx,
                clinic_id,
                appointment_id=appointment_id,
                patient_id=patient_id,
                status=status,
                write=write,
            )
            if changed is None:
                raise AppointmentNotChangeable
            return changed

        return await self._write(clinic_id, write, pin, change)

    async def _write(
        self,
        clinic_id: UUID,
        write: Write,
        pin: Pin | None,
        action: Callable[[Transaction], Awaitable[Appointment]],
    ) -> Appointment:
        """Run the whole transaction, again from its start where another one was in the way."""
        for attempt in range(_RETRIES + 1):
            if attempt:
                await asyncio.sleep(random.uniform(0, _JITTER_S * 2**attempt))  # noqa: S311 (no secret)
            try:
                async with self._database.transaction(clinic_id) as tx:
                    return await _write_once(tx, clinic_id, write, pin, action)
            except _Contended:
                continue
        raise DatabaseUnavailable("appointments are contended")


async def _write_once(
    tx: Transaction,
    clinic_id: UUID,
    write: Write,
    pin: Pin | None,
    action: Callable[[Transaction], Awaitable[Appointment]],
) -> Appointment:
    try:
        if pin is not None and not await store.pin_messages(
            tx,
            clinic_id,
            session_id=pin.session_id,
            turn_version=pin.turn_version,
            message_ids=pin.message_ids,
        ):
            raise TurnSuperseded
        earlier = await store.find_write(tx, clinic_id, request_key=write.request_key)
        if earlier is None:
            return await action(tx)
    except (SlotTaken, AppointmentNotChangeable):
        # Perhaps by this very call, made once more between our look and our turn.
        if await store.find_write(tx, clinic_id, request_key=write.request_key) is None:
            raise
        raise _Contended from None
    except Overlap as error:
        raise SlotTaken from error
    except DuplicateKey as error:  # the same call is being made right now, or was a moment ago
        raise _Contended from error
    except CONTENDED as error:
        raise _Contended from error
    if earlier.change != write.change:
        raise RequestKeyReused(f"{earlier.change} before, now {write.change}")
    return earlier.appointment


def _check(catalog: Catalog, slot: Slot, now: datetime) -> Slot:
    """The slot by the clinic's rules, whatever its end says. What is taken, the database knows."""
    zone = catalog.clinic.zone
    local = slot.starts_at.astimezone(zone)
    checked = check_slot(catalog, slot.service_id, slot.doctor_id, local.date(), local.time(), (), now)
    if isinstance(checked, Refusal):
        raise SlotUnavailable(checked.reason)
    if resolve_local(zone, local.date(), local.time()) != slot.starts_at:
        raise SlotUnavailable("outside_hours")  # the second of two equal local times is never offered
    return checked
