"""SQL of appointments. Only `booking.BookingDesk` calls the writing functions.

Each write is one statement that also writes its line of history, so neither exists without the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from frontdesk.scheduling.models import Appointment, AppointmentStatus, Busy, Visitor
from frontdesk.storage import sql
from frontdesk.storage.postgres import Transaction

Change = Literal["booked", "moved", "cancelled", "confirmed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """Who writes what, when and as which call; `request_key` makes the call happen once."""

    change: Change
    request_key: str
    actor: str
    now: datetime
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierWrite:
    change: str
    appointment: Appointment


_FIND_WRITE: Final = """
select change, after from healthcare.appointment_history
where clinic_id = %(clinic_id)s and request_key = %(request_key)s
"""

_LOCK_DOCTOR: Final = """
select doctor_id from healthcare.doctors
where clinic_id = %(clinic_id)s and doctor_id = %(doctor_id)s and works_here for no key update
"""

_PIN: Final = """
update core.conversation_sessions set pinned_messages = %(message_ids)s
where clinic_id = %(clinic_id)s and id = %(session_id)s and turn_version = %(turn_version)s
"""

# The constraint refuses an overlap; to do nothing then keeps the transaction usable and free of deadlocks.
_INSERT: Final = """
with made as (
  insert into healthcare.appointments (clinic_id, appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at,
    status, visitor, request_key, created_at, updated_at)
  values (%(clinic_id)s, %(appointment_id)s, %(patient_id)s, %(doctor_id)s, %(service_id)s, %(starts_at)s, %(ends_at)s,
    'booked', %(visitor)s, %(request_key)s, %(now)s, %(now)s)
  on conflict on constraint appointments_do_not_overlap do nothing
  returning *
), noted as (
  insert into healthcare.appointment_history (clinic_id, appointment_id, changed_at, actor, change, reason, request_key, after)
  select clinic_id, appointment_id, %(now)s, %(actor)s, %(change)s, %(reason)s, %(request_key)s, to_jsonb(made) from made
)
select appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at, status, version, visitor from made
"""

_CHANGE: Final = """
with old as (
  select * from healthcare.appointments
  where clinic_id = %(clinic_id)s and appointment_id = %(appointment_id)s and patient_id = %(patient_id)s
    and status in ('pending', 'booked', 'confirmed') and starts_at > %(now)s
    and (%(service_id)s::uuid is null or service_id = %(service_id)s)
  for update
), changed as (
  update healthcare.appointments a
  set doctor_id = coalesce(%(doctor_id)s, a.doctor_id), starts_at = coalesce(%(starts_at)s, a.starts_at),
    ends_at = coalesce(%(ends_at)s, a.ends_at), status = %(status)s, version = a.version + 1,
    request_key = %(request_key)s, updated_at = %(now)s
  from old where a.clinic_id = old.clinic_id and a.appointment_id = old.appointment_id
  returning a.*
), noted as (
  insert into healthcare.appointment_history (clinic_id, appointment_id, changed_at, actor, change, reason, request_key,
    before, after)
  select changed.clinic_id, changed.appointment_id, %(now)s, %(actor)s, %(change)s, %(reason)s, %(request_key)s,
    to_jsonb(old), to_jsonb(changed) from changed, old
)
select appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at, status, version, visitor from changed
"""

_LIST: Final = """
select appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at, status, version, visitor
from healthcare.appointments
where clinic_id = %(clinic_id)s and patient_id = %(patient_id)s
  and (%(now)s::timestamptz is null or (status in ('pending', 'booked', 'confirmed') and starts_at >= %(now)s))
order by starts_at, appointment_id
"""

_BUSY: Final = """
select * from core.list_busy(%(clinic_id)s, %(doctor_ids)s, %(starts_at)s, %(ends_at)s, %(not_written_by)s)
"""


async def find_write(tx: Transaction, clinic_id: UUID, *, request_key: str) -> EarlierWrite | None:
    """What an earlier run of the same call did, as it was then; None if it did nothing."""
    rows = await sql.fetch_dicts(tx, _FIND_WRITE, {"clinic_id": clinic_id, "request_key": request_key})
    if not rows:
        return None
    return EarlierWrite(change=rows[0]["change"], appointment=_read_snapshot(rows[0]["after"]))


async def lock_doctor(tx: Transaction, clinic_id: UUID, *, doctor_id: UUID) -> bool:
    """Let writers of one doctor's day pass one after the other. False if no such doctor works here."""
    row = {"clinic_id": clinic_id, "doctor_id": doctor_id}
    return await sql.fetch_value(tx, _LOCK_DOCTOR, row) is not None


async def pin_messages(
    tx: Transaction, clinic_id: UUID, *, session_id: UUID, turn_version: int, message_ids: Sequence[UUID]
) -> bool:
    """Note what the turn that writes now answers. False if another copy of this turn has committed already."""
    row = {"clinic_id": clinic_id, "session_id": session_id, "turn_version": turn_version}
    return await sql.execute(tx, _PIN, row | {"message_ids": list(message_ids)}) == 1


async def put_appointment(
    tx: Transaction, clinic_id: UUID, appointment: Appointment, write: Write
) -> Appointment | None:
    """Insert a booked visit and its history; None if the time is taken."""
    row = {
        "clinic_id": clinic_id,
        "appointment_id": appointment.appointment_id,
        "patient_id": appointment.patient_id,
        "doctor_id": appointment.doctor_id,
        "service_id": appointment.service_id,
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "visitor": appointment.visitor.value,
    }
    return _read_first(await sql.fetch_dicts(tx, _INSERT, row | _write_row(write)))


async def change_appointment(
    tx: Transaction,
    clinic_id: UUID,
    *,
    appointment_id: UUID,
    patient_id: UUID,
    status: AppointmentStatus,
    write: Write,
    move_to: Busy | None = None,
    service_id: UUID | None = None,
) -> Appointment | None:
    """Change an active visit of this patient that has not begun; None if there is none such (of that service).

    Raises storage.failures.Overlap if the time it is moved to is taken.
    """
    row = {
        "clinic_id": clinic_id,
        "appointment_id": appointment_id,
        "patient_id": patient_id,
        "status": status.value,
        "service_id": service_id,
        "doctor_id": move_to and move_to.doctor_id,
        "starts_at": move_to and move_to.starts_at,
        "ends_at": move_to and move_to.ends_at,
    }
    return _read_first(await sql.fetch_dicts(tx, _CHANGE, row | _write_row(write)))


async def list_appointments(
    tx: Transaction, clinic_id: UUID, *, patient_id: UUID, now: datetime | None = None
) -> list[Appointment]:
    """The patient's visits, soonest first: the active ones from `now` on, or without it all there ever were."""
    rows = await sql.fetch_dicts(tx, _LIST, {"clinic_id": clinic_id, "patient_id": patient_id, "now": now})
    return [_read_row(row) for row in rows]


async def list_busy(
    tx: Transaction,
    clinic_id: UUID,
    *,
    doctor_ids: Sequence[UUID],
    starts_at: datetime,
    ends_at: datetime,
    not_written_by: str | None = None,
) -> list[Busy]:
    """Taken times of the doctors that touch `[starts_at, ends_at)`; sets the clinic itself, so any connection will do.

    Visits whose request key starts with `not_written_by` are left out: a turn run again must not find its own
    booking in its way.
    """
    row = {
        "clinic_id": clinic_id,
        "doctor_ids": list(doctor_ids),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "not_written_by": not_written_by,
    }
    return await sql.fetch_all(tx, Busy, _BUSY, row)


def _write_row(write: Write) -> dict[str, Any]:
    return {
        "change": write.change,
        "request_key": write.request_key,
        "actor": write.actor,
        "now": write.now,
        "reason": write.reason,
    }


def _read_first(rows: Sequence[Mapping[str, Any]]) -> Appointment | None:
    return _read_row(rows[0]) if rows else None


def _read_row(row: Mapping[str, Any]) -> Appointment:
    return Appointment(
        appointment_id=row["appointment_id"],
        patient_id=row["patient_id"],
        doctor_id=row["doctor_id"],
        service_id=row["service_id"],
        starts_at=row["starts_at"].astimezone(UTC),
        ends_at=row["ends_at"].astimezone(UTC),
        status=AppointmentStatus(row["status"]),
        version=row["version"],
        # A snapshot in the history may be older than the column.
        visitor=Visitor(row.get("visitor") or Visitor.WRITER),
    )


def _read_snapshot(after: Mapping[str, Any]) -> Appointment:
    """A row as history keeps it: ids and times are text."""
    ids = {name: UUID(after[name]) for name in ("appointment_id", "patient_id", "doctor_id", "service_id")}
    times = {name: datetime.fromisoformat(after[name]) for name in ("starts_at", "ends_at")}
    return _read_row({**after, **ids, **times})
